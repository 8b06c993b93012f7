"""What the gateway's black box tests share: an upstream that echoes, and a real Envoy with the module behind a config."""

import contextlib
import dataclasses
import http.client
import http.server
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time

import pytest
from fake_lambda import well_behaved
from model_server import ModelServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("WEIR_BUILD", ROOT / "build/release")).resolve()
PATIENCE = 30  # seconds until a test gives up; nothing waits that long when all is well


def envoy_program():
    if named := os.environ.get("WEIR_ENVOY"):
        return named
    return str(next((ROOT / ".venv").glob("lib/python3*/site-packages/envoy/_bin/envoy")))


given_ports = set()


def free_port():
    """Each is given once. Below those that the kernel gives to outgoing connections: a server that is killed and started
    again finds its port as it left it."""
    while True:
        port = random.randrange(10240, 32768)
        if port in given_ports:
            continue
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            given_ports.add(port)
            return port


class Upstream(http.server.ThreadingHTTPServer):
    """Says as JSON what it was asked; `/status/N` answers N, `/slow` waits until the test lets it, `/own-headers` has
    rate limit headers of its own."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Echo)
        self.asked_slowly = threading.Semaphore(0)
        self.may_answer = threading.Event()


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        if self.path == "/slow":
            self.server.asked_slowly.release()
            self.server.may_answer.wait(PATIENCE)
        status = int(self.path.rpartition("/")[2]) if self.path.startswith("/status/") else 200
        text = json.dumps({"method": self.command, "path": self.path, "body": body.decode("latin1"),
                           "headers": [[name.lower(), value] for name, value in self.headers.items()]}).encode("latin1")
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            if self.path == "/own-headers":
                self.send_header("ratelimit", '"theirs";r=1;t=1')
                self.send_header("ratelimit-policy", '"theirs";q=1')
                self.send_header("x-envoy-upstream-service-time", "1")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def upstream():
    server = Upstream()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.may_answer.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def demo_upstream():
    """What stands behind the demo: an echo, a model, a login; its URL."""
    program = ROOT / "examples/quickstart/demo_upstream.py"
    process = subprocess.Popen([sys.executable, "-B", str(program)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    process.terminate()
    process.wait(PATIENCE)
    process.stdout.close()


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def __getitem__(self, name):
        return self.headers[name]

    def json(self):
        return json.loads(self.body)

    def left(self, limit="per-user"):
        """r of this limit in RateLimit."""
        for member in self["ratelimit"].split(","):
            name, *parameters = member.split(";")
            if name == f'"{limit}"':
                return int(dict(part.split("=") for part in parameters)["r"])
        raise KeyError(limit)


class Gateway:
    """`admin` is the port of its admin API, None when it has none."""

    def __init__(self, process, port, log, admin=None):
        self.process, self.port, self.log, self.admin = process, port, log, admin

    def connect(self):
        return contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE))

    def ask(self, path="/", method="GET", headers=(), body=None, connection=None):
        """`headers` is a dict, or a list of pairs where a name comes twice."""
        with contextlib.nullcontext(connection) if connection else self.connect() as link:
            pairs = headers.items() if isinstance(headers, dict) else headers
            link.putrequest(method, path, skip_host=any(name.lower() == "host" for name, _ in pairs),
                            skip_accept_encoding=True)
            for name, value in pairs:
                link.putheader(name, value)
            if body is not None:
                link.putheader("content-length", str(len(body)))
            link.endheaders(body)
            response = link.getresponse()
            return Answer(response.status, response.headers, response.read())

    def raw(self, request):
        """What comes back for these bytes until Envoy closes or is silent for a moment."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as link:
            with contextlib.suppress(ConnectionError):
                link.sendall(request)
            link.settimeout(1)
            answer = b""
            with contextlib.suppress(OSError):
                while piece := link.recv(65536):
                    answer += piece
                    if b"\r\n\r\n" in answer:
                        link.settimeout(0.1)
            return answer

    def is_alive(self):
        return self.process.poll() is None


