"""A hundred invocations of examples/lambda-cpp each, with Redis up, away, stopped, lost in mid-answer, and with the
function frozen in between. How fast each is, is measured by bench/run --only lambda-host; here nothing may hang."""

import json
import time

import pytest

from conftest import INVOCATIONS, PATIENCE
from forgetful_box import ForgetfulBox

ANSWER = 10  # seconds; a decision waits 100 ms at most, the rest is for a machine that is busy
NEXT = 5     # the same; what is due gets 25 ms
RATE = 1_000_000


@pytest.fixture
def function(example, server):
    return example(WEIR_STORE=server.url, WEIR_RATE=f"{RATE}/1h")


def run(function, before_each=lambda number: None):
    """All of them, one after the other."""
    seen = []
    for number in range(INVOCATIONS):
        before_each(number)
        seen.append(function.invoke({"user": "ann"}))
    for number, invocation in enumerate(seen):
        assert len(invocation.pieces) == 5 and not invocation.trailers, number
        assert json.loads(invocation.pieces[0])["allowed"], number
        assert 0 <= invocation.to_answer < ANSWER, (number, invocation.to_answer)
        assert 0 <= invocation.to_next < NEXT, (number, invocation.to_next)
    return seen


def used(example, server):
    """Of ann's, as Redis tells a function that asks it for the first time; its own call not counted."""
    other = example(WEIR_STORE=server.url, WEIR_RATE=f"{RATE}/1h")
    return RATE - json.loads(other.invoke({"user": "ann"}).pieces[0])["remaining"] - 1


def test_redis_up(function, server):
    run(function)
    with server.client() as client:
        assert client.keys("weir:lambda-cpp:{ann}*")


def test_redis_away_from_the_start(function, server):
    server.kill()
    run(function)


def test_redis_stopped(function, server):
    function.invoke({"user": "ann"})
    server.pause()
    run(function)


def test_redis_lost_in_mid_answer(function, server):
    def lose(_):
        server.kill()
        function.api.on_piece = lambda invocation: None

    def every_tenth(number):
        if number % 10 == 0:
            if server.process is None:
                server.start()
            function.api.on_piece = lose

    run(function, every_tenth)


def test_what_was_granted_without_redis_is_charged_before_the_function_freezes(function, example, server):
    server.kill()
    for _ in range(20):
        function.invoke({"user": "ann"})
    server.start()
    function.api.on_next = function.freeze
    function.api.before_answer = lambda invocation: function.thaw()
    deadline = time.monotonic() + PATIENCE
    while used(example, server) < 10:  # an hour may have ended meanwhile: its window weighs less
        function.invoke({"user": "ann"})
        assert time.monotonic() < deadline, function.said()


@pytest.mark.parametrize("meanwhile", ["nothing", "clients are closed", "it restarts"])
def test_frozen_between_invocations(function, server, meanwhile):
    """As Lambda does: from the moment the next one is asked for until there is one."""
    function.invoke({"user": "ann"})
    function.api.on_next = function.freeze
    function.api.before_answer = lambda invocation: function.thaw()

    def while_frozen(_):
        if meanwhile == "clients are closed":
            server.close_clients()
        if meanwhile == "it restarts":
            server.kill()
            server.start()

    function.invoke({"user": "ann"})
    run(function, while_frozen)


def test_frozen_while_its_connection_dies_without_a_word(example, server):
    """As behind a box that forgets what rests: the decision after the thaw waits for its timeout at most, and another
    connection is made."""
    box = ForgetfulBox(server.port)
    function = example(WEIR_STORE=f"redis://127.0.0.1:{box.port}", WEIR_RATE=f"{RATE}/1h")
    function.invoke({"user": "ann"})
    function.api.on_next = function.freeze
    function.api.before_answer = lambda invocation: function.thaw()
    function.invoke({"user": "ann"})
    made = box.connections
    box.forget()
    deadline = time.monotonic() + PATIENCE
    while box.connections == made:
        invocation = function.invoke({"user": "ann"})
        assert json.loads(invocation.pieces[0])["allowed"] and invocation.to_answer < ANSWER
        assert time.monotonic() < deadline, function.said()
    box.close()


def test_frozen_while_redis_is_stopped_and_back_before_the_thaw(function, server):
    function.invoke({"user": "ann"})
    function.api.on_next = function.freeze
    function.api.before_answer = lambda invocation: function.thaw()

    def stopped_for_half_of_them(number):
        if number % 2 == 0:
            server.pause()
        else:
            server.go_on()

    function.invoke({"user": "ann"})
    run(function, stopped_for_half_of_them)
