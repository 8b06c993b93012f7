"""The admin API from outside: real bytes on both protocols, hostile clients, and the gateway that it shares limits with."""

import concurrent.futures
import contextlib
import json
import os
import random
import socket
import urllib.parse

import h2.config
import h2.connection
import h2.events
import httpx
import pytest
from admin_client import start_admin
from conftest import PATIENCE

CONFIG = """
limits:
  per-user: { key: header:x-user-id, rate: 3/1d, algorithm: fixed_window }
  pair: { key: [header:x-tenant, header:x-user-id], rate: 3/1d, algorithm: fixed_window }
  many: { key: header:x-user-id, rate: 100/1d, algorithm: fixed_window }
  slots: { key: header:x-user-id, rate: 2, algorithm: concurrency }
routes:
  - { path: /pair, to: local, limits: [pair] }
  - { path: /*, to: local, limits: [per-user] }
"""
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def shared_admin(folder):
    return start_admin(folder, CONFIG)


@pytest.fixture
def admin(shared_admin):
    yield shared_admin
    assert shared_admin.is_alive(), shared_admin.log.read_text()


def key_path(limit, key, suffix=""):
    return f"/api/v1/limits/{limit}/keys/{urllib.parse.quote(key, safe='')}{suffix}"


def status(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None


def post(body, path=b"/api/v1/limit", headers=b""):
    return (b"POST " + path + b" HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n" + headers +
            b"content-length: %d\r\n\r\n" % len(body) + body)


# ---- What it shares with the gateway


def test_requests_and_calls_count_together(admin, user):
    assert admin.gateway.ask(headers={"x-user-id": user}).left() == 2
    assert admin.limit("per-user", user)["remaining"] == 1
    assert admin.call("GET", key_path("per-user", user)).json()["remaining"] == 1
    assert admin.gateway.ask(headers={"x-user-id": user}).left() == 0
    assert admin.limit("per-user", user)["allowed"] is False
    assert admin.call("DELETE", key_path("per-user", user)).status == 204
    assert admin.gateway.ask(headers={"x-user-id": user}).left() == 2


def test_a_list_is_the_key_that_the_gateway_builds(admin, user):
    assert admin.gateway.ask("/pair", headers={"x-tenant": "a\"b", "x-user-id": user}).left("pair") == 2
    assert admin.limit("pair", ["a\"b", user])["remaining"] == 1
    path = key_path("pair", json.dumps(["a\"b", user]))
    assert admin.call("GET", path).json()["remaining"] == 1


def test_a_rate_changed_at_run_time_acts_at_once(admin, user):
    path = key_path("per-user", user, "/rate")
    assert admin.call("PUT", path, {"rate": "50/1d"}).status == 204
    assert admin.gateway.ask(headers={"x-user-id": user}).left() == 49
    assert admin.call("GET", path).json() == {"rate": "50/1d", "source": "runtime"}
    assert admin.call("DELETE", path).status == 204
    assert admin.gateway.ask(headers={"x-user-id": user}).left() == 1


@pytest.mark.parametrize("limit", [None, "per-user"])
def test_whoever_is_denied_gets_403_until_the_entry_is_gone(admin, user, limit):
    body = {"limit": limit} if limit else None
    value = f"/api/v1/deny/{urllib.parse.quote(user, safe='')}"
    assert admin.call("PUT", value, body).status == 204
    assert admin.gateway.ask(headers={"x-user-id": user}).status == 403
    assert admin.limit("per-user", user)["reason"] == "denied"
    assert user in [entry["value"] for entry in admin.call("GET", "/api/v1/deny").json()["deny"]]
    assert admin.call("DELETE", value, body).status == 204
    assert admin.gateway.ask(headers={"x-user-id": user}).left() == 2


def test_metrics_tell_of_both(admin, user):
    def allowed():
        page = admin.call("GET", "/metrics")
        assert page["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        line = 'weir_decisions_total{limit="per-user",decision="allowed"} '
        return int(next(each for each in page.body.decode().splitlines() if each.startswith(line))[len(line):])
    before = allowed()
    admin.gateway.ask(headers={"x-user-id": user})
    admin.limit("per-user", user)
    assert allowed() == before + 2


def test_exactly_as_many_pass_as_the_limit_says(admin, user):
    def call(_):
        with admin.connect() as connection:
            return sum(admin.call("POST", "/api/v1/limit", {"limit": "many", "key": user},
                                  connection=connection).json()["allowed"] for _ in range(20))
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(call, range(8))) == 100


# ---- Keys


@pytest.mark.parametrize("key", [b"a/b", b"a%2Fb", b"\0", b".", b"..", b"a//b", b"%", b"?", b"#", b"a b+c", b"\xff\xfe",
                                 "\u00e9\u4e2d".encode(), b"[\"a\",\"b\"]", b"x" * 5000, bytes(range(256))],
                         ids=range(15))
def test_any_bytes_are_a_key_in_a_path(admin, key):
    encoded = urllib.parse.quote(key, safe="")
    path = f"/api/v1/limits/many/keys/{encoded}"
    assert admin.call("DELETE", path).status == 204
    assert admin.call("GET", path).json()["remaining"] == 100
    with contextlib.suppress(UnicodeDecodeError):
        admin.limit("many", key.decode(), 7)
        assert admin.call("GET", path).json()["remaining"] == 93
        assert admin.call("GET", f"/api/v1/limits/many/keys?key={encoded}").json()["remaining"] == 93


@pytest.mark.parametrize("key", [".", ".."])
def test_dots_are_keys_even_when_they_are_not_encoded(admin, key):
    admin.call("DELETE", f"/api/v1/limits/many/keys/{key}")
    admin.limit("many", key, 7)
    assert admin.call("GET", f"/api/v1/limits/many/keys/{key}").json()["remaining"] == 93


# ---- HTTP


def test_both_protocols_are_on_one_port(admin, user):
    for options in ({"http1": True, "http2": False}, {"http1": False, "http2": True}):
        with httpx.Client(base_url=f"http://127.0.0.1:{admin.port}", **options) as client:
            assert client.get("/healthz").json() == {"status": "ok"}
            answer = client.post("/api/v1/limit", json={"limit": "per-user", "key": user})
            assert answer.http_version == ("HTTP/2" if options["http2"] else "HTTP/1.1")
            assert answer.json()["allowed"] is True
            assert client.post("/api/v1/limit", json={"limit": "nobody", "key": user}).status_code == 404


def test_requests_sent_at_once_are_answered_in_order_or_not_decided(admin, user):
    """Envoy closes a connection when two answers of its own overtake what was sent: clients ask the rest again."""
    body = json.dumps({"limit": "many", "key": user}).encode()
    answers = [json.loads(part[part.index(b"\r\n\r\n"):]) for part in
               admin.raw(post(body) * 5).split(b"HTTP/1.1 200 OK")[1:]]
    assert [answer["remaining"] for answer in answers] == list(range(99, 99 - len(answers), -1))
    assert len(answers) >= 1
    assert admin.call("GET", key_path("many", user)).json()["remaining"] == 100 - len(answers)


def test_a_body_may_come_in_pieces(admin, user):
    body = json.dumps({"limit": "per-user", "key": user}).encode()
    chunked = b"".join(b"1\r\n" + bytes([byte]) + b"\r\n" for byte in body) + b"0\r\n\r\n"
    head = b"POST /api/v1/limit HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    assert status(admin.raw(head + chunked)) == 200


def test_trailers_end_a_request_too(admin, user):
    body = json.dumps({"limit": "per-user", "key": user}).encode()
    connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
    with socket.create_connection(("127.0.0.1", admin.port), PATIENCE) as link:
        connection.initiate_connection()
        connection.send_headers(1, [(":method", "POST"), (":path", "/api/v1/limit"), (":scheme", "http"),
                                    (":authority", "localhost"), ("content-type", "application/json")])
        connection.send_data(1, body)
        connection.send_headers(1, [("x-checksum", "1")], end_stream=True)
        link.sendall(connection.data_to_send())
        answered = {}
        while ":status" not in answered:
            for event in connection.receive_data(link.recv(65536)):
                if isinstance(event, h2.events.ResponseReceived):
                    answered = dict(event.headers)
        assert answered[":status"] == "200"


def test_a_client_that_expects_to_be_told_to_continue_is(admin, user):
    body = json.dumps({"limit": "per-user", "key": user}).encode()
    answer = admin.raw(post(body, headers=b"expect: 100-continue\r\n"))
    assert b"HTTP/1.1 200 OK" in answer


def test_head_has_no_body_and_other_methods_are_told_which_there_are(admin):
    head = admin.call("HEAD", "/healthz")
    assert (head.status, head.body, head["content-length"]) == (200, b"", "16")
    wrong = admin.call("PUT", "/healthz")
    assert (wrong.status, wrong["allow"]) == (405, "GET, HEAD, OPTIONS")
    options = admin.call("OPTIONS", "/api/v1/limits/many/rate")
    assert (options.status, options["allow"]) == (204, "GET, HEAD, PUT, DELETE, OPTIONS")
    assert admin.call("GET", "/nothing")["content-type"] == "application/problem+json"


def test_no_answer_may_be_kept_or_read_by_other_pages(admin):
    answer = admin.call("GET", "/api/v1/limits", headers={"origin": f"http://127.0.0.1:{admin.port}"})
    assert answer.status == 200
    assert answer["cache-control"] == "no-store"
    assert answer["x-content-type-options"] == "nosniff"
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


# ---- Bounds and slow clients


def test_a_body_of_1_mib_is_read_and_more_is_not(admin):
    frame = len(json.dumps({"limit": "many", "key": ""}).encode())
    key = "k" * (MIB - frame)
    assert admin.limit("many", key)["allowed"] is True
    assert admin.call("POST", "/api/v1/limit", {"limit": "many", "key": key + "k"}).status == 413


def test_a_body_that_says_it_is_larger_is_not_waited_for(admin):
    head = b"POST /api/v1/limit HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1048577\r\n\r\n"
    assert status(admin.raw(head)) == 413


def test_a_body_that_does_not_say_is_cut_off(admin):
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = b"POST /api/v1/limit HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
    assert status(admin.raw(head + piece * 17)) == 413


def test_slow_and_half_open_clients_hold_up_nobody(admin, user):
    with contextlib.ExitStack() as links:
        for number in range(100):
            link = links.enter_context(socket.create_connection(("127.0.0.1", admin.port), PATIENCE))
            link.sendall([b"", b"POST /api/v1/limit HT", b"POST /api/v1/limit HTTP/1.1\r\nhost: localhost\r\n",
                          post(b'{"limit":"many","key":"u"}')[:-5]][number % 4])
            if number % 2:
                link.shutdown(socket.SHUT_WR)
        assert admin.limit("per-user", user)["allowed"] is True
    assert admin.limit("per-user", user)["allowed"] is True


def test_a_client_that_leaves_in_mid_body_charges_nothing(admin, user):
    body = json.dumps({"limit": "per-user", "key": user}).encode()
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", admin.port), PATIENCE) as link:
            link.sendall(post(body)[:-1])
    assert admin.limit("per-user", user)["remaining"] == 2


def test_random_bytes_do_no_harm(admin, user):
    seed = int(os.environ.get("WEIR_SEED", random.randrange(2**32)))
    print(f"WEIR_SEED={seed}")
    draw = random.Random(seed)
    words = [b"{", b"}", b"[", b"]", b'"limit"', b'"per-user"', b'"key"', b'"checks"', b'"cost"', b":", b",", b"1", b"-",
             b"1e9", b'"', b"\\u0000", b"\\", b"\xff", b"null", b'"u"', b'"amount"', b'"lease"', b'"id"', b" "]
    paths = [b"/api/v1/limit", b"/api/v1/reservations", b"/api/v1/limits/many/rate", b"/api/v1/deny/%00", b"/%",
             b"/api/v1/limits/%2e/keys/%2f", b"/api/v1/reservations/%FF/settle", b"//", b"/?" + b"key=" * 100]
    with admin.connect() as connection:
        for _ in range(300):
            body = b"".join(draw.choices(words, k=draw.randrange(20)))
            method = draw.choice(["POST", "PUT", "DELETE", "GET"])
            answer = admin.call(method, draw.choice(paths).decode(), body, connection=connection)
            assert answer.status < 500, (method, body)


# ---- Access


@pytest.mark.parametrize("headers", [
    {"host": "evil.example.com"}, {"host": "evil.example.com:9090"}, {"origin": "http://evil.example.com"},
    {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}])
@pytest.mark.parametrize("path", ["/api/v1/limits", "/healthz", "/metrics", "/envoy/stats"])
def test_no_page_of_another_site_gets_in(admin, headers, path):
    answer = admin.call("GET", path, headers=headers)
    assert answer.status == 403
    assert answer["content-type"] == "application/problem+json"


def test_a_form_of_another_site_changes_nothing(admin, user):
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        for browser in ({"origin": "http://evil.example.com"}, {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}):
            answer = admin.call("PUT", key_path("per-user", user, "/rate"), {"rate": "9/1d"},
                                headers={"content-type": content_type, **browser})
            assert answer.status == 403
    assert admin.call("PUT", key_path("per-user", user, "/rate"), {"rate": "9/1d"},
                      headers={"content-type": "text/plain"}).status == 415
    assert admin.call("GET", key_path("per-user", user, "/rate")).json()["source"] == "config"


TOKENS = [("s3cret-token/+:@", "'s3cret-token/+:@'"), ("s3cret-of-the-environment", '"${WEIR_TEST_TOKEN}"')]


@pytest.mark.parametrize(("token", "written"), TOKENS, ids=["written", "environment"])
def test_a_token_opens_all_and_nothing_else_does(folder, token, written, user):
    admin = start_admin(folder, CONFIG, token=written, WEIR_TEST_TOKEN=token)
    right = {"authorization": f"Bearer {token}"}
    try:
        for open_page in ("/healthz", "/readyz", "/openapi.json"):
            assert admin.call("GET", open_page, headers={"host": "weir.example.com"}).status == 200
        for closed in ("/api/v1/limits", "/metrics", "/envoy/stats", "/nothing"):
            for wrong in ({}, {"authorization": "Bearer wrong"}, {"authorization": token}):
                answer = admin.call("GET", closed, headers=wrong)
                assert (answer.status, answer["www-authenticate"]) == (401, 'Bearer realm="weir"')
                assert token.encode() not in answer.body
        assert admin.call("GET", "/api/v1/limits", headers={"host": "weir.example.com", **right}).status == 200
        assert admin.call("POST", "/api/v1/limit", {"limit": "per-user", "key": user}, headers=right).status == 200
        head = b"POST /api/v1/limit HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n"
        assert status(admin.raw(head)) == 401  # before its body has come
        for file in folder.path.glob(f"*{admin.gateway.port}*.json"):
            assert token not in file.read_text()
        assert token not in admin.log.read_text()
    finally:
        admin.process.kill()
