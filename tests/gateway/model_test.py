"""Limits of tokens in front of a model's API: what is held, what is charged, what is refused."""

import contextlib

import pytest
from eventually import becomes
from model_gateway import CHAT, body, chat, finish, left, start_before_model, stream_in_steps


@pytest.fixture(scope="module")
def shared_gateway(folder, model):
    return start_before_model(folder, model)


def test_a_streamed_answer_that_tells_its_usage_at_the_end_is_charged(gateway, user):
    """`stream: true`, usage only in the last chunk: the counters that never moved."""
    answer = chat(gateway, user, stream=True, stream_options={"include_usage": True}, headers={"x-answer": "7 in, 5 out"})
    assert answer.status == 200
    becomes(lambda: left(gateway, "tokens", user), 988)
    chat(gateway, user, stream=True, stream_options={"include_usage": True}, headers={"x-answer": "100 in, 50 out"})
    becomes(lambda: left(gateway, "tokens", user), 838)


def test_a_whole_answer_is_charged_by_its_usage(gateway, user):
    answer = chat(gateway, user, headers={"x-answer": "30 in, 12 out"})
    assert answer.json()["usage"]["total_tokens"] == 42
    becomes(lambda: left(gateway, "tokens", user), 958)


def test_the_prompt_and_the_largest_output_are_held_while_the_model_answers(gateway, model, user):
    connection, response = stream_in_steps(gateway, user, max_tokens=300)
    with connection:
        held = left(gateway, "tokens", user)
        assert 600 < held <= 700
        finish(model, response)
    becomes(lambda: left(gateway, "tokens", user), 1000 - 12)


def test_an_answer_that_is_no_success_takes_nothing(gateway, user):
    assert chat(gateway, user, headers={"x-status": "500"}).status == 500
    becomes(lambda: left(gateway, "tokens", user), 1000)


def test_more_than_is_left_is_refused(gateway, user):
    chat(gateway, user, headers={"x-answer": "600 in, 300 out"})
    becomes(lambda: left(gateway, "tokens", user), 100)
    refused = chat(gateway, user, max_tokens=200)
    assert refused.status == 429
    assert int(refused["retry-after"]) >= 1
    assert left(gateway, "tokens", user) == 100
    assert chat(gateway, user, max_tokens=20).status == 200


def test_what_no_limit_could_ever_grant_is_refused_for_good_and_the_model_is_not_asked(gateway, model, user):
    model.requests.clear()
    refused = chat(gateway, user, max_tokens=5000)
    assert (refused.status, refused["retry-after"], refused["x-should-retry"]) == (429, None, "false")
    assert model.requests == []


def test_without_a_reservation_debt_is_charged_beyond_the_limit(gateway, user):
    assert chat(gateway, user, "/unheld" + CHAT, headers={"x-answer": "150 in, 50 out"}).status == 200
    becomes(lambda: left(gateway, "unheld", user), 0)
    assert chat(gateway, user, "/unheld" + CHAT).status == 429


def test_weights_of_kinds_and_models_count(gateway, user):
    chat(gateway, user, "/weighted" + CHAT, name="small-1", headers={"x-answer": "7 in, 5 out"})
    becomes(lambda: left(gateway, "weighted", f"%5B%22{user}%22%2C%22small-1%22%5D"), 1000 - 7 - 15)
    chat(gateway, user, "/weighted" + CHAT, name="big-1", headers={"x-answer": "7 in, 5 out"})
    becomes(lambda: left(gateway, "weighted", f"%5B%22{user}%22%2C%22big-1%22%5D"), 1000 - 220)


def test_money_is_counted_by_prices(gateway, user):
    chat(gateway, user, "/money" + CHAT, name="priced-1", headers={"x-answer": "7 in, 5 out"})
    becomes(lambda: left(gateway, "money", user), 1_000_000_000 - 7_000_000 - 10_000_000)
    chat(gateway, user, "/money" + CHAT, name="unknown", headers={"x-answer": "7 in, 5 out"})
    assert left(gateway, "money", user) == 983_000_000


def test_an_answer_that_tells_no_usage_is_estimated_held_or_free(gateway, user):
    chat(gateway, user + "-free", "/free" + CHAT, stream=True)
    becomes(lambda: left(gateway, "tokens", user + "-free"), 1000)
    before = chat(gateway, user + "-held", "/held" + CHAT, stream=True).left("tokens")
    becomes(lambda: left(gateway, "tokens", user + "-held"), before)
    chat(gateway, user + "-guessed", "/guessed" + CHAT, stream=True)
    becomes(lambda: 960 < left(gateway, "tokens", user + "-guessed") < 1000, True)


def test_bedrock_s_count_in_the_answer_s_head_is_charged(gateway, user):
    answer = gateway.ask("/model/mistral.mistral-7b/invoke", "POST",
                         {"x-user-id": user, "content-type": "application/json", "x-answer": "30 in, 12 out"},
                         body=b'{"prompt": "Say something.", "max_tokens": 20}')
    assert answer.status == 200
    becomes(lambda: left(gateway, "tokens", user), 958)


def test_an_answer_that_can_not_be_decoded_is_estimated_by_its_size_and_the_cause_is_said(gateway, user):
    answer = chat(gateway, user, "/encoded" + CHAT, headers={"x-encode": "compress", "x-answer": "7 in, 50 out"}, max_tokens=200)
    assert answer.status == 200
    becomes(lambda: 1000 - 230 < left(gateway, "tokens", user) < 1000 - len(answer.body) // 4, True)
    sentence = "upstream 'encoded': its content encoding is not known; it is charged by an estimate"
    becomes(lambda: sentence in gateway.log.read_text(), True)


def test_requests_that_ask_no_model_pass_beside_limits_of_tokens(gateway, user):
    answer = gateway.ask("/v1/models", headers={"x-user-id": user})
    assert (answer.status, answer.left("calls")) == (200, 999)
    assert left(gateway, "tokens", user) == 1000


def test_a_body_that_is_not_clear_is_refused_where_tokens_count_and_passes_elsewhere(gateway, model, user):
    model.requests.clear()
    broken = b'{"model": "a", "model": "b"}'
    refused = gateway.ask(CHAT, "POST", {"x-user-id": user, "content-type": "application/json"}, body=broken)
    assert refused.status == 400
    assert "model" in refused.body.decode()
    assert model.requests == []
    passed = gateway.ask("/open" + CHAT, "POST", {"x-user-id": user, "content-type": "application/json"}, body=broken)
    assert passed.status == 200
    assert model.requests[0][1] == broken


def test_a_large_prompt_passes_whole(gateway, model, user):
    model.requests.clear()
    large = body(messages=[{"role": "user", "content": "x" * 3_000_000}])
    answer = gateway.ask("/open" + CHAT, "POST", {"content-type": "application/json"}, body=large)
    assert answer.status == 200
    assert model.requests[0][1] == large
    model.requests.clear()
    streamed = body(True, messages=[{"role": "user", "content": "x" * 3_000_000}])
    answer = gateway.ask("/open" + CHAT, "POST", {"content-type": "application/json"}, body=streamed)
    assert answer.status == 200
    assert model.requests[0][1].replace(b'"stream_options":{"include_usage":true},', b"") == streamed


def test_a_request_larger_than_what_is_read_is_413(gateway, user):
    with contextlib.suppress(OSError):  # Envoy may close before all of it is sent
        answer = gateway.ask("/open" + CHAT, "POST", {"content-type": "application/json"}, body=b'{"x":"' + b"x" * (33 << 20) + b'"}')
        assert answer.status == 413
    assert chat(gateway, user).status == 200
