"""Gateways that count in Redis: together, and when it is slow, gone or back."""

import concurrent.futures
import http.client
import os
import signal
import subprocess
import threading
import time

import pytest

from admin_client import start_admin
from conftest import BUILD, PATIENCE, envoy_program, free_port
from eventually import eventually
from redis_gateway import ask, config
from redis_server import RedisServer

MARGIN = 0.4  # seconds beyond the timeout, on a machine that does other things beside


@pytest.fixture
def server():
    server = RedisServer()
    yield server
    server.clean()


def timed(gateway, user):
    start = time.monotonic()
    answer = ask(gateway, user)
    return answer, time.monotonic() - start


def test_two_gateways_share_a_limit_exactly(start, server, user):
    gateways = [start(config(server, timeout="20s")) for _ in range(2)]  # Redis alone decides, on any machine
    with concurrent.futures.ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(lambda n: ask(gateways[n % 2], user).status, range(240)))
    assert (answers.count(200), answers.count(429)) == (100, 140)
    assert not server.keys_without_ttl()


def test_what_is_left_counts_down_over_both(start, server, user):
    one, other = start(config(server)), start(config(server))
    assert ask(one, user).left() == 99
    assert ask(other, user).left() == 98
    refused_over = start(config(server, "key: header:x-user-id, rate: 2/1d, algorithm: fixed_window"))
    answer = ask(refused_over, user)
    assert answer.status == 429 and int(answer["retry-after"]) >= 1


@pytest.mark.parametrize("on_error, status", [("local", 200), ("allow", 200), ("deny", 503)])
def test_without_redis_on_error_decides(start, server, user, on_error, status):
    gateway = start(config(server, on_error=on_error))
    assert ask(gateway, user).status == 200
    server.kill()
    answer = eventually(lambda: (a := ask(gateway, user)).status == status and a, f"never {status}")
    if status == 503:
        assert int(answer["retry-after"]) >= 1
        assert answer["content-type"] == "application/problem+json"
    server.start()
    eventually(lambda: (a := ask(gateway, user)).status == 200 and a["ratelimit"], "never back")
    eventually(lambda: server.client().dbsize() > 0, "Redis counts nothing again")


def test_without_redis_the_local_limiter_still_limits(start, user):
    away = RedisServer(start=False)
    gateway = start(config(away, "key: header:x-user-id, rate: 5/1m, algorithm: fixed_window", local_share=1))
    answers = [ask(gateway, user).status for _ in range(20)]
    assert answers.count(200) <= 5 and answers.count(429) >= 15


def test_it_starts_without_redis_and_finds_it_later(start, user):
    server = RedisServer(start=False)
    try:
        gateway = start(config(server))
        assert ask(gateway, user).status == 200
        server.start()
        eventually(lambda: ask(gateway, user).status == 200 and server.client().dbsize() > 0, "never found")
    finally:
        server.clean()


@pytest.mark.parametrize("on_error", ["local", "allow", "deny"])
def test_a_redis_that_is_stopped_costs_no_more_than_the_timeout(start, server, user, on_error):
    gateway = start(config(server, timeout="100ms", on_error=on_error))
    assert ask(gateway, user).status == 200
    server.pause()
    try:
        with concurrent.futures.ThreadPoolExecutor(8) as crowd:
            waits = [seconds for _, seconds in crowd.map(lambda _: timed(gateway, user), range(40))]
        assert max(waits) < 0.1 + MARGIN, sorted(waits)[-5:]
    finally:
        server.go_on()
    eventually(lambda: ask(gateway, user).status == 200, "never back")


def test_clients_that_leave_while_redis_is_silent_do_no_harm(start, server, user):
    gateway = start(config(server, timeout="500ms"))
    server.pause()
    try:
        for _ in range(20):
            with gateway.connect() as connection:
                connection.request("GET", "/", headers={"x-user-id": user})
    finally:
        server.go_on()
    assert ask(gateway, user).status == 200


def test_the_log_says_once_that_redis_is_gone_and_once_that_it_is_back(start, server, user):
    gateway = start(config(server))
    assert ask(gateway, user).status == 200
    server.kill()
    for _ in range(50):
        ask(gateway, user)
    server.start()
    eventually(lambda: ask(gateway, user).status == 200 and server.client().dbsize() > 0, "never back")
    said = eventually(lambda: len(lines := [line for line in gateway.log.read_text().splitlines() if "weir:" in line]) >= 2
                      and lines, "nothing was said")
    assert len(said) == 2, said


