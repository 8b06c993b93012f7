"""What `make run` ends in: the demo starts, each command that it prints does what it says there, and it stops whole."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

import pytest
from conftest import BUILD, PATIENCE, ROOT, envoy_program, free_port

SWITCH = "from now on Lambda throttles it; DELETE instead of PUT ends that"
THROTTLED = "after three attempts an error that says the truth, as API Gateway shows it"


class Demo:
    """The running demo and what it invited to: (command, what it is said to do)."""

    def __init__(self, process, folder):
        self.process, self.folder, self.commands = process, folder, []
        for line in process.stdout:
            if line.startswith("  curl ") or line.startswith("  for "):
                command = line.strip()
            elif line.startswith("      "):
                self.commands.append((command, line.strip()))
            elif line.startswith("The config is"):
                break

    def run(self, promise, change=lambda command: command):
        """What the command with this promise prints."""
        [command] = [change(command) for command, said in self.commands if said == promise]
        done = subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "DEMO_WEIR": str(BUILD / "weir"), "WEIR_ENVOY": envoy_program(), "XDG_RUNTIME_DIR": str(folder),
                   "DEMO_LISTEN": f"127.0.0.1:{free_port()}", "DEMO_ADMIN": f"127.0.0.1:{free_port()}"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-B", str(ROOT / "examples/quickstart/run.py")], env=environment, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
    watchdog = threading.Timer(PATIENCE, process.kill)  # of a demo that never says what to type
    watchdog.start()
    try:
        demo = Demo(process, folder)
        watchdog.cancel()
        assert demo.commands, (folder / "log").read_text()
        yield demo
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    finally:
        watchdog.cancel()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()
        process.stdout.close()


def test_a_call_is_allowed_and_shows_its_headers(demo):
    said = demo.run("allowed, with its RateLimit headers")
    assert said.startswith("HTTP/1.1 200 OK")
    assert '\nratelimit: "per-client";r=4;' in said


def test_a_client_has_five_calls_in_ten_seconds(demo):
    statuses = demo.run("5 in 10 seconds for each client, then 429").split()
    assert len(statuses) == 8
    assert set(statuses) == {"200", "429"}


def test_what_is_left_is_told(demo):
    told = json.loads(demo.run("what you have left; DELETE instead of GET gives it all back"))
    assert told["limit"] == 5
    assert 0 <= told["remaining"] <= 5


def test_the_model_streams_then_tokens_run_out_then_it_refuses_as_openai_does(demo):
    streamed = demo.run("a streamed answer of a model").strip().split("\n\n")
    assert len(streamed) > 20
    assert streamed[-1] == "data: [DONE]"
    assert '"content": "A"' in streamed[1]
    assert "total_tokens" not in "".join(streamed), "the client did not ask for it"

    lines = [line.split() for line in demo.run("what is left of 200 tokens a minute, then 429").splitlines()]
    assert len(lines) == 8
    assert {status for status, _ in lines} == {"200", "429"}
    assert int(lines[0][1]) > int(lines[1][1]) > int(lines[2][1])

    deadline = time.monotonic() + PATIENCE
    while not (refusal := demo.run("the refusal, as OpenAI's SDKs expect it")).startswith("HTTP/1.1 429 "):
        assert time.monotonic() < deadline, refusal
    assert re.search(r"\nretry-after: [1-9]", refusal)
    assert '"code":"rate_limit_exceeded"' in refusal


def test_a_function_answers_and_tells_the_truth_while_lambda_throttles_it(demo):
    answer = demo.run("the answer of a function of AWS Lambda")
    assert answer.startswith("HTTP/1.1 200 OK")
    event = json.loads(answer.partition("\n\n")[2])["event"]
    assert (event["rawPath"], event["requestContext"]["http"]["method"]) == ("/orders/7", "GET")

    assert demo.run("a streamed answer of another one").startswith("A function tells its story ")

    demo.run(SWITCH)
    refused = demo.run(THROTTLED)
    assert refused.startswith("HTTP/1.1 500 ")
    assert "\nx-envoy-lambda-statuscode: 429" in refused
    assert "\nx-weir-lambda-reason: ReservedFunctionConcurrentInvocationLimitExceeded" in refused
    assert '{"message":"Internal server error"}' in refused

    demo.run(SWITCH, lambda command: command.replace("PUT", "DELETE"))
    assert demo.run("the answer of a function of AWS Lambda").startswith("HTTP/1.1 200 OK")
