"""What is added to a record is added, and nothing else of it changes."""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.curate.record import Fact, NewEntity, NotWritableError, add_entity, add_facts
from kg_builder.errors import SourceError
from kg_builder.sources.tree import Mapping, Node, Scalar, read_tree

ROOT = Path(__file__).parents[3]
RECORDS = {path.stem: path.read_bytes().decode() for path in sorted((ROOT / "data/articles").glob("*.yaml"))}
ENTITIES = {path.stem: path.read_bytes().decode() for path in sorted((ROOT / "data/entities").glob("*.yaml"))}
NAMED = frozenset({"label", "named", "title"})

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufeff\u2028\u2029"), min_size=1
)
WORDS = TEXT.map(lambda text: f"@7 {text}")
SETTINGS = st.dictionaries(
    st.sampled_from(["note", "role", "capacity"]), TEXT.map(str.strip).filter(bool), max_size=2
)  # fmt: skip
FACTS = st.builds(
    Fact,
    st.integers(0, 10**9).map(lambda number: f"zz-exactly {number}"),
    st.lists(WORDS, min_size=1, max_size=3, unique=True).map(tuple),
    SETTINGS,
)


def plain(node: Node) -> object:
    if isinstance(node, Scalar):
        return (node.text, node.words)
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.items}
    return [plain(each) for each in node.items]


@cache  # a record takes long to parse, and each example begins with the same
def former(source: str) -> dict[str, object]:
    return read(source)


def read(source: str) -> dict[str, object]:
    problems: list[object] = []
    found = plain(read_tree(source, "x.yaml", problems))  # type: ignore[arg-type]
    assert not problems, problems
    assert isinstance(found, dict)
    return found


def changes(old: str, new: str) -> tuple[list[str], list[str]]:
    """Lines that went and lines that came."""
    found = list(difflib.ndiff(old.splitlines(keepends=True), new.splitlines(keepends=True)))
    return [line[2:] for line in found if line[0] == "-"], [line[2:] for line in found if line[0] == "+"]


@pytest.mark.parametrize("record", RECORDS)
@given(data=st.data(), fact=FACTS)
def test_a_fact_adds_lines_and_moves_none(record: str, data: st.DataObject, fact: Fact) -> None:
    source = RECORDS[record]
    before = former(source)
    block = data.draw(st.sampled_from([*list(before)[1:], "this-new", "new-thing"]))
    changed = add_facts(source, record, block, [fact], NAMED)
    lines, after = source.splitlines(keepends=True), changed.splitlines(keepends=True)
    # The old lines are there in their order: what came is one run of lines.
    first = next((at for at, (one, other) in enumerate(zip(lines, after, strict=False)) if one != other), len(lines))
    came = len(after) - len(lines)
    assert lines[:first] + after[first : first + came] + lines[first:] == after
    told = read(changed)
    inside = told[block]
    assert isinstance(inside, dict)
    written = inside.pop(fact.key)
    quote = written["quote"] if isinstance(written, dict) else written
    assert [each[0] for each in (quote if isinstance(quote, list) else [quote])] == list(fact.phrases)
    if isinstance(written, dict):
        assert {name: value[0] for name, value in written.items() if name != "quote"} == dict(fact.settings)
        assert not any(value[1] for name, value in written.items() if name != "quote"), "the curator's text is bare"
    if block not in before:
        assert told.pop(block) == {}
    assert told == before


@pytest.mark.parametrize("record", RECORDS)
def test_a_name_more_stands_beside_those_that_are_there(record: str) -> None:
    source = RECORDS[record]
    before = read(source)
    named = [block for block, inside in before.items() if isinstance(inside, dict) and "named" in inside]
    assert named
    for block in named:
        fact = Fact("named", ("@1 A name that is new",))
        changed = add_facts(source, record, block, [fact], NAMED)
        told = read(changed)
        inside = told[block]
        assert isinstance(inside, dict)
        old = before[block]["named"]  # type: ignore[index]
        assert inside["named"] == [*(old if isinstance(old, list) else [old]), ("@1 A name that is new", True)]
        assert told | {block: before[block]} == before
        gone, came = changes(source, changed)
        assert len(came) <= len(gone) + 1, "nothing but the name's own lines changes"
        assert (
            add_facts(changed, record, block, [fact, Fact("zz 1", ("@2 b",))], NAMED).count("A name that is new") == 1
        )
        with pytest.raises(NotWritableError, match="already"):
            add_facts(changed, record, block, [fact], NAMED)


