#!/usr/bin/env python3
"""Requests per second and latency of a gateway whose limits are in Redis, beside bare Envoy, and beside Envoy's own
`ratelimit` filter with envoyproxy/ratelimit (Go) on the same Redis.

As bench/gateway/run.py: one worker each, one nginx, wrk calls one of them at a time, who comes first rotates. Prints one
JSON line a measurement."""

import argparse
import contextlib
import os
import pathlib
import socket
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent / "gateway"))

import bootstraps  # noqa: E402
import envoys  # noqa: E402
import processes  # noqa: E402
from server import redis_server  # noqa: E402

# Of one limit by the same header, that no load reaches.
DESCRIPTORS = """domain: bench
descriptors:
  - { key: user, rate_limit: { unit: minute, requests_per_unit: 1000000000 } }
"""
ENVOY_API = "type.googleapis.com/envoy.extensions"


def weir_config(listen, upstream, redis):
    """Refuses what Redis did not decide, so that such a request would be seen as a failed one."""
    config = bootstraps.weir_config(listen, upstream, "header:x-user-id")
    config["limits"]["bench"]["algorithm"] = "fixed_window"  # as envoyproxy/ratelimit counts
    config["store"] = {"url": redis.url, "on_error": "deny", "timeout": "5s"}
    return config


def with_ratelimit(bootstrap, service):
    """The same bootstrap with Envoy's ratelimit filter in Weir's place; `service` is the port of envoyproxy/ratelimit."""
    filter_ = {"name": "envoy.filters.http.ratelimit", "typed_config": {
        "@type": f"{ENVOY_API}.filters.http.ratelimit.v3.RateLimit", "domain": "bench", "failure_mode_deny": True,
        "timeout": "5s", "enable_x_ratelimit_headers": "DRAFT_VERSION_03",
        "rate_limit_service": {"grpc_service": {"envoy_grpc": {"cluster_name": "ratelimit"}}, "transport_api_version": "V3"}}}
    other = bootstraps.without_weir(bootstrap, [filter_])
    for manager in bootstraps.connection_managers(other["static_resources"]["listeners"]):
        for host in manager["route_config"]["virtual_hosts"]:
            host["rate_limits"] = [{"actions": [{"request_headers": {"header_name": "x-user-id", "descriptor_key": "user"}}]}]
    options = f"{ENVOY_API}.upstreams.http.v3.HttpProtocolOptions"
    address = {"socket_address": {"address": "127.0.0.1", "port_value": service}}
    other["static_resources"]["clusters"].append({
        "name": "ratelimit", "type": "STATIC", "connect_timeout": "1s",
        "typed_extension_protocol_options": {options.removeprefix("type.googleapis.com/"): {
            "@type": options, "explicit_http_config": {"http2_protocol_options": {}}}},
        "load_assignment": {"cluster_name": "ratelimit",
                            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}]}})
    return other


def start_ratelimit(stack, program, folder, redis, core):
    """Its port, until the stack ends."""
    (folder / "ratelimit/config").mkdir(parents=True)
    (folder / "ratelimit/config/bench.yaml").write_text(DESCRIPTORS, encoding="utf-8")
    ports = {name: processes.free_port() for name in ("GRPC_PORT", "PORT", "DEBUG_PORT")}
    environment = os.environ | {name: str(port) for name, port in ports.items()} | {
        "RUNTIME_ROOT": str(folder), "RUNTIME_SUBDIRECTORY": "ratelimit", "RUNTIME_WATCH_ROOT": "false", "USE_STATSD": "false",
        "BACKEND_TYPE": "redis", "REDIS_SOCKET_TYPE": "tcp", "REDIS_URL": f"127.0.0.1:{redis.port}", "LOG_LEVEL": "error"}
    log = folder / "ratelimit.log"
    child = stack.enter_context(processes.process([program], log, core, env=environment))

    def listens():
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", ports["GRPC_PORT"]), timeout=1).close()
            return True
        return False

    processes.wait_until(listens, child, log, "envoyproxy/ratelimit does not listen")
    return ports["GRPC_PORT"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=11)
    arguments.add_argument("--seconds", type=int, default=3, help="of each measurement")
    arguments.add_argument("--weir", default=str(envoys.ROOT / "build/release/weir"), help="the command line, its module beside it")
    arguments.add_argument("--ratelimit", help="the program envoyproxy/ratelimit; without it that peer is left out")
    options = arguments.parse_args()
    envoy = envoys.require(options.weir, "nginx", "redis-server")

    envoy_core, other_core = processes.two_cores()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weir-bench-")))
        upstream = envoys.start_nginx(stack, folder, other_core)
        redis = stack.enter_context(redis_server(folder, other_core))
        changes = {"bare": bootstraps.without_weir, "weir, redis": lambda whole: whole}
        if options.ratelimit:
            service = start_ratelimit(stack, options.ratelimit, folder, redis, other_core)
            changes["envoyproxy/ratelimit"] = lambda whole: with_ratelimit(whole, service)
        running = []
        for name, change in changes.items():
            port = processes.free_port()
            bootstrap = change(envoys.bootstrap_of(options.weir, folder, weir_config(port, upstream, redis)))
            child = envoys.start_envoy(stack, envoy, options.weir, folder, bootstrap, port, envoy_core)
            running.append(envoys.Contender(name, port, child.pid, (0,)))
        envoys.measure("gateway on redis", "load.lua", running, options.rounds, options.seconds, other_core)


if __name__ == "__main__":
    main()
