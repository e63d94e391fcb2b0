"""Saved queries, ``queries/<name>.rq``: a comment header that people read, and SPARQL.

The header:

    # title@en: Who met whom?
    # title@id: …
    # description@en: …
    # description@id: …
    # parameter ?person: iri id:someone | The person | Orangnya
    # view: timeline
    # gap: open by ?person
    # featured: 1
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg_builder.errors import Mark, Problem
from kg_builder.ids import is_slug, nearest
from kg_builder.namespaces import XSD
from kg_builder.sources.files import sources_in
from kg_builder.sources.gaps import Gap, read_gap, uncountable
from kg_builder.sources.project import Project
from kg_builder.sources.reading import read_text
from kg_builder.sources.views import View, read_view, undrawable
from kg_builder.terms import canonical

TYPES = ("iri", "date", "integer", "decimal", "string")
LANGUAGES = ("en", "id")
_TAKEN = frozenset({"format", "lang", "limit", "offset"})
"""Parameters of the address that every saved query has when it is served."""

_FIELD = re.compile(r"#\s*(title|description)@([a-z]{2,3}):\s*(.*)\Z")
_PARAMETER = re.compile(r"#\s*parameter\s+\?(\w+):\s*(\S+)\s+(.*)\Z")
_USE = re.compile(r"#\s*(view|gap|featured):\s*(.*)\Z")
_PLACE = re.compile(r"error at (\d+):(\d+): (.*)")
_ANY_FIELD = re.compile(r"#\s*([a-z]+)(?:@\w+)?[ ?\w]*:")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A typed parameter: a variable of the query that a caller binds; ``default`` is used where none is given."""

    name: str
    type: str
    default: str
    label: dict[str, str]
    mark: Mark


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query with its title and description by language; ``query`` is the SPARQL without the header.

    ``featured`` is its place among the questions that the home page opens with, 0 where it is none of them.
    """

    name: str
    title: dict[str, str]
    description: dict[str, str]
    parameters: tuple[Parameter, ...]
    query: str
    mark: Mark
    view: View | None = None
    gap: Gap | None = None
    featured: int = 0

    def as_json(self) -> dict[str, object]:
        """Return the query as plain data, the form that a release carries."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "parameters": [
                {"name": p.name, "type": p.type, "default": p.default, "label": p.label} for p in self.parameters
            ],
            "query": self.query,
            **({"view": self.view.kind} if self.view else {}),
            **({"gap": {"kind": self.gap.kind, "by": self.gap.by}} if self.gap else {}),
            **({"featured": self.featured} if self.featured else {}),
        }


def load_queries(project: Project, problems: list[Problem]) -> tuple[SavedQuery, ...]:
    """Read every file of ``queries/``, sorted by name."""
    found = [_load(path, project, problems) for path in sources_in(project.root / "queries", ".rq")]
    queries = tuple(query for query in found if query)
    places: dict[int, SavedQuery] = {}
    for query in queries:
        other = places.setdefault(query.featured, query)
        if query.featured and other is not query:
            message = f"place {query.featured} on the home page is that of «{other.name}»"
            problems.append(Problem(query.mark, message, "header"))
    return queries


def _load(path: Path, project: Project, problems: list[Problem]) -> SavedQuery | None:
    name = project.name(path)
    if not is_slug(path.stem):
        problems.append(Problem(Mark(name), "a query's file name must be lower-case words joined by hyphens", "slug"))
        return None
    content = read_text(path, name, problems)
    if content is None:
        return None
    content = content.removeprefix("\ufeff")  # a byte order mark is no part of the first line
    query = parse_query(path.stem, content, name, problems)
    problems.extend(_unknown_prefixes(query, project))
    try:
        answer = ox.Store().query(query.query, prefixes=project.prefixes)
    except RuntimeError as error:
        # It parses, and no data would help: an unknown function, say.
        problems.append(Problem(query.mark, f"the query cannot be evaluated: {error}", "query"))
    except SyntaxError as error:
        before = content[: content.find(query.query)].count("\n") if query.query else 0
        place = _PLACE.match(error.msg)
        line, column, what = place.groups() if place else ("1", "1", error.msg.partition("\n")[0])
        if "Prefix not found" in error.msg:
            what = "a prefix stands here that neither the query nor the project declares"
        problems.append(Problem(Mark(name, before + int(line), int(column)), f"not SPARQL: {what}", "query"))
    else:
        problems.extend(_unbindable(query, project))
        problems.extend(undrawable(query.view, answer))
        problems.extend(uncountable(query.gap, answer, parameters=bool(query.parameters)))
    return query


