"""What the black box tests of the command line share: the program, an upstream, gateways that are gone afterwards."""

import contextlib
import http.client
import http.server
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import textwrap
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("WEIR_BUILD", ROOT / "build/release"))
PATIENCE = 30  # seconds until a test gives up; nothing waits that long when all is well


def wait_until(condition, what, patience=PATIENCE):
    deadline = time.monotonic() + patience
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {patience} s: {what}"
        time.sleep(0.01)
    return value


def is_alive(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def children(pid):
    try:
        return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def envoy_program():
    """The one that `weir` would find for the tests."""
    if named := os.environ.get("WEIR_ENVOY"):
        return pathlib.Path(named)
    return next((BUILD.parents[1] / ".venv/lib").glob("python3*/site-packages/envoy/_bin/envoy"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def folder(monkeypatch):
    """An empty folder with a short name (unix sockets live in it), where this test's gateways keep their files."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="weir-"))
    path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(path))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def run_root(folder):
    return folder / "weir"


@pytest.fixture
def weir(folder):
    """Runs `weir` to its end."""

    def run(*arguments, program=BUILD / "weir", **options):
        return subprocess.run([str(program), *map(str, arguments)], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=PATIENCE, **options)

    return run


class Upstream(http.server.ThreadingHTTPServer):
    """Answers at once; `/slow` when the test says so; `/stream` a line now and then until the test ends it."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked_slowly = threading.Event()
        self.may_answer = threading.Event()
        self.stream_may_end = threading.Event()

    def handle_error(self, request, client_address):
        """A gateway that lets go of an idle connection is no error."""


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    disable_nagle_algorithm = True

    def do_GET(self):
        if self.path == "/slow":
            self.server.asked_slowly.set()
            self.server.may_answer.wait(PATIENCE)
        if self.path == "/stream":
            return self.stream()
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.send_header("content-length", "5")
            self.end_headers()
            self.wfile.write(b"fine\n")

    def stream(self):
        with contextlib.suppress(OSError):
            self.send_response(200)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            while not self.server.stream_may_end.wait(0.02):
                self.wfile.write(b"5\r\ntick\n\r\n")
            self.wfile.write(b"4\r\nend\n\r\n0\r\n\r\n")

    def log_message(self, *_):
        pass


@pytest.fixture
def upstream():
    server = Upstream()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.may_answer.set()
    server.stream_may_end.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def config(folder, upstream):
    """Writes a config that lets everything through to the upstream; returns its path and port. Without a word on `admin`
    when that is None."""

    def write(name="weir.yaml", port=None, drain="10s", more="", admin="off"):
        port = port or free_port()
        path = folder / name
        path.write_text(textwrap.dedent(f"""\
            version: 1
            listen: 127.0.0.1:{port}
            {f"admin: {admin}" if admin else ""}
            drain: {drain}
            limits:
              per-client: {{ key: ip, rate: 1000/1m }}
            upstreams:
              local: {{ url: "http://127.0.0.1:{upstream.server_port}" }}
            routes:
              - {{ path: /*, to: local, limits: [per-client] }}
            """) + textwrap.dedent(more))
        return path, port

    return write


class Gateway:
    def __init__(self, config, port, log, arguments, program, **options):
        self.port = port
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen([str(program), "up", "-c", str(config), "--workers", "1", *arguments],
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, **options)

    def said(self):
        return self.log.read_text()

    def wait_until_listening(self):
        wait_until(lambda: "weir: listening on " in self.said() or self.process.poll() is not None, "the gateway listens")
        assert self.process.poll() is None, self.said()
        return self

    @property
    def envoy(self):
        return wait_until(lambda: children(self.process.pid), "Envoy is a child of weir")[0]

    def get(self, path="/", timeout=PATIENCE):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()

    def get_in_background(self, path):
        """The answer, or what went wrong, once it is over."""
        outcome = []

        def work():
            try:
                outcome.append(self.get(path))
            except (OSError, http.client.HTTPException) as error:
                outcome.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()

        def result():
            thread.join(PATIENCE)
            return outcome[0]

        return result

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def end(self):
        return self.process.wait(PATIENCE)


@pytest.fixture
def gone_afterwards():
    """Takes a gateway and gives it back; it ends with the test, if it has not before."""
    taken = []

    def take(gateway):
        taken.append(gateway)
        return gateway

    yield take
    for gateway in taken:
        if gateway.process.poll() is None:
            gateway.process.kill()
            gateway.process.wait()


@pytest.fixture
def start(folder, config, gone_afterwards):
    """Starts `weir up` and waits until it listens (unless wait=False)."""

    def hang_up_ends():  # also where the tests themselves were started with SIGHUP ignored
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

    def go(*arguments, wait=True, program=BUILD / "weir", name="weir", **config_options):
        path, port = config(name=f"{name}.yaml", **config_options)
        gateway = gone_afterwards(Gateway(path, port, folder / f"{name}.log", arguments, program, preexec_fn=hang_up_ends))
        return gateway.wait_until_listening() if wait else gateway

    return go


@pytest.fixture
def program(folder):
    """Writes a shell script that can be run; `envoy --version` of it answers as Envoy `version` does."""

    def write(body="", version="1.40.0", name="fake-envoy"):
        path = folder / name
        path.write_text("#!/bin/sh\n"
                        'if [ "$1" = --version ]; then\n'
                        f'  echo "$0  version: 9e5580/{version}/Clean/RELEASE/BoringSSL"; exit\n'
                        "fi\n"
                        f"{body}\n")
        path.chmod(0o755)
        return path

    return write
