"""A gateway that counts in two regions, each a Redis of its own, in either layout."""

import time

import pytest

from conftest import PATIENCE
from eventually import eventually
from redis_gateway import ask, config
from redis_server import redis_servers


@pytest.fixture
def servers():
    with redis_servers(2) as servers:
        yield servers


def counted(server, user):
    with server.client() as client:
        value = client.get(f"weir:per-user:{{{user}}}")
    return int(value.split()[-1]) if value else 0


def test_both_regions_count(start, servers, user):
    near, far = servers
    gateway = start(config(near, regions=f'["{far.url}"]'))
    for _ in range(5):
        assert ask(gateway, user).status == 200
    eventually(lambda: (counted(near, user), counted(far, user)) == (5, 5), "they never agreed")


def test_one_that_is_down_is_not_missed_and_catches_up(start, servers, user):
    near, far = servers
    gateway = start(config(near, regions=f'["{far.url}"]', on_error="deny"))
    assert ask(gateway, user).status == 200
    near.kill()
    for _ in range(20):
        assert ask(gateway, user).status == 200
    assert counted(far, user) == 21
    near.start()  # and has lost what it counted
    eventually(lambda: ask(gateway, "any") and counted(near, user) >= 20, "it never caught up")
    assert counted(near, user) <= 21


def test_one_that_is_stopped_delays_nobody(start, servers, user):
    near, far = servers
    gateway = start(config(near, regions=f'["{far.url}"]', timeout="2s", on_error="deny"))
    assert ask(gateway, user).status == 200
    near.pause()
    try:
        begin = time.monotonic()
        for _ in range(20):
            assert ask(gateway, user).status == 200
        assert time.monotonic() - begin < min(20, PATIENCE)  # had each waited, this were 40 s
    finally:
        near.go_on()


def requests(server, prefix, user):
    """What @upstash/ratelimit keeps of a key over several regions: request ids, and what each has taken."""
    with server.client() as client:
        return {key: client.hgetall(key) for key in client.scan_iter(f"{prefix}:{user}:*")}


def test_in_layout_upstash_both_keep_the_same_requests_though_one_was_down(start, servers, user):
    near, far = servers
    limit = "key: header:x-user-id, rate: 100000/1d, algorithm: fixed_window"
    gateway = start(config(near, limit, regions=f'["{far.url}"]', layout="upstash", on_error="deny"))
    for _ in range(3):
        assert ask(gateway, user).status == 200
    near.kill()
    for _ in range(10):
        assert ask(gateway, user).status == 200
    near.start()  # and has lost what it knew

    def alike():
        assert ask(gateway, user).status == 200
        ours, theirs = requests(near, "weir:per-user", user), requests(far, "weir:per-user", user)
        return ours == theirs and sum(map(len, ours.values())) >= 13

    eventually(alike, "they never knew the same")
    for server in servers:
        with server.client() as client:
            assert all(client.pttl(key) > 0 for key in client.scan_iter("weir:per-user:*"))
