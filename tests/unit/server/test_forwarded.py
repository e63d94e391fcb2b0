"""Who a request comes from: nobody can pretend to be another by a header."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_server.http.forwarded import (
    NetworkError,
    account_of,
    client_behind,
    contains,
    hops_forwarded,
    hops_x_forwarded_for,
    parse_network,
    parse_node,
)
from kg_server.operations.clients import Client, Clients

PROXIES = [parse_network("10.0.0.0/8"), parse_network("fd00::/8")]
ADDRESSES = st.ip_addresses().filter(lambda each: not contains(PROXIES, str(each)))
# What a client may send as a header, the worst of it.
CLAIMS = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=80) | st.text('",;=\\for[]:1. ')


def by_x(line: str) -> str:
    return client_behind("10.0.0.1", hops_x_forwarded_for([line]), PROXIES)


def by_forwarded(line: str) -> str:
    return client_behind("10.0.0.1", hops_forwarded([line]), PROXIES)


@given(CLAIMS, ADDRESSES)
def test_what_a_client_claims_changes_nothing(claim: str, client: object) -> None:
    node = f'"[{client}]:4711"' if ":" in str(client) else str(client)
    expected = str(parse_node(str(client)))
    assert by_x(f"{claim}, {client}") == expected
    assert by_forwarded(f"{claim}, for={node};proto=https") == expected
    assert by_forwarded(f"{claim}, for={node}, for=10.1.2.3") == expected


@given(st.lists(CLAIMS, max_size=4))
def test_any_header_is_read_without_an_error(lines: list[str]) -> None:
    for hops in (hops_x_forwarded_for, hops_forwarded):
        found = client_behind("10.0.0.1", hops(lines), PROXIES)
        assert str(ip_address(found)) == found
        assert client_behind("192.0.2.1", hops(lines), PROXIES) == "192.0.2.1"


@pytest.mark.parametrize(
    ("line", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("198.51.100.1, 192.0.2.1, 10.0.0.9", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:4711, fd00::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1, unknown", "10.0.0.1"),
        ("192.0.2.1, ", "10.0.0.1"),
        ("10.0.0.2, 10.0.0.3", "10.0.0.2"),
        ("", "10.0.0.1"),
        ("localhost", "10.0.0.1"),
        ("127.0.0.1, 0x7f.1", "10.0.0.1"),
        ("192.0.2.1 10.0.0.3", "10.0.0.1"),
    ],
)
def test_x_forwarded_for(line: str, client: str) -> None:
    assert by_x(line) == client


@pytest.mark.parametrize(
    ("line", "client"),
    [
        ("for=192.0.2.1", "192.0.2.1"),
        ("For=192.0.2.1;by=203.0.113.43", "192.0.2.1"),
        ('by=10.0.0.1;for="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"),
        ("for=198.51.100.1, for=192.0.2.1", "192.0.2.1"),
        ("for=192.0.2.1, for=unknown", "10.0.0.1"),
        ("for=192.0.2.1, for=_hidden", "10.0.0.1"),
        ("for=192.0.2.1, proto=https", "10.0.0.1"),
        ('for=192.0.2.1, for="unclosed', "10.0.0.1"),
        ('host="a, for=198.51.100.1", for=10.0.0.2', "10.0.0.2"),
        (r'for="192.0.2\.1"', "192.0.2.1"),
        ('host=";for=198.51.100.1;y=";for=192.0.2.1', "192.0.2.1"),
        ("for=198.51.100.1;for=192.0.2.1", "10.0.0.1"),
    ],
)
def test_forwarded(line: str, client: str) -> None:
    assert by_forwarded(line) == client


def test_a_chain_of_many_proxies_is_not_followed_for_ever() -> None:
    assert by_x("192.0.2.1, " + ", ".join(["10.0.0.1"] * 100_000)).startswith("10.")


def test_accounts() -> None:
    assert account_of("2001:db8:1:2:3:4:5:6") == account_of("2001:db8:1:2::") == "2001:db8:1:2::/64"
    assert account_of("2001:db8:1:3::") != account_of("2001:db8:1:2::")
    assert account_of("fe80::1%eth0") == "fe80::/64"


@pytest.mark.parametrize("text", ["10.0.0.1/8", "example.org", "", "10.0.0.0/33", "1.2.3"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(NetworkError):
        parse_network(text)


def ask(clients: Clients, peer: str | None, **headers: str) -> Client:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return clients.of({"type": "http", "client": (peer, 1) if peer else None, "headers": raw})


def test_only_the_one_header_of_a_trusted_peer_counts() -> None:
    clients = Clients(PROXIES, "x-forwarded-for", b"key")
    assert ask(clients, "10.0.0.1", x_forwarded_for="192.0.2.1").account == "192.0.2.1"
    assert ask(clients, "10.0.0.1", forwarded="for=192.0.2.1").account == "10.0.0.1"
    assert ask(clients, "203.0.113.1", x_forwarded_for="192.0.2.1").account == "203.0.113.1"
    assert ask(clients, None, x_forwarded_for="192.0.2.1").account == "unix"
    other = Clients([*PROXIES, None], "forwarded", b"key")
    assert ask(other, None, forwarded="for=192.0.2.1").account == "192.0.2.1"
    assert ask(other, "10.0.0.1", x_forwarded_for="192.0.2.1").account == "10.0.0.1"


def test_names_of_clients_follow_the_key_and_say_nothing() -> None:
    first, same, other = (Clients([], "forwarded", key) for key in (b"one", b"one", b"two"))
    assert ask(first, "192.0.2.1").name == ask(same, "192.0.2.1").name != ask(other, "192.0.2.1").name
    assert ask(first, "2001:db8::1").name == ask(first, "2001:db8::2").name
    assert "192" not in ask(first, "192.0.2.1").name or len(ask(first, "192.0.2.1").name) == 16


def test_clients_are_remembered_in_bounded_memory() -> None:
    clients = Clients(PROXIES, "x-forwarded-for", b"key")
    for number in range(10_000):
        ask(clients, "10.0.0.1", x_forwarded_for=f"192.0.{number >> 8}.{number & 255}")
        ask(clients, f"198.51.{number >> 8}.{number & 255}")
    assert len(clients._known) <= 4096
    assert len(clients._proxies) <= 4096


def test_request_ids_are_taken_from_proxies_alone() -> None:
    clients = Clients(PROXIES, "forwarded", b"key")

    def given_id(peer: str, value: bytes) -> str | None:
        return clients.request_id({"client": (peer, 1), "headers": [(b"x-request-id", value)]})

    assert given_id("10.0.0.1", b"abc-1._X") == "abc-1._X"
    assert given_id("192.0.2.1", b"abc") is None
    for wrong in (b"", b"a b", b"a\n", b"x" * 65, b'"', "é".encode()):
        assert given_id("10.0.0.1", wrong) is None


def test_a_proxy_on_this_machine_does_not_make_its_clients_local() -> None:
    plain = Clients([], "x-forwarded-for", b"key")
    local = {"client": ("127.0.0.1", 1), "headers": []}
    assert plain.is_direct(local)
    assert not plain.is_direct({**local, "headers": [(b"x-forwarded-for", b"192.0.2.1")]})
    assert not plain.is_direct({"client": ("192.0.2.1", 1), "headers": []})
    behind = Clients([parse_network("127.0.0.1")], "x-forwarded-for", b"key")
    assert not behind.is_direct({**local, "headers": [(b"x-forwarded-for", b"127.0.0.1, 192.0.2.1")]})