def _unbindable(query: SavedQuery, project: Project) -> Iterator[Problem]:
    """Yield a problem for each parameter that the store would refuse to bind; asked of the store itself."""
    for parameter in query.parameters:
        variable, anything = ox.Variable(parameter.name), ox.NamedNode("urn:x-anything")
        try:
            ox.Store().query(query.query, prefixes=project.prefixes, substitutions={variable: anything})
        except RuntimeError:
            # The store binds only what a query projects, so that a binding can never be mistaken for text.
            yield Problem(parameter.mark, f"the query must project its parameter ?{parameter.name}", "header")


def _unknown_prefixes(query: SavedQuery, project: Project) -> Iterator[Problem]:
    for parameter in query.parameters:
        prefix, colon, _ = parameter.default.partition(":")
        named = parameter.default.startswith("<") or (colon and prefix in project.prefixes)
        if parameter.type == "iri" and not named:
            hint = nearest(prefix, project.prefixes) if colon else ""
            message = f"the default of ?{parameter.name} must be prefix:name or <iri>, not «{parameter.default}»{hint}"
            yield Problem(query.mark, message, "header")


def parse_query(stem: str, content: str, file: str, problems: list[Problem]) -> SavedQuery:
    r"""Read a saved query's text.

    Everything wrong in the header goes to the problems with its line; the query itself is parsed by `load_queries`.

    >>> parse_query("a", "# title@en: A\n# title@id: A\n\nASK {}", "a.rq", []).query
    'ASK {}'
    """
    lines = content.splitlines()
    texts: dict[str, dict[str, str]] = {"title": {}, "description": {}}
    parameters: list[Parameter] = []
    kept = _Kept()
    count = 0
    for count, line in enumerate(lines):
        if line and not line.startswith("#"):
            break
        mark = Mark(file, count + 1)
        if field := _FIELD.match(line):
            texts[field.group(1)][field.group(2)] = field.group(3).strip()
        elif declared := _PARAMETER.match(line):
            parameters.append(_parameter(declared, mark, problems))
        elif used := _USE.match(line):
            kept.read(used.group(1), used.group(2).strip(), mark, problems)
        elif (other := _ANY_FIELD.match(line)) and other.group(1) in {
            "title",
            "description",
            "parameter",
            "parameters",
        }:
            message = "write «# title@en: …» or «# parameter ?name: type default | english | indonesian»"
            problems.append(Problem(mark, message, "header"))
    problems.extend(
        Problem(Mark(file), f"the header needs «# {field}@{language}: …»", "header")
        for field, values in texts.items()
        for language in LANGUAGES
        if not values.get(language)
    )
    body = "\n".join(lines[count:]).strip()
    for parameter in parameters:
        if parameter.name in _TAKEN:
            message = f"?{parameter.name} means how to answer, not what; choose another name"
            problems.append(Problem(parameter.mark, message, "header"))
    title, description = texts["title"], texts["description"]
    used_for = (kept.view, kept.gap, kept.featured)
    return SavedQuery(stem, title, description, tuple(parameters), body, Mark(file), *used_for)


@dataclass(slots=True)
class _Kept:
    """What pages use a query for."""

    view: View | None = None
    gap: Gap | None = None
    featured: int = 0

    def read(self, field: str, text: str, mark: Mark, problems: list[Problem]) -> None:
        if field == "view":
            self.view = read_view(text, mark, self.view, problems)
        elif field == "gap":
            self.gap = read_gap(text, mark, problems)
        else:
            self.featured = _place(text, mark, problems)


def _place(text: str, mark: Mark, problems: list[Problem]) -> int:
    if re.fullmatch(r"[1-9][0-9]?", text):
        return int(text)
    problems.append(Problem(mark, "write the query's place on the home page: «# featured: 1»", "header"))
    return 0


def _parameter(match: re.Match[str], mark: Mark, problems: list[Problem]) -> Parameter:
    name, kind, rest = match.groups()
    if kind not in TYPES:
        problems.append(Problem(mark, f"no type «{kind}»; one of {', '.join(TYPES)}{nearest(kind, TYPES)}", "header"))
    parts = [part.strip() for part in rest.split(" | ")]
    if len(parts) != 1 + len(LANGUAGES):
        problems.append(Problem(mark, "a parameter needs «type default | english label | indonesian label»", "header"))
    if kind in {"date", "integer", "decimal"}:
        try:
            canonical(parts[0], f"{XSD}{kind}")
        except ValueError as error:
            problems.append(Problem(mark, f"the default of ?{name}: {error}", "header"))
    labels = dict(zip(LANGUAGES, parts[1:], strict=False))
    return Parameter(name, kind, parts[0], labels, mark)
