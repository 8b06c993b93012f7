"""AWS Lambda's Invoke API for tests. It takes nothing that AWS would not: every request's signature is verified by botocore,
and what was wrong with one stands in `faults`. Each function answers as its test has it play:

    aws.plays("orders", throttled(), result({"statusCode": 200, "body": "hello"}))     in turn, the last one again and again
    aws.asked("orders")                                                                the invokes that came, good ones or not
"""

import base64
import contextlib
import dataclasses
import http.server
import json
import re
import select
import socket
import ssl
import threading
import time
import urllib.parse

from event_frames import EVENT_STREAM, HTTP_INTEGRATION, chunk, complete, head
from signature_v4 import Key, refusal_of

PATIENCE = 30
REGION = "us-east-1"
KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
# What Envoy needs to sign; whatever else this machine knows of AWS stays out of it.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
               "AWS_SHARED_CREDENTIALS_FILE": "/nowhere", "AWS_CONFIG_FILE": "/nowhere", "AWS_EC2_METADATA_DISABLED": "true"}
INVOKE = re.compile(r"/(2015-03-31|2021-11-15)/functions/([^/?]+)/(response-streaming-)?invocations(?:\?Qualifier=([^&]+))?")
REASONS = ("ConcurrentInvocationLimitExceeded", "FunctionInvocationRateLimitExceeded", "ReservedFunctionConcurrentInvocationLimitExceeded",
           "ReservedFunctionInvocationRateLimitExceeded", "CallerRateLimitExceeded", "ConcurrentSnapshotCreateLimitExceeded")


@dataclasses.dataclass
class Invoke:
    """A request as it arrived, its headers in order with names in lower case."""
    method: str
    target: str
    headers: list
    body: bytes
    at: float  # time.monotonic()
    refusal: tuple | None = None  # what AWS would answer to its signature
    left: threading.Event = dataclasses.field(default_factory=threading.Event)  # the caller closed before the answer's end

    def __getitem__(self, name):
        return next((value for each, value in self.headers if each == name), None)

    @property
    def event(self):
        return json.loads(self.body)

    @property
    def payload(self):
        """The client's body, as the function finds it in the event."""
        body = self.event.get("body", "")
        return base64.b64decode(body) if self.event["isBase64Encoded"] else body.encode()


class FakeLambda(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port=0, certificate=None, region=REGION):
        super().__init__(("127.0.0.1", port), Api)
        self.region, self.scheme = region, "https" if certificate else "http"
        self.keys = {KEY_ID: Key(SECRET)}
        self.invokes, self.faults, self.scripts, self.connections = [], [], {}, set()
        self.lock = threading.Lock()
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"{self.scheme}://{'localhost' if self.scheme == 'https' else '127.0.0.1'}:{self.server_port}"

    def plays(self, function, *answers):
        with self.lock:
            self.scripts[function] = list(answers)
            self.invokes = [each for each in self.invokes if function_of(each.target) != function]

    def next_answer(self, function):
        with self.lock:
            script = self.scripts.get(function)
            if not script:
                return failed(404, "ResourceNotFoundException", f"Function not found: {function}")
            return script.pop(0) if len(script) > 1 else script[0]

    def asked(self, function=None):
        with self.lock:
            return [each for each in self.invokes if function in (None, function_of(each.target))]

    def process_request(self, request, client_address):
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self.connections.discard(request)
        super().shutdown_request(request)

    def stop(self):
        """Connections that a caller keeps end, too."""
        self.shutdown()
        self.server_close()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request, client_address):
        pass  # a caller that left


def well_behaved():
    """A fixture: the API; nothing that came to it was anything but right."""
    server = FakeLambda()
    yield server
    server.stop()
    assert server.faults == []


def function_of(target):
    """The name, of whichever way it was given."""
    found = INVOKE.fullmatch(target)
    return urllib.parse.unquote(found[2]).rpartition(":")[2] if found else None


