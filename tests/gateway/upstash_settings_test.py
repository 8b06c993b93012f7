"""Layout upstash at a gateway: what a program with @upstash/ratelimit has set shows in the API and at the command line,
and the list of bad addresses is fetched beside requests."""

import http.server
import subprocess
import threading
import time

import pytest

from admin_client import admins
from conftest import BUILD, PATIENCE
from eventually import eventually
from redis_server import RedisServer

RATE = "/api/v1/limits/per-user/rate"


def config(server, more_of_store="", limit="key: header:x-user-id, rate: 100/1d, algorithm: fixed_window, prefix: app"):
    return (f'store: {{ url: "{server.url}", timeout: 5s, layout: upstash{more_of_store} }}\n'
            f"limits: {{ per-user: {{ {limit} }} }}\n"
            "routes: [{ path: /*, to: local, limits: [per-user] }]\n")


@pytest.fixture
def server():
    server = RedisServer()
    yield server
    server.clean()


@pytest.fixture
def start(folder):
    with admins(folder) as start:
        yield start


def weir(gateway, *words):
    return subprocess.run([BUILD / "weir", *words, "--admin", f"http://127.0.0.1:{gateway.port}"], capture_output=True,
                          text=True, check=False, timeout=PATIENCE)


def denied(gateway):
    return gateway.call("GET", "/api/v1/deny").json()["deny"]


def test_a_dynamic_limit_of_the_package_is_the_rate_that_is_shown(server, start, user):
    gateway = start(config(server))
    assert gateway.call("GET", RATE).json() == {"rate": "100/1d", "source": "config"}
    with server.client() as redis:
        redis.set("app:dynamic:global", "7")
    assert gateway.call("GET", RATE).json() == {"rate": "7/1d", "source": "runtime"}
    assert gateway.call("GET", f"/api/v1/limits/per-user/keys/{user}/rate").json()["rate"] == "7/1d"
    assert gateway.call("GET", "/api/v1/limits").json()["limits"][0]["rate"] == "7/1d"
    assert gateway.limit("per-user", user)["limit"] == 7
    assert "7/1d" in weir(gateway, "rate", "get", "per-user").stdout


def test_of_a_bucket_it_is_the_burst(server, start):
    gateway = start(config(server, limit="key: header:x-user-id, rate: 5/1m, burst: 50, algorithm: token_bucket, prefix: app"))
    with server.client() as redis:
        redis.set("app:dynamic:global", "20")
    assert gateway.call("GET", RATE).json() == {"rate": "5/1m", "burst": 20, "source": "runtime"}


def test_a_dynamic_limit_of_the_package_can_be_cleared_here(server, start, user):
    gateway = start(config(server))
    with server.client() as redis:
        redis.set("app:dynamic:global", "7")
        assert gateway.limit("per-user", user)["limit"] == 7
        assert weir(gateway, "rate", "clear", "per-user").returncode == 0
        eventually(lambda: redis.get("app:dynamic:global") is None, "the dynamic limit is still there")
    assert gateway.call("GET", RATE).json() == {"rate": "100/1d", "source": "config"}
    assert gateway.limit("per-user", user)["limit"] == 100


def test_a_rate_for_one_key_is_shown_whatever_the_package_has_set(server, start, user):
    gateway = start(config(server))
    assert gateway.call("PUT", f"/api/v1/limits/per-user/keys/{user}/rate", {"rate": "9/1d"}).status == 204
    with server.client() as redis:
        redis.set("app:dynamic:global", "7")
    assert gateway.call("GET", f"/api/v1/limits/per-user/keys/{user}/rate").json() == {"rate": "9/1d", "source": "runtime"}
    assert gateway.limit("per-user", user)["limit"] == 9


def test_whom_the_package_denies_is_listed_and_can_be_taken_out(server, start):
    gateway = start(config(server))
    assert gateway.call("PUT", "/api/v1/deny/eve", {"limit": "per-user"}).status == 204
    with server.client() as redis:
        eventually(lambda: redis.sismember("app:denyList:all", "eve"), "the package does not hear of it")
        redis.sadd("app:denyList:all", "mallory", "198.51.100.7")
        redis.sadd("app:denyList:ipDenyList", "198.51.100.7")  # thousands, as a rule: they are no entries
        assert denied(gateway) == [{"value": name, "expires_ms": None, "limit": "per-user"} for name in ("eve", "mallory")]
        assert "mallory" in weir(gateway, "deny", "list").stdout
        assert gateway.gateway.ask("/", headers={"x-user-id": "mallory"}).status == 403
        assert weir(gateway, "deny", "remove", "mallory", "--limit", "per-user").returncode == 0
        eventually(lambda: not redis.sismember("app:denyList:all", "mallory"), "it is still denied")
    assert [entry["value"] for entry in denied(gateway)] == ["eve"]
    eventually(lambda: gateway.gateway.ask("/", headers={"x-user-id": "mallory"}).status == 200, "still denied", 3)


def test_while_redis_is_away_what_is_known_is_shown(server, start):
    gateway = start(config(server))
    assert gateway.call("PUT", "/api/v1/deny/eve", {"limit": "per-user"}).status == 204
    server.kill()
    assert gateway.call("GET", RATE).json() == {"rate": "100/1d", "source": "config"}
    assert [entry["value"] for entry in denied(gateway)] == ["eve"]


class Source:
    """An HTTP server that answers with a list of addresses, or holds each request."""

    def __init__(self, text=None):
        self.asked = 0
        self.over = threading.Event()
        source = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                source.asked += 1
                if text is None:
                    source.over.wait(PATIENCE)
                    return
                self.send_response(200)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.option = f", ip_deny_list: {{ source: 'http://127.0.0.1:{self.server.server_port}/bad.txt' }}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


BY_ADDRESS = "key: ip, rate: 100000/1d, algorithm: fixed_window, prefix: app"


def test_an_address_on_the_fetched_list_is_denied(server, start):
    with Source("127.0.0.1\n198.51.100.7\n") as source:
        gateway = start(config(server, source.option, BY_ADDRESS))
        eventually(lambda: gateway.gateway.ask("/").status == 403, "it is never denied")
        assert source.asked == 1
        with server.client() as redis:
            assert redis.smembers("app:denyList:ipDenyList") == {"127.0.0.1", "198.51.100.7"}
            assert redis.get("app:ipDenyListStatus") == "valid"


def test_no_request_waits_for_a_source_that_is_silent(server, start):
    with Source() as source:
        gateway = start(config(server, source.option, BY_ADDRESS))
        eventually(lambda: gateway.gateway.ask("/").status == 200 and source.asked == 1, "it is never asked")
        assert [gateway.gateway.ask("/").status for _ in range(20)] == [200] * 20


def test_cached_windows_are_charged_in_redis(server, start, user):
    gateway = start(config(server, limit="key: header:x-user-id, rate: 5/1d, algorithm: fixed_window, prefix: app, "
                                         "mode: cached"))
    assert [gateway.gateway.ask("/", headers={"x-user-id": user}).status for _ in range(6)] == [200] * 5 + [429]
    with server.client() as redis:
        counter = f"app:{user}:{int(time.time()) // 86_400}"
        eventually(lambda: redis.get(counter) == "5", "it is not charged")
        assert redis.ttl(counter) > 0
