"""What is compared with what, and what Weir wants to reach."""

from dataclasses import dataclass


# Scenes of functions inside Lambda: the most microseconds from the answer's end to the next poll, by the median.
LAMBDA_HOST = {
    "lambda-cpp, no Redis": None,
    "lambda-cpp, Redis up": 5_000,
    "lambda-cpp, Redis away": 50_000,
    "lambda-cpp, Redis stopped": 50_000,
    "lambda-cpp, Redis lost in mid-answer, each tenth time": 50_000,
    "lambda-cpp, frozen each time, connections closed meanwhile": 5_000,
    "@upstash/ratelimit 1.1.1, analytics, Redis up": None,
    "@upstash/ratelimit 1.1.2, analytics, Redis up": None,
}


LAMBDA_HOST_ANSWERS = ("lambda-cpp, no Redis", "lambda-cpp, Redis up")
LAMBDA_HOST_ANSWER_GOAL_MS = 1  # the second's beyond the first's, and a round trip, which is not counted here


@dataclass(frozen=True)
class Comparison:
    what: str
    case: str
    ours: str
    peer: str
    goal: float | None = None  # of the ratio
    at_least: bool = False  # the goal is a lower bound; else an upper one

    def met(self, median):
        """None when there is no goal."""
        if self.goal is None:
            return None
        return median >= self.goal if self.at_least else median <= self.goal


GOVERNOR = "governor"
WEIR = "weir"
BATCH = "weir, batches of 64"
HUGE_PAGES = ", huge pages for both"

DECISIONS = [
    Comparison("1 integer key", "integers 1", WEIR, GOVERNOR, 0.50),
    Comparison("1 k integer keys", "integers 1k", WEIR, GOVERNOR, 0.50),
    Comparison("1 M integer keys", "integers 1M", WEIR, GOVERNOR, 0.55),
    Comparison("10 M integer keys", "integers 10M", WEIR, GOVERNOR, 0.55),
    Comparison("10 M integer keys, huge pages for both", "integers 10M" + HUGE_PAGES, WEIR, GOVERNOR),
    Comparison("1 k string keys", "texts 1k", WEIR, GOVERNOR, 0.50),
    Comparison("1 M string keys", "texts 1M", WEIR, GOVERNOR, 0.55),
    Comparison("1 k integer keys, nearly all calls refused", "refused 1k", WEIR, GOVERNOR),
    Comparison("1 k integer keys, 2 threads", "integers 1k, 2 threads", WEIR, GOVERNOR),
    Comparison("1 M integer keys, 2 threads", "integers 1M, 2 threads", WEIR, GOVERNOR),
    Comparison("10 M integer keys, 2 threads", "integers 10M, 2 threads", WEIR, GOVERNOR),
    Comparison("1 M string keys, 2 threads", "texts 1M, 2 threads", WEIR, GOVERNOR),
    Comparison("one hot key, 2 threads", "one hot key, 2 threads", WEIR, GOVERNOR),
    Comparison("one hot key, 8 threads", "one hot key, 8 threads", WEIR, GOVERNOR),
    Comparison("batches of 64 at 10 M keys, a key", "integers 10M", BATCH, GOVERNOR, 0.25),
]

PHYSICAL_LIMIT = [
    Comparison("random read at 10 M keys", "integers 10M", WEIR, "random read", 1.25),
    Comparison("pointer chase at 10 M keys", "integers 10M", WEIR, "pointer chase"),
]

AUTOMATIC = "weir, auto"
VALUES = "a value an event"


@dataclass(frozen=True)
class Absolute:
    what: str
    case: str
    peer: str
    goals: dict  # contender -> figure; None: for orientation
    at_least: bool = False

    def met(self, contender, median):
        goal = self.goals[contender]
        return None if goal is None else median >= goal if self.at_least else median <= goal


USAGE = [
    Absolute("ns a chunk of 250 bytes", "usage, 250-byte chunks chunk_ns", VALUES, {WEIR: 300, AUTOMATIC: 300}),
    Absolute("MB/s, chunks of 250 bytes", "usage, 250-byte chunks mb_per_second", VALUES, {WEIR: 1000, AUTOMATIC: None}, at_least=True),
    Absolute("MB/s, chunks of 4 KiB", "usage, 4 KiB chunks mb_per_second", VALUES, {WEIR: 1000, AUTOMATIC: 1000}, at_least=True),
]

# Bodies of 100 KB; MB of body a second of processor time.
LAMBDA_BODIES = ("text", "JSON", "text beyond ASCII", "binary")
LAMBDA_RATES = {"event": "built into an event", "answer": "unwrapped from an answer", "stream": "read from a streamed answer"}
LAMBDA_GOAL = 500

