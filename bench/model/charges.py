"""What gateways charge for answers as they come over the wire, beside what the model counted: one call a case.

The model counts as OpenAI's cl100k_base does, which LiteLLM has at hand to estimate with. A case is the name of the model that is asked for; what was charged is read from Weir's admin API
and from LiteLLM's callback."""

import contextlib
import gzip
import http.client
import http.server
import json
import pathlib
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent / "gateway"))

import envoys  # noqa: E402
import peers  # noqa: E402
import processes  # noqa: E402

QUESTION = "What is a weir, and why would anyone build one across a river? Please answer in a sentence or two."
TEXT = ("A weir is a low wall across a river: it lets through what the river can take, and holds back the rest. "
        "People build them to keep the water high enough for boats and mills, and to know how much of it flows.")
WORDS = [word + " " for word in TEXT.split()]
PROMPT, OUTPUT, OUTPUT_OF_20_WORDS = 30, 49, 23  # tokens, with what a chat has around each message
PLENTY = 10**12  # of the limit


def chunk(choices, **more):
    value = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more}
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def usage(output=OUTPUT, prompt=PROMPT, **more):
    return {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output, **more}


def word(text, finish=None, **more):
    return {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish, **more}


DONE = b"data: [DONE]\n\n"


def words(asked):
    for each in WORDS:
        yield chunk([word(each)], **({"usage": None} if asked else {}))


def usage_at_the_end(asked):
    yield from words(asked)
    yield chunk([word("", "stop")])
    if asked:
        yield chunk([], usage=usage())
    yield DONE


def usage_in_the_finish_chunk(asked):
    yield from words(False)
    yield chunk([word("", "stop")], usage=usage())
    yield DONE


def usage_in_each_chunk(asked):
    for number, each in enumerate(WORDS, 1):
        yield chunk([word(each)], usage=usage(number))
    yield chunk([word("", "stop")], usage=usage())
    yield DONE


def usage_in_the_choice(asked):
    yield from words(False)
    yield chunk([word("", "stop", usage=usage())])
    yield DONE


def no_usage(asked):
    yield from words(False)
    yield chunk([word("", "stop")])
    yield DONE


def cut_events(asked):
    for event in usage_at_the_end(asked):
        yield event[:40]
        yield event[40:]


def half_of_it(asked):
    for number, each in enumerate(WORDS):
        yield chunk([word(each)]) if number < 20 else None  # None: nothing more until the client has left


def claude(asked):
    def event(name, **value):
        return f"event: {name}\ndata: {json.dumps({'type': name, **value})}\n\n".encode()
    counts = {"input_tokens": PROMPT, "cache_read_input_tokens": 400, "cache_creation_input_tokens": 30, "output_tokens": 1}
    yield event("message_start", message={"id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "content": [],
                                          "stop_reason": None, "stop_sequence": None, "usage": counts})
    yield event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    for each in WORDS:
        yield event("content_block_delta", index=0, delta={"type": "text_delta", "text": each})
    yield event("content_block_stop", index=0)
    yield event("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage={"output_tokens": OUTPUT})
    yield event("message_stop")


def whole(times=1, **details):
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": TEXT * times}}],
            "usage": usage(OUTPUT * times, **details)}


ALL = PROMPT + OUTPUT
# The model asked for -> what, whether it streams, what it answers, what it counted.
CASES = {
    "whole": ("a whole answer", False, whole(), ALL),
    "large": ("a whole answer of 400 KB", False, whole(2000), PROMPT + 2000 * OUTPUT),
    "cached": ("a whole answer, cached input and reasoning in it", False,
               whole(prompt_tokens_details={"cached_tokens": 10}, completion_tokens_details={"reasoning_tokens": 5}), ALL),
    "end": ("a stream, usage at its end if asked for", True, usage_at_the_end, ALL),
    "finish": ("a stream, usage in the finish chunk", True, usage_in_the_finish_chunk, ALL),
    "each": ("a stream, cumulative usage in each chunk", True, usage_in_each_chunk, ALL),
    "choice": ("a stream, usage inside the choice", True, usage_in_the_choice, ALL),
    "cut": ("a stream, each event over two packets", True, cut_events, ALL),
    "gzip": ("a stream in gzip, each event a member of its own", True, usage_at_the_end, ALL),
    "silent": ("a stream that never tells its usage", True, no_usage, ALL),
    "left": ("a stream whose client leaves after 20 words", True, half_of_it, PROMPT + OUTPUT_OF_20_WORDS),
    "failed": ("an error of the model", False, None, 0),
    "claude-cache": ("Anthropic, a stream with a cache read and written", True, claude, ALL + 430),
}


