"""That a limit of N lets exactly N through."""

import threading

from concurrent.futures import ThreadPoolExecutor

import pytest

CONFIG = """
limits:
  window: { key: header:x-user-id, rate: 100/1d, algorithm: fixed_window }
  sliding: { key: header:x-user-id, rate: 100/1d, algorithm: sliding_window }
  log: { key: header:x-user-id, rate: 100/1d, algorithm: sliding_log }
  bucket: { key: header:x-user-id, rate: 100/1d, algorithm: token_bucket }
  gcra: { key: header:x-user-id, rate: 100/1d, algorithm: gcra }
  tight: { key: header:x-user-id, rate: 10/1d, algorithm: fixed_window }
routes:
  - { path: /window, to: local, limits: [window] }
  - { path: /sliding, to: local, limits: [sliding] }
  - { path: /log, to: local, limits: [log] }
  - { path: /bucket, to: local, limits: [bucket] }
  - { path: /gcra, to: local, limits: [gcra] }
  - { path: /both, to: local, limits: [window, tight] }
"""


def statuses(gateway, path, user, clients, requests):
    def client(_):
        with gateway.connect() as connection:
            connection.connect()
            return [gateway.ask(path, headers={"x-user-id": user}, connection=connection).status for _ in range(requests)]

    with ThreadPoolExecutor(clients) as pool:
        return [status for answered in pool.map(client, range(clients)) for status in answered]


@pytest.mark.parametrize("path", ["/window", "/sliding", "/log", "/bucket", "/gcra"])
def test_64_clients_at_once_get_exactly_n_through(gateway, user, path):
    seen = statuses(gateway, path, user, clients=64, requests=4)
    assert (seen.count(200), seen.count(429)) == (100, 156)


def test_what_one_limit_refuses_the_other_does_not_count(gateway, user):
    seen = statuses(gateway, "/both", user, clients=16, requests=4)
    assert seen.count(200) == 10
    assert gateway.ask("/window", headers={"x-user-id": user}).left("window") == 100 - 10 - 1


@pytest.fixture(scope="module")
def with_slots(folder):
    """weir.yaml does not offer concurrency yet; the module does."""

    def make_slots(bootstrap):
        limits = bootstrap["bootstrap_extensions"][0]["typed_config"]["extension_config"]["value"]["settings"]["limits"]
        next(limit for limit in limits if limit["name"] == "slots")["rule"] = {"algorithm": "concurrency", "count": 2}

    return folder.start("""
        limits:
          slots: { key: header:x-user-id, rate: 2/1d }
          window: { key: header:x-user-id, rate: 100/1d, algorithm: fixed_window }
        routes:
          - { path: /slow, to: local, limits: [slots] }
          - { path: /*, to: local, limits: [slots, window] }
        """, change=make_slots)


def test_so_many_at_once_and_no_more(with_slots, upstream, user):
    upstream.may_answer.clear()
    slow = [threading.Thread(target=with_slots.ask, args=("/slow",), kwargs={"headers": {"x-user-id": user}}) for _ in range(2)]
    for thread in slow:
        thread.start()
        assert upstream.asked_slowly.acquire(timeout=30)
    refused = with_slots.ask("/", headers={"x-user-id": user})
    assert (refused.status, refused["retry-after"], refused.json()["violated-policies"]) == (429, "1", ["slots"])
    upstream.may_answer.set()
    for thread in slow:
        thread.join(30)
    answer = with_slots.ask("/", headers={"x-user-id": user})
    assert (answer.status, answer.left("window")) == (200, 99)


def test_a_client_that_leaves_frees_its_place(with_slots, upstream, user):
    upstream.may_answer.clear()
    for _ in range(6):
        with with_slots.connect() as connection:
            connection.request("GET", "/slow", headers={"x-user-id": user})
            assert upstream.asked_slowly.acquire(timeout=30)
    upstream.may_answer.set()
