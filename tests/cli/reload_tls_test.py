"""TLS on `listen` while the gateway serves: certificates that are renewed, turned on, off, or broken."""

import contextlib
import http.client
import shutil
import ssl
import subprocess

import pytest
from conftest import PATIENCE, wait_until
from live_gateway import LiveGateway

CONFIG = """
upstreams: { local: { url: "{upstream}" } }
routes: [{ path: /*, to: local }]
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Certificate and key of `one` and of `two`."""
    folder = tmp_path_factory.mktemp("certificates")
    for name in ("one", "two"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost",
                        "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt"], check=True, capture_output=True)
    return folder


class TlsGateway(LiveGateway):
    def text(self, body, tls=True, **words):
        text = super().text(body, **words)
        if not tls:
            return text
        at = f"127.0.0.1:{self.port}"
        return text.replace(f"listen: {at}", f"listen: {{ address: '{at}', tls: {{ cert: tls.crt, key: tls.key }} }}")

    def install(self, certificates, name, key=None):
        shutil.copy(certificates / f"{name}.crt", self.path.with_name("tls.crt"))
        shutil.copy(certificates / f"{key or name}.key", self.path.with_name("tls.key"))

    def name(self):
        """Of the certificate that a new client is shown."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=context)
        with contextlib.closing(connection):
            connection.connect()
            certificate = ssl.DER_cert_to_PEM_cert(connection.sock.getpeercert(binary_form=True))
            connection.request("GET", "/")
            assert connection.getresponse().read() == b"fine\n"
        subject = subprocess.run(["openssl", "x509", "-noout", "-subject"], input=certificate, text=True, check=True,
                                 capture_output=True).stdout
        return subject.strip().rpartition("=")[2].strip()


@pytest.fixture
def live(folder, upstream, certificates, gone_afterwards):
    def go(body=CONFIG):
        for kind in ("crt", "key"):
            shutil.copy(certificates / f"one.{kind}", folder / f"tls.{kind}")
        return gone_afterwards(TlsGateway(folder, upstream, body))

    return go


def test_it_says_https(live):
    gateway = live()
    assert f"weir: listening on https://127.0.0.1:{gateway.port} (" in gateway.said()
    assert gateway.name() == "one"


def test_a_renewed_certificate_is_shown_to_new_clients(live, certificates):
    gateway = live()
    gateway.install(certificates, "two")
    wait_until(lambda: gateway.name() == "two", "the new certificate is shown")
    assert gateway.lines("^weir: read the changed certificate of `listen`")
    assert not gateway.lines("applied")


def test_a_certificate_without_its_key_is_not_used(live, certificates):
    gateway = live()
    gateway.install(certificates, "two", key="one")
    wait_until(lambda: gateway.lines("the changed certificate of `listen` can't be used; the one before stays"), "it says so")
    assert gateway.name() == "one"
    gateway.install(certificates, "two")
    wait_until(lambda: gateway.name() == "two", "the whole pair is used")


def test_other_files_are_another_certificate(live, certificates):
    gateway = live()
    for kind in ("crt", "key"):
        shutil.copy(certificates / f"two.{kind}", gateway.path.with_name(f"other.{kind}"))
    gateway.put(gateway.text(CONFIG).replace("tls.crt", "other.crt").replace("tls.key", "other.key"))
    assert gateway.wait_until_applied(0) == "another certificate"
    assert gateway.name() == "two"


def test_a_pair_that_does_not_fit_brings_back_what_was(live, certificates):
    gateway = live()
    shutil.copy(certificates / "two.crt", gateway.path.with_name("other.crt"))
    gateway.put(gateway.text(CONFIG + "drain: 5s\n").replace("tls.crt", "other.crt").replace("drain: 1s\n", ""))
    gateway.wait_until_refused()
    assert "is refused: Envoy does not accept the certificate; what was in force stays in force" in gateway.said()
    assert gateway.name() == "one"
    assert gateway.reloads("refused") == 1
    assert gateway.change(CONFIG + "trusted_proxies: 1\n") == "other settings changed"


def test_tls_can_be_turned_off_and_on(live):
    gateway = live()
    gateway.put(gateway.text(CONFIG, tls=False))
    assert gateway.wait_until_applied(0) == "TLS off"
    wait_until(lambda: answers_plainly(gateway), "it answers without TLS")
    gateway.put(gateway.text(CONFIG))
    assert gateway.wait_until_applied(1) == "TLS on"
    wait_until(lambda: not answers_plainly(gateway), "it wants TLS")
    assert gateway.name() == "one"


def answers_plainly(gateway):
    try:
        return gateway.get()[0] == 200
    except (OSError, http.client.HTTPException):
        return False
