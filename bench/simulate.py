#!/usr/bin/env python3
"""How many lines a second `weir simulate` replays on one core: CSV and JSON lines, few busy keys and many even ones.
Prints one JSON line a measurement."""

import argparse
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time

import processes

ROOT = pathlib.Path(__file__).resolve().parents[1]
KEYS = 1_000_000
CONFIG = """\
version: 1
limits:
  per-user: { key: "header:x-user-id", rate: 10/1m }
  other: { key: ip, rate: 10/1m }
upstreams: { a: { url: http://127.0.0.1:9000 } }
routes: [{ path: /*, to: a, limits: [per-user, other] }]
"""


def skewed(dice):
    return int(KEYS ** dice.random())


def even(dice):
    return dice.randrange(KEYS)


def csv(time_, key):
    return f"{time_:.3f},user:{key},1,per-user\n"


def json_line(time_, key):
    return json.dumps({"time": round(time_, 3), "key": f"user:{key}", "cost": 1, "limit": "per-user"}) + "\n"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=1)
    arguments.add_argument("--lines", type=int, default=3_000_000)
    arguments.add_argument("--weir", default=str(ROOT / "build/release/weir"))
    options = arguments.parse_args()
    weir = pathlib.Path(options.weir).resolve()
    core = max(os.sched_getaffinity(0))
    traces = {"CSV, skewed keys": (csv, skewed), "CSV, even keys": (csv, even), "JSON lines, skewed keys": (json_line, skewed)}
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as name:
        folder = pathlib.Path(name)
        (folder / "weir.yaml").write_text(CONFIG)
        for what, (form, choose) in traces.items():
            dice = random.Random(1)
            with (folder / "trace").open("w") as trace:
                trace.write("time,key,cost,limit\n" if form is csv else "")
                trace.writelines(form(1_768_478_400 + i / 1000, choose(dice)) for i in range(options.lines))
            for turn in range(options.rounds):
                start = time.perf_counter()
                subprocess.run(processes.on_core(core, [weir, "simulate", "-c", "weir.yaml", "trace", "--json"]), cwd=folder, check=True,
                               stdout=subprocess.DEVNULL)
                print(json.dumps({"case": "simulate", "round": turn, "contender": what,
                                  "lines_per_second": options.lines / (time.perf_counter() - start)}), flush=True)


if __name__ == "__main__":
    main()
