"""Upstreams that are away, or that speak TLS."""

import http.server
import ssl
import threading

import pytest
from certificates import make_certificate, trusting

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
    return make_certificate(folder.path)


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


def test_an_https_upstream_that_is_trusted_answers(start, tls_port, certificate, user):
    gateway = start(LIMITS + ROUTES + f'upstreams: {{ local: {{ url: "https://localhost:{tls_port}" }} }}\n',
                    change=trusting(certificate))
    assert gateway.ask(headers={"x-user-id": user}).status == 200


def test_an_https_upstream_of_another_name_is_not_believed(start, tls_port, certificate, user):
    gateway = start(LIMITS + ROUTES + f'upstreams: {{ local: {{ url: "https://127.0.0.1:{tls_port}" }} }}\n',
                    change=trusting(certificate))
    assert gateway.ask(headers={"x-user-id": user}).status == 503


# ---- strip and headers


def path_at_upstream(gateway, path):
    return gateway.ask(path).json()["path"]


def test_a_prefix_is_stripped_at_a_segments_border(start, upstream):
    gateway = start(f'upstreams: {{ local: {{ url: "http://127.0.0.1:{upstream.server_port}", strip: /openai }} }}\n'
                    "routes: [{ path: /*, to: local }]\n")
    assert path_at_upstream(gateway, "/openai/v1/chat?a=/openai/") == "/v1/chat?a=/openai/"
    assert path_at_upstream(gateway, "/openai") == "/"
    assert path_at_upstream(gateway, "/openai?a=b") == "/?a=b"
    assert path_at_upstream(gateway, "/openaix/v1") == "/openaix/v1"
    assert path_at_upstream(gateway, "/v1/openai/x") == "/v1/openai/x"


def test_what_is_stripped_makes_room_for_the_upstreams_own_path(start, upstream):
    gateway = start(f'upstreams: {{ local: {{ url: "http://127.0.0.1:{upstream.server_port}/v2/", strip: /a.b/ }} }}\n'
                    "routes: [{ path: /*, to: local }]\n")
    assert path_at_upstream(gateway, "/a.b/c") == "/v2/c"
    assert path_at_upstream(gateway, "/a.b") == "/v2/"
    assert path_at_upstream(gateway, "/axb/c") == "/v2/axb/c"


def test_an_upstreams_headers_replace_the_clients(start, upstream):
    gateway = start(f"""
        upstreams:
          local:
            url: http://127.0.0.1:{upstream.server_port}
            headers: {{ authorization: "Bearer ${{KEY}}", x-rate: "100%REQ(x-user-id)%", x-plan: "${{NOT_SET:-50%}}" }}
        routes: [{{ path: /*, to: local }}]
        """, KEY="hush%20")
    headers = gateway.ask(headers={"authorization": "Bearer theirs", "x-user-id": "u"}).json()["headers"]
    assert [value for name, value in headers if name == "authorization"] == ["Bearer hush%20"]
    assert dict(headers)["x-rate"] == "100%REQ(x-user-id)%"
    assert dict(headers)["x-plan"] == "50%"
