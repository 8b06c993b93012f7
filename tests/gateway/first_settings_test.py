"""The first requests of a gateway: they come before Redis has said who is denied."""

import concurrent.futures
import socket
import threading
import time

import pytest

from conftest import PATIENCE
from redis_server import RedisServer

LIMITS = "limits: { per-user: { key: header:x-user-id, rate: 100/1d, algorithm: fixed_window } }\n"
ROUTES = "routes: [{ path: /free, to: local }, { path: /*, to: local, limits: [per-user] }]\n"


class SlowStart:
    """Stands before a Redis and lets nothing through to it until `open` is set."""

    def __init__(self, server):
        self.server = server
        self.open = threading.Event()
        self.asked = threading.Event()
        self.ended = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.links = []
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def accept(self):
        while not self.ended:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.server.port))
            self.links += [near, far]
            threading.Thread(target=self.pass_on, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self.pass_on, args=(far, near, False), daemon=True).start()

    def pass_on(self, one, other, waits):
        try:
            while piece := one.recv(65536):
                if waits:
                    self.asked.set()
                    self.open.wait(PATIENCE)
                other.sendall(piece)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def end(self):
        self.ended = True
        self.open.set()
        self.listener.close()
        for link in self.links:
            link.close()


@pytest.fixture
def redis():
    server = RedisServer()
    yield server
    server.clean()


@pytest.fixture
def slow(redis):
    with redis.client() as client:
        client.hset("weir:{shared}:settings", mapping={"* deny eve": "", "* deny 127.0.0.1": ""})
        client.set("weir:{shared}:version", "1", ex=3600)
    slow = SlowStart(redis)
    yield slow
    slow.end()


def config(slow, **options):
    more = "".join(f", {name}: {value}" for name, value in options.items())
    return f'store: {{ url: "{slow.url}"{more} }}\n{LIMITS}{ROUTES}'


def ask(gateway, path, user):
    return gateway.ask(path, headers={"x-user-id": user})


@pytest.mark.parametrize("path", ["/", "/free"])
def test_who_is_denied_is_not_let_pass_before_that_is_known(start, slow, path):
    gateway = start(config(slow, timeout="20s"))
    with concurrent.futures.ThreadPoolExecutor(4) as clients:
        asked = [clients.submit(ask, gateway, path, "eve") for _ in range(4)]
        assert slow.asked.wait(PATIENCE)
        done, _ = concurrent.futures.wait(asked, 0.3)
        assert not done, "somebody was answered before Redis said anything"
        slow.open.set()
        assert [one.result(PATIENCE).status for one in asked] == [403] * 4


def test_a_denied_call_is_charged_nothing(start, redis, slow):
    gateway = start(config(slow, timeout="20s"))
    slow.open.set()
    assert ask(gateway, "/", "eve").status == 403
    with redis.client() as client:
        assert not list(client.scan_iter("weir:per-user:*"))


@pytest.mark.parametrize("on_error, status", [("local", 200), ("allow", 200), ("deny", 503)])
def test_nobody_waits_longer_than_the_timeout(start, slow, on_error, status):
    gateway = start(config(slow, timeout="3s", on_error=on_error))
    begin = time.monotonic()
    assert ask(gateway, "/", "eve").status == status
    assert time.monotonic() - begin < 5.5, "the time of the settings and that of the decision are one"
    assert ask(gateway, "/free", "eve").status == 200


def test_who_leaves_while_it_is_not_known_does_no_harm(start, slow):
    gateway = start(config(slow, timeout="20s"))
    for _ in range(10):
        with gateway.connect() as connection:
            connection.request("GET", "/", headers={"x-user-id": "eve"})
    slow.open.set()
    assert ask(gateway, "/", "eve").status == 403
