from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

import pytest

from kg_server import listening
from kg_server.http.problems import AddressError
from kg_server.listening import Listeners, listen, listen_together

CONNECTIONS = 240


@pytest.fixture
def three() -> Iterator[Listeners]:
    with listen_together("127.0.0.1", 0, 3) as listeners:
        yield listeners


def address(listeners: Listeners) -> tuple[str, int]:
    host, port = listeners.sockets[0].getsockname()
    return host, port


def spread(listeners: Listeners) -> list[int]:
    """How many of the connections that are made now each process would have."""
    made = [socket.create_connection(address(listeners), 10) for _ in range(CONNECTIONS)]
    found = []
    for each in listeners.sockets:
        each.settimeout(0)
        taken = 0
        while True:
            try:
                each.accept()[0].close()
            except BlockingIOError:
                break
            taken += 1
        found.append(taken)
    for connection in made:
        connection.close()
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all share one socket")
def test_connections_are_spread_among_the_processes_that_serve(three: Listeners) -> None:
    assert len(three.sockets) == 3
    # A third each, and six standard deviations (7.3) to both sides.
    assert all(36 <= taken <= 124 for taken in spread(three))
    three.steer(three.of(1), [1])
    assert spread(three) == [0, CONNECTIONS, 0]
    three.steer(three.of(2), [0, 2])
    first, none, last = spread(three)
    assert none == 0
    assert min(first, last) > 60
    three.steer(three.of(0), [])
    assert spread(three)[1] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all share one socket")
def test_what_waits_for_a_process_that_ended_waits_for_the_next_one(three: Listeners) -> None:
    three.steer(three.of(0), [0])
    # As a process has it that is forked and killed.
    inherited = three.of(0).dup()
    waiting = socket.create_connection(address(three), 10)
    waiting.sendall(b"question")
    inherited.close()
    three.of(0).settimeout(10)
    accepted, _ = three.of(0).accept()
    with accepted, waiting:
        assert accepted.recv(100) == b"question"


def test_a_port_that_several_processes_listen_on_is_taken_for_others(three: Listeners) -> None:
    host, port = address(three)
    with pytest.raises(AddressError, match=str(port)):
        listen(host, port)
    with pytest.raises(AddressError, match=str(port)):
        listen_together(host, port, 2)


def test_a_taken_port_is_not_shared(taken: int) -> None:
    with pytest.raises(AddressError, match=str(taken)):
        listen_together("127.0.0.1", taken, 2)


@pytest.fixture
def taken() -> Iterator[int]:
    with listen("127.0.0.1", 0) as listener:
        yield listener.getsockname()[1]


def test_where_the_system_does_not_choose_all_share_one_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(listening, "_choose_among", refuse)
    with listen_together("127.0.0.1", 0, 3) as listeners:
        assert len(listeners.sockets) == 1
        assert listeners.of(2) is listeners.of(0)
        listeners.close(but=1)
        listeners.steer(listeners.of(0), [1])
        assert sum(spread(listeners)) == CONNECTIONS


def test_a_process_keeps_its_own_socket_alone(three: Listeners) -> None:
    three.close(but=1)
    assert [each.fileno() >= 0 for each in three.sockets] == [False, True, False]


def test_on_ipv6_too() -> None:
    try:
        listeners = listen_together("::1", 0, 2)
    except AddressError:
        pytest.skip("no IPv6 here")
    with listeners, socket.create_connection(("::1", listeners.sockets[0].getsockname()[1]), 10):
        pass
