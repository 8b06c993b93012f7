"""The real @upstash/ratelimit and Weir, each a process that JSON lines drive, beside one redis-server."""

import contextlib
import itertools
import json
import os
import pathlib
import random
import socket
import subprocess
import tempfile
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("WEIR_BUILD", HERE.parents[1] / "build/release"))
SEED = int(os.environ.get("WEIR_SEED", random.SystemRandom().randrange(2**32)))
PATIENCE = 20  # seconds


class Redis:
    """A redis-server of the test's own, and one connection to it. Answers are bytes, integers, None and lists."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
             "--dir", str(folder), "--enable-debug-command", "yes"], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", self.port))
                break
            except OSError:
                assert time.monotonic() < deadline and self.process.poll() is None, "redis-server does not start"
                time.sleep(0.01)
        self.file = self.socket.makefile("rb")
        while self("PING") != "PONG":
            assert time.monotonic() < deadline, "redis-server is not ready"

    def __call__(self, *words):
        parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        request = b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
        self.socket.sendall(request)
        answer = self.read()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def read(self):
        line = self.file.readline()[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            return RuntimeError(rest.decode())
        if kind == b":":
            return int(rest)
        if rest == b"-1":
            return None
        if kind == b"$":
            return self.file.read(int(rest) + 2)[:-2].decode(errors="surrogateescape")
        return [self.read() for _ in range(int(rest))]

    def keyspace(self, prefix):
        """Every key below a prefix, without it: (type, value, ttl in ms). Sets are sorted, hashes are dicts."""
        found = {}
        rows = self("EVAL", KEYSPACE, 0, "".join("\\" + c if c in "*?[]\\" else c for c in prefix) + ":*")
        for key, kind, ttl, value in rows:
            if kind == "hash":
                value = dict(zip(value[::2], value[1::2], strict=True))
            elif kind == "set":
                value = sorted(value)
            found[key.removeprefix(prefix + ":")] = (kind, value, ttl)
        return found

    def stop(self):
        self.socket.close()
        self.process.kill()
        self.process.wait()


KEYSPACE = """
local rows = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local kind = redis.call('TYPE', key).ok
  local value = kind == 'string' and redis.call('GET', key) or kind == 'hash' and redis.call('HGETALL', key)
      or kind == 'set' and redis.call('SMEMBERS', key) or ''
  rows[#rows + 1] = {key, kind, redis.call('PTTL', key), value}
end
return rows
"""


class Process:
    """Answers JSON lines with JSON lines."""

    def __init__(self, *command):
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=HERE)

    def __call__(self, op, **fields):
        self.process.stdin.write(json.dumps({"op": op, **fields}).encode() + b"\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"it ended at {op} {fields}"
        return json.loads(line)

    def must(self, op, **fields):
        answer = self(op, **fields)
        assert "error" not in answer, f"{op} {fields}: {answer['error']}"
        return answer

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


@pytest.fixture(scope="module")
def redis():
    with tempfile.TemporaryDirectory(prefix="weir-conformance-") as folder:
        server = Redis(folder)
        yield server
        server.stop()


@pytest.fixture(scope="module")
def upstash(redis):
    process = Process("node", HERE / "upstash.mjs", redis.port)
    yield process
    process.stop()


@pytest.fixture(scope="module")
def weir(redis):
    process = Process(BUILD / "conformance_driver", redis.port)
    yield process
    process.stop()


def served(count):
    """So many servers, and a process of the package's and one of Weir's that know all of them."""
    with tempfile.TemporaryDirectory(prefix="weir-conformance-") as folder, contextlib.ExitStack() as started:
        servers = []
        for _ in range(count):
            servers.append(Redis(folder))
            started.callback(servers[-1].stop)
        ports = [server.port for server in servers]
        package = Process("node", HERE / "upstash.mjs", *ports)
        started.callback(package.stop)
        weir = Process(BUILD / "conformance_driver", *ports)
        started.callback(weir.stop)
        yield servers, package, weir


@pytest.fixture(scope="module")
def regions():
    yield from served(2)


@pytest.fixture(scope="module", params=[2, 3], ids=["two", "three"])
def some_regions(request):
    yield from served(request.param)


names = itertools.count()


@pytest.fixture
def rng(request):
    print(f"repeat with WEIR_SEED={SEED}")
    return random.Random(f"{SEED} {request.node.name}")


@pytest.fixture
def fresh():
    """A name that nobody has used."""
    return lambda: f"t{next(names)}"
