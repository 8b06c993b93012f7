"""What answers say: status, headers and body, in each form that weir.yaml offers."""

import time

import pytest

CONFIG = """
limits:
  per-user: { key: header:x-user-id, rate: 2/1h, algorithm: fixed_window }
  bucket: { key: header:x-user-id, rate: 2/1h, algorithm: gcra, burst: 3 }
  wide: { key: header:x-user-id, rate: 100/1h, algorithm: fixed_window }
  quota: { key: header:x-user-id, rate: 3/month }
  own: { key: header:x-user-id, rate: 1/1h, algorithm: fixed_window, reject: { status: 503, message: Slow down } }
  costly: { key: header:x-user-id, rate: 10/1h, algorithm: fixed_window, cost: "header:x-cost" }
  listed: { key: header:x-user-id, rate: 1/1h, algorithm: fixed_window, deny: [mallory], allow: ["team-*"],
            overrides: { vip: 1000/1d } }
routes:
  - { path: /bucket, to: local, limits: [bucket] }
  - { path: /two, to: local, limits: [wide, per-user] }
  - { path: /quota, to: local, limits: [quota] }
  - { path: /own, to: local, limits: [own] }
  - { path: /costly, to: local, limits: [costly] }
  - { path: /listed, to: local, limits: [listed] }
  - { path: /free/*, to: local }
  - { path: /*, to: local, limits: [per-user] }
"""

FORM = """
limits:
  roomy: {{ key: header:x-user-id, rate: 100/1h, algorithm: fixed_window }}
  per-user: {{ key: header:x-user-id, rate: 1/1h, algorithm: fixed_window, reject: {{ message: "Slow \\"down\\"" }} }}
routes:
  - {{ path: /*, to: local, limits: [roomy, per-user] }}
responses: {{ {} }}
"""


def spend(gateway, user, path="/", times=2, headers=()):
    """Asks so often; returns the answer after that."""
    for _ in range(times):
        assert gateway.ask(path, headers={"x-user-id": user, **dict(headers)}).status == 200
    return gateway.ask(path, headers={"x-user-id": user, **dict(headers)})


def to_the_hour():
    return 3600 - time.time() % 3600


def test_an_allowed_answer_says_policy_and_what_is_left(gateway, user):
    answer = gateway.ask(headers={"x-user-id": user})
    assert answer.status == 200
    assert answer["ratelimit-policy"] == '"per-user";q=2;w=3600'
    name, left, reset = answer["ratelimit"].split(";")
    assert (name, left) == ('"per-user"', "r=1")
    assert abs(int(reset.removeprefix("t=")) - to_the_hour()) <= 2


