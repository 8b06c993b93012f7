"""What a client sees when an invoke fails: with unwrap what API Gateway shows, without it what Lambda said. No error of Lambda's
ever becomes a 200, and each is counted as what it was."""

import contextlib
import socket

import pytest
from conftest import free_port
from eventually import becomes
from fake_lambda import REASONS, closing, failed, function_error, hello, result, silent, throttled
from lambda_gateway import BROKEN, TIMED_OUT, invocations, is_internal_error, start_before
from metrics import metric

ONCE = "retry: { attempts: 1 }"
# Lambda's own errors, as the Invoke API lists them.
LAMBDA_ERRORS = [
    (400, "InvalidParameterValueException"), (400, "InvalidRequestContentException"), (403, "AccessDeniedException"),
    (403, "InvalidSignatureException"), (404, "ResourceNotFoundException"), (408, "EFSMountTimeoutException"),
    (409, "ResourceConflictException"), (409, "SnapStartNotReadyException"), (410, "EFSMountFailureException"),
    (413, "RequestTooLargeException"), (415, "UnsupportedMediaTypeException"), (500, "ServiceException"), (502, "EC2ThrottledException"),
    (502, "EC2UnexpectedException"), (502, "ENILimitReachedException"), (502, "SubnetIPAddressLimitReachedException"),
    (502, "KMSDisabledException"), (502, "InvalidRuntimeException"), (502, "InvalidZipFileException"), (502, "InvalidSubnetIDException"),
    (502, "InvalidSecurityGroupIDException"), (503, "ServiceUnavailableException")]


@pytest.fixture(scope="module")
def shared_gateway(folder, aws):
    functions = {name: ONCE for name in ("refused", "broken", "failing", "counted", "malformed")}
    functions |= {"told": f"{ONCE}, throttled: passthrough", "teapot": f"{ONCE}, throttled: 418", "busy": f"{ONCE}, throttled: 503",
                  "plain": f"{ONCE}, unwrap: false", "old": f"{ONCE}, payload: v1", "balanced": f"{ONCE}, payload: alb",
                  "bare": f"{ONCE}, payload: raw", "flowing": f"{ONCE}, invoke: stream", "later": f"{ONCE}, invoke: event"}
    return start_before(folder, aws, functions)


@pytest.fixture
def answer_of(gateway, aws):
    """What a client sees when this function answers so; Lambda was asked once."""
    def ask(function, played, *arguments, **options):
        aws.plays(function, played)
        answer = gateway.ask(f"/{function}/x", *arguments, **options)
        assert len(aws.asked(function)) == 1
        return answer

    return ask


# ---- throttled: Lambda refused before the function ran


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("function", ["refused", "old", "balanced", "bare", "flowing", "later"])
def test_a_throttle_is_what_api_gateway_shows_and_tells_its_reason(answer_of, function, reason):
    answer = answer_of(function, throttled(reason))
    assert is_internal_error(answer, 500), (answer.status, answer.body)
    assert (answer["x-envoy-lambda-statuscode"], answer["x-weir-lambda-reason"]) == ("429", reason)
    assert answer["x-amzn-errortype"] == "InternalServerErrorException"


def test_a_throttle_that_does_not_say_why_is_one_still(answer_of):
    answer = answer_of("refused", throttled(reveal=False))
    assert (answer.status, answer["x-envoy-lambda-statuscode"], answer["x-weir-lambda-reason"]) == (500, "429", "Unknown")


def test_retry_after_reaches_the_client(answer_of):
    assert answer_of("refused", throttled(retry_after=7))["retry-after"] == "7"


def test_the_429_passes_where_the_config_says_so(answer_of):
    answer = answer_of("told", throttled(REASONS[2], retry_after=7))
    assert (answer.status, answer["retry-after"]) == (429, "7")
    assert (answer["x-envoy-lambda-statuscode"], answer["x-weir-lambda-reason"]) == ("429", REASONS[2])


@pytest.mark.parametrize(("function", "status"), [("teapot", 418), ("busy", 503)])
def test_a_throttle_may_have_a_status_of_the_config_s(answer_of, function, status):
    answer = answer_of(function, throttled(REASONS[4]))
    assert (answer.status, answer["x-envoy-lambda-statuscode"], answer["x-weir-lambda-reason"]) == (status, "429", REASONS[4])
    assert b"Rate Exceeded" not in answer.body


