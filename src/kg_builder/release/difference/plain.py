"""A difference as plain data, for programs."""

from __future__ import annotations

from collections.abc import Mapping

from kg_builder.model import Term
from kg_builder.release.difference.model import Attested, Difference, Evidence, Pair, Values
from kg_builder.release.difference.names import Names
from kg_builder.release.difference.report import report
from kg_builder.terms import iri_text, is_iri


def as_json(difference: Difference, language: str) -> dict[str, object]:
    """Return a difference as plain data: the counts, each thing with its terms, and all in words. Nothing is cut."""
    told = report(difference, language)
    names = Names(difference, language)
    return {
        "format": 1,
        "former": difference.former,
        "present": difference.present,
        "different": bool(difference),
        "title": told.title,
        **{
            key: _pair(getattr(difference, key)) for key in ("quads", "facts", "attestations", "derivations")
        },
        "graphs": {iri_text(graph) if graph else "": _pair(pair) for graph, pair in difference.graphs.items()},
        "kinds": [
            {
                "kind": iri_text(kind.kind) if kind.kind else "",
                "name": kind.name,
                "added": kind.added,
                "removed": kind.removed,
                "changed": kind.changed,
            }
            for kind in told.kinds
        ],
        "things": [
            {
                "iri": iri_text(subject.iri),
                "title": names.title(subject),
                "kind": iri_text(subject.kind) if subject.kind else "",
                "change": subject.sign,
                "belongs_to": iri_text(subject.owner) if subject.owner else "",
                "values": [_values_json(values, names) for values in subject.values],
                "evidence": [_evidence_json(each) for each in subject.evidence],
            }
            for subject in difference.subjects
        ],
        "words": [
            {
                "sign": thing.sign,
                "title": thing.title,
                "lines": [{"depth": line.depth, "sign": line.sign.strip(), "text": line.text} for line in thing.lines],
            }
            for thing in told.things
        ],
    }  # fmt: skip


def _pair(pair: Pair) -> dict[str, int]:
    return {"added": pair.added, "removed": pair.removed}


def _values_json(values: Values, names: Names) -> dict[str, object]:
    return {
        "property": iri_text(values.predicate),
        "name": names.relation(values.predicate),
        "added": [_bare(value) for value in values.added],
        "removed": [_bare(value) for value in values.removed],
    }


def _evidence_json(each: Evidence) -> dict[str, object]:
    return {
        "attestation": iri_text(each.node),
        "triple": [_bare(term) for term in each.triple],
        "former": _attested_json(each.former),
        "present": _attested_json(each.present),
    }


def _attested_json(attested: Attested | None) -> Mapping[str, object] | None:
    if attested is None:
        return None
    return {
        "article": _bare(attested.article),
        "quotes": [{"start": quote.start, "end": quote.end, "words": quote.words} for quote in attested.quotes],
        "certainty": _bare(attested.certainty),
        "rank": _bare(attested.rank),
        "note": attested.note,
        "according_to": _bare(attested.according_to),
        "conveyed_in": _bare(attested.conveyed_in),
    }


def _bare(term: Term) -> str:
    """Return an IRI as it is, and a literal as N-Triples writes it."""
    return iri_text(term) if is_iri(term) else term
