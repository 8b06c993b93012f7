"""The deny list and the list of bad addresses: both write the same sets, with the same life."""

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
