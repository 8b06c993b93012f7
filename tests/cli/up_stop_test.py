"""`weir up` that ends: told to, killed, or left by its Envoy. Open requests finish, and no process stays behind."""

import os
import signal

import pytest
from conftest import is_alive, wait_until


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_open_requests_finish(start, upstream, number):
    gateway = start()
    answer = gateway.get_in_background("/slow")
    assert upstream.asked_slowly.wait(10)
    gateway.signal(number)
    wait_until(lambda: "1 request still open" in gateway.said(), "weir waits for the request")
    upstream.may_answer.set()
    assert answer() == (200, b"fine\n")
    assert gateway.end() == 0


def test_new_connections_are_turned_away_while_it_drains(start, upstream):
    gateway = start()
    answer = gateway.get_in_background("/slow")
    assert upstream.asked_slowly.wait(10)
    gateway.signal()
    wait_until(lambda: "still open" in gateway.said(), "weir waits for the request")
    with pytest.raises(ConnectionError):
        gateway.get()
    upstream.may_answer.set()
    assert answer()[0] == 200


def test_the_next_gateway_can_take_the_port_while_it_drains(start, upstream):
    old = start(name="old")
    answer = old.get_in_background("/slow")
    assert upstream.asked_slowly.wait(10)
    old.signal()
    wait_until(lambda: "still open" in old.said(), "weir waits for the request")
    assert start(name="new", port=old.port).get()[0] == 200
    upstream.may_answer.set()
    assert answer()[0] == 200
    assert old.end() == 0


def test_drain_is_the_longest_wait(start, upstream):
    gateway = start(drain="200ms")
    answer = gateway.get_in_background("/slow")
    assert upstream.asked_slowly.wait(10)
    gateway.signal()
    assert gateway.end() == 0
    assert "1 request cut off, still open after 0.2s" in gateway.said()
    assert isinstance(answer(), Exception)


def test_a_second_signal_ends_at_once(start, upstream):
    gateway = start(drain="60s")
    answer = gateway.get_in_background("/slow")
    assert upstream.asked_slowly.wait(10)
    gateway.signal()
    wait_until(lambda: "still open" in gateway.said(), "weir waits for the request")
    gateway.signal()
    assert gateway.end() == 0
    assert isinstance(answer(), Exception)


def test_told_to_stop_before_it_is_ready(start, program):
    gateway = start("--envoy", program("exec sleep 60"), wait=False)
    envoy = gateway.envoy
    gateway.signal()
    assert gateway.end() == 0
    assert not is_alive(envoy)


def test_killed_outright_it_takes_envoy_along(start):
    gateway = start()
    envoy = gateway.envoy
    gateway.signal(signal.SIGKILL)
    wait_until(lambda: not is_alive(envoy), "Envoy is gone", patience=2)


def test_killed_outright_while_it_starts_it_takes_envoy_along(start, program):
    gateway = start("--envoy", program("exec sleep 60"), wait=False)
    envoy = gateway.envoy
    gateway.signal(signal.SIGKILL)
    wait_until(lambda: not is_alive(envoy), "Envoy is gone", patience=2)


def test_envoy_killed_is_status_3_with_a_sentence(start, run_root):
    gateway = start()
    os.kill(gateway.envoy, signal.SIGKILL)
    assert gateway.end() == 3
    assert "weir: Envoy ended by itself, with signal 9 (Killed); the gateway is down." in gateway.said()
    assert list(run_root.iterdir()) == []


def test_envoy_killed_while_it_drains_still_ends(start, upstream):
    gateway = start(drain="60s")
    gateway.get_in_background("/slow")
    assert upstream.asked_slowly.wait(10)
    gateway.signal()
    wait_until(lambda: "still open" in gateway.said(), "weir waits for the request")
    os.kill(gateway.envoy, signal.SIGKILL)
    assert gateway.end() in (0, 3)


def test_no_process_stays_behind(start):
    gateway = start()
    envoy = gateway.envoy
    gateway.signal()
    assert gateway.end() == 0
    assert not is_alive(envoy)
