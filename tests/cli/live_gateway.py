"""A gateway whose config changes while it serves."""

import contextlib
import http.client
import os
import pathlib
import re
import textwrap
import threading

import conftest
from conftest import PATIENCE, free_port, wait_until


class LiveGateway(conftest.Gateway):
    """`body` is a config without `version`, `listen` and `admin`. Words like {upstream} in it stand for values. `prepare`
    gets the gateway before it starts, and returns more arguments."""

    def __init__(self, folder, upstream, body, drain="1s", prepare=lambda gateway: (), **words):
        self.path = folder / "weir.yaml"
        self.port, self.admin, self.drain = free_port(), free_port(), drain
        self.words = {"upstream": f"http://127.0.0.1:{upstream.server_port}", **words}
        self.path.write_text(self.text(body))
        super().__init__(self.path, self.port, folder / "weir.log", prepare(self), conftest.BUILD / "weir")
        self.wait_until_listening()

    def text(self, body, **words):
        text = f"version: 1\nlisten: 127.0.0.1:{self.port}\nadmin: 127.0.0.1:{self.admin}\ndrain: {self.drain}\n"
        text += textwrap.dedent(body)
        for name, value in {**self.words, **words}.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def put(self, text, path=None):
        """In the file's place at once, as a careful editor does."""
        path = pathlib.Path(path or self.path)
        new = path.with_name(path.name + ".new")
        new.write_text(text)
        os.replace(new, path)

    def lines(self, pattern):
        return [line for line in self.said().splitlines() if re.search(pattern, line)]

    def change(self, body, **words):
        """Puts it there, waits until it is in force, and returns what the gateway says it did."""
        before = len(self.lines("^weir: applied "))
        self.put(self.text(body, **words))
        return self.wait_until_applied(before)

    def wait_until_applied(self, before):
        wait_until(lambda: len(self.lines("^weir: applied ")) > before or self.process.poll() is not None,
                   "the change is in force")
        assert self.process.poll() is None, self.said()
        return self.lines("^weir: applied ")[-1].partition(": applied ")[2].partition(": ")[2]

    def wait_until_refused(self, before=0):
        wait_until(lambda: len(self.lines("is refused")) > before, "the change is refused")

    def admin_api(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, body, {"content-type": "application/json"} if body else {})
            response = connection.getresponse()
            return response.status, response.read().decode()

    def reloads(self, result):
        found = re.search(rf'^weir_config_reloads_total{{result="{result}"}} (\d+)$', self.admin_api("GET", "/metrics")[1],
                          re.MULTILINE)
        return int(found[1]) if found else 0

    def left(self, limit, path="/", headers=()):
        """Asks once; what the limit has left after it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=dict(headers))
            response = connection.getresponse()
            response.read()
            said = response.headers["ratelimit"] or ""
            return int(re.search(rf'"{limit}";r=(\d+)', said)[1])


class OpenStream:
    """A client in the midst of an answer."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.connection.request("GET", "/stream")
        self.answer = self.connection.getresponse()
        self.lines = 0
        self.ended = None  # True: as it should
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        self.wait_for_more()

    def read(self):
        try:
            last = b""
            while line := self.answer.readline():
                last = line
                self.lines += 1
            self.ended = last == b"end\n"
        except (OSError, http.client.HTTPException):
            self.ended = False

    def wait_for_more(self):
        before = self.lines
        wait_until(lambda: self.lines > before + 2 or self.ended is not None, "the stream goes on")
        assert self.ended is None

    def end(self, upstream):
        upstream.stream_may_end.set()
        self.thread.join(PATIENCE)
        self.connection.close()
        return self.ended
