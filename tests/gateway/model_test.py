"""Limits of tokens in front of a model's API: what is held, what is charged, and that its bytes pass."""

import contextlib
import http.client
import json
import socket
import time

import pytest
from conftest import PATIENCE
from eventually import becomes
from model_server import events

CONFIG = """
access_log: {{ to: LOG }}
prices: {{ "priced-*": {{ input: 1000, output: 2000 }} }}
limits:
  tokens: {{ key: header:x-user-id, rate: 1000/1d, algorithm: fixed_window, unit: tokens }}
  unheld: {{ key: header:x-user-id, rate: 100/1d, algorithm: fixed_window, unit: tokens, reserve: off }}
  weighted: {{ key: [header:x-user-id, model], rate: 1000/1d, algorithm: fixed_window, unit: tokens, reserve: off,
              weights: {{ output: 3, model: {{ "big-*": 10 }} }} }}
  money: {{ key: header:x-user-id, rate: 1.00/1d, algorithm: fixed_window, unit: cost, reserve: off }}
  cut: {{ key: header:x-user-id, rate: 100/1d, algorithm: fixed_window, unit: tokens, reserve: off, on_exceeded: truncate }}
  paced: {{ key: header:x-user-id, rate: 100/1s, algorithm: token_bucket, burst: 20, unit: output_tokens, reserve: off,
           on_exceeded: pace }}
  calls: {{ key: header:x-user-id, rate: 1000/1d, algorithm: fixed_window }}
upstreams:
  model: {{ url: "http://127.0.0.1:{model}", ai: openai }}
  held: {{ url: "http://127.0.0.1:{model}", ai: openai, ask_usage: never, usage_missing: held }}
  free: {{ url: "http://127.0.0.1:{model}", ai: openai, ask_usage: never, usage_missing: free }}
  guessed: {{ url: "http://127.0.0.1:{model}", ai: openai, ask_usage: never }}
  bedrock: {{ url: "http://127.0.0.1:{model}", ai: bedrock }}
  encoded: {{ url: "http://127.0.0.1:{model}", ai: openai }}
routes:
  - {{ path: /held/*, to: held, limits: [tokens] }}
  - {{ path: /free/*, to: free, limits: [tokens] }}
  - {{ path: /guessed/*, to: guessed, limits: [tokens] }}
  - {{ path: /model/*, to: bedrock, limits: [tokens] }}
  - {{ path: /encoded/*, to: encoded, limits: [tokens] }}
  - {{ path: /unheld/*, to: model, limits: [unheld] }}
  - {{ path: /weighted/*, to: model, limits: [weighted] }}
  - {{ path: /money/*, to: model, limits: [money] }}
  - {{ path: /cut/*, to: model, limits: [cut] }}
  - {{ path: /paced/*, to: model, limits: [paced] }}
  - {{ path: /open/*, to: model }}
  - {{ path: /*, to: model, limits: [tokens, calls] }}
"""
CHAT = "/v1/chat/completions"


@pytest.fixture(scope="module")
def shared_gateway(folder, model):
    log = folder.path / "access.log"
    gateway = folder.start(CONFIG.format(model=model.server_port).replace("LOG", str(log)), admin=True)
    gateway.access_log = log
    return gateway


def body(stream=False, name="gpt-4o", **more):
    return json.dumps({"model": name, "stream": stream, "max_tokens": 20,
                       "messages": [{"role": "user", "content": "Say something."}], **more}).encode()


def chat(gateway, user, path=CHAT, stream=False, headers=(), **more):
    return gateway.ask(path, "POST", {"x-user-id": user, "content-type": "application/json", **dict(headers)},
                       body=body(stream, **more))


def admin(gateway, path):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", gateway.admin, timeout=PATIENCE)) as link:
        link.request("GET", path)
        return link.getresponse().read().decode()


def left(gateway, limit, key):
    """What remains, without spending."""
    return json.loads(admin(gateway, f"/api/v1/limits/{limit}/keys/{key}"))["remaining"]


def metric(gateway, sample):
    """0 when there is no such sample."""
    lines = dict(line.rsplit(" ", 1) for line in admin(gateway, "/metrics").splitlines() if not line.startswith("#"))
    return float(lines.get(sample, 0))


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


def stream_in_steps(gateway, user, **more):
    """A streamed answer of which nothing has come but its head: the connection and its response."""
    link = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=PATIENCE)
    link.request("POST", CHAT, body(True, stream_options={"include_usage": True}, **more),
                 {"x-user-id": user, "content-type": "application/json", "x-steps": "yes"})
    return contextlib.closing(link), link.getresponse()


def finish(model, response):
    for _ in range(5 + 3):
        model.step()
    return response.read()


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


def test_a_request_larger_than_what_is_read_is_413(gateway, user):
    with contextlib.suppress(OSError):  # Envoy may close before all of it is sent
        answer = gateway.ask("/open" + CHAT, "POST", {"content-type": "application/json"}, body=b'{"x":"' + b"x" * (33 << 20) + b'"}')
        assert answer.status == 413
    assert chat(gateway, user).status == 200


def test_a_stream_may_be_any_length_and_passes_as_it_is(gateway, user):
    usage = {"prompt_tokens": 7, "completion_tokens": 3000, "total_tokens": 3007}
    answer = chat(gateway, user, "/open" + CHAT, stream=True, stream_options={"include_usage": True}, headers={"x-answer": "7 in, 3000 out"})
    assert answer.body == b"".join(events("gpt-4o", 3000, usage))
