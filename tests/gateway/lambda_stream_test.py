"""Streamed answers: they pass as they come, frame by frame, as slowly as the client reads."""

import contextlib
import threading
import zlib

import pytest
from conftest import PATIENCE
from event_frames import chunk, complete, frame, head
from eventually import becomes
from fake_lambda import failed, function_error, silent, streamed, throttled, when, whole_stream
from lambda_gateway import Stream, invocations, read_whole, start_before
from metrics import metric


@pytest.fixture(scope="module")
def shared_gateway(folder, aws):
    stream = "invoke: stream"
    return start_before(folder, aws, {"flow": stream, "once": f"{stream}, retry: {{ attempts: 1 }}", "counted": stream,
                                      "again": f"{stream}, retry: {{ budget: 30s }}", "plain": f"{stream}, unwrap: false"})


@pytest.fixture
def ask(gateway, aws):
    def ask(function, *pieces, method="GET", **options):
        aws.plays(function, streamed(*pieces, **options))
        return gateway.ask(f"/{function}/x", method)

    return ask


# ---- what is right


def test_the_function_is_asked_to_stream(gateway, aws, ask):
    ask("flow", *whole_stream())
    [invoke] = aws.asked("flow")
    assert invoke.target == "/2021-11-15/functions/flow/response-streaming-invocations"
    assert int(invoke["content-length"]) == len(invoke.body)


def test_the_head_becomes_the_answer_s(ask):
    answer = ask("flow", chunk(head(418, {"content-type": "text/plain", "x-a": "b", "connection": "x"}, cookies=["a=1", "b=2"])),
                 chunk(b"hel"), chunk(b"lo"), complete())
    assert (answer.status, answer.body, answer["x-a"], answer["content-type"]) == (418, b"hello", "b", "text/plain")
    assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"]
    assert answer["content-length"] is None, "nobody knows it yet"


def test_head_and_body_may_share_a_frame(ask):
    assert ask("flow", chunk(head() + b"hello"), complete()).body == b"hello"


def test_an_answer_without_a_head_is_200_with_the_function_s_type(ask):
    answer = ask("flow", chunk(b"data: 1\n\n"), complete(), content_type="text/event-stream")
    assert (answer.status, answer.body, answer["content-type"]) == (200, b"data: 1\n\n", "text/event-stream")


def test_an_answer_may_be_empty(ask):
    assert ask("flow", *whole_stream(b"")).body == b""
    assert ask("flow", complete(), content_type="text/plain").body == b""


def test_any_byte_passes_in_the_body(ask):
    every = bytes(range(256)) * 1000
    assert ask("flow", *whole_stream(every)).body == every


def test_frames_of_unknown_kinds_are_passed_over(ask):
    new = frame({":message-type": "event", ":event-type": "SomethingNew"}, b"x" * 1000)
    assert ask("flow", new, chunk(head()), new, chunk(b"hello"), new, complete()).body == b"hello"


def test_head_204_and_304_have_no_body(gateway, ask):
    assert ask("flow", *whole_stream(b"hello"), method="HEAD").body == b""
    for status in (204, 304):
        answer = ask("flow", *whole_stream(b"hello", status=status))
        assert (answer.status, answer.body) == (status, b"")


def test_without_unwrap_the_frames_pass(ask):
    frames = whole_stream()
    answer = ask("plain", *frames)
    assert (answer.status, answer.body, answer["content-type"]) == (200, b"".join(frames), "application/vnd.amazon.eventstream")


WHOLE = b"".join(whole_stream(b"hello \0 world", status=201, headers={"x-a": "b"}))


def test_frames_may_be_cut_at_every_byte(gateway, aws):
    for at in range(1, len(WHOLE)):
        aws.plays("flow", streamed(WHOLE[:at], WHOLE[at:]))
        assert read_whole(gateway, "/flow/x") == (201, b"hello \0 world", True), at
    aws.plays("flow", streamed(*(WHOLE[at:at + 1] for at in range(len(WHOLE)))))
    assert read_whole(gateway, "/flow/x") == (201, b"hello \0 world", True)


def test_each_chunk_reaches_the_client_before_the_next_is_made(gateway, aws):
    go = threading.Semaphore(0)

    def pieces():
        yield chunk(head(headers={"content-type": "text/event-stream"}))
        for number in range(20):
            assert go.acquire(timeout=PATIENCE)
            yield chunk(b"data: %02d\n\n" % number)
        assert go.acquire(timeout=PATIENCE)
        yield complete()

    aws.plays("flow", streamed(pieces))
    with Stream(gateway, "/flow/x") as stream:
        assert stream.status == 200, "the head is there before anything of the body"
        for number in range(20):
            go.release()
            assert stream.read(10) == b"data: %02d\n\n" % number
        go.release()
        assert stream.rest() == (b"", True)


