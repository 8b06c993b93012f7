"""The defects of @upstash/ratelimit that docs/upstash.md lists, row by row: seen in the package, and not in Weir."""

import pytest

MINUTE = 60_000
T0 = 1_763_800_020_000  # a minute starts there
WINDOWS = ["fixed_window", "sliding_window"]


class Both:
    """One limit of the package and one of Weir, on prefixes of their own or on one."""

    def __init__(self, redis, upstash, weir, name):
        self.redis, self.upstash, self.weir, self.name = redis, upstash, weir, name

    def open(self, algorithm, tokens, window=MINUTE, refill=1, shared=False, **options):
        self.prefixes = {self.upstash: "s-" + self.name if shared else "js-" + self.name,
                         self.weir: "s-" + self.name if shared else "weir-" + self.name}
        for process, prefix in self.prefixes.items():
            process.must("open", name=self.name, algorithm=algorithm, tokens=tokens, window=window, refill=refill,
                         prefix=prefix, **options)
        return self

    def ask(self, process, rate=1, id="u", now=T0, **more):
        return process.must("limit", name=self.name, id=id, rate=rate, now=now, **more)

    def key(self, process, rest):
        return f"{self.prefixes[process]}:{rest}"

    def keys(self, process):
        return self.redis.keyspace(self.prefixes[process])


@pytest.fixture
def both(redis, upstash, weir, fresh):
    return Both(redis, upstash, weir, fresh())


@pytest.mark.parametrize("algorithm", WINDOWS)
def test_1_a_refused_cost_burns_nothing(both, algorithm):
    both.open(algorithm, 10)
    assert [both.ask(both.upstash, rate)["success"] for rate in (8, 5, 1)] == [True, False, False]
    assert [both.ask(both.weir, rate)["success"] for rate in (8, 5, 1)] == [True, False, True]


def test_1_what_weir_refuses_is_left_for_the_package(both):
    both.open("fixed_window", 10, shared=True)
    both.ask(both.weir, 8)
    assert not both.ask(both.weir, 5)["success"]
    assert both.ask(both.upstash, 2)["success"]


def test_2_a_smaller_cost_passes_after_a_larger_one_was_refused(both):
    both.open("token_bucket", 10, cache=True)
    assert [both.ask(both.upstash, rate)["success"] for rate in (8, 5, 1)] == [True, False, False]
    assert [both.ask(both.weir, rate)["success"] for rate in (8, 5, 1)] == [True, False, True]


@pytest.mark.parametrize(("algorithm", "complaint"), [("sliding_window", "two slots"), ("gcra", "has no gcra")])
def test_3_what_a_cluster_or_the_package_can_not_keep_is_refused_at_once(weir, fresh, algorithm, complaint):
    answer = weir("open", name=fresh(), algorithm=algorithm, tokens=1, window=MINUTE, prefix="p", cluster=True)
    assert complaint in answer["error"]


def test_4_and_7_retry_after_is_when_the_call_passes(both):
    both.open("sliding_window", 10, cache=True)
    for process in (both.upstash, both.weir):
        both.ask(process, 10, now=T0 - 1)
    refusal = both.ask(both.weir, now=T0)
    assert not refusal["success"] and refusal["retry_after"] == 1  # the old window weighs 9 a millisecond later
    assert not both.ask(both.upstash, now=T0)["success"]
    assert refusal["reset"] == T0 + MINUTE  # as the package says it
    assert both.ask(both.weir, now=T0 + 1)["success"]
    assert not both.ask(both.upstash, now=T0 + 30_000)["success"]  # still out of its cache


def test_5_a_counter_of_cached_fixed_window_gets_a_ttl(both):
    name = both.name
    both.upstash.must("open", name=name, algorithm="cached_fixed_window", tokens=3, window=MINUTE, prefix=name, cache=True)
    both.weir.must("open", name=name, algorithm="fixed_window", tokens=3, window=MINUTE, prefix=name)
    for expected in (2, 1, 0, -1):
        assert both.upstash.must("limit", name=name, id="u", rate=1, now=T0)["remaining"] == expected
    key = f"{name}:u:{T0 // MINUTE}"
    assert both.redis("PTTL", key) == -1
    refusal = both.weir.must("limit", name=name, id="u", rate=1, now=T0)
    assert not refusal["success"] and refusal["remaining"] == 0
    assert 0 < both.redis("PTTL", key) <= MINUTE


