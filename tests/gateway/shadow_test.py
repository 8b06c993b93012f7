"""`shadow: true`: a limit that decides and counts, and that nobody notices."""

from admin_client import start_admin

import pytest

CONFIG = """
limits:
  shadow: { key: header:x-user-id, rate: 1/1d, algorithm: fixed_window, shadow: true, missing: reject, deny: [mallory] }
  slots: { key: header:x-user-id, rate: 1, algorithm: concurrency, shadow: true }
  priced: { key: header:x-user-id, rate: 5/1d, algorithm: fixed_window, cost: "header:x-cost", shadow: true }
  real: { key: header:x-user-id, rate: 3/1d, algorithm: fixed_window }
routes:
  - { path: /with-real, to: local, limits: [shadow, real] }
  - { path: /slots, to: local, limits: [slots] }
  - { path: /priced, to: local, limits: [priced] }
  - { path: /*, to: local, limits: [shadow] }
"""


@pytest.fixture(scope="module")
def admin(folder):
    return start_admin(folder, CONFIG)


def counted(admin, limit):
    """{decision: count} of weir_decisions_total."""
    found = {}
    for line in admin.call("GET", "/metrics").body.decode().splitlines():
        if line.startswith("weir_decisions_total{") and f'limit="{limit}"' in line:
            found[line.split('decision="')[1].split('"')[0]] = int(line.split()[-1])
    return found


def test_it_never_refuses_and_shows_nothing(admin, user):
    for _ in range(3):
        answer = admin.gateway.ask("/", headers={"x-user-id": user})
        assert (answer.status, answer["ratelimit"], answer["ratelimit-policy"]) == (200, None, None)


def test_it_neither_denies_nor_rejects_what_it_cannot_read(admin, user):
    assert admin.gateway.ask("/", headers={"x-user-id": "mallory"}).status == 200
    assert admin.gateway.ask("/").status == 200
    assert admin.gateway.ask("/priced", headers={"x-user-id": user, "x-cost": "much"}).status == 200
    assert admin.gateway.ask("/priced", headers={"x-user-id": user, "x-cost": "-5"}).status == 200


def test_what_it_would_have_refused_is_counted(admin, user):
    before = counted(admin, "shadow")
    for _ in range(4):
        admin.gateway.ask("/", headers={"x-user-id": user})
    after = counted(admin, "shadow")
    assert {word: after[word] - before[word] for word in after if after[word] != before[word]} == {"allowed": 1, "shadow": 3}


def test_beside_a_real_limit_only_that_one_is_seen(admin, user):
    before = counted(admin, "real")
    answers = [admin.gateway.ask("/with-real", headers={"x-user-id": user}) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[3].json()["violated-policies"] == ["real"]
    assert "shadow" not in answers[0]["ratelimit"] + answers[3]["ratelimit"]
    after = counted(admin, "real")
    assert (after["allowed"] - before["allowed"], after["limited"] - before["limited"]) == (3, 1)


def test_its_places_are_held_and_freed_unseen(admin, upstream, user):
    for _ in range(3):
        assert admin.gateway.ask("/slots", headers={"x-user-id": user}).status == 200
    assert "shadow" in counted(admin, "slots")
