"""What the access log says of a call of a function: which, its status at Lambda, why it was refused, the version that ran."""

import pytest
from event_frames import chunk, complete, head
from fake_lambda import REASONS, failed, function_error, hello, result, streamed, throttled
from lambda_gateway import log_line, start_before

ARN = "arn:aws:lambda:us-east-1:123456789012:function:orders:live"
ONCE = "retry: { attempts: 1 }"
FIELDS = ["lambda_function", "lambda_status", "lambda_reason", "lambda_version"]
PLAYED = {
    "ok": (hello(), (200, 200, None, "$LATEST")),
    "version": (result({"statusCode": 404}, version="12"), (404, 200, None, "12")),
    "throttled": (throttled(REASONS[2]), (500, 429, REASONS[2], None)),
    "function-error": (function_error(), (502, 200, None, "$LATEST")),
    "lambda-error": (failed(404, "ResourceNotFoundException"), (500, 404, None, None)),
    "malformed": (result(b"<html>", version="3"), (502, 200, None, "3")),
}


@pytest.fixture(scope="module")
def shared_gateway(folder, aws, upstream):
    return start_before(folder, aws, {"logged": ONCE, "flowing": f"{ONCE}, invoke: stream"},
                        orders=f'{{ lambda: {{ function: "{ARN}", endpoint: "{aws.url}" }} }}',
                        local=f'{{ url: "http://127.0.0.1:{upstream.server_port}" }}')


@pytest.mark.parametrize("what", PLAYED)
def test_a_line_tells_what_became_of_the_call(gateway, aws, what):
    played, expected = PLAYED[what]
    aws.plays("logged", played)
    gateway.ask(f"/logged/{what}")
    line = log_line(gateway, f"/logged/{what}")
    assert (line["status"], line["lambda_status"], line.get("lambda_reason"), line.get("lambda_version")) == expected
    assert (line["lambda_function"], line["upstream"]) == ("logged", "logged")


def test_the_function_is_its_name_and_no_arn(gateway, aws):
    aws.plays("live", hello())
    aws.plays("orders", hello())
    gateway.ask("/orders/named")
    assert log_line(gateway, "/orders/named")["lambda_function"] == "orders"


def test_a_stream_s_line_is_written_at_its_end(gateway, aws):
    aws.plays("flowing", streamed(chunk(head(201)), chunk(b"hello"), complete()))
    assert gateway.ask("/flowing/x").body == b"hello"
    line = log_line(gateway, "/flowing/x")
    assert [line[field] for field in ("status", "lambda_function", "lambda_status", "lambda_version")] == [201, "flowing", 200, "7"]


def test_of_other_upstreams_a_line_says_nothing_of_functions(gateway):
    gateway.ask("/local/x")
    assert not set(FIELDS) & set(log_line(gateway, "/local/x"))


def test_nothing_of_the_keys_is_ever_written(gateway, aws):
    aws.plays("logged", hello(), throttled())
    for number in range(2):
        gateway.ask(f"/logged/secret{number}")
        log_line(gateway, f"/logged/secret{number}")
    written = gateway.access_log.read_text() + gateway.log.read_text()
    assert "wJalrXUtnFEMI" not in written
    assert "Signature=" not in written