def test_a_piece_of_a_frame_reaches_the_client_before_its_rest(gateway, aws):
    go, large = threading.Event(), chunk(b"a" * 1000 + b"b" * 1000)

    def pieces():
        yield chunk(head()) + large[:-1004]
        assert go.wait(PATIENCE)
        yield large[-1004:] + complete()

    aws.plays("flow", streamed(pieces))
    with Stream(gateway, "/flow/x") as stream:
        assert stream.read(1000) == b"a" * 1000
        go.set()
        assert stream.rest() == (b"b" * 1000, True)


def test_a_client_that_reads_slowly_slows_the_function(gateway, aws):
    """What waits stays bounded, and all of it arrives."""
    size, piece, sent = 200 << 20, bytes(range(256)) * 4096, 0

    def pieces():
        nonlocal sent
        yield chunk(head())
        while sent < size:
            yield chunk(piece)
            sent += len(piece)
        yield complete()

    aws.plays("flow", streamed(pieces))
    with Stream(gateway, "/flow/x") as stream:
        stream.read(1)
        before = -1
        while before != sent:  # it stands still
            before = sent
            threading.Event().wait(0.5)
        assert sent < size / 2
        crc = zlib.crc32(b"\0")
        for _ in range(size // len(piece) - 1):
            crc = zlib.crc32(stream.read(len(piece)), crc)
        rest, ended = stream.rest()
        assert (len(rest), ended) == (len(piece) - 1, True)
        expected = 0
        for _ in range(size // len(piece)):
            expected = zlib.crc32(piece, expected)
        assert zlib.crc32(rest, crc) == expected


def test_a_client_that_leaves_ends_the_call(gateway, aws):
    left = threading.Event()

    def pieces():
        yield chunk(head())
        with contextlib.suppress(GeneratorExit):
            while True:
                yield chunk(b"x" * 1000)
                left.wait(0.01)

    aws.plays("flow", streamed(pieces))
    with Stream(gateway, "/flow/x") as stream:
        stream.read(1000)
    assert aws.asked("flow")[0].left.wait(PATIENCE)


# ---- beside it


def test_throttles_are_retried_before_the_stream_begins(gateway, aws):
    aws.plays("again", throttled(), streamed(*whole_stream(b"hello")))
    assert read_whole(gateway, "/again/x") == (200, b"hello", True)
    assert len(aws.asked("again")) == 2


def test_errors_before_the_stream_are_answered_as_elsewhere(gateway, aws):
    aws.plays("once", throttled(), failed(404, "ResourceNotFoundException"), function_error())
    answers = [gateway.ask("/once/x") for _ in range(3)]
    assert [answer.status for answer in answers] == [500, 500, 502]
    assert [answer["x-envoy-lambda-statuscode"] for answer in answers] == ["429", "404", None]


def test_a_whole_stream_is_counted_ok_once(gateway, aws):
    before = invocations(gateway, "counted", "ok"), metric(gateway, 'weir_lambda_attempts_total{function="counted"}')
    aws.plays("counted", streamed(*whole_stream()))
    assert read_whole(gateway, "/counted/x") == (200, b"hello", True)
    becomes(lambda: invocations(gateway, "counted", "ok"), before[0] + 1)
    assert metric(gateway, 'weir_lambda_attempts_total{function="counted"}') == before[1] + 1


def test_a_function_that_thinks_long_is_waited_for(gateway, aws):
    """Longer than a client that gave up would be: the head may come late, and the stream then runs."""
    thought = threading.Event()
    aws.plays("flow", when(thought, streamed(*whole_stream(b"hello"))))
    result = []
    asking = threading.Thread(target=lambda: result.append(read_whole(gateway, "/flow/x")))
    asking.start()
    becomes(lambda: len(aws.asked("flow")), 1)
    thought.set()
    asking.join(PATIENCE)
    assert result == [(200, b"hello", True)]


def test_a_client_that_leaves_before_the_head_ends_the_call(gateway, aws):
    aws.plays("flow", silent())
    with gateway.connect() as connection:
        connection.request("GET", "/flow/x")
        becomes(lambda: len(aws.asked("flow")), 1)
    assert aws.asked("flow")[0].left.wait(PATIENCE)
