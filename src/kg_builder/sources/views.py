"""The header ``# view: KIND`` of a saved query: how pages draw its answer, and the columns that this needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder.errors import Mark, Problem
from kg_builder.ids import nearest

ROLES: dict[str, tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]] = {
    "graph": ((("from", "to"),), ("fromLabel", "fromKind", "toLabel", "toKind", "relation", "planned", "said")),
    "timeline": ((("label", "start"), ("label", "earliest")), ("item", "end", "latest", "group", "kind", "planned")),
    "map": ((("country",), ("lat", "lon")), ("place", "placeLabel", "item", "label", "value")),
    "chart": ((("label", "value"),), ("item", "bound", "unit", "group")),
}
"""By view: the columns of which it needs all of one set, by the variables' names, and the others that it knows."""


@dataclass(frozen=True, slots=True)
class View:
    """How an answer is drawn: one of `ROLES`, and where that is written."""

    kind: str
    mark: Mark


def read_view(kind: str, mark: Mark, former: View | None, problems: list[Problem]) -> View | None:
    """Read what stands after ``# view:``; `former` is the view that the header named before."""
    if former:
        problems.append(Problem(mark, f"a query has one view; it stands at {former.mark} already", "header"))
        return former
    if kind not in ROLES:
        problems.append(Problem(mark, f"no view «{kind}»; one of {', '.join(ROLES)}{nearest(kind, ROLES)}", "header"))
        return None
    return View(kind, mark)


def undrawable(view: View | None, answer: ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean) -> Iterator[Problem]:
    """Yield a problem for each column that an answer lacks for its view, or that is named nearly as a role is."""
    if view is None:
        return
    if not isinstance(answer, ox.QuerySolutions):
        yield Problem(view.mark, f"a {view.kind} is drawn from rows: write a SELECT", "header")
        return
    needed, optional = ROLES[view.kind]
    known = {name for each in needed for name in each} | set(optional)
    columns = [variable.value for variable in answer.variables]
    others = [name for name in columns if name not in known]
    if any(set(each) <= set(columns) for each in needed):
        for name in others:
            # A column may be called anything, but one called nearly as a role was meant to have it.
            if hint := nearest(name, known - set(columns)):
                yield Problem(view.mark, f"?{name} is no role in a {view.kind}{hint}", "header")
        return
    ways = " or ".join(" and ".join(f"?{name}" for name in each) for each in needed)
    meant = min(needed, key=lambda each: (len(set(each) - set(columns)), -len(set(each) & set(columns))))
    missing = next(name for name in meant if name not in columns)
    hint = nearest(missing, others)
    yield Problem(view.mark, f"a {view.kind} needs the columns {ways}; ?{missing} is missing{hint}", "header")
