"""Limits over several regions: Weir and the package in lock step, mixed on the same keys, and what becomes of regions that
do not agree."""

import pytest

HOUR = 3_600_000
T0 = 1_763_802_000_000 - 1_763_802_000_000 % HOUR
STEPS = 300
# After each step every key is given this TTL, so that one that a step has renewed is told from one that it has left alone
# however long the machine took: they are half an hour apart.
AGED = HOUR // 2
SLACK = AGED // 2
ALGORITHMS = ["fixed_window", "sliding_window"]


class Regions:
    def __init__(self, regions, name, algorithm, tokens, window=HOUR, shared=False):
        self.servers, self.upstash, self.weir = regions
        self.name, self.algorithm, self.tokens, self.window = name, algorithm, tokens, window
        self.theirs, self.ours = (f"s-{name}", f"s-{name}") if shared else (f"js-{name}", f"weir-{name}")
        self.weir.must("open", name=name, algorithm=algorithm, tokens=tokens, window=window, prefix=self.ours)
        self.reopen()

    def reopen(self):
        """The package's cache of refusals can't be turned off here: a new limiter has an empty one."""
        self.upstash.must("open", name=self.name, algorithm=self.algorithm, tokens=self.tokens, window=self.window,
                          prefix=self.theirs, multi=True)

    def ask_them(self, rate=1, id="u", now=T0):
        answer = self.upstash.must("limit", name=self.name, id=id, rate=rate, now=now)
        if not answer["success"]:
            self.reopen()
        return answer

    def ask_us(self, rate=1, id="u", now=T0, **more):
        return self.weir.must("region", name=self.name, id=id, rate=rate, now=now, **more)

    def rates(self, prefix):
        """By region and key: the rates in order, and the TTL. The ids are random."""
        return [{key: (sorted(map(int, value.values())), ttl) for key, (_, value, ttl) in server.keyspace(prefix).items()}
                for server in self.servers]

    def age(self):
        for server in self.servers:
            for prefix in {self.theirs, self.ours}:
                for key in server.keyspace(prefix):
                    server("PEXPIRE", f"{prefix}:{key}", AGED)

    def ask_them_what_remains(self, id="u", now=T0):
        return self.upstash.must("remaining", name=self.name, id=id, now=now)

    def align(self):
        for server in self.servers:
            for key in set(server.keyspace(self.theirs)) | set(server.keyspace(self.ours)):
                server("DEL", f"{self.theirs}:{key}")
                server("COPY", f"{self.ours}:{key}", f"{self.theirs}:{key}")

    def same(self):
        for theirs, ours in zip(self.rates(self.theirs), self.rates(self.ours), strict=True):
            if theirs.keys() != ours.keys():
                return False
            if any(theirs[key][0] != ours[key][0] or abs(theirs[key][1] - ours[key][1]) > SLACK for key in theirs):
                return False
        return True


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_answers_and_keyspaces_are_the_same(some_regions, rng, fresh, algorithm):
    rows = set()
    for tokens in (1, 10, 30):
        both = Regions(some_regions, fresh(), algorithm, tokens)
        now = T0 + rng.randrange(HOUR)
        for _ in range(STEPS // 3):
            if rng.random() < 0.6:
                now += rng.randrange(HOUR // 3)
            rate = rng.choice([1, 1, 1, 2, 3, tokens + 1, 0, -1, -1])
            theirs, ours = both.ask_them(rate, now=now), both.ask_us(rate, now=now, first=rng.randrange(len(both.servers)))
            what = f"{algorithm} {tokens}: {rate} at {now}: {theirs} {ours} {both.rates(both.ours)}"
            assert (theirs["success"], theirs["limit"], theirs["reset"]) == (ours["success"], tokens, ours["reset"]), what
            if ours["success"] and both.same():
                assert max(0, theirs["remaining"]) == ours["remaining"], what
            if not both.same():
                # Row 1 (a refused cost is written), `asks` (an id with rate 0) and `refunds` (below 0).
                row = "1" if rate > 0 else "asks" if rate == 0 else "refunds"
                assert rate <= 0 or (algorithm == "fixed_window" and not ours["success"]), what
                rows.add(row)
                both.align()
            assert both.same(), what
            assert all(ttl > 0 for region in both.rates(both.ours) for _, ttl in region.values()), what
            rest = both.ask_us(0, now=now)["remaining"]
            # Row rest: getRemaining rounds what is left of the window before down, and so may promise one too many.
            assert both.ask_them_what_remains(now=now)["remaining"] - rest in ((0, 1) if algorithm == "sliding_window" else (0,)), what
            assert both.same(), what  # asking writes nothing
            both.age()
    assert {"asks", "refunds"} <= rows  # else they were not compared


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_window_that_was_emptied_is_renewed_as_there(regions, fresh, algorithm):
    both = Regions(regions, fresh(), algorithm, 10)
    for rate in (1, -1, 1):
        both.ask_them(rate)
        both.ask_us(rate)
        assert both.same(), f"{rate}: {both.rates(both.theirs)} {both.rates(both.ours)}"
        both.age()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_both_count_in_one_set(regions, fresh, algorithm):
    both = Regions(regions, fresh(), algorithm, 10, shared=True)
    for rate in (3, 2):
        both.ask_them(rate)
        both.ask_us(rate)
    assert not both.ask_us(1)["success"]
    assert not both.ask_them(1)["success"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_mixed_on_the_same_keys_all_regions_keep_the_same_requests(some_regions, rng, fresh, algorithm):
    tokens = 40
    both = Regions(some_regions, fresh(), algorithm, tokens, shared=True)
    now = T0 + rng.randrange(HOUR)
    admitted = {}  # by window
    for _ in range(STEPS):
        if rng.random() < 0.1:
            now += rng.randrange(HOUR // 3)
        rate, ours = rng.choice([1, 1, 2, 3, 5]), rng.random() < 0.5
        answer = both.ask_us(rate, now=now, first=rng.randrange(len(both.servers))) if ours else both.ask_them(rate, now=now)
        if answer["success"]:
            admitted[now // HOUR] = admitted.get(now // HOUR, 0) + rate
        first, *others = [{key: value for key, (_, value, _) in server.keyspace(both.ours).items()} for server in both.servers]
        assert all(other == first for other in others), f"{ours} {rate} at {now}: {answer}"
        assert all(ttl > 0 for region in both.rates(both.ours) for _, ttl in region.values())
    assert all(units <= tokens for units in admitted.values()), admitted
    assert len(admitted) > 1


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_reset_forgets_in_all_regions(some_regions, fresh, algorithm):
    both = Regions(some_regions, fresh(), algorithm, 10, shared=True)
    both.ask_them(3)
    both.ask_us(2)
    both.weir.must("region_reset", name=both.name, id="u", now=T0)
    assert both.rates(both.ours) == [{}] * len(both.servers)
    assert both.ask_them(10)["success"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_12_a_region_that_was_down_learns_what_it_missed(regions, fresh, algorithm):
    both = Regions(regions, fresh(), algorithm, 20)
    both.ask_us(7, down=[1])
    assert [len(region) for region in both.rates(both.ours)] == [1, 0]
    both.ask_us(2)
    first, second = both.rates(both.ours)
    assert [rates for rates, _ in first.values()] == [[2, 7]] == [rates for rates, _ in second.values()]
    assert all(ttl > 0 for region in (first, second) for _, ttl in region.values())


def test_8_ids_keep_the_rates_they_came_with(regions, fresh):
    both = Regions(regions, fresh(), "fixed_window", 20)
    key = f"u:{T0 // HOUR}"
    for prefix in (both.theirs, both.ours):
        both.servers[0]("HSET", f"{prefix}:{key}", "A" * 16, 7)
    both.ask_them(2)
    both.ask_us(2)
    assert both.rates(both.theirs)[1][key][0] == [2, 2]  # the package wrote 2 for what was 7
    assert both.rates(both.ours)[1][key][0] == [2, 7]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_call_that_the_first_answer_refuses_counts_nothing_elsewhere(regions, fresh, algorithm):
    both = Regions(regions, fresh(), algorithm, 10)
    both.ask_us(8, down=[1])
    refusal = both.ask_us(5, first=0)
    assert not refusal["success"] and refusal["remaining"] == 2
    assert [[rates for rates, _ in region.values()] for region in both.rates(both.ours)] == [[[0, 8]], [[0, 8]]]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_call_that_the_first_answer_admits_is_counted_everywhere(regions, fresh, algorithm):
    both = Regions(regions, fresh(), algorithm, 10)
    both.ask_us(8, down=[1])
    assert both.ask_us(5, first=1)["success"]  # what several regions cost: the first one did not know better
    assert [[rates for rates, _ in region.values()] for region in both.rates(both.ours)] == [[[5, 8]], [[5, 8]]]
    assert both.ask_us(1, first=0)["outcome"] == both.ask_us(1, first=1)["outcome"] == "limited"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_refusal_says_when_the_call_passes(regions, fresh, algorithm):
    both = Regions(regions, fresh(), algorithm, 10)
    both.ask_us(10)
    refusal = both.ask_us(3, now=T0 + 1000)
    wait = refusal["retry_after"]
    assert not both.ask_us(3, now=T0 + 1000 + wait - 1)["success"]
    assert both.ask_us(3, now=T0 + 1000 + wait)["success"]
    assert both.ask_us(11)["retry_after"] is None
