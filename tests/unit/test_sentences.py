from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.sentences import sentences


@given(st.text(st.sampled_from('Aa. !?\n"”E5')))
def test_sentences_are_in_order_apart_trimmed_and_whole(value: str) -> None:
    found = list(sentences(value))
    for one, other in pairwise(found):
        assert one.end <= other.start
    covered = set()
    for sentence in found:
        body = value[sentence.start : sentence.end]
        assert body == body.strip() != ""
        covered |= set(range(sentence.start, sentence.end))
    assert all(character.isspace() or place in covered for place, character in enumerate(value))


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ("Plt. Kepala E. Aminah datang. Ia pulang.", 2),
        ("Ada 4.500.000 buku. Ada 2,5 juta.", 2),
        ("Satu\n\nDua", 2),
        ('Ia berkata, "Mari." Lalu pergi.', 2),
        ("", 0),
        ("tanpa titik", 1),
        ("Akhir.Awal baru.", 2),
    ],
)
def test_sentences_of_newspaper_text(value: str, count: int) -> None:
    assert len(list(sentences(value))) == count
