"""A certificate of `localhost`, and an Envoy that trusts it."""

import subprocess


def make_certificate(folder):
    """A PEM of key and certificate; the certificate alone is beside it, as .crt."""
    path = folder / "localhost.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", path, "-out", path.with_suffix(".crt")],
                   check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


def trusting(certificate):
    """A change of a bootstrap: its first cluster believes this certificate instead of the system's."""
    def change(bootstrap):
        context = bootstrap["static_resources"]["clusters"][0]["transport_socket"]["typed_config"]["common_tls_context"]
        context["validation_context"]["trusted_ca"]["filename"] = str(certificate.with_suffix(".crt"))
    return change
