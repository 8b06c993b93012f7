#!/usr/bin/env python3
"""Requests per second and latency through Envoy: bare, with Weir, with Envoy's own local_ratelimit, in turn; and bare
with the two headers that Weir adds, which Envoy adds itself.

All Envoys run with one worker before one nginx; wrk calls one of them at a time, who comes first rotates. Prints one
JSON line a measurement: bench/report.py forms the ratios."""

import argparse
import contextlib
import glob
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import bootstraps

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# How wrk calls: connections, and the longest pause of each before its next request, in ms. Saturated tells how much
# one worker can take; paced, some 8,000 requests per second in all, tells what a request waits when nobody queues.
LOADS = {"saturated": (64, 0), "paced": (64, 16)}


def find_envoy():
    places = [os.environ.get("WEIR_ENVOY"), ROOT / "build/release/envoy", ROOT / ".venv/bin/envoy",
              *glob.glob(str(ROOT / ".venv/lib/python*/site-packages/envoy/_bin/envoy")), shutil.which("envoy")]
    return next((str(place) for place in places if place and os.access(place, os.X_OK)), None)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def process(command, log, cpu, **options):
    """Runs until the block ends; a process that outlives its SIGTERM for 10 s is killed."""
    if cpu is not None:
        command = ["taskset", "-c", str(cpu), *command]
    with open(log, "w", encoding="utf-8") as output:
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **options)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def wait_until_it_answers(port, child, log):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and child.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/", headers={"x-user-id": "first"})
            if connection.getresponse().status == 200:
                return
        time.sleep(0.05)
    sys.exit(f"port {port} does not answer 200:\n{pathlib.Path(log).read_text(encoding='utf-8')[-2000:]}")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def nginx_config(folder, port):
    return f"""daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log error;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 1h;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port} backlog=1024; location / {{ return 200 "hello\\n"; }} }}
}}
"""


def rendered(weir, folder, upstream, key):
    """Weir's bootstrap for a gateway on a port of its own, and that port."""
    port = free_port()
    config = folder / f"weir-{port}.yaml"
    config.write_text(bootstraps.weir_config(port, upstream, key), encoding="utf-8")
    output = subprocess.run([weir, "envoy", "-c", config], check=True, stdout=subprocess.PIPE).stdout
    return json.loads(output), port


def contenders(weir, folder, upstream):
    """Name, bootstrap and port of each."""
    changes = {"bare": bootstraps.without_weir,
               "bare, two headers more": bootstraps.with_two_headers,
               "local_ratelimit": lambda whole: bootstraps.without_weir(whole, [bootstraps.LOCAL_RATELIMIT])}
    for name, change in changes.items():
        bootstrap, port = rendered(weir, folder, upstream, "ip")
        yield name, change(bootstrap), port
    for name, key in [("weir, header key", "header:x-user-id"), ("weir, ip key", "ip")]:
        yield name, *rendered(weir, folder, upstream, key)


def call(port, load, seconds, cpu):
    connections, pause = LOADS[load]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", HERE / "load.lua",
               f"http://127.0.0.1:{port}/", "--", str(pause)]
    if cpu is not None:
        command = ["taskset", "-c", str(cpu), *command]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    seen = json.loads(next(line for line in output.splitlines() if line.startswith("{")))
    if seen["failed"] or not seen["requests"]:
        sys.exit(f"requests failed on port {port}: {seen}")
    return seen


def measure(running, rounds, seconds, cpu):
    for load in LOADS:
        for name, port, _ in running:
            call(port, load, 1, cpu)  # connections to the upstream are made, code is warm
        for turn in range(rounds):
            shift = turn % len(running)
            for name, port, pid in running[shift:] + running[:shift]:
                before = cpu_seconds(pid)
                seen = call(port, load, seconds, cpu)
                used = cpu_seconds(pid) - before
                print(json.dumps({
                    "gateway": load, "round": turn, "contender": name,
                    "requests_per_second": seen["requests"] / seen["seconds"], "p50_us": seen["p50_us"],
                    "p99_us": seen["p99_us"], "cpu_us": used / seen["requests"] * 1e6}), flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=11)
    arguments.add_argument("--seconds", type=int, default=3, help="of each measurement")
    arguments.add_argument("--weir", default=str(ROOT / "build/release/weir"), help="the command line, its module beside it")
    options = arguments.parse_args()

    envoy = find_envoy()
    missing = [tool for tool, found in [("envoy", envoy), ("nginx", shutil.which("nginx")), ("wrk", shutil.which("wrk")),
                                        (options.weir, shutil.which(options.weir))] if not found]
    if missing:
        sys.exit(f"the gateway benchmark needs {', '.join(missing)}")

    # The worker under test has a core of its own; what calls it and what answers share another.
    cpus = sorted(os.sched_getaffinity(0))
    envoy_cpu, other_cpu = (cpus[0], cpus[1]) if len(cpus) > 1 else (None, None)
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weir-bench-")))
        folder.chmod(0o755)  # nginx' worker runs as nobody
        upstream = free_port()
        config = folder / "nginx.conf"
        config.write_text(nginx_config(folder, upstream), encoding="utf-8")
        nginx = stack.enter_context(process(["nginx", "-c", str(config), "-e", "stderr"], folder / "nginx.log", other_cpu))
        wait_until_it_answers(upstream, nginx, folder / "nginx.log")

        running = []
        environment = os.environ | {"ENVOY_DYNAMIC_MODULES_SEARCH_PATH": str(pathlib.Path(options.weir).resolve().parent)}
        for name, bootstrap, port in contenders(options.weir, folder, upstream):
            file = folder / f"envoy-{port}.json"
            file.write_text(json.dumps(bootstrap), encoding="utf-8")
            log = folder / f"envoy-{port}.log"
            command = [envoy, "-c", str(file), "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "warning"]
            child = stack.enter_context(process(command, log, envoy_cpu, env=environment))
            wait_until_it_answers(port, child, log)
            running.append((name, port, child.pid))
        measure(running, options.rounds, options.seconds, other_cpu)


if __name__ == "__main__":
    main()