class Folder:
    """Configs, bootstraps and Envoys of one test module."""

    def __init__(self, upstream):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="weir-gateway-"))
        self.upstream = upstream
        self.running = []

    def render(self, config, port, admin=None, **environment):
        """A config that says nothing of `listen` and `admin` gets these ports; no admin API without one."""
        file = self.path / f"weir-{port}.yaml"
        head = "version: 1\n"
        lines = textwrap.dedent(config).splitlines()
        if not any(line.startswith("listen:") for line in lines):
            head += f"listen: 127.0.0.1:{port}\n"
        if not any(line.startswith("admin:") for line in lines):
            head += f"admin: 127.0.0.1:{admin}\n" if admin else "admin: off\n"
        if "upstreams:" not in config:
            head += f'upstreams:\n  local: {{ url: "http://127.0.0.1:{self.upstream.server_port}" }}\n'
        file.write_text(head + textwrap.dedent(config).replace("UPSTREAM", str(self.upstream.server_port)))
        done = subprocess.run([str(BUILD / "weir"), "envoy", "-c", str(file)], capture_output=True, text=True,
                              timeout=PATIENCE, env={**os.environ, **environment})
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start_envoy(self, bootstrap, port, admin=None, **environment):
        file, log = self.path / f"envoy-{port}.json", self.path / f"envoy-{port}.log"
        file.write_text(json.dumps(bootstrap))
        with log.open("wb") as output:
            process = subprocess.Popen([envoy_program(), "-c", str(file), "--concurrency", "2", "--disable-hot-restart",
                                        "--log-level", "warning"], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                       env={**os.environ, **environment, "ENVOY_DYNAMIC_MODULES_SEARCH_PATH": str(BUILD)})
        self.running.append(process)
        return Gateway(process, port, log, admin)

    def start(self, config, change=lambda bootstrap: None, admin=False, **environment):
        """`change` may edit the bootstrap before Envoy gets it. With `admin` it has an admin API, on gateway.admin.
        `{port}` and `{admin}` in the config stand for the two ports, where a test writes `listen` or `admin` itself."""
        port, admin_port = free_port(), free_port() if admin else None
        config = config.replace("{port}", str(port)).replace("{admin}", str(admin_port))
        bootstrap = self.render(config, port, admin_port, **environment)
        change(bootstrap)
        gateway = self.start_envoy(bootstrap, port, admin_port, **environment)
        deadline = time.monotonic() + PATIENCE
        while True:
            assert gateway.is_alive(), gateway.log.read_text()
            assert time.monotonic() < deadline, f"not listening: {gateway.log.read_text()}"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return gateway
            time.sleep(0.01)

    def clean(self):
        for process in self.running:
            process.kill()
            process.wait()
        shutil.rmtree(self.path, ignore_errors=True)


@pytest.fixture(scope="module")
def folder(upstream):
    folder = Folder(upstream)
    yield folder
    folder.clean()


@pytest.fixture(scope="module")
def shared_gateway(folder, request):
    return folder.start(request.module.CONFIG, admin=getattr(request.module, "ADMIN", False))


@pytest.fixture
def gateway(shared_gateway):
    """The one that serves the test module's CONFIG. It is still alive when the test is over."""
    yield shared_gateway
    assert shared_gateway.is_alive(), shared_gateway.log.read_text()


@pytest.fixture
def start(folder):
    """Starts a gateway of the test's own; it too survives the test."""
    started = []

    def start(config, **options):
        started.append(folder.start(config, **options))
        return started[-1]

    yield start
    for gateway in started:
        assert gateway.is_alive(), gateway.log.read_text()
        gateway.process.kill()


aws = pytest.fixture(scope="module")(well_behaved)


@pytest.fixture(scope="module")
def model():
    """A model's API."""
    server = ModelServer()
    yield server
    server.stop()


@pytest.fixture
def user(request):
    """A key of this test's own."""
    return request.node.name
