"""examples/lambda-cpp inside Lambda: what it answers, and how it begins and ends."""

import json
import signal

import pytest
import redis

from conftest import BUILD
from runtime_api import ERROR_TYPE


def decision(invocation):
    return json.loads(invocation.pieces[0])


def test_answers_in_five_chunks_the_first_of_which_is_its_decision(example):
    answer = example(WEIR_RATE="3/1m").invoke({"user": "ann"})
    assert answer.kind == "response"
    assert answer.headers["lambda-runtime-function-response-mode"] == "streaming"
    assert answer.headers["transfer-encoding"] == "chunked"
    assert len(answer.pieces) == 5
    assert decision(answer) == {"allowed": True, "remaining": 2}
    assert answer.trailers == {}


def test_limits_each_user_alone_and_answers_all_the_same(example):
    function = example(WEIR_RATE="2/1h")
    seen = [decision(function.invoke({"user": "ann"})) for _ in range(3)]
    assert [each["allowed"] for each in seen] == [True, True, False]
    assert len(function.invoke({"user": "ann"}).pieces) == 5
    assert decision(function.invoke({"user": "bob"})) == {"allowed": True, "remaining": 1}


def test_instances_share_their_counters_in_redis(example, server):
    one, other = example(WEIR_STORE=server.url), example(WEIR_STORE=server.url)
    assert decision(one.invoke({"user": "ann"}))["remaining"] == 99
    assert decision(other.invoke({"user": "ann"}))["remaining"] == 98
    with server.client() as client:
        assert client.keys("weir:lambda-cpp:{ann}*")


def test_what_it_counted_is_in_redis_when_it_asks_for_the_next_event(example, server):
    function = example(WEIR_STORE=server.url)
    with redis.Redis(port=server.port) as client:
        for user in ("ann", "bob"):
            function.invoke({"user": user})
            (key,) = {key for key in client.keys("weir:{analytics:*}:slices")}
            (name, *more), texts = zip(*client.hgetall(key).items())
            assert len(more) <= 1  # the minute may have passed
            assert any(b"lambda-cpp" in text and user.encode() in text for text in texts)
            assert 0 < client.pttl(key) <= 30 * 86_400_000


@pytest.mark.parametrize("event", [b"", b"no JSON", b"[]", b'"text"', b"{}", b'{"user":7}', b'{"user":""}', b"\xff\x00"])
def test_a_bad_event_gets_an_error_and_the_next_one_an_answer(example, event):
    function = example()
    refused = function.invoke(event)
    assert refused.kind == "error"
    assert refused.headers[ERROR_TYPE] == "Function.BadEvent"
    document = json.loads(refused.body)
    assert document["errorType"] == "Function.BadEvent" and document["errorMessage"]
    assert decision(function.invoke({"user": "ann"}))["allowed"]


def test_asks_for_the_next_one_only_when_its_answer_was_taken(example):
    function = example()
    for _ in range(3):
        answer = function.invoke({"user": "ann"})
        assert answer.whole and answer.asked_again >= answer.ended


def test_ends_with_status_1_when_the_runtime_api_is_gone(example):
    function = example()
    function.invoke({"user": "ann"})
    function.api.close()
    assert function.end() == 1
    assert "Runtime API" in function.said()


def test_ends_with_status_1_when_the_runtime_api_was_never_there(start):
    function = start(["/usr/bin/env", "AWS_LAMBDA_RUNTIME_API=127.0.0.1:1", BUILD / "examples/lambda-cpp"])
    assert function.end() == 1


def test_says_that_it_is_not_in_lambda(start):
    function = start(["/usr/bin/env", "-u", "AWS_LAMBDA_RUNTIME_API", BUILD / "examples/lambda-cpp"])
    assert function.end() == 2
    assert "AWS_LAMBDA_RUNTIME_API" in function.said()


def test_ends_with_status_1_when_the_runtime_api_says_that_it_is_broken(example):
    function = example()
    function.api.verdicts.append(500)
    function.api.put({"user": "ann"})
    assert function.end() == 1


def test_goes_on_when_an_answer_is_refused(example):
    function = example()
    function.api.verdicts.append(400)
    function.api.put({"user": "ann"})
    assert decision(function.invoke({"user": "ann"}))["allowed"]


def test_goes_on_when_the_runtime_api_closes_each_connection(example):
    function = example()
    function.api.close_after_answer = True
    for _ in range(5):
        assert len(function.invoke({"user": "ann"}).pieces) == 5


def test_ends_at_sigterm_between_invocations(example):
    function = example()
    function.invoke({"user": "ann"})
    function.process.send_signal(signal.SIGTERM)
    assert function.end() == 0


def test_ends_at_sigterm_after_the_answer_that_is_under_way(example):
    function = example()
    function.api.on_piece = lambda invocation: function.process.send_signal(signal.SIGTERM)
    assert len(function.answer({"user": "ann"}).pieces) == 5
    assert function.end() == 0


@pytest.mark.parametrize("name, value", [("WEIR_RATE", "many"), ("WEIR_RATE", "0/1m"), ("WEIR_RATE", "5/1y"),
                                         ("WEIR_STORE", "http://nowhere"), ("WEIR_STORE", "redis://")])
def test_tells_lambda_why_it_can_not_start(start, name, value):
    function = start([BUILD / "examples/lambda-cpp"], **{name: value})
    assert function.end() == 1
    headers, body = function.api.init_error
    assert headers[ERROR_TYPE].startswith("Function.Bad")
    assert name in json.loads(body)["errorMessage"]
    assert function.api.polls == 0


def test_a_long_event_is_read_whole(example):
    user = "u" * (6 << 20)
    assert decision(example(WEIR_RATE="2/1h").invoke({"user": user}))["remaining"] == 1


def test_takes_an_invocation_whose_deadline_has_passed(example):
    assert len(example().invoke({"user": "ann"}, seconds=-5).pieces) == 5
