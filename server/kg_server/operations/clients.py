"""Who asks: the account of a client and the name that the logs know it by."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from kg_server.http.forwarded import (
    UNIX,
    Network,
    account_of,
    client_behind,
    contains,
    hops_forwarded,
    hops_x_forwarded_for,
    parse_node,
)

if TYPE_CHECKING:
    from starlette.types import Scope

_REMEMBERED = 4096
_LONGEST = 2048
_NAME_BYTES = 8
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_FORWARDING = frozenset({b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via"})

Key = TypeVar("Key")
Value = TypeVar("Value")

HEADERS = {"x-forwarded-for": hops_x_forwarded_for, "forwarded": hops_forwarded}


@dataclass(frozen=True, slots=True)
class Client:
    """A client of the server.

    Attributes:
        account: whom its use counts for: an IPv4 address, an IPv6 network, or `unix`.
        name: keyed hash of the account, the only form in which a client is written anywhere.
        local: whether it runs on this machine.
    """

    account: str
    name: str
    local: bool


class Clients:
    """Tells clients apart.

    Args:
        trusted: networks of the proxies whose word counts.
        header: the one header that these proxies set, a key of `HEADERS`. The other one would be the client's own
            claim: a proxy passes on what it does not set.
        key: of the hash. With a random one names cannot be followed from one start of the server to the next.

    >>> clients = Clients([], "x-forwarded-for", b"key")
    >>> clients.of({"client": ("192.0.2.1", 4711), "headers": []}).account
    '192.0.2.1'
    """

    def __init__(self, trusted: Sequence[Network | None], header: str, key: bytes) -> None:
        self._trusted = tuple(trusted)
        self._header = header.encode()
        self._hops = HEADERS[header]
        self._key = hashlib.sha256(key).digest()
        self._known: dict[tuple[str, str], Client] = {}
        self._proxies: dict[str, bool] = {}

    def of(self, scope: Scope) -> Client:
        """Return the client that a request comes from."""
        peer = _peer(scope)
        said = ""
        if self._trusted and self._is_proxy(peer):
            name = self._header
            said = ",".join([value.decode("latin-1") for key, value in scope["headers"] if key == name])
        found = self._known.get((peer, said))
        return found if found is not None else self._find(peer, said)

    def request_id(self, scope: Scope) -> str | None:
        """Return the request id that a trusted proxy gave, if it is one."""
        if not self._trusted or not self._is_proxy(_peer(scope)):
            return None
        for key, value in scope["headers"]:
            if key == b"x-request-id":
                return value.decode() if _REQUEST_ID.fullmatch(value) else None
        return None

    def is_direct(self, scope: Scope) -> bool:
        """Tell whether a request was made on this machine and passed no proxy that is not trusted."""
        if not self.of(scope).local:
            return False
        if self._trusted and self._is_proxy(_peer(scope)):
            return True
        return not any(key in _FORWARDING for key, _ in scope["headers"])

    def _is_proxy(self, peer: str) -> bool:
        known = self._proxies.get(peer)
        if known is None:
            known = contains(self._trusted, peer)
            _remember(self._proxies, peer, known)
        return known

    def _find(self, peer: str, said: str) -> Client:
        client = client_behind(peer, self._hops([said]) if said else (), self._trusted)
        account = account_of(client)
        address = parse_node(client)
        name = hashlib.blake2b(account.encode(), key=self._key, digest_size=_NAME_BYTES).hexdigest()
        found = Client(account, name, account == UNIX or (address is not None and address.is_loopback))
        if len(said) <= _LONGEST:
            _remember(self._known, (peer, said), found)
        return found


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return (client[0] if client else "") or UNIX


def _remember(known: dict[Key, Value], key: Key, value: Value) -> None:
    if len(known) >= _REMEMBERED:
        del known[next(iter(known))]
    known[key] = value
