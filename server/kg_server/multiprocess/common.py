"""What serving processes have in common, made before the first of them is started."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

from kg_server.listening import Listeners
from kg_server.multiprocess.accounts import SharedAccounts
from kg_server.multiprocess.counts import AtOnce, CountTable, Together, Total
from kg_server.multiprocess.locks import Locks
from kg_server.multiprocess.peers import Inboxes, Peers
from kg_server.multiprocess.reports import Reports
from kg_server.multiprocess.table import integers
from kg_server.settings import Settings

_REMEMBERED_CLIENTS = 10_000
_LEAST_ROWS = 1024
_NUMBERS_OF_A_START = 10**9
_STEERING = 0
_ABSENT, _OPEN, _STOPPING = 0, 1, 2


class Common:
    """What is of the whole service; the process that keeps the others makes it, and forks them.

    Args:
        settings: of the service.
        listeners: the sockets of the processes.
    """

    def __init__(self, settings: Settings, listeners: Listeners) -> None:
        number = settings.processes
        self.settings, self.listeners, self.keeper = settings, listeners, os.getpid()
        self.accounts = SharedAccounts(_REMEMBERED_CLIENTS)
        self.queries = CountTable(max(_LEAST_ROWS, 4 * settings.workers), number)
        self.addresses = CountTable(max(_LEAST_ROWS, 4 * settings.max_connections), number)
        self.connections, self.places = Total(number), Total(number)
        self.reports = Reports(number)
        self.inboxes = Inboxes(number)
        self._states, self._restarts = integers(number), integers(number)
        self._locks = Locks()

    def serving(self) -> list[int]:
        """Return which processes serve at this moment."""
        return [process for process, state in enumerate(self._states) if state]

    def restarts(self, process: int) -> int:
        """Return how often a process was started again."""
        return self._restarts[process]

    def ended(self, process: int) -> None:
        """Forget what a process had under way that has ended and will be started again; for the keeper of them all."""
        self.become(process, _ABSENT, self.listeners.of(process))
        for each in (self.queries, self.addresses, self.connections, self.places):
            each.forget(process)
        self._restarts[process] += 1

    def become(self, process: int, state: int, here: socket.socket) -> None:
        """Note the state of a process, and let those have new connections that are open to them.

        Args:
            process: which one.
            state: its state.
            here: a listening socket that is open in the process that calls this.
        """
        self._locks.take(_STEERING)
        try:
            self._states[process] = state
            # Sockets are closed when the service stops.
            with suppress(OSError):
                self.listeners.steer(here, [each for each, known in enumerate(self._states) if known == _OPEN])
        finally:
            self._locks.leave(_STEERING)


class Member:
    """One of the serving processes, as it sees itself and the others.

    Args:
        common: what they have in common.
        process: its number, from 0.

    Attributes:
        name: what people call it, from 1.
        peers: the others.
    """

    def __init__(self, common: Common, process: int) -> None:
        self._common, self.process, self.name = common, process, process + 1
        self.peers = Peers(process, common.inboxes, common.serving)
        self.accounts = common.accounts

    @property
    def number(self) -> int:
        """How many processes there are to be."""
        return self._common.settings.processes

    def serving(self) -> list[int]:
        """Return which processes serve at this moment."""
        return self._common.serving()

    def restarts(self) -> list[int]:
        """Return how often each process was started again."""
        return [self._common.restarts(each) for each in range(self.number)]

    def numbers(self) -> tuple[int, int]:
        """Return a first number and a step to the next one, so that no other process or start has the same ones."""
        return self.process + 1 + self.number * _NUMBERS_OF_A_START * self.restarts()[self.process], self.number

    def enter(self) -> None:
        """Serve from now on."""
        self._become(_OPEN)

    def stop(self) -> None:
        """Have no new connections any more; those that are there are served."""
        self._become(_STOPPING)

    def leave(self) -> None:
        """Serve no more."""
        self._become(_ABSENT)

    def _become(self, state: int) -> None:
        self._common.become(self.process, state, self._common.listeners.of(self.process))

    def queries(self) -> AtOnce:
        """Return the bound on the queries of a client that run at the same time, in all processes."""
        return AtOnce(self._common.queries, self.process, self._common.settings.one_client, self._orphaned)

    def places(self) -> Together:
        """Return the bound on the queries that run or wait, in all processes."""
        settings = self._common.settings
        return Together(self._common.places, self.process, settings.workers + settings.queue, self._orphaned)

    def connections(self, most: int) -> Together:
        """Return a bound on connections, in all processes."""
        return Together(self._common.connections, self.process, most, self._orphaned)

    def addresses(self, most: int) -> AtOnce:
        """Return a bound on the connections from one address, in all processes."""
        return AtOnce(self._common.addresses, self.process, most, self._orphaned)

    def report(self, text: bytes) -> bool:
        """Leave a report for whoever asks when this process cannot answer; return whether there was room."""
        return self._common.reports.write(self.process, text)

    def reported(self, process: int) -> bytes:
        """Return the last report of a process, of this one or the one before it."""
        return self._common.reports.read(process)

    def _orphaned(self) -> bool:
        return os.getppid() != self._common.keeper
