"""Alerts: a webhook hears of a key that comes near its limit, or is refused too often, once."""

import re
import signal
import socket
import threading
import time

import pytest

from admin_client import start_admin
from certificates import make_certificate
from conftest import PATIENCE
from eventually import becomes, eventually
from redis_server import RedisServer
from webhook import Webhook

CONFIG = """
store: {{ url: "{store}", timeout: 20s }}
limits:
  per-user: {{ key: header:x-user-id, rate: 10/1d, algorithm: fixed_window }}
  pair: {{ key: [header:x-user-id, path], rate: 2/1d, algorithm: fixed_window }}
  watched: {{ key: header:x-user-id, rate: 1/1d, algorithm: fixed_window, shadow: true }}
  quiet: {{ key: header:x-user-id, rate: 1/1d, algorithm: fixed_window }}
routes:
  - {{ path: /pair, to: local, limits: [pair] }}
  - {{ path: /watched, to: local, limits: [watched] }}
  - {{ path: /*, to: local, limits: [per-user] }}
alerts:
  - {{ limit: per-user, at: 80%, webhook: "{url}", secret: "${{ALERT_SECRET}}" }}
  - {{ limit: per-user, refusals: 3/1d, webhook: "{url}", secret: "${{ALERT_SECRET}}" }}
  - {{ limit: pair, at: 100%, webhook: "{url}", secret: "${{ALERT_SECRET}}" }}
  - {{ limit: watched, refusals: 1/1d, webhook: "{url}", secret: "${{ALERT_SECRET}}" }}
"""


@pytest.fixture
def hook():
    hook = Webhook()
    yield hook
    hook.stop()
    assert hook.faults == []


def begin(folder, url, store="memory"):
    return start_admin(folder, CONFIG.format(url=url, store=store), ALERT_SECRET="s3cret")


def ask(admin, user, times, path="/"):
    return [admin.gateway.ask(path, headers={"x-user-id": user}).status for _ in range(times)]


def results(admin, limit):
    text = admin.call("GET", "/metrics").body.decode()
    return {found[1]: int(found[2])
            for found in re.finditer(rf'weir_alerts_total{{limit="{limit}",result="(\w+)"}} (\d+)', text)}


def test_a_share_is_told_once_and_refusals_too(folder, hook, user):
    admin = begin(folder, hook.url)
    start = time.time() * 1000
    assert ask(admin, user, 7) == [200] * 7
    assert results(admin, "per-user") == {"sent": 0, "failed": 0, "dropped": 0}
    assert ask(admin, user, 8) == [200] * 3 + [429] * 5
    becomes(lambda: results(admin, "per-user"), {"sent": 2, "failed": 0, "dropped": 0})
    share, refusals = sorted(hook.alerts(), key=lambda alert: alert["kind"], reverse=True)
    assert {**share, "id": 0, "time_ms": 0, "reset_ms": 0} == {
        "id": 0, "limit": "per-user", "key": user, "kind": "share", "at": 0.8, "used": 8, "capacity": 10, "time_ms": 0,
        "reset_ms": 0}
    assert start - 1000 <= share["time_ms"] <= time.time() * 1000 + 1000
    assert share["reset_ms"] % 86_400_000 == 0
    assert (refusals["kind"], refusals["at"], refusals["used"], refusals["capacity"]) == ("refusals", 3, 10, 10)
    assert share["id"] != refusals["id"]


def test_a_key_of_several_parts_is_a_list_and_the_api_alerts_too(folder, hook, user):
    admin = begin(folder, hook.url)
    assert ask(admin, user, 2, "/pair") == [200, 200]
    assert admin.limit("per-user", user, cost=9)["allowed"]
    alerts = eventually(lambda: len(hook.alerts()) == 2 and hook.alerts(), "no alerts")
    assert {(alert["limit"], str(alert["key"]), alert["used"]) for alert in alerts} == {
        ("pair", str([user, "/pair"]), 2), ("per-user", user, 9)}


def test_a_shadow_limit_alerts(folder, hook, user):
    admin = begin(folder, hook.url)
    assert ask(admin, user, 2, "/watched") == [200, 200]
    (alert,) = eventually(hook.alerts, "no alert")
    assert (alert["limit"], alert["kind"], alert["key"]) == ("watched", "refusals", user)


def test_over_two_gateways_on_one_redis_a_crossing_is_told_once(folder, hook, user):
    server = RedisServer()
    try:
        one, other = begin(folder, hook.url, server.url), begin(folder, hook.url, server.url)
        for _ in range(5):
            assert ask(one, user, 1) + ask(other, user, 1) == [200, 200]
        eventually(hook.alerts, "no alert")
        # Whoever is told later is told after these.
        for admin in one, other:
            assert admin.call("POST", "/api/v1/alerts/test?limit=per-user").status == 202
        becomes(lambda: len([alert for alert in hook.alerts() if alert["key"] == "sample"]), 4)
        assert [alert["key"] for alert in hook.alerts()].count(user) == 1
        assert not server.keys_without_ttl()
    finally:
        server.clean()


