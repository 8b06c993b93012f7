"""The settings' file: what is written there takes effect, what can't be used does not, and nothing is forgotten."""

import http.client
import json
import os
import threading
import time

from conftest import PATIENCE, free_port

import pytest

CONFIG = """
limits:
  per-user: { key: header:x-user-id, rate: 10/1d, algorithm: fixed_window }
  other: { key: header:x-user-id, rate: 5/1d, algorithm: fixed_window }
  slots: { key: header:x-user-id, rate: 1, algorithm: concurrency }
routes:
  - { path: /slow, to: local, limits: [slots] }
  - { path: /*, to: local, limits: [per-user, other] }
"""


class Live:
    """A gateway that reads its settings from a file, and Envoy's own admin beside it."""

    def __init__(self, folder):
        self.file = folder.path / f"settings-{free_port()}.json"
        self.admin_port = free_port()
        self.gateway = folder.start(CONFIG, change=self.move_settings)

    def move_settings(self, bootstrap):
        config = bootstrap["bootstrap_extensions"][0]["typed_config"]["extension_config"]["value"]
        self.settings = config.get("settings", config)
        self.settings["generation"] = 1
        self.write(self.settings)
        bootstrap["bootstrap_extensions"][0]["typed_config"]["extension_config"]["value"] = {"settings_file": str(self.file)}
        bootstrap["admin"] = {"address": {"socket_address": {"address": "127.0.0.1", "port_value": self.admin_port}}}

    def write(self, settings):
        """As a whole, at once."""
        text = settings if isinstance(settings, str) else json.dumps(settings)
        draft = self.file.with_suffix(".new")
        draft.write_text(text)
        os.replace(draft, self.file)

    def envoy(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=PATIENCE)
        connection.request(method, path)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body

    def status(self):
        return json.loads(self.envoy("GET", "/weir/status")[1])

    def change(self, limit, **values):
        """Changes a limit; returns when it is in force."""
        found = next(one for one in self.settings["limits"] if one["name"] == limit)
        found.update(values)
        self.apply()

    def apply(self):
        self.settings["generation"] += 1
        self.write(self.settings)
        self.wait_for(lambda status: status["generation"] == self.settings["generation"])

    def wait_for(self, holds):
        deadline = time.monotonic() + PATIENCE
        while not holds(status := self.status()):
            assert time.monotonic() < deadline, status
            threading.Event().wait(0.01)

    def ask(self, user, path="/"):
        return self.gateway.ask(path, headers={"x-user-id": user})


@pytest.fixture
def live(folder):
    live = Live(folder)
    yield live
    assert live.gateway.is_alive(), live.gateway.log.read_text()
    live.gateway.process.kill()


def test_a_changed_rate_takes_effect_and_keeps_what_was_counted(live, user):
    assert live.ask(user).left("per-user") == 9
    live.change("per-user", rule={"algorithm": "fixed_window", "count": 20, "period": "1d"})
    answer = live.ask(user)
    assert (answer.left("per-user"), answer.left("other")) == (18, 3)
    assert '"per-user";q=20' in answer["ratelimit-policy"]


def test_a_limit_that_is_gone_applies_no_longer(live, user):
    live.settings["limits"] = [one for one in live.settings["limits"] if one["name"] != "other"]
    live.apply()
    assert [live.ask(user).status for _ in range(7)] == [200] * 7
    assert "other" not in live.ask(user)["ratelimit"]


def test_what_cannot_be_used_is_refused_and_told(live, user):
    for broken in ("{", '{"limits":[{"name":"x"}]}', "", json.dumps({"limits": [{"name": "a", "key": [{"source": "ip"}],
                                                                                "rule": {"count": 0}}]})):
        live.write(broken)
        live.wait_for(lambda status: status["error"])
        assert live.status()["generation"] == 1
        live.write(live.settings)
        live.wait_for(lambda status: not status["error"])
    assert live.ask(user).left("per-user") == 9


def test_a_file_that_is_written_in_place_is_read_too(live, user):
    live.settings["generation"] = 7
    live.file.write_text(json.dumps(live.settings))
    live.wait_for(lambda status: status["generation"] == 7 and not status["error"])


def test_a_storm_of_changes_ends_with_the_last(live, user):
    for generation in range(2, 102):
        live.write({**live.settings, "generation": generation} if generation % 2 else "half a fi")
    live.settings["generation"] = 200
    live.write(live.settings)
    live.wait_for(lambda status: status["generation"] == 200 and not status["error"])
    assert live.ask(user).left("per-user") == 9


def test_a_request_under_way_ends_as_it_began_and_frees_its_place(live, upstream, user):
    upstream.may_answer.clear()
    slow = threading.Thread(target=live.ask, args=(user, "/slow"), daemon=True)
    slow.start()
    assert upstream.asked_slowly.acquire(timeout=30)
    live.change("per-user", reject_status=503)
    live.settings["limits"] = [one for one in live.settings["limits"] if one["name"] != "other"]
    live.apply()
    assert live.ask(user, "/slow").status == 429
    upstream.may_answer.set()
    slow.join(30)
    assert live.ask(user, "/slow").status == 200


def test_a_refused_configuration_is_counted_on_demand(live):
    assert live.envoy("POST", "/weir/refused")[0] == 200
    assert live.envoy("GET", "/weir/refused")[0] == 405


def test_changes_under_load_fail_no_request(live, user):
    seen, stop = [], threading.Event()

    def client(number):
        with live.gateway.connect() as connection:
            while not stop.is_set():
                seen.append(live.gateway.ask("/", headers={"x-user-id": f"{user}{number}"}, connection=connection).status)

    clients = [threading.Thread(target=client, args=(number,), daemon=True) for number in range(4)]
    for thread in clients:
        thread.start()
    for count in range(20):
        live.change("other", rule={"algorithm": "fixed_window", "count": 5 + count % 2, "period": "1d"})
    stop.set()
    for thread in clients:
        thread.join(30)
    assert set(seen) == {200, 429}
    for number in range(4):
        assert live.ask(f"{user}{number}").status == 429
