"""A release whose every text is an attack: labels, phrases, notes, titles, and addresses that run."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from tests.support.payloads import ADDRESSES, IN_TEXTS

from kg_builder.namespaces import RDFS, RJ, SCHEMA, XSD

_TEXTS = frozenset({XSD + "string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"})
# What is a key, a hash or a query, and not read by people.
_KEPT = frozenset({RJ + "textHash", SCHEMA + "inLanguage", "http://www.w3.org/ns/shacl#select"})
_RUNS = ox.NamedNode("javascript:xss()")


def poisoned(release: Path, target: Path) -> Path:
    """Copy a release into a folder, with a payload in each of its texts; the IRIs stay, so that its pages do too."""
    payloads = cycle(IN_TEXTS)

    def poison(text: str) -> str:
        payload = next(payloads)
        # Before and after in turn: some places cut texts, others sort by how they begin.
        return f"{text} {payload}" if len(payload) % 2 else f"{payload} {text}"

    shutil.copytree(release, target, ignore=shutil.ignore_patterns("store", "shards", "kg.*"))
    quads = list(_quads(release, poison))
    store = ox.Store(str(target / "store"))
    store.bulk_extend(quads)
    store.flush()
    (target / "kg.nq").write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
    manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    manifest["title"] = {code: poison(text) for code, text in manifest["title"].items()}
    manifest["license"] = ADDRESSES[0]
    manifest["release"] = hashlib.sha256(b"poisoned").hexdigest()[:16]
    (target / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    queries = json.loads((target / "queries.json").read_text("utf-8"))
    (target / "queries.json").write_text(json.dumps([_query(each, poison) for each in queries]), "utf-8")
    return target


def _quads(release: Path, poison: Callable[[str], str]) -> Iterator[ox.Quad]:
    known: dict[ox.Literal, ox.Literal] = {}
    for quad in ox.parse(path=release / "kg.nq", format=ox.RdfFormat.N_QUADS):
        target = quad.object
        if isinstance(target, ox.Literal) and target.datatype.value in _TEXTS and quad.predicate.value not in _KEPT:
            # The same text in two graphs is one text.
            if target not in known:
                text = poison(target.value)
                known[target] = ox.Literal(text, language=target.language) if target.language else ox.Literal(text)
            yield ox.Quad(quad.subject, quad.predicate, known[target], quad.graph_name)
        elif quad.predicate.value == SCHEMA + "url":
            yield ox.Quad(quad.subject, quad.predicate, _RUNS, quad.graph_name)
        else:
            yield quad
            if quad.predicate.value == SCHEMA + "sameAs":
                yield ox.Quad(quad.subject, quad.predicate, _RUNS, quad.graph_name)
                seen = ox.NamedNode("data:text/html,<script>xss()</script>".replace("<", "%3C").replace(">", "%3E"))
                yield ox.Quad(quad.subject, ox.NamedNode(RDFS + "seeAlso"), seen, quad.graph_name)


def _query(query: Mapping[str, Any], poison: Callable[[str], str]) -> dict[str, Any]:
    def texts(found: Mapping[str, str]) -> dict[str, str]:
        return {code: poison(text) for code, text in found.items()}

    parameters = [{**each, "label": texts(each["label"])} for each in query["parameters"]]
    titles = {name: texts(query[name]) for name in ("title", "description")}
    return {**query, **titles, "parameters": parameters}
