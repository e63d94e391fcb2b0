"""What is of the whole service, also where several processes serve: each asks the others, and adds up."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from kg_server.app.operations import Operations
from kg_server.backends.base import Question, Wanted
from kg_server.backends.breaker import Breaker
from kg_server.backends.pool import QueryPool
from kg_server.describe.current import Current
from kg_server.http.formats import BINDINGS, Choice
from kg_server.http.problems import Problem
from kg_server.multiprocess.common import Member
from kg_server.operations.merging import Family, lasting, load, save

_READY_SECONDS = 2.0
# For the way there and back.
_MORE_SECONDS = 0.5
_REPORT_SECONDS = 1.0
_TRIVIAL = Question("ASK {}")
_LONGEST_ID = 18

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Whole:
    """The service.

    Attributes:
        current, pool, operations, breaker: of this process.
        member: this process among several; None where it is alone.
    """

    current: Current
    pool: QueryPool
    operations: Operations
    breaker: Breaker | None = None
    member: Member | None = None

    async def queries(self) -> list[Document]:
        """Return the queries under way, the oldest first."""
        parts = [await self._queries(None), *(await self._ask("queries")).values()]
        return sorted((each for part in parts for each in part), key=lambda each: -each["seconds_since_arrival"])

    async def stop(self, number: str) -> bool:
        """Stop a query, and return whether there was one of that id."""
        if not (number.isascii() and number.isdigit()) or len(number) > _LONGEST_ID:
            return False
        # Ids of different processes differ.
        return await self._stop(int(number)) or any((await self._ask("stop", int(number))).values())

    async def metrics(self, accept: str | None) -> tuple[bytes, str]:
        """Return the metrics and their content type."""
        exposition, member = self.operations.exposition, self.member
        if member is None:
            return exposition.render(accept)
        parts: dict[int, list[Family]] = {member.process: await self._metrics(None), **await self._ask("metrics")}
        for process in set(range(member.number)) - set(parts):
            # It is being started again, or has no time: what it counted stays counted.
            former = load(member.reported(process))
            parts[process] = former if process in member.serving() else lasting(former)
        return exposition.render(accept, list(parts.values()))

    async def health(self) -> Document:
        """Return which release is served and how."""
        answers, member = await self._ask("health"), self.member
        parts = [await self._health(None), *answers.values()]
        document: Document = {**parts[0]}
        document["queries_under_way"] = sum(each["queries_under_way"] for each in parts)
        ended: Counter[str] = Counter()
        for each in parts:
            ended.update(each["query_processes"]["ended"])
        egress = [each["query_processes"]["egress"] for each in parts]
        document["query_processes"] = {"egress": _egress(min(egress, key=bool)), "ended": dict(ended)}
        worst = next((each for each in parts if each["status"] != "ok"), None)
        if worst is not None:
            document |= {name: worst[name] for name in ("status", "trouble", "backend") if name in worst}
        if member is not None:
            serving = len({member.process, *answers})
            document["processes"] = {
                "configured": member.number, "serving": serving, "restarts": sum(member.restarts()),
            }  # fmt: skip
            document["status"] = "degraded" if serving < member.number else document["status"]
        return document

    async def unready(self) -> str:
        """Return why a query would not be answered now, by one of the processes that have clients; empty if it would.

        Each asks itself a trivial one.
        """
        serving = set() if self.member is None else set(self.member.serving())
        here, others = await asyncio.gather(
            self._unready(None), self._ask("unready", seconds=_READY_SECONDS + _MORE_SECONDS)
        )
        if self.member is not None:
            silent = (serving & set(self.member.serving())) - {self.member.process, *others}
            others |= {each: f"Process {each + 1} does not answer." for each in silent}
        return next(filter(None, [here, *others.values()]), "")

    @asynccontextmanager
    async def joined(self) -> AsyncIterator[None]:
        """Have new connections, answer the other processes, and leave reports, until the end of the block."""
        member = self.member
        if member is None:
            yield
            return
        member.peers.listen(
            {
                "queries": self._queries,
                "stop": self._stop,
                "metrics": self._metrics,
                "health": self._health,
                "unready": self._unready,
            }
        )
        reporting = asyncio.ensure_future(self._report(member))
        member.enter()
        try:
            yield
        finally:
            reporting.cancel()
            member.leave()
            member.peers.close()
            await self._metrics(None)

    def retire(self) -> None:
        """Have no new connections any more, where there are other processes that may have them."""
        if self.member is not None:
            self.member.stop()

    async def _ask(self, what: str, argument: object = None, seconds: float = 1.0) -> dict[int, Any]:
        return {} if self.member is None else await self.member.peers.ask(what, argument, seconds)

    async def _report(self, member: Member) -> None:
        while True:
            await asyncio.sleep(_REPORT_SECONDS)
            try:
                await self._metrics(None)
            except Exception:
                logging.getLogger("kg_server").exception("Process %d has not reported.", member.name)

    # What this process says of itself, in JSON

    async def _queries(self, _: object) -> list[Document]:
        return [each.document() for each in self.operations.registry]

    async def _stop(self, number: int) -> bool:
        return self.operations.registry.stop(number)

    async def _metrics(self, _: object) -> list[Family]:
        """Return what is counted here; whoever was told it once is never told less."""
        families = self.operations.exposition.families()
        if self.member is not None and not self.member.report(save(families)):
            logging.getLogger("kg_server").error("There is no room for the counts of process %d.", self.member.name)
        return families

    async def _health(self, _: object) -> Document:
        release = await self.current.get()
        trouble, breaker = self.current.trouble, self.breaker
        document: Document = {
            "status": "degraded" if trouble or (breaker is not None and breaker.state != "closed") else "ok",
            "release": release.manifest.release,
            "built": release.manifest.built,
            "queries_under_way": self.pool.taken,
            "query_processes": {"egress": self.pool.egress, "ended": dict(self.pool.ended)},
        }
        if breaker is not None:
            document["backend"] = {
                "state": breaker.state, "failures": breaker.failures, "opened": breaker.opened,
            }  # fmt: skip
        return document | ({"trouble": trouble} if trouble else {})

    async def _unready(self, _: object) -> str:
        release = await self.current.get()
        if self.operations.stopping.is_set():
            return "The server stops."
        wanted = Wanted(Choice(BINDINGS[0], BINDINGS[0].media_types[0]), None)
        try:
            async with asyncio.timeout(_READY_SECONDS):
                await release.backend.answer(_TRIVIAL, wanted)
        except TimeoutError:
            return f"A trivial query was not answered within {_READY_SECONDS:g} s."
        except Problem as problem:
            # Whatever the reason, no load balancer should send anything here now.
            return f"A trivial query was not answered: {problem.detail}"
        return ""


def _egress(held: str) -> str:
    if not held:
        return "open: the system permits no other"
    return f"only {held}" if held.startswith("TCP") else f"shut ({held})"