class Model(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        self.whole(200, b"ok")

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        _, streams, answer, _ = CASES[asked["model"]]
        if answer is None:
            self.whole(500, b'{"error": {"message": "no", "type": "server_error"}}')
        elif not streams:
            self.whole(200, json.dumps(answer).encode())
        else:
            with contextlib.suppress(OSError):
                self.stream(asked, answer)

    def whole(self, status, body):
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, asked, answer):
        # Who asks for the plain bytes gets them.
        zipped = asked["model"] == "gzip" and "gzip" in self.headers.get("accept-encoding", "")
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        if zipped:
            self.send_header("content-encoding", "gzip")
        self.end_headers()
        for piece in answer((asked.get("stream_options") or {}).get("include_usage", False)):
            if piece is None:
                time.sleep(0.2)
                piece = b": still there\n\n"  # fails once nobody listens
            if zipped:
                piece = gzip.compress(piece)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that left


def ask(port, model, streams):
    path = "/v1/messages" if model.startswith("claude") else "/v1/chat/completions"
    body = {"model": model, "messages": [{"role": "user", "content": QUESTION}], "max_tokens": 200_000, "stream": streams}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", path, json.dumps(body), {"content-type": "application/json", "authorization": "Bearer any",
                                                        "x-user-id": "u", "x-api-key": "any", "anthropic-version": "2023-06-01",
                                                        "accept-encoding": "gzip"})
    answer = connection.getresponse()
    if model == "left":
        seen = b""
        while seen.count(b"data:") < 20:
            seen += answer.read1(4096)
        connection.sock.close() if connection.sock else answer.close()
        connection.close()
        return
    answer.read()
    connection.close()


def charged_by_weir(admin, model):
    connection = http.client.HTTPConnection("127.0.0.1", admin, timeout=5)
    connection.request("GET", f"/api/v1/limits/model/keys/{model}")
    return PLENTY - json.loads(connection.getresponse().read())["remaining"]


def settled(read):
    """What it is once it stays: 2 s, for nothing tells when nobody will charge any more."""
    last, since = read(), time.monotonic()
    while time.monotonic() - since < 2:
        time.sleep(0.05)
        if (now := read()) != last:
            last, since = now, time.monotonic()
    return last


def charges_of(envoy, weir, litellm, core):
    """(case, who, what was charged, what the model counted)"""
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weir-bench-")))
        server = Server(("127.0.0.1", 0), Model)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stack.callback(server.shutdown)
        port, admin = processes.free_port(), processes.free_port()
        config = peers.weir_config(port, server.server_port, f"127.0.0.1:{admin}")
        config["limits"]["model"]["rate"] = f"{PLENTY}/1d"
        envoys.start_envoy(stack, envoy, weir, folder, envoys.bootstrap_of(weir, folder, config), port, core)
        yield from each_case("Weir", port, lambda model: charged_by_weir(admin, model))
        if litellm:
            port, _, file = peers.start_litellm(stack, litellm, folder, server.server_port, core, anthropic=True)

            def charged(model):
                lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
                return sum(line["total"] or 0 for line in lines if line["model"].split("/")[-1] == model)

            yield from each_case("LiteLLM", port, charged)


def each_case(who, port, charged):
    for model, (case, streams, _, true) in CASES.items():
        with contextlib.suppress(OSError, http.client.HTTPException):
            ask(port, model, streams)
        yield case, who, settled(lambda model=model: charged(model)), true


if __name__ == "__main__":
    for row in charges_of(envoys.find_envoy(), sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None, None):
        print(*row, sep=" | ", flush=True)
