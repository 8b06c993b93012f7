"""AWS Lambda's Runtime API, as a function meets it: one invocation at a time, and each moment written down.

What is measured of an invocation: `to_answer`, from the moment its event was handed out to the end of its answer, and
`to_next`, from there to the moment the function asked for the next one, which is when Lambda would freeze it."""

import collections
import json
import queue
import socket
import threading
import time
from dataclasses import dataclass, field

ROOT = "/2018-06-01/runtime/"
ERROR_TYPE = "lambda-runtime-function-error-type"
ERROR_BODY = "lambda-runtime-function-error-body"
FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:harness"
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"


@dataclass
class Invocation:
    id: str
    event: bytes
    deadline_ms: int
    kind: str = ""                                # response, error
    headers: dict = field(default_factory=dict)   # of the answer, names in lower case
    pieces: list = field(default_factory=list)    # its chunks; one when it came as a whole
    trailers: dict = field(default_factory=dict)
    handed_out: float = 0
    ended: float = 0
    asked_again: float = 0
    whole: bool = False                           # it came to its end
    answered: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)  # the next one was asked for

    @property
    def body(self):
        return b"".join(self.pieces)

    @property
    def to_answer(self):
        return self.ended - self.handed_out

    @property
    def to_next(self):
        return self.asked_again - self.ended


class Broken(Exception):
    """The function broke off."""


class RuntimeApi:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.polls = 0
        self.polled = threading.Condition()
        self.init_error = None                    # (headers, body)
        self.waiting = queue.Queue()
        self.invocations = {}
        self.before_answer = lambda invocation: None   # called with its event handed out
        self.on_piece = lambda invocation: None        # called when a piece is here, before the next is read
        self.on_next = lambda: None                    # called when the function asked for the next one
        self.verdicts = collections.deque()            # statuses of the next answers, instead of 202
        self.connections = set()
        self.close_after_answer = False
        self.last = None
        self.numbers = iter(range(1, 2**31))
        self.running = True
        self.lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def put(self, event, seconds=60):
        """An invocation that the function gets when it asks for one."""
        event = event if isinstance(event, bytes) else json.dumps(event).encode()
        invocation = Invocation(f"{next(self.numbers):08d}-aaaa-bbbb-cccc-0123456789ab", event, int((time.time() + seconds) * 1000))
        with self.lock:
            self.invocations[invocation.id] = invocation
        self.waiting.put(invocation)
        return invocation

    def wait_for_polls(self, count, patience):
        with self.polled:
            return self.polled.wait_for(lambda: self.polls >= count, patience)

    def close(self):
        """As if it were gone: nobody listens, and what is open is closed."""
        self.running = False
        self.listener.close()
        with self.lock:
            for connection in self.connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self.waiting.put(None)

    def _accept(self):
        while self.running:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            if not self.running:
                connection.close()
                return
            with self.lock:
                self.connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb")
        try:
            while self._exchange(connection, reader):
                pass
        except (OSError, ValueError, Broken):
            pass
        finally:
            with self.lock:
                self.connections.discard(connection)
            reader.close()
            connection.close()

    def _exchange(self, connection, reader):
        line = reader.readline()
        if not line.endswith(b"\r\n"):
            return False
        method, path, _ = line.decode().split(" ")
        headers = read_fields(reader)
        if (method, path) == ("GET", ROOT + "invocation/next"):
            return self._next(connection)
        if (method, path) == ("POST", ROOT + "init/error"):
            self.init_error = (headers, b"".join(read_body(reader, headers, {})))
            return self._say(connection, 202)
        _, _, rest = path.partition(ROOT + "invocation/")
        name, _, kind = rest.partition("/")
        invocation = self.invocations.get(name)
        if method != "POST" or invocation is None or kind not in ("response", "error"):
            return self._say(connection, 404)
        return self._answer(connection, reader, invocation, kind, headers)

    def _next(self, connection):
        now = time.monotonic()
        if self.last is not None and not self.last.done.is_set():
            self.last.asked_again = now
            self.last.done.set()
        with self.polled:
            self.polls += 1
            self.polled.notify_all()
        self.on_next()
        invocation = self.waiting.get()
        if invocation is None or not self.running:
            return False
        self.last = invocation
        self.before_answer(invocation)
        invocation.handed_out = time.monotonic()
        return self._say(connection, 200, invocation.event, {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.id,
            "Lambda-Runtime-Deadline-Ms": invocation.deadline_ms,
            "Lambda-Runtime-Invoked-Function-Arn": FUNCTION_ARN,
            "Lambda-Runtime-Trace-Id": TRACE,
        })

    def _answer(self, connection, reader, invocation, kind, headers):
        invocation.kind, invocation.headers = kind, headers
        for piece in read_body(reader, headers, invocation.trailers):
            invocation.pieces.append(piece)
            self.on_piece(invocation)
        invocation.ended = time.monotonic()
        invocation.whole = True
        status = self.verdicts.popleft() if self.verdicts else 202
        if status == 202:
            invocation.answered.set()
        if self.close_after_answer:
            self._say(connection, status)
            return False
        return self._say(connection, status)

    @staticmethod
    def _say(connection, status, body=b"", headers=None):
        lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in (headers or {}).items()),
                 f"Content-Length: {len(body)}", "", ""]
        connection.sendall("\r\n".join(lines).encode() + body)
        return True


def read_fields(reader):
    fields = {}
    while (line := reader.readline()) != b"\r\n":
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not line.endswith(b"\r\n"):
            raise Broken(line)
        fields[name.lower()] = value.strip()
    return fields


def read_body(reader, headers, trailers):
    """Its pieces as they come: chunks, or all of it."""
    if headers.get("transfer-encoding") != "chunked":
        length = int(headers.get("content-length", 0))
        whole = reader.read(length)
        if len(whole) < length:
            raise Broken("cut")
        yield whole
        return
    while True:
        line = reader.readline()
        if not line.endswith(b"\r\n"):
            raise Broken("cut")
        size = int(line.split(b";")[0], 16)
        if size == 0:
            trailers.update(read_fields(reader))
            return
        piece = reader.read(size)
        if reader.read(2) != b"\r\n":
            raise Broken("cut")
        yield piece
