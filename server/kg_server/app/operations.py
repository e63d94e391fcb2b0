"""Puts the parts for operations together: who asks, what it may cost, what is under way, counts and logs."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg_server.app.asking import Asking
from kg_server.backends.base import Answer, Backend
from kg_server.backends.breaker import Breaker
from kg_server.backends.pool import QueryPool
from kg_server.cache import AnswerCache
from kg_server.describe.current import Current
from kg_server.http.forwarded import parse_network
from kg_server.http.problems import StartError
from kg_server.multiprocess.common import Member
from kg_server.operations.budget import Budget
from kg_server.operations.clients import Clients
from kg_server.operations.counters import Counters
from kg_server.operations.exposition import Exposition, Gauges
from kg_server.operations.journal import Journal, JournalHandler
from kg_server.operations.merging import lasting, load
from kg_server.operations.recorder import Exchange, Recorder
from kg_server.operations.registry import Registry
from kg_server.settings import Settings

_OWN_LOG = "kg_server"


@dataclass(frozen=True, slots=True)
class Operations:
    """The parts; one of each for a server.

    Attributes:
        stopping: set when the server has been told to stop.
    """

    clients: Clients
    counters: Counters
    budget: Budget
    registry: Registry
    recorder: Recorder
    exposition: Exposition
    journal: Journal | None
    stopping: threading.Event

    def asking(self, backend: Backend, exchange: Exchange) -> Asking:
        """Return a backend as one request sees it."""
        return Asking(backend, exchange, self.budget, self.registry, self.counters)

    @contextmanager
    def told(self, release: str) -> Iterator[None]:
        """Log the start, whatever the process says meanwhile, and the stop.

        Args:
            release: that is served at the start.
        """
        journal = self.journal
        if journal is None:
            yield
            return
        handler, own, root = JournalHandler(journal), logging.getLogger(_OWN_LOG), logging.getLogger()
        level = own.level
        own.setLevel(logging.INFO)
        root.addHandler(handler)
        began = time.monotonic()
        journal.event("started", release=release)
        try:
            yield
        finally:
            journal.event("stopped", seconds=round(time.monotonic() - began, 3), lost_lines=journal.lost)
            root.removeHandler(handler)
            own.setLevel(level)
            journal.close()


def make_operations(  # noqa: PLR0913, PLR0917 - one word for each part
    settings: Settings,
    current: Current,
    pool: QueryPool,
    cache: AnswerCache[Answer, Any],
    breaker: Breaker | None = None,
    member: Member | None = None,
) -> Operations:
    """Make the parts from the settings; those of one process of several count on from where the one before it ended.

    Raises:
        StartError: when the log cannot be written to.
    """
    journal = _journal(settings, member)
    networks = [parse_network(each) for each in settings.trusted_proxies]
    key = settings.log_key.encode() or secrets.token_bytes(32)
    clients, counters = Clients(networks, settings.client_header, key), Counters()
    registry = Registry() if member is None else Registry(*member.numbers())
    budget = Budget(settings.budget_seconds, settings.budget_burst, None if member is None else member.accounts)
    gauges = Gauges(
        workers=settings.workers,
        queue=settings.queue,
        taken=lambda: pool.taken,
        cache=lambda: (cache.hits, cache.misses, len(cache), cache.used),
        breaker=lambda: None if breaker is None else breaker.state,
        ended=lambda: dict(pool.ended),
        release=lambda: (current.served.manifest.release, current.served.manifest.built),
        trouble=lambda: current.trouble,
        lost=lambda: 0 if journal is None else journal.lost,
        processes=None if member is None else lambda: (len(member.serving()), member.restarts()),
    )
    carried = [] if member is None else lasting(load(member.reported(member.process)))
    return Operations(
        clients=clients,
        counters=counters,
        budget=budget,
        registry=registry,
        recorder=Recorder(clients, counters, journal, lambda: current.served.manifest.release),
        exposition=Exposition(counters, gauges, registry, budget, carried),
        journal=journal,
        stopping=threading.Event(),
    )


def _journal(settings: Settings, member: Member | None) -> Journal | None:
    if settings.log == "off":
        return None
    path = Path(settings.log_file) if settings.log_file else None
    try:
        return Journal("text" if settings.log == "text" else "json", path, None if member is None else member.name)
    except OSError as error:
        raise StartError(f"log_file is {settings.log_file}, which cannot be written to: {error.strerror}.") from error
