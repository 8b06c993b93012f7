"""Rates and deny entries set at run time, at gateways that share a Redis: who sets, who follows, who comes back."""

import os
import subprocess

import pytest

from admin_client import admins
from conftest import BUILD, PATIENCE
from eventually import eventually
from redis_gateway import config
from redis_server import RedisServer

ACTS_WITHIN = 2  # seconds, elsewhere
MARGIN = 1.5     # on a machine that does other things beside
RATE = "/api/v1/limits/per-user/rate"


@pytest.fixture
def server():
    server = RedisServer("--appendonly", "yes", "--appendfsync", "always")
    yield server
    server.clean()


@pytest.fixture
def start(folder):
    with admins(folder) as start:
        yield lambda server: start(config(server, timeout="5s"))  # Redis alone decides: on a busy machine, too


def ask(gateway, user):
    return gateway.gateway.ask("/", headers={"x-user-id": user})


def limit_of(gateway, user):
    return gateway.limit("per-user", user, cost=0)["limit"]


def test_a_rate_set_at_one_gateway_is_in_force_at_the_other(server, start, user):
    one, other = start(server), start(server)
    assert limit_of(one, user) == limit_of(other, user) == 100
    assert one.call("PUT", RATE, {"rate": "3/1d"}).status == 204
    assert limit_of(one, user) == 3
    eventually(lambda: limit_of(other, user) == 3, "the other gateway goes by the old rate", ACTS_WITHIN + MARGIN)
    assert other.call("GET", RATE).json() == {"rate": "3/1d", "source": "runtime"}
    assert [ask(other, user).status for _ in range(4)] == [200, 200, 200, 429]
    assert other.call("DELETE", RATE).status == 204
    eventually(lambda: limit_of(one, user) == 100, "the rate was not cleared", ACTS_WITHIN + MARGIN)


def test_a_rate_for_one_key_is_that_keys_alone_everywhere(server, start, user):
    one, other = start(server), start(server)
    assert one.call("PUT", f"/api/v1/limits/per-user/keys/{user}/rate", {"rate": "3/1d"}).status == 204
    eventually(lambda: limit_of(other, user) == 3, "the other gateway goes by the old rate", ACTS_WITHIN + MARGIN)
    assert limit_of(other, "somebody-else") == 100


def test_a_gateway_that_starts_goes_by_the_rate_from_its_first_decision_on(server, start, user):
    first = start(server)
    assert first.call("PUT", RATE, {"rate": "2/1d"}).status == 204
    first.process.kill()
    first.process.wait()
    again = start(server)
    assert [ask(again, user).status for _ in range(3)] == [200, 200, 429]


def test_what_is_set_survives_a_restart_of_redis_and_of_all_gateways(server, start, user):
    before = [start(server), start(server)]
    assert before[0].call("PUT", RATE, {"rate": "2/1d"}).status == 204
    assert before[0].call("PUT", "/api/v1/deny/mallory", {"limit": "per-user"}).status == 204
    assert before[0].call("PUT", "/api/v1/deny/eve", {}).status == 204
    for gateway in before:
        gateway.process.kill()
        gateway.process.wait()
    server.kill()
    server.start()
    one, other = start(server), start(server)
    assert ask(one, "mallory").status == ask(other, "mallory").status == 403
    for gateway in (one, other):
        eventually(lambda: ask(gateway, "eve").status == 403, "the list that names no limit is forgotten")
    assert [ask(gateway, user).status for gateway in (one, other, one)] == [200, 200, 429]


def test_while_redis_is_away_nothing_can_be_set_and_what_was_set_holds(server, start, user):
    gateway = start(server)
    assert gateway.call("PUT", RATE, {"rate": "3/1d"}).status == 204
    server.kill()
    for method, path, body in [("PUT", RATE, {"rate": "5/1d"}), ("DELETE", RATE, None),
                               ("PUT", "/api/v1/deny/mallory", {"ttl": "1h"}), ("DELETE", "/api/v1/deny/mallory", None)]:
        answer = gateway.call(method, path, body)
        assert (answer.status, answer["content-type"]) == (503, "application/problem+json"), (method, path, answer.body)
    assert gateway.call("GET", RATE).json() == {"rate": "3/1d", "source": "runtime"}
    server.start()
    eventually(lambda: gateway.call("PUT", RATE, {"rate": "5/1d"}).status == 204, "never back")


@pytest.mark.parametrize("of_limit", [(), ("--limit", "per-user")], ids=["all", "of-a-limit"])
@pytest.mark.parametrize("ttl", [(), ("--ttl", "3s")], ids=["for-ever", "for-a-while"])
def test_who_is_denied_at_one_gateway_is_denied_at_the_other(server, start, of_limit, ttl):
    one, other = start(server), start(server)
    assert ask(one, "mallory").status == ask(other, "mallory").status == 200
    weir("deny", "add", "mallory", *ttl, *of_limit, at=one)
    assert ask(one, "mallory").status == 403
    eventually(lambda: ask(other, "mallory").status == 403, "the other gateway lets it pass", ACTS_WITHIN + MARGIN)
    assert ask(other, "somebody-else").status == 200
    assert "mallory" in weir("deny", "list", *of_limit, at=other)
    if not ttl:
        weir("deny", "remove", "mallory", *of_limit, at=other)
    for gateway in (one, other):
        eventually(lambda: ask(gateway, "mallory").status == 200, "it is still denied")
    with server.client() as client:
        assert all(client.ttl(key) != -1 for key in client.scan_iter())


def weir(*arguments, at):
    said = subprocess.run([BUILD / "weir", *arguments, "--admin", f"http://127.0.0.1:{at.port}"], capture_output=True,
                          text=True, timeout=PATIENCE, env=os.environ)
    assert (said.returncode, said.stderr) == (0, "")
    return said.stdout
