"""The deny list and the list of bad addresses: both write the same sets, with the same life."""

import contextlib
import http.server
import threading
import time

import pytest

T0 = 1_763_800_020_000
SLACK = 3000


@pytest.fixture
def prefixes(fresh):
    name = fresh()
    return f"js-{name}", f"weir-{name}"


def same(redis, prefixes):
    theirs, ours = map(redis.keyspace, prefixes)
    assert {key: value[:2] for key, value in theirs.items()} == {key: value[:2] for key, value in ours.items()}
    for key, (_, _, ttl) in theirs.items():
        assert abs(ttl - ours[key][2]) < SLACK
    return ours


def test_a_fetched_list_becomes_what_the_package_makes_of_it(redis, upstash, weir, rng, prefixes):
    theirs, ours = prefixes
    for day in range(20):
        for _ in range(rng.randrange(3)):
            member = rng.choice(["mallory", f"10.0.0.{rng.randrange(8)}"])
            for prefix in prefixes:
                redis("SADD", f"{prefix}:denyList:all", member)
        addresses = rng.sample([f"10.0.0.{i}" for i in range(8)], rng.randint(1, 6))
        now = T0 + day * 86_400_000 + rng.randrange(86_400_000)
        upstash.must("ip_list", prefix=theirs, text="\n".join(addresses) + "\n", now=now)
        weir.must("ip_list", prefix=ours, text="\n".join(addresses) + "\n", now=now)
        keys = same(redis, prefixes)
        assert keys["ipDenyListStatus"][1] == "valid"
        assert set(addresses) <= set(keys["denyList:all"][1])


def test_the_list_is_switched_off_for_both(redis, upstash, weir, prefixes):
    theirs, ours = prefixes
    for prefix in prefixes:
        redis("SADD", f"{prefix}:denyList:all", "mallory")
    upstash.must("ip_list", prefix=theirs, text="10.0.0.1\n", now=T0)
    weir.must("ip_list", prefix=ours, text="10.0.0.1\n", now=T0)
    upstash.must("disable_ip_list", prefix=theirs)
    weir.must("ip_list", prefix=ours, now=T0)
    keys = same(redis, prefixes)
    assert keys["denyList:all"][1] == ["mallory"] and keys["ipDenyListStatus"][1] == "disabled"
    assert not weir.must("members", prefix=ours, members=["x"])["due"]


def test_a_large_list_is_taken_whole(redis, weir, prefixes):
    text = "".join(f"10.{i // 65536}.{i // 256 % 256}.{i % 256}\n" for i in range(60_000))
    assert weir.must("ip_list", prefix=prefixes[1], text=text, now=T0)["addresses"] == 60_000


def test_one_process_finds_the_list_due(redis, weir, prefixes):
    ours = prefixes[1]
    assert weir.must("members", prefix=ours, members=[])["due"]
    assert not weir.must("members", prefix=ours, members=[])["due"]
    assert redis("GET", f"{ours}:ipDenyListStatus") == "pending"
    assert 25_000 < redis("PTTL", f"{ours}:ipDenyListStatus") <= 30_000


@pytest.mark.parametrize("field", ["id", "ip", "userAgent", "country"])
def test_each_member_is_compared_whole(redis, upstash, weir, prefixes, fresh, field):
    theirs, ours = prefixes
    name = fresh()
    upstash.must("open", name=name, algorithm="fixed_window", tokens=10, window=60_000, prefix=theirs, protection=True)
    redis("SET", f"{theirs}:ipDenyListStatus", "disabled")
    asked = {"id": f"id-{name}", "ip": f"ip-{name}", "userAgent": f"agent-{name}", "country": f"country-{name}"}
    for prefix in prefixes:
        redis("SADD", f"{prefix}:denyList:all", asked[field], asked[field] + "x")
    denied = upstash.must("limit", name=name, rate=1, now=T0, **asked)
    assert denied["reason"] == "denyList" and denied["deniedValue"] == asked[field]
    answer = weir.must("members", prefix=ours, members=list(asked.values()))
    assert answer["denied"] == [key == field for key in asked]


@contextlib.contextmanager
def source_of(text):
    """An HTTP server that answers with the text, and the list of what it was asked."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            asked.append(self.path)
            body = text.encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/list.txt", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def until(holds, patience=20):
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.005)


def test_a_list_that_weir_has_fetched_denies_at_the_package(redis, upstash, weir, prefixes, fresh):
    prefix, name = prefixes[1], fresh()
    number = int(name[1:])  # the package remembers who is denied, for all
    bad, good = (f"10.{half}.{number // 256}.{number % 256}" for half in (1, 2))
    redis("SADD", f"{prefix}:denyList:all", "mallory")
    with source_of(f"# bad\n{bad}\n") as (url, asked):
        weir.must("serve", name=name, tokens=1000, window=60_000, prefix=prefix, source=url)
        until(lambda: weir.must("ask", name=name, id=bad, now=T0)["denied"])
        assert asked == ["/list.txt"]
    upstash.must("open", name=name, algorithm="fixed_window", tokens=1000, window=60_000, prefix=prefix, protection=True)
    denied = upstash.must("limit", name=name, id="alice", ip=bad, rate=1, now=T0)
    assert denied["reason"] == "denyList" and denied["deniedValue"] == bad
    assert upstash.must("limit", name=name, id="alice", ip=good, rate=1, now=T0)["success"]
    keys = redis.keyspace(prefix)
    assert keys["denyList:ipDenyList"][1] == [bad] and set(keys["denyList:all"][1]) == {bad, "mallory"}
    assert keys["ipDenyListStatus"][1] == "valid"


def test_a_list_that_the_package_has_fetched_is_not_fetched_again(redis, upstash, weir, prefixes, fresh):
    prefix, name = prefixes[0], fresh()
    upstash.must("ip_list", prefix=prefix, text="192.0.2.1\n", now=T0)
    with source_of("192.0.2.2\n") as (url, asked):
        weir.must("serve", name=name, tokens=1000, window=60_000, prefix=prefix, source=url)
        for _ in range(10):
            assert weir.must("ask", name=name, id="192.0.2.1", now=T0)["denied"]
            assert weir.must("ask", name=name, id="192.0.2.2", now=T0)["success"]
        assert asked == []


def test_a_list_that_is_switched_off_at_the_package_is_not_fetched(redis, upstash, weir, prefixes, fresh):
    prefix, name = prefixes[0], fresh()
    upstash.must("disable_ip_list", prefix=prefix)
    with source_of("192.0.2.3\n") as (url, asked):
        weir.must("serve", name=name, tokens=1000, window=60_000, prefix=prefix, source=url)
        for _ in range(10):
            assert weir.must("ask", name=name, id="192.0.2.3", now=T0)["success"]
        assert asked == [] and redis("GET", f"{prefix}:ipDenyListStatus") == "disabled"
