#!/usr/bin/env python3
"""A Lambda for benchmarks: whole or streamed answers, and an account that throttles. It checks nothing and wastes nothing.

    endpoint.py --port N --ceiling C --runs SECONDS

Functions by name:
    slow     answers after SECONDS; beyond C of them at once it throttles
    stream   one frame at once, whose body is the time (ns of the monotonic clock, 20 digits), and the rest after PAUSE; by the
             buffered Invoke the same output in two pieces
    open     one frame at once, and the end when the caller leaves
GET /counts tells what `slow` did: {"ran", "throttled", "busy"}, busy in seconds of all calls; they begin anew with each question.
"""

import argparse
import asyncio
import json
import os
import pathlib
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "tests/gateway"))

from event_frames import EVENT_STREAM, HTTP_INTEGRATION, chunk, complete, head  # noqa: E402

PAUSE = 0.02  # seconds
THROTTLED = json.dumps({"Reason": "ConcurrentInvocationLimitExceeded", "Type": "User", "message": "Rate Exceeded."}).encode()
ANSWER = json.dumps({"statusCode": 200, "headers": {"content-type": "text/plain"}, "body": "hello"}).encode()


def answer(status, body, *headers):
    lines = [f"HTTP/1.1 {status} {'OK' if status == 200 else 'Refused'}", "content-type: application/json",
             f"content-length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def in_chunks(*headers):
    return "\r\n".join(["HTTP/1.1 200 OK", *headers, "transfer-encoding: chunked"]).encode() + b"\r\n\r\n"


def piece(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


STREAM = in_chunks(f"content-type: {EVENT_STREAM}", f"x-amzn-remapped-content-type: {HTTP_INTEGRATION}")


class Account:
    def __init__(self, ceiling, runs):
        self.ceiling, self.runs, self.running, self.counts = ceiling, runs, 0, self.none()

    @staticmethod
    def none():
        return {"ran": 0, "throttled": 0, "busy": 0.0}

    def tell(self):
        told, self.counts = self.counts, self.none()
        return answer(200, json.dumps(told).encode())

    async def call(self):
        if self.running >= self.ceiling:
            self.counts["throttled"] += 1
            return answer(429, THROTTLED, "x-amzn-errortype: TooManyRequestsException")
        self.running += 1
        begin = time.monotonic()
        try:
            await asyncio.sleep(self.runs)
        finally:
            self.running -= 1
        self.counts["ran"] += 1
        self.counts["busy"] += time.monotonic() - begin
        return answer(200, ANSWER)


def now():
    return b"%020d" % time.monotonic_ns()


async def stream(writer, is_stream):
    if is_stream:
        writer.write(STREAM + piece(chunk(head(headers={"content-type": "text/plain"})) + chunk(now())))
        await asyncio.sleep(PAUSE)
        writer.write(piece(chunk(b"x" * 100) + complete()) + b"0\r\n\r\n")
        return
    writer.write(in_chunks("content-type: application/json") + piece(b'{"statusCode": 200, "body": "' + now()))
    await asyncio.sleep(PAUSE)
    writer.write(piece(b"x" * 100 + b'"}') + b"0\r\n\r\n")


async def serve(account, reader, writer):
    try:
        while True:
            request = await reader.readuntil(b"\r\n\r\n")
            target = request.split(b" ", 2)[1]
            length = next((int(line.split(b":")[1]) for line in request.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
            await reader.readexactly(length)
            if target == b"/counts":
                writer.write(account.tell())
            elif b"slow" in target:
                writer.write(await account.call())
            elif b"open" in target:
                writer.write(STREAM + piece(chunk(head(headers={"content-type": "text/plain"})) + chunk(b"x")))
                await reader.read()
                return
            elif b"stream" in target:
                await stream(writer, b"response-streaming" in target)
            else:
                writer.write(answer(200, ANSWER))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the caller left
    finally:
        writer.close()


async def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--ceiling", type=int, default=20)
    arguments.add_argument("--runs", type=float, default=0.1)
    options = arguments.parse_args()
    account = Account(options.ceiling, options.runs)
    server = await asyncio.start_server(lambda *ends: serve(account, *ends), "127.0.0.1", options.port, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        os._exit(0)