@pytest.mark.parametrize("algorithm", WINDOWS)
@pytest.mark.parametrize("rate", [1, 5, 0, -1])
def test_6_a_touched_counter_without_a_ttl_gets_one(both, algorithm, rate):
    both.open(algorithm, 4)
    key = both.key(both.weir, f"u:{T0 // MINUTE}")
    both.redis("SET", key, 2)
    both.ask(both.weir, rate)
    assert 0 < both.redis("PTTL", key) <= 2 * MINUTE + 1000


def test_9_a_denied_call_charges_nothing_and_denies_nobody_elsewhere(both, fresh):
    both.open("fixed_window", 10, protection=True)
    for process in (both.upstash, both.weir):
        both.redis("SADD", both.key(process, "denyList:all"), "mallory-9")
    both.redis("SET", both.key(both.upstash, "ipDenyListStatus"), "disabled")
    for process in (both.upstash, both.weir):
        answer = both.ask(process, id="mallory-9")
        assert not answer["success"] and answer["remaining"] == 0
        assert answer.get("reason", answer.get("outcome")) in ("denyList", "denied")
        assert both.ask(process, id="alice")["success"]
    counter = f"mallory-9:{T0 // MINUTE}"
    assert counter in both.keys(both.upstash) and counter not in both.keys(both.weir)
    other = Both(both.redis, both.upstash, both.weir, fresh()).open("fixed_window", 10, protection=True)
    other.redis("SET", other.key(other.upstash, "ipDenyListStatus"), "disabled")
    assert not other.ask(other.upstash, id="mallory-9")["success"]  # out of a cache that all its limiters share
    assert other.ask(other.weir, id="mallory-9")["success"]


def test_9_who_leaves_the_deny_list_passes_at_once(both):
    both.open("fixed_window", 10, protection=True)
    both.redis("SADD", both.key(both.weir, "denyList:all"), "u")
    assert both.ask(both.weir)["outcome"] == "denied"
    both.redis("SREM", both.key(both.weir, "denyList:all"), "u")
    assert both.ask(both.weir)["success"]


def test_10_a_reset_touches_its_own_keys_alone(both):
    both.open("fixed_window", 10)
    for process in (both.upstash, both.weir):
        for identifier in ("a", "a:b", "*", "c"):
            both.ask(process, id=identifier)
        process.must("reset", name=both.name, id="a", now=T0)
    window = T0 // MINUTE
    assert both.keys(both.upstash).keys() == {f"*:{window}", f"c:{window}"}
    assert both.keys(both.weir).keys() == {f"a:b:{window}", f"*:{window}", f"c:{window}"}
    for process in (both.upstash, both.weir):
        process.must("reset", name=both.name, id="*", now=T0)
    assert not both.keys(both.upstash)
    assert both.keys(both.weir).keys() == {f"a:b:{window}", f"c:{window}"}


def test_10_a_reset_forgets_both_windows(both):
    both.open("sliding_window", 10)
    both.ask(both.weir, 10, now=T0 - 1)
    both.ask(both.weir, 1, now=T0 + 20_000)
    both.weir.must("reset", name=both.name, id="u", now=T0 + 20_000)
    assert both.ask(both.weir, 0, now=T0 + 20_000)["remaining"] == 10


def test_11_what_remains_in_a_bucket_is_told_after_its_refill(both):
    both.open("token_bucket", 10, refill=4)
    for process in (both.upstash, both.weir):
        both.ask(process, 10)
    later = T0 + 2 * MINUTE + 1
    stale = both.upstash.must("remaining", name=both.name, id="u", now=later)
    assert stale["remaining"] == 0 and stale["reset"] < later
    fresh = both.ask(both.weir, 0, now=later)
    assert fresh["remaining"] == 8 and fresh["reset"] == T0 + 3 * MINUTE


def test_11_a_refund_stops_at_the_limit_and_leaves_no_endless_key(both):
    both.open("token_bucket", 10)
    assert both.ask(both.upstash, -5)["remaining"] == 15
    assert both.redis("PTTL", both.key(both.upstash, "u")) == -1
    assert both.ask(both.weir, -5)["remaining"] == 10
    assert not both.keys(both.weir)


def test_11_a_bucket_above_its_limit_is_taken_as_full(both):
    both.open("token_bucket", 10, shared=True)
    both.ask(both.upstash, -5)
    assert both.ask(both.weir, 10)["remaining"] == 0
    assert 0 < both.redis("PTTL", both.key(both.weir, "u")) <= 10 * MINUTE
    assert not both.ask(both.upstash)["success"]


