"""A redis-server of a benchmark's own: on a free port, with nothing on disk, gone with the block."""

import contextlib
import pathlib
import re
import subprocess

import processes


class Redis:
    def __init__(self, port):
        self.port = port
        self.pid = None  # once it runs
        self.url = f"redis://127.0.0.1:{port}"

    def __call__(self, *words):
        """What redis-cli says."""
        asked = subprocess.run(["redis-cli", "-p", str(self.port), *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True)
        return asked.stdout.strip()

    def cpu_ns(self):
        """The processor time that it has used."""
        return int(pathlib.Path(f"/proc/{self.pid}/schedstat").read_text(encoding="utf-8").split()[0])

    def errors(self):
        """What it has refused, a line a kind; but for the first call of a script, which it could not know."""
        lines = [line for line in self("INFO", "errorstats").splitlines() if line.startswith("errorstat_")]
        return [line for line in lines if not re.fullmatch(r"errorstat_NOSCRIPT:count=\d", line)]


@contextlib.contextmanager
def redis_server(folder, core):
    redis = Redis(processes.free_port())
    log = folder / "redis.log"
    command = ["redis-server", "--port", redis.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
    with processes.process(command, log, core) as child:
        redis.pid = child.pid
        processes.wait_until(lambda: redis("PING") == "PONG", child, log, "redis-server does not answer")
        yield redis
