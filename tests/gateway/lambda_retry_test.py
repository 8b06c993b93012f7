"""Throttled invokes are tried again, and nothing else is: as often and as long as the config says, when Lambda says, and never
so often that retries become the load."""

import math
import threading
import time

import pytest
from eventually import becomes
from fake_lambda import REASONS, closing, failed, function_error, hello, throttled
from lambda_gateway import invocations, log_line, start_before
from metrics import metric

PATIENT = "retry: { attempts: 3, budget: 30s }"
MARK = "x-weir-lambda-retry"


@pytest.fixture(scope="module")
def shared_gateway(folder, aws):
    functions = {f"reason{number}": PATIENT for number in range(len(REASONS))}
    functions |= {name: PATIENT for name in ("again", "waits", "told", "dated", "bodies", "errors", "posts", "logged", "many")}
    functions |= {"short": "retry: { attempts: 3, budget: 2s }", "five": "retry: { attempts: 5, budget: 30s }",
                  "never": "retry: { attempts: 1 }", "default": "", "plain": f"{PATIENT}, unwrap: false",
                  "passed": f"{PATIENT}, throttled: passthrough", "later": f"{PATIENT}, invoke: event"}
    return start_before(folder, aws, functions)


@pytest.mark.parametrize("number", range(len(REASONS)))
def test_a_throttle_of_any_reason_is_tried_again(gateway, aws, number):
    aws.plays(f"reason{number}", throttled(REASONS[number]), hello())
    answer = gateway.ask(f"/reason{number}/x", "POST", body=b"q")
    assert (answer.status, answer.body) == (200, b"hello")
    assert len(aws.asked(f"reason{number}")) == 2


@pytest.mark.parametrize(("function", "attempts"), [("again", 3), ("five", 5), ("never", 1), ("default", 3), ("plain", 3), ("passed", 3),
                                                    ("later", 3)])
def test_so_many_attempts_and_no_more(gateway, aws, function, attempts):
    aws.plays(function, throttled())
    answer = gateway.ask(f"/{function}/x")
    assert answer.status == (429 if function in ("plain", "passed") else 500)
    assert len(aws.asked(function)) == attempts or function == "default" and len(aws.asked(function)) < attempts  # 2 s may be over


@pytest.mark.parametrize("function", ["again", "plain", "passed"])
def test_the_mark_of_a_retry_never_reaches_the_client(gateway, aws, function):
    for script in ([throttled()], [throttled(), hello()], [hello()]):
        aws.plays(function, *script)
        answer = gateway.ask(f"/{function}/x")
        assert not [name for name in answer.headers if "retry" in name.lower() and name.lower() != "retry-after"]


def test_a_mark_of_the_client_s_own_means_nothing(gateway, aws):
    aws.plays("errors", failed(404, "ResourceNotFoundException"))
    assert gateway.ask("/errors/x", headers={MARK: "1", "x-envoy-retry-on": "5xx", "x-envoy-max-retries": "5"}).status == 500
    assert len(aws.asked("errors")) == 1


def test_retry_after_is_waited_for(gateway, aws):
    aws.plays("waits", throttled(retry_after=1), hello())
    assert gateway.ask("/waits/x").status == 200
    first, second = aws.asked("waits")
    assert second.at - first.at >= 0.99


@pytest.mark.parametrize("retry_after", [3, 60, 4294967295, 10**30])
def test_a_retry_after_beyond_the_budget_is_not_waited_for(gateway, aws, retry_after):
    aws.plays("short", throttled(retry_after=retry_after), hello())
    start = time.monotonic()
    answer = gateway.ask("/short/x")
    assert (answer.status, answer["retry-after"]) == (500, str(retry_after))
    assert len(aws.asked("short")) == 1
    assert time.monotonic() - start < 30


@pytest.mark.parametrize("retry_after", ["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "soon", "1.5"])
def test_a_retry_after_that_is_no_number_of_seconds_is_no_reason_to_come_at_once(gateway, aws, retry_after):
    aws.plays("dated", throttled(retry_after=retry_after), hello())
    assert gateway.ask("/dated/x").status == 500
    assert len(aws.asked("dated")) == 1


@pytest.mark.parametrize("played", [function_error("Handled"), function_error("Unhandled"), failed(500, "ServiceException"),
                                    failed(502, "EC2ThrottledException"), failed(503, "ServiceUnavailableException"),
                                    failed(409, "ResourceConflictException"), hello(status=429), hello(status=503), closing()])
def test_nothing_else_is_tried_again(gateway, aws, played):
    """The function may have run."""
    aws.plays("errors", played, hello())
    gateway.ask("/errors/x")
    assert len(aws.asked("errors")) == 1


@pytest.mark.parametrize("size", [0, 1, 65_536, 1_000_000, 5_900_000])
def test_each_attempt_has_the_whole_body(gateway, aws, size):
    body = bytes(byte % 26 + 97 for byte in range(size % 1000)) + b"z" * (size - size % 1000)
    aws.plays("bodies", throttled(), throttled(), hello())
    assert gateway.ask("/bodies/x", "POST", {"content-type": "text/plain"}, body).status == 200
    assert [invoke.payload == body for invoke in aws.asked("bodies")] == [True] * 3


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_any_method_is_tried_again_for_the_function_has_not_run(gateway, aws, method):
    aws.plays("posts", throttled(), hello())
    assert gateway.ask("/posts/x", method, body=b"q").status == 200
    assert [invoke.event["requestContext"]["http"]["method"] for invoke in aws.asked("posts")] == [method] * 2


def test_all_attempts_of_a_request_have_one_event(gateway, aws):
    """Its id and time, too: a function that remembers ids sees one request."""
    aws.plays("again", throttled(), throttled(), hello())
    gateway.ask("/again/x")
    ids = {invoke.event["requestContext"]["requestId"] for invoke in aws.asked("again")}
    assert len(ids) == 1


def test_retries_of_many_requests_stay_a_part_of_them(gateway, aws):
    """A fifth of the requests, one a second, and the ten that a quiet function has in store."""
    aws.plays("many", throttled())
    start, requests = time.monotonic(), 60
    asking = [threading.Thread(target=lambda: [gateway.ask("/many/x") for _ in range(10)]) for _ in range(requests // 10)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    retries = len(aws.asked("many")) - requests
    assert 5 <= retries <= 10 + requests / 5 + math.ceil(time.monotonic() - start)


def test_attempts_are_counted_and_the_request_once(gateway, aws):
    def counts():
        return (invocations(gateway, "logged", "ok"), metric(gateway, 'weir_lambda_attempts_total{function="logged"}'),
                metric(gateway, f'weir_lambda_throttled_total{{function="logged",reason="{REASONS[0]}"}}'))
    before = counts()
    aws.plays("logged", throttled(), throttled(), hello())
    assert gateway.ask("/logged/attempts").status == 200
    becomes(lambda: [now - then for now, then in zip(counts(), before)], [1, 3, 2])
    assert invocations(gateway, "logged", "throttled") == 0
    line = log_line(gateway, "/logged/attempts")
    assert (line["status"], line["lambda_function"], line["lambda_status"]) == (200, "logged", 200)
