"""TLS on `listen`."""

import http.client
import socket
import ssl
import subprocess

import pytest
from conftest import PATIENCE

ROUTES = "routes: [{ path: /*, to: local }]\n"


@pytest.fixture(scope="module")
def certificate(folder):
    path = folder.path / "listen.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", path.with_suffix(".key"), "-out", path], check=True, capture_output=True)
    return path


@pytest.fixture(scope="module")
def gateway(folder, certificate):
    return folder.start(f"listen: {{ address: '127.0.0.1:{{port}}', tls: {{ cert: {certificate}, "
                        f"key: {certificate.with_suffix('.key')} }} }}\n" + ROUTES)


@pytest.fixture
def context(certificate):
    return ssl.create_default_context(cafile=str(certificate))


def ask(gateway, context):
    connection = http.client.HTTPSConnection("127.0.0.1", gateway.port, timeout=PATIENCE, context=context)
    connection.request("GET", "/a")
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_a_client_that_trusts_the_certificate_is_served(gateway, context):
    status, text = ask(gateway, context)
    assert status == 200
    assert '["x-forwarded-proto", "https"]' in text


def test_a_client_that_does_not_trust_it_learns_that(gateway):
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(gateway, ssl.create_default_context())


@pytest.mark.parametrize("offered, chosen", [(["h2", "http/1.1"], "h2"), (["http/1.1"], "http/1.1")])
def test_http2_is_offered(gateway, context, offered, chosen):
    context.set_alpn_protocols(offered)
    with socket.create_connection(("127.0.0.1", gateway.port), PATIENCE) as plain, \
            context.wrap_socket(plain, server_hostname="127.0.0.1") as link:
        assert link.selected_alpn_protocol() == chosen


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_protocols_are_refused(gateway, context):
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, OSError)):
        ask(gateway, context)


def test_who_speaks_without_tls_gets_no_answer(gateway):
    assert gateway.raw(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n") == b""