def test_over_redis_each_webhook_of_one_share_is_told(folder, hook, user):
    server, other = RedisServer(), Webhook()
    try:
        more = f'  - {{ limit: per-user, at: 80%, webhook: "{other.url}", secret: "${{ALERT_SECRET}}" }}\n'
        admin = start_admin(folder, CONFIG.format(url=hook.url, store=server.url) + more, ALERT_SECRET="s3cret")
        assert ask(admin, user, 8) == [200] * 8
        for one in hook, other:
            (alert,) = eventually(one.alerts, "no alert")
            assert (alert["key"], alert["used"]) == (user, 8)
        assert hook.alerts()[0]["id"] == other.alerts()[0]["id"]
    finally:
        other.stop()
        server.clean()


def test_what_is_not_taken_is_posted_again_under_the_same_id(folder, user):
    hook = Webhook(500, 301, 200)
    try:
        admin = begin(folder, hook.url)
        ask(admin, user, 8)
        becomes(lambda: results(admin, "per-user"), {"sent": 1, "failed": 0, "dropped": 0})
        assert len(hook.alerts()) == 3
        assert len({alert["id"] for alert in hook.alerts()}) == 1
        assert hook.faults == []
        log = admin.log.read_text()
        assert "webhook at 127.0.0.1: it answered 500" in log
        assert "s3cret" not in log and "from=weir" not in log
    finally:
        hook.stop()


def test_a_webhook_over_tls_is_told_by_who_trusts_its_certificate(folder, user, tmp_path):
    certificate = make_certificate(tmp_path)
    hook = Webhook(certificate=certificate)
    try:
        config = CONFIG.format(url=hook.url, store="memory")
        admin = start_admin(folder, config, ALERT_SECRET="s3cret", SSL_CERT_FILE=str(certificate.with_suffix(".crt")))
        ask(admin, user, 8)
        (alert,) = eventually(hook.alerts, "no alert")
        assert (alert["key"], alert["used"]) == (user, 8)
        wary = begin(folder, hook.url)
        ask(wary, user, 8)
        eventually(lambda: "webhook at localhost: " in wary.log.read_text(), "not tried")
        assert len(hook.alerts()) == 1
        assert hook.faults == []
    finally:
        hook.stop()


def test_a_webhook_that_never_answers_delays_neither_requests_nor_the_end(folder, user):
    hook = Webhook()
    hook.held = threading.Event()
    try:
        admin = begin(folder, hook.url)
        ask(admin, user, 8)
        eventually(hook.alerts, "not posted")
        assert ask(admin, user + "2", 12) == [200] * 10 + [429] * 2
        start = time.monotonic()
        admin.process.send_signal(signal.SIGTERM)
        assert admin.process.wait(PATIENCE) == 0
        assert time.monotonic() - start < PATIENCE / 2
    finally:
        hook.stop()


def test_at_most_a_thousand_wait_and_the_rest_is_dropped(folder, user):
    hook = Webhook()
    hook.held = threading.Event()
    try:
        admin = begin(folder, hook.url)
        calls = 0
        while not results(admin, "per-user").get("dropped"):
            assert calls < 1500
            status = admin.call("POST", "/api/v1/alerts/test?limit=per-user").status
            assert status in (202, 503)
            calls += 1
        assert calls > 490
    finally:
        hook.stop()


@pytest.mark.parametrize("answer", [b"\x00\xff" * 50_000, b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000, b""])
def test_a_hostile_webhook_harms_nobody(folder, user, answer):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = threading.Event()

        def serve():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                try:
                    connection.sendall(answer)
                except OSError:
                    pass
            taken.set()

        threading.Thread(target=serve, daemon=True).start()
        admin = begin(folder, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        ask(admin, user, 8)
        assert taken.wait(PATIENCE)
        eventually(lambda: "webhook at 127.0.0.1" in admin.log.read_text(), "nobody complains")
        assert ask(admin, user, 3) == [200, 200, 429]
        assert admin.is_alive()


def test_samples_are_sent_on_demand(folder, hook):
    admin = begin(folder, hook.url)
    answer = admin.call("POST", "/api/v1/alerts/test?limit=per-user")
    assert (answer.status, answer.json()) == (202, {"limit": "per-user", "alerts": 2, "queued": 2})
    becomes(lambda: {alert["key"] for alert in hook.alerts()}, {"sample"})
    assert admin.call("POST", "/api/v1/alerts/test?limit=quiet").status == 404
    assert admin.call("POST", "/api/v1/alerts/test?limit=unknown").status == 404
    assert admin.call("POST", "/api/v1/alerts/test").status == 400


def test_a_secret_in_the_file_itself_is_not_in_the_bootstrap(folder):
    config = CONFIG.format(url="http://127.0.0.1:1/", store="memory").replace("${ALERT_SECRET}", "in-the-open")
    rendered = str(folder.render(config, 1))
    assert "in-the-open" not in rendered
    assert re.search(r"\$\{WEIR_ALERT_SECRET_[0-9a-f]{8}\}", rendered)
