#!/usr/bin/env python3
"""Functions of AWS Lambda behind Envoy: through Weir and through Envoy's own aws_lambda filter, in turn, before one endpoint.

Small calls by wrk, the first byte of streamed answers, memory of open ones, and an account that throttles, called through
adaptive concurrency and by clients that just try again. Prints one JSON line a measurement."""

import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "gateway")]

import bootstraps  # noqa: E402
import envoys  # noqa: E402
import processes  # noqa: E402

WEIR, OWN, BARE, DIRECT = "weir", "aws_lambda", "bare", "direct"
CEILING, RUNS, CALLERS = 20, 0.1, 60  # of the account: calls at once, seconds of each; who calls it
PATIENCE = 0.02                       # seconds until a caller that was refused asks again, on average
STREAMS = 256                         # open at once, while memory is measured
ASKED = 200                           # first bytes a round

AWS_LAMBDA = {
    "name": "envoy.filters.http.aws_lambda",
    "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.aws_lambda.v3.Config",
        "arn": "arn:aws:lambda:us-east-1:123456789012:function:FUNCTION",
    },
}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_EC2_METADATA_DISABLED": "true"}
ANSWER = '{{"statusCode":200,"headers":{{"content-type":"text/plain"}},"body":"hello"}}'
NGINX = envoys.NGINX.replace('return 200 "hello\\n";', f"default_type application/json; return 200 '{ANSWER}';")


def config(listen, endpoint, function, **options):
    """A weir.yaml with this function at every path; without one, the endpoint as a plain upstream."""
    url = f"http://127.0.0.1:{endpoint}"
    called = {"function": function, "region": "us-east-1", "endpoint": url, "retry": {"attempts": 1}, **options}
    upstream = {"lambda": called} if function else {"url": url}
    return {"version": 1, "listen": f"127.0.0.1:{listen}", "admin": "off", "upstreams": {"orders": upstream},
            "routes": [{"path": "/*", "to": "orders"}]}


def with_aws_lambda(bootstrap, function):
    """Envoy's own filter, in a bootstrap of a plain upstream."""
    own = json.loads(json.dumps(AWS_LAMBDA).replace("FUNCTION", function))
    bare = bootstraps.without_weir(bootstrap)
    for manager in bootstraps.connection_managers(bare["static_resources"]["listeners"]):
        manager["http_filters"].insert(len(manager["http_filters"]) - 1, own)
    for cluster in bare["static_resources"]["clusters"]:
        cluster["metadata"] = {"filter_metadata": {"com.amazonaws.lambda": {"egress_gateway": True}}}
    return bare


class Bench:
    def __init__(self, stack, options):
        self.stack, self.options = stack, options
        self.envoy = envoys.require(options.weir, "nginx")
        self.envoy_core, self.other_core = processes.two_cores()
        self.folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weir-bench-")))
        os.environ.update(CREDENTIALS)

    def start(self, who, endpoint, function, **more):
        port = processes.free_port()
        plain = envoys.bootstrap_of(self.options.weir, self.folder, config(port, endpoint, function if who == WEIR else None, **more))
        change = {WEIR: lambda whole: whole, OWN: lambda whole: with_aws_lambda(whole, function), BARE: bootstraps.without_weir}
        bootstrap = change[who](plain)
        child = envoys.start_envoy(self.stack, self.envoy, self.options.weir, self.folder, bootstrap, port, self.envoy_core)
        return envoys.Contender(who, port, child.pid)

    def start_endpoint(self):
        command = [sys.executable, "-B", HERE / "endpoint.py", "--ceiling", CEILING, "--runs", RUNS]
        child = subprocess.Popen(processes.on_core(self.other_core, command), stdout=subprocess.PIPE, text=True)
        self.stack.callback(child.wait)
        self.stack.callback(child.terminate)
        return int(child.stdout.readline())


# ---- an HTTP client that looks at its clock


async def ask(reader, writer, path="/"):
    """(status, headers in lower case, what came of the body with them)."""
    writer.write(f"GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    return int(head.split(b" ", 2)[1]), head


async def read_chunks(reader):
    while True:
        size = int(await reader.readline(), 16)
        data = await reader.readexactly(size + 2)
        if size == 0:
            return
        yield data[:-2]


async def read_body(reader, head):
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), None)
    if length is not None:
        return await reader.readexactly(length)
    return b"".join([part async for part in read_chunks(reader)])


