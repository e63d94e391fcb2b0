"""Origins: the scheme, host and port of an address (RFC 6454), compared strictly."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65535
# Nothing here is decoded or repaired: what another reader could take for another host is no origin at all.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<rest>[/?#].*)?",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A scheme, a host in lower case (ASCII; an IPv6 address without brackets, in its short form) and a port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Return the origin as an address, with the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}")

    @property
    def literal(self) -> bool:
        """Whether the host is an IP address and not a name."""
        return _ip(self.host) is not None


def origin_of(iri: str) -> Origin | None:
    """Return the origin of an absolute http or https IRI, None when it has none that everybody reads alike.

    User information, escapes, empty ports, hosts beyond ASCII, hosts that end in a dot and numbers that some read as
    IPv4 addresses (`2130706433`, `0x7f.1`) are not read.

    >>> str(origin_of("HTTPS://Query.Wikidata.org:443/sparql"))
    'https://query.wikidata.org'
    >>> origin_of("https://query.wikidata.org@example.org/"), origin_of("http://2130706433/")
    (None, None)
    """
    match = _ADDRESS.fullmatch(iri)
    if match is None:
        return None
    scheme, host = match["scheme"].lower(), match["host"].lower()
    port = int(match["port"] or _DEFAULT_PORTS[scheme])
    if not 0 < port <= _HIGHEST_PORT:
        return None
    if host.startswith("["):
        address = _ip(host[1:-1])
        return Origin(scheme, address.compressed, port) if isinstance(address, ipaddress.IPv6Address) else None
    last = host.rpartition(".")[2]
    if ".." in host or (_ip(host) is None and re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last)):
        return None
    return Origin(scheme, host, port)


def parse_origins(text: str) -> frozenset[Origin]:
    """Read a list of origins, separated by commas or white space; names beyond ASCII are taken in their IDNA form.

    Raises:
        ValueError: naming what is no origin, or has a path.

    >>> sorted(map(str, parse_origins("https://query.wikidata.org, http://[::1]:7878")))
    ['http://[::1]:7878', 'https://query.wikidata.org']
    """
    return frozenset(_origin(each) for each in re.split(r"[,\s]+", text) if each)


def ports(origins: Iterable[Origin]) -> list[int]:
    """Return the ports of some origins, in order, each once."""
    return sorted({each.port for each in origins})


def _origin(text: str) -> Origin:
    scheme, _, rest = text.partition("://")
    try:
        plain = rest if rest.isascii() else rest.encode("idna").decode("ascii")
    except UnicodeError:
        plain = ""
    found = origin_of(f"{scheme}://{plain.removesuffix('/')}")
    if found is None or set(plain.removesuffix("/")) & set("/?#"):
        message = f"{text!r} is not an origin such as https://query.wikidata.org: scheme, host and, if need be, port"
        raise ValueError(message)
    return found


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
