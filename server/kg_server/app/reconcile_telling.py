"""Candidates, types and properties as a reconciliation client reads them, in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kg_server.describe.ontology import Ontology
from kg_server.describe.reconciliation.identifiers import Identifiers
from kg_server.describe.reconciliation.known import Known
from kg_server.describe.reconciliation.matching import Candidate
from kg_server.describe.reconciliation.suggestions import Suggestion, of_language
from kg_server.describe.release import Manifest
from kg_server.http.reconciliation import Query
from kg_server.pages.words import COMMON_NAMES

Document = dict[str, Any]

_OTHER_NAMES = 3


@dataclass(frozen=True, slots=True)
class ReconcileTeller:
    """Tells what was found.

    Args:
        manifest: of the release.
        ontology: names of its terms.
        language: of the reader.
    """

    manifest: Manifest
    ontology: Ontology
    language: str

    @property
    def identifiers(self) -> Identifiers:
        """Those of the release."""
        return Identifiers.of(self.manifest)

    def term(self, iri: str) -> str:
        """Return the name of a type or a property; its identifier where it has none."""
        texts = {**COMMON_NAMES.get(iri, {}), **self.ontology.labels.get(iri, {})}
        return of_language(texts, self.language) or self.identifiers.short(iri)

    def path(self, name: str) -> str:
        """Return the name of a property, or of a path by its steps; raises what `Identifiers.steps` raises."""
        return " / ".join(self._step(each.iri, inverse=each.inverse) for each in self.identifiers.steps(name))

    def _step(self, iri: str, *, inverse: bool) -> str:
        if not inverse:
            return self.term(iri)
        return of_language(self.ontology.inverse.get(iri, {}), self.language) or f"← {self.term(iri)}"

    def candidate(self, found: Candidate, query: Query, known: Mapping[str, Known]) -> Document:
        """Return a reconciliation candidate (section 4.2)."""
        fit, thing = found.fit, known[found.iri]
        features: list[Document] = []
        if fit.name is not None:
            features.append({"id": "name", "value": round(100 * fit.name, 1)})
        if fit.of_type is not None:
            features.append({"id": "type", "value": fit.of_type})
        for evidence, agreement in zip(query.properties, fit.agreements, strict=True):
            if agreement is not None:
                features.append({"id": f"property {evidence.pid}", "value": round(100 * agreement, 1)})
        features.append({"id": "articles", "value": found.articles})
        return {
            "id": self.identifiers.local(found.iri),
            "name": thing.name(self.language),
            "description": self._description(thing),
            "type": self._types(thing.types),
            "score": found.score,
            "features": features,
            "match": found.match,
        }

    def suggestion(self, iri: str, known: Mapping[str, Known]) -> Document:
        """Return an entity that is suggested (section 6.3)."""
        thing = known[iri]
        return {
            "id": self.identifiers.local(iri) or iri,
            "name": thing.name(self.language) or iri,
            "description": self._description(thing),
            "notable": self._types(thing.types),
        }

    def type(self, found: Suggestion) -> Document:
        """Return a type that is suggested, with those above it."""
        above = [{"id": self.identifiers.short(each), "name": self.term(each)} for each in self._above(found.iri)]
        return {**self.property(found), **({"broader": above} if above else {})}

    def property(self, found: Suggestion) -> Document:
        """Return a property that is suggested or proposed."""
        described = {"description": found.meaning} if found.meaning else {}
        return {"id": self.identifiers.short(found.iri), "name": found.name, **described}

    def _above(self, iri: str) -> Iterable[str]:
        return (each for each in self.ontology.above.get(iri, ()) if each != iri)

    def _types(self, iris: Iterable[str]) -> list[Document]:
        return [{"id": self.identifiers.short(each), "name": self.term(each)} for each in iris]

    def _description(self, thing: Known) -> str:
        own = thing.name(self.language)
        others = dict.fromkeys(each for each in (*thing.labels.values(), *thing.others) if each != own)
        parts = [", ".join(self.term(each) for each in thing.types), "; ".join(list(others)[:_OTHER_NAMES])]
        return " · ".join(filter(None, parts))
