"""A gateway that stops after an outage: what it granted by itself is charged to Redis, or it says that it is not."""

import pytest

from admin_client import start_admin
from conftest import PATIENCE
from redis_gateway import config
from redis_server import RedisServer

LIMIT = "key: header:x-user-id, rate: 100/3650d, algorithm: fixed_window"


@pytest.fixture
def server():
    server = RedisServer("--appendonly", "yes", "--appendfsync", "always")
    yield server
    server.clean()


def ask(gateway, user):
    return gateway.ask("/", headers={"x-user-id": user}).status


def stop(gateway):
    gateway.process.terminate()
    assert gateway.process.wait(PATIENCE) == 0


@pytest.fixture
def owing(folder, server, user):
    """A gateway that has granted five calls without Redis."""
    gateway = folder.start(config(server, LIMIT, timeout="5s"))
    assert ask(gateway, user) == 200
    server.kill()
    assert [ask(gateway, user) for _ in range(5)] == [200] * 5
    yield gateway
    gateway.process.kill()


def test_a_stop_charges_what_was_granted_without_redis(folder, server, owing, user):
    server.start()
    stop(owing)
    assert "could not be charged" not in owing.log.read_text()
    other = start_admin(folder, config(server, LIMIT, timeout="5s"))
    assert other.limit("per-user", user, cost=0)["remaining"] == 94
    other.process.kill()


def test_a_stop_without_redis_says_what_is_lost(owing):
    stop(owing)
    assert "could not be charged there before the end: units of 1 keys" in owing.log.read_text()


def test_a_stop_that_owes_nothing_says_nothing(folder, server, user):
    gateway = folder.start(config(server, LIMIT, timeout="5s"))
    assert ask(gateway, user) == 200
    server.kill()
    stop(gateway)
    assert "could not be charged" not in gateway.log.read_text()
