"""Limits of tokens that gateways share through Redis, and what becomes of a call's charge when Redis is lost meanwhile."""

import concurrent.futures
import contextlib
import http.client
import json

import pytest
from conftest import PATIENCE
from eventually import becomes
from redis_server import RedisServer

CHAT = "/v1/chat/completions"


@pytest.fixture
def server():
    server = RedisServer()
    yield server
    server.clean()


def config(server, model, limit="reserve: max_tokens", rate="1000/1d", **store):
    options = "".join(f", {name}: {value}" for name, value in store.items())
    return (f'store: {{ url: "{server.url}"{options} }}\n'
            f"limits: {{ tokens: {{ key: header:x-user-id, rate: {rate}, algorithm: fixed_window, unit: tokens, {limit} }} }}\n"
            f'upstreams: {{ model: {{ url: "http://127.0.0.1:{model.server_port}", ai: openai }} }}\n'
            "routes: [{ path: /*, to: model, limits: [tokens] }]\n")


def body(stream=False, max_tokens=100):
    return json.dumps({"model": "gpt-4o", "stream": stream, "max_tokens": max_tokens,
                       "messages": [{"role": "user", "content": "hi"}]}).encode()


def chat(gateway, user, answer="7 in, 5 out", stream=True, **more):
    headers = {"x-user-id": user, "content-type": "application/json", "x-answer": answer}
    return gateway.ask(CHAT, "POST", headers, body=body(stream, **more))


def left(gateway, user):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", gateway.admin, timeout=PATIENCE)) as link:
        link.request("GET", f"/api/v1/limits/tokens/keys/{user}")
        return json.loads(link.getresponse().read()).get("remaining")


def test_two_gateways_share_a_budget_of_tokens(start, server, model, user):
    one, other = (start(config(server, model, timeout="20s"), admin=True) for _ in range(2))
    chat(one, user, "30 in, 12 out")
    becomes(lambda: left(other, user), 958)
    chat(other, user, "50 in, 8 out", stream=False)
    becomes(lambda: left(one, user), 900)


def test_what_parallel_calls_hold_is_never_more_than_the_limit(start, server, model, user):
    gateways = [start(config(server, model, rate="1000/1d", timeout="20s"), admin=True) for _ in range(2)]
    with concurrent.futures.ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(lambda n: chat(gateways[n % 2], user, "100 in, 100 out", max_tokens=190), range(40)))
    passed = [answer for answer in answers if answer.status == 200]
    assert {answer.status for answer in answers} == {200, 429}
    becomes(lambda: left(gateways[0], user), max(0, 1000 - 200 * len(passed)))
    assert len(passed) <= 5


def test_a_call_that_ends_while_redis_is_away_is_charged_when_it_is_back(start, server, model, user):
    gateway = start(config(server, model), admin=True)
    link = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=PATIENCE)
    with contextlib.closing(link):
        link.request("POST", CHAT, body(stream=True), {"x-user-id": user, "content-type": "application/json",
                                                      "x-answer": "30 in, 12 out", "x-steps": "yes"})
        response = link.getresponse()
        becomes(lambda: left(gateway, user) < 1000, True)
        server.pause()
        for _ in range(12 + 3):
            model.step()
        assert response.read().endswith(b"data: [DONE]\n\n")
    server.go_on()
    becomes(lambda: left(gateway, user), 958)


def test_everything_of_tokens_in_redis_has_a_ttl(start, server, model, user):
    gateway = start(config(server, model), admin=True)
    chat(gateway, user)
    becomes(lambda: left(gateway, user), 988)
    with server.client() as client:
        assert [key for key in client.scan_iter() if client.ttl(key) == -1] == []
