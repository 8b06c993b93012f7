#!/usr/bin/env python3
"""Requests per second of `POST /api/v1/limit` through the admin listener, beside direct responses of the same Envoy.

One Envoy with one worker has both: Weir's admin listener, and two like it whose filter is gone and whose route answers a
decision's text itself. Envoy answers directly before it has read a body, and then closes the connection, so one of them
is asked by GET, and the other by the same POST behind Envoy's `buffer`, which waits for the body as Weir does. wrk calls
one at a time, who comes first rotates. Prints one JSON line a measurement."""

import argparse
import contextlib
import copy
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import envoys  # noqa: E402
import processes  # noqa: E402

DECISION = ('{"allowed":true,"limit":1000000000,"remaining":999999999,"reset_ms":1800000000000,"retry_after_ms":0,'
            '"reason":"ok","degraded":false}\n')
BUFFER = {"name": "envoy.filters.http.buffer",
          "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer",
                           "max_request_bytes": 1024 * 1024}}


def config(listen, admin):
    return {
        "version": 1,
        "listen": f"127.0.0.1:{listen}",
        "admin": f"127.0.0.1:{admin}",
        "limits": {"bench": {"key": "header:x-user-id", "rate": "1000000000/1m", "algorithm": "gcra"}},
        "upstreams": {"local": {"url": "http://127.0.0.1:9"}},
        "routes": [{"path": "/*", "to": "local", "limits": ["bench"]}],
    }


def direct(listener, port, filters):
    """The same listener with a direct response in Weir's place."""
    other = copy.deepcopy(listener)
    other["name"] = f"direct-{port}"
    other["address"]["socket_address"]["port_value"] = port
    manager = other["filter_chains"][0]["filters"][-1]["typed_config"]
    manager["http_filters"] = [*filters, manager["http_filters"][-1]]
    headers = [("content-type", "application/json"), ("cache-control", "no-store"), ("x-content-type-options", "nosniff")]
    manager["route_config"]["virtual_hosts"][0]["routes"] = [{
        "match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": DECISION}},
        "response_headers_to_add": [{"header": {"key": name, "value": value},
                                     "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"} for name, value in headers]}]
    return other


def bootstrap(weir, folder, admin, get, post):
    rendered = envoys.bootstrap_of(weir, folder, config(processes.free_port(), admin))
    listeners = rendered["static_resources"]["listeners"]
    own = next(each for each in listeners if each["name"] == "weir_admin")
    listeners += [direct(own, get, []), direct(own, post, [BUFFER])]
    return rendered


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=11)
    arguments.add_argument("--seconds", type=int, default=3, help="of each measurement")
    arguments.add_argument("--weir", default=str(envoys.ROOT / "build/release/weir"), help="the command line, its module beside it")
    options = arguments.parse_args()
    envoy = envoys.require(options.weir)

    envoy_core, other_core = processes.two_cores()
    admin, get, post = processes.free_port(), processes.free_port(), processes.free_port()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weir-bench-")))
        all_of_them = bootstrap(options.weir, folder, admin, get, post)
        child = envoys.start_envoy(stack, envoy, options.weir, folder, all_of_them, get, envoy_core)
        contenders = [envoys.Contender("POST /api/v1/limit", admin, child.pid, ("POST",)),
                      envoys.Contender("direct response to GET", get, child.pid, ("GET",)),
                      envoys.Contender("direct response to POST", post, child.pid, ("POST",))]
        envoys.measure("admin", "admin.lua", contenders, options.rounds, options.seconds, other_core)


if __name__ == "__main__":
    main()
