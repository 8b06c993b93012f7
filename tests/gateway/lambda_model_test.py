"""A model behind a function: limits of tokens count what its answer says, streamed or whole, as the client sees it."""

import json
import threading

import pytest
from conftest import PATIENCE
from event_frames import chunk, complete, head
from eventually import becomes
from fake_lambda import function_error, hello, streamed, throttled
from lambda_gateway import Stream, log_line, start_before
from metrics import admin, metric
from model_server import events

HEAD = """
limits:
  tokens: { key: header:x-user-id, rate: 1000/1d, algorithm: fixed_window, unit: tokens }
  cut: { key: header:x-user-id, rate: 50/1d, algorithm: fixed_window, unit: tokens, reserve: off, on_exceeded: truncate }
"""
CHAT = "/v1/chat/completions"
SSE = {"content-type": "text/event-stream"}
USAGE = {"prompt_tokens": 30, "completion_tokens": 12, "total_tokens": 42}


@pytest.fixture(scope="module")
def shared_gateway(folder, aws):
    def upstream(name, options):
        return f'{{ ai: openai, lambda: {{ function: {name}, region: us-east-1, endpoint: "{aws.url}", ' \
               f'retry: {{ attempts: 1 }}, {options} }} }}'

    return start_before(folder, aws, {}, head=HEAD, route=", limits: [tokens]", flowing=upstream("flowing", "invoke: stream"),
                        whole=upstream("whole", "invoke: buffered"))


def ask(gateway, upstream, user, name="gpt-4o", stream=True, **options):
    body = json.dumps({"model": name, "stream": stream, "max_tokens": 20,
                       "messages": [{"role": "user", "content": "Say something."}], **options})
    return gateway.ask(f"/{upstream}{CHAT}", "POST", {"x-user-id": user, "content-type": "application/json"}, body.encode())


def left(gateway, key):
    return json.loads(admin(gateway, f"/api/v1/limits/tokens/keys/{key}"))["remaining"]


def test_a_streamed_answer_is_charged_by_its_usage(gateway, aws, user):
    said = list(events("gpt-4o", 12, USAGE))
    aws.plays("flowing", streamed(chunk(head(headers=SSE)), *(chunk(event) for event in said), complete()))
    answer = ask(gateway, "flowing", user, stream_options={"include_usage": True})
    assert (answer.status, answer.body) == (200, b"".join(said))
    becomes(lambda: left(gateway, user), 1000 - 42)


def test_events_may_be_cut_by_frames_anywhere(gateway, aws, user):
    said = b"".join(events("gpt-4o", 12, USAGE))
    aws.plays("flowing", streamed(chunk(head(headers=SSE)), *(chunk(said[at:at + 7]) for at in range(0, len(said), 7)), complete()))
    assert ask(gateway, "flowing", user, stream_options={"include_usage": True}).body == said
    becomes(lambda: left(gateway, user), 1000 - 42)


def test_the_function_is_asked_for_usage_and_the_client_does_not_see_it(gateway, aws, user):
    aws.plays("flowing", streamed(chunk(head(headers=SSE)), *(chunk(event) for event in events("gpt-4o", 12, USAGE)), complete()))
    answer = ask(gateway, "flowing", user)
    [invoke] = aws.asked("flowing")
    assert json.loads(invoke.event["body"])["stream_options"] == {"include_usage": True}
    assert b'"usage": {' not in answer.body
    becomes(lambda: left(gateway, user), 1000 - 42)


def test_a_whole_answer_is_charged_by_its_usage(gateway, aws, user):
    said = {"id": "chat-1", "object": "chat.completion", "model": "gpt-4o", "usage": USAGE,
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello"}}]}
    aws.plays("whole", hello(json.dumps(said), headers={"content-type": "application/json"}))
    assert ask(gateway, "whole", user, stream=False).json() == said
    becomes(lambda: left(gateway, user), 1000 - 42)


@pytest.mark.parametrize("function", ["flowing", "whole"])
@pytest.mark.parametrize("played", [throttled(), function_error()], ids=["throttled", "function-error"])
def test_a_call_that_failed_takes_nothing(gateway, aws, user, function, played):
    aws.plays(function, played)
    assert ask(gateway, function, user).status in (500, 502)
    becomes(lambda: left(gateway, user), 1000)


def test_a_stream_that_breaks_is_charged_for_what_was_seen(gateway, aws, user):
    said, go = list(events("gpt-4o", 12, USAGE)), threading.Event()

    def pieces():
        yield from (chunk(part) for part in (head(headers=SSE), *said[:8]))
        assert go.wait(PATIENCE)
        yield complete("Unhandled", "boom")

    aws.plays("flowing", streamed(pieces))
    body = json.dumps({"model": "gpt-4o", "stream": True, "messages": [], "stream_options": {"include_usage": True}})
    headers = {"x-user-id": user, "content-type": "application/json"}
    with Stream(gateway, "/flowing" + CHAT, "POST", body, headers) as stream:
        assert stream.read(len(b"".join(said[:8]))) == b"".join(said[:8])
        go.set()
        assert stream.rest() == (b"", False)
    becomes(lambda: 900 < left(gateway, user) < 1000, True)


def test_tokens_and_the_function_are_in_metrics_and_log(gateway, aws, user):
    said = list(events("metered", 12, USAGE))
    aws.plays("flowing", streamed(chunk(head(headers=SSE)), *(chunk(event) for event in said), complete()))
    answer = gateway.ask("/flowing/v1/chat/completions", "POST", {"x-user-id": user, "content-type": "application/json", "x-log": "1"},
                         json.dumps({"model": "metered", "stream": True, "messages": []}).encode())
    assert answer.status == 200
    becomes(lambda: metric(gateway, 'weir_tokens_total{upstream="flowing",model="metered",kind="output"}'), 12)


def test_the_access_log_has_tokens_and_the_function(folder, aws, user):
    upstream = f'{{ ai: openai, lambda: {{ function: flowing, region: us-east-1, endpoint: "{aws.url}", invoke: stream }} }}'
    gateway = start_before(folder, aws, {}, head=HEAD, route=", limits: [tokens]", model=upstream)
    aws.plays("flowing", streamed(chunk(head(headers=SSE)), *(chunk(event) for event in events("gpt-4o", 12, USAGE)), complete()))
    assert ask(gateway, "model", user).status == 200
    line = log_line(gateway, f"/model{CHAT}")
    assert (line["tokens_in"], line["tokens_out"], line["model"]) == (30, 12, "gpt-4o")
    assert (line["lambda_function"], line["lambda_status"], line["lambda_version"]) == ("flowing", 200, "7")


def test_a_stream_beyond_its_limit_is_cut_and_the_call_ends(folder, aws, user):
    upstream = f'{{ ai: openai, lambda: {{ function: endless, region: us-east-1, endpoint: "{aws.url}", invoke: stream }} }}'
    gateway = start_before(folder, aws, {}, head=HEAD, route=", limits: [cut]", model=upstream)

    def forever():
        yield chunk(head(headers=SSE))
        while True:
            yield from (chunk(event) for event in list(events("gpt-4o", 100, None))[:100])

    aws.plays("endless", streamed(forever))
    answer = ask(gateway, "model", user)
    assert answer.body.endswith(b"data: [DONE]\n\n")
    assert b'"finish_reason":"length"' in answer.body.replace(b" ", b"")
    assert aws.asked("endless")[0].left.wait(30)