async def delays(port, path):
    """Microseconds between the endpoint's first frame, which tells the time, and its arrival here."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told = []
    for _ in range(ASKED):
        _, head = await ask(reader, writer, path)
        if b"content-length" in head:
            body, at = await read_body(reader, head), time.monotonic_ns()
        else:
            body, at = b"", None
            async for part in read_chunks(reader):
                body += part
                if at is None and len(body) >= 20:
                    at = time.monotonic_ns()
        begin = body.index(b"0" * 3)  # the clock's digits begin with zeros
        told.append((at - int(body[begin:begin + 20])) / 1000)
    writer.close()
    return told


async def memory_of_streams(port, pid, streams):
    """KiB that each of so many open streams takes in the Envoy. What it has freed once it uses again: of a fresh one alone."""
    before, ends = resident(pid), []
    for _ in range(streams):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        ends.append(writer)
        await ask(reader, writer, "/2021-11-15/functions/open/response-streaming-invocations")
        await anext(read_chunks(reader))
    after = resident(pid)
    for writer in ends:
        writer.close()
    return (after - before) / streams


def resident(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])


async def callers(port, path, seconds):
    """Callers who ask again at once when answered, and soon when refused."""
    end = time.monotonic() + seconds

    async def caller(number):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < end:
            status, head = await ask(reader, writer, path)
            await read_body(reader, head)
            if status != 200:
                await asyncio.sleep(PATIENCE * (0.5 + (number % 7) / 6))
        writer.close()

    await asyncio.gather(*(caller(number) for number in range(CALLERS)))


async def counts(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    _, head = await ask(reader, writer, "/counts")
    body = await read_body(reader, head)
    writer.close()
    return json.loads(body)


# ---- what is measured


def say(case, turn, who, **values):
    print(json.dumps({"case": f"lambda gateway {case}", "round": turn, "contender": who, **values}), flush=True)


def small_calls(bench):
    """wrk's 64 connections, a JSON answer of a few bytes."""
    envoys.NGINX = NGINX
    endpoint = envoys.start_nginx(bench.stack, bench.folder, bench.other_core)
    running = [bench.start(who, endpoint, "orders") for who in (WEIR, OWN)]
    envoys.measure("lambda gateway calls", "load.lua", [envoys.Contender(each.name, each.port, each.pid, (0,)) for each in running],
                   bench.options.rounds, bench.options.seconds, bench.other_core)


def first_bytes(bench, endpoint):
    ours = bench.start(WEIR, endpoint, "stream", invoke="stream")
    own = bench.start(OWN, endpoint, "stream")
    ways = [(DIRECT, endpoint, "/2021-11-15/functions/stream/response-streaming-invocations"), (WEIR, ours.port, "/"), (OWN, own.port, "/")]
    for turn, (who, port, path) in processes.in_turns(ways, bench.options.rounds):
        told = sorted(asyncio.run(delays(port, path)))
        say("first byte", turn, who, p50_us=statistics.median(told), p99_us=told[len(told) * 99 // 100])


def memory(bench, endpoint):
    for turn, who in processes.in_turns([WEIR, BARE], min(bench.options.rounds, 3)):
        with contextlib.ExitStack() as stack:
            bench.stack, before = stack, bench.stack
            each = bench.start(who, endpoint, "open", invoke="stream") if who == WEIR else bench.start(who, endpoint, None)
            asyncio.run(memory_of_streams(each.port, each.pid, 4))
            say("streams", turn, who, kib=asyncio.run(memory_of_streams(each.port, each.pid, STREAMS)))
            bench.stack = before


def account(bench, endpoint):
    adaptive = bench.start(WEIR, endpoint, "slow", concurrency="auto")
    exact = bench.start(WEIR, endpoint, "slow", concurrency=CEILING)
    naive = bench.start(WEIR, endpoint, "slow", concurrency="off", retry={"attempts": 3})
    seconds = max(5, bench.options.seconds * 3)
    asyncio.run(callers(adaptive.port, "/", 10))  # finds out
    ways = [("adaptive", adaptive.port), ("exactly the ceiling", exact.port), ("naive, retrying", naive.port)]
    for turn, (who, port) in processes.in_turns(ways, min(bench.options.rounds, 3)):
        asyncio.run(counts(endpoint))
        begin = time.monotonic()
        asyncio.run(callers(port, "/", seconds))
        told = asyncio.run(counts(endpoint))
        say("account", turn, who, throughput=told["busy"] / (CEILING * (time.monotonic() - begin)),
            throttled_share=told["throttled"] / max(1, told["ran"] + told["throttled"]))


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=11)
    arguments.add_argument("--seconds", type=int, default=3, help="of each measurement")
    arguments.add_argument("--weir", default=str(envoys.ROOT / "build/release/weir"), help="the command line, its module beside it")
    with contextlib.ExitStack() as stack:
        bench = Bench(stack, arguments.parse_args())
        small_calls(bench)
        endpoint = bench.start_endpoint()
        first_bytes(bench, endpoint)
        memory(bench, endpoint)
        account(bench, endpoint)


if __name__ == "__main__":
    main()
