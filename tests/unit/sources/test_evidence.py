from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kg_builder.errors import Problem
from kg_builder.sources.anchor import Anchored, anchor
from kg_builder.sources.evidence import Phrase, mismatch, parse_phrase, places, text_digest
from kg_builder.sources.intake import Known, new_record
from kg_builder.sources.texts import Text, decode, fingerprint, first_difference, sha256
from kg_builder.sources.tree import read_tree

letters = st.sampled_from("abcé🏛 ")
texts = st.text(letters, min_size=1, max_size=60) | st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60
)


@st.composite
def cuts(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A text and phrases cut from it, each a whole scalar that a position may stand before."""
    source = draw(texts)
    found = []
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(source) - 1))
        end = draw(st.integers(start + 1, min(len(source), start + 12)))
        phrase = source[start:end]
        if phrase.strip() and not phrase.startswith("@") and " … " not in phrase:
            found.append(phrase)
    assume(found)
    return source, found


def quoted(words: str, style: int) -> str:
    """The words as a double-quoted scalar, escaped in one of the ways that YAML allows."""
    plain = words.replace("\\", "\\\\").replace('"', '\\"')
    if style == 1:
        plain = "".join(f"\\U{ord(c):08x}" if ord(c) > 127 else c for c in plain)
    return f'"{plain}"'


def record(phrases: list[str], *, stale: bool = False, text: Text | None = None, style: int = 0) -> str:
    head = f"article:\n  sha256: {'0' * 64 if stale or text is None else text.sha256}   # of the text\n  length: 1\n"
    lines = [f"  fact v{place}: {quoted(words, style)}  # keep {place}" for place, words in enumerate(phrases)]
    return f"# top\n{head}\n\nblock:\n" + "\n".join(lines) + "\n# end\n"


def run(source: str, text: str) -> Anchored:
    problems: list[Problem] = []
    found = anchor(source, "r.yaml", decode(text.encode()), problems)
    assert problems == []
    return found


def phrases_of(source: str) -> list[str]:
    body = read_tree(source, "r.yaml", []).get("block")
    return [getattr(value, "text", "") for _, value in getattr(body, "items", ())]


def stripped(source: str) -> str:
    return re.sub(r'"@(\?|\d+(-\d+:[0-9a-f]{16})?) ', '"', source)


def count(words: str, text: str) -> int:
    return sum(text.startswith(words, place) for place in range(len(text)))


@given(cuts(), st.integers(0, 1))
def test_unique_phrases_are_filled_and_repeated_ones_left(case: tuple[str, list[str]], style: int) -> None:
    text, phrases = case
    source = record(phrases, text=decode(text.encode()), style=style)
    found = run(source, text)
    assert stripped(found.source) == source
    after = phrases_of(found.source)
    for words, written in zip(phrases, after, strict=True):
        if count(words, text) == 1:
            assert written == f"@{text.index(words)} {words}"
            assert mismatch(parse_phrase(written), text) == ""
        else:
            assert written == words
    unsure = [words for words in phrases if count(words, text) > 1]
    assert len(found.open) == len(unsure)
    assert all("times; write one of these numbers before it" in problem.message for problem in found.open)
    assert found.placed == len(phrases) - len(unsure)
    assert run(found.source, text).source == found.source


@given(cuts(), st.data())
def test_a_choice_among_places_is_kept(case: tuple[str, list[str]], data: st.DataObject) -> None:
    text, phrases = case
    chosen = [data.draw(st.sampled_from(places(Phrase(words), text)))[0] for words in phrases]
    source = record(
        [f"@{start} {words}" for start, words in zip(chosen, phrases, strict=True)], text=decode(text.encode())
    )
    found = run(source, text)
    assert found.source == source
    assert found.open == ()


@given(cuts(), st.text(letters, max_size=8), st.text(letters, max_size=8), st.integers(0, 60))
def test_a_changed_text_moves_what_is_sure_and_marks_the_rest(
    case: tuple[str, list[str]], before: str, inside: str, where: int
) -> None:
    old, phrases = case
    new = before + old[:where] + inside + old[where:]
    assume(new != old)
    source = record([f"@{old.index(words)} {words}" for words in phrases], text=decode(old.encode()))
    found = run(source, new)
    for words, written in zip(phrases, phrases_of(found.source), strict=True):
        expected = f"@{new.index(words)} {words}" if count(words, new) == 1 else f"@? {words}"
        assert written == expected
    lost = [words for words in phrases if count(words, new) != 1]
    assert (found.lost, len(found.open)) == (len(lost), len(lost))
    text = decode(new.encode())
    assert text.sha256 in found.source
    assert stripped(found.source).replace(text.sha256, "S").replace(
        f"length: {text.length}\n", "length: N\n"
    ) == stripped(source).replace(decode(old.encode()).sha256, "S").replace("length: 1\n", "length: N\n")
    again = run(found.source, new)
    assert again.source == found.source
    assert len(again.open) == len(lost)


def test_no_stale_length_or_fingerprint_is_left() -> None:
    text = decode(b"kata baru")
    source = f"article:\n  sha256: '{'0' * 64}'\n  length: \"7\"\n  fingerprint: x  # of words\n"
    found = run(source, text.text)
    assert found.source == (
        f"article:\n  sha256: '{text.sha256}'\n  length: \"9\"\n  fingerprint: {fingerprint(text.text)}  # of words\n"
    )


def test_an_empty_hash_does_not_break_the_file() -> None:
    assert run("article:\n  sha256:", "kata").source == "article:\n  sha256:"


def test_a_byte_order_mark_does_not_shift_the_splices() -> None:
    text = decode(b"satu dua tiga")
    source = "\ufeff" + record(["dua", "tiga"], text=text)
    found = run(source, text.text)
    assert found.source == source.replace('"dua"', '"@5 dua"').replace('"tiga"', '"@9 tiga"')


def test_windows_line_ends_survive() -> None:
    text = decode(b"satu dua tiga")
    source = record(["dua", "tiga"], text=text).replace("\n", "\r\n")
    assert run(source, text.text).source == source.replace('"dua"', '"@5 dua"').replace('"tiga"', '"@9 tiga"')


def test_a_phrase_folded_over_lines_keeps_its_folds() -> None:
    text = decode(b"nol satu dua tiga")
    source = f'article: {{sha256: {text.sha256}}}\nblock:\n  fact a: "@7\n    satu dua\n    tiga"\n'
    assert run(source, text.text).source == source.replace("@7", "@4")


def test_an_escaped_at_sign_is_left_to_the_curator() -> None:
    text = decode(b"nol satu")
    source = f'article: {{sha256: {text.sha256}}}\nblock:\n  fact a: "\\x409 satu"\n'
    found = run(source, text.text)
    assert found.source == source
    assert [str(p) for p in found.open] == ["r.yaml:3:11: write the «@» of a position as it is, without an escape"]


def test_the_curators_own_words_are_never_anchored() -> None:
    text = decode(b"id inferred catatan satu")
    body = (
        'block:\n  fact a: {quote: "satu", certainty: "inferred", note: "catatan", language: "id"}\n'
        '  according-to: "id"\n'
    )
    source = f"article: {{sha256: {text.sha256}}}\n{body}"
    found = run(source, text.text)
    assert found.source == source.replace('"satu"', '"@20 satu"')
    assert found.open == ()


def test_an_unreadable_record_is_returned_unchanged() -> None:
    problems: list[Problem] = []
    found = anchor("a: &x 1\n", "r.yaml", decode(b"x"), problems)
    assert found.source == "a: &x 1\n"
    assert [problem.code for problem in problems] == ["anchor"]


LONG = "satu dua tiga empat lima enam tujuh delapan sembilan dua tiga"


def test_a_long_phrase_gets_both_ends_and_a_hash() -> None:
    source = record(["satu dua … sembilan"], text=decode(LONG.encode()))
    (written,) = phrases_of(run(source, LONG).source)
    whole = LONG[:52]
    assert written == f"@0-52:{text_digest(whole)} satu dua … sembilan"
    assert str(parse_phrase(written)) == written
    assert mismatch(parse_phrase(written), LONG) == ""
    assert mismatch(parse_phrase(written), LONG.replace("lima", "LIMA")) != ""


def test_an_ambiguous_long_phrase_is_decided_by_one_number() -> None:
    text = "a b c d a b c d"
    source = record(["a … d"], text=decode(text.encode()))
    found = run(source, text)
    assert found.source == source
    assert [p.message.splitlines()[0] for p in found.open] == [
        "«a … d» stands 2 times; write one of these numbers before it:"
    ]
    chosen = run(source.replace('"a … d"', '"@8 a … d"'), text)
    assert phrases_of(chosen.source) == [f"@8-15:{text_digest('a b c d')} a … d"]
    assert run(chosen.source, text).source == chosen.source


def test_overlapping_first_words_are_ambiguous() -> None:
    assert places(Phrase("aa … b"), "aaa … b aaa b") == [(0, 7), (1, 7), (8, 13), (9, 13)]
    assert places(Phrase("aa"), "aaa") == [(0, 2), (1, 3)]


@given(texts, texts, texts)
def test_a_long_phrase_moves_only_with_its_very_words(before: str, middle: str, changed: str) -> None:
    old = f"awal {middle} akhir"
    start = f"@0-{len(old)}:{text_digest(old)} awal … akhir"
    moved = run(record([start], text=decode(old.encode())), f"{before}|{old} akhir")
    (written,) = phrases_of(moved.source)
    whole = f"{before}|{old} akhir"
    at = whole.index(old)
    assert written == f"@{at}-{at + len(old)}:{text_digest(old)} awal … akhir"
    assume(f"awal {middle} akhir" not in f"awal {changed} akhir")
    lost = run(record([start], text=decode(old.encode())), f"awal {changed} akhir")
    assert phrases_of(lost.source) == ["@? awal … akhir"]
    assert run(lost.source, f"awal {changed} akhir").source == lost.source


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "an empty phrase: quote the article's words"),
        ("   ", "an empty phrase: quote the article's words"),
        ("@3 ", "an empty phrase: quote the article's words"),
        ("@x kata", "«@x kata» is not a position: write «@409 words», or leave it out and run `rujukan anchor`"),
        ("@3kata", "«@3kata» is not a position: write «@409 words», or leave it out and run `rujukan anchor`"),
        ("@-3 kata", "«@-3 kata» is not a position: write «@409 words», or leave it out and run `rujukan anchor`"),
        ("@٣ kata", "«@٣ kata» is not a position: write «@409 words», or leave it out and run `rujukan anchor`"),
        (
            "@3-9:00 a … b",
            "«@3-9:00 a … b» is not a position: write «@409 words», or leave it out and run `rujukan anchor`",
        ),
        ("a … b … c", "a phrase may leave words out («…») once only"),
        ("a … ", "«…» stands between the first and the last words of a phrase: write both"),
        (" … b", "«…» stands between the first and the last words of a phrase: write both"),
        (
            "@3-9:0123456789abcdef kata",
            "only a phrase with « … » has both ends and a hash («@409-520:…»): write one number, or none",
        ),
    ],
)
def test_a_malformed_phrase_is_refused_in_words(written: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse_phrase(written)
    assert str(caught.value) == message


@given(st.text(max_size=30))
def test_any_phrase_is_refused_or_written_back_as_it_was(written: str) -> None:
    try:
        phrase = parse_phrase(written)
    except ValueError:
        return
    assert str(phrase) == re.sub(r"^@0+(?=\d)", "@", written) or "-" in written


def test_mismatches_say_where_the_words_are() -> None:
    assert mismatch(Phrase("b", 0, 1), "a b b") == "does not stand at @0; it stands at @2, @4"
    assert mismatch(Phrase("z", 0, 1), "a b") == "is not in the text; copy the words from it letter for letter"
    assert mismatch(Phrase("a"), "a") == "has no position; run `rujukan anchor`"
    assert mismatch(Phrase("a", 9, 10), "a") == "does not stand at @9; it stands at @0"


def visible(text: str) -> str:
    kept = "".join(each for each in text if not each.isspace() and unicodedata.category(each) != "Cf")
    return "".join(unicodedata.normalize("NFKD", kept).split())


@given(st.text(), st.text())
def test_fingerprints_ignore_white_space_and_normalisation_alone(one: str, other: str) -> None:
    assert fingerprint(one) == fingerprint(f" \n{one}\u00ad\t")
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fingerprint(one) == fingerprint(unicodedata.normalize(form, one))
    assert (fingerprint(one) == fingerprint(other)) is (visible(one) == visible(other))
    place = first_difference(one, other)
    assert one[:place] == other[:place]
    assert one == other or one[place : place + 1] != other[place : place + 1]


@given(st.text(), st.text(st.sampled_from("a é\u00ad\u200b\u200d\ufeff\u0301\u2028ﬁ\uff11 \x1f\x85\U000e0041")))
def test_a_fingerprint_is_taken_letter_by_letter(one: str, other: str) -> None:
    for words in (one, other, one + other):
        kept = (
            each
            for each in unicodedata.normalize("NFKD", words)
            if not each.isspace() and unicodedata.category(each) != "Cf"
        )
        assert fingerprint(words) == sha256(unicodedata.normalize("NFKC", "".join(kept)).encode())


def test_a_new_record_is_readable_and_fits_its_text() -> None:
    text = decode("é🏛".encode())
    problems: list[Problem] = []
    head = read_tree(new_record("a-b", text, "someone", "2026-01-01", Known("no")), "r", problems).get("article")
    values = {key.text: getattr(node, "text", "") for key, node in getattr(head, "items", ())}
    assert problems == []
    assert (values["id"], values["language"], values["length"]) == ("a-b", "no", "2")
    assert (values["sha256"], values["fingerprint"]) == (text.sha256, fingerprint("é🏛"))
