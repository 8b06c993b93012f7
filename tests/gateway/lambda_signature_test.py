"""Whose signature a request carries: credentials of every kind, absent, expired, and anew for each attempt."""

import pytest
from eventually import becomes
from fake_lambda import REASONS, Key, hello, throttled
from lambda_gateway import invocations, is_internal_error, start_before

TOKEN = "FwoGZXIvYXdzEBYaDH+/=/+example=="


def key_of(invoke):
    return invoke["authorization"].partition("Credential=")[2].partition("/")[0]


ASKED = [("GET", "gr%C3%BC%C3%9Fe/%E6%97%A5%E6%9C%AC", None), ("GET", "a%2Fb/..;/x", None), ("GET", "?a=%20+%2B&&=&b", None),
         ("GET", "?q=" + "%F0%9F%98%80" * 50, None), ("POST", "", b""), ("POST", "", bytes(range(256)) * 200), ("DELETE", "x", None),
         ("PATCH", "x", b"\0")]


@pytest.fixture(scope="module")
def retrying(folder, aws):
    gateway = start_before(folder, aws, {f"signed{number}": "retry: { attempts: 3, budget: 30s }" for number in range(len(ASKED))},
                           head="escaped_slashes: keep\n")
    yield gateway
    assert gateway.is_alive()


@pytest.mark.parametrize("number", range(len(ASKED)))
def test_each_attempt_is_signed_whatever_is_asked(retrying, aws, number):
    """botocore verifies each; the attempts of one request differ in nothing but their signature's time."""
    function, (method, path, body) = f"signed{number}", ASKED[number]
    aws.plays(function, throttled(), throttled(REASONS[4]), hello())
    answer = retrying.ask(f"/{function}/{path}", method, body=body)
    assert (answer.status, answer.body) == (200, b"hello")
    attempts = aws.asked(function)
    assert [attempt.refusal for attempt in attempts] == [None, None, None]
    assert len({attempt.body for attempt in attempts}) == 1
    assert {attempt["content-length"] for attempt in attempts} == {str(len(attempts[0].body))}


def test_a_session_token_is_sent_and_signed(folder, aws):
    aws.keys["ASIASESSION"] = Key("another/secret+", TOKEN)
    gateway = start_before(folder, aws, {"session": ""}, environment={
        "AWS_ACCESS_KEY_ID": "ASIASESSION", "AWS_SECRET_ACCESS_KEY": "another/secret+", "AWS_SESSION_TOKEN": TOKEN})
    aws.plays("session", throttled(), hello())
    assert gateway.ask("/session/x", headers={"x-amz-security-token": "theirs"}).status == 200
    assert [invoke["x-amz-security-token"] for invoke in aws.asked("session")] == [TOKEN, TOKEN]


def test_a_named_profile_signs(folder, aws):
    aws.keys["AKIDBLUE"] = Key("bluesecret")
    file = folder.path / "credentials"
    file.write_text("[default]\naws_access_key_id = AKIDNOBODY\naws_secret_access_key = x\n"
                    "[blue]\naws_access_key_id = AKIDBLUE\naws_secret_access_key = bluesecret\n")
    gateway = start_before(folder, aws, {"profiled": "credentials: { profile: blue }"},
                           environment={"AWS_SHARED_CREDENTIALS_FILE": str(file)})
    aws.plays("profiled", hello())
    assert gateway.ask("/profiled/x").status == 200
    assert key_of(aws.asked("profiled")[0]) == "AKIDBLUE"


def refused_by_aws(folder, aws, function, kind, **environment):
    """Such a request is what AWS answers with 403; the client sees what API Gateway shows of it."""
    gateway = start_before(folder, aws, {function: ""}, environment=environment)
    aws.plays(function, hello())
    answer = gateway.ask(f"/{function}/x")
    assert is_internal_error(answer, 500), (answer.status, answer.body)
    refused = {invoke.refusal[0] for invoke in aws.asked(function)}
    aws.faults.clear()
    assert refused <= {kind}
    assert gateway.is_alive()
    becomes(lambda: sum(invocations(gateway, function, outcome) for outcome in ("lambda_error", "unreachable")), 1)
    return answer, refused


def test_expired_credentials_are_an_error_that_says_lambda_s_status(folder, aws):
    aws.keys["ASIAEXPIRED"] = Key("s", TOKEN, expired=True)
    answer, refused = refused_by_aws(folder, aws, "expired", "ExpiredTokenException", AWS_ACCESS_KEY_ID="ASIAEXPIRED",
                                     AWS_SECRET_ACCESS_KEY="s", AWS_SESSION_TOKEN=TOKEN)
    assert refused and answer["x-envoy-lambda-statuscode"] == "403"


def test_a_wrong_secret_is_an_error_that_says_lambda_s_status(folder, aws):
    answer, refused = refused_by_aws(folder, aws, "forged", "InvalidSignatureException", AWS_SECRET_ACCESS_KEY="not this")
    assert refused and answer["x-envoy-lambda-statuscode"] == "403"


def test_without_credentials_the_answer_is_an_error_and_the_gateway_lives(folder, aws):
    refused_by_aws(folder, aws, "unsigned", "MissingAuthenticationTokenException", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