# Who calls an account that throttles: the least share of what it can run, and the largest of calls that were throttled.
LAMBDA_ACCOUNT = {"adaptive": (0.95, 0.02), "exactly the ceiling": None, "naive, retrying": None}

# What a decision costs whoever records it, in ns of processor time; and an hour of ten million keys.
RECORDING = ("one key", "1 k keys", "1 M keys, skewed", "1 M keys")
RECORDING_GOAL = 100
HOUR_OF_KEYS_MIB = 32

OWN_LAMBDA = "aws_lambda"
LAMBDA_CALLS = [
    Comparison("requests per second of small JSON calls", "lambda gateway calls requests_per_second", WEIR, OWN_LAMBDA, 1.0, at_least=True),
    Comparison("CPU time a request, us", "lambda gateway calls cpu_us", WEIR, OWN_LAMBDA),
    Comparison("p99 of small JSON calls, saturated, us", "lambda gateway calls p99_us", WEIR, OWN_LAMBDA),
    Comparison("first byte of a streamed answer, p50, us", "lambda gateway first byte p50_us", WEIR, OWN_LAMBDA),
    Comparison("first byte of a streamed answer, p99, us", "lambda gateway first byte p99_us", WEIR, OWN_LAMBDA),
]
# Microseconds from the endpoint's first frame to the client; KiB of an open stream beyond that of a bare Envoy.
LAMBDA_FIRST_BYTE = Absolute("first byte, p99, us", "lambda gateway first byte p99_us", "direct", {WEIR: 1000})
LAMBDA_STREAM_KIB = 64

# Algorithm -> bytes a key at 10 M keys.
MEMORY_GOALS = {"gcra": 24, "token_bucket": 24, "fixed_window": 24, "sliding_window": 40, "governor": None}

REQUESTS = "requests_per_second"
HEADER = "weir, header key"
IP = "weir, ip key"
LOCAL = "local_ratelimit"
BARE = "bare"
TWO_HEADERS = "bare, two headers more"
EMPTY = "an empty module"


def of_gateway(what, load, measure, goal=None, at_least=False):
    """Weir by both keys against the goal, others for orientation; all beside bare Envoy."""
    case = f"{load} {measure}"
    return [Comparison(f"{what}: {who}", case, who, BARE, goal if who in (HEADER, IP) else None, at_least)
            for who in (HEADER, IP, LOCAL, EMPTY, TWO_HEADERS)]


GATEWAY = [
    *of_gateway("requests per second, saturated", "saturated", REQUESTS, 0.97, at_least=True),
    *of_gateway("p50, saturated", "saturated", "p50_us"),
    *of_gateway("p99, saturated", "saturated", "p99_us", 1.1),
    *of_gateway("p50, paced", "paced", "p50_us"),
    *of_gateway("p99, paced", "paced", "p99_us", 1.1),
    *of_gateway("CPU time a request, saturated", "saturated", "cpu_us"),
]

WITHOUT_ANALYTICS = f"{IP}, analytics off"
GATEWAY_ANALYTICS = [
    Comparison("requests per second, saturated", f"saturated {REQUESTS}", IP, WITHOUT_ANALYTICS, 0.98, at_least=True),
    Comparison("CPU time a request, saturated", "saturated cpu_us", IP, WITHOUT_ANALYTICS),
    Comparison("p99, saturated", "saturated p99_us", IP, WITHOUT_ANALYTICS),
]

DECIDE = "POST /api/v1/limit"
ADMIN = [
    Comparison("requests per second, the same POST answered directly", f"admin {REQUESTS}", DECIDE,
               "direct response to POST", 0.8, at_least=True),
    Comparison("requests per second, a GET without a body answered directly", f"admin {REQUESTS}", DECIDE,
               "direct response to GET"),
    Comparison("CPU time a request, the same POST answered directly", "admin cpu_us", DECIDE, "direct response to POST"),
    Comparison("CPU time a request, a GET answered directly", "admin cpu_us", DECIDE, "direct response to GET"),
]

CALLS = "calls_per_second"
REDIS = "redis decisions"
REDIS_BENCHMARK = "redis-benchmark"
REDIS_DECISIONS = [
    Comparison("distinct keys, one key a script call", f"{REDIS} {CALLS}", "weir, one key a call", REDIS_BENCHMARK, 1.0,
               at_least=True),
    Comparison("distinct keys, many keys a script call", f"{REDIS} {CALLS}", "weir, many keys a call", REDIS_BENCHMARK, 1.5,
               at_least=True),
    Comparison("64 callers on one hot key, merged", f"{REDIS} {CALLS}", "weir, 64 callers on one hot key", REDIS_BENCHMARK, 3.0,
               at_least=True),
    Comparison("lease mode, 1 k keys", f"{REDIS} {CALLS}", "weir, lease mode", REDIS_BENCHMARK, 20.0, at_least=True),
    *(Comparison(f"Redis' processor time a decision, ns: {what}", f"{REDIS} redis_cpu_ns", f"weir, {what}", REDIS_BENCHMARK)
      for what in ("one key a call", "many keys a call", "64 callers on one hot key", "lease mode")),
]

