"""`changes.json`: what a release says that the one before it did not, and what it no longer says.

It stands beside what a release's id answers for: the same content built after another release has another list
(decision 0023).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kg_builder.model import Term
from kg_builder.namespaces import RDF
from kg_builder.release.dumps import KG_NQ
from kg_builder.release.manifest import Manifest
from kg_builder.release.side_by_side import labels_in, unlike
from kg_builder.release.terms.lines import RDF_TYPE, split_line
from kg_builder.release.terms.order import TypeOrder
from kg_builder.terms import iri_text, is_iri, literal_parts

CHANGES_FILE: Final = "changes.json"
FORMAT: Final = 1
MOST_LISTED: Final = 200
"""Facts that are listed, of those added and of those removed."""

_TYPE = f"<{RDF}type>"


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
    for old, new in unlike(former / KG_NQ, fresh / KG_NQ):
        fact = order.is_fact(order.rank(_types(old + new)))
        before, after = set(old), set(new)
        removed.take((line for line in old if line not in after), fact=fact)
        added.take((line for line in new if line not in before), fact=fact)
    shown = {term for sign in (added, removed) for fact in sign.listed for term in fact if is_iri(term)}
    names = labels_in(former / KG_NQ, shown)
    names |= labels_in(fresh / KG_NQ, shown)
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
