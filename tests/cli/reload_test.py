"""A config that changes while the gateway serves: what is valid is applied, what is not is refused, nothing is lost."""

import http.client
import os
import threading
import time

import pytest
from conftest import PATIENCE, envoy_program, free_port, wait_until
from live_gateway import LiveGateway, OpenStream

TWO_LIMITS = """
limits:
  a: { key: const:all, rate: {a}/1d, algorithm: fixed_window }
  b: { key: const:all, rate: {b}/1d, algorithm: {algorithm} }
upstreams: { local: { url: "{upstream}" } }
routes: [{ path: /*, to: local, limits: [a, b] }]
"""
NUMBERS = {"a": 100, "b": 100, "algorithm": "fixed_window"}
INVALID = "version: 1\nlimits: { a: { key: ip, raet: 1/1s } }\n"


@pytest.fixture
def live(folder, upstream, gone_afterwards):
    return lambda body=TWO_LIMITS, **options: gone_afterwards(LiveGateway(folder, upstream, body, **{**NUMBERS, **options}))


# ---- what is kept


def test_a_changed_limit_keeps_its_own_count_and_that_of_the_others(live):
    gateway = live()
    assert gateway.left("a") == 99
    assert gateway.change(TWO_LIMITS, b=50) == "limit 'b' changed"
    assert gateway.left("a") == 98
    assert gateway.left("b") == 47


def test_another_algorithm_starts_that_limit_afresh_and_says_so(live):
    gateway = live()
    gateway.left("a")
    assert gateway.change(TWO_LIMITS, algorithm="token_bucket") == "limit 'b' starts afresh (algorithm changed)"
    assert gateway.left("a") == 98
    assert gateway.left("b") == 98


def test_a_rate_set_at_run_time_survives(live):
    gateway = live()
    assert gateway.admin_api("PUT", "/api/v1/limits/b/rate", '{"rate":"10/1d"}')[0] == 204
    gateway.change(TWO_LIMITS, a=50)
    assert gateway.left("b") == 9


def test_a_connection_sees_new_routes_limits_and_upstreams(live):
    gateway = live()
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=PATIENCE)

    def ask(path):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    assert ask("/new") == 200
    socket = connection.sock
    said = gateway.change("""
        limits: { c: { key: const:all, rate: 1/1d, algorithm: fixed_window } }
        upstreams: { other: { url: "{upstream}" } }
        routes: [{ path: /new, to: other, limits: [c] }]
        """)
    assert said == "limit 'c' added, limit 'a' removed, limit 'b' removed, routes changed, upstreams changed"
    assert [ask("/new"), ask("/new"), ask("/")] == [200, 429, 404]
    assert connection.sock is socket
    connection.close()


def test_a_stream_outlives_changes_and_the_drain_time(live, upstream):
    gateway = live(drain="1s")
    stream = OpenStream(gateway.port)
    gateway.change("""
        trusted_proxies: 1
        escaped_slashes: keep
        limits: { c: { key: ip, rate: 5/1d } }
        upstreams: { local: { url: "{upstream}/base", strip: /x, headers: { x-a: b } }, other: { url: "{upstream}" } }
        routes: [{ path: /*, to: other, limits: [c] }]
        responses: { headers: both }
        """)
    changed = time.monotonic()
    wait_until(lambda: time.monotonic() > changed + 2.5, "the drain time is over")
    stream.wait_for_more()
    assert stream.end(upstream) is True


@pytest.mark.parametrize("after", ["other", "local"], ids=["is gone", "is elsewhere"])
def test_a_stream_outlives_its_upstream_in_the_config(live, upstream, after):
    gateway = live()
    stream = OpenStream(gateway.port)
    said = gateway.change(f"""
        upstreams: {{ {after}: {{ url: "http://localhost:{{port}}" }} }}
        routes: [{{ path: /*, to: {after} }}]
        """, port=upstream.server_port)
    assert "upstreams changed" in said
    assert gateway.get() == (200, b"fine\n")
    stream.wait_for_more()
    assert stream.end(upstream) is True


def test_a_new_upstream_whose_name_must_be_looked_up_is_asked_only_when_it_can_be(live, upstream):
    gateway = live()
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=PATIENCE)
    before = len(gateway.lines("applied"))
    gateway.put(gateway.text("""
        upstreams: { new: { url: "http://localhost:{port}" } }
        routes: [{ path: /*, to: new }]
        """, port=upstream.server_port))
    statuses = set()

    def is_applied():
        connection.request("GET", "/")
        answer = connection.getresponse()
        answer.read()
        statuses.add(answer.status)
        return len(gateway.lines("applied")) > before

    wait_until(is_applied, "the change is in force")
    connection.close()
    assert statuses == {200}


