"""Who used what, when: what the admin API's analytics tell of requests, calls of the API and calls of models."""

import http.client
import json
import time

import pytest
from admin_client import start_admin
from conftest import PATIENCE

CONFIG = """
prices: {{ "priced-*": {{ input: 1000, output: 2000 }} }}
limits:
  per-user: {{ key: header:x-user-id, rate: 2/1d, algorithm: fixed_window, deny: [mallory] }}
  pair: {{ key: [header:x-user-id, path], rate: 5/1d, algorithm: fixed_window }}
  watched: {{ key: header:x-user-id, rate: 1/1d, algorithm: fixed_window, shadow: true }}
  failures: {{ key: header:x-user-id, rate: 5/1d, algorithm: fixed_window, charge: [5xx] }}
  costly: {{ key: header:x-user-id, rate: 50/1d, algorithm: fixed_window, cost: "header:x-cost" }}
  tokens: {{ key: header:x-user-id, rate: 1000/1d, algorithm: fixed_window, unit: tokens }}
upstreams:
  local: {{ url: "http://127.0.0.1:UPSTREAM" }}
  model: {{ url: "http://127.0.0.1:{model}", ai: openai }}
routes:
  - {{ path: /v1/chat/completions, to: model, limits: [tokens] }}
  - {{ path: /pair/*, to: local, limits: [pair, per-user] }}
  - {{ path: /watched, to: local, limits: [watched] }}
  - {{ path: /status/*, to: local, limits: [failures] }}
  - {{ path: /costly, to: local, limits: [costly] }}
  - {{ path: /*, to: local, limits: [per-user] }}
"""


@pytest.fixture(scope="module")
def admin(folder, model):
    return start_admin(folder, CONFIG.format(model=model.server_port))


def get(admin, path):
    answer = admin.call("GET", "/api/v1/analytics/" + path)
    assert answer.status == 200, answer.body
    return answer.json()


def sums(admin, limit):
    (series,) = get(admin, f"usage?limit={limit}")["series"]
    return {name: sum(point[name] for point in series["points"])
            for name in ("allowed", "limited", "denied", "shadowed", "cost")}


def ranked(admin, by, limit):
    return {json.dumps(row["key"]): row["count"] for row in get(admin, f"top?by={by}&limit={limit}&n=100")["top"]}


def eventually(look, wanted):
    """A request's end is settled a moment after its answer: two seconds is what the gateway promises."""
    deadline = time.monotonic() + PATIENCE
    while (seen := look()) != wanted and time.monotonic() < deadline:
        time.sleep(0.02)
    assert seen == wanted


def test_each_request_counts_once_for_each_limit_as_what_became_of_it(admin):
    before = sums(admin, "per-user")
    statuses = [admin.gateway.ask("/", headers={"x-user-id": user}).status for user in ("ann", "ann", "ann", "bob", "mallory")]
    assert statuses == [200, 200, 429, 200, 403]
    after = sums(admin, "per-user")
    assert {name: after[name] - before[name] for name in after} == {
        "allowed": 3, "limited": 1, "denied": 1, "shadowed": 0, "cost": 3}
    assert ranked(admin, "allowed", "per-user")['"ann"'] == 2
    assert ranked(admin, "limited", "per-user")['"ann"'] == 1
    assert ranked(admin, "denied", "per-user") == {'"mallory"': 1}


def test_a_limit_that_would_have_passed_records_nothing_when_another_refused(admin):
    for _ in range(4):
        admin.gateway.ask("/pair/a", headers={"x-user-id": "pia"})
    assert ranked(admin, "allowed", "pair") == {'["pia", "/pair/a"]': 2}
    assert ranked(admin, "limited", "pair") == {}
    assert ranked(admin, "limited", "per-user")['"pia"'] == 2


def test_shadow_refusals_are_allowed_and_told_apart(admin):
    for _ in range(3):
        assert admin.gateway.ask("/watched", headers={"x-user-id": "sam"}).status == 200
    assert sums(admin, "watched") == {"allowed": 3, "limited": 0, "denied": 0, "shadowed": 2, "cost": 1}


def test_what_is_held_costs_what_is_charged_in_the_end(admin):
    for status in (200, 503, 500):
        admin.gateway.ask(f"/status/{status}", headers={"x-user-id": "fay"})
    eventually(lambda: sums(admin, "failures"), {"allowed": 3, "limited": 0, "denied": 0, "shadowed": 0, "cost": 2})


def test_costs_add_up_and_refunds_subtract(admin):
    admin.gateway.ask("/costly", headers={"x-user-id": "cara", "x-cost": "30"})
    admin.gateway.ask("/costly", headers={"x-user-id": "cara", "x-cost": "30"})
    admin.limit("costly", "cara", -10)
    assert sums(admin, "costly") == {"allowed": 2, "limited": 1, "denied": 0, "shadowed": 0, "cost": 20}


