"""HTTP/1.1 and HTTP/2, kept connections, gRPC."""

import httpx
import pytest

CONFIG = """
limits:
  per-user: { key: header:x-user-id, rate: 3/1d, algorithm: fixed_window }
  cookie: { key: cookie:sid, rate: 3/1d, algorithm: fixed_window }
  denied: { key: "const:all", rate: 3/1d, deny: [all] }
  strict: { key: header:x-user-id, missing: reject, rate: 3/1d }
routes:
  - { path: /cookie, to: local, limits: [cookie] }
  - { path: /denied/*, to: local, limits: [denied] }
  - { path: /strict/*, to: local, limits: [strict] }
  - { path: /*, to: local, limits: [per-user] }
"""


def http2(gateway):
    return httpx.Client(http1=False, http2=True, base_url=f"http://127.0.0.1:{gateway.port}", timeout=30, trust_env=False)


def test_one_kept_connection_serves_allowed_and_limited_requests(gateway, user):
    with gateway.connect() as connection:
        connection.connect()
        socket = connection.sock
        seen = [gateway.ask(headers={"x-user-id": user}, connection=connection).status for _ in range(5)]
        assert seen == [200, 200, 200, 429, 429]
        assert connection.sock is socket


def test_http2_by_prior_knowledge(gateway, user):
    with http2(gateway) as client:
        answers = [client.get("/", headers={"x-user-id": user}) for _ in range(4)]
    assert [(answer.http_version, answer.status_code) for answer in answers] == [("HTTP/2", 200)] * 3 + [("HTTP/2", 429)]
    assert answers[0].headers["ratelimit-policy"] == '"per-user";q=3;w=86400'
    assert answers[3].json()["violated-policies"] == ["per-user"]
    assert int(answers[3].headers["retry-after"]) >= 1


def test_both_protocols_count_as_one(gateway, user):
    with http2(gateway) as client:
        client.get("/", headers={"x-user-id": user})
    assert gateway.ask(headers={"x-user-id": user}).left() == 1


def test_cookies_that_http2_splits_are_one_header(gateway, user):
    with http2(gateway) as client:
        answer = client.get("/cookie", headers=[("cookie", "a=b"), ("cookie", f"sid={user}")])
    assert answer.headers["ratelimit"].startswith('"cookie";r=2;')


def test_a_limited_grpc_call_is_resource_exhausted(gateway, user):
    with http2(gateway) as client:
        for _ in range(3):
            client.get("/", headers={"x-user-id": user})
        answer = client.post("/pkg.Service/Call", headers={"x-user-id": user, "content-type": "application/grpc"})
    assert (answer.status_code, answer.headers["content-type"], answer.headers["grpc-status"]) == (200, "application/grpc", "8")
    assert "per-user" in answer.headers["grpc-message"]
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.content == b""


@pytest.mark.parametrize("path, code", [("/denied/Call", "7"), ("/strict/Call", "3"), ("/pkg.Service%2fCall", "3")])
def test_no_refused_grpc_call_looks_like_a_success(gateway, path, code):
    with http2(gateway) as client:
        answer = client.post(path, headers={"content-type": "application/grpc"})
    assert (answer.status_code, answer.headers["grpc-status"], answer.content) == (200, code, b"")
