"""That a limit of N lets exactly N through."""

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
