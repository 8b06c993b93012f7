#!/usr/bin/env python3
"""memory: what a key takes in Redis, by algorithm. Fills a redis-server of its own with values as docs/redis.md shows
them, each with a TTL, and divides the growth of used_memory_dataset.

    bench/scale/memory.py [--keys 1000000]
"""

import argparse
import struct

from redis_child import Connection, encoded, redis_server

NOW = 1781481600000000  # us
TTL = 3_600_000         # ms: nothing ends meanwhile


def key_of(number):
    return f"weir:api:{{user:{number:09d}}}"


def text(value):
    """SET with a TTL."""
    return lambda number: encoded("SET", key_of(number), value, "PX", TTL)


def log(entries):
    """A sliding log: a header of 64 bytes, 16 an entry."""
    value = b"weir-log".ljust(64, b"\0") + b"".join(struct.pack("<dd", NOW + at, 1) for at in range(entries))
    return lambda number: encoded("SET", key_of(number), value, "PX", TTL)


def holders(count):
    """Concurrency: a sorted set of leases, and what they hold together."""
    def fill(number):
        members = [part for at in range(count) for part in (NOW + at, f"1:1:{number:09d}{at:07d}")]
        return encoded("ZADD", key_of(number), *members, "inf", f"held={count}") + encoded("PEXPIRE", key_of(number), TTL)
    fill.answers = 2
    return fill


FORMATS = [
    ("fixed_window", text(f"f1m {NOW} 57")),
    ("sliding_window", text(f"s1h {NOW} 57 43")),
    ("gcra", text(f"g1m {NOW}")),
    ("token_bucket, a unit a whole number of us", text(f"t1s {NOW}")),
    ("token_bucket, with parts of 1 us", text(f"t1s {NOW} 1 7")),
    ("interval_bucket", text(f"i10s {NOW} 57")),
    ("sliding_log, 10 entries", log(10)),
    ("sliding_log, 100 entries", log(100)),
    ("concurrency, 1 holder", holders(1)),
    ("concurrency, 10 holders", holders(10)),
]


def filled(connection, fill, keys):
    answers = getattr(fill, "answers", 1)
    for first in range(0, keys, 1000):
        count = min(1000, keys - first)
        connection.socket.sendall(b"".join(fill(first + at) for at in range(count)))
        for _ in range(count * answers):
            connection.read()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--keys", type=int, default=1_000_000)
    keys = arguments.parse_args().keys
    with redis_server("--maxmemory-policy", "noeviction") as (version, port):
        connection = Connection(port)
        print(f"Redis {version}, {keys} keys such as {key_of(42)}, each with a TTL\n")
        print("| Algorithm | MEMORY USAGE of a key | Bytes a key, all included | 1 billion keys |\n|---|---|---|---|")
        for name, fill in FORMATS:
            connection.ask("FLUSHALL", "SYNC")
            count = keys if "100 entries" not in name and "10 holders" not in name else max(1, keys // 10)
            before = int(connection.info("memory")["used_memory"])
            filled(connection, fill, count)
            each = (int(connection.info("memory")["used_memory"]) - before) / count
            usage = connection.ask("MEMORY", "USAGE", key_of(count // 2))
            print(f"| {name} | {usage} | {each:.0f} | {each:.0f} GB |", flush=True)


if __name__ == "__main__":
    main()
