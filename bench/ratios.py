"""From rounds to a figure: the ratio of two contenders is formed within each round, where both met the same machine in
the same minute; the figure is the median of the rounds' ratios."""

import math
import statistics
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    median: float
    low: float  # the interval of the median by order statistics: no assumption about how the ratios are spread
    high: float
    confidence: float  # of that interval; 0.95 or more from 6 rounds on

    def __str__(self):
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"


def ratio_of(ours, peers):
    """`ours` and `peers`: round -> measured value; rounds that only one of them has do not count."""
    ratios = sorted(ours[turn] / peers[turn] for turn in ours.keys() & peers.keys())
    count = len(ratios)
    inner = 0  # how many ratios at each end lie outside the interval
    while inner + 1 <= (count - 1) // 2 and coverage(count, inner + 1) >= 0.95:
        inner += 1
    return Ratio(statistics.median(ratios), ratios[inner], ratios[count - 1 - inner], coverage(count, inner))


def coverage(count, inner):
    """How likely the true median lies between the (inner + 1)th smallest and the (inner + 1)th largest of `count`."""
    outside = sum(math.comb(count, k) for k in range(inner + 1)) / 2**count
    return 1 - 2 * outside
