"""Several limits in one call, over the package's keys: all are charged, or none. The package has nothing like it."""

import pytest

MINUTE = 60_000
T0 = 1_763_800_020_000


@pytest.fixture
def limits(redis, weir, fresh):
    """One of each algorithm, of 10."""
    names = {}
    for algorithm in ("fixed_window", "sliding_window", "token_bucket"):
        names[algorithm] = fresh()
        weir.must("open", name=names[algorithm], algorithm=algorithm, tokens=10, window=MINUTE, refill=1,
                  prefix=names[algorithm], protection=True)
    return names


def ask(weir, limits, rates, id="u", now=T0, **more):
    checks = [{"name": limits[algorithm], "id": id, "rate": rate} for algorithm, rate in rates]
    return weir("joint", checks=checks, now=now, **more)


def left(weir, limits, id="u", now=T0):
    return [weir.must("limit", name=name, id=id, rate=0, now=now)["remaining"] for name in limits.values()]


def test_all_are_charged(weir, limits):
    answer = ask(weir, limits, [("fixed_window", 1), ("sliding_window", 2), ("token_bucket", 3)])
    assert answer["status"] == "decided" and all(check["success"] for check in answer["checks"])
    assert [check["remaining"] for check in answer["checks"]] == [9, 8, 7] == left(weir, limits)


@pytest.mark.parametrize("refusing", ["fixed_window", "sliding_window", "token_bucket"])
def test_or_none_is(weir, limits, refusing):
    weir.must("limit", name=limits[refusing], id="u", rate=10, now=T0)
    before = left(weir, limits)
    answer = ask(weir, limits, [(algorithm, 1) for algorithm in limits])
    assert [check["success"] for check in answer["checks"]] == [algorithm != refusing for algorithm in limits]
    assert [check["remaining"] for check in answer["checks"]] == before == left(weir, limits)
    assert all(check["retry_after"] > 0 for check in answer["checks"] if not check["success"])


def test_a_key_that_comes_twice_is_charged_for_both(weir, limits):
    twice = [("fixed_window", 6), ("fixed_window", 6)]
    answer = ask(weir, limits, twice)
    assert [check["success"] for check in answer["checks"]] == [True, False]
    assert [check["remaining"] for check in answer["checks"]] == [10, 10]
    answer = ask(weir, limits, [("fixed_window", 6), ("fixed_window", 4)])
    assert all(check["success"] for check in answer["checks"])
    assert left(weir, limits)[0] == 0


def test_who_is_denied_by_one_charges_none(weir, redis, limits):
    redis("SADD", f"{limits['token_bucket']}:denyList:all", "mallory")
    answer = ask(weir, limits, [("fixed_window", 1), ("token_bucket", 1)], id="mallory")
    assert [check["outcome"] for check in answer["checks"]] == ["allowed", "denied"]
    assert weir.must("limit", name=limits["fixed_window"], id="mallory", rate=0, now=T0)["remaining"] == 10


def test_a_value_of_another_type_charges_none(weir, redis, limits):
    redis("SADD", f"{limits['token_bucket']}:u", "x")
    assert "another type" in ask(weir, limits, [("fixed_window", 1), ("token_bucket", 1)])["error"]
    assert left(weir, {"fixed_window": limits["fixed_window"]}) == [10]


def test_an_id_makes_a_retry_safe(weir, redis, limits, fresh):
    call = fresh()
    rates = [("fixed_window", 3), ("token_bucket", 4)]
    first = ask(weir, limits, rates, call=call)
    again = ask(weir, limits, rates, call=call, now=T0 + 5000)
    assert first["status"] == "decided" and again["status"] == "repeated"
    assert first["checks"] == again["checks"]
    assert left(weir, limits) == [7, 10, 6]
    other = ask(weir, limits, [("fixed_window", 4)], call=call)
    assert other == {"status": "conflict", "checks": []}
    assert 590_000 < redis("PTTL", f"weir:id:{{}}{call}") <= 600_000


def test_a_refusal_is_remembered_too_unless_it_need_not_be(weir, limits, fresh):
    for once, status in ((False, "repeated"), (True, "decided")):
        call = fresh()
        ask(weir, limits, [("fixed_window", 11)], call=call, once=once)
        assert ask(weir, limits, [("fixed_window", 11)], call=call, once=once)["status"] == status


def test_merged_costs_are_answered_as_if_one_came_after_the_other(weir, limits):
    for name in limits.values():
        merged = weir("limit", name=name, id="m", rates=[4, 7, 5, -2, 3, 1], now=T0)
        one_by_one = [weir.must("limit", name=name, id="s", rate=rate, now=T0) for rate in (4, 7, 5, -2, 3, 1)]
        assert merged == one_by_one


def test_a_reservation_is_answered_with_an_error(weir, redis, limits, fresh):
    answer = weir("reserve", checks=[{"name": limits["fixed_window"], "id": "u", "rate": 1}], now=T0, call=fresh())
    assert "no reservations" in answer["error"]
    assert not redis.keyspace(limits["fixed_window"])


@pytest.mark.parametrize("algorithm", ["fixed_window", "token_bucket"])
def test_on_a_cluster_what_an_attempt_took_can_be_undone_once(weir, redis, fresh, algorithm):
    name, call = fresh(), fresh()
    weir.must("open", name=name, algorithm=algorithm, tokens=10, window=MINUTE, refill=1, prefix=name, cluster=True)

    def remaining():
        return weir.must("limit", name=name, id="u", rate=0, now=T0)["remaining"]

    def take(attempt):
        return weir("reserve", checks=[{"name": name, "id": "u", "rate": 6}], now=T0, call=call, attempt=attempt)

    def undo(attempt, call=call):
        return weir("undo", name=name, call=call, attempt=attempt)["undone"]

    assert take("one")["checks"][0]["success"] and remaining() == 4
    assert take("two")["status"] == "repeated" and remaining() == 4
    assert not undo("none") and not undo("one", "x" + call)
    assert undo("one") and remaining() == 4  # the other relies on it still
    assert undo("two") and remaining() == 10
    assert not undo("two") and remaining() == 10
    assert take("three")["status"] == "decided" and remaining() == 4  # it charges afresh
    assert redis("PTTL", f"weir:id:{{}}{call}") > 50_000
    assert all(ttl > 0 for _, _, ttl in redis.keyspace(name).values())


def test_what_is_undone_after_its_window_brings_nothing_back(weir, redis, fresh):
    name, call = fresh(), fresh()
    weir.must("open", name=name, algorithm="fixed_window", tokens=10, window=MINUTE, prefix=name, cluster=True)
    weir("reserve", checks=[{"name": name, "id": "u", "rate": 6}], now=T0, call=call, attempt="one")
    redis("DEL", f"{name}:u:{T0 // MINUTE}")
    assert weir("undo", name=name, call=call, attempt="one") == {"undone": True}
    assert not redis.keyspace(name)
