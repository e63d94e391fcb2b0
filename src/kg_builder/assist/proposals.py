"""What the suggester offers: a reading of some words, how sure it is, and the rule that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

KINDS = ("date", "figure", "person", "organisation", "place", "agreement", "speech", "event", "reference")
"""What can be proposed (docs/suggest.md)."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One reading of a phrase.

    ``start`` and ``end`` count Unicode code points of the text, end exclusive. ``score`` is between 0 and 1, for
    putting proposals in order. ``value`` is what the phrase is read as; its keys depend on the kind (docs/suggest.md).
    """

    kind: str
    start: int
    end: int
    exact: str
    score: float
    rule: str
    value: Mapping[str, Any]

    def moved(self, by: int) -> Proposal:
        """Return the proposal for a text in which its words stand later, by so many code points.

        >>> Proposal("person", 0, 2, "Al", 0.9, "x", {"mentions": [[0, 2]]}).moved(5).value
        {'mentions': [[5, 7]]}
        """
        value = dict(self.value)
        if "mentions" in value:
            value["mentions"] = [[start + by, end + by] for start, end in value["mentions"]]
        return replace(self, start=self.start + by, end=self.end + by, value=value)

    def as_json(self) -> dict[str, Any]:
        """Return the proposal as plain data."""
        return {
            "kind": self.kind,
            "start": self.start,
            "end": self.end,
            "exact": self.exact,
            "score": round(self.score, 2),
            "rule": self.rule,
            "value": dict(self.value),
        }
