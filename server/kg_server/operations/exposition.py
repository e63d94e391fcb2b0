"""What is counted, as Prometheus reads it; collected when it is read and not before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from kg_server.operations.budget import Budget
from kg_server.operations.counters import Counters
from kg_server.operations.merging import Family, dump, merge
from kg_server.operations.registry import Registry


@dataclass(frozen=True, slots=True)
class Gauges:
    """What is not counted here but asked for at the moment of reading.

    Attributes:
        workers, queue: the limits of the pool.
        taken: queries running or waiting.
        cache: questions that the cache answered and those that it could not, answers in it, and their bytes.
        breaker: state of the circuit breaker before an engine elsewhere, None without one.
        ended: processes that ended, by how.
        release: id and time of the release that is served.
        trouble: why a newer release is not served, None when there is none.
        lost: log lines that could not be written.
        processes: how many serve, and how often each was started again; None where there is one alone.
    """

    workers: int
    queue: int
    taken: Callable[[], int]
    cache: Callable[[], tuple[int, int, int, int]]
    breaker: Callable[[], str | None]
    ended: Callable[[], Mapping[str, int]]
    release: Callable[[], tuple[str, str]]
    trouble: Callable[[], str | None]
    lost: Callable[[], int]
    processes: Callable[[], tuple[int, list[int]]] | None = None


class Exposition(Collector):
    """Writes the metrics.

    Args:
        counters: what has happened.
        gauges: what is the case.
        registry: the queries under way.
        budget: of the clients.
        carried: what the process before this one had counted.
    """

    def __init__(
        self,
        counters: Counters,
        gauges: Gauges,
        registry: Registry,
        budget: Budget,
        carried: Sequence[Family] = (),
    ) -> None:
        self._counters, self._gauges, self._registry, self._budget = counters, gauges, registry, budget
        self._carried = carried
        self._collectors = CollectorRegistry(auto_describe=False)
        self._collectors.register(self)
        # Memory, processor time and descriptors of this process.
        ProcessCollector(registry=self._collectors)

    def render(self, accept: str | None, parts: Sequence[Sequence[Family]] = ()) -> tuple[bytes, str]:
        """Return the metrics and their content type: OpenMetrics where it is accepted, else Prometheus' text format.

        Args:
            accept: the header.
            parts: what all processes counted, this one too; none for this one alone.
        """
        encode, content_type = choose_encoder(accept or "")
        return encode(merge(parts) if parts else self._collectors), content_type

    def families(self) -> list[Family]:
        """Return what this process and the one before it counted."""
        own = dump(self._collectors.collect())
        return dump(merge([own, self._carried]).families) if self._carried else own

    def describe(self) -> list[Metric]:
        """Return nothing: what there is is known when it is read."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Return all metrics."""
        yield from self._of_requests()
        yield from self._of_queries()
        yield from self._of_the_server()

    def _of_requests(self) -> Iterator[Metric]:
        counters = self._counters
        requests = CounterMetricFamily(
            "rujukan_requests", "Requests that were answered; status 499: the client had gone.",
            labels=("route", "method", "status"),
        )  # fmt: skip
        for (route, method, status), count in sorted(counters.requests.items()):
            requests.add_metric((route, method, str(status)), count)
        yield requests
        sent = CounterMetricFamily("rujukan_answer_bytes", "Bytes of bodies that were sent.", labels=("route",))
        for route, size in sorted(counters.sent.items()):
            sent.add_metric((route,), size)
        yield sent
        durations = HistogramMetricFamily(
            "rujukan_request_duration_seconds", "From a request's head to the last byte of its answer.",
            labels=("route",),
        )  # fmt: skip
        for route, histogram in sorted(counters.durations.items()):
            durations.add_metric((route,), histogram.cumulative(), histogram.total)
        yield durations

    def _of_queries(self) -> Iterator[Metric]:
        counters, gauges = self._counters, self._gauges
        outcomes = CounterMetricFamily("rujukan_queries", "Queries by what became of them.", labels=("outcome",))
        for outcome, count in sorted(counters.queries.items()):
            outcomes.add_metric((outcome,), count)
        yield outcomes
        seconds = HistogramMetricFamily("rujukan_query_seconds", "How long queries ran, waiting left out.")
        seconds.add_metric((), counters.query_seconds.cumulative(), counters.query_seconds.total)
        yield seconds
        states = {"running": 0, "waiting": 0}
        for each in self._registry:
            states["running" if each.watch.state == "running" else "waiting"] += 1
        under_way = GaugeMetricFamily("rujukan_queries_under_way", "Queries at this moment.", labels=("state",))
        for state, count in states.items():
            under_way.add_metric((state,), count)
        yield under_way
        yield GaugeMetricFamily("rujukan_places_taken", "Places of workers and queue taken.", value=gauges.taken())
        yield GaugeMetricFamily("rujukan_workers", "Queries that may run at the same time.", value=gauges.workers)
        yield GaugeMetricFamily("rujukan_queue_places", "Queries that may wait.", value=gauges.queue)
        ended = CounterMetricFamily(
            "rujukan_query_processes_ended", "Query processes by how they ended.", labels=("how",)
        )
        for how, count in sorted(gauges.ended().items()):
            ended.add_metric((how,), count)
        yield ended
        present = gauges.breaker()
        if present is not None:
            breaker = GaugeMetricFamily(
                "rujukan_backend_breaker", "State of the circuit breaker, the present one 1.", labels=("state",)
            )
            for name in ("closed", "open", "half-open"):
                breaker.add_metric((name,), float(name == present))
            yield breaker
        hits, misses, entries, used = gauges.cache()
        yield CounterMetricFamily("rujukan_cache_hits", "Answers from the cache.", value=hits)
        yield CounterMetricFamily("rujukan_cache_misses", "Answers not in the cache.", value=misses)
        yield GaugeMetricFamily("rujukan_cache_entries", "Answers in the cache.", value=entries)
        yield GaugeMetricFamily("rujukan_cache_bytes", "Bytes in the cache.", value=used)

    def _of_the_server(self) -> Iterator[Metric]:
        gauges = self._gauges
        yield GaugeMetricFamily("rujukan_budget_clients", "Clients whose use is remembered.", value=len(self._budget))
        release, built = gauges.release()
        info = GaugeMetricFamily("rujukan_release_info", "The release that is served.", labels=("release", "built"))
        info.add_metric((release, built), 1)
        yield info
        trouble = 0 if gauges.trouble() is None else 1
        yield GaugeMetricFamily("rujukan_release_trouble", "1 when a newer release cannot be served.", value=trouble)
        yield CounterMetricFamily("rujukan_log_lines_lost", "Log lines that could not be written.", value=gauges.lost())
        if gauges.processes is not None:
            serving, restarts = gauges.processes()
            yield GaugeMetricFamily("rujukan_processes", "Processes that serve.", value=serving)
            again = CounterMetricFamily(
                "rujukan_process_restarts", "How often a process was started again.", labels=("process",)
            )
            for name, number in enumerate(restarts, 1):
                again.add_metric((str(name),), number)
            yield again
