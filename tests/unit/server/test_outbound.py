from __future__ import annotations

import pytest

from kg_server.backends.outbound import _is_public, refuse_inner
from kg_server.http.origins import parse_origins
from kg_server.http.problems import EvaluationFailed, ServiceRefused


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
     "255.255.255.255", "::1", "::", "fe80::1%lo", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
     "2002:7f00:1::", "64:ff9b::7f00:1"],
)  # fmt: skip
def test_inner_addresses(address: str) -> None:
    assert not _is_public(address)


@pytest.mark.parametrize("address", ["208.80.154.224", "2620:0:861:ed1a::1", "::ffff:208.80.154.224"])
def test_public_addresses(address: str) -> None:
    assert _is_public(address)


def test_names_are_looked_up_and_addresses_are_not() -> None:
    refuse_inner(parse_origins("http://127.0.0.1:1 http://[::1]:1"))
    with pytest.raises(ServiceRefused):
        refuse_inner(parse_origins("http://localhost:1"))
    with pytest.raises(EvaluationFailed):
        refuse_inner(parse_origins("http://nowhere.invalid"))
