"""Weir and the real package on the same keys, in random order: each sees what the other counted, nobody is admitted
beyond what the state before the call allows, and no key is without a TTL."""

import math

import pytest

HOUR = 3_600_000
STEPS = 800
START = 1_763_800_000_000


class Shared:
    def __init__(self, redis, upstash, weir, rng, fresh, algorithm):
        self.redis, self.upstash, self.weir, self.rng, self.algorithm = redis, upstash, weir, rng, algorithm
        self.name = self.prefix = fresh()
        self.tokens, self.refill = rng.choice([(1, 1), (10, 3), (50, 7)])
        self.window = HOUR
        self.now = START + rng.randrange(HOUR)
        for process in (upstash, weir):
            process.must("open", name=self.name, algorithm=algorithm, tokens=self.tokens, window=self.window,
                         refill=self.refill, prefix=self.prefix)

    def used(self, identifier):
        """What counts against the limit now, by the package's own arithmetic."""
        if self.algorithm == "token_bucket":
            found = self.redis("HMGET", f"{self.prefix}:{identifier}", "refilledAt", "tokens")
            if found[0] is None:
                return 0
            at, tokens = map(int, found)
            if self.now >= at + self.window:
                tokens = min(self.tokens, tokens + (self.now - at) // self.window * self.refill)
            return self.tokens - tokens
        window = self.now // self.window
        current, previous = (int(self.redis("GET", f"{self.prefix}:{identifier}:{w}") or 0) for w in (window, window - 1))
        if self.algorithm == "fixed_window":
            return current
        return current + math.floor((1 - self.now % self.window / self.window) * previous)

    def ask(self, process, identifier, rate):
        return process.must("limit", name=self.name, id=identifier, rate=rate, now=self.now)

    def step(self):
        if self.rng.random() < 0.6:
            self.now += self.rng.randrange(HOUR // 10)
        identifier = self.rng.choice("uvw")
        process = self.rng.choice([self.upstash, self.weir])
        rate = self.rng.choice([1, 1, 1, 2, 5, self.tokens + 1])
        before = self.used(identifier)
        answer = self.ask(process, identifier, rate)
        after = self.used(identifier)
        assert answer["success"] == (before + rate <= self.tokens), f"{before} used of {self.tokens}, {rate}: {answer}"
        if answer["success"]:
            assert after == before + rate
            assert answer["remaining"] == self.tokens - after
        elif process is self.weir:
            assert after == before
        # The other side sees the same.
        theirs = self.upstash.must("remaining", name=self.name, id=identifier, now=self.now)
        ours = self.ask(self.weir, identifier, 0)
        assert ours["remaining"] == max(0, self.tokens - after)
        if self.algorithm != "token_bucket":  # the package's own getRemaining does not refill
            assert (theirs["remaining"], theirs["reset"]) == (ours["remaining"], ours["reset"])
        endless = [key for key, (_, _, ttl) in self.redis.keyspace(self.prefix).items() if ttl < 0]
        assert not endless


@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window", "token_bucket"])
def test_both_count_in_one_place(redis, upstash, weir, rng, fresh, algorithm):
    for _ in range(3):
        shared = Shared(redis, upstash, weir, rng, fresh, algorithm)
        for _ in range(STEPS // 3):
            shared.step()


@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window", "token_bucket"])
def test_the_sum_of_what_both_admit_is_the_limit(upstash, weir, rng, fresh, algorithm):
    name = fresh()
    for process in (upstash, weir):
        process.must("open", name=name, algorithm=algorithm, tokens=100, window=HOUR, refill=1, prefix=name)
    admitted = {True: 0, False: 0}
    for _ in range(300):
        ours = rng.random() < 0.5
        answer = (weir if ours else upstash).must("limit", name=name, id="u", rate=1, now=START)
        admitted[ours] += answer["success"]
    assert sum(admitted.values()) == 100
    assert min(admitted.values()) > 20


@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window", "token_bucket"])
def test_a_reset_by_either_side_is_a_reset_for_both(upstash, weir, fresh, algorithm):
    name = fresh()
    for process in (upstash, weir):
        process.must("open", name=name, algorithm=algorithm, tokens=3, window=HOUR, refill=1, prefix=name)
    for resetting, asking in ((upstash, weir), (weir, upstash)):
        for _ in range(3):
            assert asking.must("limit", name=name, id="u", rate=1, now=START)["success"]
        assert not resetting.must("limit", name=name, id="u", rate=1, now=START)["success"]
        resetting.must("reset", name=name, id="u", now=START)
        assert asking.must("limit", name=name, id="u", rate=3, now=START)["success"]
        resetting.must("reset", name=name, id="u", now=START)


@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window", "token_bucket"])
def test_a_dynamic_limit_holds_for_both(upstash, weir, redis, fresh, algorithm):
    name = fresh()
    for process in (upstash, weir):
        process.must("open", name=name, algorithm=algorithm, tokens=3, window=HOUR, refill=1, prefix=name, dynamic=True)
    upstash.must("set_dynamic", name=name, limit=7)
    assert redis("PTTL", f"{name}:dynamic:global") == -1
    for process in (weir, upstash):
        answer = process.must("limit", name=name, id="u", rate=1, now=START)
        assert answer["success"] and answer["limit"] == 7
    upstash.must("set_dynamic", name=name, limit=False)
    for process in (weir, upstash):
        assert process.must("limit", name=name, id="v", rate=1, now=START)["limit"] == 3
