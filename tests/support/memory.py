"""A release in memory: the store's own evaluation without processes and files, for tests of what is asked and said."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg_server.backends.base import Answer, Question, Wanted
from kg_server.describe.current import Hold, Release
from kg_server.describe.release import Manifest
from kg_server.http.problems import QueryTimeout

if TYPE_CHECKING:
    from kg_server.backends.watch import Watch

BASE = "https://example.org/loans/"
HEAD = f"""
PREFIX ex: <{BASE}terms#>
PREFIX id: <{BASE}id/>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX rj: <https://w3id.org/rujukan/ns#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX sosa: <http://www.w3.org/ns/sosa/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
BASE <{BASE}>
"""
"""What the TriG of a test may name without declaring it."""


@dataclass(slots=True)
class MemoryBackend:
    """Answers from a store; a query with one of the refused words in it times out."""

    store: ox.Store
    refused: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    async def answer(self, question: Question, wanted: Wanted, watch: Watch | None = None) -> Answer:  # noqa: ARG002
        self.asked.append(question.query)
        await asyncio.sleep(0)
        if any(each in question.query for each in self.refused):
            raise QueryTimeout("It took too long.")
        found = self.store.query(question.query)
        assert isinstance(found, ox.QuerySolutions)
        body = found.serialize(format=ox.QueryResultsFormat.JSON) or b""
        assert wanted.bindings is not None
        return Answer("bindings", wanted.bindings, body, '""', 0, 0)

    def at_once(self, question: Question, wanted: Wanted) -> None:
        """Nothing is proved to be small here."""


def release_of(trig: str, folder: Path, refused: tuple[str, ...] = ()) -> Release:
    """A release whose graphs are this TriG, with `HEAD` before it; the folder may hold its shapes."""
    store = ox.Store()
    store.load((HEAD + trig).encode(), format=ox.RdfFormat.TRIG)
    manifest = Manifest("aaaa", "2025", {"en": "Loans"}, BASE, {"id": BASE + "id/"}, "", {}, {}, (), b"")
    return Release(Hold(folder), folder, manifest, {}, MemoryBackend(store, refused))
