"""The sockets that clients come to: one, or one for each of several processes, with a say in whose turn it is (Linux).

Processes that accept from one socket race for connections, and the first one awake takes a whole burst of them. So
each has a socket of its own on the same port (SO_REUSEPORT), and a filter chooses among those whose process serves.
The sockets stay open in the process that keeps the others: a killed one takes no waiting connection with it.
"""

from __future__ import annotations

import ctypes
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from kg_server.http.problems import AddressError

_BACKLOG = 2048
_HIGHEST_PORT = 65535
# asm-generic/socket.h; Python has no name for it.
_SO_ATTACH_REUSEPORT_CBPF = 51
# Classic BPF (linux/filter.h): load a word, take the remainder, jump if equal, return.
_LOAD, _REMAINDER, _JUMP_EQUAL, _RETURN = 0x20, 0x94, 0x15, 0x06
# Where a random number is "loaded" from (SKF_AD_OFF and SKF_AD_RANDOM).
_RANDOM = (-0x1000 + 56) & 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Listeners:
    """The listening sockets of a service.

    Attributes:
        sockets: one for each process; one for all where the system cannot choose among several.
    """

    sockets: tuple[socket.socket, ...]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def of(self, process: int) -> socket.socket:
        """Return the socket that a process accepts from."""
        return self.sockets[process % len(self.sockets)]

    def close(self, *, but: int | None = None) -> None:
        """Close all of them in this process, or all but that of one."""
        kept = None if but is None else self.of(but)
        for each in self.sockets:
            if each is not kept:
                each.close()

    def steer(self, here: socket.socket, serving: Sequence[int]) -> None:
        """Let only processes that serve have new connections; nothing changes when none does.

        Args:
            here: one of the sockets that is open in this process.
            serving: the numbers of these processes.
        """
        if serving and len(self.sockets) > 1:
            _choose_among(here, serving)


def listen_together(host: str, port: int, processes: int) -> Listeners:
    """Return listening sockets for several processes, all on one port.

    Raises:
        AddressError: as for `listen`.
    """
    first = listen(host, port)
    sockets = [first]
    if processes == 1 or sys.platform != "linux":
        return Listeners((first,))
    try:
        # Not before the port was had: with this it would be shared with any other server of the same user.
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        for _ in range(1, processes):
            another = socket.socket(first.family, first.type, first.proto)
            sockets.append(another)
            another.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            another.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            another.bind(first.getsockname())
            another.listen(_BACKLOG)
        _choose_among(first, range(processes))
    except OSError:
        # This system does not choose, so a socket whose process was killed would go on being given connections.
        Listeners(tuple(sockets[1:])).close()
        return Listeners((first,))
    return Listeners(tuple(sockets))


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        AddressError: when the port is taken or the address is not this machine's.
    """
    if not 0 <= port <= _HIGHEST_PORT:
        raise AddressError(f"{port} is not a port; ports go from 0 to {_HIGHEST_PORT}.")
    listener: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        if listener is not None:
            listener.close()
        raise AddressError(
            f"Cannot listen on {host} port {port}: {error.strerror}. Stop what holds it, or choose another port."
        ) from error
    return listener


def _choose_among(here: socket.socket, serving: Sequence[int]) -> None:
    steps = [(_LOAD, 0, 0, _RANDOM), (_REMAINDER, 0, 0, len(serving))]
    for number, process in enumerate(serving):
        steps += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, process)]
    steps.append((_RETURN, 0, 0, serving[0]))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    # struct sock_fprog: a length and a pointer.
    here.setsockopt(
        socket.SOL_SOCKET, _SO_ATTACH_REUSEPORT_CBPF, struct.pack("@HP", len(steps), ctypes.addressof(code))
    )