class Api(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        headers = [(name.lower(), value) for name, value in self.headers.items()]
        given = dict(headers)
        body = self.rfile.read(int(given.get("content-length", 0)))
        invoke = Invoke(self.command, self.path, headers, body, time.monotonic())
        invoke.refusal = refusal_of(self.command, self.path, headers, body, self.server.keys, self.server.region)
        with self.server.lock:
            self.server.invokes.append(invoke)
            self.server.faults += [] if invoke.refusal is None else [invoke.refusal]
            self.server.faults += faults_of(self.path, given)
        exchange = Exchange(self, invoke)
        if "content-length" not in given:
            return exchange.answer(411, {"x-amzn-errortype": "LengthRequiredException"})
        if invoke.refusal:
            return failed(403, *invoke.refusal)(exchange)
        if len(body) > 6 << 20:
            return failed(413, "RequestTooLargeException", "Request must be smaller than 6291456 bytes")(exchange)
        try:
            json.loads(body or b"{}")
        except ValueError as error:
            return failed(400, "InvalidRequestContentException", f"Could not parse request body into json: {error}")(exchange)
        self.server.next_answer(function_of(self.path))(exchange)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST

    def log_message(self, *_):
        pass


def faults_of(target, headers):
    """What no invoke should have, besides a signature that is wrong."""
    found = INVOKE.fullmatch(target)
    if not found:
        return [("path", target)]
    wrong = []
    if (found[1] == "2021-11-15") != bool(found[3]):
        wrong.append(("path", target))
    if "content-length" not in headers or "transfer-encoding" in headers:
        wrong.append(("length", headers))
    if headers.get("x-amz-invocation-type", "RequestResponse") not in ("RequestResponse", "Event"):
        wrong.append(("x-amz-invocation-type", headers))
    return wrong


class Exchange:
    """One invoke and the connection that its answer goes to."""

    def __init__(self, handler, invoke):
        self.handler, self.invoke, self.sent = handler, invoke, 0

    def write(self, data):
        try:
            self.handler.wfile.write(data)
            self.sent += len(data)
        except OSError:
            self.invoke.left.set()
            self.handler.close_connection = True
            raise

    def start(self, status, headers):
        lines = [f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}", "x-amzn-requestid: 8f507cfc-xmpl-4697-b07a-ac58fc914c95",
                 *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"

    def answer(self, status, headers, body=b""):
        self.write(self.start(status, {**headers, "content-length": len(body)}) + body)

    def stream(self, headers, pieces):
        """Each piece is a chunk of its own."""
        self.write(self.start(200, {"content-type": EVENT_STREAM, **headers, "transfer-encoding": "chunked"}))
        for piece in pieces:
            self.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.write(b"0\r\n\r\n")

    def close(self):
        """At once, with nothing more."""
        self.handler.close_connection = True
        with contextlib.suppress(OSError):
            self.handler.connection.shutdown(socket.SHUT_RDWR)

    def wait_until_left(self, patience=PATIENCE):
        """The caller closes the connection."""
        readable, _, _ = select.select([self.handler.connection], [], [], patience)
        if readable:
            self.invoke.left.set()
        self.handler.close_connection = True


# ---- answers: of each, a function of the exchange


def result(output, version="$LATEST", **headers):
    """What the function put out: bytes as they are, any other value as JSON."""
    body = output if isinstance(output, bytes) else json.dumps(output).encode()
    return lambda exchange: exchange.answer(200, {"content-type": "application/json", "x-amz-executed-version": version, **headers}, body)


def hello(body="hello", status=200, headers=None, **more):
    """An API Gateway proxy answer."""
    return result({"statusCode": status, "headers": headers or {"content-type": "text/plain"}, "body": body, **more})


def accepted():
    return lambda exchange: exchange.answer(202, {})


def failed(status, kind, message="no", **headers):
    body = json.dumps({"Type": "User", "message": message}).encode()
    return lambda exchange: exchange.answer(status, {"content-type": "application/json", "x-amzn-errortype": kind, **headers}, body)


def throttled(reason=REASONS[0], retry_after=None, reveal=True):
    said = {"Reason": reason, "Type": "User", "message": "Rate Exceeded."} if reveal else {"message": "Rate Exceeded."}
    headers = {"content-type": "application/json", "x-amzn-errortype": "TooManyRequestsException"}
    if retry_after is not None:
        headers["retry-after"] = retry_after
    return lambda exchange: exchange.answer(429, headers, json.dumps(said).encode())


def function_error(kind="Unhandled", said=None):
    output = said or {"errorMessage": "division by zero", "errorType": "ZeroDivisionError", "stackTrace": ["secret.py:1"]}
    return result(output, **{"x-amz-function-error": kind})


def streamed(*pieces, content_type=HTTP_INTEGRATION, **headers):
    """Of InvokeWithResponseStream; pieces of bytes, or one iterator of them."""
    def play(exchange):
        given = pieces if pieces and isinstance(pieces[0], bytes) else pieces[0]() if pieces else ()
        exchange.stream({"x-amzn-remapped-content-type": content_type, "x-amz-executed-version": "7", **headers}, given)
    return play


def whole_stream(body=b"hello", **answer):
    """One that is right, as a list of frames: the head and the body in frames of their own."""
    return [chunk(head(**answer)), *([chunk(body)] if body else []), complete()]


def closing(sends=b""):
    """The connection ends after these bytes, which may be none."""
    def play(exchange):
        exchange.write(sends)
        exchange.close()
    return play


def silent():
    """Nothing comes until the caller leaves."""
    return lambda exchange: exchange.wait_until_left()


def when(event, answer):
    """Answers once the test says so."""
    def play(exchange):
        event.wait(PATIENCE)
        answer(exchange)
    return play


class Account:
    """Runs so many calls at once, each for so many seconds, and throttles others: an answer that counts."""

    def __init__(self, most, answer, seconds=0.0, reason=REASONS[0]):
        self.most, self.answer, self.seconds, self.refusal = most, answer, seconds, throttled(reason)
        self.running = self.ran = self.refused = 0
        self.lock = threading.Lock()

    def __call__(self, exchange):
        with self.lock:
            takes = self.running < self.most
            self.running += takes
            self.ran += takes
            self.refused += not takes
        if not takes:
            return self.refusal(exchange)
        try:
            threading.Event().wait(self.seconds)  # a call takes its time
        finally:
            with self.lock:
                self.running -= 1
        self.answer(exchange)