def test_without_unwrap_a_throttle_passes_as_lambda_made_it(answer_of):
    answer = answer_of("plain", throttled(REASONS[3], retry_after=7))
    assert (answer.status, answer.json()["Reason"], answer["retry-after"]) == (429, REASONS[3], "7")
    assert answer["x-amzn-errortype"] == "TooManyRequestsException"


# ---- Lambda's other errors


@pytest.mark.parametrize(("status", "kind"), LAMBDA_ERRORS)
@pytest.mark.parametrize("function", ["broken", "flowing"])
def test_another_error_of_lambda_s_is_500_with_its_status(answer_of, function, status, kind):
    answer = answer_of(function, failed(status, kind, "arn:aws:iam::123456789012:role/secret"))
    assert is_internal_error(answer, 500), (answer.status, answer.body)
    assert answer["x-envoy-lambda-statuscode"] == str(status)
    assert answer["x-weir-lambda-reason"] is None
    assert "secret" not in str(answer.headers)


@pytest.mark.parametrize(("status", "kind"), [LAMBDA_ERRORS[0], LAMBDA_ERRORS[4], LAMBDA_ERRORS[11]])
def test_without_unwrap_it_passes_as_lambda_made_it(answer_of, status, kind):
    answer = answer_of("plain", failed(status, kind, "because"))
    assert (answer.status, answer.json()["message"], answer["x-amzn-errortype"]) == (status, "because", kind)


# ---- the function's errors


@pytest.mark.parametrize("kind", ["Handled", "Unhandled"])
@pytest.mark.parametrize("function", ["failing", "old", "balanced", "bare"])
def test_an_error_of_the_function_is_502_and_its_words_stay_inside(answer_of, function, kind):
    answer = answer_of(function, function_error(kind))
    assert is_internal_error(answer, 502), (answer.status, answer.body)
    assert answer["x-envoy-lambda-statuscode"] is None


def test_a_function_that_ran_into_its_timeout_is_502(answer_of):
    said = {"errorMessage": "2026-11-22T08:00:00.000Z 8f507cfc Task timed out after 3.00 seconds"}
    assert is_internal_error(answer_of("failing", function_error("Unhandled", said)), 502)


def test_without_unwrap_the_function_s_error_passes_as_lambda_made_it(answer_of):
    answer = answer_of("plain", function_error("Unhandled"))
    assert (answer.status, answer["x-amz-function-error"]) == (200, "Unhandled")
    assert answer.json()["errorType"] == "ZeroDivisionError"


MALFORMED = {
    "no JSON": b"<html>", "nothing": b"", "cut JSON": b'{"statusCode": 200, "body": "x', "an array": b"[1]", "a string": b'"hello"',
    "null": b"null", "no statusCode": b'{"body": "x"}', "a status of text": b'{"statusCode": "200"}',
    "a status below": b'{"statusCode": 99}',
    "a status of 1xx": b'{"statusCode": 101}', "a status above": b'{"statusCode": 600}', "a fraction": b'{"statusCode": 200.5}',
    "headers are a list": b'{"statusCode": 200, "headers": []}', "a header is an object": b'{"statusCode": 200, "headers": {"a": {}}}',
    "CR and LF in a header": b'{"statusCode": 200, "headers": {"a": "x\\r\\nset-cookie: evil=1"}}',
    "LF in a name": b'{"statusCode": 200, "headers": {"a\\nb": "x"}}',
    "a NUL in a header": b'{"statusCode": 200, "headers": {"a": "\\u0000"}}',
    "a body that is an object": b'{"statusCode": 200, "body": {}}', "no UTF-8": b'{"statusCode": 200, "body": "\xff\xfe"}',
    "no base64": b'{"statusCode": 200, "body": "?", "isBase64Encoded": true}', "nested too deeply": b"[" * 100_000,
    "headers of 100 KB": b'{"statusCode": 200, "headers": {"a": "' + b"x" * 100_000 + b'"}}'}


@pytest.mark.parametrize("what", MALFORMED)
@pytest.mark.parametrize("function", ["old", "balanced"])
def test_an_output_that_is_no_answer_is_502(answer_of, function, what):
    assert is_internal_error(answer_of(function, result(MALFORMED[what])), 502)


ANSWERS_OF_V2 = {"an array", "a string", "null", "no statusCode"}


@pytest.mark.parametrize("what", [what for what in MALFORMED if what not in ANSWERS_OF_V2])
def test_of_format_2_it_is_502_when_no_answer_can_be_inferred(answer_of, what):
    assert is_internal_error(answer_of("malformed", result(MALFORMED[what])), 502)


