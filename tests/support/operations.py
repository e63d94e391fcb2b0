"""Reads what a server of the tests logs and measures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    import httpx2 as httpx

TOKEN = "a-token-for-the-tests"  # noqa: S105 - of a server that lives for a test
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def log_lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a log, each of which must be JSON."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def of_requests(path: Path) -> list[dict[str, Any]]:
    return [line for line in log_lines(path) if "request" in line]


def events(path: Path) -> list[str]:
    return [line["event"] for line in log_lines(path) if "event" in line]


def samples(client: httpx.Client, **headers: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """All samples by name and labels."""
    text = client.get("/metrics", headers=headers).text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def sample(client: httpx.Client, name: str, **labels: str) -> float:
    return samples(client).get((name, frozenset(labels.items())), 0.0)