def test_comments_stay_with_what_they_speak_of() -> None:
    source = (
        'article:\n  id: a\n\n\none:   # said of one\n  named: "@0 One"  # its name\n  # the end of one\n\n\n'
        '# Above two\n\ntwo:\n  named: ["@3 Two",\n    "@9 Zwei"]\n'
    )  # fmt: skip
    changed = add_facts(source, "a", "one", [Fact("date 2024", ("@5 then",))], NAMED)
    assert changes(source, changed) == ([], ['  date 2024: "@5 then"\n'])
    assert "  # the end of one\n  date 2024" in changed
    changed = add_facts(source, "a", "two", [Fact("named", ('@7 "Dua"',))], NAMED)
    assert '    "@9 Zwei", "@7 \\"Dua\\""]\n' in changed


def test_line_ends_stay_as_they_are() -> None:
    source = 'article:\r\n  id: a\r\none:\r\n  named: "@0 One"'
    changed = add_facts(source, "a", "one", [Fact("date 2024", ("@5 then",))], NAMED)
    assert changed == source + '\r\n  date 2024: "@5 then"\r\n'
    changed = add_facts(source, "a", "two", [Fact("date 2024", ("@5 then",))], NAMED)
    assert changed == source + '\r\n\r\ntwo:\r\n  date 2024: "@5 then"\r\n'


@pytest.mark.parametrize(
    ("block", "fact"),
    [
        ("one", Fact("date 2024", ("@1 a",))),
        ("two", Fact("named", ("@1 a",))),
        ("three", Fact("date 2024", ("@1 a",))),
    ],
)
def test_what_cannot_be_added_to_is_told(block: str, fact: Fact) -> None:
    source = 'one: {named: "@0 One"}\ntwo:\n  named: {quote: "@0 Two", language: en}\nthree:\n'
    with pytest.raises(NotWritableError):
        add_facts(source, "a", block, [fact], NAMED)


def test_what_cannot_be_read_is_told() -> None:
    with pytest.raises(SourceError):
        add_facts("a: [", "a", "b", [Fact("named", ("@1 a",))])


@pytest.mark.parametrize("file", ENTITIES)
@given(name=TEXT.map(str.strip).filter(bool))
def test_an_entity_adds_one_line(file: str, name: str) -> None:
    changed = add_entity(ENTITIES[file], NewEntity("zz-new", "concept", {"en": name, "id": name}))
    assert changed.startswith(ENTITIES[file])
    assert changed.count("\n") == ENTITIES[file].count("\n") + 1
    entry = read(changed)["zz-new"]
    assert isinstance(entry, dict)
    assert entry["is"][0] == "concept"
    assert {label[0] for label in entry["label"].values()} == {name}


@pytest.mark.parametrize("record", RECORDS)
def test_a_note_beside_a_name_more_is_written(record: str) -> None:
    source = RECORDS[record]
    block = next(block for block, inside in read(source).items() if isinstance(inside, dict) and "named" in inside)
    fact = Fact("named", ("@1 A name that is new",), {"note": "Said once: {never} again."})
    inside = read(add_facts(source, record, block, [fact], NAMED))[block]
    assert isinstance(inside, dict)
    more = inside["named"][-1]
    assert more == {"quote": ("@1 A name that is new", True), "note": ("Said once: {never} again.", False)}


def test_two_notes_of_one_key_are_not_made_one() -> None:
    facts = [Fact("named", ("@1 A",), {"note": "one"}), Fact("named", ("@5 B",), {"note": "two"})]
    with pytest.raises(NotWritableError, match="different notes"):
        add_facts("article:\n  id: a\n", "a", "one", facts, NAMED)
