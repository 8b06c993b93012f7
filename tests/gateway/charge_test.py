"""`charge` by status: a cost is held while the upstream answers, and given back when the answer has none of the statuses."""

import socket
import threading
import time

from conftest import PATIENCE

CONFIG = """
limits:
  failures: { key: header:x-user-id, rate: 3/1d, algorithm: fixed_window, charge: [401, 403, 5xx] }
  all: { key: header:x-user-id, rate: 100/1d, algorithm: fixed_window }
  slots: { key: header:x-user-id, rate: 1, algorithm: concurrency }
upstreams:
  local: { url: "http://127.0.0.1:UPSTREAM" }
  gone: { url: "http://127.0.0.1:1" }
routes:
  - { path: /both/*, to: gone, limits: [failures, slots] }
  - { path: /gone, to: gone, limits: [failures] }
  - { path: /*, to: local, limits: [failures, all] }
"""


def left(gateway, user):
    return gateway.ask("/status/200", headers={"x-user-id": user}).left("failures")


def test_only_failed_logins_count(gateway, user):
    for _ in range(10):
        answer = gateway.ask("/status/200", headers={"x-user-id": user})
        assert (answer.status, answer.left("failures")) == (200, 3)
    for rest in (2, 1, 0):
        answer = gateway.ask("/status/401", headers={"x-user-id": user})
        assert (answer.status, answer.left("failures")) == (401, rest)
    refused = gateway.ask("/status/200", headers={"x-user-id": user})
    assert (refused.status, refused.json()["violated-policies"]) == (429, ["failures"])


def test_the_other_limits_of_the_request_are_charged_all_the_same(gateway, user):
    gateway.ask("/status/404", headers={"x-user-id": user})
    assert gateway.ask("/status/404", headers={"x-user-id": user}).left("all") == 98


def test_a_class_of_statuses_counts(gateway, user):
    gateway.ask("/status/500", headers={"x-user-id": user})
    gateway.ask("/status/403", headers={"x-user-id": user})
    assert left(gateway, user) == 1


def test_an_answer_of_the_gateway_itself_counts_like_any_other(gateway, user):
    assert gateway.ask("/gone", headers={"x-user-id": user}).status == 503
    assert left(gateway, user) == 2


def test_so_many_failures_at_once_and_no_more(gateway, upstream, user):
    """What is held counts: nobody tries more often than the limit by trying at the same time."""
    upstream.may_answer.clear()
    slow = [threading.Thread(target=gateway.ask, args=("/slow",), kwargs={"headers": {"x-user-id": user}}) for _ in range(3)]
    for thread in slow:
        thread.start()
        assert upstream.asked_slowly.acquire(timeout=30)
    assert gateway.ask("/status/200", headers={"x-user-id": user}).status == 429
    upstream.may_answer.set()
    for thread in slow:
        thread.join(30)
    assert left(gateway, user) == 3


def test_a_client_that_leaves_before_the_answer_gets_its_cost_back(gateway, upstream, user):
    upstream.may_answer.clear()
    for _ in range(6):
        with gateway.connect() as connection:
            connection.request("GET", "/slow", headers={"x-user-id": user})
            assert upstream.asked_slowly.acquire(timeout=30)
        # Envoy sees that a client has left when it comes to it; until then the cost is held.
        deadline = time.monotonic() + PATIENCE
        while (rest := left(gateway, user)) != 3:
            assert time.monotonic() < deadline, rest
            time.sleep(0.01)
    upstream.may_answer.set()


def test_an_upstream_that_resets_is_a_failure(start, user):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def reset():
            for _ in range(2):
                connection, _ = server.accept()
                connection.recv(65536)
                connection.close()

        thread = threading.Thread(target=reset, daemon=True)
        thread.start()
        gateway = start(f"""
            limits:
              failures: {{ key: header:x-user-id, rate: 2/1d, algorithm: fixed_window, charge: [5xx] }}
            upstreams:
              local: {{ url: "http://127.0.0.1:{server.getsockname()[1]}" }}
            routes: [{{ path: /*, to: local, limits: [failures] }}]
            """)
        assert [gateway.ask("/", headers={"x-user-id": user}).status for _ in range(3)] == [503, 503, 429]
        thread.join(30)


def test_beside_a_place_it_is_settled_when_the_stream_ends(gateway, user):
    assert [gateway.ask("/both/", headers={"x-user-id": user}).left("failures") for _ in range(3)] == [2, 1, 0]
    assert gateway.ask("/both/", headers={"x-user-id": user}).status == 429
