"""The admin API's port: on by default, named at the start, in nobody's way; Envoy's own pages behind it."""

import contextlib
import http.client
import socket

import pytest
from conftest import PATIENCE, free_port


def ask(port, path, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request(method, path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.fixture
def admin_port():
    return free_port()


@pytest.fixture
def gateway(start, admin_port):
    return start(admin=f"127.0.0.1:{admin_port}")


def test_says_where_it_is(gateway, admin_port):
    assert f"weir: admin API on http://127.0.0.1:{admin_port}" in gateway.said()
    assert ask(admin_port, "/healthz")[0] == 200


def test_is_not_among_what_clients_reach(gateway):
    assert gateway.get("/healthz") == (200, b"fine\n")  # the upstream's


def test_off_is_off(start):
    assert "admin API" not in start(admin="off").said()


def test_a_written_port_that_is_taken_is_an_error(weir, config):
    with socket.create_server(("127.0.0.1", 0)) as other:
        config(admin=f"127.0.0.1:{other.getsockname()[1]}")
        said = weir("up")
    assert said.returncode == 3
    assert f"weir: port {other_port(said)} is taken (by process " in said.stderr
    assert "choose another `admin` or stop it." in said.stderr


def other_port(said):
    return said.stderr.partition("port ")[2].partition(" ")[0]


def test_the_default_port_gives_way(start):
    with contextlib.closing(socket.socket()) as other:
        with contextlib.suppress(OSError):  # somebody else's already: as good
            other.bind(("127.0.0.1", 9090))
            other.listen()
        gateway = start(admin=None)
    assert "weir: warning: going on without the admin API: port 9090 is taken" in gateway.said()
    assert gateway.get()[0] == 200


def test_envoys_own_pages_are_read_only(gateway, admin_port):
    gateway.get()
    assert "http.weir.downstream_rq_total: 1" in ask(admin_port, "/envoy/stats?filter=downstream_rq_total")[1]
    assert "envoy_http_downstream_rq_total" in ask(admin_port, "/envoy/stats/prometheus")[1]
    assert "local::" in ask(admin_port, "/envoy/clusters")[1]
    for method, path in [("GET", "/envoy/config_dump"), ("GET", "/envoy/quitquitquit"), ("POST", "/envoy/quitquitquit"),
                         ("POST", "/envoy/stats"), ("GET", "/envoy/stats/../config_dump"), ("POST", "/envoy/reset_counters"),
                         ("GET", "/envoy/weir/status")]:
        assert ask(admin_port, path, method)[0] in (404, 405), path
    assert gateway.get()[0] == 200


def test_a_connection_that_says_nothing_and_one_that_is_slow_are_in_nobodys_way(gateway, admin_port):
    links = [socket.create_connection(("127.0.0.1", admin_port), PATIENCE) for _ in range(50)]
    for link in links[::2]:
        link.sendall(b"POST /api/v1/limit HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\n{")
    assert ask(admin_port, "/healthz")[0] == 200
    for link in links:
        link.close()
    assert ask(admin_port, "/healthz")[0] == 200