@pytest.mark.parametrize("algorithm", WINDOWS)
def test_refunds_stop_at_the_limit(both, algorithm):
    both.open(algorithm, 10)
    for process in (both.upstash, both.weir):
        both.ask(process, -5)
    assert both.ask(both.upstash, 15)["success"]
    assert not both.ask(both.weir, 15)["success"]
    both.open(algorithm, 10, shared=True)
    both.ask(both.upstash, -5)
    assert both.ask(both.weir, 10)["remaining"] == 0  # the counter that the package left below 0 is 10 again
    assert not both.ask(both.upstash)["success"]


def test_13_the_callers_clock_decides(both):
    both.open("fixed_window", 10)
    for process in (both.upstash, both.weir):
        both.ask(process, now=T0 - 5 * MINUTE)
    assert both.keys(both.upstash).keys() == both.keys(both.weir).keys() == {f"u:{T0 // MINUTE - 5}"}


@pytest.mark.parametrize("algorithm", [*WINDOWS, "token_bucket"])
def test_15_a_limit_of_one_admits_one(both, algorithm):
    both.open(algorithm, 1)
    assert [both.ask(both.weir)["success"] for _ in range(2)] == [True, False]


def test_15_forgotten_scripts_are_loaded_again(both):
    both.open("fixed_window", 10)
    both.ask(both.weir)
    both.redis("SCRIPT", "FLUSH")
    assert both.ask(both.weir)["remaining"] == 8


@pytest.mark.parametrize("algorithm", [*WINDOWS, "token_bucket"])
def test_15_a_key_of_another_type_is_left_as_it_is(both, algorithm):
    both.open(algorithm, 10, shared=True)
    rest = "u" if algorithm == "token_bucket" else f"u:{T0 // MINUTE}"
    both.redis("SADD", both.key(both.weir, rest), "x")
    assert "WRONGTYPE" in both.upstash("limit", name=both.name, id="u", rate=1, now=T0)["error"]
    assert both.weir("limit", name=both.name, id="u", rate=1, now=T0) == {"error": "undecided"}
    assert both.keys(both.weir)[rest][:2] == ("set", ["x"])
    assert both.ask(both.weir, id="v")["success"]


def test_asking_writes_nothing(both):
    for algorithm in [*WINDOWS, "token_bucket"]:
        both.open(algorithm, 10)
        for process in (both.upstash, both.weir):
            answer = both.ask(process, 0)
            assert answer["success"] and answer["remaining"] == 10
        assert len(both.keys(both.upstash)) == 1 and not both.keys(both.weir)
        both.redis("FLUSHALL")


def test_the_dynamic_limit_is_no_identifiers_bucket(both):
    both.open("token_bucket", 10, dynamic=True)
    both.upstash.must("set_dynamic", name=both.name, limit=5)
    both.redis("SET", both.key(both.weir, "dynamic:global"), 5)
    assert "WRONGTYPE" in both.upstash("limit", name=both.name, id="dynamic:global", rate=1, now=T0)["error"]
    assert both.ask(both.weir, id="dynamic:global")["remaining"] == 4
    both.upstash.must("reset", name=both.name, id="dynamic:global", now=T0)
    both.weir.must("reset", name=both.name, id="dynamic:global", now=T0)
    assert both.redis("GET", both.key(both.upstash, "dynamic:global")) is None
    assert both.redis("GET", both.key(both.weir, "dynamic:global")) == "5"


def test_a_lowered_dynamic_limit_caps_a_bucket(both):
    both.open("token_bucket", 10, dynamic=True, shared=True)
    both.ask(both.weir, 1)
    both.upstash.must("set_dynamic", name=both.name, limit=4)
    refusal = both.ask(both.weir, 5)
    assert not refusal["success"] and refusal["limit"] == 4 and refusal["outcome"] == "cost_above_limit"
    assert both.ask(both.upstash, 5)["success"]


@pytest.mark.parametrize("text", ["abc", "", "nan"])
def test_a_dynamic_limit_that_is_no_number_is_not_obeyed(both, text):
    both.open("fixed_window", 10, dynamic=True, shared=True)
    both.redis("SET", both.key(both.weir, "dynamic:global"), text)
    assert both.ask(both.weir)["limit"] == 10


def test_a_dynamic_limit_of_zero_refuses_everything(both):
    both.open("fixed_window", 10, dynamic=True, shared=True)
    both.upstash.must("set_dynamic", name=both.name, limit=0)
    for process in (both.upstash, both.weir):
        answer = both.ask(process)
        assert not answer["success"] and answer["limit"] == 0
