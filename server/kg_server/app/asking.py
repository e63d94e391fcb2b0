"""The backend as one request sees it: its questions are paid for, listed, stopped when told so, and counted."""

from __future__ import annotations

import asyncio
import time

from kg_server.backends.base import Answer, Backend, Question, Wanted
from kg_server.backends.watch import Watch
from kg_server.http.problems import Problem, QueryStopped
from kg_server.operations.budget import Budget
from kg_server.operations.counters import Counters
from kg_server.operations.journal import query_hash
from kg_server.operations.recorder import Exchange, outcome_of
from kg_server.operations.registry import Registry

# An abandoned query runs on for a moment, and then its process has to be replaced.
_ABANDONED_SECONDS = 0.25


class Asking:
    """Puts the questions of one request to a backend.

    Args:
        backend: of the release.
        exchange: of the request.
        budget, registry, counters: of the server.
    """

    __slots__ = ("_backend", "_budget", "_counters", "_exchange", "_registry")

    def __init__(
        self, backend: Backend, exchange: Exchange, budget: Budget, registry: Registry, counters: Counters
    ) -> None:
        self._backend, self._exchange = backend, exchange
        self._budget, self._registry, self._counters = budget, registry, counters

    def at_once(self, question: Question, wanted: Wanted) -> Answer | None:
        """Do as `Backend` says; None too for a client that has used up its share, which `answer` tells it."""
        exchange = self._exchange
        account = exchange.client.account
        if not self._budget.covers(account):
            return None
        began = time.perf_counter()
        answer = self._backend.at_once(question, wanted)
        if answer is None:
            return None
        seconds = time.perf_counter() - began
        exchange.query_hash, exchange.rows, exchange.seconds = query_hash(question.query), answer.rows, seconds
        self._budget.charge(account, seconds)
        self._counters.query("at_once", seconds)
        return answer

    async def answer(self, question: Question, wanted: Wanted, watch: Watch | None = None) -> Answer:
        """Do as `Backend` says.

        Raises:
            BudgetSpent: the client has used up its share; nothing is asked.
            QueryStopped: an operator stopped the query.
        """
        exchange, account = self._exchange, self._exchange.client.account
        exchange.query_hash = query_hash(question.query)
        watch = Watch(account) if watch is None else watch
        outcome, penalty = "error", 0.0
        running = None
        try:
            self._budget.check(account)
            running = self._registry.enter(
                question.query, exchange.query_hash, exchange.client.name, exchange.id, watch
            )
            answer = await self._backend.answer(question, wanted, watch)
        except Problem as problem:
            outcome = outcome_of(problem.slug, problem.status)
            raise
        except asyncio.CancelledError:
            penalty = _ABANDONED_SECONDS if watch.began is not None else 0.0
            if running is not None and running.stopped and _is_all(running.task):
                outcome = "stopped"
                raise QueryStopped("Whoever runs this server stopped the query.") from None
            outcome = exchange.outcome = "gone"
            raise
        else:
            outcome = "answered"
            exchange.rows = answer.rows
            return answer
        finally:
            if running is not None:
                self._registry.leave(running)
            seconds = watch.seconds(time.monotonic())
            exchange.seconds += seconds
            self._budget.charge(account, seconds + penalty)
            self._counters.query(outcome, seconds)


def _is_all(task: asyncio.Task[object] | None) -> bool:
    """Take back the operator's cancellation, and tell whether nobody else cancelled the task."""
    return task is not None and task.uncancel() == 0