def test_a_password_is_in_no_file_and_no_output(folder, tmp_path, user):
    secret = "s3cret-of-redis"
    server = RedisServer(password=secret)
    try:
        for url in ["redis://:${REDIS_PASSWORD}@127.0.0.1:%d" % server.port, "redis://:%s@127.0.0.1:%d" % (secret, server.port)]:
            run = server.folder / f"run-{len(url)}"  # a short path: a socket is in it
            run.mkdir(mode=0o700)
            port = free_port()
            file = tmp_path / "weir.yaml"
            file.write_text(f"version: 1\nlisten: 127.0.0.1:{port}\nadmin: off\n"
                            f"upstreams: {{ local: {{ url: 'http://127.0.0.1:{folder.upstream.server_port}' }} }}\n"
                            + config(server, url=url))
            environment = {**os.environ, "REDIS_PASSWORD": secret, "XDG_RUNTIME_DIR": str(run), "WEIR_ENVOY": envoy_program()}
            rendered = subprocess.run([str(BUILD / "weir"), "envoy", "-c", str(file)], capture_output=True, text=True,
                                      env=environment, timeout=PATIENCE)
            assert rendered.returncode == 0 and secret not in rendered.stdout + rendered.stderr
            log = tmp_path / "log"
            with log.open("wb") as output:
                gateway = subprocess.Popen([str(BUILD / "weir"), "up", "-c", str(file), "--workers", "1"], env=environment,
                                           stdin=subprocess.DEVNULL, stdout=output, stderr=output)
            try:
                eventually(lambda: "listening on" in log.read_text(), "never ready")
                files = [path for path in run.rglob("*") if path.is_file()]
                assert files
                for path in files:
                    assert secret not in path.read_text(errors="replace"), path
                link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
                eventually(lambda: link.request("GET", "/", headers={"x-user-id": user}) or link.getresponse().read(), "down")
                assert server.client().dbsize() > 0
                server.client().flushall()
                link.close()
            finally:
                gateway.send_signal(signal.SIGTERM)
                gateway.wait(PATIENCE)
            assert secret not in log.read_text()
    finally:
        server.clean()


CONCURRENCY = "key: header:x-user-id, rate: 2, algorithm: concurrency"


def hold(gateway, upstream, user):
    thread = threading.Thread(target=ask, args=(gateway, user, "/slow"))
    thread.start()
    assert upstream.asked_slowly.acquire(timeout=PATIENCE)
    return thread


def test_places_are_shared_and_free_when_the_stream_ends(start, server, upstream, user):
    one, other = start(config(server, CONCURRENCY, timeout="20s")), start(config(server, CONCURRENCY, timeout="20s"))
    upstream.may_answer.clear()
    try:
        held = [hold(one, upstream, user), hold(other, upstream, user)]
        assert ask(one, user).status == 429
        assert ask(other, user).status == 429
    finally:
        upstream.may_answer.set()
    for thread in held:
        thread.join(PATIENCE)
    eventually(lambda: ask(one, user).status == 200, "no place was given back")
    assert not server.keys_without_ttl()


def test_places_of_a_gateway_that_is_killed_end_with_their_lease(folder, start, server, upstream, user):
    doomed, other = folder.start(config(server, CONCURRENCY, timeout="20s")), start(config(server, CONCURRENCY, timeout="20s"))
    upstream.may_answer.clear()
    held = []
    try:
        held = [threading.Thread(target=lambda: pytest.raises(Exception, ask, doomed, user, "/slow")) for _ in range(2)]
        for thread in held:
            thread.start()
            assert upstream.asked_slowly.acquire(timeout=PATIENCE)
        doomed.process.kill()
        doomed.process.wait()
        assert ask(other, user).status == 429
        with server.client() as client:
            ttls = {key: client.pttl(key) for key in client.scan_iter("weir:per-user:*")}
        assert ttls and all(0 < ttl <= 62_000 for ttl in ttls.values()), ttls
    finally:
        upstream.may_answer.set()
        for thread in held:
            thread.join(PATIENCE)


