"""That a place of a concurrency limit is free again whichever way a stream ends, and not before."""

import http.client
import socket
import threading

import pytest

CONFIG = """
limits:
  slots: { key: header:x-user-id, rate: 2, algorithm: concurrency }
  one: { key: header:x-user-id, rate: 1, algorithm: concurrency }
  window: { key: header:x-user-id, rate: 100/1d, algorithm: fixed_window }
  none-left: { key: const:all, rate: 1/1d, algorithm: fixed_window }
upstreams:
  local: { url: "http://127.0.0.1:UPSTREAM" }
  gone: { url: "http://127.0.0.1:1" }
routes:
  - { path: /slow, to: local, limits: [slots] }
  - { path: /gone, to: gone, limits: [one] }
  - { path: /brief/*, to: silent, limits: [one], timeout: 100ms }
  - { path: /refused, to: local, limits: [one, none-left] }
  - { path: /one, to: local, limits: [one] }
  - { path: /*, to: local, limits: [slots, window] }
"""


@pytest.fixture(scope="module")
def silent():
    """An upstream that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1]


@pytest.fixture(scope="module")
def shared_gateway(folder, silent):
    return folder.start(CONFIG.replace("routes:", f'  silent: {{ url: "http://127.0.0.1:{silent}" }}\nroutes:'))


def test_so_many_at_once_and_no_more(gateway, upstream, user):
    upstream.may_answer.clear()
    slow = [threading.Thread(target=gateway.ask, args=("/slow",), kwargs={"headers": {"x-user-id": user}}) for _ in range(2)]
    for thread in slow:
        thread.start()
        assert upstream.asked_slowly.acquire(timeout=30)
    refused = gateway.ask("/", headers={"x-user-id": user})
    assert (refused.status, refused["retry-after"], refused.json()["violated-policies"]) == (429, "1", ["slots"])
    upstream.may_answer.set()
    for thread in slow:
        thread.join(30)
    answer = gateway.ask("/", headers={"x-user-id": user})
    assert (answer.status, answer.left("window")) == (200, 99)


def test_a_client_that_leaves_frees_its_place(gateway, upstream, user):
    upstream.may_answer.clear()
    for _ in range(6):
        with gateway.connect() as connection:
            connection.request("GET", "/slow", headers={"x-user-id": user})
            assert upstream.asked_slowly.acquire(timeout=30)
    upstream.may_answer.set()


def test_a_client_that_leaves_in_the_middle_of_its_body_frees_its_place(gateway, user):
    for _ in range(4):
        with gateway.connect() as connection:
            connection.putrequest("POST", "/one")
            connection.putheader("x-user-id", user)
            connection.putheader("content-length", "1000")
            connection.endheaders(b"half")
    # Envoy sees the end of a connection a moment after it.
    assert_free(gateway, user)


def assert_free(gateway, user, patience=30):
    """The one place is free, or is in a moment."""
    clock = threading.Event()
    for _ in range(patience * 100):
        if gateway.ask("/one", headers={"x-user-id": user}).status == 200:
            return
        clock.wait(0.01)
    raise AssertionError("the place is still taken")


def test_an_upstream_that_is_away_frees_the_place(gateway, user):
    assert [gateway.ask("/gone", headers={"x-user-id": user}).status for _ in range(4)] == [503] * 4
    assert gateway.ask("/one", headers={"x-user-id": user}).status == 200


def test_a_timeout_frees_the_place(gateway, user):
    assert [gateway.ask("/brief/", headers={"x-user-id": user}).status for _ in range(4)] == [504] * 4
    assert gateway.ask("/one", headers={"x-user-id": user}).status == 200


def test_an_upstream_that_breaks_off_its_answer_frees_the_place(start, user):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def break_off():
            for _ in range(4):
                connection, _ = server.accept()
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf")
                connection.close()

        thread = threading.Thread(target=break_off, daemon=True)
        thread.start()
        gateway = start(f"""
            limits:
              one: {{ key: header:x-user-id, rate: 1, algorithm: concurrency }}
            upstreams:
              local: {{ url: "http://127.0.0.1:{server.getsockname()[1]}" }}
            routes: [{{ path: /*, to: local, limits: [one] }}]
            """)
        for _ in range(4):
            with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                gateway.ask("/", headers={"x-user-id": user})
        thread.join(30)


def test_what_another_limit_refuses_takes_no_place(gateway, user):
    gateway.ask("/refused", headers={"x-user-id": user})
    for _ in range(3):
        assert gateway.ask("/refused", headers={"x-user-id": user}).json()["violated-policies"] == ["none-left"]
    assert gateway.ask("/one", headers={"x-user-id": user}).status == 200
