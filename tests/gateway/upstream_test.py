"""Upstreams that are away, or that speak TLS."""

import http.server
import ssl
import subprocess
import threading

import pytest

LIMITS = "limits: { per-user: { key: header:x-user-id, rate: 3/1d, algorithm: fixed_window } }\n"
ROUTES = "routes: [{ path: /*, to: local, limits: [per-user] }]\n"


def test_an_upstream_that_is_down_is_a_503_with_the_limits(start, user):
    """The decision was made and the call was charged: the client may know."""
    gateway = start(LIMITS + ROUTES + "upstreams: { local: { url: http://127.0.0.1:1 } }\n")
    answer = gateway.ask(headers={"x-user-id": user})
    assert (answer.status, answer.left()) == (503, 2)


def test_a_name_that_does_not_exist_is_a_503(start, user):
    gateway = start(LIMITS + ROUTES + "upstreams: { local: { url: http://nowhere.invalid } }\n")
    assert gateway.ask(headers={"x-user-id": user}).status == 503


def test_a_name_is_looked_up(start, upstream, user):
    gateway = start(LIMITS + ROUTES + f'upstreams: {{ local: {{ url: "http://localhost:{upstream.server_port}" }} }}\n')
    assert gateway.ask(headers={"x-user-id": user}).status == 200


class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def certificate(folder):
    path = folder.path / "localhost.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", path, "-out", path.with_suffix(".crt")],
                   check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


@pytest.fixture(scope="module")
def tls_port(certificate):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def trusting(certificate):
    def change(bootstrap):
        context = bootstrap["static_resources"]["clusters"][0]["transport_socket"]["typed_config"]["common_tls_context"]
        context["validation_context"]["trusted_ca"]["filename"] = str(certificate.with_suffix(".crt"))
    return change


def test_an_https_upstream_that_is_trusted_answers(start, tls_port, certificate, user):
    gateway = start(LIMITS + ROUTES + f'upstreams: {{ local: {{ url: "https://localhost:{tls_port}" }} }}\n',
                    change=trusting(certificate))
    assert gateway.ask(headers={"x-user-id": user}).status == 200


def test_an_https_upstream_of_another_name_is_not_believed(start, tls_port, certificate, user):
    gateway = start(LIMITS + ROUTES + f'upstreams: {{ local: {{ url: "https://127.0.0.1:{tls_port}" }} }}\n',
                    change=trusting(certificate))
    assert gateway.ask(headers={"x-user-id": user}).status == 503
