"""How serving processes ask one another: over sockets without names, which nobody else can reach."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

Answer = Callable[[Any], Awaitable[object]]

_SECONDS = 1.0


class Inboxes:
    """A way into each process, for those that are forked after this was made.

    A question is handed over as one end of a pair of connected sockets, so a process that is killed leaves no half of
    an answer where the next one would be read.

    Args:
        processes: how many there are.
    """

    def __init__(self, processes: int) -> None:
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(processes)]
        self._into = [pair[0] for pair in pairs]
        self._out = [pair[1] for pair in pairs]
        for each in (*self._into, *self._out):
            each.settimeout(0)

    def close(self) -> None:
        """Close all of them in this process."""
        for each in (*self._into, *self._out):
            each.close()

    def of(self, process: int) -> socket.socket:
        """Return the inbox of a process."""
        return self._out[process]

    def line_to(self, process: int) -> socket.socket:
        """Return a socket whose other end has been handed over to a process.

        Raises:
            OSError: when its inbox is full, or no descriptor is left here.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(self._into[process], [b"?"], [theirs.fileno()])
            except OSError:
                ours.close()
                raise
        return ours


class Peers:
    """The other processes, as one of them sees them.

    Args:
        process: this one.
        inboxes: of all.
        serving: returns those that serve at this moment.
    """

    def __init__(self, process: int, inboxes: Inboxes, serving: Callable[[], list[int]]) -> None:
        self._process, self._inboxes, self._serving = process, inboxes, serving
        self._answers: Mapping[str, Answer] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def listen(self, answers: Mapping[str, Answer]) -> None:
        """Answer the others from now on; call it in the event loop.

        Args:
            answers: to each question, as a function of its argument; arguments and answers are JSON.
        """
        self._answers = answers
        asyncio.get_running_loop().add_reader(self._inboxes.of(self._process), self._take)

    def close(self) -> None:
        """Answer no more."""
        asyncio.get_running_loop().remove_reader(self._inboxes.of(self._process))
        for task in self._tasks:
            task.cancel()

    async def ask(self, what: str, argument: object = None, seconds: float = _SECONDS) -> dict[int, Any]:
        """Ask all others that serve.

        Returns:
            The answers by process. Who gave none within that time is left out.
        """
        others = [each for each in self._serving() if each != self._process]
        answers = await asyncio.gather(*(self._ask(each, what, argument, seconds) for each in others))
        return {process: answer[0] for process, answer in zip(others, answers, strict=True) if answer}

    async def _ask(self, process: int, what: str, argument: object, seconds: float) -> tuple[object, ...]:
        """Return the answer, or nothing."""
        try:
            ours = self._inboxes.line_to(process)
            async with asyncio.timeout(seconds), _speaking(ours) as (reader, writer):
                writer.write(json.dumps([what, argument]).encode() + b"\n")
                return (json.loads(await reader.read()),)
        except (OSError, ValueError, TimeoutError):
            return ()

    def _take(self) -> None:
        try:
            _, (descriptor,), _, _ = socket.recv_fds(self._inboxes.of(self._process), 1, 1)
        except (OSError, ValueError):
            # Somebody else's wake-up, or no descriptor is left: who asked goes without.
            return
        task = asyncio.ensure_future(self._answer(socket.socket(fileno=descriptor)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, line: socket.socket) -> None:
        try:
            async with _speaking(line) as (reader, writer):
                what, argument = json.loads(await reader.readline())
                writer.write(json.dumps(await self._answers[what](argument)).encode())
                await writer.drain()
        except (OSError, ValueError):
            # Who asked has gone.
            return
        except Exception:
            logging.getLogger("kg_server").exception("Another process was not answered.")


@asynccontextmanager
async def _speaking(line: socket.socket) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    line.settimeout(0)
    try:
        reader, writer = await asyncio.open_unix_connection(sock=line)
    except BaseException:
        line.close()
        raise
    try:
        yield reader, writer
    finally:
        writer.close()
