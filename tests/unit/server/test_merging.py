from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from kg_server.operations.budget import Budget
from kg_server.operations.counters import Counters
from kg_server.operations.exposition import Exposition, Gauges
from kg_server.operations.merging import Family, lasting, load, merge, save
from kg_server.operations.registry import Registry

REQUESTS = st.lists(
    st.tuples(st.sampled_from(["/sparql", "/"]), st.sampled_from([200, 503]), st.floats(0, 100)), max_size=20
)


def exposition(counters: Counters, carried: list[Family] | None = None, release: str = "one") -> Exposition:
    gauges = Gauges(
        workers=2, queue=32, taken=lambda: 1, cache=lambda: (5, 6, 7, 8), breaker=lambda: "closed",
        ended=lambda: {"SIGKILL": 1}, release=lambda: (release, "then"), trouble=lambda: None, lost=lambda: 0,
        processes=lambda: (2, [0, 3]),
    )  # fmt: skip
    return Exposition(counters, gauges, Registry(), Budget(60, 120), carried or [])


def counted(*requests: tuple[str, int, float]) -> Counters:
    counters = Counters()
    for route, status, seconds in requests:
        counters.request(route, "GET", status, 100, seconds)
    return counters


def samples(text: bytes) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
        if not sample.name.startswith("process_")
    }


@given(REQUESTS, REQUESTS, REQUESTS)
def test_counts_of_processes_and_of_those_before_them_are_those_of_one(
    first: list[tuple[str, int, float]], second: list[tuple[str, int, float]], dead: list[tuple[str, int, float]]
) -> None:
    carried = lasting(load(save(exposition(counted(*dead)).families())))
    parts = [
        load(save(each.families())) for each in (exposition(counted(*first), carried), exposition(counted(*second)))
    ]
    merged = samples(exposition(Counters()).render(None, parts)[0])
    alone = samples(exposition(counted(*first, *second, *dead)).render(None)[0])
    assert merged.keys() == alone.keys()
    for (name, labels), value in alone.items():
        if name.startswith(("rujukan_requests", "rujukan_answer_bytes", "rujukan_request_duration")):
            assert abs(merged[name, labels] - value) < 1e-6


def test_what_is_of_all_is_not_added_up() -> None:
    parts = [exposition(Counters()).families(), exposition(Counters(), release="two").families()]
    found = samples(generate_latest(merge(parts)))

    def one(name: str, **labels: str) -> float:
        return found[name, frozenset(labels.items())]

    assert one("rujukan_workers") == 4
    assert one("rujukan_places_taken") == 2
    assert one("rujukan_cache_hits_total") == 10
    assert one("rujukan_queue_places") == 32
    assert one("rujukan_processes") == 2
    assert one("rujukan_process_restarts_total", process="2") == 3
    assert one("rujukan_backend_breaker", state="closed") == 1
    assert [one("rujukan_release_info", release=each, built="then") for each in ("one", "two")] == [1, 1]


def test_the_dead_leave_what_they_counted_and_not_what_was_the_case() -> None:
    left = lasting(exposition(counted(("/", 200, 0.1))).families())
    found = samples(generate_latest(merge([left])))
    assert found["rujukan_requests_total", frozenset({"route": "/", "method": "GET", "status": "200"}.items())] == 1
    assert ("rujukan_request_duration_seconds_count", frozenset({("route", "/")})) in found
    assert not [name for name, _ in found if name in {"rujukan_workers", "rujukan_places_taken", "rujukan_cache_bytes"}]


def test_the_formats_of_prometheus_take_what_was_merged() -> None:
    parts = [exposition(counted(("/", 200, 0.1), ("/sparql", 503, 3.0))).families()] * 2
    body, content_type = exposition(Counters()).render("application/openmetrics-text; version=1.0.0", parts)
    assert content_type.startswith("application/openmetrics-text")
    assert body.endswith(b"# EOF\n")
    assert body.count(b"# TYPE rujukan_requests counter") == 1
