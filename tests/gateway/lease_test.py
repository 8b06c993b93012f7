"""mode: lease: gateways fetch shares of a limit from one Redis and spend them by themselves. Never more than the limit."""

import http.client
import itertools
import threading
import time

import pytest
import redis_gateway

from admin_client import admins
from conftest import PATIENCE
from eventually import eventually
from redis_server import RedisServer

ACTS_WITHIN = 2  # seconds
MARGIN = 1.5     # on a machine that does other things beside
NAMES = ["fixed_window", "sliding_window", "token_bucket", "gcra"]
SETTINGS = {"weir:{shared}:settings"}  # alone has no end
LIMITS = [f"rate: 400/3650d, algorithm: {name}" for name in NAMES]  # no window ends, no unit refills meanwhile
RATE = "/api/v1/limits/per-user/rate"


def config(server, limit=LIMITS[0], mode="lease", **store):
    # Redis alone decides what is not leased: on a busy machine, too.
    return redis_gateway.config(server, f"key: header:x-user-id, {limit}, mode: {mode}",
                                **{"timeout": "10s", "on_error": "deny", **store})


@pytest.fixture
def server():
    server = RedisServer("--appendonly", "yes", "--appendfsync", "always")
    yield server
    server.clean()


@pytest.fixture
def start(folder, server):
    with admins(folder) as start:
        yield lambda **options: start(config(server, **options))


class Client:
    """Asks one gateway over one connection, and counts what came."""

    def __init__(self, gateway, user):
        self.gateway, self.user = gateway.gateway, user
        self.connection = None
        self.granted = 0

    def ask(self):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.gateway.port, timeout=PATIENCE)
        status = self.gateway.ask("/", headers={"x-user-id": self.user}, connection=self.connection).status
        self.granted += status == 200
        return status

    def ask_times(self, times):
        return [self.ask() for _ in range(times)]

    def until_refused(self, in_a_row=20):
        refused = 0
        while refused < in_a_row:
            refused = refused + 1 if self.ask() == 429 else 0


def at_once(*calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(4 * PATIENCE)  # hundreds of requests
    assert not any(thread.is_alive() for thread in threads)


def scripts_run(server):
    with server.client() as client:
        return client.info("commandstats").get("cmdstat_evalsha", {"calls": 0})["calls"]


def remaining(gateway, user):
    return gateway.limit("per-user", user, cost=0)["remaining"]


@pytest.mark.parametrize("limit", LIMITS, ids=NAMES)
def test_two_gateways_never_grant_more_than_the_limit(server, start, user, limit):
    gateways = [start(limit=limit) for _ in range(2)]
    clients = [Client(gateway, user) for gateway in gateways for _ in range(2)]
    before = scripts_run(server)
    at_once(*(client.until_refused for client in clients))
    for client in clients:  # what one gateway gave back, another may spend
        client.until_refused(5)
    granted = sum(client.granted for client in clients)
    # To time its leases a bucket loses 2 % of its burst, and it takes back only what nobody was charged after.
    assert (380 if "window" in limit else 300) <= granted <= 400
    asked = granted + 4 * 25
    assert scripts_run(server) - before < asked, "nothing was leased"
    assert server.keys_without_ttl() <= SETTINGS


def test_a_busy_key_seldom_asks_redis(server, start, user):
    client = Client(start(limit="rate: 1000000/3650d, algorithm: fixed_window"), user)
    assert set(client.ask_times(100)) == {200}
    before = scripts_run(server)
    assert set(client.ask_times(300)) == {200}
    assert scripts_run(server) - before < 200


@pytest.mark.parametrize("limit", LIMITS, ids=NAMES)
def test_what_is_left_comes_back_at_a_stop(server, start, user, limit):
    gateway = start(limit=limit)
    client = Client(gateway, user)
    assert set(client.ask_times(150)) == {200}
    gateway.process.terminate()
    assert gateway.process.wait(PATIENCE) == 0
    exact = start(limit=limit, mode="exact")
    left = remaining(exact, user)
    assert left == 250 if "window" in limit else 180 <= left <= 250, left


def test_what_is_left_comes_back_from_a_key_that_rests(server, start, user):
    client = Client(start(), user)
    exact = start(mode="exact")
    assert set(client.ask_times(150)) == {200}
    eventually(lambda: remaining(exact, user) == 250, "units were not given back")


def test_a_redis_that_is_killed_and_comes_back_costs_no_unit_twice(server, start, user):
    gateways = [start() for _ in range(2)]
    clients = [Client(gateway, user) for gateway in gateways]
    for _ in range(3):
        at_once(*(lambda client=client: client.ask_times(40) for client in clients))
        server.kill()
        for client in clients:  # from its lease, then refused by on_error
            eventually(lambda: client.ask() == 503, "it went on without Redis for ever")
        server.start()
        for client in clients:
            eventually(lambda: client.ask() in (200, 429), "never back")
    at_once(*(client.until_refused for client in clients))
    assert sum(client.granted for client in clients) <= 400
    assert server.keys_without_ttl() <= SETTINGS


def test_a_reset_ends_leases_within_two_seconds(server, start, user):
    one, other, exact = start(), start(), start(mode="exact")
    assert set(Client(one, user).ask_times(150)) == {200}
    assert other.call("DELETE", f"/api/v1/limits/per-user/keys/{user}").status == 204
    deadline = time.monotonic() + ACTS_WITHIN
    while time.monotonic() < deadline:
        assert remaining(exact, user) == 400
        time.sleep(0.1)
    client = Client(one, user)
    client.until_refused()
    assert 380 <= client.granted <= 400, "it spent what it had leased before"


def test_a_lowered_rate_acts_within_two_seconds(server, start, user):
    one, other = start(), start()
    clients = [Client(gateway, user) for gateway in (one, other)]
    for client in clients:
        assert set(client.ask_times(100)) == {200}
    assert one.call("PUT", RATE, {"rate": "10/3650d"}).status == 204
    for client in clients:
        eventually(lambda: client.ask() == 429, "it spends what the old rate leased", ACTS_WITHIN + MARGIN)
    for client in clients:
        assert set(client.ask_times(50)) == {429}


def test_a_gateway_that_is_killed_takes_its_share_and_no_more(server, start, user):
    doomed, other = start(), start()
    clients = [Client(gateway, user) for gateway in (doomed, other)]
    clients[0].ask_times(100)
    doomed.process.kill()
    doomed.process.wait()
    clients[1].until_refused()
    granted = sum(client.granted for client in clients)
    assert 150 <= granted <= 400, "a lease is at most a half of what is left, and of one key there are two"
    assert server.keys_without_ttl() <= SETTINGS


def test_users_do_not_share(start, user):
    gateway = start(limit="rate: 50/3650d, algorithm: fixed_window")
    for name in itertools.islice((f"{user}-{n}" for n in itertools.count()), 3):
        client = Client(gateway, name)
        client.until_refused()
        assert client.granted == 50
