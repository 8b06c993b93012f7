"""How many calls of a function run at once: what is too many is shed before Lambda is asked, and every call gives back its place."""

import contextlib
import threading

import pytest
from conftest import PATIENCE
from event_frames import chunk, complete, head
from eventually import becomes, eventually
from fake_lambda import REASONS, Account, closing, failed, function_error, hello, silent, streamed, throttled, when
from lambda_gateway import Stream, invocations, log_line, start_before
from metrics import metric

ONCE = "retry: { attempts: 1 }"


@pytest.fixture(scope="module")
def shared_gateway(folder, aws):
    two = f"{ONCE}, concurrency: 2"
    functions = {name: two for name in ("two", "left", "shown", "passing")}
    functions |= {"told": f"{two}, throttled: passthrough", "busy": f"{two}, throttled: 503", "plain": f"{two}, unwrap: false",
                  "flow": f"{two}, invoke: stream", "free": f"{ONCE}, concurrency: off",
                  "again": "concurrency: 2, retry: { budget: 30s }"}
    return start_before(folder, aws, functions)


@contextlib.contextmanager
def running(gateway, aws, function, calls, answer=None):
    """So many calls run until the block is left; then each has its answer."""
    may_end, statuses = threading.Event(), []
    aws.plays(function, when(may_end, answer or hello()))
    threads = [threading.Thread(target=lambda: statuses.append(gateway.ask(f"/{function}/x").status)) for _ in range(calls)]
    for thread in threads:
        thread.start()
    try:
        becomes(lambda: len(aws.asked(function)), calls)
        yield statuses
    finally:
        may_end.set()
        for thread in threads:
            thread.join(PATIENCE)


@pytest.mark.parametrize(("function", "status"), [("two", 500), ("told", 429), ("busy", 503), ("plain", 429)])
def test_what_is_too_many_is_shed_and_lambda_is_not_asked(gateway, aws, function, status):
    with running(gateway, aws, function, 2) as statuses:
        shed = gateway.ask(f"/{function}/shed")
        assert (shed.status, shed["retry-after"], shed["x-weir-lambda-reason"]) == (status, "1", "Shed")
        assert shed["x-envoy-lambda-statuscode"] is None, "Lambda was not asked"
        assert len(aws.asked(function)) == 2
    assert statuses == [200, 200]
    assert gateway.ask(f"/{function}/x").status == 200
    becomes(lambda: invocations(gateway, function, "shed"), 1)
    line = log_line(gateway, f"/{function}/shed")
    assert (line["lambda_function"], line["lambda_reason"], line["status"]) == (function, "Shed", status)
    assert "lambda_status" not in line


def places_are_free(gateway, aws, function):
    """Two may run at once again."""
    with running(gateway, aws, function, 2):
        pass


@pytest.mark.parametrize("played", [throttled(), failed(404, "ResourceNotFoundException"), function_error(), closing(),
                                    closing(b"HTTP/1.1 200")])
def test_a_call_gives_back_its_place_however_it_ends(gateway, aws, played):
    aws.plays("two", played)
    for _ in range(4):
        assert gateway.ask("/two/x").status in (500, 502)
    places_are_free(gateway, aws, "two")


def test_a_client_that_leaves_gives_back_its_place(gateway, aws):
    aws.plays("left", silent())
    for number in range(6):
        with gateway.connect() as connection:
            connection.request("GET", "/left/x")
            becomes(lambda: len(aws.asked("left")) > number, True)
        assert aws.asked("left")[number].left.wait(PATIENCE)
    places_are_free(gateway, aws, "left")


def test_a_call_that_took_too_long_gives_back_its_place(folder, aws):
    gateway = start_before(folder, aws, {"slow": f"{ONCE}, concurrency: 1"}, route=", timeout: 200ms")
    aws.plays("slow", silent())
    assert [gateway.ask("/slow/x").status for _ in range(3)] == [504] * 3
    assert len(aws.asked("slow")) == 3


def test_a_stream_holds_its_place_until_it_ends(gateway, aws):
    may_end = threading.Event()

    def pieces():
        yield chunk(head())
        yield chunk(b"hello")
        assert may_end.wait(PATIENCE)
        yield complete()

    aws.plays("flow", streamed(pieces))
    with Stream(gateway, "/flow/x") as one, Stream(gateway, "/flow/x") as other:
        assert (one.read(5), other.read(5)) == (b"hello", b"hello")
        assert gateway.ask("/flow/x")["x-weir-lambda-reason"] == "Shed"
        may_end.set()
        assert (one.rest(), other.rest()) == ((b"", True), (b"", True))
    becomes(lambda: gateway.ask("/flow/x").body, b"hello")


