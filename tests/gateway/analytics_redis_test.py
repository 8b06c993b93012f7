"""Analytics of gateways on one Redis: each answers for all of them, and no fault of Redis delays, doubles or loses anything."""

import signal

import pytest
from admin_client import start_admin
from conftest import PATIENCE
from eventually import becomes
from redis_server import RedisServer

CONFIG = """
store: {{ url: "{url}", timeout: 10s, on_error: local }}
{analytics}
limits:
  per-user: {{ key: header:x-user-id, rate: 1000/1d, algorithm: fixed_window }}
routes: [{{ path: /*, to: local, limits: [per-user] }}]
"""
HOUR_MS = 3_600_000


@pytest.fixture
def redis():
    server = RedisServer()
    yield server
    server.clean()


@pytest.fixture
def start(folder, redis):
    """Starts a gateway on that Redis."""
    started = []

    def start(analytics="", url=None):
        started.append(start_admin(folder, CONFIG.format(url=url or redis.url, analytics=analytics)))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


def get(admin, path):
    answer = admin.call("GET", "/api/v1/analytics/" + path)
    assert answer.status == 200, answer.body
    return answer.json()


def seen(admin):
    return sum(point["allowed"] for point in get(admin, "usage?limit=per-user")["series"][0]["points"])


def top(admin):
    return [(row["key"], row["count"], row["error"]) for row in get(admin, "top?by=allowed")["top"]]


def decide(admin, key, times):
    for _ in range(times):
        admin.limit("per-user", key)


def test_each_gateway_answers_for_both(start, redis):
    one, other = start(), start()
    decide(one, "ann", 3)
    decide(other, "ann", 2)
    decide(other, "bob", 1)
    for admin in (one, other):
        becomes(lambda admin=admin: seen(admin), 6)
        becomes(lambda admin=admin: top(admin), [("ann", 5, 0), ("bob", 1, 0)])
    assert not redis.keys_without_ttl()


def test_what_a_gateway_counted_outlives_it(start, redis):
    one, other = start(), start()
    decide(one, "ann", 3)
    one.process.send_signal(signal.SIGTERM)
    assert one.process.wait(PATIENCE) == 0
    becomes(lambda: seen(other), 3)  # at a clean stop, all of it
    third = start()
    decide(third, "bob", 2)
    becomes(lambda: seen(other), 5)
    third.process.kill()
    third.process.wait()
    assert seen(other) == 5
    assert seen(start()) == 5
    assert not redis.keys_without_ttl()


def test_all_of_it_lives_as_long_as_it_is_kept(start, redis):
    admin = start("analytics: { retention: 2h }")
    decide(admin, "ann", 1)
    with redis.client() as client:
        becomes(lambda: len(client.keys("weir:{analytics:*")), 2)
        for key in client.keys("weir:{analytics:*"):
            assert 0 < client.pttl(key) <= 2 * HOUR_MS


def test_what_is_off_is_neither_counted_nor_written(start, redis):
    one, other = start("analytics: off"), start()
    decide(one, "ann", 3)
    decide(other, "bob", 1)
    with redis.client() as client:
        becomes(lambda: len(client.keys("weir:{analytics:*")), 2)
    assert seen(other) == 1
    assert one.call("GET", "/api/v1/analytics/usage").status == 404


def test_a_redis_that_stood_still_is_told_once_what_was_counted_meanwhile(start, redis):
    one, other = start(), start()
    decide(one, "ann", 1)
    becomes(lambda: seen(other), 1)
    redis.pause()
    assert seen(one) == 1  # from what is here
    redis.go_on()
    decide(one, "ann", 4)
    becomes(lambda: seen(other), 5)
    becomes(lambda: seen(one), 5)


def test_a_redis_that_was_lost_is_told_all_of_it_again(start, redis):
    one, other = start(), start()
    decide(one, "ann", 2)
    decide(other, "bob", 1)
    becomes(lambda: seen(one), 3)
    redis.kill()
    assert seen(one) == 2  # its own: nobody can tell it more
    redis.start()
    calls = []

    def is_back(admin):
        calls.append(admin.limit("per-user", "eve"))
        return not calls[-1]["degraded"]

    for admin in (one, other):
        becomes(lambda admin=admin: is_back(admin), True)
    for admin in (one, other):
        becomes(lambda admin=admin: seen(admin), 3 + len(calls))
    assert not redis.keys_without_ttl()


def test_a_redis_that_is_full_is_told_when_it_no_longer_is(start, redis):
    one, other = start(), start()
    decide(one, "ann", 1)
    becomes(lambda: seen(other), 1)
    with redis.client() as client:
        client.config_set("maxmemory", 1)
        decide(one, "ann", 4)  # by what is left of the limit here
        assert seen(one) == 5
        client.config_set("maxmemory", 0)
    becomes(lambda: seen(other), 5)
    assert not redis.keys_without_ttl()


@pytest.mark.parametrize("fault", ["kill", "pause"])
def test_the_end_of_a_gateway_comes_whatever_redis_does(start, redis, fault):
    admin = start()
    decide(admin, "ann", 1)
    getattr(redis, fault)()
    admin.process.send_signal(signal.SIGTERM)
    assert admin.process.wait(PATIENCE) == 0
