"""Metrics of several processes as one: sent as JSON, added up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

Family: TypeAlias = tuple[str, str, str, list[tuple[str, dict[str, str], float]]]
"""Name, help, type, and the samples: name, labels, value."""

_LASTING = frozenset({"counter", "histogram"})
# What each process knows of all of them, or what is the case where it is so in one of them.
_NOT_ADDED: dict[str, Callable[[float, float], float]] = {
    "process_start_time_seconds": min,
    "rujukan_backend_breaker": max,
    "rujukan_budget_clients": max,
    "rujukan_processes": max,
    "rujukan_process_restarts": max,
    "rujukan_queue_places": max,
    "rujukan_release_info": max,
    "rujukan_release_trouble": max,
}


@dataclass(frozen=True, slots=True)
class Given(Collector):
    """Metrics that are there already, for an encoder."""

    families: list[Metric]

    def collect(self) -> Iterator[Metric]:
        """Return them."""
        return iter(self.families)


def dump(metrics: Iterable[Metric]) -> list[Family]:
    """Return metrics in a form that JSON has.

    >>> from prometheus_client.core import GaugeMetricFamily
    >>> dump([GaugeMetricFamily("room", "Left.", value=2)])
    [('room', 'Left.', 'gauge', [('room', {}, 2.0)])]
    """
    return [
        (each.name, each.documentation, each.type, [(one.name, one.labels, float(one.value)) for one in each.samples])
        for each in metrics
    ]


def save(families: list[Family]) -> bytes:
    """Return them in JSON."""
    return json.dumps(families).encode()


def load(saved: bytes) -> list[Family]:
    """Return what was saved; nothing where nothing was.

    >>> load(save([("room", "Left.", "gauge", [])])), load(b"")
    ([['room', 'Left.', 'gauge', []]], [])
    """
    found: list[Family] = json.loads(saved) if saved else []
    return found


def lasting(families: Iterable[Any]) -> list[Any]:
    """Return those that are counted from the start of the service, and not what was the case at a moment."""
    return [each for each in families if each[2] in _LASTING]


def merge(parts: Iterable[Iterable[Any]]) -> Given:
    """Add up what several processes dumped, or say of all what is so in one of them.

    >>> part = [("room", "Left.", "gauge", [("room", {"of": "a"}, 2.0)])]
    >>> [(sample.labels, sample.value) for sample in merge([part, part]).families[0].samples]
    [({'of': 'a'}, 4.0)]
    """
    families: dict[str, Metric] = {}
    values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], float]] = {}
    for part in parts:
        for name, text, kind, samples in part:
            families.setdefault(name, Metric(name, text, kind))
            known = values.setdefault(name, {})
            together = _NOT_ADDED.get(name, float.__add__)
            for sample, labels, value in samples:
                key = sample, tuple(labels.items())
                known[key] = together(known[key], value) if key in known else value
    for name, family in families.items():
        for (sample, pairs), value in values[name].items():
            family.add_sample(sample, dict(pairs), value)
    return Given(list(families.values()))
