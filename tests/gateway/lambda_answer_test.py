"""A function's answer as the client gets it, as API Gateway REST and HTTP APIs and load balancers make it."""

import base64
import contextlib
import socket

import pytest
from conftest import PATIENCE
from fake_lambda import hello, result, streamed, throttled, whole_stream
from lambda_gateway import start_before


@pytest.fixture(scope="module")
def shared_gateway(folder, aws):
    functions = {"v1": "payload: v1", "v2": "", "alb": "payload: alb", "raw": "payload: raw", "plain": "unwrap: false",
                 "flows": "unwrap: false, invoke: stream", "told": "throttled: passthrough, retry: { attempts: 1 }", "last": ""}
    return start_before(folder, aws, functions)


@pytest.fixture
def ask(gateway, aws):
    def ask(function, played, method="GET", **options):
        aws.plays(function, played)
        return gateway.ask(f"/{function}/x", method, **options)

    return ask


def answers_on_one_connection(gateway, *requests):
    """[(status, every byte behind its head)]: what is no answer's would be read as the next one's begin."""
    with contextlib.closing(socket.create_connection(("127.0.0.1", gateway.port), PATIENCE)) as connection:
        for number, request in enumerate(requests, 1):
            last = "connection: close\r\n" if number == len(requests) else ""
            connection.sendall(f"{request} HTTP/1.1\r\nhost: localhost\r\n{last}\r\n".encode())
        came = b"".join(iter(lambda: connection.recv(65536), b""))
    return [(int(one[:3]), one.partition(b"\r\n\r\n")[2]) for one in came.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize("function", ["v1", "v2", "alb", "raw"])
@pytest.mark.parametrize("status", [200, 201, 302, 404, 429, 500, 503, 599])
def test_status_headers_and_body_are_the_function_s(ask, function, status):
    answer = ask(function, hello("grüße", status, {"Content-Type": "text/plain; charset=utf-8", "X-Mine": "a, b"}))
    assert (answer.status, answer.body.decode(), answer["content-type"]) == (status, "grüße", "text/plain; charset=utf-8")
    assert (answer["x-mine"], answer["content-length"]) == ("a, b", str(len("grüße".encode())))
    assert answer["x-envoy-lambda-statuscode"] is None, "a function's own 429 is no throttle"


@pytest.mark.parametrize("function", ["v1", "v2", "alb", "raw"])
def test_a_body_of_any_bytes_reaches_the_client(ask, function):
    every = bytes(range(256)) * 500
    answer = ask(function, hello(base64.b64encode(every).decode(), isBase64Encoded=True))
    assert answer.body == every


@pytest.mark.parametrize("function", ["v1", "v2", "alb", "raw"])
def test_a_large_answer_reaches_the_client_whole(ask, function):
    body = "ab\"c\n" * 1_000_000
    answer = ask(function, hello(body))
    assert answer.body == body.encode()


@pytest.mark.parametrize("body", ["", None])
def test_an_answer_may_have_no_body(ask, body):
    answer = ask("v2", result({"statusCode": 200, "body": body}))
    assert (answer.status, answer.body, answer["content-length"]) == (200, b"", "0")


@pytest.mark.parametrize("function", ["v1", "v2", "alb", "raw"])
def test_an_answer_to_head_has_headers_alone(gateway, ask, function):
    answer = ask(function, hello("hello"), "HEAD")
    assert (answer.status, answer.body, answer["content-type"]) == (200, b"", "text/plain")
    assert answers_on_one_connection(gateway, *[f"HEAD /{function}/x"] * 2, f"GET /{function}/x") == [(200, b"")] * 2 + [(200, b"hello")]


PASSING = {"plain": (hello(), 200), "flows": (streamed(*whole_stream()), 200), "told": (throttled(), 429)}


@pytest.mark.parametrize("function", PASSING)
def test_an_answer_to_head_that_passes_as_lambda_made_it_has_headers_alone_too(gateway, aws, function):
    """Lambda is asked by POST, and answers with a body."""
    played, status = PASSING[function]
    aws.plays(function, played)
    aws.plays("last", hello("the last"))
    assert answers_on_one_connection(gateway, *[f"HEAD /{function}/x"] * 2, "GET /last/x") == [(status, b"")] * 2 + [(200, b"the last")]


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body_by_its_status_has_none(gateway, ask, status):
    answer = ask("v2", hello("this must not be there", status))
    assert (answer.status, answer.body, answer["content-type"]) == (status, b"", "text/plain")
    assert answers_on_one_connection(gateway, *["GET /v2/x"] * 3) == [(status, b"")] * 3


def test_a_header_of_several_values_is_several_headers(ask):
    output = {"statusCode": 200, "headers": {"x-two": "2", "x-one": "1"}, "multiValueHeaders": {"x-two": ["1", "2"]}}
    answer = ask("v1", result(output))
    assert sorted(answer.headers.get_all("x-two")) == ["1", "2"], "a pair that both have is there once"
    assert answer["x-one"] == "1"


def test_numbers_and_truths_are_headers_too(ask):
    answer = ask("v2", result({"statusCode": 200, "headers": {"x-n": 7, "x-b": True, "x-null": None}, "body": ""}))
    assert (answer["x-n"], answer["x-b"], answer["x-null"]) == ("7", "true", None)


@pytest.mark.parametrize(("output", "body"), [({"a": [1, {"b": "ü"}]}, None), ("text", b"text"), (7, b"7"), ([], b"[]")])
def test_format_2_infers_an_answer_from_json_without_a_status(ask, output, body):
    answer = ask("v2", result(output))
    assert (answer.status, answer["content-type"]) == (200, "application/json")
    assert answer.body == body if body else answer.json() == output


def test_a_function_gives_the_gateway_no_orders(ask):
    given = {"x-envoy-lambda-statuscode": "429", "x-weir-lambda-reason": "Shed", "x-weir-lambda-retry": "1", "x-envoy-ratelimited": "1"}
    answer = ask("v2", hello(headers=given))
    assert (answer.status, [name for name in given if answer[name] is not None]) == (200, [])


def test_what_a_function_says_in_lambda_s_name_is_its_own(aws, ask):
    """The mark of a retry counts where Lambda throttles and nowhere else."""
    assert ask("v2", hello(status=429, headers={"x-weir-lambda-retry": "1"})).status == 429
    assert len(aws.asked("v2")) == 1


def test_without_unwrap_the_output_passes_as_it_is(ask):
    answer = ask("plain", result({"statusCode": 404, "body": "x"}, **{"x-amz-executed-version": "12"}))
    assert (answer.status, answer.json()) == (200, {"statusCode": 404, "body": "x"})
    assert answer["content-type"] == "application/json"


def test_answers_follow_each_other_on_one_connection(gateway, aws):
    aws.plays("v2", *(hello(f"answer {number}") for number in range(50)))
    with gateway.connect() as connection:
        answers = [gateway.ask("/v2/x", "POST", body=b"q", connection=connection).body for _ in range(50)]
    assert answers == [b"answer %d" % number for number in range(50)]