def test_a_stream_that_breaks_gives_back_its_place(gateway, aws):
    aws.plays("flow", streamed(chunk(head()) + chunk(b"x") + complete("Unhandled", "boom")), streamed(chunk(head())))
    for _ in range(4):
        with contextlib.suppress(OSError), contextlib.closing(Stream(gateway, "/flow/x").connection):
            pass
    aws.plays("flow", streamed(chunk(head()), chunk(b"hello"), complete()))
    becomes(lambda: gateway.ask("/flow/x").status, 200)


def test_an_attempt_that_waits_for_its_retry_holds_no_place(gateway, aws):
    aws.plays("again", throttled(), hello())
    for _ in range(6):
        assert gateway.ask("/again/x").status == 200


def a_retry_is_shed(gateway, aws, headers):
    """The answer to a request that was throttled and lost its place to another one; None: it was faster."""
    may_end, answers = threading.Event(), []

    def play(exchange):
        first = exchange.invoke.event["rawPath"].endswith("/first") and len(aws.asked("again")) == 1
        (throttled(retry_after=1) if first else when(may_end, hello()))(exchange)

    aws.plays("again", play)
    first = threading.Thread(target=lambda: answers.append(gateway.ask("/again/first", headers=headers)))
    others = [threading.Thread(target=lambda: gateway.ask("/again/other")) for _ in range(2)]
    for thread in first, *others:
        thread.start()
        becomes(lambda: len(aws.asked("again")) > 0, True)
    becomes(lambda: len(aws.asked("again")) >= 3, True)  # both places are taken
    was_faster = len([invoke for invoke in aws.asked("again") if invoke.event["rawPath"].endswith("/first")]) > 1
    if not was_faster:
        first.join(PATIENCE)
    may_end.set()
    for thread in first, *others:
        thread.join(PATIENCE)
    return None if was_faster else answers[0]


@pytest.mark.parametrize("grpc", [False, True])
def test_a_retry_that_finds_no_place_is_shed(gateway, aws, grpc):
    headers = {"content-type": "application/grpc"} if grpc else {}
    answer = eventually(lambda: a_retry_is_shed(gateway, aws, headers), "the retry always found a place")
    assert answer["x-weir-lambda-reason"] == "Shed"
    assert (answer["grpc-status"], answer.status) == (("13", 200) if grpc else (None, 500))


def test_the_limit_is_shown(gateway, aws):
    places_are_free(gateway, aws, "shown")
    becomes(lambda: metric(gateway, 'weir_lambda_concurrency{function="shown"}'), 2)


def test_without_a_limit_all_may_run(gateway, aws):
    with running(gateway, aws, "free", 50) as statuses:
        pass
    assert statuses == [200] * 50


@pytest.mark.parametrize("reason", [REASONS[0], REASONS[2]])
def test_adaptive_concurrency_finds_what_an_account_can_run(folder, aws, reason):
    """Beyond what the account runs, calls are shed here instead of throttled there."""
    gateway = start_before(folder, aws, {"auto": f"{ONCE}, concurrency: auto"})
    account = Account(4, hello(), seconds=0.005, reason=reason)
    aws.plays("auto", account)
    told = {"ok": 0, "throttled": 0, "Shed": 0}
    lock = threading.Lock()

    def ask(calls):
        with gateway.connect() as connection:
            for _ in range(calls):
                answer = gateway.ask("/auto/x", connection=connection)
                with lock:
                    told["ok" if answer.status == 200 else "Shed" if answer["x-weir-lambda-reason"] == "Shed" else "throttled"] += 1

    def ask_together(clients, calls):
        threads = [threading.Thread(target=ask, args=(calls,)) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    ask_together(12, 30)  # finds out
    ran, refused = account.ran, account.refused
    told.update(dict.fromkeys(told, 0))
    ask_together(12, 100)
    ran, refused = account.ran - ran, account.refused - refused
    assert told["Shed"] > 0
    assert told["ok"] == ran
    assert refused <= 0.1 * (ran + refused), "a question now and then, no more"
    assert metric(gateway, 'weir_lambda_concurrency{function="auto"}') < 12
    becomes(lambda: invocations(gateway, "auto", "shed") >= told["Shed"], True)