def test_what_changes_while_it_starts_is_not_missed(live, folder):
    """Envoy is asked for its version when the file has been read."""

    def prepare(gateway):
        (folder / "next.yaml").write_text(gateway.text(TWO_LIMITS, a=50))
        envoy = folder / "envoy"
        envoy.write_text(f'#!/bin/sh\n[ "$1" = --version ] && mv {folder}/next.yaml {gateway.path}\nexec {envoy_program()} "$@"\n')
        envoy.chmod(0o755)
        return ("--envoy", envoy)

    assert live(prepare=prepare).wait_until_applied(0) == "limit 'a' changed"


def test_tokens_can_begin_and_cease_to_be_verified(live):
    gateway = live()
    jwt = 'jwt: { issuer: "https://id.example.com", jwks: "{upstream}/keys" }\n'
    by_claim = TWO_LIMITS.replace("b: { key: const:all", 'b: { key: "jwt:sub"')

    def status_of_a_bad_token():
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=PATIENCE)
        connection.request("GET", "/", headers={"authorization": "Bearer a.b.c"})
        answer = connection.getresponse()
        connection.close()
        return answer.status

    assert status_of_a_bad_token() == 200
    said = gateway.change(by_claim + jwt)
    assert said == "limit 'b' starts afresh (key changed), upstreams changed, jwt changed"
    assert status_of_a_bad_token() == 401
    assert gateway.get()[0] == 200
    gateway.change(TWO_LIMITS)
    assert status_of_a_bad_token() == 200


# ---- what is refused


def test_an_invalid_change_is_refused_with_its_errors_and_counted(live):
    gateway = live()
    gateway.put(INVALID)
    gateway.wait_until_refused()
    assert f"{gateway.path}:2:25: error: unknown key 'raet' in limit 'a'; did you mean 'rate'?" in gateway.said()
    assert gateway.left("a") == 99
    assert (gateway.reloads("applied"), gateway.reloads("refused")) == (0, 1)


def test_after_a_refused_change_a_valid_one_is_applied(live):
    gateway = live()
    gateway.put(INVALID)
    gateway.wait_until_refused()
    assert gateway.change(TWO_LIMITS, a=50) == "limit 'a' changed"
    assert (gateway.reloads("applied"), gateway.reloads("refused")) == (1, 1)


def test_a_port_that_is_taken_is_refused(live, upstream):
    gateway = live()
    gateway.put(gateway.text(TWO_LIMITS).replace(f"listen: 127.0.0.1:{gateway.port}",
                                                 f"listen: 127.0.0.1:{upstream.server_port}"))
    gateway.wait_until_refused()
    assert f"weir: port {upstream.server_port} is taken (by process " in gateway.said()
    assert gateway.left("a") == 99


def test_what_cannot_be_written_is_tried_again(live, run_root):
    """A folder stands where the gateway writes a file, as a full disk would."""
    gateway = live()
    obstacle = next(run_root.iterdir()) / "settings.json.new"
    obstacle.mkdir()
    gateway.put(gateway.text(TWO_LIMITS, a=50))
    wait_until(lambda: gateway.lines("^weir: cannot go back to what was in force: cannot write .*; trying again"), "it says so")
    assert gateway.left("a") == 99
    obstacle.rmdir()
    gateway.change(TWO_LIMITS, a=40)
    assert gateway.left("a") == 38


# ---- how files change


def test_a_file_written_in_place(live):
    gateway = live()
    gateway.path.write_text(gateway.text(TWO_LIMITS, a=50))
    assert gateway.wait_until_applied(0) == "limit 'a' changed"


def test_a_file_that_is_deleted_and_made_again(live):
    gateway = live()
    gateway.path.unlink()
    gateway.wait_until_refused()
    assert f"{gateway.path}: error: cannot read this file" in gateway.said()
    assert gateway.left("a") == 99
    gateway.path.write_text(gateway.text(TWO_LIMITS, a=50))
    assert gateway.wait_until_applied(0) == "limit 'a' changed"
    assert gateway.left("a") == 48


def test_a_link_that_leads_elsewhere_as_in_a_configmap(live, folder):
    """weir.yaml -> ..data/weir.yaml, ..data -> ..1; the change makes ..2 and swaps ..data."""
    gateway = live()
    for version, a in (("..1", 50), ("..2", 40)):
        (folder / version).mkdir()
        (folder / version / "weir.yaml").write_text(gateway.text(TWO_LIMITS, a=a))
    (folder / "..data").symlink_to("..1")
    (folder / "link").symlink_to("..data/weir.yaml")
    os.replace(folder / "link", gateway.path)
    assert gateway.wait_until_applied(0) == "limit 'a' changed"
    (folder / "..data_tmp").symlink_to("..2")
    os.replace(folder / "..data_tmp", folder / "..data")
    gateway.wait_until_applied(1)
    assert gateway.left("a") == 39