def test_a_cost_is_given_back_for_both(start, server, user):
    limit = "key: header:x-user-id, rate: 100/1d, algorithm: fixed_window, charge: [2xx]"
    one, other = start(config(server, limit)), start(config(server, limit))
    assert ask(one, user, "/status/200").left() == 99
    assert ask(one, user, "/status/500").status == 500
    eventually(lambda: (a := ask(other, user, "/status/500")) and a.left() == 99, "nothing was given back")


def test_a_request_may_wait_for_redis_to_let_it_pass(start, server, user):
    gateway = start(config(server, "key: header:x-user-id, rate: 2/1s, algorithm: token_bucket, burst: 1, wait: 5s"))
    answers = [timed(gateway, user) for _ in range(3)]
    assert [answer.status for answer, _ in answers] == [200, 200, 200]
    assert sum(seconds for _, seconds in answers) > 0.7


@pytest.fixture
def admin(folder, server):
    admin = start_admin(folder, config(server))
    yield admin
    admin.process.kill()


def test_the_admin_api_decides_in_redis(admin, start, server, user):
    other = start(config(server))
    assert ask(other, user).left() == 99
    assert admin.limit("per-user", user)["remaining"] == 98
    key = f"/api/v1/limits/per-user/keys/{user}"
    assert admin.call("GET", key).json()["remaining"] == 98
    assert admin.call("DELETE", key).status == 204
    assert admin.call("GET", key).json()["remaining"] == 100
    held = admin.call("POST", "/api/v1/reservations", {"limit": "per-user", "key": user, "amount": 10, "id": "r1"})
    assert held.status == 201
    assert admin.call("POST", "/api/v1/reservations/r1/settle", {"amount": 4}).status == 200
    assert admin.call("GET", key).json()["remaining"] == 96
    assert admin.call("DELETE", "/api/v1/reservations/unknown").status == 404
    assert not server.keys_without_ttl()


def test_the_admin_api_says_what_becomes_of_redis(admin, server, user):
    assert admin.limit("per-user", user)["degraded"] is False
    text = admin.call("GET", "/metrics").body.decode()
    assert "\nweir_store_up 1\n" in text and 'weir_decision_seconds_count{store="redis"} 1' in text
    server.kill()
    said = eventually(lambda: (a := admin.limit("per-user", user))["degraded"] and a, "never degraded")
    assert said["reason"] in ("store_down", "store_timeout")
    text = admin.call("GET", "/metrics").body.decode()
    assert "\nweir_store_up 0\n" in text
    ready = admin.call("GET", "/readyz")
    assert (ready.status, ready.json()["store"]) == (200, "down")
    assert admin.call("DELETE", f"/api/v1/limits/per-user/keys/{user}").status == 503
    assert admin.call("GET", "/healthz").status == 200


def test_with_on_error_deny_it_is_not_ready_while_redis_is_away(folder, server, user):
    admin = start_admin(folder, config(server, on_error="deny"))
    try:
        assert admin.limit("per-user", user)["allowed"]
        assert admin.call("GET", "/readyz").status == 200
        server.kill()
        refused = eventually(lambda: (a := admin.call("POST", "/api/v1/limit", {"limit": "per-user", "key": user})).status == 503
                             and a, "never 503")
        assert refused["content-type"] == "application/problem+json" and int(refused["retry-after"]) >= 1
        assert (admin.call("GET", "/readyz").status, admin.call("GET", "/readyz").json()["store"]) == (503, "down")
        server.start()
        eventually(lambda: admin.call("POST", "/api/v1/limit", {"limit": "per-user", "key": user}).status == 200, "never back")
        assert admin.call("GET", "/readyz").status == 200
    finally:
        admin.process.kill()


def test_the_admin_api_waits_for_a_stopped_redis_beside_the_workers(admin, server, user):
    assert admin.limit("per-user", user)["allowed"]
    server.pause()
    try:
        with concurrent.futures.ThreadPoolExecutor(4) as crowd:
            waiting = [crowd.submit(admin.limit, "per-user", user) for _ in range(4)]
            start = time.monotonic()
            assert admin.call("GET", "/healthz").status == 200
            assert time.monotonic() - start < MARGIN
            assert all(answer.result()["degraded"] for answer in waiting)
    finally:
        server.go_on()
