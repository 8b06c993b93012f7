"""What is compared with what, and what Weir wants to reach."""

from dataclasses import dataclass


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

# Algorithm -> bytes a key at 10 M keys.
MEMORY_GOALS = {"gcra": 24, "token_bucket": 24, "fixed_window": 24, "sliding_window": 40, "governor": None}

REQUESTS = "requests_per_second"
HEADER = "weir, header key"
IP = "weir, ip key"
LOCAL = "local_ratelimit"
BARE = "bare"
TWO_HEADERS = "bare, two headers more"


def of_gateway(what, load, measure, goal=None, at_least=False):
    """Weir by both keys against the goal, others for orientation; all beside bare Envoy."""
    case = f"{load} {measure}"
    return [Comparison(f"{what}: {who}", case, who, BARE, goal if who in (HEADER, IP) else None, at_least)
            for who in (HEADER, IP, LOCAL, TWO_HEADERS)]


GATEWAY = [
    *of_gateway("requests per second, saturated", "saturated", REQUESTS, 0.97, at_least=True),
    *of_gateway("p50, saturated", "saturated", "p50_us"),
    *of_gateway("p99, saturated", "saturated", "p99_us", 1.1),
    *of_gateway("p50, paced", "paced", "p50_us"),
    *of_gateway("p99, paced", "paced", "p99_us", 1.1),
    *of_gateway("CPU time a request, saturated", "saturated", "cpu_us"),
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