def test_a_limited_answer_is_a_problem_and_says_when_to_come_back(gateway, user):
    answer = spend(gateway, user)
    assert (answer.status, answer["content-type"]) == (429, "application/problem+json")
    assert abs(int(answer["retry-after"]) - to_the_hour()) <= 2
    assert answer["ratelimit-policy"] == '"per-user";q=2;w=3600'
    assert answer.left() == 0
    problem = answer.json()
    assert problem["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert (problem["status"], problem["violated-policies"]) == (429, ["per-user"])
    assert problem["title"] and "per-user" in problem["detail"]


def test_retry_after_is_at_least_one_second(start, user):
    gateway = start("""
        limits: { per-user: { key: header:x-user-id, rate: 10/1s, algorithm: gcra, burst: 1 } }
        routes: [{ path: /*, to: local, limits: [per-user] }]
        """)
    answers = [gateway.ask(headers={"x-user-id": user}) for _ in range(20)]
    assert {answer["retry-after"] for answer in answers if answer.status == 429} == {"1"}


def test_a_bucket_has_no_window(gateway, user):
    assert gateway.ask("/bucket", headers={"x-user-id": user})["ratelimit-policy"] == '"bucket";q=3'


def test_a_calendar_quota_says_this_months_length(gateway, user):
    now = time.gmtime()
    days = [31, 29 if now.tm_year % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][now.tm_mon - 1]
    answer = spend(gateway, user, "/quota", 3)
    assert answer["ratelimit-policy"] == f'"quota";q=3;w={days * 86400}'
    end = days * 86400 - ((now.tm_mday - 1) * 86400 + now.tm_hour * 3600 + now.tm_min * 60 + now.tm_sec)
    assert abs(int(answer["retry-after"]) - end) <= 2
    assert abs(int(answer["ratelimit"].rpartition("t=")[2]) - end) <= 2


def test_two_limits_are_two_policies_and_are_charged_together_or_not_at_all(gateway, user):
    answer = spend(gateway, user, "/two")
    assert answer.status == 429
    assert answer["ratelimit-policy"] == '"wide";q=100;w=3600,"per-user";q=2;w=3600'
    assert (answer.left("wide"), answer.left("per-user")) == (98, 0)
    assert answer.json()["violated-policies"] == ["per-user"]
    assert gateway.ask("/two", headers={"x-user-id": user}).left("wide") == 98


def test_a_limits_own_status_and_message(gateway, user):
    answer = spend(gateway, user, "/own", 1)
    assert (answer.status, answer.json()["status"], answer.json()["detail"]) == (503, 503, "Slow down")
    assert int(answer["retry-after"]) >= 1


def test_who_is_denied_gets_403(gateway):
    answer = gateway.ask("/listed", headers={"x-user-id": "mallory"})
    assert (answer.status, answer["content-type"], answer["retry-after"]) == (403, "application/problem+json", None)
    assert answer.json()["status"] == 403


def test_who_is_allowed_is_never_limited(gateway):
    assert spend(gateway, "team-a", "/listed", 3).status == 200


def test_an_overridden_key_has_its_own_policy(gateway):
    answer = spend(gateway, "vip", "/listed", 2)
    assert (answer.left("listed"), answer["ratelimit-policy"]) == (997, '"listed";q=1000;w=86400')


def test_the_request_names_its_cost(gateway, user):
    assert gateway.ask("/costly", headers={"x-user-id": user, "x-cost": "4"}).left("costly") == 6
    assert gateway.ask("/costly", headers={"x-user-id": user}).left("costly") == 5
    assert gateway.ask("/costly", headers={"x-user-id": user, "x-cost": "6"}).status == 429


def test_a_cost_beyond_the_limit_never_passes(gateway, user):
    answer = gateway.ask("/costly", headers={"x-user-id": user, "x-cost": "11"})
    assert (answer.status, answer["retry-after"]) == (429, None)


@pytest.mark.parametrize("cost, status", [("four", 400), ("1.5", 400), ("-1", 422), ("9007199254740992", 422)])
def test_a_wrong_cost_is_said_to_be_one(gateway, user, cost, status):
    answer = gateway.ask("/costly", headers={"x-user-id": user, "x-cost": cost})
    assert (answer.status, answer["content-type"]) == (status, "application/problem+json")
    assert "x-cost" in answer.json()["detail"]


def test_an_upstreams_error_carries_the_limits_too(gateway, user):
    answer = gateway.ask("/status/500", headers={"x-user-id": user})
    assert (answer.status, answer.left()) == (500, 1)


def test_our_headers_win_where_limits_apply(gateway, user):
    answer = gateway.ask("/own-headers", headers={"x-user-id": user})
    assert answer.headers.get_all("ratelimit-policy") == ['"per-user";q=2;w=3600']
    assert len(answer.headers.get_all("ratelimit")) == 1 and answer.left() == 1


def test_the_upstreams_headers_pass_where_none_applies(gateway):
    assert gateway.ask("/own-headers")["ratelimit"] == '"theirs";r=1;t=1'


def test_envoy_does_not_show(gateway, user):
    answer = gateway.ask("/own", headers={"x-user-id": user})
    assert not [name for name in answer.headers.keys() if name.lower().startswith("x-envoy")]
    assert "envoy" not in (answer["server"] or "")
    assert not [name for name, _ in answer.json()["headers"] if name.startswith("x-envoy")]


def test_a_route_without_limits_says_nothing(gateway, user):
    answer = gateway.ask("/free/x", headers={"x-user-id": user})
    assert (answer.status, answer["ratelimit"], answer["ratelimit-policy"]) == (200, None, None)


def test_a_head_request_is_limited_without_a_body(gateway, user):
    spend(gateway, user)
    answer = gateway.ask("/", "HEAD", headers={"x-user-id": user})
    assert (answer.status, answer.body) == (429, b"")
    assert int(answer["retry-after"]) >= 1


def test_a_limited_post_leaves_the_connection_usable(gateway, user):
    spend(gateway, user)
    with gateway.connect() as connection:
        connection.connect()
        for _ in range(3):
            assert gateway.ask("/", "POST", {"x-user-id": user}, b"x" * 10000, connection).status == 429
        assert gateway.ask("/free/x", connection=connection).status == 200


def test_x_headers_speak_of_the_limit_nearest_to_refusing(start, user):
    gateway = start(FORM.format("headers: x"))
    answer = gateway.ask(headers={"x-user-id": user})
    assert (answer["ratelimit"], answer["x-ratelimit-limit"], answer["x-ratelimit-remaining"]) == (None, "1", "0")
    assert abs(int(answer["x-ratelimit-reset"]) - to_the_hour()) <= 2
    refused = gateway.ask(headers={"x-user-id": user})
    assert (refused["x-ratelimit-limit"], refused["x-ratelimit-remaining"]) == ("1", "0")
    assert refused["x-ratelimit-reset"] == refused["retry-after"]


def test_both_forms_with_epoch_resets(start, user):
    gateway = start(FORM.format("headers: both, reset: epoch"))
    spend(gateway, user, times=1)
    refused = gateway.ask(headers={"x-user-id": user})
    assert abs(int(refused["x-ratelimit-reset"]) - time.time() - int(refused["retry-after"])) <= 2
    assert refused.left("per-user") == 0


def test_no_headers_but_retry_after(start, user):
    gateway = start(FORM.format("headers: none"))
    refused = spend(gateway, user, times=1)
    assert not [name for name in refused.headers.keys() if "ratelimit" in name.lower()]
    assert int(refused["retry-after"]) >= 1


def test_a_json_body(start, user):
    refused = spend(start(FORM.format("body: json")), user, times=1)
    assert refused["content-type"] == "application/json"
    assert refused.json() == {"error": "quota_exceeded", "message": 'Slow "down"', "limits": ["per-user"],
                              "retry_after": int(refused["retry-after"])}


def test_a_text_body(start, user):
    refused = spend(start(FORM.format("body: text")), user, times=1)
    assert (refused["content-type"].partition(";")[0], refused.body) == ("text/plain", b'Slow "down"\n')


def test_a_body_from_a_file_has_the_files_type(folder, start, user):
    (folder.path / "wait.html").write_text("<p>grüße")
    refused = spend(start(FORM.format("body: { file: wait.html }")), user, times=1)
    assert (refused.status, refused["content-type"].partition(";")[0], refused.body) == (
        429, "text/html", "<p>grüße".encode())


def test_a_shadow_limit_is_not_seen(start, user):
    gateway = start("""
        limits:
          shadow: { key: header:x-user-id, rate: 1/1h, algorithm: fixed_window, shadow: true, missing: reject }
          real: { key: header:x-user-id, rate: 3/1h, algorithm: fixed_window }
        routes: [{ path: /*, to: local, limits: [shadow, real] }]
        """)
    answer = spend(gateway, user, times=2)
    assert (answer.status, answer["ratelimit-policy"]) == (200, '"real";q=3;w=3600')
    assert gateway.ask(headers={"x-user-id": user}).json()["violated-policies"] == ["real"]
    assert gateway.ask().status == 200
