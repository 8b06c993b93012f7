"""Each example does what its README shows: every `$` line is typed, and what comes back is compared."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest
from conftest import BUILD, PATIENCE, ROOT, envoy_program, free_port

NOBODYS_KEY = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_SESSION_TOKEN": ""}
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/weir.yaml") if (path.parent / "README.md").exists())


def shown(readme):
    """(command, answer) of each `$` line."""
    command, answer = None, []
    for line in readme.read_text().splitlines():
        typed = line.startswith("    $ ")
        if command and (typed or not line.startswith("    ")):
            yield command, "\n".join(answer)
            command, answer = None, []
        if typed:
            command = line.removeprefix("    $ ")
        elif command:
            answer.append(line.removeprefix("    "))
    if command:
        yield command, "\n".join(answer)


@pytest.fixture
def folder():
    """A copy of the examples that commands may change; its name is short, as unix sockets live in it."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="weir-"))
    path.chmod(0o700)
    shutil.copytree(ROOT / "examples", path / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def running(folder, config, environment):
    log = folder / "weir.log"
    with log.open("wb") as output:
        process = subprocess.Popen([str(BUILD / "weir"), "up", "-c", config, "--workers", "1"], cwd=folder, env=environment,
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + PATIENCE
        while "weir: listening on " not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, f"not listening: {log.read_text()}"
            time.sleep(0.01)
        yield log
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_does_what_its_readme_shows(name, folder, demo_upstream):
    ports = {"127.0.0.1:8080": f"127.0.0.1:{free_port()}", "127.0.0.1:9090": f"127.0.0.1:{free_port()}",
             "127.0.0.1:9000": demo_upstream.removeprefix("http://"), "build/release/weir": str(BUILD / "weir")}
    environment = {**os.environ, "PATH": os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ["PATH"]]),  # the SDKs
                   "WEIR_ENVOY": envoy_program(), "XDG_RUNTIME_DIR": str(folder), "LISTEN": ports["127.0.0.1:8080"],
                   "ADMIN": ports["127.0.0.1:9090"], "UPSTREAM": demo_upstream, "LAMBDA_ENDPOINT": demo_upstream, **NOBODYS_KEY}
    steps = list(shown(folder / "examples" / name / "README.md"))
    assert steps
    with running(folder, f"examples/{name}/weir.yaml", environment) as log:
        for command, answer in steps:
            for written, here in ports.items():
                command = command.replace(written, here)
            done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=PATIENCE)
            said = "\n".join(line.rstrip() for line in done.stdout.splitlines())
            assert said == answer, f"{command}\n{done.stderr}\n{log.read_text()}"
