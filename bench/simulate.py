#!/usr/bin/env python3
"""How many lines a second `weir simulate` replays on one core: CSV and JSON lines, few busy keys and many even ones.

    bench/simulate.py [WEIR] [LINES]
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

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
    weir = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "build/release/weir"
    lines = int(sys.argv[2]) if len(sys.argv) > 2 else 3_000_000
    core = max(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="weir-bench-") as name:
        folder = pathlib.Path(name)
        (folder / "weir.yaml").write_text(CONFIG)
        for what, form, choose in (("CSV, skewed keys", csv, skewed), ("CSV, even keys", csv, even),
                                   ("JSON lines, skewed keys", json_line, skewed)):
            dice = random.Random(1)
            with (folder / "trace").open("w") as trace:
                trace.write("time,key,cost,limit\n" if form is csv else "")
                trace.writelines(form(1_768_478_400 + i / 1000, choose(dice)) for i in range(lines))
            start = time.perf_counter()
            subprocess.run([weir, "simulate", "-c", "weir.yaml", "trace", "--json"], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                           preexec_fn=lambda: os.sched_setaffinity(0, {core}))
            print(f"{what:26}{lines / (time.perf_counter() - start) / 1e6:6.2f} M lines/s")


if __name__ == "__main__":
    main()
