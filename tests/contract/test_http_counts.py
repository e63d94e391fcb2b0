"""VoID of a graph that is too big to be counted within the limits of queries."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rdflib import VOID, Graph, URIRef
from tests.support.release_fixture import BASE, running

from kg_server.backends.base import Answer, Question, Wanted
from kg_server.backends.watch import Watch
from kg_server.describe.current import Hold, Release
from kg_server.describe.release import read_manifest
from kg_server.describe.statistics import Counted
from kg_server.http.formats import BINDINGS, Choice
from kg_server.settings import Settings

DATASET = URIRef(BASE)
EMPTY = b'{"head":{"vars":["p"]},"results":{"bindings":[]}}'


@pytest.mark.parametrize("rows", [1, 2])
def test_what_cannot_be_counted_is_left_out(release: Path, rows: int) -> None:
    with running(Settings(release=release, max_answer_rows=rows)) as client:
        response = client.get("/.well-known/void", headers={"Accept": "text/turtle"})
        assert response.status_code == 200
        assert response.headers["rujukan-cut"] == "counts"
        found = Graph().parse(data=response.content, format="turtle")
        assert int(str(found.value(DATASET, VOID.triples))) == 15
        assert found.value(DATASET, VOID.sparqlEndpoint)
        # Two classes and five properties; one number is always one row.
        assert len(list(found.objects(DATASET, VOID.classPartition))) == (2 if rows == 2 else 0)
        assert found.value(DATASET, VOID.propertyPartition) is None
        assert found.value(DATASET, VOID.properties) is None
        assert int(str(found.value(DATASET, VOID.distinctSubjects))) == 4
        for path in ("/sparql", "/dumps"):
            assert client.get(path, headers={"Accept": "text/turtle"}).status_code == 200


def test_counts_that_are_complete_are_not_marked(release: Path) -> None:
    with running(Settings(release=release)) as client:
        assert "rujukan-cut" not in client.get("/.well-known/void").headers


class Slow:
    """A backend that answers once it may."""

    def __init__(self) -> None:
        self.may, self.asked = asyncio.Event(), 0

    async def answer(self, question: Question, wanted: Wanted, watch: Watch | None = None) -> Answer:  # noqa: ARG002
        self.asked += 1
        await self.may.wait()
        return Answer("bindings", Choice(BINDINGS[0], BINDINGS[0].media_types[0]), EMPTY, '""', 0, 0)

    def at_once(self, question: Question, wanted: Wanted) -> None:
        """Nothing is small here."""


def test_a_request_does_not_wait_for_slow_counts(release: Path) -> None:
    async def story() -> None:
        slow = Slow()
        served = Release(Hold(release), release, read_manifest(release), {}, slow)
        counted = Counted(patience=0.05)
        first, second = await asyncio.gather(counted.get(served), counted.get(served))
        assert first == second
        assert (first.triples, first.classes, first.complete) == (15, None, False)
        assert slow.asked == 1
        slow.may.set()
        last = await Counted(patience=20).get(served)
        assert (last.classes, last.complete) == ((), True)
        # The one that went on beside the requests ends too.
        found = [await counted.get(served) for _ in range(100)]
        assert found[-1].complete

    asyncio.run(story())
