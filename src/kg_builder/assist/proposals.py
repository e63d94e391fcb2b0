"""What the suggester offers: a reading of some words, how sure it is, and the rule that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
