"""Streamed answers that are cut, corrupt or ended by an error: an error's answer while the head was not told, a reset of the
client's stream after it, never a clean end."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import PATIENCE
from event_frames import chunk, complete, exception, head
from eventually import becomes
from fake_lambda import streamed, whole_stream
from lambda_gateway import BROKEN, Stream, invocations, is_internal_error, read_whole, start_before

WHOLE = b"".join(whole_stream(b"hello \0 world", status=201, headers={"x-a": "b"}))


@pytest.fixture(scope="module")
def shared_gateway(folder, aws):
    return start_before(folder, aws, {"once": "invoke: stream, retry: { attempts: 1 }", "counted": "invoke: stream"})


def each_of(gateway, aws, streams):
    """What the client sees of each of these streams, asked side by side: a reset takes Envoy a second on HTTP/1."""
    def play(exchange):
        streamed(streams[int(exchange.invoke.event["rawPath"].rpartition("/")[2])])(exchange)

    aws.plays("once", play)
    with ThreadPoolExecutor(max_workers=32) as clients:
        return list(clients.map(lambda number: read_whole(gateway, f"/once/{number}"), range(len(streams))))


def test_a_stream_cut_anywhere_is_never_a_whole_answer(gateway, aws):
    """Before the head is told it is a 502, then the client's stream is reset, though Lambda's connection ended as it should."""
    for at, (status, body, ended) in enumerate(each_of(gateway, aws, [WHOLE[:at] for at in range(1, len(WHOLE))]), 1):
        assert (status, ended) in ((502, True), (201, False), (None, False)), at
        assert status == 502 or b"hello \0 world".startswith(body), at


def test_a_bit_that_fell_over_anywhere_is_never_a_whole_answer(gateway, aws):
    broken = [WHOLE[:at] + bytes([WHOLE[at] ^ 0x10]) + WHOLE[at + 1:] for at in range(len(WHOLE))]
    for at, (status, _, ended) in enumerate(each_of(gateway, aws, broken)):
        assert status == 502 or not ended, at


def test_an_endpoint_that_closes_in_mid_frame_resets_the_client_s_stream(gateway, aws):
    before = invocations(gateway, "counted", "truncated")
    aws.plays("counted", closing_after(chunk(head()) + chunk(b"hello") + chunk(b"world")[:40]))
    status, body, ended = read_whole(gateway, "/counted/x")
    assert (status, ended) == (200, False)
    assert b"helloworld".startswith(body)
    becomes(lambda: invocations(gateway, "counted", "truncated"), before + 1)


def closing_after(data):
    def play(exchange):
        exchange.write(exchange.start(200, {"content-type": "application/vnd.amazon.eventstream", "transfer-encoding": "chunked",
                                            "x-amzn-remapped-content-type": "application/vnd.awslambda.http-integration-response"}))
        exchange.write(b"%x\r\n%s\r\n" % (len(data), data))
        exchange.close()
    return play


@pytest.mark.parametrize(("last", "outcome"), [
    (complete("Function.ResponseSizeTooLarge", "too much"), "function_error"), (complete("Unhandled", "boom"), "function_error"),
    (exception(), "lambda_error")], ids=["too much", "the function failed", "an exception of Lambda's"])
def test_an_error_after_the_head_resets_the_client_s_stream(gateway, aws, last, outcome):
    before, go = invocations(gateway, "counted", outcome), threading.Event()

    def pieces():
        yield chunk(head())
        yield chunk(b"hello")
        assert go.wait(PATIENCE)
        yield last

    aws.plays("counted", streamed(pieces))
    with Stream(gateway, "/counted/x") as stream:
        assert stream.read(5) == b"hello"
        go.set()
        assert stream.rest() == (b"", False)
    becomes(lambda: invocations(gateway, "counted", outcome), before + 1)


def test_an_http_2_client_sees_the_reset(gateway, aws):
    httpx = pytest.importorskip("httpx")
    go = threading.Event()

    def pieces():
        yield chunk(head())
        yield chunk(b"hello")
        assert go.wait(PATIENCE)
        yield complete("Unhandled", "boom")

    aws.plays("counted", streamed(pieces))
    with httpx.Client(http1=False, http2=True, timeout=PATIENCE) as client, \
            client.stream("GET", f"http://127.0.0.1:{gateway.port}/counted/x") as answer:
        parts = answer.iter_raw()
        assert next(parts) == b"hello"
        go.set()
        with pytest.raises(httpx.RemoteProtocolError):
            next(parts)


LONG_HEAD = json.dumps({"statusCode": 200, "headers": {"a": "x" * (17 << 10)}}).encode() + bytes(8)
BEFORE_THE_HEAD = {
    "the function failed": (complete("Unhandled", "boom"), 502), "an exception of Lambda's": (exception(), 500),
    "a head of 16 KiB and more": (chunk(LONG_HEAD) + complete(), 502),
    "no end of the head": (chunk(b'{"statusCode": 200}') + complete(), 502),
    "a head that is no JSON": (chunk(b"<html>" + bytes(8)) + complete(), 502),
    "a status out of range": (chunk(head(99)) + complete(), 502),
    "CR and LF in a header": (chunk(head(headers={"a": "b\r\nset-cookie: c=d"})) + complete(), 502),
    "no UTF-8 in the head": (chunk(b'{"statusCode": 200, "headers": {"a": "\xff"}}' + bytes(8)) + complete(), 502),
    "a length that lies": (b"\xff\xff\xff\xff" + chunk(head())[4:], 502), "no frames": (b"HTTP/1.1 200 OK\r\n\r\n", 502)}


@pytest.mark.parametrize("what", BEFORE_THE_HEAD)
def test_what_goes_wrong_before_the_head_is_an_error_s_answer(gateway, aws, what):
    data, status = BEFORE_THE_HEAD[what]
    aws.plays("once", streamed(data))
    answer = gateway.ask("/once/x")
    assert is_internal_error(answer, status), (answer.status, answer.body)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_stream_that_is_no_answer_ends_the_call_at_once(gateway, aws, method):
    """Else who asks again on the same connection waits for a function that may go on for long."""
    over = threading.Event()

    def pieces():
        yield chunk(LONG_HEAD)
        while not over.wait(0.01):
            yield chunk(b"more")

    aws.plays("once", streamed(pieces))
    aws.plays("counted", streamed(*whole_stream()))
    try:
        with gateway.connect() as connection:
            answer = gateway.ask("/once/x", method, connection=connection)
            assert (answer.status, answer.body.decode()) == (502, BROKEN if method == "GET" else "")
            assert gateway.ask("/counted/x", connection=connection).body == b"hello"
        assert aws.asked("once")[0].left.wait(PATIENCE)
    finally:
        over.set()


def test_a_length_that_lies_after_the_head_resets_the_stream(gateway, aws):
    go = threading.Event()

    def pieces():
        yield chunk(head()) + chunk(b"x")
        assert go.wait(PATIENCE)
        yield b"\0\0\0\x10" + b"\xff" * 20

    aws.plays("once", streamed(pieces))
    with Stream(gateway, "/once/x") as stream:
        assert stream.read(1) == b"x"
        go.set()
        assert stream.rest() == (b"", False)
