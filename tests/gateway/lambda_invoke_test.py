"""What arrives at AWS Lambda: the right function is invoked, signed anew, with the client's request as its event, and with
nothing of the client's beside it. Every request that comes to the fake is verified by botocore (`faults` of conftest's aws)."""

import base64
import json

import pytest
from conftest import PATIENCE
from fake_lambda import accepted, hello
from lambda_gateway import start_before

ARN = "arn:aws:lambda:us-east-1:123456789012:function:orders"
FUNCTIONS = {
    "v1": "payload: v1, context: { stage: prod, api_id: a1b2c3, account_id: '123456789012' }",
    "v2": "context: { stage: prod, api_id: a1b2c3, account_id: '123456789012' }",
    "alb": "payload: alb",
    "raw": "payload: raw",
    "later": "invoke: event",
}
EVENT = "/2015-03-31/functions/{}/invocations"


@pytest.fixture(scope="module")
def shared_gateway(folder, aws):
    def upstream(options):
        return f'{{ lambda: {{ {options}, endpoint: "{aws.url}" }} }}'

    return start_before(folder, aws, FUNCTIONS, head="escaped_slashes: keep\n", orders=upstream(f'function: "{ARN}", qualifier: live'),
                        latest=upstream('function: "123456789012:function:orders:$LATEST", region: us-east-1'))


@pytest.fixture
def ask(gateway, aws):
    """Asks a function, and returns what it was invoked with."""
    def ask(path, *arguments, function=None, **options):
        function = function or path.split("/")[1]
        aws.plays(function, hello())
        assert gateway.ask(path, *arguments, **options).body == b"hello"
        [invoke] = aws.asked(function)
        return invoke

    return ask


# ---- the request


def test_a_function_is_invoked_by_name(ask):
    invoke = ask("/v2/x")
    assert (invoke.method, invoke.target) == ("POST", EVENT.format("v2"))
    assert invoke["x-amz-invocation-type"] == "RequestResponse"


def test_a_function_is_invoked_by_its_arn_and_qualifier(ask, gateway):
    assert ask("/orders/x").target == EVENT.format("arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aorders") + "?Qualifier=live"
    assert ask("/latest/x", function="orders").target == EVENT.format("123456789012%3Afunction%3Aorders") + "?Qualifier=%24LATEST"


def test_an_event_of_a_function_that_answers_later_is_taken_with_202(gateway, aws):
    aws.plays("later", accepted())
    answer = gateway.ask("/later/x", "POST", body=b"hello")
    assert (answer.status, answer.body) == (202, b"")
    [invoke] = aws.asked("later")
    assert invoke["x-amz-invocation-type"] == "Event"
    assert invoke.event["body"] == "hello"


def test_the_event_has_a_length_and_is_json(ask):
    for options in ({}, {"method": "POST", "body": b"x" * 100_000}):
        invoke = ask("/v2/x", **options)
        assert int(invoke["content-length"]) == len(invoke.body)
        assert invoke["content-type"] == "application/json"


def test_a_body_in_chunks_is_sent_with_its_length(gateway, aws):
    aws.plays("v2", hello())
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (b"a" * 5, b"b" * 70_000, b"c")) + b"0\r\n\r\n"
    answer = gateway.raw(b"POST /v2/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n" + chunks)
    assert answer.startswith(b"HTTP/1.1 200 ")
    [invoke] = aws.asked("v2")
    assert invoke.payload == b"a" * 5 + b"b" * 70_000 + b"c"


