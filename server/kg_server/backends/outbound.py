"""Where a query that asks another endpoint must not lead: into the network that the server stands in."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

from kg_server.http.origins import Origin
from kg_server.http.problems import EvaluationFailed, ServiceRefused

# RFC 6052: an IPv4 address behind a translator.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def refuse_inner(origins: Iterable[Origin]) -> None:
    """Look up the names of some origins; an address itself is taken as it is, for who lists it means it.

    The engine looks the name up again. Between the two a hostile name server could change its answer: list names that
    you trust.

    Raises:
        ServiceRefused: when a name leads to an address that is not of the public network.
        EvaluationFailed: when a name leads nowhere.

    >>> from kg_server.http.origins import parse_origins
    >>> refuse_inner(parse_origins("http://127.0.0.1:7878"))
    >>> refuse_inner(parse_origins("http://localhost:7878"))
    Traceback (most recent call last):
    kg_server.http.problems.ServiceRefused: localhost leads into an inner network. To ask it, list its address itself.
    """
    for origin in origins:
        if origin.literal:
            continue
        try:
            found = socket.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise EvaluationFailed(f"The host {origin.host} of a SERVICE cannot be found.") from error
        if any(not _is_public(str(address[0])) for *_, address in found):
            message = f"{origin.host} leads into an inner network. To ask it, list its address itself."
            raise ServiceRefused(message)


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        # What only wraps an IPv4 address leads to it.
        inner = ipaddress.IPv4Address(found.packed[-4:]) if found in _NAT64 else None
        found = found.ipv4_mapped or found.sixtofour or inner or found
    return found.is_global and not found.is_multicast
