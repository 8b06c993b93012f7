#!/usr/bin/env python3
"""Decisions shared through one Redis: how many a second, beside redis-benchmark with our own script; how long they take,
beside a raw round trip; and both beside the npm package @upstash/ratelimit.

The redis-server has a core for itself, whoever asks it has another. Prints one JSON line a measurement:
bench/report.py forms the ratios."""

import argparse
import csv
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent))

import processes  # noqa: E402
from server import redis_server  # noqa: E402

DEPTHS = (1, 16, 64, 256)
CALIBRATION_ROUNDS = 3
KEYS = 100_000
CALLERS = 64
PACKAGE = ROOT / "tests/conformance/node_modules/@upstash/ratelimit"


def say(text):
    print(f"  {text}", file=sys.stderr, flush=True)


class Bench:
    def __init__(self, redis, options, core):
        self.redis = redis
        self.options = options
        self.core = core

    def lines(self, *command):
        run = subprocess.run(processes.on_core(self.core, command), stdout=subprocess.PIPE, text=True)
        if run.returncode:
            sys.exit(f"{pathlib.Path(command[0]).name} failed")
        return run.stdout.splitlines()

    def weir(self, *words):
        """One run of redis_decisions."""
        options = ["--keys", KEYS, "--seconds", self.options.seconds]
        return json.loads(self.lines(self.options.decisions, self.redis.url, *options, *words)[-1])

    def package(self, *words):
        return json.loads(self.lines("node", HERE / "upstash.mjs", self.redis.port, CALLERS, KEYS, self.options.seconds,
                                     *words)[-1])

    def redis_benchmark(self, depth, calls, words):
        table = csv.DictReader(self.lines("redis-benchmark", "-p", self.redis.port, "-P", depth, "-n", int(calls), "-r", KEYS,
                                          "--csv", *words))
        return float(next(table)["rps"])

    def in_turns(self, case, contenders):
        """`contenders`: name -> what measures it, one round at a time. All that was seen, by name."""
        seen = {name: [] for name in contenders}
        for turn, name in processes.in_turns(list(contenders), self.options.rounds):
            before = self.redis.cpu_ns()
            measured = contenders[name]()
            measured["redis_cpu_ns"] = (self.redis.cpu_ns() - before) / measured.pop("asked")
            seen[name].append(measured)
            print(json.dumps({"case": case, "round": turn, "contender": name, **measured}), flush=True)
        return seen


def best_depth(bench, words):
    """The pipeline depth at which redis-benchmark is fastest, and how fast. By medians: the best of several that one
    round happened to see would be luck as much as depth."""
    calls = {depth: 20_000 for depth in DEPTHS}
    seen = {depth: [] for depth in DEPTHS}
    for turn, depth in processes.in_turns(list(DEPTHS), 1 + CALIBRATION_ROUNDS):
        rate = bench.redis_benchmark(depth, calls[depth], words)
        calls[depth] = bench.options.seconds / len(DEPTHS) * rate
        if turn > 0:  # the first one fills the keys, and says how many calls fill the time
            seen[depth].append(rate)
    rates = {depth: statistics.median(seen[depth]) for depth in DEPTHS}
    best = max(rates, key=rates.get)
    say("redis-benchmark: " + ", ".join(f"{rates[depth]:,.0f} at depth {depth}" for depth in DEPTHS) + f"; {best} it is")
    return best, rates[best]


def decisions(bench):
    """Decisions a second of one thread. Returns Weir's median, many keys a call."""
    script = json.loads(bench.lines(bench.options.decisions, bench.redis.url, "--ask", "script")[-1])
    loaded = bench.redis("SCRIPT", "LOAD", script["text"])
    if loaded != script["words"][1]:
        sys.exit(f"Redis calls our script {loaded}, and we {script['words'][1]}")
    depth, rate = best_depth(bench, script["words"])
    calls = bench.options.seconds * rate

    seen = bench.in_turns("redis decisions", {
        "redis-benchmark": lambda: {"calls_per_second": bench.redis_benchmark(depth, calls, script["words"]),
                                    "asked": int(calls)},
        "weir, one key a call": lambda: bench.weir("--ask", "single"),
        "weir, many keys a call": bench.weir,
        "weir, 64 callers on one hot key": lambda: bench.weir("--keys", 1, "--callers", CALLERS),
        "weir, lease mode": lambda: bench.weir("--ask", "lease", "--keys", 1_000),
    })
    return statistics.median(each["calls_per_second"] for each in seen["weir, many keys a call"])


def half_load(bench, highest):
    load = ["--a-second", int(highest / 2)]
    say(f"half load is {highest / 2:,.0f} calls a second")
    bench.in_turns("redis half load", {
        "a raw round trip": lambda: bench.weir("--ask", "get", *load),
        "weir": lambda: bench.weir(*load),
    })


def beside_the_package(bench):
    if not shutil.which("node") or not PACKAGE.exists():
        say("no node here, or not what it needs (npm ci in tests/conformance), so @upstash/ratelimit is left out")
        return
    weir = ["--rule", "sliding_window", "--callers", CALLERS]
    bench.in_turns("redis upstash", {
        "@upstash/ratelimit": bench.package,
        "@upstash/ratelimit, gathering": lambda: bench.package("gathering"),
        "weir, layout upstash": lambda: bench.weir("--ask", "upstash", *weir),
        "weir, layout weir": lambda: bench.weir(*weir),
    })


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=11)
    arguments.add_argument("--seconds", type=float, default=2, help="of each measurement")
    arguments.add_argument("--decisions", default=str(ROOT / "build/bench/redis_decisions"), help="the program of that name")
    options = arguments.parse_args()
    missing = [tool for tool in ("redis-server", "redis-benchmark", "redis-cli", options.decisions) if not shutil.which(tool)]
    if missing:
        sys.exit(f"the benchmark of Redis needs {', '.join(missing)}")

    redis_core, other_core = processes.two_cores()
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as folder:
        with redis_server(pathlib.Path(folder), redis_core) as redis:
            bench = Bench(redis, options, other_core)
            highest = decisions(bench)
            half_load(bench, highest)
            if refused := redis.errors():
                sys.exit(f"Redis refused calls, which then cost less than a decision: {refused}")
            redis("FLUSHALL")
            beside_the_package(bench)


if __name__ == "__main__":
    main()
