"""`changes.json`: what a release says that the one before it did not, and what it no longer says.

It stands beside what a release's id answers for: the same content built after another release has another list
(decision 0023).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg_builder.errors import ReleaseError
from kg_builder.model import Term
from kg_builder.namespaces import RDF, RDFS
from kg_builder.release.manifest import Shard
from kg_builder.release.shards import SHARDS_FOLDER, shard_path
from kg_builder.release.store import STORE_FOLDER, open_store
from kg_builder.release.terms.lines import RDF_TYPE, split_line
from kg_builder.release.terms.order import TypeOrder
from kg_builder.terms import iri_text, is_iri, literal_parts

CHANGES_FILE: Final = "changes.json"
FORMAT: Final = 1
MOST_LISTED: Final = 200
"""Facts that are listed, of those added and of those removed."""
MOST_COMPARED: Final = 1_000_000
"""Lines of unlike shards beyond which nothing is listed."""


Lines = set[bytes]


@dataclass(frozen=True, slots=True)
class Side:
    """One of two releases that are compared.

    Attributes:
        folder: with its shards and its store.
        shards: by name.
        release: its id.
        built: when, in ISO 8601; empty where it is being built.
    """

    folder: Path
    shards: Mapping[str, Shard]
    release: str
    built: str = ""


@dataclass(slots=True)
class _Sign:
    """What came, or what went."""

    quads: int = 0
    facts: int = 0
    graphs: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    properties: Counter[str] = field(default_factory=Counter)
    listed: list[tuple[Term, Term, Term]] = field(default_factory=list)

    def take(self, lines: Iterable[bytes], *, fact: bool) -> None:
        for line in lines:
            subject, predicate, value, graph = split_line(line.decode())
            self.quads += 1
            self.graphs[graph[1:-1]] += 1
            if graph:
                continue
            if predicate == RDF_TYPE:
                self.classes[iri_text(value)] += 1
            if fact:
                self.facts += 1
                self.properties[iri_text(predicate)] += 1
                if len(self.listed) < MOST_LISTED:
                    self.listed.append((subject, predicate, value))


def list_changes(
    former: Side, fresh: Side, order: TypeOrder, differing: Iterable[tuple[Lines, Lines]] | None = None
) -> bytes | None:
    """Return the content of `changes.json`: what a release adds to the one before it, and leaves out.

    The two stores say what is really new or gone, for two shards may say the same.
    Facts are what `facts.ttl` holds.

    Args:
        former: the release before.
        fresh: the new one.
        order: says what is no fact.
        differing: what each shard lost and gained, where that is known; else the shards that differ are read.

    Returns:
        The bytes, or None where so much changed that a list would help nobody.

    Raises:
        ReleaseError: one of them is not what a release is.
        OSError: one of them cannot be read.
    """
    removed, added = set[bytes](), set[bytes]()
    for lost, gained in _differing(former, fresh) if differing is None else differing:
        removed |= lost
        added |= gained
        if len(removed) + len(added) > MOST_COMPARED:
            return None
    before, after = open_store(former.folder / STORE_FOLDER), open_store(fresh.folder / STORE_FOLDER)
    removed = {each for each in removed - added if not _holds(after, each)}
    added = {each for each in added - removed if not _holds(before, each)}
    came, went = _Sign(), _Sign()
    for subject, lines in groupby(sorted(removed | added, key=_by_subject), key=_subject):
        together = list(lines)
        fact = order.is_fact(order.rank(_types(before, subject) | _types(after, subject)))
        went.take((each for each in together if each in removed), fact=fact)
        came.take((each for each in together if each in added), fact=fact)
    shown = {term for sign in (came, went) for fact in sign.listed for term in fact if is_iri(term)}
    document = {
        "format": FORMAT,
        "release": fresh.release,
        "former": {"release": former.release, "built": former.built},
        **{key: {"added": getattr(came, key), "removed": getattr(went, key)} for key in ("quads", "facts")},
        **{key: _pairs(getattr(came, key), getattr(went, key)) for key in ("graphs", "classes", "properties")},
        "listed": {
            "added": [[_json(term) for term in fact] for fact in came.listed],
            "removed": [[_json(term) for term in fact] for fact in went.listed],
        },
        "names": _labels(before, shown) | _labels(after, shown),
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _differing(former: Side, fresh: Side) -> Iterator[tuple[Lines, Lines]]:
    for name in sorted(former.shards.keys() | fresh.shards.keys()):
        if former.shards.get(name) != fresh.shards.get(name):
            old, new = _lines(former, name), _lines(fresh, name)
            yield old - new, new - old


def _lines(side: Side, name: str) -> Lines:
    if name not in side.shards:
        return set()
    return set(shard_path(side.folder / SHARDS_FOLDER, name).read_bytes().splitlines(keepends=True))


def _by_subject(line: bytes) -> tuple[bytes, bytes]:
    return line.partition(b" ")[0], line


def _subject(line: bytes) -> Term:
    return Term(line.partition(b" ")[0].decode())


def _holds(store: ox.Store, line: bytes) -> bool:
    try:
        return next(iter(ox.parse(line, format=ox.RdfFormat.N_QUADS))) in store
    except SyntaxError as error:
        message = f"a shard holds what is no N-Quads line: {line!r:.200}"
        raise ReleaseError(message) from error


def _objects(store: ox.Store, subject: Term, predicate: str) -> Iterator[ox.NamedNode | ox.Literal]:
    # Not in every graph: what all articles say of one thing is there as often as there are articles.
    where = ox.DefaultGraph()
    asked = store.quads_for_pattern(ox.NamedNode(subject[1:-1]), ox.NamedNode(predicate), None, where)
    return (each.object for each in asked if isinstance(each.object, ox.NamedNode | ox.Literal))


def _types(store: ox.Store, subject: Term) -> set[Term]:
    return {Term(str(each)) for each in _objects(store, subject, f"{RDF}type")}


def _labels(store: ox.Store, terms: Iterable[Term]) -> dict[str, dict[str, str]]:
    """Return the labels of IRIs by language, of those that have some."""
    found: dict[str, dict[str, str]] = {}
    for term in sorted(terms):
        for label in _objects(store, term, f"{RDFS}label"):
            if isinstance(label, ox.Literal):
                found.setdefault(iri_text(term), {})[label.language or ""] = label.value
    return found


def _pairs(added: Counter[str], removed: Counter[str]) -> dict[str, dict[str, int]]:
    return {key: {"added": added[key], "removed": removed[key]} for key in sorted(added | removed)}


def _json(term: Term) -> dict[str, str]:
    """Return a term as SPARQL 1.1 Query Results JSON writes it (section 3.2.2)."""
    if is_iri(term):
        return {"type": "uri", "value": iri_text(term)}
    value, language, datatype = literal_parts(term)
    more = {"xml:lang": language} if language else {"datatype": datatype} if datatype else {}
    return {"type": "literal", "value": value, **more}
