"""The access log: one line of JSON for each request, with the contract's fields, and nobody waits for it."""

import contextlib
import datetime
import http.client
import json
import os
import socket
import subprocess
import threading
import time

import pytest
from conftest import BUILD, PATIENCE, envoy_program, free_port

CONFIG = """
limits:
  per-user: { key: header:x-user-id, rate: 2/1d, algorithm: fixed_window }
  trial: { key: header:x-user-id, rate: 1/1d, algorithm: fixed_window, shadow: true }
  banned: { key: header:x-user-id, rate: 100/1d, deny: [mallory] }
routes:
  - { path: /v1/*, to: local, limits: [per-user] }
  - { path: /trial/*, to: local, limits: [trial] }
  - { path: /banned/*, to: local, limits: [banned] }
  - { path: /open/*, to: local }
  - { path: /slow, to: local }
  - { path: /gone, to: gone }
"""


def until(found, what):
    deadline = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < deadline, f"not within {PATIENCE} s: {what}"
        time.sleep(0.01)
    return value


def lines_of(file):
    """What is whole: the last line may be on its way."""
    with contextlib.suppress(FileNotFoundError):
        return [json.loads(line) for line in file.read_text().splitlines(keepends=True) if line.endswith("\n")]
    return []


class Logged:
    """A gateway that logs into a file; each question is answered with its line."""

    def __init__(self, gateway, file):
        self.gateway, self.file = gateway, file

    def lines(self, path):
        return [line for line in lines_of(self.file) if line.get("path") == path]

    def line(self, path, **options):
        before = len(self.lines(path.partition("?")[0]))
        answer = self.gateway.ask(path, **options)
        found = until(lambda: self.lines(path.partition("?")[0])[before:], f"a line for {path}")
        assert len(found) == 1
        return answer, found[0]


@pytest.fixture
def logged(start, upstream, folder):
    def go(key="omit", config=CONFIG):
        file = folder.path / f"access-{free_port()}.log"
        upstreams = f'upstreams:\n  local: {{ url: "http://127.0.0.1:{upstream.server_port}" }}\n' \
                    f'  gone: {{ url: "http://127.0.0.1:{free_port()}" }}\n'
        return Logged(start(f"access_log: {{ to: {file}, key: {key} }}\n{upstreams}{config}"), file)

    return go


def test_a_line_has_the_contracts_fields_in_order(logged, user):
    before = datetime.datetime.now(datetime.UTC)
    _, line = logged().line("/v1/items", headers={"x-user-id": user})
    assert list(line) == ["time", "method", "path", "status", "duration_ms", "route", "limit", "decision", "remaining", "upstream"]
    at = datetime.datetime.fromisoformat(line.pop("time"))
    assert before - datetime.timedelta(seconds=1) < at < datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=1)
    assert 0 < line.pop("duration_ms") < PATIENCE * 1000
    assert line == {"method": "GET", "path": "/v1/items", "status": 200, "route": "/v1/*", "limit": "per-user",
                    "decision": "allowed", "remaining": 1, "upstream": "local"}


def test_a_refusal_names_the_limit_and_no_upstream(logged, user):
    log = logged()
    for _ in range(2):
        log.line("/v1/a", method="POST", headers={"x-user-id": user})
    _, line = log.line("/v1/a", method="POST", headers={"x-user-id": user})
    assert {name: line.get(name) for name in ("method", "status", "limit", "decision", "remaining", "upstream")} == \
        {"method": "POST", "status": 429, "limit": "per-user", "decision": "limited", "remaining": 0, "upstream": None}


def test_a_denied_key_is_logged_as_denied(logged):
    _, line = logged().line("/banned/a", headers={"x-user-id": "mallory"})
    assert (line["status"], line["limit"], line["decision"]) == (403, "banned", "denied")


def test_what_shadow_held_back_is_logged(logged, user):
    log = logged()
    log.line("/trial/a", headers={"x-user-id": user})
    _, line = log.line("/trial/a", headers={"x-user-id": user})
    assert (line["status"], line["limit"], line["decision"]) == (200, "trial", "shadow")


