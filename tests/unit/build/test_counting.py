"""Digests are counted once each, however they come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.build.counting import Distinct
from kg_builder.build.mapping import DIGEST

digests = st.binary(min_size=DIGEST, max_size=DIGEST)


@given(st.lists(st.lists(digests, max_size=8), max_size=8))
def test_each_is_counted_once(given_together: list[list[bytes]]) -> None:
    distinct = Distinct()
    for together in given_together:
        distinct.add(b"".join(together))
    assert distinct.count() == len({each for together in given_together for each in together})
