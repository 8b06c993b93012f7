"""`wait`: a request that passes soon is held until then instead of refused."""

import threading
import time

CONFIG = """
limits:
  patient: { key: header:x-user-id, rate: 5/1s, algorithm: gcra, burst: 1, wait: 30s }
  hasty: { key: header:x-user-id, rate: 1/1h, algorithm: gcra, burst: 1, wait: 1s }
  window: { key: header:x-user-id, rate: 1/1s, algorithm: fixed_window, wait: 30s }
  none: { key: header:x-user-id, rate: 1/1h, algorithm: gcra, burst: 1 }
  slow: { key: header:x-user-id, rate: 1/20s, algorithm: gcra, burst: 1, wait: 60s }
routes:
  - { path: /hasty, to: local, limits: [hasty] }
  - { path: /window, to: local, limits: [window] }
  - { path: /both, to: local, limits: [patient, none] }
  - { path: /slow-limit, to: local, limits: [slow] }
  - { path: /*, to: local, limits: [patient] }
"""


def test_it_passes_when_its_time_has_come(gateway, user):
    began = time.monotonic()
    answers = [gateway.ask("/", method="POST", body=b"hello", headers={"x-user-id": user}) for _ in range(4)]
    assert [answer.status for answer in answers] == [200] * 4
    assert [answer.json()["body"] for answer in answers] == ["hello"] * 4
    assert time.monotonic() - began >= 3 * 0.2


def test_many_wait_at_once_and_each_gets_its_turn(gateway, user):
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(gateway.ask("/", headers={"x-user-id": user}).status))
               for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert statuses == [200] * 8


def test_in_a_window_the_losers_wait_for_the_next_one(gateway, user):
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(gateway.ask("/window", headers={"x-user-id": user}).status))
               for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert statuses == [200] * 3


def test_who_would_wait_too_long_is_refused_at_once(gateway, user):
    gateway.ask("/hasty", headers={"x-user-id": user})
    refused = gateway.ask("/hasty", headers={"x-user-id": user})
    assert (refused.status, int(refused["retry-after"]) > 3000) == (429, True)


def test_all_that_refuse_must_let_it_wait(gateway, user):
    gateway.ask("/both", headers={"x-user-id": user})
    refused = gateway.ask("/both", headers={"x-user-id": user})
    assert refused.status == 429
    assert "none" in refused.json()["violated-policies"]


def test_a_client_may_leave_while_it_waits(gateway, user):
    gateway.ask("/slow-limit", headers={"x-user-id": user})
    for _ in range(20):
        with gateway.connect() as connection:
            connection.request("GET", "/slow-limit", headers={"x-user-id": user})
    assert gateway.ask("/", headers={"x-user-id": user}).status == 200
