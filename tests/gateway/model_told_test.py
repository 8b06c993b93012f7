"""What is told of calls of models: in metrics, in the logs, in the headers and refusals that SDKs of providers read."""

import json

import pytest
from eventually import becomes
from metrics import metric
from model_gateway import CHAT, chat, finish, left, start_before_model, stream_in_steps


@pytest.fixture(scope="module")
def shared_gateway(folder, model):
    return start_before_model(folder, model)


def test_tokens_are_counted_by_upstream_model_and_kind(gateway, user):
    name = "metered-1"
    for stream in (False, True):
        chat(gateway, user, stream=stream, name=name, headers={"x-answer": "30 in, 12 out"})
    of_model = f'upstream="model",model="{name}"'
    becomes(lambda: metric(gateway, f'weir_tokens_total{{{of_model},kind="input"}}'), 60)
    becomes(lambda: metric(gateway, f'weir_tokens_total{{{of_model},kind="output"}}'), 24)
    assert metric(gateway, f"weir_time_to_first_token_seconds_count{{{of_model}}}") == 2
    assert metric(gateway, f"weir_model_answer_seconds_count{{{of_model}}}") == 2


def test_how_what_was_taken_became_known_is_counted(gateway, user):
    def settled(upstream, how):
        return metric(gateway, f'weir_settlements_total{{upstream="{upstream}",how="{how}"}}')
    exact, released, estimated = settled("model", "exact"), settled("model", "released"), settled("guessed", "estimated")
    chat(gateway, user)
    becomes(lambda: settled("model", "exact"), exact + 1)
    chat(gateway, user, headers={"x-status": "500"})
    becomes(lambda: settled("model", "released"), released + 1)
    chat(gateway, user, "/guessed" + CHAT, stream=True)
    becomes(lambda: settled("guessed", "estimated"), estimated + 1)


def test_a_missing_usage_is_said_once_a_minute_with_its_cause(gateway, user):
    for _ in range(3):
        chat(gateway, user, "/guessed" + CHAT, stream=True)
    sentence = "upstream 'guessed': the answer told no usage; it is charged by an estimate"
    becomes(lambda: gateway.log.read_text().count(sentence), 1)


def test_what_calls_under_way_hold_is_shown(gateway, model, user):
    connection, response = stream_in_steps(gateway, user, max_tokens=300)
    with connection:
        assert metric(gateway, 'weir_tokens_held{upstream="model"}') >= 300
        assert metric(gateway, 'weir_model_streams{upstream="model"}') == 1
        finish(model, response)
    becomes(lambda: metric(gateway, 'weir_tokens_held{upstream="model"}'), 0)
    becomes(lambda: metric(gateway, 'weir_model_streams{upstream="model"}'), 0)


def test_the_access_log_tells_model_and_tokens(gateway, user):
    chat(gateway, user, name="logged-1", headers={"x-answer": "30 in, 12 out"})
    def line():
        lines = [json.loads(one) for one in gateway.access_log.read_text().splitlines()]
        return next(((one["model"], one["tokens_in"], one["tokens_out"]) for one in lines
                     if one.get("model") == "logged-1"), None)
    becomes(line, ("logged-1", 30, 12))


def test_a_refusal_is_what_the_sdk_of_the_provider_expects(gateway, user):
    chat(gateway, user, headers={"x-answer": "900 in, 90 out"})
    becomes(lambda: left(gateway, "tokens", user), 10)
    refused = chat(gateway, user, max_tokens=200)
    error = refused.json()["error"]
    assert (refused.status, error["type"], error["code"]) == (429, "tokens", "rate_limit_exceeded")
    assert refused["x-ratelimit-remaining-tokens"] == "10"
    assert refused["x-ratelimit-limit-requests"] == "1000"


def test_what_is_left_is_told_in_the_provider_s_headers(gateway, user):
    answer = chat(gateway, user)
    assert answer["x-ratelimit-limit-tokens"] == "1000"
    assert 900 < int(answer["x-ratelimit-remaining-tokens"]) < 1000
    assert answer["x-ratelimit-remaining-requests"] == "999"
