"""A model's API for tests: OpenAI's chat, streamed or whole, its answer chosen by the request's own `x-answer` header.

    x-answer: 7 in, 5 out      so many tokens, told as usage (with `usage at the end` the only place of a stream)
    x-status: 500              that status instead, with an error's body
    x-steps: yes               each chunk waits until the test has let it go (`step`)
    x-encode: compress         says that its answer is encoded that way
    x-trailers: TEXT           a stream ends with this text, and then in trailers

Paths that end in /invoke are Bedrock's InvokeModel of a model that counts in its answer's head alone.
"""

import contextlib
import http.server
import json
import threading

PATIENCE = 30


class ModelServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Chat)
        self.requests = []  # of each: (headers in lower case, body)
        self.steps = threading.Semaphore(0)
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def step(self):
        self.steps.release()

    def stop(self):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        pass  # a client that left


def words(count):
    return [f"word{number} " for number in range(count)]


class Chat(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        text = self.read_body()
        self.server.requests.append(({name.lower(): value for name, value in self.headers.items()}, text))
        asked = json.loads(text)
        status = int(self.headers.get("x-status", 200))
        if status != 200:
            return self.whole(status, {"error": {"message": "no", "type": "server_error"}})
        numbers = [int(part.split()[0]) for part in self.headers.get("x-answer", "7 in, 5 out").split(",")]
        if self.path.endswith("/invoke"):
            return self.whole(200, {"outputs": [{"text": "".join(words(numbers[1])), "stop_reason": "stop"}]},
                              {"x-amzn-bedrock-input-token-count": numbers[0], "x-amzn-bedrock-output-token-count": numbers[1]})
        usage = {"prompt_tokens": numbers[0], "completion_tokens": numbers[1], "total_tokens": sum(numbers)}
        if not asked.get("stream"):
            return self.whole(200, {"id": "chat-1", "object": "chat.completion", "model": asked["model"], "usage": usage,
                                    "choices": [{"index": 0, "finish_reason": "stop",
                                                 "message": {"role": "assistant", "content": "".join(words(numbers[1]))}}]})
        wants_usage = (asked.get("stream_options") or {}).get("include_usage", False)
        self.stream(asked["model"], numbers[1], usage if wants_usage else None)

    def do_GET(self):
        self.whole(200, {"object": "list", "data": []})

    def read_body(self):
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def whole(self, status, value, headers=()):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        for name, content in dict(headers).items():
            self.send_header(name, str(content))
        if encoding := self.headers.get("x-encode"):
            self.send_header("content-encoding", encoding)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, model, count, usage):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for event in events(model, count, usage):
            if self.headers.get("x-steps"):
                self.server.steps.acquire(timeout=PATIENCE)
            if not self.send(event):
                return
        last = self.headers.get("x-trailers", "").encode()
        if last:
            self.send(last)
        with contextlib.suppress(OSError):
            self.wfile.write(b"0\r\nx-checksum: 1\r\n\r\n" if last else b"0\r\n\r\n")

    def send(self, event):
        with contextlib.suppress(OSError):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
            self.wfile.flush()
            return True
        return False

    def log_message(self, *_):
        pass


def events(model, count, usage):
    """The bytes of a streamed answer, event by event; `usage` None: it was not asked for."""
    def chunk(choices, **more):
        value = {"id": "chat-1", "object": "chat.completion.chunk", "model": model, "choices": choices, **more}
        return b"data: " + json.dumps(value).encode() + b"\n\n"

    told = {} if usage is None else {"usage": None}
    for word in words(count):
        yield chunk([{"index": 0, "delta": {"content": word}, "finish_reason": None}], **told)
    yield chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}], **told)
    if usage is not None:
        yield chunk([], usage=usage)
    yield b"data: [DONE]\n\n"
