"""The fake Lambda itself: botocore's own client gets along with it, and what AWS would refuse it refuses."""

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError
from event_frames import HTTP_INTEGRATION, chunk, complete, exception
from fake_lambda import KEY_ID, REASONS, REGION, SECRET, FakeLambda, Key, function_error, hello, streamed, throttled, whole_stream


@pytest.fixture
def fake():
    server = FakeLambda()
    yield server
    server.stop()


def client(fake, key=KEY_ID, secret=SECRET, token=None, region=REGION):
    session = botocore.session.get_session()
    session.set_credentials(key, secret, token)
    return session.create_client("lambda", region_name=region, endpoint_url=fake.url, config=Config(retries={"total_max_attempts": 1}))


@pytest.mark.parametrize("function", ["orders", "arn:aws:lambda:us-east-1:123456789012:function:orders", "123456789012:function:orders"])
def test_an_invoke_is_answered(fake, function):
    fake.plays("orders", hello())
    answer = client(fake).invoke(FunctionName=function, Qualifier="$LATEST", Payload="{\"a\": \"ü\"}".encode())
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert b"hello" in answer["Payload"].read()
    assert fake.faults == []
    assert fake.asked("orders")[0].event == {"a": "ü"}


@pytest.mark.parametrize("reason", REASONS)
def test_a_throttle_has_its_reason(fake, reason):
    fake.plays("orders", throttled(reason, retry_after=3))
    with pytest.raises(ClientError) as caught:
        client(fake).invoke(FunctionName="orders")
    said = caught.value.response
    assert (said["Error"]["Code"], said["Reason"]) == ("TooManyRequestsException", reason)
    assert said["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "3"


def test_a_function_s_error_stays_200(fake):
    fake.plays("orders", function_error("Handled"))
    answer = client(fake).invoke(FunctionName="orders")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Handled")


def test_a_stream_is_read(fake):
    fake.plays("orders", streamed(*whole_stream(b"body", status=201)))
    answer = client(fake).invoke_with_response_stream(FunctionName="orders")
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-remapped-content-type"] == HTTP_INTEGRATION
    events = list(answer["EventStream"])
    assert [list(event) for event in events] == [["PayloadChunk"], ["PayloadChunk"], ["InvokeComplete"]]
    assert events[1]["PayloadChunk"]["Payload"] == b"body"
    assert fake.faults == []


def test_a_stream_s_errors_are_read(fake):
    fake.plays("orders", streamed(chunk(b"x"), complete("Unhandled", "boom")), streamed(chunk(b"x"), exception()))
    events = list(client(fake).invoke_with_response_stream(FunctionName="orders")["EventStream"])
    assert events[1]["InvokeComplete"]["ErrorCode"] == "Unhandled"
    with pytest.raises(EventStreamError):
        list(client(fake).invoke_with_response_stream(FunctionName="orders")["EventStream"])


@pytest.mark.parametrize(("wrong", "said"), [
    ({"secret": "another"}, "InvalidSignatureException"), ({"key": "AKIDNOBODY"}, "UnrecognizedClientException"),
    ({"token": "another"}, "UnrecognizedClientException"), ({"region": "eu-central-1"}, "InvalidSignatureException"),
    ({"key": "ASIAOLD", "secret": "s", "token": "t"}, "ExpiredTokenException")],
    ids=["another secret", "no such key", "a token of nobody's", "another region", "expired"])
def test_what_aws_would_refuse_is_refused(fake, wrong, said):
    fake.plays("orders", hello())
    fake.keys["ASIAOLD"] = Key("s", "t", expired=True)
    with pytest.raises(ClientError, match=said):
        client(fake, **wrong).invoke(FunctionName="orders")
    assert [kind for kind, _ in fake.faults] == [said]
