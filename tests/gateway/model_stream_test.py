"""Streamed answers of a model behind limits of tokens: their bytes pass as they come, and end or rest where a limit says so."""

import json
import socket
import time

import pytest
from eventually import becomes
from metrics import metric
from model_gateway import CHAT, body, chat, left, start_before_model, stream_in_steps
from model_server import events


@pytest.fixture(scope="module")
def shared_gateway(folder, model):
    return start_before_model(folder, model)


def unasked(count):
    """The bytes of a stream that was asked for its usage, without the event that tells it."""
    *before, _, done = events("gpt-4o", count, {})
    return b"".join([*before, done])


def test_the_client_s_stream_is_as_if_weir_had_not_asked_for_usage(gateway, model, user):
    model.requests.clear()
    answer = chat(gateway, user, stream=True)
    [(headers, sent)] = model.requests
    assert json.loads(sent)["stream_options"] == {"include_usage": True}
    assert sent.replace(b'"stream_options":{"include_usage":true},', b"") == body(stream=True)
    assert headers["accept-encoding"] == "identity"
    assert answer.body == unasked(5)
    becomes(lambda: left(gateway, "tokens", user), 988)


def test_a_client_that_asked_for_usage_gets_it(gateway, model, user):
    model.requests.clear()
    answer = chat(gateway, user, stream=True, stream_options={"include_usage": True})
    usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
    assert answer.body == b"".join(events("gpt-4o", 5, usage))
    assert model.requests[0][1] == body(stream=True, stream_options={"include_usage": True})


def test_each_chunk_leaves_before_the_next_is_awaited(gateway, model, user):
    connection, response = stream_in_steps(gateway, user)
    with connection:
        for event in events("gpt-4o", 5, {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}):
            model.step()
            assert response.read(len(event)) == event
        assert response.read() == b""


def test_a_client_that_leaves_in_mid_stream_pays_for_what_it_saw(gateway, model, user):
    connection, response = stream_in_steps(gateway, user, max_tokens=500)
    with connection:
        model.step()
        assert response.read(10)
        response.fp.raw._sock.shutdown(socket.SHUT_RDWR)
    for _ in range(8):
        model.step()
    becomes(lambda: 950 < left(gateway, "tokens", user) < 1000, True)


def events_of(answer):
    return [line[6:] for line in answer.body.decode().split("\n") if line.startswith("data: ")]


@pytest.mark.parametrize("asks", [True, False])
def test_a_stream_beyond_its_limit_ends_as_the_provider_would_end_it(gateway, model, user, asks):
    options = {"stream_options": {"include_usage": True}} if asks else {}
    answer = chat(gateway, user, "/cut" + CHAT, stream=True, headers={"x-answer": "20 in, 400 out"}, max_tokens=1000, **options)
    *chunks, done = events_of(answer)
    assert done == "[DONE]"
    chunks = [json.loads(chunk) for chunk in chunks]
    usage = [chunk["usage"] for chunk in chunks if chunk.get("usage")]
    assert bool(usage) == asks
    finish = [chunk["choices"][0]["finish_reason"] for chunk in chunks if chunk["choices"] and chunk["choices"][0]["finish_reason"]]
    assert finish == ["length"]
    assert {chunk["id"] for chunk in chunks} == {"chat-1"}
    assert 20 < len(chunks) < 100
    becomes(lambda: left(gateway, "cut", user), 0)
    assert metric(gateway, 'weir_streams_truncated_total{upstream="model"}') >= 1


def test_a_stream_within_its_limit_is_not_touched(gateway, user):
    usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
    answer = chat(gateway, user, "/cut" + CHAT, stream=True, stream_options={"include_usage": True})
    assert answer.body == b"".join(events("gpt-4o", 5, usage))


def test_a_whole_answer_beyond_its_limit_stays_whole(gateway, user):
    answer = chat(gateway, user, "/cut" + CHAT, headers={"x-answer": "20 in, 400 out"}, max_tokens=1000)
    assert answer.json()["usage"]["total_tokens"] == 420
    assert answer["content-length"] == str(len(answer.body))
    becomes(lambda: left(gateway, "cut", user), 0)


def test_a_stream_beyond_its_limit_may_be_slowed_to_the_limit_s_rate(gateway, user):
    start = time.monotonic()
    answer = chat(gateway, user, "/paced" + CHAT, stream=True, stream_options={"include_usage": True},
                  headers={"x-answer": "20 in, 50 out"}, max_tokens=1000)
    usage = {"prompt_tokens": 20, "completion_tokens": 50, "total_tokens": 70}
    assert answer.body == b"".join(events("gpt-4o", 50, usage))
    assert time.monotonic() - start > 0.2  # 30 of 50 tokens come at 100 a second


def test_a_stream_that_is_slowed_loses_nothing_but_the_event_that_is_taken_out(gateway, user):
    assert chat(gateway, user, "/paced" + CHAT, stream=True, headers={"x-answer": "7 in, 60 out"}).body == unasked(60)


def test_a_stream_may_be_any_length_and_passes_as_it_is(gateway, user):
    usage = {"prompt_tokens": 7, "completion_tokens": 3000, "total_tokens": 3007}
    answer = chat(gateway, user, "/open" + CHAT, stream=True, stream_options={"include_usage": True}, headers={"x-answer": "7 in, 3000 out"})
    assert answer.body == b"".join(events("gpt-4o", 3000, usage))
