"""Functions of AWS Lambda on the command line: what is checked, what Envoy is told, whose credentials it finds, and that
nobody else sees them."""

import contextlib
import http.server
import itertools
import os
import subprocess
import threading

import pytest
from conftest import BUILD, PATIENCE, envoy_program
from live_gateway import LiveGateway

SECRETS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "hush-the-secret", "AWS_SESSION_TOKEN": "hush-the-token"}
ELSEWHERE = {"AWS_SHARED_CREDENTIALS_FILE": "/nowhere", "AWS_CONFIG_FILE": "/nowhere", "AWS_EC2_METADATA_DISABLED": "true"}
ARN = "arn:aws:lambda:us-east-1:123456789012:function:orders"


class Invokes(http.server.ThreadingHTTPServer):
    """Stands in Lambda's place, and says which function it was asked for."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Invoke)
        self.seen = []

    def handle_error(self, request, client_address):
        """A gateway that lets go of an idle connection is no error."""


class Invoke(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append((self.path, dict(self.headers.items())))
        with contextlib.suppress(OSError):
            answer = b'{"statusCode":200,"body":"' + self.path.split("/")[3].encode() + b'"}'
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def invokes():
    server = Invokes()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def no_aws(monkeypatch):
    """Nothing that this machine knows of AWS."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)


def text(options, port=8080):
    return (f"version: 1\nlisten: 127.0.0.1:{port}\nadmin: off\nupstreams: {{ orders: {{ lambda: {{ {options} }} }} }}\n"
            "routes: [{ path: /*, to: orders }]\n")


def test_a_function_without_a_region_is_an_error_that_says_what_to_do(weir, folder, no_aws):
    (folder / "weir.yaml").write_text(text("function: orders"))
    said = weir("check")
    assert said.returncode == 2
    assert "weir.yaml:4:44: error: in which region is the function? Give its whole ARN" in said.stderr
    assert weir("check", env={**os.environ, "AWS_REGION": "eu-west-1"}).returncode == 0


def test_what_will_surprise_is_a_warning(weir, folder):
    (folder / "weir.yaml").write_text(text(f"function: {ARN}").replace("to: orders", "to: orders, timeout: 1s"))
    said = weir("check")
    assert said.returncode == 0
    assert "weir.yaml:5:10: warning: this route's 'timeout' of 1s ends a request before the retries" in said.stderr


def test_who_runs_an_envoy_is_told_where_credentials_come_from(weir, folder):
    (folder / "weir.yaml").write_text(text(f"function: {ARN}"))
    said = weir("envoy", env={**os.environ, **SECRETS})
    assert said.returncode == 0
    assert "Envoy signs calls of Lambda with the credentials that it finds itself" in said.stderr
    assert "hush" not in said.stdout + said.stderr


def test_envoy_takes_every_way_to_call_a_function(weir, folder):
    """The real Envoy, in its validation mode: it refuses what it does not know."""
    credentials = ("", ", credentials: { profile: blue }", ', credentials: { role_arn: "arn:aws:iam::123456789012:role/r" }',
                   ', credentials: { profile: blue, role_arn: "arn:aws:iam::123456789012:role/r" }')
    retries = ("", ", retry: { attempts: 1 }", ", retry: { budget: 0s }", ", retry: { attempts: 100, budget: 15m }")
    others = ("", ", invoke: stream, payload: v1", ", invoke: event, concurrency: 5", ', endpoint: "http://localhost:4566"')
    every = itertools.product(credentials, retries, others)
    upstreams = [f"  f{number}: {{ lambda: {{ function: \"{ARN}:live\"{''.join(more)} }} }}" for number, more in enumerate(every)]
    routes = [f"  - {{ path: /f{number}/*, to: f{number} }}" for number in range(len(upstreams))]
    (folder / "weir.yaml").write_text("\n".join(["version: 1", "admin: off", "upstreams:", *upstreams, "routes:", *routes]))
    said = weir("envoy")
    assert said.returncode == 0, said.stderr
    (folder / "envoy.json").write_text(said.stdout)
    done = subprocess.run([str(envoy_program()), "--mode", "validate", "-c", str(folder / "envoy.json")], capture_output=True, text=True,
                          timeout=PATIENCE, env={**os.environ, "ENVOY_DYNAMIC_MODULES_SEARCH_PATH": str(BUILD)})
    assert done.returncode == 0, done.stderr
    assert "OK" in done.stdout


FUNCTION = """\
    upstreams: { f: { lambda: { function: {function}, region: us-east-1, endpoint: "{endpoint}" } } }
    routes: [{ path: /*, to: f }]
"""


@pytest.fixture
def gateway(folder, upstream, invokes, no_aws, monkeypatch):
    """Before a function `one`, as talkative as can be, whose Envoy gets its credentials from the environment."""
    for name, value in {**SECRETS, **ELSEWHERE}.items():
        monkeypatch.setenv(name, value)
    gateway = LiveGateway(folder, upstream, FUNCTION, prepare=lambda _: ("--log-level", "trace"), function="one",
                          endpoint=f"http://127.0.0.1:{invokes.server_port}")
    yield gateway
    gateway.process.kill()
    gateway.process.wait()


def test_credentials_of_the_environment_sign_and_are_printed_nowhere(gateway, invokes, folder):
    assert gateway.get() == (200, b"one")
    [(_, headers)] = invokes.seen
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert headers["x-amz-security-token"] == "hush-the-token"
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert gateway.log in written
    for path in written:
        assert b"hush" not in path.read_bytes(), path


def test_a_changed_function_is_called_without_a_restart(gateway):
    assert gateway.get() == (200, b"one")
    gateway.change(FUNCTION, function="two")
    assert gateway.get() == (200, b"two")
    gateway.change(FUNCTION.replace("region:", "throttled: passthrough, concurrency: 5, region:"), function="two")
    assert gateway.get() == (200, b"two")