def test_keys_of_any_bytes_are_kept(admin):
    admin.gateway.ask("/", headers={"x-user-id": b"\xff\xe9".decode("latin1")})
    admin.gateway.ask("/", headers={"x-user-id": "k" * 300})
    keys = ranked(admin, "allowed", "per-user")
    assert keys[json.dumps("\ufffd\ufffd")] == 1
    assert [key for key in keys if key.startswith('"%xxh3=')]


def chat(admin, user, name, answer):
    body = json.dumps({"model": name, "messages": [{"role": "user", "content": "hi"}], "max_tokens": 20}).encode()
    reply = admin.gateway.ask("/v1/chat/completions", method="POST", body=body,
                              headers={"content-type": "application/json", "x-user-id": user, "x-answer": answer})
    assert reply.status == 200


def test_tokens_are_counted_by_model_upstream_and_key_with_their_money(admin):
    chat(admin, "tom", "priced-1", "7 in, 5 out")
    chat(admin, "tom", "free-1", "10 in, 1 out")
    chat(admin, "tea", "priced-1", "3 in, 2 out")

    def row(name, tokens_in, tokens_out, cost):
        return {"name": name, "input": tokens_in, "output": tokens_out, "cached_input": 0, "cache_write": 0, "reasoning": 0,
                "cost": cost}
    eventually(lambda: get(admin, "tokens?by=model")["rows"], [row("priced-1", 10, 7, 0.024), row("free-1", 10, 1, None)])
    assert get(admin, "tokens?by=upstream")["rows"] == [row("model", 20, 8, 0.024)]
    assert get(admin, "tokens?by=key")["rows"] == [row("tom", 17, 6, 0.017), row("tea", 3, 2, 0.007)]
    assert ranked(admin, "tokens", "tokens") == {'"tom"': 23, '"tea"': 5}
    assert sums(admin, "tokens")["cost"] == 28


def events(admin, count):
    link = http.client.HTTPConnection("127.0.0.1", admin.port, timeout=PATIENCE)
    link.request("GET", "/api/v1/analytics/stream")
    answer = link.getresponse()
    assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream")
    seen = []
    while len(seen) < count:
        line = answer.readline().decode()
        assert line, "the stream ended"
        if line.startswith("data: "):
            seen.append(json.loads(line[6:]))
            yield seen[-1]
    answer.close()
    link.close()


def test_a_stream_tells_each_second_what_was_decided_in_it(admin):
    stream = events(admin, 100)
    first = next(stream)
    assert set(first["limits"]) == {"per-user", "pair", "watched", "failures", "costly", "tokens"}
    admin.limit("per-user", "eve", 1)
    admin.limit("per-user", "eve", 9)
    allowed = limited = 0
    times = [first["t"]]
    while allowed + limited < 2:
        event = next(stream)
        times.append(event["t"])
        allowed += event["limits"]["per-user"]["allowed"]
        limited += event["limits"]["per-user"]["limited"]
    assert (allowed, limited) == (1, 1)
    assert all(later > earlier for earlier, later in zip(times, times[1:]))
    stream.close()


def test_a_client_that_leaves_a_stream_leaves_nothing_behind(admin):
    for _ in range(20):
        next(events(admin, 1))
    assert admin.call("GET", "/healthz").status == 200


def test_a_bucket_and_a_retention_of_ones_own(folder):
    admin = start_admin(folder, """
analytics: { bucket: 1s, retention: 3s }
limits:
  per-user: { key: header:x-user-id, rate: 100/1d }
routes: [{ path: /*, to: local, limits: [per-user] }]
""")
    admin.limit("per-user", "ann")
    answer = get(admin, "usage?from=-5s&step=1s")
    assert answer["step_ms"] == 1000
    assert sum(point["allowed"] for point in answer["series"][0]["points"]) == 1
    eventually(lambda: ranked(admin, "allowed", "per-user"), {})
    assert admin.call("GET", "/api/v1/analytics/usage?step=500ms").status == 422


def test_off_is_off(folder):
    admin = start_admin(folder, """
analytics: off
limits:
  per-user: { key: header:x-user-id, rate: 100/1d }
routes: [{ path: /*, to: local, limits: [per-user] }]
""")
    assert admin.gateway.ask("/", headers={"x-user-id": "ann"}).status == 200
    for path in ("usage", "top", "tokens", "lambda", "stream"):
        answer = admin.call("GET", f"/api/v1/analytics/{path}")
        assert (answer.status, answer["content-type"]) == (404, "application/problem+json")
