"""A call of a function ends with its client, and under the configuration that it began with."""

import socket
import threading

import pytest
from conftest import PATIENCE
from event_frames import chunk, complete, head
from fake_lambda import hello, silent, streamed, throttled, when
from lambda_gateway import Stream, becomes, invocations, log_line, start_before
from metrics import metric

OUTCOMES = ("ok", "throttled", "shed", "function_error", "lambda_error", "malformed", "truncated", "timeout", "too_large", "unreachable")


@pytest.fixture(scope="module")
def shared_gateway(folder, aws):
    return start_before(folder, aws, {name: options for name, options in {
        "alone": "concurrency: 1", "flow": "invoke: stream, concurrency: 1", "patient": "retry: { attempts: 2, budget: 20s }"}.items()})


def counted(gateway, function):
    return sum(invocations(gateway, function, outcome) for outcome in OUTCOMES)


def send(gateway, request):
    link = socket.create_connection(("127.0.0.1", gateway.port), PATIENCE)
    link.sendall(request)
    return link


def test_a_client_that_leaves_before_its_body_is_whole_has_called_nobody(gateway, aws):
    aws.plays("alone", hello())
    before = counted(gateway, "alone")
    send(gateway, b"POST /alone/half HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf").close()
    log_line(gateway, "/alone/half")  # it is over
    assert gateway.ask("/alone/x").status == 200, "its place is free"
    becomes(lambda: counted(gateway, "alone"), before + 1)
    assert len(aws.asked("alone")) == 1


def test_a_client_that_leaves_takes_its_call_along(gateway, aws):
    aws.plays("alone", silent(), hello())
    before = counted(gateway, "alone")
    link = send(gateway, b"GET /alone/gone HTTP/1.1\r\nhost: a\r\n\r\n")
    becomes(lambda: len(aws.asked("alone")), 1)
    link.close()
    assert aws.asked("alone")[0].left.wait(PATIENCE)
    becomes(lambda: counted(gateway, "alone"), before + 1)
    assert gateway.ask("/alone/x").status == 200, "its place is free"


def test_a_client_that_leaves_in_mid_stream_takes_its_call_along(gateway, aws):
    go, left = threading.Event(), threading.Event()

    def pieces():
        yield chunk(head())
        yield chunk(b"hello")
        try:
            while not go.wait(0.01):
                yield chunk(b"x" * 1000)
        finally:
            left.set()
        yield complete()

    aws.plays("flow", streamed(pieces))
    before = counted(gateway, "flow")
    with Stream(gateway, "/flow/x") as stream:
        assert stream.read(5) == b"hello"
        assert counted(gateway, "flow") == before, "it is not over"
    assert left.wait(PATIENCE)
    becomes(lambda: counted(gateway, "flow"), before + 1)
    go.set()
    aws.plays("flow", streamed(chunk(head()), chunk(b"again"), complete()))
    assert gateway.ask("/flow/x").body == b"again", "its place is free"


def test_a_client_that_leaves_while_a_retry_waits_is_counted_once(gateway, aws):
    aws.plays("patient", throttled(retry_after="5"))
    before = counted(gateway, "patient")
    link = send(gateway, b"GET /patient/x HTTP/1.1\r\nhost: a\r\n\r\n")
    becomes(lambda: metric(gateway, 'weir_lambda_attempts_total{function="patient"}'), 1)
    link.close()
    becomes(lambda: counted(gateway, "patient"), before + 1)
    assert len(aws.asked("patient")) == 1


def test_a_request_with_trailers_is_refused_and_not_sent_unsigned(gateway, aws):
    h2 = pytest.importorskip("h2.connection")
    aws.plays("alone", hello())
    client = h2.H2Connection()
    client.initiate_connection()
    client.send_headers(1, [(":method", "POST"), (":path", "/alone/x"), (":scheme", "http"), (":authority", "a")])
    client.send_data(1, b"body")
    client.send_headers(1, [("x-amz-date", "forged")], end_stream=True)
    with socket.create_connection(("127.0.0.1", gateway.port), PATIENCE) as link:
        link.sendall(client.data_to_send())
        status = None
        while status is None:
            for event in client.receive_data(link.recv(65536)):
                status = dict(getattr(event, "headers", None) or {}).get(b":status", status)
    assert status == b"400"
    assert aws.asked("alone") == []


def test_no_header_of_weir_s_own_is_seen_outside(gateway, aws):
    aws.plays("alone", hello())
    answer = gateway.ask("/alone/x", headers={"x-weir-lambda-answer": "1", "x-weir-lambda-retry": "1"})
    assert not [name for name in answer.headers if name.lower().startswith(("x-weir-", "x-amz", "x-envoy-lambda"))]
    assert not [name for name, _ in aws.asked("alone")[0].headers if name.startswith(("x-weir-", "x-envoy-", "x-forwarded-"))]


def test_an_answer_that_waits_keeps_nobody_else_waiting(gateway, aws):
    go = threading.Event()
    aws.plays("patient", when(go, hello("late")), hello("soon"))
    with send(gateway, b"GET /patient/late HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n") as link:
        becomes(lambda: len(aws.asked("patient")), 1)
        assert gateway.ask("/patient/soon").body == b"soon"
        go.set()
        answer = b""
        while piece := link.recv(65536):
            answer += piece
    assert answer.endswith(b"late")
