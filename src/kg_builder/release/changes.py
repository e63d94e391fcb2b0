"""`changes.json`: what a release says that the one before it did not, and what it no longer says.

It stands beside what a release's id answers for: the same content built after another release has another list
(decision 0023).
"""

from __future__ import annotations

import json
import mmap
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

from kg_builder.model import Term
from kg_builder.namespaces import RDF, RDFS
from kg_builder.release.dumps import KG_NQ
from kg_builder.release.manifest import Manifest
from kg_builder.release.terms.lines import RDF_TYPE, split_line
from kg_builder.release.terms.order import TypeOrder
from kg_builder.terms import iri_text, is_iri, literal_parts

CHANGES_FILE: Final = "changes.json"
FORMAT: Final = 1
MOST_LISTED: Final = 200
"""Facts that are listed, of those added and of those removed."""

_LABEL = f"<{RDFS}label>"
_TYPE = f"<{RDF}type>"
_Lines = list[bytes]


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


def list_changes(former: Path, fresh: Path, order: TypeOrder, release: str) -> bytes:
    """Return the content of `changes.json`: what the release in `fresh` adds to the one in `former`, and leaves out.

    Both are read once, side by side; what does not change is passed over. Facts are what `facts.ttl` holds.

    Args:
        former: folder of the release before, with its manifest.
        fresh: folder of the new one, with its `kg.nq`.
        order: says what is no fact.
        release: the id of the new one.

    Raises:
        ReleaseError: one of them is not what a release is.
        OSError: one of them cannot be read.
    """
    manifest = Manifest.read(former)
    added, removed = _Sign(), _Sign()
    for old, new in _unlike(former / KG_NQ, fresh / KG_NQ):
        fact = order.is_fact(order.rank(_types(old + new)))
        before, after = set(old), set(new)
        removed.take((line for line in old if line not in after), fact=fact)
        added.take((line for line in new if line not in before), fact=fact)
    shown = {term for sign in (added, removed) for fact in sign.listed for term in fact if is_iri(term)}
    names = _names(former / KG_NQ, shown)
    names |= _names(fresh / KG_NQ, shown)
    document = {
        "format": FORMAT,
        "release": release,
        "former": {"release": manifest.release, "built": manifest.built},
        **{key: {"added": getattr(added, key), "removed": getattr(removed, key)} for key in ("quads", "facts")},
        **{key: _pairs(getattr(added, key), getattr(removed, key)) for key in ("graphs", "classes", "properties")},
        "listed": {
            "added": [[_json(term) for term in fact] for fact in added.listed],
            "removed": [[_json(term) for term in fact] for fact in removed.listed],
        },
        "names": names,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _unlike(old: Path, new: Path) -> Iterator[tuple[_Lines, _Lines]]:
    """Yield the lines of each subject of which two sorted files say different things."""
    olds, news = _subjects(old), _subjects(new)
    one, other = next(olds, None), next(news, None)
    while one or other:
        if one and other and one[0] == other[0]:
            if one[1] != other[1]:
                yield one[1], other[1]
            one, other = next(olds, None), next(news, None)
        elif one and (other is None or one[0] < other[0]):
            yield one[1], []
            one = next(olds, None)
        elif other:
            yield [], other[1]
            other = next(news, None)


def _subjects(path: Path) -> Iterator[tuple[bytes, _Lines]]:
    with path.open("rb") as file:
        for subject, lines in groupby(file, key=lambda line: line.partition(b" ")[0]):
            yield subject, list(lines)


def _types(lines: Iterable[bytes]) -> set[Term]:
    needle = f" {_TYPE} ".encode()
    return {split_line(line.decode())[2] for line in lines if needle in line}


def _pairs(added: Counter[str], removed: Counter[str]) -> dict[str, dict[str, int]]:
    return {key: {"added": added[key], "removed": removed[key]} for key in sorted(added | removed)}


def _json(term: Term) -> dict[str, str]:
    """Return a term as SPARQL 1.1 Query Results JSON writes it (section 3.2.2)."""
    if is_iri(term):
        return {"type": "uri", "value": iri_text(term)}
    value, language, datatype = literal_parts(term)
    more = {"xml:lang": language} if language else {"datatype": datatype} if datatype else {}
    return {"type": "literal", "value": value, **more}


def _names(nquads: Path, terms: Iterable[Term]) -> dict[str, dict[str, str]]:
    """Return the labels of IRIs by language, found in a sorted file by halving it."""
    found: dict[str, dict[str, str]] = {}
    if not nquads.stat().st_size:
        return found
    with nquads.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for term in sorted(terms):
            for line in _from(data, f"{term} {_LABEL} ".encode()):
                label = split_line(line.decode())[2]
                if not is_iri(label):
                    value, language, _ = literal_parts(label)
                    found.setdefault(iri_text(term), {})[language] = value
    return found


def _from(data: mmap.mmap, beginning: bytes) -> Iterator[bytes]:
    low, high = 0, len(data)
    while low < high:
        middle = data.rfind(b"\n", 0, (low + high) // 2) + 1
        if data[middle : middle + len(beginning)] < beginning:
            low = data.find(b"\n", middle) + 1
        else:
            high = middle
    while data[low : low + len(beginning)] == beginning:
        end = data.find(b"\n", low) + 1
        yield data[low:end]
        low = end
