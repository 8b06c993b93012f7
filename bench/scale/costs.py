#!/usr/bin/env python3
"""costs: what a script call costs Redis, and the wire. Runs the scripts of src/store/redis/scripts on a redis-server of
its own, pipelined, and divides the growth of its processor time (INFO cpu). Processor time, so that what else the
machine does counts little; the smallest of several rounds.

    bench/scale/costs.py [--calls 20000] [--rounds 3]
"""

import argparse
import itertools
import pathlib
import random

from redis_child import Connection, encoded, redis_server

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "src/store/redis/scripts"
DEPTH = 64  # calls in flight
KEYS = 500_000
FIRST = ["native_clock", "native_number", "native_value"]  # as src/store/redis/native/scripts.cpp puts them together
EACH = {
    "fixed_window": (["native_calendar", "native_fixed_window"], "fixed_window", ["f1m", 0, 1000, 60_000_000, 0]),
    "sliding_window": (["native_sliding_window"], "sliding_window", ["s1m", 0, 1000, 60_000_000, 0]),
    "gcra": (["native_gcra"], "gcra", ["g1m", 0, 1000, 60_000, 1]),
}


def script_of(algorithm):
    files, name, _ = EACH[algorithm]

    def text(file):
        return (SCRIPTS / f"{file}.lua").read_text()

    return "".join(map(text, FIRST + files)) + f"local algorithm = {name}\n" + text("native_each")


def processor_time(connection):
    cpu = connection.info("cpu")
    return float(cpu["used_cpu_user"]) + float(cpu["used_cpu_sys"])


def size_of_answer(value):
    return len(b"$%d\r\n%s\r\n" % (len(value), value))


def measured(connection, algorithm, keys, costs, calls, next_key):
    """us of processor time, bytes out and bytes back, of a script call."""
    rule = EACH[algorithm][2]
    digest = connection.ask("SCRIPT", "LOAD", script_of(algorithm))

    def call():
        names = [f"weir:api:{{user:{next_key():09d}}}" for _ in range(keys)]
        return encoded("EVALSHA", digest, keys, *names, 0, *rule, *[" ".join(["1"] * costs)] * keys)

    batches = [[call() for _ in range(DEPTH)] for _ in range(max(1, calls // DEPTH))]
    sent = sum(len(one) for batch in batches for one in batch)
    back = 0
    before = processor_time(connection)
    for batch in batches:
        connection.socket.sendall(b"".join(batch))
        back += sum(size_of_answer(connection.read()) for _ in batch)
    count = len(batches) * DEPTH
    return (processor_time(connection) - before) / count * 1e6, sent / count, back / count


def row(connection, algorithm, what, keys, costs, calls, rounds, next_key):
    took, out, back = min(measured(connection, algorithm, keys, costs, calls, next_key) for _ in range(rounds))
    print(f"| {algorithm} | {what} | {keys} | {costs} | {took:.1f} | {took / keys / costs:.2f} | {out:.0f} | {back:.0f} |", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--calls", type=int, default=20_000)
    arguments.add_argument("--rounds", type=int, default=3)
    chosen = arguments.parse_args()
    with redis_server() as (version, port):
        connection = Connection(port)
        print(f"Redis {version}, {DEPTH} calls in flight, {KEYS} keys\n")
        print("| Algorithm | Keys are | Keys a call | Costs a key | us a call | us a decision | Bytes out | Bytes back |\n"
              "|---|---|---|---|---|---|---|---|")
        for algorithm in EACH:
            connection.ask("FLUSHALL", "SYNC")
            fresh = itertools.count()
            chance = random.Random(1)
            row(connection, algorithm, "new", 1, 1, chosen.calls, 1, fresh.__next__)
            row(connection, algorithm, "new", 32, 1, KEYS // 32, 1, fresh.__next__)
            for keys, costs in [(1, 1), (8, 1), (32, 1), (64, 1), (1, 8), (1, 64)]:
                calls = max(10 * DEPTH, chosen.calls // (keys * costs))
                row(connection, algorithm, "known", keys, costs, calls, chosen.rounds, lambda: chance.randrange(KEYS))


if __name__ == "__main__":
    main()
