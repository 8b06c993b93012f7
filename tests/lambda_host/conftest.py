"""A function of a test's own, inside a Runtime API of the test's own, beside a redis-server of the test's own."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

import pytest
import redis

from runtime_api import RuntimeApi

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = pathlib.Path(os.environ.get("WEIR_BUILD", ROOT / "build/release"))
PATIENCE = 30  # seconds; what takes as long hangs
INVOCATIONS = 100


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RedisServer:
    """On a port that it keeps when it is started again."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.process = None

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def client(self):
        return redis.Redis(port=self.port, decode_responses=True, socket_timeout=PATIENCE)

    def start(self):
        with open(self.folder / "redis.log", "ab") as log:
            self.process = subprocess.Popen(["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                                             "--appendonly", "no", "--dir", str(self.folder)], stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with self.client() as client:
                    client.ping()
                return self
            except redis.ConnectionError:
                assert time.monotonic() < deadline, (self.folder / "redis.log").read_text()
                time.sleep(0.01)

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def close_clients(self):
        """As a server, or a box on the way, that lost patience with connections that rest."""
        with self.client() as client:
            client.client_kill_filter(_type="normal", skipme=True)


class Function:
    """A process inside Lambda."""

    def __init__(self, command, folder, environment):
        self.api = RuntimeApi()
        self.log = folder / "function.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, **environment, "AWS_LAMBDA_RUNTIME_API": self.api.address})

    def said(self):
        return self.log.read_text(errors="replace")

    def wait_until_asking(self, polls=1):
        """It has asked for so many invocations."""
        deadline = time.monotonic() + PATIENCE
        while not self.api.wait_for_polls(polls, 0.1):
            assert self.process.poll() is None, f"it ended: {self.said()}"
            assert time.monotonic() < deadline, f"it does not ask for an invocation: {self.said()}"
        return self

    def answer(self, event, **options):
        """An invocation whose answer is here."""
        invocation = self.api.put(event, **options)
        assert invocation.answered.wait(PATIENCE), f"no answer: {self.said()}"
        return invocation

    def invoke(self, event, **options):
        """The same, after which the next one was asked for."""
        invocation = self.answer(event, **options)
        assert invocation.done.wait(PATIENCE), f"it did not ask for the next one: {self.said()}"
        return invocation

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)
        deadline = time.monotonic() + PATIENCE
        while pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "T":
            assert time.monotonic() < deadline
            time.sleep(0.001)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        """Its exit status, by itself."""
        return self.process.wait(PATIENCE)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait()
        self.api.close()
        sys.stdout.write(self.said())


@pytest.fixture
def server(tmp_path_factory):
    server = RedisServer(tmp_path_factory.mktemp("redis")).start()
    yield server
    server.kill()


@pytest.fixture
def start(tmp_path_factory):
    """start(command, NAME="value"): a function."""
    started = []

    def go(command, **environment):
        started.append(Function(command, tmp_path_factory.mktemp("function"), environment))
        return started[-1]

    yield go
    for function in started:
        function.stop()


@pytest.fixture
def example(start):
    """examples/lambda-cpp, asking for its first invocation."""
    return lambda **environment: start([BUILD / "examples/lambda-cpp"], **environment).wait_until_asking()
