#!/usr/bin/env python3
"""Requests per second of `POST /api/v1/limit` through the admin listener, beside direct responses of the same Envoy.

One Envoy with one worker has both: Weir's admin listener, and two like it whose filter is gone and whose route answers a
decision's text itself. Envoy answers directly before it has read a body, and then closes the connection, so one of them
is asked by GET, and the other by the same POST behind Envoy's `buffer`, which waits for the body as Weir does. wrk calls
one at a time, who comes first rotates. Prints one JSON line a measurement."""

import argparse
import contextlib
import copy
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import run

HERE = pathlib.Path(__file__).resolve().parent
CONNECTIONS = 64
DECISION = ('{"allowed":true,"limit":1000000000,"remaining":999999999,"reset_ms":1800000000000,"retry_after_ms":0,'
            '"reason":"ok","degraded":false}\n')
BUFFER = {"name": "envoy.filters.http.buffer",
          "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer",
                           "max_request_bytes": 1024 * 1024}}


def config(listen, admin):
    return json.dumps({
        "version": 1,
        "listen": f"127.0.0.1:{listen}",
        "admin": f"127.0.0.1:{admin}",
        "limits": {"bench": {"key": "header:x-user-id", "rate": "1000000000/1m", "algorithm": "gcra"}},
        "upstreams": {"local": {"url": "http://127.0.0.1:9"}},
        "routes": [{"path": "/*", "to": "local", "limits": ["bench"]}],
    })


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
    file = folder / "weir.yaml"
    file.write_text(config(run.free_port(), admin), encoding="utf-8")
    rendered = json.loads(subprocess.run([weir, "envoy", "-c", file], check=True, stdout=subprocess.PIPE).stdout)
    listeners = rendered["static_resources"]["listeners"]
    own = next(each for each in listeners if each["name"] == "weir_admin")
    listeners += [direct(own, get, []), direct(own, post, [BUFFER])]
    return rendered


def call(port, method, seconds, cpu):
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", HERE / "admin.lua", f"http://127.0.0.1:{port}/",
               "--", method]
    if cpu is not None:
        command = ["taskset", "-c", str(cpu), *command]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    seen = json.loads(next(line for line in output.splitlines() if line.startswith("{")))
    if seen["failed"] or not seen["requests"]:
        sys.exit(f"requests failed on port {port}: {seen}")
    return seen


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=11)
    arguments.add_argument("--seconds", type=int, default=3, help="of each measurement")
    arguments.add_argument("--weir", default=str(run.ROOT / "build/release/weir"), help="the command line, its module beside it")
    options = arguments.parse_args()
    envoy = run.find_envoy()
    missing = [tool for tool, found in [("envoy", envoy), ("wrk", shutil.which("wrk")),
                                        (options.weir, shutil.which(options.weir))] if not found]
    if missing:
        sys.exit(f"the admin benchmark needs {', '.join(missing)}")

    cpus = sorted(os.sched_getaffinity(0))
    envoy_cpu, other_cpu = (cpus[0], cpus[1]) if len(cpus) > 1 else (None, None)
    admin, get, post = run.free_port(), run.free_port(), run.free_port()
    contenders = [("POST /api/v1/limit", admin, "POST"), ("direct response to GET", get, "GET"),
                  ("direct response to POST", post, "POST")]
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weir-bench-")))
        file, log = folder / "envoy.json", folder / "envoy.log"
        file.write_text(json.dumps(bootstrap(options.weir, folder, admin, get, post)), encoding="utf-8")
        environment = os.environ | {"ENVOY_DYNAMIC_MODULES_SEARCH_PATH": str(pathlib.Path(options.weir).resolve().parent)}
        child = stack.enter_context(run.process(
            [envoy, "-c", str(file), "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "warning"], log,
            envoy_cpu, env=environment))
        run.wait_until_it_answers(get, child, log)
        for _, port, method in contenders:
            call(port, method, 1, other_cpu)
        for turn in range(options.rounds):
            shift = turn % len(contenders)
            for name, port, method in contenders[shift:] + contenders[:shift]:
                before = run.cpu_seconds(child.pid)
                seen = call(port, method, options.seconds, other_cpu)
                used = run.cpu_seconds(child.pid) - before
                print(json.dumps({
                    "gateway": "admin", "round": turn, "contender": name,
                    "requests_per_second": seen["requests"] / seen["seconds"], "p50_us": seen["p50_us"],
                    "p99_us": seen["p99_us"], "cpu_us": used / seen["requests"] * 1e6}), flush=True)


if __name__ == "__main__":
    main()
