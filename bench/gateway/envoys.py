"""What the benchmarks of Envoys share: the programs they need, an upstream, Envoys, and wrk calling them in turn."""

import contextlib
import glob
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
from dataclasses import dataclass

import processes

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CONNECTIONS = 64


def find_envoy():
    places = [os.environ.get("WEIR_ENVOY"), ROOT / "build/release/envoy", ROOT / ".venv/bin/envoy",
              *glob.glob(str(ROOT / ".venv/lib/python*/site-packages/envoy/_bin/envoy")), shutil.which("envoy")]
    return next((str(place) for place in places if place and os.access(place, os.X_OK)), None)


def require(weir, *tools):
    """Envoy's path; ends the program, naming what is missing."""
    envoy = find_envoy()
    missing = ([] if envoy else ["envoy"]) + [tool for tool in ("wrk", *tools, weir) if not shutil.which(tool)]
    if missing:
        sys.exit(f"{pathlib.Path(sys.argv[0]).name} needs {', '.join(missing)}")
    return envoy


def wait_until_it_answers(port, child, log):
    def answers():
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/", headers={"x-user-id": "first"})
            return connection.getresponse().status == 200
        return False

    processes.wait_until(answers, child, log, f"port {port} does not answer 200")


NGINX = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log error;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 1h;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port} backlog=1024; location / {{ return 200 "hello\\n"; }} }}
}}
"""


def start_nginx(stack, folder, core):
    """The port of an upstream that answers `hello`, until the stack ends."""
    folder.chmod(0o755)  # nginx' worker runs as nobody
    port = processes.free_port()
    config, log = folder / "nginx.conf", folder / "nginx.log"
    config.write_text(NGINX.format(folder=folder, port=port), encoding="utf-8")
    child = stack.enter_context(processes.process(["nginx", "-c", config, "-e", "stderr"], log, core))
    wait_until_it_answers(port, child, log)
    return port


def bootstrap_of(weir, folder, config):
    """What `weir envoy` makes of a weir.yaml (as JSON, which is YAML)."""
    file = folder / f"weir-{config['listen'].rsplit(':', 1)[1]}.yaml"
    file.write_text(json.dumps(config, indent=2), encoding="utf-8")
    return json.loads(subprocess.run([weir, "envoy", "-c", file], check=True, stdout=subprocess.PIPE).stdout)


def start_envoy(stack, envoy, weir, folder, bootstrap, port, core):
    """An Envoy with one worker, answering on the port, until the stack ends."""
    file, log = folder / f"envoy-{port}.json", folder / f"envoy-{port}.log"
    file.write_text(json.dumps(bootstrap), encoding="utf-8")
    environment = os.environ | {"ENVOY_DYNAMIC_MODULES_SEARCH_PATH": str(pathlib.Path(weir).resolve().parent)}
    child = stack.enter_context(processes.process(
        [envoy, "-c", file, "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "warning"], log, core,
        env=environment))
    wait_until_it_answers(port, child, log)
    return child


@dataclass(frozen=True)
class Contender:
    name: str
    port: int
    pid: int  # whose CPU time counts
    words: tuple = ()  # that its script gets


def call(port, script, words, seconds, core):
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", HERE / script, f"http://127.0.0.1:{port}/", "--", *words]
    output = subprocess.run(processes.on_core(core, command), check=True, stdout=subprocess.PIPE, text=True).stdout
    seen = json.loads(next(line for line in output.splitlines() if line.startswith("{")))
    if seen["failed"] or not seen["requests"]:
        sys.exit(f"requests failed on port {port}: {seen}")
    return seen


def measure(load, script, contenders, rounds, seconds, core):
    """Prints one JSON line a measurement: bench/report.py forms the ratios."""
    for each in contenders:
        call(each.port, script, each.words, 1, core)  # connections to the upstream are made, code is warm
    for turn, each in processes.in_turns(contenders, rounds):
        before = processes.cpu_seconds(each.pid)
        seen = call(each.port, script, each.words, seconds, core)
        used = processes.cpu_seconds(each.pid) - before
        print(json.dumps({
            "case": load, "round": turn, "contender": each.name,
            "requests_per_second": seen["requests"] / seen["seconds"], "p50_us": seen["p50_us"],
            "p99_us": seen["p99_us"], "cpu_us": used / seen["requests"] * 1e6}), flush=True)
