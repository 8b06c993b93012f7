"""So that the harness can fail: @upstash/ratelimit over the Node runtime client aws-lambda-ric 3.3.0. With analytics on,
version 1.1.1 holds a streamed invocation open by a timer of 600 s; 1.1.2 has none."""

import json
import subprocess

import pytest

from conftest import HERE
from upstash_rest import UpstashRest

HELD = 3  # seconds without the next poll; the others are waited for ten times as long


@pytest.fixture(scope="session")
def ric():
    subprocess.run([HERE / "rapid_client"], check=True)
    return ["node", HERE / "node_modules/aws-lambda-ric/bin/index.mjs"]


@pytest.fixture
def function(start, server, ric):
    rest = UpstashRest(server.port)

    def go(package, analytics):
        return start([*ric, f"{HERE}/handler.handler"], PACKAGE=package, ANALYTICS=analytics, UPSTASH_URL=rest.url,
                     LAMBDA_TASK_ROOT=str(HERE)).wait_until_asking()

    yield go
    rest.close()


def five_lines(invocation):
    lines = invocation.body.decode().splitlines()
    return len(lines) == 5 and json.loads(lines[0])["allowed"]


def test_1_1_1_with_analytics_never_asks_for_the_next_one(function):
    held = function("ratelimit-1.1.1", "on")
    invocation = held.answer({"user": "ann"})
    assert five_lines(invocation)
    assert not invocation.done.wait(HELD)
    assert held.process.poll() is None


@pytest.mark.parametrize("package, analytics", [("ratelimit-1.1.1", "off"), ("ratelimit-1.1.2", "on"), ("ratelimit-1.1.2", "off")])
def test_others_do(function, package, analytics):
    free = function(package, analytics)
    for _ in range(10):
        assert five_lines(free.invoke({"user": "ann"}))
