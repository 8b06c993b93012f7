"""A gateway whose file names another store while it runs: what was set at run time goes along."""

import contextlib
import json
import os
import socket

import pytest

from admin_client import Admin
from conftest import free_port
from eventually import eventually
from redis_server import redis_servers

RATE = "/api/v1/limits/per-user/rate"
VIPS_RATE = "/api/v1/limits/per-user/keys/vip/rate"
MEMORY = "store: { url: memory }"


class Moving:
    """A gateway whose settings' file may name another store."""

    def __init__(self, folder, store):
        self.file = folder.path / f"settings-{free_port()}.json"
        self.folder = folder
        self.gateway = Admin(folder.start(self.config(store), admin=True, change=self.move_settings))
        eventually(self.is_open, "no admin API")

    @staticmethod
    def config(store):
        return (f"{store}\n"
                "limits: { per-user: { key: header:x-user-id, rate: 100/1d, algorithm: fixed_window } }\n"
                "routes: [{ path: /*, to: local, limits: [per-user] }]\n")

    def is_open(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.gateway.port), 1):
            return True

    def move_settings(self, bootstrap):
        extension = bootstrap["bootstrap_extensions"][0]["typed_config"]["extension_config"]
        self.write(extension["value"])
        extension["value"] = {"settings_file": str(self.file)}

    def write(self, config):
        draft = self.file.with_suffix(".new")
        draft.write_text(json.dumps(config.get("settings", config)))
        os.replace(draft, self.file)

    def move(self, store):
        bootstrap = self.folder.render(self.config(store), self.gateway.gateway.port, self.gateway.port)
        self.write(bootstrap["bootstrap_extensions"][0]["typed_config"]["extension_config"]["value"])

    def ask(self, user):
        return self.gateway.gateway.ask("/", headers={"x-user-id": user}).status

    def limit_of(self, user):
        return self.gateway.limit("per-user", user, cost=0)["limit"]

    def set(self, path, body):
        assert self.gateway.call("PUT", path, body).status == 204, (path, body)

    def set_some(self):
        """One of each kind."""
        self.set(RATE, {"rate": "3/1d"})
        self.set(VIPS_RATE, {"rate": "50/1d"})
        self.set("/api/v1/deny/mallory", {"limit": "per-user"})
        self.set("/api/v1/deny/eve", {})
        self.set("/api/v1/deny/trent", {"ttl": "1h"})

    def has_all(self):
        return (self.gateway.call("GET", RATE).json() == {"rate": "3/1d", "source": "runtime"}
                and self.gateway.call("GET", VIPS_RATE).json() == {"rate": "50/1d", "source": "runtime"}
                and [self.ask(user) for user in ("mallory", "eve", "trent")] == [403] * 3)


@pytest.fixture
def move(folder):
    with contextlib.ExitStack() as started:
        def move(store):
            moving = Moving(folder, store)
            started.callback(moving.gateway.process.wait)
            started.callback(moving.gateway.process.kill)
            return moving
        yield move


@pytest.fixture
def servers():
    with redis_servers(2) as servers:
        yield servers


def at(server, **options):
    more = "".join(f", {name}: {value}" for name, value in {"timeout": "5s", **options}.items())
    return f'store: {{ url: "{server.url}"{more} }}'


def is_counting(server, key="weir:per-user:{somebody}"):
    with server.client() as client:
        return client.exists(key)


def moved_to(moving, server):
    """Once the store in force is this one."""
    eventually(lambda: moving.ask("somebody") and is_counting(server), "it asks the store before")


@pytest.mark.parametrize("before", ["memory", "redis"])
def test_what_was_set_goes_along_to_another_redis(servers, move, before):
    moving = move(MEMORY if before == "memory" else at(servers[1]))
    moving.set_some()
    moving.move(at(servers[0]))
    moved_to(moving, servers[0])
    assert moving.has_all(), "not for a moment is it forgotten"
    other = move(at(servers[0]))
    eventually(other.has_all, "another gateway does not hear of it")
    assert moving.gateway.call("DELETE", "/api/v1/deny/eve").status == 204
    eventually(lambda: 403 not in (other.ask("eve"), moving.ask("eve")), "it can't be taken back")
    with servers[0].client() as client:
        assert {key for key in client.scan_iter() if client.ttl(key) == -1} == {"weir:{shared}:settings"}


def test_what_is_set_there_already_stays(servers, move):
    there = move(at(servers[0]))
    there.set(RATE, {"rate": "7/1d"})
    there.set("/api/v1/deny/mallory", {})
    moving = move(MEMORY)
    moving.set(RATE, {"rate": "3/1d"})
    moving.set("/api/v1/deny/eve", {})
    moving.move(at(servers[0]))
    eventually(lambda: moving.limit_of("anybody") == 7 and moving.ask("mallory") == 403, "its own rate holds on")
    eventually(lambda: there.ask("eve") == 403, "what the other lacked was not written")
    assert there.limit_of("anybody") == 7


def test_a_redis_that_is_away_gets_it_when_it_is_there(servers, move):
    servers[0].kill()
    moving = move(MEMORY)
    moving.set_some()
    moving.move(at(servers[0], timeout="200ms"))
    eventually(lambda: moving.gateway.call("PUT", "/api/v1/deny/nobody", {}).status == 503, "it is still in memory")
    assert moving.has_all(), "it acts meanwhile"
    servers[0].start()
    other = move(at(servers[0]))
    eventually(other.has_all, "it was not written")
    assert moving.has_all()


def test_what_was_set_stays_when_the_store_is_memory_again(servers, move):
    moving = move(at(servers[0]))
    moving.set_some()
    moving.move(MEMORY)
    servers[0].kill()
    eventually(lambda: moving.gateway.call("PUT", "/api/v1/deny/nobody", {}).status == 204, "it is still in Redis")
    assert moving.has_all()
    assert moving.gateway.call("DELETE", "/api/v1/deny/eve").status == 204
    assert moving.ask("eve") == 200


def test_another_namespace_is_another_place(servers, move):
    moving = move(at(servers[0]))
    moving.set_some()
    moving.move(at(servers[0], namespace="other"))
    eventually(lambda: servers[0].client().exists("other:{shared}:settings"), "it was not written there")
    assert moving.has_all()


def test_the_list_that_names_no_limit_follows_the_store_in_force(servers, move):
    moving, other = move(at(servers[1])), move(at(servers[0]))
    other.set("/api/v1/deny/mallory", {})
    moving.move(at(servers[0]))
    eventually(lambda: moving.ask("mallory") == 403, "it does not hear of the new store's entries")
    moving.set("/api/v1/deny/trent", {})
    eventually(lambda: other.ask("trent") == 403, "it writes to the store before")


def test_the_list_goes_on_over_a_connection_with_another_timeout(servers, move):
    moving, other = move(at(servers[0])), move(at(servers[0]))
    moving.set("/api/v1/deny/eve", {})
    moving.move(at(servers[0], timeout="4s"))
    eventually(lambda: moving.gateway.call("PUT", "/api/v1/deny/trent", {}).status == 204, "it can't be changed")
    eventually(lambda: other.ask("trent") == 403, "the other gateway lets it pass")
    assert [moving.ask(user) for user in ("eve", "trent")] == [403, 403]
    assert other.gateway.call("DELETE", "/api/v1/deny/eve").status == 204
    eventually(lambda: moving.ask("eve") == 200, "it follows nothing any more")