ROUND_TRIP = "a raw round trip"
REDIS_LATENCY = [
    Comparison("p50 of a decision at half load, us", "redis half load p50_us", WEIR, ROUND_TRIP),
    Comparison("p99 of a decision at half load, us", "redis half load p99_us", WEIR, ROUND_TRIP, 1.3),
]

PACKAGE = "@upstash/ratelimit"
GATHERING = f"{PACKAGE}, gathering"  # with ioredis' enableAutoPipelining
LAYOUTS = ("weir, layout upstash", "weir, layout weir")
UPSTASH = [
    *(Comparison(f"decisions a second: {who}", f"redis upstash {CALLS}", who, PACKAGE, 5.0, at_least=True) for who in LAYOUTS),
    *(Comparison(f"decisions a second: {who}, the package gathering", f"redis upstash {CALLS}", who, GATHERING)
      for who in LAYOUTS),
    *(Comparison(f"p50, us: {who}", "redis upstash p50_us", who, PACKAGE) for who in LAYOUTS),
    *(Comparison(f"p99, us: {who}", "redis upstash p99_us", who, PACKAGE, 0.5) for who in LAYOUTS),
    *(Comparison(f"p99, us: {who}, the package gathering", "redis upstash p99_us", who, GATHERING) for who in LAYOUTS),
    *(Comparison(f"Redis' processor time a decision, ns: {who}", "redis upstash redis_cpu_ns", who, PACKAGE) for who in LAYOUTS),
]

ON_REDIS = "gateway on redis"
IN_REDIS = "weir, redis"
RATELIMIT = "envoyproxy/ratelimit"
GATEWAY_ON_REDIS = [
    Comparison("requests per second, beside bare Envoy", f"{ON_REDIS} {REQUESTS}", IN_REDIS, BARE, 0.7, at_least=True),
    Comparison("requests per second, beside envoyproxy/ratelimit", f"{ON_REDIS} {REQUESTS}", IN_REDIS, RATELIMIT, 2.3,
               at_least=True),
    *(Comparison(f"{measure}, beside {peer}", f"{ON_REDIS} {measure}_us", IN_REDIS, peer)
      for measure in ("p50", "p99") for peer in (BARE, RATELIMIT)),
    Comparison("CPU time of Envoy a request, beside bare Envoy", f"{ON_REDIS} cpu_us", IN_REDIS, BARE),
    Comparison("envoyproxy/ratelimit itself, beside bare Envoy", f"{ON_REDIS} {REQUESTS}", RATELIMIT, BARE),
]

CHUNKS = "chunks_per_second"
PARALLEL = "model, 100 streams"
MODEL_STREAMS = [
    Comparison("chunks per second, as fast as they come back", f"{PARALLEL} {CHUNKS}", WEIR, BARE, 0.95, at_least=True),
    Comparison("chunks per second: an empty module", f"{PARALLEL} {CHUNKS}", EMPTY, BARE),
    Comparison("CPU time of Envoy a chunk, us", f"{PARALLEL} cpu_us", WEIR, BARE),
    Comparison("CPU time of Envoy a chunk, us: an empty module", f"{PARALLEL} cpu_us", EMPTY, BARE),
    Comparison("p50 a chunk at 5,000 a second, us", f"{PARALLEL} p50_us", WEIR, BARE),
    Comparison("p99 a chunk at 5,000 a second, us", f"{PARALLEL} p99_us", WEIR, BARE),
]
ADDED_P99_US = 100  # a chunk, at 5,000 a second: the goal of the difference

LITELLM = "LiteLLM"
ITSELF = "the model itself"
ANSWERS = "model, answers"
MODEL_PEERS = [
    *(Comparison(f"first token, nobody else there, us: {who}", f"{ANSWERS} first_us", who, ITSELF) for who in (BARE, WEIR, LITELLM)),
    Comparison("first token, beside LiteLLM", f"{ANSWERS} first_us", WEIR, LITELLM),
    *(Comparison(f"streams of 20 chunks a second, 16 at once: {who}", f"{ANSWERS} streams_per_second", who, ITSELF)
      for who in (BARE, WEIR, LITELLM)),
    Comparison("streams a second, beside LiteLLM", f"{ANSWERS} streams_per_second", WEIR, LITELLM),
]

# What is replayed; there is nobody beside it.
REPLAYED = ("CSV, skewed keys", "CSV, even keys", "JSON lines, skewed keys")
