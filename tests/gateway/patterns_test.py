"""Patterns in weir.yaml pick keys inside Envoy as they do in `weir check`."""

import pytest

CONFIG = r"""
limits:
  a:
    key: header:x-user-id
    rate: 1/1d
    overrides: { boss: 5/1d, "~(?i)bot$": 2/1d, "*Bot": 3/1d, "10.0.0.0/8": 4/1d, "~^10": 6/1d }
    allow: ["~^sk-[a-z]+$", '\~plain', 'DOMAIN\me']
    deny: ["~^(a+)+!$", "bad-?"]
routes:
  - { path: /*, to: local, limits: [a] }
"""


def passes(gateway, user):
    """How many of seven requests pass, and what the first of the others is."""
    seen = [gateway.ask("/", headers={"x-user-id": user}).status for _ in range(7)]
    passed = seen.count(200)
    return passed, None if passed == 7 else seen[passed]


@pytest.mark.parametrize("user, passed, then", [
    ("anybody", 1, 429),
    ("boss", 5, 429),
    ("GoogleBOT", 2, 429),  # the first in the file of those that match
    ("GoogleBot", 2, 429),
    ("10.1.2.3", 4, 429),  # a network comes before a regular expression
    ("10x", 6, 429),
    ("sk-abc", 7, None),
    ("my-sk-abc", 1, 429),  # anchored
    ("~plain", 7, None),
    ("DOMAIN\\me", 7, None),
    ("bad-1", 0, 403),
    ("a" * 3000 + "!", 0, 403),  # linear, whatever the pattern
], ids=lambda value: str(value)[:12])
def test_a_key_gets_the_rate_of_the_pattern_that_wins(gateway, user, passed, then):
    assert passes(gateway, user) == (passed, then)