def test_nothing_of_the_client_s_is_signed_or_read_by_aws(ask):
    """Not even what would order Lambda to do something else."""
    given = {"authorization": "Bearer theirs", "x-amz-invocation-type": "Event", "x-amz-client-context": "e30=", "x-amz-log-type": "Tail",
             "x-amz-security-token": "theirs", "x-amz-date": "20200101T000000Z", "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
             "cookie": "a=1", "x-forwarded-for": "1.2.3.4", "user-agent": "theirs", "accept-encoding": "br", "x-api-key": "k",
             "expect-ct": "x", "x-weir-lambda-retry": "1", "x-envoy-lambda-statuscode": "429", "content-type": "text/plain"}
    invoke = ask("/v2/x", headers=given)
    assert invoke["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert invoke["x-amz-invocation-type"] == "RequestResponse"
    names = {name for name, _ in invoke.headers}
    assert not names & {"x-amz-client-context", "x-amz-log-type", "x-amz-security-token", "cookie", "x-api-key", "expect-ct",
                        "x-weir-lambda-retry", "x-envoy-lambda-statuscode"}
    assert not [value for _, value in invoke.headers if "theirs" in value]
    assert invoke.event["headers"]["authorization"] == "Bearer theirs"
    assert invoke.event["headers"]["x-amz-client-context"] == "e30="


def test_the_endpoint_is_named_as_the_host(ask, aws):
    assert ask("/v2/x", headers={"host": "shop.example.com"})["host"] == f"127.0.0.1:{aws.server_port}"


def test_a_client_s_own_count_of_attempts_is_not_believed(gateway, aws):
    aws.plays("v2", hello())
    assert gateway.ask("/v2/x", headers={"x-envoy-attempt-count": "9", "x-envoy-max-retries": "0"}).status == 200
    assert len(aws.asked("v2")) == 1


# ---- events, as API Gateway and load balancers make them

QUERY = "a=1&a=2&b=%20+%2B&c&=d&e=%ff&%C3%BC=%E2%82%AC&a=1"


def test_an_event_of_format_2(ask):
    headers = [("host", "shop.example.com"), ("x-two", "1"), ("X-Two", "2"), ("cookie", "a=1; b=2"), ("cookie", "c=3"),
               ("user-agent", "test/1"), ("content-type", "text/plain")]
    event = ask("/v2/gr%C3%BC%C3%9Fe%2F/x?" + QUERY, "PUT", headers=headers, body="grüße".encode()).event
    assert (event["version"], event["routeKey"]) == ("2.0", "$default")
    assert event["rawPath"] == "/v2/gr%C3%BC%C3%9Fe%2F/x"
    assert event["rawQueryString"] == QUERY
    assert event["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in event["headers"]
    assert event["headers"]["x-two"] == "1,2"
    query = event["queryStringParameters"]
    assert (query["a"], query["b"], query["c"], query["ü"]) == ("1,2,1", "  +", "", "€")
    http = event["requestContext"]["http"]
    assert (http["method"], http["path"], http["sourceIp"], http["userAgent"]) == ("PUT", "/v2/gr%C3%BC%C3%9Fe%2F/x", "127.0.0.1", "test/1")
    context = event["requestContext"]
    assert (context["stage"], context["apiId"], context["accountId"]) == ("prod", "a1b2c3", "123456789012")
    assert (context["domainName"], context["domainPrefix"]) == ("shop.example.com", "shop")
    assert context["requestId"]
    assert (event["body"], event["isBase64Encoded"]) == ("grüße", False)


def test_an_event_of_format_1(ask):
    event = ask("/v1/gr%C3%BC%C3%9Fe/x?" + QUERY, "PUT", headers=[("host", "shop.example.com"), ("x-two", "1"), ("x-two", "2"),
                ("cookie", "a=1; b=2"), ("content-type", "text/plain")], body=b"hello").event
    assert (event["version"], event["httpMethod"], event["path"]) == ("1.0", "PUT", "/v1/gr%C3%BC%C3%9Fe/x")
    assert event["headers"]["x-two"] == "2"
    assert event["multiValueHeaders"]["x-two"] == ["1", "2"]
    assert event["headers"]["cookie"] == "a=1; b=2"
    assert event["queryStringParameters"]["a"] == "1"
    assert event["multiValueQueryStringParameters"]["a"] == ["1", "2", "1"]
    assert event["multiValueQueryStringParameters"]["ü"] == ["€"]
    context = event["requestContext"]
    assert (context["stage"], context["apiId"], context["identity"]["sourceIp"]) == ("prod", "a1b2c3", "127.0.0.1")
    assert (event["body"], event["isBase64Encoded"]) == ("hello", False)


def test_an_event_of_a_load_balancer(ask):
    event = ask("/alb/gr%C3%BC%C3%9Fe/x?" + QUERY, headers=[("x-two", "1"), ("x-two", "2")]).event
    assert (event["httpMethod"], event["path"]) == ("GET", "/alb/gr%C3%BC%C3%9Fe/x")
    assert "targetGroupArn" in event["requestContext"]["elb"]
    assert event["multiValueQueryStringParameters"]["a"] == ["1", "2", "1"]
    assert event["multiValueQueryStringParameters"]["b"] == ["%20+%2B"], "not decoded"
    assert event["multiValueHeaders"]["x-two"] == ["1", "2"]
    assert (event["body"], event["isBase64Encoded"]) == ("", False)


def test_raw_sends_the_body_as_the_event(ask):
    assert ask("/raw/x", "POST", body=b'{"user": "ada", "n": 1}').body == b'{"user": "ada", "n": 1}'
    assert ask("/raw/x").body == b"{}"
    assert ask("/raw/x", "POST", body=b"").body == b"{}"


@pytest.mark.parametrize("payload", ["v1", "v2", "alb"])
def test_a_body_of_any_bytes_arrives(ask, payload):
    every = bytes(range(256)) * 3
    invoke = ask(f"/{payload}/x", "POST", {"content-type": "application/octet-stream"}, every)
    assert invoke.event["isBase64Encoded"]
    assert base64.b64decode(invoke.event["body"], validate=True) == every


@pytest.mark.parametrize("body", [b"", b"\0", b"{}", "ü€😀".encode(), b'"\\\n\t\x7f', b"text that ends in half a letter \xc3"],
                         ids=["nothing", "a NUL", "JSON", "beyond ASCII", "escapes", "no UTF-8"])
def test_text_stays_text_and_the_rest_is_base64(ask, body):
    invoke = ask("/v2/x", "POST", {"content-type": "text/plain"}, body)
    assert invoke.payload == body
    with_text = True
    try:
        body.decode()
    except UnicodeDecodeError:
        with_text = False
    assert invoke.event["isBase64Encoded"] is not with_text


def test_a_compressed_body_is_binary(ask):
    invoke = ask("/v2/x", "POST", {"content-type": "application/json", "content-encoding": "gzip"}, b"\x1f\x8b\x08rest")
    assert (invoke.event["isBase64Encoded"], invoke.payload) == (True, b"\x1f\x8b\x08rest")


def test_a_header_of_any_byte_that_http_allows_makes_an_event(gateway, aws):
    aws.plays("v2", hello())
    any_byte = bytes(byte for byte in range(0x20, 0x100) if byte != 0x7f)
    answer = gateway.raw(b"GET /v2/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-any: a" + any_byte + b"z\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    value = aws.asked("v2")[0].event["headers"]["x-any"]
    assert value.startswith("a !\"#") and value.endswith("z")


def test_the_client_behind_a_proxy_is_the_event_s(folder, aws):
    gateway = start_before(folder, aws, {"behind": ""}, head="trusted_proxies: 1\n")
    aws.plays("behind", hello())
    gateway.ask("/behind/x", headers={"x-forwarded-for": "9.9.9.9, 203.0.113.7"})
    assert aws.asked("behind")[0].event["requestContext"]["http"]["sourceIp"] == "203.0.113.7"


# ---- what is too large is never sent

TEXT = {"content-type": "text/plain"}


def test_an_event_of_almost_6_mb_is_sent_whole(ask):
    body = b"x" * (6_000_000)
    assert ask("/v2/x", "POST", TEXT, body).payload == body


@pytest.mark.parametrize(("function", "content_type", "size"), [
    ("v2", "text/plain", (6 << 20) + 1), ("v2", "application/octet-stream", 5_000_000), ("v2", "text/plain", 20 << 20),
    ("raw", "application/json", (6 << 20) + 1), ("later", "text/plain", (1 << 20) + 1)],
    ids=["text beyond 6 MB", "too large in base64", "far too large", "raw", "beyond 1 MB for an event"])
def test_an_event_beyond_lambda_s_bound_is_413_and_lambda_is_not_asked(gateway, aws, function, content_type, size):
    aws.plays(function, hello())
    with gateway.connect() as connection:
        connection.timeout = PATIENCE
        try:
            answer = gateway.ask(f"/{function}/x", "POST", {"content-type": content_type}, b"1" * size, connection=connection)
        except (BrokenPipeError, ConnectionResetError):  # it had answered before all of it was sent
            answer = None
    assert answer is None or (answer.status, json.loads(answer.body)) == (413, {"message": "Request Too Long"})
    assert aws.asked(function) == []
