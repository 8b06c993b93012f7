#!/usr/bin/env python3
"""Streams of a model through a gateway: 100 at once through Envoy with Weir and without, then beside LiteLLM's proxy the
first token, whole streams, and what is charged. Prints one JSON line a measurement: bench/report.py forms the ratios."""

import argparse
import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent / "gateway"))

import bootstraps  # noqa: E402
import envoys  # noqa: E402
import peers  # noqa: E402
import processes  # noqa: E402
from charges import charges_of  # noqa: E402

# Streams at once, events an answer, events of a stream on their way, microseconds between them.
SATURATED = (100, 500, 1, 0)  # as fast as they come back
PACED = (100, 500, 1, 20_000)  # 5,000 a second in all, well below what one core takes
ONE_BY_ONE = (1, 20, 1000, 0)  # nobody else is there: what the first event waits
MANY = (16, 20, 1000, 0)  # answers of 20 events


class Streams:
    """The model, and those who call it."""

    def __init__(self, stack, program, core):
        self.child = subprocess.Popen(processes.on_core(core, [program]), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        stack.callback(self.stop)
        self.port = int(self.child.stdout.readline())

    def stop(self):
        self.child.stdin.close()
        self.child.wait(timeout=20)

    def call(self, port, load, seconds):
        self.child.stdin.write(" ".join(str(word) for word in (port, *load, seconds)) + "\n")
        self.child.stdin.flush()
        seen = json.loads(self.child.stdout.readline())
        return seen

    def measure(self, port, load, seconds):
        seen = self.call(port, load, seconds)
        if seen["failed"] or not seen["events"]:
            sys.exit(f"streams failed on port {port}: {seen}")
        return seen

    def warm_up(self, port, load):
        """Until answers come: what has just been started may take its time."""
        for _ in range(20):
            if self.call(port, load, 1)["answers"]:
                return
        sys.exit(f"port {port} answers nobody")


def tell(case, turn, contender, **measured):
    print(json.dumps({"case": case, "round": turn, "contender": contender, **measured}), flush=True)


def measure_parallel(streams, contenders, rounds, seconds):
    for port, _ in contenders.values():
        streams.warm_up(port, MANY)
    for turn, name in processes.in_turns(list(contenders), rounds):
        port, child = contenders[name]
        before = processes.cpu_seconds(child.pid)
        seen = streams.measure(port, SATURATED, seconds)
        used = processes.cpu_seconds(child.pid) - before
        paced = streams.measure(port, PACED, seconds)
        tell("model, 100 streams", turn, name, chunks_per_second=seen["events"] / seen["seconds"],
             cpu_us=used / seen["events"] * 1e6, p50_us=paced["p50_us"], p99_us=paced["p99_us"])


def measure_answers(streams, contenders, rounds, seconds):
    for port in contenders.values():
        streams.warm_up(port, MANY)
    for turn, name in processes.in_turns(list(contenders), rounds):
        first = streams.measure(contenders[name], ONE_BY_ONE, seconds)
        many = streams.measure(contenders[name], MANY, seconds)
        tell("model, answers", turn, name, first_us=first["first_p50_us"], streams_per_second=many["events"] / MANY[1] / many["seconds"])


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=11)
    arguments.add_argument("--seconds", type=int, default=3, help="of each measurement")
    arguments.add_argument("--weir", default=str(envoys.ROOT / "build/release/weir"), help="the command line, its module beside it")
    arguments.add_argument("--streams", default=str(envoys.ROOT / "build/bench/model_streams"), help="the program streams.cpp")
    arguments.add_argument("--empty-module", help="bench_empty_module's library; without it that contender is left out")
    arguments.add_argument("--litellm", help="LiteLLM's program; without it that peer is left out")
    options = arguments.parse_args()
    envoy = envoys.require(options.weir, options.streams)

    # What is under test has a core of its own; the model and those who call it share another.
    core, other_core = processes.two_cores()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weir-bench-")))
        streams = Streams(stack, options.streams, other_core)
        changes = {"bare": bootstraps.without_weir, "weir": lambda bootstrap: bootstrap}
        if options.empty_module:
            empty = bootstraps.empty_module(options.empty_module)
            changes["an empty module"] = lambda bootstrap: bootstraps.without_weir(bootstrap, [empty])
        gateways = {name: peers.start_envoy(stack, envoy, options.weir, folder, streams.port, core, change)
                    for name, change in changes.items()}
        measure_parallel(streams, gateways, options.rounds, options.seconds)
        contenders = {"the model itself": 0, "bare": gateways["bare"][0], "weir": gateways["weir"][0]}
        if options.litellm:
            contenders["LiteLLM"] = peers.start_litellm(stack, options.litellm, folder, streams.port, core)[0]
        measure_answers(streams, contenders, min(options.rounds, 5), options.seconds)
    for case, who, charged, true in charges_of(envoy, options.weir, options.litellm, core):
        tell("model, charge", 0, f"{who}: {case}", charged=charged, true=true)


if __name__ == "__main__":
    main()
