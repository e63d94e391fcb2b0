"""The header ``# gap: KIND by ?name`` of a saved query: that it finds what a graph lacks, and how its rows divide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder.errors import Mark, Problem
from kg_builder.ids import nearest

GAPS = ("conflict", "single", "unlinked", "uncertain", "open")
"""Sources that disagree; facts on one phrase; things without a link; facts not stated outright; plans."""

_WRITTEN = re.compile(r"(\S+)(?:\s+by\s+\?(\w+))?\Z")


@dataclass(frozen=True, slots=True)
class Gap:
    """A kind of gap, one of `GAPS`; the variable by whose values the rows are counted, empty for none; and where."""

    kind: str
    by: str
    mark: Mark


def read_gap(text: str, mark: Mark, problems: list[Problem]) -> Gap | None:
    """Read what stands after ``# gap:``.

    >>> read_gap("open by ?kind", Mark("a.rq"), []).by
    'kind'
    """
    match = _WRITTEN.match(text)
    if match is None:
        problems.append(Problem(mark, "write «# gap: kind» or «# gap: kind by ?name»", "header"))
        return None
    kind, by = match.groups()
    if kind not in GAPS:
        problems.append(Problem(mark, f"no gap «{kind}»; one of {', '.join(GAPS)}{nearest(kind, GAPS)}", "header"))
        return None
    return Gap(kind, by or "", mark)


def uncountable(
    gap: Gap | None, answer: ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean, *, parameters: bool
) -> Iterator[Problem]:
    """Yield a problem where a list of gaps cannot be made of an answer; `parameters` says that the query has some."""
    if gap is None:
        return
    if parameters or not isinstance(answer, ox.QuerySolutions):
        yield Problem(gap.mark, "a query with «gap» is a SELECT without parameters", "header")
    elif gap.by and gap.by not in {each.value for each in answer.variables}:
        yield Problem(gap.mark, f"the query must project ?{gap.by}, by which its rows are counted", "header")
