"""Who a proxy says that it speaks for: `X-Forwarded-For`, and `Forwarded` (RFC 7239); pure.

Each proxy adds to the right, so only what stands to the right of the first address that is not a proxy's was written
by somebody who is trusted. Everything here therefore reads from the right and stops early.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from kg_server.http.problems import KgServerError

Address = IPv4Address | IPv6Address
Network = tuple[int, int, int]
"""IP version, the network's bits as a number, the mask."""

UNIX = "unix"
"""Stands for whoever connects over a unix socket, which has no address."""

_MOST_HOPS = 32
# An element that holds commas between quotes is put together from so many parts at most.
_MOST_PARTS = 8
_IPV6_SHARED = 64

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - a token of HTTP's grammar
_PAIR = rf'{_TOKEN}=(?:{_TOKEN}|"(?:[^"\\]|\\.)*")'
_ELEMENT = re.compile(rf"[ \t]*(?:{_PAIR})?(?:[ \t]*;[ \t]*(?:{_PAIR})?)*[ \t]*")
_NAMED = re.compile(rf'({_TOKEN})=(?:({_TOKEN})|"((?:[^"\\]|\\.)*)")')
_ESCAPED = re.compile(r"\\(.)")
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::\w+)?|([0-9.]+):\w+")


class NetworkError(KgServerError):
    """A text is neither an address nor a network."""


def parse_network(text: str) -> Network | None:
    """Return a network of an address or a CIDR network, None for `unix`.

    Raises:
        NetworkError: when it is neither, or has bits set beyond its mask.

    >>> contains([parse_network("10.0.0.0/8")], "10.1.2.3"), contains([parse_network("::1")], "::2")
    (True, False)
    """
    if text == UNIX:
        return None
    try:
        network = ip_network(text)
    except ValueError as error:
        message = f"{text!r} is neither an address nor a network such as 10.0.0.0/8 ({error})."
        raise NetworkError(message) from error
    return network.version, int(network.network_address), int(network.netmask)


def contains(networks: Iterable[Network | None], peer: str) -> bool:
    """Tell whether a peer (an address, or `unix`) is in one of the networks.

    >>> contains([None], "unix"), contains([], "127.0.0.1")
    (True, False)
    """
    if peer == UNIX:
        return None in networks
    address = parse_node(peer)
    if address is None:
        return False
    version, number = address.version, int(address)
    return any(
        network is not None and network[0] == version and number & network[2] == network[1] for network in networks
    )


def parse_node(node: str) -> Address | None:
    """Return the address of a node, without its port; None for what is hidden (`unknown`, `_x`) or malformed.

    An IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.

    >>> parse_node("192.0.2.1:4711"), parse_node("[2001:db8::1]:80"), parse_node("_hidden")
    (IPv4Address('192.0.2.1'), IPv6Address('2001:db8::1'), None)
    """
    text = node.strip()
    if found := _WITH_PORT.fullmatch(text):
        text = found[1] or found[2] or ""
    try:
        # A zone belongs to the machine that wrote it.
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def hops_x_forwarded_for(lines: Sequence[str]) -> Iterator[str]:
    """Yield the nodes of `X-Forwarded-For`, the last one first.

    >>> list(hops_x_forwarded_for(["192.0.2.1, 10.0.0.1", "10.0.0.2"]))
    ['10.0.0.2', '10.0.0.1', '192.0.2.1']
    """
    for line in reversed(lines):
        for node in reversed(line.rsplit(",", _MOST_HOPS)):
            yield node.strip()


def hops_forwarded(lines: Sequence[str]) -> Iterator[str]:
    """Yield the `for` of each element of `Forwarded` (RFC 7239, section 4), the last one first.

    An element without one, or with two, yields an empty text; so does a malformed one, beyond which nothing is read.

    >>> list(hops_forwarded(['for=192.0.2.1;proto=https, For="[2001:db8::1]:80"']))
    ['[2001:db8::1]:80', '192.0.2.1']
    """
    for line in reversed(lines):
        rest: str | None = line
        while rest is not None:
            cut, element = _last_element(rest)
            if element is None:
                yield ""
                return
            # Pair by pair: what stands between quotes may look like one.
            nodes = [pair for pair in _NAMED.finditer(element) if pair[1].lower() == "for"]
            yield nodes[0][2] or _ESCAPED.sub(r"\1", nodes[0][3]) if len(nodes) == 1 else ""
            rest = cut


def _last_element(text: str) -> tuple[str | None, str | None]:
    """Return what stands before the last element (None when nothing does), and the element (None when malformed)."""
    end = len(text)
    for _ in range(_MOST_PARTS):
        comma = text.rfind(",", 0, end)
        element = text[comma + 1 :]
        if _ELEMENT.fullmatch(element):
            return (text[:comma] if comma >= 0 else None), element
        if comma < 0:
            break
        end = comma
    return None, None


def client_behind(peer: str, hops: Iterable[str], trusted: Sequence[Network | None]) -> str:
    """Return the address that the request came from, as far as the trusted proxies say so.

    Args:
        peer: who is connected to us: an address, or `unix`.
        hops: what the header says, the last one first.
        trusted: the proxies.

    Returns:
        The first node from the right that is not a trusted proxy. Where a proxy does not know or hides whom it speaks
        for, that proxy.

    >>> proxies = [parse_network("10.0.0.0/8")]
    >>> client_behind("10.0.0.1", ["192.0.2.1", "198.51.100.7"], proxies)  # the second one is the client's own claim
    '192.0.2.1'
    >>> client_behind("203.0.113.9", ["192.0.2.1"], proxies)  # not from a proxy: a claim
    '203.0.113.9'
    """
    client = peer
    for count, hop in enumerate(hops):
        if count >= _MOST_HOPS or not contains(trusted, client):
            break
        address = parse_node(hop)
        if address is None:
            break
        client = str(address)
    return client


def account_of(client: str) -> str:
    """Return whom an address's use counts for: itself, or for IPv6 its /64 network, which one customer has whole.

    >>> account_of("2001:db8::1:2"), account_of("::ffff:192.0.2.1"), account_of("unix")
    ('2001:db8::/64', '192.0.2.1', 'unix')
    """
    address = parse_node(client)
    if address is None:
        return client
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address) >> _IPV6_SHARED << _IPV6_SHARED, _IPV6_SHARED)))
    return str(address)
