"""Weir and the real package in lock step, each on a prefix of its own: after every step the answers and the whole
keyspace are the same, but for what docs/upstash.md says. Each exception below bears the name of its row there, says
exactly what differs, and then puts the package's keys as Weir has them, so that the trace goes on from one state."""

import pytest

TRACES, STEPS = 6, 300
HOUR = 3_600_000  # windows are long against the test's own time, so that no key ends meanwhile; the clock is a fake
SLACK = 3000  # ms that two writes of the same TTL may lie apart
IDS = ["u", "a", "a:b", "ü\u0000 {x}"]


class Lockstep:
    def __init__(self, redis, upstash, weir, rng, fresh, algorithm, **options):
        self.redis, self.upstash, self.weir, self.rng = redis, upstash, weir, rng
        self.algorithm = algorithm
        name = fresh()
        self.theirs, self.ours = f"js-{name}", f"weir-{name}"
        self.tokens = rng.choice([1, 3, 10, 10, 100])
        self.window = rng.choice([HOUR, HOUR + 7, 617_003])
        self.refill = rng.randint(1, max(1, self.tokens))
        self.dynamic = options.get("dynamic", False)
        self.now = 1_763_800_000_000 + rng.randrange(10**9)
        self.rows = set()  # those whose difference came up
        for process, prefix in ((upstash, self.theirs), (weir, self.ours)):
            process.must("open", name=name, algorithm=algorithm, tokens=self.tokens, window=self.window,
                         refill=self.refill, prefix=prefix, **options)
        self.name = name

    @property
    def limit(self):
        text = self.redis("GET", f"{self.ours}:dynamic:global") if self.dynamic else None
        return self.tokens if text is None else int(text)

    def keyspaces(self):
        return self.redis.keyspace(self.theirs), self.redis.keyspace(self.ours)

    def same(self, theirs, ours):
        if theirs.keys() != ours.keys():
            return False
        for key, (kind, value, ttl) in theirs.items():
            other = ours[key]
            if (kind, value) != other[:2] or abs(ttl - other[2]) > SLACK or (ttl < 0) != (other[2] < 0):
                return False
        return True

    def align(self, keys=None):
        """The package's keys become what Weir's are."""
        for key in keys if keys is not None else set().union(*self.keyspaces()):
            self.redis("DEL", f"{self.theirs}:{key}")
            self.redis("COPY", f"{self.ours}:{key}", f"{self.theirs}:{key}")

    def keys_of(self, identifier):
        if self.algorithm == "token_bucket":
            return [identifier]
        window = self.now // self.window
        return [f"{identifier}:{window}", f"{identifier}:{window - 1}"]

    def differ(self, row, condition, keys):
        assert condition, f"row {row} does not explain it: {[space for space in self.keyspaces()]}"
        self.rows.add(row)
        self.align(keys)

    # What a key holds for the package before a step: the counter or the bucket.
    def count(self, prefix, key):
        text = self.redis("GET", f"{prefix}:{key}")
        return None if text is None else int(text)

    def limit_step(self, identifier, rate):
        keys = self.keys_of(identifier)
        before = self.keyspaces()[1].get(keys[0])
        theirs = self.upstash.must("limit", name=self.name, id=identifier, rate=rate, now=self.now)
        ours = self.weir.must("limit", name=self.name, id=identifier, rate=rate, now=self.now)
        what = f"{self.algorithm} {self.tokens}/{self.window} refill {self.refill}: {identifier} {rate} at {self.now}: " \
               f"{theirs} {ours} before {before}"
        assert theirs["limit"] == ours["limit"] == self.limit, what
        assert theirs["reset"] == ours["reset"], what
        js, weir = self.keyspaces()
        if rate > 0:
            assert theirs["success"] == ours["success"], what
            if ours["success"]:
                assert theirs["remaining"] == ours["remaining"], what
            else:
                self.refused(theirs, ours, rate, keys[0], js, weir, before, what)
            return
        if rate == 0:
            assert theirs["success"] == ours["success"], what
            assert theirs["remaining"] == ours["remaining"], what
            assert weir.get(keys[0], (0, 0))[:2] == (before or (0, 0))[:2], what
            if not self.same(js, weir):
                self.differ("asks", True, keys)
            return
        self.refunded(theirs, ours, rate, keys, js, weir, before, what)

    def refused(self, theirs, ours, rate, key, js, weir, before, what):
        assert weir.get(key, (0, 0))[:2] == (before or (0, 0))[:2], what  # a refusal writes nothing
        if ours["remaining"] > 0:
            self.rows.add("rest")  # the package says 0, or what would be left after the refused cost
        left = ours["remaining"]
        assert theirs["remaining"] == (max(0, left - rate) if self.algorithm == "fixed_window" else 0), what
        assert ours["retry_after"] is None if rate > self.limit else ours["retry_after"] > 0, what
        if self.same(js, weir):
            return
        assert self.algorithm != "token_bucket", what
        burned = int(js[key][1]) - int(weir[key][1] if key in weir else 0)
        self.differ("1", burned == rate, [key])

    def refunded(self, theirs, ours, rate, keys, js, weir, before, what):
        assert ours["success"] and ours["remaining"] <= ours["limit"], what
        if self.same(js, weir):
            assert theirs["remaining"] == ours["remaining"], what
            return
        if self.algorithm == "token_bucket":
            # Beyond the limit, or of a bucket that was full: the package goes above, or writes what says nothing.
            above = int(js[keys[0]][1]["tokens"]) > self.limit
            self.differ("11", above or before is None or ours["remaining"] == self.limit, keys)
        else:
            new = int(before[1] if before else 0) + rate
            self.differ("refunds", int(js[keys[0]][1]) == new < 0 or before is None, keys)

    def remaining_step(self, identifier):
        theirs = self.upstash.must("remaining", name=self.name, id=identifier, now=self.now)
        ours = self.weir.must("limit", name=self.name, id=identifier, rate=0, now=self.now)
        what = f"{identifier} at {self.now}: {theirs} {ours}"
        assert theirs["limit"] == ours["limit"], what
        if self.algorithm == "token_bucket":
            stored = self.redis("HMGET", f"{self.theirs}:{identifier}", "refilledAt", "tokens")
            if stored[0] is not None and self.now >= int(stored[0]) + self.window:
                self.rows.add("11 stale")
                assert theirs["remaining"] == max(0, int(stored[1])), what
                assert theirs["reset"] <= self.now < ours["reset"], what
                refilled = int(stored[1]) + (self.now - int(stored[0])) // self.window * self.refill
                assert ours["remaining"] == min(self.limit, refilled), what
                return
        assert (theirs["remaining"], theirs["reset"]) == (ours["remaining"], ours["reset"]), what

    def reset_step(self, identifier):
        before = self.keyspaces()[1]
        self.upstash.must("reset", name=self.name, id=identifier, now=self.now)
        self.weir.must("reset", name=self.name, id=identifier, now=self.now)
        js, weir = self.keyspaces()
        if self.algorithm == "token_bucket":
            own = {identifier}
        else:
            window = self.now // self.window
            own = {f"{identifier}:{window + step}" for step in (-1, 0, 1)}
        assert weir.keys() == before.keys() - own
        if js.keys() != weir.keys():
            # The package scans for "ID:*": it takes those of longer identifiers, and windows that are long past.
            lost = weir.keys() - js.keys()
            self.differ("10", all(key.startswith(identifier + ":") for key in lost) and js.keys() <= weir.keys(), lost)

    def dynamic_step(self):
        limit = self.rng.choice([False, 1, self.tokens, self.tokens + 3, 2 * self.tokens])
        self.upstash.must("set_dynamic", name=self.name, limit=limit)
        if limit is False:
            self.redis("DEL", f"{self.ours}:dynamic:global")
        else:
            self.redis("SET", f"{self.ours}:dynamic:global", limit)
        if self.algorithm != "token_bucket":
            return
        for key, (kind, value, _) in self.keyspaces()[1].items():
            if kind == "hash" and int(value["tokens"]) > self.limit:
                self.rows.add("lowered")  # the package lets a bucket keep more than the new limit; Weir counts no more
                for prefix in (self.ours, self.theirs):
                    self.redis("HSET", f"{prefix}:{key}", "tokens", self.limit)

    def pass_time(self):
        """Mostly within a window, often to just before or at an edge, sometimes far."""
        step = self.rng.random()
        if step < 0.5:
            self.now += self.rng.randrange(self.window // 20)
        elif step < 0.7:
            self.now += self.window - self.now % self.window + self.rng.choice([-1, 0, 1])
        elif step < 0.75:
            self.now += self.rng.randrange(3 * self.window)
        elif step < 0.8:
            self.now -= self.rng.randrange(self.window // 10)  # another client's clock

    def rate(self):
        return self.rng.choice([1, 1, 1, 1, 2, 3, self.tokens, self.tokens + 1, 0, -1, -2, self.rng.randint(1, 5)])

    def step(self):
        self.pass_time()
        identifier = self.rng.choice(IDS)
        kind = self.rng.random()
        if kind < 0.03:
            self.reset_step(identifier)
        elif kind < 0.15:
            self.remaining_step(identifier)
        elif kind < 0.18 and self.dynamic:
            self.dynamic_step()
        else:
            self.limit_step(identifier, self.rate())
        js, weir = self.keyspaces()
        assert self.same(js, weir), f"{js}\n{weir}"
        endless = {key for key, (_, _, ttl) in weir.items() if ttl < 0} - {"dynamic:global"}
        assert not endless, f"no TTL: {endless}"
        if len(weir) > 60:  # old windows, which nobody reads again
            old = [key for key in weir if key != "dynamic:global"]
            self.redis("DEL", *[f"{prefix}:{key}" for key in old for prefix in (self.ours, self.theirs)])


# Rows that a long trace must have met: what never came up was not compared.
MET = {
    "fixed_window": {"1", "10", "asks", "rest", "refunds"},
    "sliding_window": {"1", "10", "asks", "rest", "refunds"},
    "token_bucket": {"11", "11 stale", "asks", "rest"},
}


@pytest.mark.parametrize("dynamic", [False, True], ids=["static", "dynamic"])
@pytest.mark.parametrize("algorithm", MET)
def test_answers_and_keyspaces_are_the_same(redis, upstash, weir, rng, fresh, algorithm, dynamic):
    met = set()
    for _ in range(TRACES):
        trace = Lockstep(redis, upstash, weir, rng, fresh, algorithm, dynamic=dynamic)
        for _ in range(STEPS):
            trace.step()
        met |= trace.rows
        redis("FLUSHALL")
    allowed = MET[algorithm] | ({"lowered"} if dynamic else set())
    assert met <= allowed
    assert MET[algorithm] - {"10"} <= met