# ---- no answer at all


def test_an_endpoint_that_does_not_answer_in_time_is_504(folder, aws):
    gateway = start_before(folder, aws, {"slow": ""}, route=", timeout: 300ms")
    aws.plays("slow", silent())
    answer = gateway.ask("/slow/x")
    assert (answer.status, answer.body.decode(), answer["content-type"]) == (504, TIMED_OUT, "application/json")
    [invoke] = aws.asked("slow")
    assert invoke.left.wait(30), "the call to Lambda is over, too"
    becomes(lambda: invocations(gateway, "slow", "timeout"), 1)


def test_an_endpoint_that_is_down_is_500(folder, aws):
    class Nowhere:
        region, url = aws.region, f"http://127.0.0.1:{free_port()}"
    gateway = start_before(folder, Nowhere, {"gone": ""})
    answer = gateway.ask("/gone/x", "POST", body=b"hello")
    assert is_internal_error(answer, 500), (answer.status, answer.body)
    assert answer["x-envoy-lambda-statuscode"] is None
    becomes(lambda: invocations(gateway, "gone", "unreachable"), 1)
    assert gateway.is_alive()


def test_an_endpoint_that_takes_no_connection_is_500_and_no_timeout_of_the_function(folder, aws):
    """Its queue is full, so that the kernel lets each of them wait."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(full.getsockname())

        class Full:
            region, url = aws.region, f"http://127.0.0.1:{full.getsockname()[1]}"

        def impatient(bootstrap):
            for cluster in bootstrap["static_resources"]["clusters"]:
                cluster["connect_timeout"] = "0.2s"

        gateway = start_before(folder, Full, {"full": ""}, change=impatient)
        assert is_internal_error(gateway.ask("/full/x"), 500)
        becomes(lambda: invocations(gateway, "full", "unreachable"), 1)


CUT = {"at once": b"", "in the head": b"HTTP/1.1 200 OK\r\ncontent-len",
       "after the head": b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n",
       "in the body": b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"statusCode": 200, "body": "x"}',
       "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n", "a length that lies": b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n{}",
       "in an error's body": b"HTTP/1.1 429 Too Many\r\nx-amzn-errortype: TooManyRequestsException\r\ncontent-length: 100\r\n\r\n{"}


@pytest.mark.parametrize("where", CUT)
def test_an_endpoint_that_closes_is_an_error_and_the_function_is_not_run_again(gateway, aws, where):
    """Whether it ran, nobody knows: a second time may be once too often."""
    aws.plays("counted", closing(CUT[where]))
    answer = gateway.ask("/counted/x", "POST", body=b"hello")
    assert answer.status in (500, 502)
    assert answer.body.decode() == BROKEN
    assert len(aws.asked("counted")) == 1
    aws.plays("counted", hello())
    assert gateway.ask("/counted/x").status == 200


# ---- each is counted

OUTCOMES = {"ok": hello(), "throttled": throttled(), "function_error": function_error(),
            "lambda_error": failed(404, "ResourceNotFoundException"), "malformed": result(b"<html>")}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_request_is_counted_as_what_became_of_it(gateway, aws, outcome):
    counted = {each: invocations(gateway, "counted", each) for each in OUTCOMES}
    aws.plays("counted", OUTCOMES[outcome])
    gateway.ask("/counted/x")
    becomes(lambda: invocations(gateway, "counted", outcome), counted[outcome] + 1)
    assert {each for each in OUTCOMES if invocations(gateway, "counted", each) != counted[each]} == {outcome}


def test_a_request_that_is_too_large_is_counted_and_is_no_attempt(gateway, aws):
    before = invocations(gateway, "counted", "too_large"), metric(gateway, 'weir_lambda_attempts_total{function="counted"}')
    assert gateway.ask("/counted/x", "POST", {"content-type": "application/octet-stream"}, b"\0" * 5_000_000).status == 413
    becomes(lambda: invocations(gateway, "counted", "too_large"), before[0] + 1)
    assert metric(gateway, 'weir_lambda_attempts_total{function="counted"}') == before[1]


@pytest.mark.parametrize("reason", REASONS)
def test_throttled_invokes_are_counted_by_reason(gateway, aws, reason):
    def count():
        return metric(gateway, f'weir_lambda_throttled_total{{function="counted",reason="{reason}"}}')
    before = count()
    aws.plays("counted", throttled(reason))
    gateway.ask("/counted/x")
    becomes(count, before + 1)
