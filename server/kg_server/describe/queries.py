"""Read a release's `queries.json` and turn a request's parameters into typed terms."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from kg_server.backends.base import XSD_STRING, Term
from kg_server.describe.release import read_json
from kg_server.http.problems import BadParameter, ReleaseError
from kg_server.http.window import Window

ParameterType = Literal["iri", "date", "integer", "decimal", "string"]
View = Literal["graph", "timeline", "map", "chart"]

# Parameters of the address that say how to answer, not what to ask.
RESERVED = frozenset({"format", "lang", "limit", "offset"})
MOST_ROWS = 10_000
MOST_OFFSET = 10**12

_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBER = {
    "integer": re.compile(r"[+-]?[0-9]{1,18}"),
    "decimal": re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{1,18})?|\.[0-9]{1,18})"),
}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable of a saved query that a request may set; `default` is in the form that a request uses."""

    name: str
    type: ParameterType
    default: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gap:
    """That a query finds what the graph lacks: a kind of gap, and the variable by which its rows are counted."""

    kind: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question that somebody wrote down: name, texts by language, parameters, SPARQL, how its answer is drawn.

    `featured` is its place among the questions that the home page opens with, 0 where it is none of them.
    """

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    query: str
    view: View | None = None
    gap: Gap | None = None
    featured: int = 0

    def document(self, url: str) -> dict[str, object]:
        """Return the query as a JSON object; `url` is where it runs."""
        return {
            "name": self.name,
            "url": url,
            "title": dict(self.title),
            "description": dict(self.description),
            "parameters": [
                {"name": each.name, "type": each.type, "default": each.default, "label": dict(each.label)}
                for each in self.parameters
            ],
            "query": self.query,
            **({"view": self.view} if self.view else {}),
            **({"featured": self.featured} if self.featured else {}),
        }


def read_window(pairs: Sequence[tuple[str, str]]) -> Window:
    """Read `limit` (1 to 10000) and `offset` from a request's parameters.

    Raises:
        BadParameter: given twice, or not such a number.

    >>> read_window([("limit", "20"), ("offset", "40")])
    Window(offset=40, limit=20)
    """
    found: dict[str, int] = {}
    for name, value in pairs:
        if name not in {"limit", "offset"}:
            continue
        if name in found:
            raise BadParameter(f"The parameter '{name}' is given more than once.", parameter=name)
        least, most = (1, MOST_ROWS) if name == "limit" else (0, MOST_OFFSET)
        if not re.fullmatch(r"[0-9]{1,13}", value) or not least <= int(value) <= most:
            raise BadParameter(f"'{name}' is a whole number from {least} to {most}, not '{value}'.", parameter=name)
        found[name] = int(value)
    return Window(found.get("offset", 0), found.get("limit"))


def read_queries(folder: Path) -> dict[str, SavedQuery]:
    """Read the saved queries of a release, by name, in the file's order; none when the file is absent.

    Raises:
        ReleaseError: when the file is not as `queries.json` should be.
    """
    path = folder / "queries.json"
    if not path.exists():
        return {}
    _, data = read_json(path)
    try:
        queries = [_query(each) for each in data]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"{path} is not a list of saved queries: {type(error).__name__} {error}"
        raise ReleaseError(message) from error
    return {each.name: each for each in queries}


def _query(data: Mapping[str, Any]) -> SavedQuery:
    return SavedQuery(
        name=str(data["name"]),
        title=dict(data["title"]),
        description=dict(data.get("description", {})),
        parameters=tuple(_parameter(each) for each in data.get("parameters", [])),
        query=str(data["query"]),
        view=_view(data.get("view")),
        gap=Gap(str(data["gap"]["kind"]), str(data["gap"].get("by", ""))) if data.get("gap") else None,
        featured=int(data.get("featured", 0)),
    )


def _view(name: object) -> View | None:
    # A release of a later builder may name a view that is not known here: its answer is a table then.
    return next((each for each in get_args(View) if each == name), None)


def _parameter(data: Mapping[str, Any]) -> Parameter:
    kind = str(data["type"])
    if kind not in get_args(ParameterType):
        message = f"unknown parameter type {kind!r}"
        raise ValueError(message)
    name = str(data["name"]).lstrip("?$")
    return Parameter(name, kind, str(data["default"]), dict(data.get("label", {})))  # type: ignore[arg-type]


def bind(
    query: SavedQuery, pairs: Sequence[tuple[str, str]], prefixes: Mapping[str, str]
) -> tuple[tuple[str, Term], ...]:
    """Return the terms for a query's variables: the request's values, and the defaults of the others.

    Args:
        query: the saved query.
        pairs: the request's parameters, decoded; `format` and `lang` are passed over.
        prefixes: with which an IRI may be abbreviated.

    Raises:
        BadParameter: unknown, repeated, or not of its type.
    """
    known = {each.name: each for each in query.parameters}
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in RESERVED:
            continue
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            message = f"The query '{query.name}' has no parameter '{name}'.{hint}"
            raise BadParameter(message, parameter=name, available=sorted(known))
        if name in given:
            message = f"The parameter '{name}' is given more than once."
            raise BadParameter(message, parameter=name)
        given[name] = value
    return tuple((name, to_term(each, given.get(name, each.default), prefixes)) for name, each in known.items())


def to_term(parameter: Parameter, text: str, prefixes: Mapping[str, str]) -> Term:
    """Read a value as its parameter's type says.

    Raises:
        BadParameter: when it is not of that type.

    >>> to_term(Parameter("on", "date", "2024-01-01", {}), "2024-02-29", {}).value
    '2024-02-29'
    >>> to_term(Parameter("event", "iri", "", {}), "ex:fair", {"ex": "https://example.org/"}).value
    'https://example.org/fair'
    """
    value = text.strip()
    if parameter.type == "iri":
        return Term(_expand(parameter, value, prefixes))
    if parameter.type == "string":
        return Term(text, XSD_STRING)
    if parameter.type == "date":
        valid = _DATE.fullmatch(value) is not None and _is_date(value)
    else:
        valid = _NUMBER[parameter.type].fullmatch(value) is not None
    if not valid:
        expected = {"date": "a date such as 2024-06-28", "integer": "a whole number", "decimal": "a number"}
        message = f"'{text}' is not {expected[parameter.type]}, as the parameter '{parameter.name}' asks."
        raise BadParameter(message, parameter=parameter.name)
    return Term(value, _XSD + parameter.type)


def _is_date(value: str) -> bool:
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _expand(parameter: Parameter, value: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, local = value.partition(":")
    if value.startswith("<") and value.endswith(">"):
        iri = value[1:-1]
    elif colon and prefix in prefixes and not local.startswith("//"):
        iri = prefixes[prefix] + local
    else:
        iri = value
    if not _ABSOLUTE.fullmatch(iri):
        message = f"'{value}' is neither an IRI nor a prefixed name, as the parameter '{parameter.name}' asks."
        raise BadParameter(message, parameter=parameter.name)
    return iri
