"""A config of five hundred limits and five hundred routes that changes under load: no request fails, no stream is
dropped, every count is kept."""

import http.client
import threading

import pytest
from conftest import PATIENCE, wait_until
from live_gateway import LiveGateway, OpenStream

LIMITS = ROUTES = 500
CLIENTS = 4


def big(generation):
    """Each generation renames half of the routes' paths and upstreams and changes every other limit's rate. `counted` and
    the paths that the clients use stay."""
    limits = "".join(f"  limit-{i}: {{ key: [ip, path], rate: {10000000 + (generation if i % 2 else 0)}/1h }}\n" for i in range(LIMITS))
    routes = "".join(f"  - {{ path: /r{i}{f'/v{generation}' if i % 2 else ''}/*, to: up-{i % 10}, limits: [limit-{i}] }}\n"
                     for i in range(ROUTES))
    upstreams = "".join(f'  up-{i}: {{ url: "{{upstream}}", headers: {{ x-generation: "{generation if i > 4 else 0}" }} }}\n'
                        for i in range(10))
    return f"""\
limits:
  counted: {{ key: const:all, rate: 100000000/1d, algorithm: fixed_window }}
{limits}upstreams:
  gone-{generation}: {{ url: "{{upstream}}" }}
{upstreams}routes:
  - {{ path: /counted/*, to: gone-{generation}, limits: [counted] }}
{routes}  - {{ path: /*, to: up-1 }}
"""


class Client(threading.Thread):
    """Asks over one connection until told to stop; what did not go well is in `wrong`."""

    def __init__(self, port, path):
        super().__init__(daemon=True)
        self.path, self.stopped, self.asked, self.wrong = path, threading.Event(), 0, []
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.connection.connect()
        self.socket = self.connection.sock

    def run(self):
        while not self.stopped.is_set():
            try:
                self.connection.request("GET", self.path)
                answer = self.connection.getresponse()
                answer.read()
                self.asked += 1
                if answer.status != 200 or self.connection.sock is not self.socket:
                    self.wrong.append((self.asked, answer.status, self.connection.sock is self.socket))
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append((self.asked, repr(error)))
                return
            if len(self.wrong) > 10:
                return


@pytest.fixture
def gateway(folder, upstream):
    gateway = LiveGateway(folder, upstream, big(0), drain="20s")
    yield gateway
    if gateway.process.poll() is None:
        gateway.process.kill()
        gateway.process.wait()


def test_nothing_fails_while_a_big_config_changes(gateway, upstream):
    stream = OpenStream(gateway.port)
    clients = [Client(gateway.port, "/counted/x" if i % 2 else "/r2/x") for i in range(CLIENTS)]
    for client in clients:
        client.start()
    for generation in range(1, 6):
        asked = [client.asked for client in clients]
        said = gateway.change(big(generation))
        assert "250 more" not in said and "routes changed" in said
        wait_until(lambda asked=asked: all(client.asked > before + 20 or client.wrong for client, before in zip(clients, asked)),
                   "the clients go on")
    for client in clients:
        client.stopped.set()
        client.join(PATIENCE)
    assert [client.wrong for client in clients] == [[]] * CLIENTS
    stream.wait_for_more()
    assert stream.end(upstream) is True
    counted = sum(client.asked for client in clients if client.path == "/counted/x")
    assert gateway.left("counted", "/counted/x") == 100000000 - counted - 1
    assert gateway.reloads("applied") == 5


@pytest.mark.parametrize("step", ["cds.json", "settings.json", "rds.json"])
def test_told_to_stop_in_the_midst_of_a_big_change_it_drains(gateway, upstream, run_root, step):
    """The signal comes as soon as this step's file has been written."""
    stream = OpenStream(gateway.port)
    file = next(run_root.iterdir()) / step
    before = file.stat().st_ino
    gateway.put(gateway.text(big(1)))
    wait_until(lambda: file.stat().st_ino != before, f"{step} is written")
    gateway.signal()
    wait_until(lambda: "1 request still open" in gateway.said(), "weir waits for the stream")
    stream.wait_for_more()
    assert stream.end(upstream) is True
    assert gateway.end() == 0
    assert list(run_root.iterdir()) == []
