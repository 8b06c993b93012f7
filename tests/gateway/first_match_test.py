"""Which limits apply: `only`, `when`, and lists of which the first that applies counts alone."""

import pytest

CONFIG = """
limits:
  gold: { key: header:x-user-id, rate: 1000/1d, when: { header:x-plan: gold } }
  silver: { key: header:x-user-id, rate: 100/1d, when: { header:x-plan: [silver, "silver-*"] } }
  rest: { key: header:x-user-id, rate: 10/1d }
  by-ip: { key: ip, rate: 7/1d }
  strict: { key: header:x-key, rate: 5/1d, missing: reject, when: { method: POST } }
  teams: { key: header:x-user-id, rate: 50/1d, only: [boss, "team-*", "~^dev[0-9]+$"] }
  near: { key: header:x-client, rate: 20/1d, only: ["10.0.0.0/8", "2001:db8::/32"] }
routes:
  - { path: /plans, to: local, limits: [[gold, silver, rest, by-ip]] }
  - { path: /strict, to: local, limits: [[strict, rest]] }
  - { path: /only, to: local, limits: [teams] }
  - { path: /near, to: local, limits: [near] }
  - { path: /several, to: local, limits: [[gold, silver], rest] }
"""


def applied(answer):
    policies = answer["ratelimit-policy"] or ""
    return [policy.split(";")[0].strip('"') for policy in policies.split(",") if policy]


@pytest.mark.parametrize(("headers", "limit"), [
    ({"x-plan": "gold"}, "gold"),
    ({"x-plan": "silver"}, "silver"),
    ({"x-plan": "silver-2024"}, "silver"),
    ({"x-plan": "bronze"}, "rest"),
    ({}, "rest"),
])
def test_the_first_that_applies_counts_alone(gateway, user, headers, limit):
    assert applied(gateway.ask("/plans", headers={"x-user-id": user, **headers})) == [limit]


def test_a_missing_part_of_the_key_leads_to_the_next(gateway):
    assert applied(gateway.ask("/plans", headers={"x-plan": "gold"})) == ["by-ip"]


def test_a_limit_that_rejects_a_missing_part_does_so_when_its_turn_comes(gateway, user):
    assert applied(gateway.ask("/strict", headers={"x-user-id": user})) == ["rest"]
    rejected = gateway.ask("/strict", method="POST", headers={"x-user-id": user})
    assert (rejected.status, "header x-key" in rejected.json()["detail"]) == (400, True)
    assert applied(gateway.ask("/strict", method="POST", headers={"x-user-id": user, "x-key": user})) == ["strict"]


@pytest.mark.parametrize(("key", "applies"), [
    ("boss", True), ("team-a", True), ("dev7", True), ("dev7x", False), ("bossy", False), ("xteam-a", False)])
def test_only_picks_keys(gateway, key, applies):
    assert applied(gateway.ask("/only", headers={"x-user-id": key})) == (["teams"] if applies else [])


@pytest.mark.parametrize(("address", "applies"), [
    ("10.1.2.3", True), ("2001:db8::5", True), ("11.1.2.3", False), ("10.1.2.3.4", False)])
def test_only_picks_networks(gateway, address, applies):
    assert applied(gateway.ask("/near", headers={"x-client": address})) == (["near"] if applies else [])


def test_lists_and_single_limits_are_decided_together(gateway, user):
    assert applied(gateway.ask("/several", headers={"x-user-id": user, "x-plan": "silver"})) == ["silver", "rest"]
    assert applied(gateway.ask("/several", headers={"x-user-id": user})) == ["rest"]


def test_limits_of_a_list_count_apart(gateway, user):
    assert gateway.ask("/plans", headers={"x-user-id": user, "x-plan": "gold"}).left("gold") == 999
    assert gateway.ask("/plans", headers={"x-user-id": user}).left("rest") == 9
    assert gateway.ask("/plans", headers={"x-user-id": user, "x-plan": "gold"}).left("gold") == 998
