"""Who is denied: by a limit, or by the deny list whatever the limit; 403 and nothing is charged."""

import urllib.parse

from admin_client import start_admin

import pytest

CONFIG = """
trusted_proxies: 1
limits:
  per-user: { key: header:x-user-id, rate: 100/1d, algorithm: fixed_window, deny: [mallory, "bot-*"], allow: [boss] }
  per-ip: { key: ip, rate: 1000/1d, algorithm: fixed_window }
  pair: { key: [query:account, cookie:sid, path], rate: 1000/1d }
  choice: { key: header:x-other, rate: 1000/1d, when: { header:x-never: set } }
  places: { key: header:x-user-id, rate: 5, algorithm: concurrency }
routes:
  - { path: /open, to: local }
  - { path: /pair, to: local, limits: [pair] }
  - { path: /choice, to: local, limits: [[choice, per-ip]] }
  - { path: /places, to: local, limits: [places, per-ip] }
  - { path: /*, to: local, limits: [per-user, per-ip] }
"""


@pytest.fixture(scope="module")
def admin(folder):
    return start_admin(folder, CONFIG)


@pytest.fixture
def deny(admin):
    """Denies a value for the length of the test."""
    entries = []

    def deny(value, **body):
        path = "/api/v1/deny/" + urllib.parse.quote(value, safe="")
        assert admin.call("PUT", path, body).status == 204
        entries.append((path, body))

    yield deny
    for path, body in entries:
        assert admin.call("DELETE", path, body).status == 204


@pytest.mark.parametrize("key", ["mallory", "bot-7"])
def test_a_limits_own_list(admin, key):
    answer = admin.gateway.ask("/", headers={"x-user-id": key})
    assert (answer.status, answer["retry-after"], answer["content-type"]) == (403, None, "application/problem+json")


def test_who_is_allowed_is_never_limited(admin):
    answer = admin.gateway.ask("/", headers={"x-user-id": "boss"})
    assert answer.status == 200
    assert "per-user" not in answer["ratelimit"]


def test_denied_calls_charge_nothing(admin, user):
    before = admin.gateway.ask("/", headers={"x-user-id": user}).left("per-ip")
    for _ in range(5):
        assert admin.gateway.ask("/", headers={"x-user-id": "mallory"}).status == 403
    assert admin.gateway.ask("/", headers={"x-user-id": user}).left("per-ip") == before - 1


def test_an_entry_for_one_limit_concerns_that_one_alone(admin, deny, user):
    deny(user, limit="per-user")
    assert admin.gateway.ask("/", headers={"x-user-id": user}).status == 403
    assert admin.gateway.ask("/places", headers={"x-user-id": user}).status == 200


def test_an_entry_without_a_limit_matches_the_identity_in_any_limits_key(admin, deny, user):
    deny(user)
    assert admin.gateway.ask("/", headers={"x-user-id": user}).status == 403
    assert admin.gateway.ask("/places", headers={"x-user-id": user}).status == 403
    assert admin.gateway.ask(f"/pair?account={user}", headers={"cookie": "sid=1"}).status == 403
    assert admin.gateway.ask("/pair?account=a", headers={"cookie": f"sid={user}"}).status == 403
    assert admin.gateway.ask("/choice", headers={"x-other": user}).status == 403
    assert admin.gateway.ask("/", headers={"x-user-id": user + "2"}).status == 200
    assert admin.gateway.ask("/open", headers={"x-user-id": user}).status == 200


def test_a_path_is_nobody(admin, deny):
    deny("/pair")
    assert admin.gateway.ask("/pair?account=a", headers={"cookie": "sid=1"}).status == 200


@pytest.mark.parametrize("entry", ["203.0.113.9", "203.0.113.0/24", "203.0.*"])
@pytest.mark.parametrize("path", ["/open", "/", "/pair", "/nowhere-else"])
def test_the_clients_address_on_every_route(admin, deny, entry, path):
    deny(entry)
    assert admin.gateway.ask(path, headers={"x-forwarded-for": "203.0.113.9"}).status == 403
    assert admin.gateway.ask(path, headers={"x-forwarded-for": "198.51.100.9"}).status == 200


def test_who_is_let_in_again_is_let_in(admin, user):
    assert admin.call("PUT", f"/api/v1/deny/{user}").status == 204
    assert admin.gateway.ask("/", headers={"x-user-id": user}).status == 403
    assert admin.call("DELETE", f"/api/v1/deny/{user}").status == 204
    assert admin.gateway.ask("/", headers={"x-user-id": user}).status == 200
