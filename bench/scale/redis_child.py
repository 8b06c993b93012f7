"""A redis-server of one's own on a free port, and RESP to talk to it."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time


def encoded(*words):
    """One command."""
    parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.reader = self.socket.makefile("rb")

    def ask(self, *words):
        self.socket.sendall(encoded(*words))
        return self.read()

    def read(self):
        line = self.reader.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self.reader.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self.read() for _ in range(int(rest))]
        return rest

    def info(self, section):
        """INFO as a dictionary."""
        return dict(line.split(":", 1) for line in self.ask("INFO", section).decode().splitlines() if ":" in line)


@contextlib.contextmanager
def redis_server(*arguments):
    """Yields (its version, its port)."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tempfile.mkdtemp()
    child = subprocess.Popen(["redis-server", "--port", str(port), "--dir", folder, "--save", "", "--appendonly", "no",
                              "--bind", "127.0.0.1", *arguments], stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                yield Connection(port).info("server")["redis_version"], port
                return
            time.sleep(0.05)
        raise RuntimeError("redis-server does not start")
    finally:
        child.kill()
        child.wait()
        shutil.rmtree(folder, ignore_errors=True)
