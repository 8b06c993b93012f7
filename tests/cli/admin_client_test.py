"""The commands that talk to the admin API, where the other side is not what they hope for."""

import contextlib
import json
import socket
import threading

import pytest

from conftest import PATIENCE, free_port

COMMANDS = [["limit", "per-user", "u"], ["remaining", "per-user", "u"], ["reset", "per-user", "u"], ["reset", "per-user", "--all"],
            ["rate", "get", "per-user"], ["rate", "set", "per-user", "5/1m"], ["rate", "clear", "per-user", "--key", "u"],
            ["deny", "list"], ["deny", "add", "u"], ["deny", "remove", "u"]]


class Listener:
    """Takes one connection after the other; answers each request's head with `answer`, or with what it makes of it."""

    def __init__(self, answer):
        self.answer = answer
        self.heads = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(PATIENCE)
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(65536)
                self.heads.append(head)
                connection.sendall(self.answer)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(PATIENCE)


@pytest.fixture
def listener():
    opened = []

    def listen(answer):
        opened.append(Listener(answer))
        return opened[-1]

    yield listen
    for one in opened:
        one.close()


def http(status, body="", more=""):
    text = body if isinstance(body, str) else json.dumps(body)
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(text)}\r\n{more}\r\n{text}".encode()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nobody_there_is_status_3(weir, command):
    url = f"http://127.0.0.1:{free_port()}"
    said = weir(*command, "--admin", url)
    assert (said.returncode, said.stdout) == (3, "")
    assert said.stderr == f"weir: cannot reach the admin API at {url}: Connection refused\n"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_refusal_of_the_api_is_status_2_in_its_words(weir, listener, command):
    url = listener(http("404 Not Found", {"status": 404, "detail": "There is no limit per-user."})).url
    said = weir(*command, "--admin", url)
    assert (said.returncode, said.stdout, said.stderr) == (2, "", "weir: There is no limit per-user.\n")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_store_that_is_down_is_status_3(weir, listener, command):
    url = listener(http("503 Service Unavailable", {"status": 503, "title": "Temporarily reduced capacity"})).url
    said = weir(*command, "--admin", url)
    assert (said.returncode, said.stderr) == (3, "weir: Temporarily reduced capacity\n")


def test_a_problem_is_json_too_when_json_is_wanted(weir, listener):
    problem = {"status": 422, "detail": "The key is empty."}
    said = weir("limit", "per-user", "", "--json", "--admin", listener(http("422 Unprocessable Content", problem)).url)
    assert said.returncode == 2
    assert json.loads(said.stdout) == problem


def test_an_allowed_call_is_status_0_and_a_limited_one_status_1(weir, listener):
    allowed = {"allowed": True, "limit": 10, "remaining": 9, "reset_ms": 0, "retry_after_ms": 0, "reason": "ok", "degraded": False}
    said = weir("limit", "per-user", "u", "--admin", listener(http("200 OK", allowed)).url)
    assert (said.returncode, said.stdout, said.stderr) == (0, "allowed, 9 of 10 left\n", "")
    limited = allowed | {"allowed": False, "remaining": 0, "retry_after_ms": 1500, "reason": "limited"}
    said = weir("limit", "per-user", "u", "--admin", listener(http("200 OK", limited)).url)
    assert (said.returncode, said.stdout) == (1, "limited, 0 of 10 left, try again in 2 s\n")
    said = weir("limit", "per-user", "u", "--json", "--admin", listener(http("200 OK", limited)).url)
    assert said.returncode == 1
    assert json.loads(said.stdout) == limited


