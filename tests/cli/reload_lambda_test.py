"""Functions behind a gateway whose config changes while it serves: calls under way are not cut, what was learnt is kept."""

import http.client
import sys
import threading

import pytest
from conftest import PATIENCE, ROOT, wait_until
from live_gateway import LiveGateway

sys.path.append(str(ROOT / "tests/gateway"))

from event_frames import chunk, complete, head  # noqa: E402
from fake_lambda import CREDENTIALS, hello, streamed, throttled, well_behaved, when  # noqa: E402

CONFIG = """
upstreams:
  orders: { lambda: { function: {function}, region: us-east-1, endpoint: "{aws}", {options} } }
routes: [{ path: /*, to: orders }]
"""


aws = pytest.fixture(well_behaved)


@pytest.fixture
def live(folder, upstream, aws, monkeypatch, gone_afterwards):
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)

    def go(body=CONFIG, **words):
        words = {"function": "orders", "options": "payload: v2", **words}
        return gone_afterwards(LiveGateway(folder, upstream, body, aws=aws.url, **words))

    return go


def ask(gateway, path="/"):
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=PATIENCE)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, answer.headers


def test_another_function_is_asked_from_now_on(live, aws):
    aws.plays("orders", hello("the old one"))
    aws.plays("orders-2", hello("the new one"))
    gateway = live()
    assert ask(gateway)[1] == b"the old one"
    gateway.change(CONFIG, function="orders-2")
    assert ask(gateway)[1] == b"the new one"


@pytest.mark.parametrize(("options", "status"), [("throttled: passthrough", 429), ("throttled: 503", 503), ("unwrap: false", 429)])
def test_other_words_for_a_throttle_are_in_force(live, aws, options, status):
    aws.plays("orders", throttled())
    gateway = live(options="retry: { attempts: 1 }")
    assert ask(gateway)[0] == 500
    gateway.change(CONFIG, options=f"retry: {{ attempts: 1 }}, {options}")
    assert ask(gateway)[0] == status
    assert len(aws.asked("orders")) == 2


def test_attempts_are_those_of_the_new_config(live, aws):
    gateway = live(options="retry: { attempts: 1 }")
    aws.plays("orders", throttled())
    ask(gateway)
    gateway.change(CONFIG, options="retry: { attempts: 4, budget: 30s }")
    ask(gateway)
    assert len(aws.asked("orders")) == 5


@pytest.mark.parametrize("change", [{"function": "orders-2"}, {"options": "payload: v1"}], ids=["another function", "another payload"])
def test_a_stream_outlives_changes(live, aws, change):
    go = threading.Semaphore(0)

    def pieces():
        yield chunk(head())
        for number in range(3):
            assert go.acquire(timeout=PATIENCE)
            yield chunk(b"%d" % number)
        yield complete()

    aws.plays("orders", streamed(pieces))
    gateway = live(options="invoke: stream")
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=PATIENCE)
    connection.request("GET", "/")
    answer = connection.getresponse()
    go.release()
    assert answer.read(1) == b"0"
    gateway.change(CONFIG, **change)
    go.release(2)
    assert answer.read() == b"12"
    connection.close()


def test_a_call_under_way_has_its_answer(live, aws):
    may_end, answers = threading.Event(), []
    aws.plays("orders", when(may_end, hello("late")))
    gateway = live()
    asking = threading.Thread(target=lambda: answers.append(ask(gateway)))
    asking.start()
    wait_until(lambda: aws.asked("orders"), "the function runs")
    gateway.change(CONFIG, options="payload: v1")
    may_end.set()
    asking.join(PATIENCE)
    assert [answer[:2] for answer in answers] == [(200, b"late")]


def test_a_request_whose_body_still_comes_goes_where_it_began(live, aws):
    aws.plays("orders", hello("the old one"))
    aws.plays("orders-2", hello("the new one"))
    gateway = live()
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=PATIENCE)
    connection.putrequest("POST", "/")
    connection.putheader("content-length", "10")
    connection.endheaders(b"hello")
    gateway.change(CONFIG, function="orders-2")
    connection.send(b"hello")
    assert connection.getresponse().read() == b"the old one"
    [invoke] = aws.asked("orders")
    assert invoke.payload == b"hellohello"
    connection.close()


@pytest.mark.parametrize("change", [{"function": "orders-2"}, {"options": "retry: { attempts: 1 }, concurrency: 3"}])
def test_a_retry_that_waits_is_made_as_its_request_began(live, aws, change):
    aws.plays("orders", throttled(retry_after=2), hello("at last"))
    gateway, answers = live(options="concurrency: 1, retry: { attempts: 3, budget: 30s }"), []
    asking = threading.Thread(target=lambda: answers.append(ask(gateway)))
    asking.start()
    wait_until(lambda: aws.asked("orders"), "it is throttled")
    gateway.change(CONFIG, **change)
    asking.join(PATIENCE)
    assert [answer[:2] for answer in answers] == [(200, b"at last")]
    assert len(aws.asked("orders")) == 2


def test_places_that_are_taken_count_after_a_change(live, aws):
    """Two run, and no more may: the next is shed until they have ended, by the new config's words."""
    may_end, answers = threading.Event(), []
    aws.plays("orders", when(may_end, hello()))
    gateway = live(options="concurrency: 2")
    asking = [threading.Thread(target=lambda: answers.append(ask(gateway)[0])) for _ in range(2)]
    for thread in asking:
        thread.start()
    wait_until(lambda: len(aws.asked("orders")) == 2, "two run")
    gateway.change(CONFIG, options="concurrency: 2, throttled: 503")
    status, _, headers = ask(gateway)
    assert (status, headers["x-weir-lambda-reason"]) == (503, "Shed")
    may_end.set()
    for thread in asking:
        thread.join(PATIENCE)
    assert answers == [200, 200]
    assert ask(gateway)[0] == 200


def test_another_bound_of_concurrency_is_in_force(live, aws):
    gateway = live(options="concurrency: 1")
    gateway.change(CONFIG, options="concurrency: 2")
    may_end, answers = threading.Event(), []
    aws.plays("orders", when(may_end, hello()))
    asking = [threading.Thread(target=lambda: answers.append(ask(gateway)[0])) for _ in range(2)]
    for thread in asking:
        thread.start()
    wait_until(lambda: len(aws.asked("orders")) == 2, "two run")
    may_end.set()
    for thread in asking:
        thread.join(PATIENCE)
    assert answers == [200, 200]


def test_an_upstream_becomes_a_function_and_a_function_an_upstream(live, aws):
    aws.plays("orders", hello("of the function"))
    plain = "upstreams: { orders: { url: \"{upstream}\" } }\nroutes: [{ path: /*, to: orders }]\n"
    gateway = live(plain)
    assert ask(gateway)[:2] == (200, b"fine\n")
    gateway.change(CONFIG)
    assert ask(gateway)[:2] == (200, b"of the function")
    gateway.change(plain)
    assert ask(gateway)[:2] == (200, b"fine\n")


def test_a_broken_change_is_refused_and_the_function_still_answers(live, aws):
    aws.plays("orders", hello())
    gateway = live()
    gateway.put(gateway.text(CONFIG, options="payload: v3"))
    gateway.wait_until_refused()
    assert ask(gateway)[0] == 200
