"""cachedFixedWindow and `mode: cached`: the same answers and counters, each on its own keys and both on the same."""

import time

MINUTE = 60_000
T0 = 1_763_800_020_000


def open_both(upstash, weir, name, tokens, theirs, ours):
    upstash.must("open", name=name, algorithm="cached_fixed_window", tokens=tokens, window=MINUTE, prefix=theirs, cache=True)
    weir.must("serve", name=name, tokens=tokens, window=MINUTE, prefix=ours, cached=True)


def counters(redis, prefix):
    return {key: int(value) for key, (_, value, _) in redis.keyspace(prefix).items()}


def becomes(state, expected, patience=20):
    deadline = time.monotonic() + patience
    while (found := state()) != expected:
        assert time.monotonic() < deadline, f"{found} is not {expected}"
        time.sleep(0.005)


def test_the_same_calls_get_the_same_answers(redis, upstash, weir, rng, fresh):
    name = fresh()
    tokens = rng.choice([1, 5, 20])
    open_both(upstash, weir, name, tokens, f"js-{name}", f"weir-{name}")
    now = T0
    for _ in range(600):
        now += rng.choice([0, 0, 0, 100, MINUTE // 4])
        identifier = rng.choice("uvw")
        theirs = upstash.must("limit", name=name, id=identifier, rate=1, now=now)
        ours = weir.must("ask", name=name, id=identifier, now=now)
        expected = {**{field: theirs[field] for field in ("success", "limit", "reset")},
                    "remaining": max(0, theirs["remaining"])}
        assert {field: ours[field] for field in expected} == expected
    becomes(lambda: counters(redis, f"weir-{name}"), counters(redis, f"js-{name}"))
    assert all(ttl > 0 for _, _, ttl in redis.keyspace(f"weir-{name}").values())


def test_a_window_that_the_other_began_goes_on(redis, upstash, weir, fresh):
    name = fresh()
    open_both(upstash, weir, name, 10, name, name)
    for _ in range(3):
        assert upstash.must("limit", name=name, id="u", rate=1, now=T0)["success"]
    assert weir.must("ask", name=name, id="u", now=T0)["remaining"] == 6
    assert weir.must("ask", name=name, id="v", now=T0)["remaining"] == 9
    assert upstash.must("limit", name=name, id="v", rate=1, now=T0)["remaining"] == 8


def test_on_the_same_keys_all_that_both_admit_is_counted(redis, upstash, weir, rng, fresh):
    name, tokens = fresh(), 50
    open_both(upstash, weir, name, tokens, name, name)
    admitted = {"js": 0, "weir": 0}
    for _ in range(200):
        if rng.random() < 0.5:
            admitted["js"] += upstash.must("limit", name=name, id="u", rate=1, now=T0)["success"]
        else:
            admitted["weir"] += weir.must("ask", name=name, id="u", now=T0)["success"]
    assert tokens <= sum(admitted.values()) and max(admitted.values()) <= tokens
    becomes(lambda: counters(redis, name), {f"u:{T0 // MINUTE}": sum(admitted.values())})
    assert redis("PTTL", f"{name}:u:{T0 // MINUTE}") > 0
