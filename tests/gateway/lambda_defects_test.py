"""Defects of gateways that put Lambda behind HTTP, each as a test that Weir does not have it. kgateway is what remains there
after its 1.19.0; Envoy is its own filter aws_lambda."""

import base64

import pytest
from fake_lambda import failed, function_error, hello, result, streamed, throttled, whole_stream
from lambda_gateway import is_internal_error, start_before


@pytest.fixture(scope="module")
def shared_gateway(folder, aws):
    return start_before(folder, aws, {"v1": "payload: v1, retry: { attempts: 1 }", "v2": "retry: { attempts: 1 }", "alb": "payload: alb",
                                      "flowing": "invoke: stream"})


@pytest.fixture
def ask(gateway, aws):
    def ask(function, played, *arguments, **options):
        aws.plays(function, played)
        return gateway.ask(f"/{function}/x", *arguments, **options)

    return ask


def test_kgateway_before_1_19_a_throttle_with_unwrap_was_200_and_empty(ask):
    answer = ask("v2", throttled())
    assert is_internal_error(answer, 500)
    assert answer["x-envoy-lambda-statuscode"] == "429"


def test_kgateway_a_function_error_with_unwrap_is_200(ask):
    assert is_internal_error(ask("v2", function_error()), 502)


@pytest.mark.parametrize("status", [403, 404, 413, 500, 502])
def test_kgateway_lambda_s_other_errors_are_200(ask, status):
    answer = ask("v2", failed(status, "SomeException"))
    assert is_internal_error(answer, 500)
    assert answer["x-envoy-lambda-statuscode"] == str(status)


def test_kgateway_a_binary_body_is_cut_at_its_first_nul(ask):
    every = bytes(range(256))
    answer = ask("v2", hello(base64.b64encode(every).decode(), headers={"content-type": "image/png"}, isBase64Encoded=True))
    assert (answer.body, answer["content-type"]) == (every, "image/png")


def test_kgateway_several_set_cookie_are_joined_by_commas(ask):
    cookies = ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2; Path=/"]
    answer = ask("v1", result({"statusCode": 200, "multiValueHeaders": {"Set-Cookie": cookies}, "body": ""}))
    assert answer.headers.get_all("set-cookie") == cookies


def test_kgateway_cookies_of_format_2_are_ignored(ask):
    answer = ask("v2", hello(cookies=["a=1", "b=2"]))
    assert answer.headers.get_all("set-cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize("output", ["hello", 7, [1, 2], True, None, {"a": 1}])
def test_kgateway_json_that_is_no_proxy_answer_becomes_an_empty_object(ask, output):
    answer = ask("v2", result(output))
    assert (answer.status, answer["content-type"]) == (200, "application/json")
    assert answer.body == b"hello" if output == "hello" else answer.json() == output


def test_kgateway_malformed_output_is_500_in_plain_text(ask):
    assert is_internal_error(ask("v2", result(b"<html>")), 502)


@pytest.mark.parametrize("status", [0, 99, 100, 101, 199, 600, 999, -1, 2**40])
def test_kgateway_the_status_s_range_is_not_checked(ask, status):
    assert is_internal_error(ask("v2", result({"statusCode": status})), 502)


def test_kgateway_hop_by_hop_headers_pass(ask):
    headers = {"connection": "x-mine", "x-mine": "1", "keep-alive": "timeout=5", "transfer-encoding": "gzip", "te": "trailers",
               "upgrade": "h2c", "trailer": "x", "proxy-connection": "close", "content-length": "3", "x-kept": "1"}
    answer = ask("v2", hello("hello", headers=headers))
    assert answer.body == b"hello"
    assert {name for name in headers if answer[name] is not None} <= {"content-length", "x-kept", "transfer-encoding"}
    assert (answer["x-kept"], answer["x-mine"]) == ("1", None)
    assert "gzip" not in (answer["transfer-encoding"] or "")


def test_envoy_a_function_s_errors_are_200(ask):
    assert ask("v2", function_error("Handled")).status == 502


def test_envoy_only_the_first_value_of_a_query_is_kept(gateway, aws):
    for function in ("v1", "v2", "alb"):
        aws.plays(function, hello())
        gateway.ask(f"/{function}/x?a=1&a=2")
    v1, v2, alb = (aws.asked(function)[0].event for function in ("v1", "v2", "alb"))
    assert v1["multiValueQueryStringParameters"] == {"a": ["1", "2"]}
    assert v2["queryStringParameters"] == {"a": "1,2"}
    assert alb["multiValueQueryStringParameters"] == {"a": ["1", "2"]}


def test_envoy_knows_no_events_of_api_gateway_and_load_balancers(gateway, aws):
    for function, member in {"v1": "multiValueHeaders", "v2": "rawPath", "alb": "httpMethod"}.items():
        aws.plays(function, hello())
        gateway.ask(f"/{function}/x")
        assert member in aws.asked(function)[0].event


def test_envoy_knows_no_streamed_answers(ask):
    answer = ask("flowing", streamed(*whole_stream(b"hello", status=201, headers={"x-a": "b"})))
    assert (answer.status, answer.body, answer["x-a"]) == (201, b"hello", "b")
