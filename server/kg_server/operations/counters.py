"""What has happened since the start, in plain numbers that cost next to nothing to count."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

REQUEST_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
# Whatever else a client sends as a method is counted as one.
METHODS = frozenset({"GET", "HEAD", "POST", "QUERY", "OPTIONS", "PUT", "PATCH", "DELETE"})
OTHER = "other"


class Histogram:
    """Counts durations, in seconds, by upper bounds.

    >>> histogram = Histogram((0.1, 1.0)); histogram.observe(0.05); histogram.observe(7.0)
    >>> histogram.cumulative(), round(histogram.total, 2)
    ([('0.1', 1.0), ('1.0', 1.0), ('+Inf', 2.0)], 7.05)
    """

    __slots__ = ("_bounds", "_counts", "total")

    def __init__(self, bounds: Sequence[float] = REQUEST_BOUNDS) -> None:
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(self._bounds) + 1)
        self.total = 0.0

    def observe(self, seconds: float) -> None:
        """Count one."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self.total += seconds

    def cumulative(self) -> list[tuple[str, float]]:
        """Return, for each bound and for infinity, how many took at most so long."""
        found, below = [], 0
        for bound, count in zip([*map(str, self._bounds), "+Inf"], self._counts, strict=True):
            below += count
            found.append((bound, float(below)))
        return found


class Counters:
    """Everything that is counted.

    Attributes:
        requests: by route, method and status.
        sent: bytes of bodies, by route.
        durations: of requests, by route.
        queries: questions put to the backend, by outcome.
        query_seconds: how long they ran, waiting left out.
    """

    __slots__ = (
        "durations",
        "queries",
        "query_seconds",
        "requests",
        "sent",
    )

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self.sent: Counter[str] = Counter()
        self.durations: dict[str, Histogram] = {}
        self.queries: Counter[str] = Counter()
        self.query_seconds = Histogram()

    def request(self, route: str, method: str, status: int, size: int, seconds: float) -> None:
        """Count a request that has been answered."""
        key = (route, method if method in METHODS else OTHER, status)
        requests = self.requests
        requests[key] = requests.get(key, 0) + 1
        self.sent[route] = self.sent.get(route, 0) + size
        histogram = self.durations.get(route)
        if histogram is None:
            histogram = self.durations[route] = Histogram()
        histogram.observe(seconds)

    def query(self, outcome: str, seconds: float) -> None:
        """Count a question that the backend was asked."""
        self.queries[outcome] += 1
        self.query_seconds.observe(seconds)