@pytest.mark.parametrize("answer", [b"", b"220 smtp ready\r\n\r\n", b"HTTP/1.1 200 OK\r\n",
                                    b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{",
                                    http("200 OK", "<html>"), http("404 Not Found", "no such page"), http("302 Found", {}),
                                    b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20000 + b"\r\n", b"\x00" * 5000])
def test_an_answer_that_is_not_weirs_is_status_3(weir, listener, answer):
    said = weir("remaining", "per-user", "u", "--admin", listener(answer).url)
    assert (said.returncode, said.stdout) == (3, "")
    assert said.stderr.startswith("weir: ")


def test_an_endless_answer_ends(weir, listener):
    body = b" " * (1 << 20)
    endless = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"100000\r\n" + body + b"\r\n"
    said = weir("deny", "list", "--admin", listener(endless + b"100000\r\n" + body).url)
    assert (said.returncode, said.stdout) == (3, "")
    said = weir("deny", "list", "--admin", listener(http("200 OK", "", "").replace(b"length: 0", b"length: 99999999999")).url)
    assert said.returncode == 3
    assert "too long" in said.stderr


def test_a_listener_that_never_answers_is_given_up(weir):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the kernel takes the connection; nobody reads
        said = weir("remaining", "per-user", "u", "--admin", f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert said.returncode == 3
    assert "did not answer in time" in said.stderr


def test_the_token_goes_into_the_request_and_nowhere_else(weir, listener):
    server = listener(http("401 Unauthorized", {"status": 401}))
    for said in (weir("deny", "list", "--admin", server.url, "--token", "s3cret"),
                 weir("deny", "list", "--admin", server.url, env={"WEIR_ADMIN_TOKEN": "s3cret"})):
        assert said.returncode == 2
        assert "does not accept this token" in said.stderr
        assert "s3cret" not in said.stdout + said.stderr
    assert all(b"\r\nAuthorization: Bearer s3cret\r\n" in head for head in server.heads)
    assert "s3cret" not in weir("deny", "list", "--help", env={"WEIR_ADMIN_TOKEN": "s3cret"}).stdout


def test_the_options_token_is_stronger_than_the_variables(weir, listener):
    server = listener(http("401 Unauthorized", {"status": 401}))
    weir("deny", "list", "--admin", server.url, "--token", "option", env={"WEIR_ADMIN_TOKEN": "variable"})
    assert b"Bearer option\r\n" in server.heads[0]


def test_a_missing_token_is_said(weir, listener):
    said = weir("deny", "list", "--admin", listener(http("401 Unauthorized", {"status": 401})).url)
    assert said.returncode == 2
    assert "WEIR_ADMIN_TOKEN" in said.stderr


@pytest.mark.parametrize("token", ["a\r\nx-evil: 1", "a b", "ü"])
def test_a_token_cannot_break_out_of_its_header(weir, token):
    said = weir("deny", "list", "--token", token)
    assert said.returncode == 2
    assert token not in said.stderr


@pytest.mark.parametrize("url", ["https://127.0.0.1:9090", "ftp://x", "http://", "http://user:s3cret@127.0.0.1:9090", "http://h:0"])
def test_a_url_that_makes_no_sense_is_status_2(weir, url):
    said = weir("deny", "list", "--admin", url)
    assert said.returncode == 2
    assert "--admin" in said.stderr and "s3cret" not in said.stderr


def test_keys_and_names_are_encoded(weir, listener):
    server = listener(http("204 No Content"))
    weir("reset", "a/b", "x/../ü&key=y", "--admin", server.url)
    assert server.heads[0].startswith(b"DELETE /api/v1/limits/a%2Fb/keys?key=x%2F..%2F%C3%BC%26key%3Dy HTTP/1.1\r\n")
    weir("deny", "add", "10.0.0.0/8", "--admin", server.url)
    assert server.heads[1].startswith(b"PUT /api/v1/deny/10.0.0.0%2F8 HTTP/1.1\r\n")


@pytest.mark.parametrize("arguments", [["limit", "a"], ["limit", "a", "b", "c"], ["limit", "a", "b", "--cost", "x"], ["remaining", "a"],
                                       ["reset", "a"], ["reset", "a", "b", "--all"], ["rate"], ["rate", "set", "a"], ["rate", "frob"],
                                       ["rate", "set", "a", "1/1m", "--burst", "x"], ["deny"], ["deny", "add"], ["deny", "list", "x"]])
def test_wrong_arguments_are_status_2_with_a_hint(weir, arguments):
    said = weir(*arguments)
    assert said.returncode == 2
    assert "--help" in said.stderr