def test_without_a_limit_that_applies_there_is_no_decision(logged):
    log = logged()
    for path in ("/open/a", "/v1/nobody"):
        _, line = log.line(path)
        assert list(line) == ["time", "method", "path", "status", "duration_ms", "route", "upstream"], path


def test_without_a_route_there_is_none_in_the_line(logged):
    _, line = logged().line("/nowhere")
    assert list(line) == ["time", "method", "path", "status", "duration_ms"]
    assert line["status"] == 404


def test_what_envoy_refuses_by_itself_has_a_line_too(logged):
    log = logged()
    log.gateway.raw(b"GET /open/a HTTP/1.1\r\nhost: a\r\nx: " + b"h" * 70_000 + b"\r\n\r\n")
    log.gateway.raw(b"GET /open/a HTTP/1.1\r\n\r\n")  # without a host
    lines = until(lambda: lines_of(log.file)[1:] and lines_of(log.file), "two lines")
    assert [{name: line.get(name) for name in ("path", "status", "upstream")} for line in lines] == \
        [{"path": None, "status": 431, "upstream": None}, {"path": "/open/a", "status": 400, "upstream": None}]


def test_a_token_that_is_refused_has_a_line(logged):
    log = logged(config=f'jwt: {{ issuer: id, jwks: "http://127.0.0.1:{free_port()}/keys" }}\n{CONFIG}')
    answer, line = log.line("/open/a", headers={"authorization": "Bearer no.to.ken"})
    assert (answer.status, line["status"], line.get("decision"), line.get("upstream")) == (401, 401, None, None)


def test_an_upstream_that_is_away_is_a_503(logged):
    _, line = logged().line("/gone")
    assert (line["status"], line["upstream"]) == (503, "gone")


def test_escaped_slashes_are_logged_as_they_came(logged):
    _, line = logged().line("/open%2fa")
    assert (line["path"], line["status"]) == ("/open%2fa", 307)


def test_the_query_string_is_not_logged(logged):
    log = logged()
    log.line("/open/q?token=geheim")
    assert "geheim" not in log.file.read_text()


def test_keys_are_omitted_or_hashed(logged, user):
    omitting, hashing = logged(), logged("hash")
    _, without = omitting.line("/v1/a", headers={"x-user-id": user})
    assert "key" not in without and user not in omitting.file.read_text()
    _, line = hashing.line("/v1/a", headers={"x-user-id": user})
    _, again = hashing.line("/v1/a", headers={"x-user-id": user})
    _, other = hashing.line("/v1/a", headers={"x-user-id": "abc"})
    assert line["key"] == again["key"] != other["key"]
    assert other["key"] == "xxh64:44bc2cf5ad770999"  # printf abc | xxh64sum
    assert user not in hashing.file.read_text()


