"""A redis-server of a test's own, in a scratch folder, on a free port that it keeps when it is started again."""

import contextlib
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import redis

from conftest import PATIENCE, free_port


class RedisServer:
    def __init__(self, *options, password=None, start=True):
        self.password = password
        if password:
            options += "--requirepass", password
        self.port = free_port()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-redis-"))
        self.options = options
        self.process = None
        if start:
            self.start()

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def client(self):
        return redis.Redis(port=self.port, password=self.password, decode_responses=True, socket_timeout=PATIENCE)

    def keys_without_ttl(self):
        with self.client() as client:
            return {key for key in client.scan_iter() if client.ttl(key) == -1}

    def start(self):
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no",
                                             "--dir", str(self.folder), *self.options], stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(redis.ConnectionError), self.client() as client:
                if client.ping():
                    return self
            assert time.monotonic() < deadline, (self.folder / "log").read_text()
            time.sleep(0.01)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def clean(self):
        if self.process is not None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def redis_servers(count):
    """So many, each gone afterwards."""
    servers = [RedisServer() for _ in range(count)]
    yield servers
    for server in servers:
        server.clean()
