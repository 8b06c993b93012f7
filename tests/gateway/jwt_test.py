"""Limits by the claims of JSON web tokens: verified by Envoy, believed by the module, forged by nobody."""

import base64
import hashlib
import http.server
import json
import subprocess
import threading
import time

import pytest

ISSUER = "https://id.example.com"


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Keys:
    """An RSA key that signs tokens, by openssl."""

    def __init__(self, folder, name):
        self.name, self.path = name, folder / f"{name}.pem"
        subprocess.run(["openssl", "genrsa", "-out", self.path, "2048"], check=True, capture_output=True)

    def public(self):
        modulus = subprocess.run(["openssl", "rsa", "-in", self.path, "-noout", "-modulus"], check=True, capture_output=True,
                                 text=True).stdout.strip().partition("=")[2]
        return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.name, "e": "AQAB",
                "n": encoded(bytes.fromhex(modulus))}

    def token(self, **claims):
        claims = {"iss": ISSUER, "aud": "api", "exp": int(time.time()) + 600, **claims}
        head = encoded(json.dumps({"alg": "RS256", "typ": "JWT", "kid": self.name}).encode())
        signed = f"{head}.{encoded(json.dumps(claims).encode())}"
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.path], input=signed.encode(), check=True,
                                   capture_output=True).stdout
        return f"{signed}.{encoded(signature)}"


class KeySet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = json.dumps({"keys": [self.server.keys.public()]}).encode() if self.path == "/keys?set=1" else b"{}"
        self.send_response(200)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def keys(folder):
    return Keys(folder.path, "ours")


@pytest.fixture(scope="module")
def key_server(keys):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), KeySet)
    server.keys = keys
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def gateway(folder, key_server):
    return folder.start(f"""
        jwt: {{ issuer: {ISSUER}, jwks: "http://localhost:{key_server.server_port}/keys?set=1", audiences: [api] }}
        limits:
          per-user: {{ key: "jwt:sub", rate: 3/1d, algorithm: fixed_window }}
          gold: {{ key: const:gold, when: {{ "jwt:Plan": gold }}, rate: 1000/1d, algorithm: fixed_window }}
          strict: {{ key: "jwt:sub", missing: reject, rate: 1000/1d, algorithm: fixed_window }}
        routes:
          - {{ path: /strict/*, to: local, limits: [strict] }}
          - {{ path: /*, to: local, limits: [per-user, gold] }}
        """)


def bearing(token, **headers):
    return {"authorization": f"Bearer {token}", **headers}


def policies(answer):
    return [member.partition(";")[0].strip('" ') for member in (answer["ratelimit-policy"] or "").split(",") if member]


def test_each_subject_has_a_count_of_its_own(gateway, keys):
    one, two = keys.token(sub="one"), keys.token(sub="two")
    assert [gateway.ask(headers=bearing(one)).status for _ in range(4)] == [200, 200, 200, 429]
    assert gateway.ask(headers=bearing(two)).left() == 2


def test_without_a_token_the_limit_does_not_apply(gateway):
    answer = gateway.ask()
    assert (answer.status, policies(answer)) == (200, [])


def test_without_a_token_a_limit_that_wants_one_rejects(gateway):
    assert gateway.ask("/strict/a").status == 400


def test_a_claim_can_be_a_condition(gateway, keys):
    assert policies(gateway.ask(headers=bearing(keys.token(sub="g", Plan="gold")))) == ["per-user", "gold"]
    assert policies(gateway.ask(headers=bearing(keys.token(sub="s", Plan="silver")))) == ["per-user"]
    assert policies(gateway.ask(headers=bearing(keys.token(sub="o", plan="gold")))) == ["per-user"]


def test_a_forged_claim_is_not_believed(gateway, keys):
    for name in ("x-weir-jwt-sub", "X-Weir-JWT-Sub", "x-weir-jwt-%50lan"):
        answer = gateway.ask(headers={name: "gold"})
        assert policies(answer) == []
    answer = gateway.ask(headers=bearing(keys.token(sub="forger"), **{"x-weir-jwt-sub": "victim", "x-weir-jwt-%50lan": "gold"}))
    assert policies(answer) == ["per-user"]
    assert gateway.ask(headers=bearing(keys.token(sub="victim"))).left() == 2


def test_the_upstream_sees_the_token_but_no_header_of_ours(gateway, keys):
    token = keys.token(sub="seen", Plan="gold")
    headers = dict(gateway.ask(headers=bearing(token)).json()["headers"])
    assert headers["authorization"] == f"Bearer {token}"
    assert not [name for name in headers if name.startswith("x-weir-")]


def test_the_upstream_sees_no_forged_header_where_no_limit_is(start):
    gateway = start("routes: [{ path: /*, to: local }]\n")
    headers = dict(gateway.ask(headers={"x-weir-jwt-sub": "forged"}).json()["headers"])
    assert not [name for name in headers if name.startswith("x-weir-")]


@pytest.mark.parametrize("wrong", ["signature", "expired", "issuer", "no token", "unsigned"])
def test_a_token_that_is_wrong_is_401(gateway, keys, folder, wrong):
    good = keys.token(sub="w")
    head = encoded(json.dumps({"alg": "none", "typ": "JWT"}).encode())
    token = {
        "signature": lambda: Keys(folder.path, "theirs").token(sub="w").replace(
            encoded(b'{"alg": "RS256", "typ": "JWT", "kid": "theirs"}'), good.partition(".")[0]),
        "expired": lambda: keys.token(sub="w", exp=int(time.time()) - 3600),
        "issuer": lambda: keys.token(sub="w", iss="https://else.example.com"),
        "no token": lambda: hashlib.sha256(b"x").hexdigest(),
        "unsigned": lambda: f"{head}.{good.split('.')[1]}.",
    }[wrong]()
    answer = gateway.ask(headers=bearing(token))
    assert answer.status == 401
    assert policies(answer) == []


def test_a_token_for_another_audience_is_403(gateway, keys):
    assert gateway.ask(headers=bearing(keys.token(sub="w", aud="other"))).status == 403


def test_other_schemes_are_no_token(gateway):
    assert gateway.ask(headers={"authorization": "Basic dTpw"}).status == 200
