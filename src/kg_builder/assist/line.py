"""The connections of a fetch: cut when its time is over, and led to this network only where somebody asked for that.

A time limit of a socket is for one wait: a host that sends a byte now and then would keep a fetch for ever. And a page
of the web may send whoever asks on to a machine behind the asker's own door.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from kg_builder.errors import FetchError


class PrivateAddressError(FetchError):
    """A connection that would lead into a private network."""


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public network.

    >>> is_public("192.0.43.8"), is_public("127.0.0.1"), is_public("fe80::1%eth0"), is_public("::ffff:10.0.0.1")
    (True, False, False, False)
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_global


def leads_home(host: str) -> bool:
    """Tell whether a host's name leads to an address that is not public; one that leads nowhere does not."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return any(not is_public(str(entry[4][0])) for entry in found)


@dataclass(slots=True)
class Line:
    """The one connection that is in use.

    Attributes:
        public_only: whether an address that is not public is refused.
        over: whether the time was over, and the connection was cut.
    """

    public_only: bool = False
    _sockets: list[socket.socket] = field(init=False, default_factory=list)
    over: bool = field(init=False, default=False)

    def took(self, connected: socket.socket) -> None:
        """Take a connection that was made, before anything is sent on it.

        Raises:
            PrivateAddressError: it leads where it must not.
        """
        peer = str(connected.getpeername()[0])
        if self.public_only and not is_public(peer):
            connected.close()
            raise PrivateAddressError(peer)
        # A copy: TLS takes the socket itself away, and a shutdown holds for both.
        self._sockets.append(connected.dup())
        if self.over:
            self._cut()

    @contextmanager
    def until(self, seconds: float) -> Iterator[None]:
        """Cut the connection when so much time has passed."""
        self.over = False
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            while self._sockets:
                self._sockets.pop().close()

    def _cut(self) -> None:
        self.over = True
        for each in tuple(self._sockets):
            with suppress(OSError):  # closed meanwhile
                each.shutdown(socket.SHUT_RDWR)


def pool_on(line: Line, headers: dict[str, str]) -> urllib3.PoolManager:
    """Return connections that are made on a line."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            line.took(made)
            return made

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            line.took(made)
            return made

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    pool = urllib3.PoolManager(headers=headers, retries=False)
    pool.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return pool
