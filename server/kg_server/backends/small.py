"""Questions that are proved to be small before they are asked are answered by the process that has the client.

To hand a question to a query process and to take the answer back costs more than such a question. What it may cost is
known from its shape and from how far the release's properties reach; both are facts, so nothing has to be stopped.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping

from kg_server.backends.base import Answer, Question, Wanted
from kg_server.backends.evaluate import Evaluator
from kg_server.backends.shape import Extent, Extents, patterns_of
from kg_server.http.formats import BINDINGS, Choice
from kg_server.http.problems import KgServerError

# Counting costs as much as some hundreds of them.
WORTH_COUNTING = 50
BYTES = 1 << 18
# Beyond this the store's counting by subject would need more memory than it is worth.
_MOST_COUNTED = 2_000_000
_MOST_PROPERTIES = 200

_TRIPLES = "SELECT ?p (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?p"
_CLASSES = "SELECT ?p (COUNT(*) AS ?n) WHERE { ?s a ?p } GROUP BY ?p"
_MOST = """SELECT ?p (MAX(?each) AS ?n) WHERE {
  VALUES ?p { <%s> } { SELECT ?%s (COUNT(*) AS ?each) WHERE { ?s <%s> ?o } GROUP BY ?%s }
} GROUP BY ?p"""

Ask = Callable[[Question, Wanted], Awaitable[Answer]]


class SmallQuestions:
    """Answers small questions at once.

    Args:
        open_here: makes an evaluator of this process; it is called in a thread, when small questions have come.
        prefixes: that count as declared.
        most: index entries that answering a question may read.
        ask: asks the query processes.
    """

    def __init__(self, open_here: Callable[[], Evaluator], prefixes: Mapping[str, str], most: int, ask: Ask) -> None:
        self._open_here, self._prefixes, self._most, self._ask = open_here, prefixes, most, ask
        self._known: tuple[Evaluator, Extents] | None = None
        self._seen = 0
        self._counting: asyncio.Task[None] | None = None

    def answer(self, question: Question, wanted: Wanted) -> Answer | None:
        """Return the answer to a small question; None for any other, and for one that has no answer.

        Blocks for about as many microseconds as index entries are read.
        """
        choice = wanted.bindings
        if choice is None or question.default_graphs or question.named_graphs or question.bindings:
            return None
        patterns = patterns_of(question.query, self._prefixes)
        if patterns is None:
            return None
        if self._known is None:
            self._count()
            return None
        evaluator, extents = self._known
        if extents.work(patterns) > self._most:
            return None
        try:
            return evaluator.answer_small(question, wanted, choice)
        except KgServerError:
            # It has a long answer, or is wrong; a query process finds the words.
            return None

    def _count(self) -> None:
        self._seen += 1
        if self._seen >= WORTH_COUNTING and self._counting is None:
            self._counting = asyncio.get_running_loop().create_task(self._find_extents())

    async def _find_extents(self) -> None:
        try:
            triples, classes = await self._numbers(_TRIPLES), await self._numbers(_CLASSES)
            properties = {iri: Extent(number, number, number) for iri, number in triples.items()}
            worth_it = sorted((number, iri) for iri, number in triples.items() if number <= _MOST_COUNTED)
            for number, iri in worth_it[-_MOST_PROPERTIES:]:
                objects, subjects = [(await self._numbers(_MOST % (iri, x, iri, x)))[iri] for x in "so"]
                properties[iri] = Extent(number, objects, subjects)
            self._known = await asyncio.to_thread(self._open_here), Extents(properties, classes)
        except (KgServerError, KeyError) as error:
            # All questions go to the query processes, as before, until some more have come.
            logging.getLogger("kg_server").warning("Small questions are not told from others: %s", error)
            self._seen, self._counting = 0, None

    async def _numbers(self, query: str) -> dict[str, int]:
        answer = await self._ask(Question(query), _AS_JSON)
        found = json.loads(answer.read())["results"]["bindings"]
        return {each["p"]["value"]: int(each["n"]["value"]) for each in found}


_AS_JSON = Wanted(Choice(BINDINGS[0], BINDINGS[0].media_types[0]), None)