def test_a_file_that_says_the_same_changes_nothing(live):
    gateway = live()
    gateway.put(gateway.text(TWO_LIMITS) + "# a comment\n")
    gateway.change(TWO_LIMITS, a=50)
    assert len(gateway.lines("applied")) == 1


def test_a_storm_of_changes_ends_at_the_last_valid_one(live):
    """A hundred writes, half of them invalid or cut off, some of them in place."""
    gateway = live()
    for i in range(100):
        text = gateway.text(TWO_LIMITS, a=1000 + i)
        if i % 4 == 1:
            gateway.put(INVALID)
        elif i % 4 == 3:
            gateway.path.write_text(text[:len(text) // 2])
        elif i % 4 == 2:
            gateway.path.write_text(text)
        else:
            gateway.put(text)
        time.sleep(0.01)
    gateway.put(gateway.text(TWO_LIMITS, a=2000))
    asked = 0

    def is_in_force():
        nonlocal asked
        asked += 1
        return gateway.left("a") == 2000 - asked

    wait_until(is_in_force, "the last one is in force")
    gateway.put(INVALID)
    gateway.wait_until_refused(len(gateway.lines("is refused")))
    assert gateway.left("a") == 2000 - asked - 1


def test_a_config_that_comes_through_a_pipe_is_read_once(live):
    """As in `weir up -c <(...)`: what comes later is nobody's."""

    def prepare(gateway):
        text = gateway.path.read_text()
        gateway.path.unlink()
        os.mkfifo(gateway.path)
        threading.Thread(target=lambda: gateway.path.write_text(text), daemon=True).start()
        return ()

    gateway = live(prepare=prepare)
    began = time.monotonic()
    wait_until(lambda: time.monotonic() > began + 0.5, "it would have looked again")
    assert gateway.left("a") == 99
    assert len(gateway.said().splitlines()) == 2


# ---- where it listens


def test_the_gateway_can_move(live):
    gateway = live()
    old, gateway.port = gateway.port, free_port()
    assert gateway.change(TWO_LIMITS) == f"listens on 127.0.0.1:{gateway.port}"
    assert gateway.left("a") == 99
    with pytest.raises(OSError):
        http.client.HTTPConnection("127.0.0.1", old, timeout=PATIENCE).request("GET", "/")


def test_the_admin_api_can_move_and_go(live):
    gateway = live()
    gateway.admin = free_port()
    assert gateway.change(TWO_LIMITS) == f"admin API 127.0.0.1:{gateway.admin}"
    assert gateway.admin_api("GET", "/healthz")[0] == 200
    gateway.put(gateway.text(TWO_LIMITS).replace(f"admin: 127.0.0.1:{gateway.admin}", "admin: off"))
    assert gateway.wait_until_applied(1) == "admin API off"
    with pytest.raises(OSError):
        gateway.admin_api("GET", "/healthz")


# ---- what waits, and how it ends


def test_the_stores_bound_waits_for_a_restart_and_says_so(live):
    gateway = live()
    said = gateway.change(TWO_LIMITS + "store: { max_keys: 5000 }\n", a=50)
    assert said == "limit 'a' changed; store.max_keys stays 10000000 until a restart"


def test_told_to_stop_in_the_midst_of_a_change_it_still_drains(live, upstream):
    gateway = live(drain="20s")
    stream = OpenStream(gateway.port)
    gateway.put(gateway.text(TWO_LIMITS, a=50))
    gateway.signal()
    wait_until(lambda: "1 request still open" in gateway.said(), "weir waits for the stream")
    stream.wait_for_more()
    assert stream.end(upstream) is True
    assert gateway.end() == 0


def test_changes_while_it_drains_are_not_followed(live, upstream):
    gateway = live(drain="20s")
    stream = OpenStream(gateway.port)
    gateway.signal()
    wait_until(lambda: "1 request still open" in gateway.said(), "weir waits for the stream")
    gateway.put(INVALID)
    stream.wait_for_more()
    assert stream.end(upstream) is True
    assert gateway.end() == 0
    assert "refused" not in gateway.said()


def test_a_store_that_does_not_answer_yet_is_another_store_all_the_same(live):
    gateway = live()
    assert gateway.left("a") == 99
    body = 'store: { url: "redis://127.0.0.1:%d" }\n' % free_port() + TWO_LIMITS
    assert gateway.change(body).startswith("another store, where counters start afresh unless it has them")
    assert gateway.left("a") == 0  # of a day, what the outage so far may have: at least 1


def test_a_password_written_into_the_file_takes_effect_at_the_next_start(live):
    gateway = live()
    gateway.put(gateway.text('store: { url: "redis://:hunter2@127.0.0.1:%d" }\n' % free_port() + TWO_LIMITS))
    gateway.wait_until_refused()
    assert "another password takes effect at the next start" in gateway.said()
    assert "hunter2" not in gateway.said()
    assert gateway.left("a") == 99