def test_any_bytes_make_json(logged):
    log = logged()
    for byte in (0x22, 0x5c, 0x7f, 0x80, 0xc3, 0xff):
        log.gateway.raw(b"GET /open/" + bytes([byte]) + b" HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
    log.line("/open/last")
    assert all(isinstance(line, dict) for line in lines_of(log.file))


def test_a_client_that_leaves_has_a_line_without_an_answer(logged, upstream):
    log = logged()
    with socket.create_connection(("127.0.0.1", log.gateway.port), PATIENCE) as link:
        link.sendall(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n")
        assert upstream.asked_slowly.acquire(timeout=PATIENCE)
    [line] = until(lambda: log.lines("/slow"), "the line of who left")
    assert list(line) == ["time", "method", "path", "duration_ms", "route", "upstream"]


def test_each_of_many_requests_at_once_has_one_line(logged):
    log = logged()

    def ask(worker):
        with log.gateway.connect() as connection:
            for number in range(100):
                log.gateway.ask(f"/open/{worker}-{number}", connection=connection)

    workers = [threading.Thread(target=ask, args=(worker,)) for worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    until(lambda: len(lines_of(log.file)) >= 400, "400 lines")
    lines = lines_of(log.file)
    assert sorted(line["path"] for line in lines) == sorted(f"/open/{w}-{n}" for w in range(4) for n in range(100))


def test_a_rotated_file_is_opened_anew(logged):
    log = logged()
    log.line("/open/before")
    rotated = log.file.with_suffix(".1")
    log.file.rename(rotated)
    until(log.file.exists, "a new file")
    log.line("/open/after")
    assert [line["path"] for line in lines_of(rotated)] == ["/open/before"]


def test_a_full_disk_disturbs_nobody(start):
    gateway = start("access_log: { to: /dev/full }\n" + CONFIG.replace("  - { path: /gone, to: gone }\n", ""))
    for _ in range(20):
        assert gateway.ask("/open/a").status == 200
    [said] = until(lambda: [line for line in gateway.log.read_text().splitlines() if "access log" in line], "why")
    assert "access log /dev/full: cannot write: No space left on device" in said


def asked(port, path):
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(link):
        link.request("GET", path)
        return link.getresponse().status


@pytest.fixture
def weir_up(upstream, folder):
    """Starts `weir up` with this access log; its stdout goes where the test says."""
    started = []

    def go(to, stdout, drain="30s"):
        port = free_port()
        config, err = folder.path / f"up-{port}.yaml", folder.path / f"up-{port}.err"
        text = f'version: 1\nlisten: 127.0.0.1:{port}\nadmin: off\ndrain: {drain}\naccess_log: {{ to: {to} }}\nupstreams:\n' \
               f'  local: {{ url: "http://127.0.0.1:{upstream.server_port}" }}\nroutes:\n  - {{ path: /*, to: local }}\n'
        config.write_text(text)
        with err.open("wb") as stderr:
            process = subprocess.Popen([str(BUILD / "weir"), "up", "-c", str(config), "--workers", "1"], stdin=subprocess.DEVNULL,
                                       stdout=stdout, stderr=stderr,
                                       env={**os.environ, "WEIR_ENVOY": envoy_program(), "XDG_RUNTIME_DIR": str(folder.path)})
        started.append(process)
        until(lambda: process.poll() is not None or "weir: listening on" in err.read_text(), "the gateway listens")
        assert process.poll() is None, err.read_text()
        return process, port, config

    yield go
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def test_weir_up_hands_stdout_on_clean(weir_up, folder):
    out = folder.path / "out"
    with out.open("wb") as stdout:
        process, port, _ = weir_up("stdout", stdout)
    assert [asked(port, f"/{number}") for number in range(10)] == [200] * 10
    process.terminate()
    assert process.wait(PATIENCE) == 0
    assert [line["path"] for line in lines_of(out)] == [f"/{number}" for number in range(10)]


def test_a_request_that_the_end_cuts_off_has_a_line(weir_up, folder, upstream):
    log = folder.path / "cut.log"
    process, port, _ = weir_up(log, subprocess.DEVNULL, drain="100ms")
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as link:
        link.sendall(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n")
        assert upstream.asked_slowly.acquire(timeout=PATIENCE)
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert [line["path"] for line in lines_of(log)] == ["/slow"]


def test_a_reader_that_stopped_reading_delays_neither_requests_nor_the_end(weir_up):
    process, port, _ = weir_up("stdout", subprocess.PIPE)
    for number in range(30):  # more than a pipe holds
        assert asked(port, f"/{number}-" + "x" * 4000) == 200
    process.terminate()
    assert process.wait(PATIENCE) == 0


def test_a_reader_that_is_gone_disturbs_nobody(weir_up):
    process, port, _ = weir_up("stdout", subprocess.PIPE)
    process.stdout.close()
    assert [asked(port, f"/{number}") for number in range(10)] == [200] * 10
    process.terminate()
    assert process.wait(PATIENCE) == 0


def test_a_changed_config_sends_the_lines_elsewhere(weir_up, folder):
    one, two = folder.path / "one.log", folder.path / "two.log"
    _, port, config = weir_up(one, subprocess.DEVNULL)
    assert asked(port, "/one") == 200
    until(lambda: lines_of(one), "a line in the first file")
    config.write_text(config.read_text().replace(str(one), str(two)))
    until(two.exists, "the second file")
    assert asked(port, "/two") == 200
    until(lambda: lines_of(two), "a line in the second file")
    assert [[line["path"] for line in lines_of(file)] for file in (one, two)] == [["/one"], ["/two"]]
