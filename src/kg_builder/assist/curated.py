"""Gold out of curated records: what people accepted of an article, in the form that the scores are made from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kg_builder.assist.lexicon import Lexicon
from kg_builder.model import Attestation, Term
from kg_builder.namespaces import RDFS, RJ, SCHEMA, SKOS
from kg_builder.sources.corpus import Corpus
from kg_builder.sources.texts import find_text
from kg_builder.terms import iri, literal_parts

_NAMING = (iri(f"{RDFS}label"), iri(f"{SKOS}altLabel"))
_EDTF, _SPEAKER = iri(f"{RJ}edtf"), iri(f"{RJ}speaker")
_VALUES = {iri(f"{SCHEMA}value"): "", iri(f"{RJ}moreThan"): "more-than", iri(f"{RJ}atLeast"): "at-least"}
_FIELDS = {"known-person": "persons", "known-organisation": "organisations"}


def curated_gold(corpus: Corpus, lexicon: Lexicon) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return text and gold of each record whose text is here: dates, figures, people, bodies and speakers.

    Records state no unit in words and no title in one place, so neither is scored; a figure's phrase tells its unit.
    """
    kinds = lexicon.terms("kind")
    fields = {
        entity.iri: _FIELDS[kinds[entity.shape.key]]
        for entity in corpus.authority.entities.values()
        if kinds.get(entity.shape.key) in _FIELDS
    }
    gold = {}
    for loaded in corpus.records:
        article = loaded.record.article.id
        text = find_text(corpus.project.texts, article) if loaded.verified else None
        if text:
            gold[article] = (text.text, _gold(text.text, loaded.record.attestations, fields))
    return gold


def _gold(text: str, attestations: tuple[Attestation, ...], fields: dict[Term, str]) -> dict[str, Any]:
    names = _names(attestations)
    found: dict[str, dict[object, dict[str, Any]]] = {
        field: {} for field in ("dates", "figures", "persons", "organisations", "quotations")
    }
    for attestation in attestations:
        subject, predicate, target = attestation.triple
        if not attestation.spans:
            continue
        span = attestation.spans[0]
        where = {"phrase": text[span.start : span.end], "start": span.start, "end": span.end}
        if predicate in _NAMING and subject in fields:
            every = names[subject]
            item = {"name": every[0], "aliases": every[1:], **where}
            found[fields[subject]].setdefault(subject, item)
        elif predicate == _EDTF:
            iso = literal_parts(target)[0].removesuffix("/..")
            found["dates"].setdefault(iso, {"iso": iso, **where})
        elif predicate in _VALUES:
            value = float(literal_parts(target)[0])
            found["figures"].setdefault(span.start, {"value": value, "bound": _VALUES[predicate], **where})
        elif predicate == _SPEAKER and target in names:
            found["quotations"].setdefault(subject, {"speaker": names[target][0], **where})
    return {field: list(items.values()) for field, items in found.items()}


def _names(attestations: tuple[Attestation, ...]) -> dict[Term, list[str]]:
    names: dict[Term, list[str]] = {}
    for subject, name in _named(attestations):
        every = names.setdefault(subject, [])
        if name not in every:
            every.append(name)
    return {subject: sorted(every, key=len, reverse=True) for subject, every in names.items()}


def _named(attestations: tuple[Attestation, ...]) -> Iterator[tuple[Term, str]]:
    for attestation in attestations:
        subject, predicate, target = attestation.triple
        if predicate in _NAMING:
            yield subject, literal_parts(target)[0]
