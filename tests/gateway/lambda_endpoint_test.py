"""Endpoints: over TLS, whose certificate is believed or not; slow ones; several functions at once."""

import threading
import time

import pytest
from certificates import make_certificate, trusting
from conftest import PATIENCE
from eventually import becomes
from fake_lambda import FakeLambda, hello, streamed, throttled, when, whole_stream
from lambda_gateway import invocations, is_internal_error, read_whole, start_before


@pytest.fixture(scope="module")
def certificate(folder):
    return make_certificate(folder.path)


@pytest.fixture(scope="module")
def secure(certificate):
    server = FakeLambda(certificate=certificate)
    yield server
    server.stop()
    assert server.faults == []


def test_an_endpoint_over_tls_is_asked_and_its_throttles_are_tried_again(folder, secure, certificate):
    gateway = start_before(folder, secure, {"safe": "retry: { budget: 30s }"}, change=trusting(certificate))
    secure.plays("safe", throttled(), hello())
    answer = gateway.ask("/safe/x", "POST", body=b"\0\xff")
    assert (answer.status, answer.body) == (200, b"hello")
    assert [(invoke["host"], invoke.payload) for invoke in secure.asked("safe")] == [(f"localhost:{secure.server_port}", b"\0\xff")] * 2


def test_a_stream_comes_over_tls(folder, secure, certificate):
    gateway = start_before(folder, secure, {"safe": "invoke: stream"}, change=trusting(certificate))
    secure.plays("safe", streamed(*whole_stream(b"hello" * 100_000)))
    assert read_whole(gateway, "/safe/x") == (200, b"hello" * 100_000, True)


def test_an_endpoint_whose_certificate_is_not_believed_gets_nothing(folder, secure):
    gateway = start_before(folder, secure, {"safe": ""})
    secure.plays("safe", hello())
    assert is_internal_error(gateway.ask("/safe/x", "POST", body=b"secret"), 500)
    assert secure.asked("safe") == []
    becomes(lambda: invocations(gateway, "safe", "unreachable"), 1)


def test_an_endpoint_that_comes_back_is_asked_again(folder, aws):
    fake = FakeLambda()
    gateway = start_before(folder, fake, {"back": ""})
    fake.plays("back", hello())
    assert gateway.ask("/back/x").status == 200
    fake.stop()
    becomes(lambda: gateway.ask("/back/x").status, 500)
    again = FakeLambda(port=fake.server_port)
    again.plays("back", hello())
    becomes(lambda: gateway.ask("/back/x").status, 200)
    again.stop()


def test_an_answer_that_trickles_arrives(folder, aws):
    gateway = start_before(folder, aws, {"trickling": ""})

    def play(exchange):
        output = b'{"statusCode": 200, "body": "slowly"}'
        exchange.write(exchange.start(200, {"content-length": len(output)}))
        for at in range(len(output)):
            exchange.write(output[at:at + 1])
            time.sleep(0.001)  # so that each byte travels alone

    aws.plays("trickling", play)
    assert gateway.ask("/trickling/x").body == b"slowly"


def test_a_function_that_hangs_holds_up_no_other(folder, aws):
    gateway = start_before(folder, aws, {"hanging": "", "quick": ""})
    may_end, answers = threading.Event(), []
    aws.plays("hanging", when(may_end, hello()))
    aws.plays("quick", hello())
    threads = [threading.Thread(target=lambda: answers.append(gateway.ask("/hanging/x").status)) for _ in range(100)]
    for thread in threads:
        thread.start()
    becomes(lambda: len(aws.asked("hanging")), 100)
    assert [gateway.ask("/quick/x").status for _ in range(20)] == [200] * 20
    may_end.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert answers == [200] * 100


def test_a_large_output_beyond_lambda_s_own_bound_is_no_crash(folder, aws):
    """Lambda sends 6 MB at most; whoever stands in its place may send more."""
    gateway = start_before(folder, aws, {"huge": ""})
    aws.plays("huge", hello("x" * (30 << 20)), hello())
    answer = gateway.ask("/huge/x")
    assert answer.status in (200, 502)
    assert len(answer.body) in (30 << 20, len('{"message":"Internal server error"}'))
    assert gateway.ask("/huge/x").body == b"hello"
