"""Differences as data: nothing of a graph with itself, and the way back is the way there turned round."""

from __future__ import annotations

from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_builder.namespaces import OA, PROV, RDF, RDFS, RJ, SCHEMA, XSD
from kg_builder.release.difference.compare import compare
from kg_builder.release.difference.model import Difference, Pair
from kg_builder.release.difference.names import Names
from kg_builder.release.difference.report import report
from kg_builder.release.difference.show import as_markdown, as_text
from kg_builder.release.difference.side import open_side
from kg_builder.release.difference.words import COMMON, LANGUAGES, WORDS, number

NAMES = [f"<x:{name}>" for name in ("a", "a/b", "b", "c", "s1", "s2", "p1")]
LITERALS = ['"one"@en', '"satu"@id', '"1"', f'"4500000"^^<{XSD}integer>', '"a \\"b\\" <c> ."']
TYPES = [
    f"<{kind}>"
    for kind in (
        "x:Kind",
        "x:Other",
        f"{RDF}Statement",
        f"{OA}TextPositionSelector",
        f"{RJ}Derivation",
        f"{SCHEMA}NewsArticle",
    )
]
NAMED, LITERAL = st.sampled_from(NAMES), st.sampled_from(LITERALS)
PAIRS = st.one_of(
    st.tuples(st.just(f"<{RDF}type>"), st.sampled_from(TYPES)),
    st.tuples(st.just(f"<{RDFS}label>"), st.sampled_from(LITERALS[:2])),
    st.tuples(st.sampled_from([f"<{RJ}moreThan>", f"<{SCHEMA}value>", "<x:p>"]), LITERAL),
    st.tuples(
        st.sampled_from(["<x:q>", f"<{RDF}subject>", f"<{RDF}object>", f"<{PROV}wasDerivedFrom>", f"<{RJ}article>"]),
        NAMED,
    ),
    st.just((f"<{RDF}predicate>", "<x:p>")),
    st.just((f"<{OA}start>", f'"3"^^<{XSD}integer>')),
    st.just((f"<{OA}exact>", '"two words"')),
)
LINES = st.builds(lambda s, po, g: f"{s} {po[0]} {po[1]} {g}.\n", NAMED, PAIRS, st.sampled_from(["", "", "<x:g> "]))
GRAPHS = st.sets(LINES, max_size=25)


def difference(folder: Path, *graphs: set[str]) -> Difference:
    with ExitStack() as stack:
        sides = []
        for name, lines in zip(("one", "other"), graphs, strict=True):
            path = folder / name
            path.write_bytes(b"".join(sorted(each.encode() for each in lines)))
            sides.append(stack.enter_context(open_side(name, path, {"x": "x:"})))
        return compare(*sides)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sides")


@given(GRAPHS)
def test_a_graph_does_not_differ_from_itself(folder: Path, lines: set[str]) -> None:
    found = difference(folder, lines, set(lines))
    assert not found
    assert (found.subjects, found.quads, found.graphs) == ((), Pair(), {})
    assert as_text(report(found, "en"), "en", everything=True) == "Nothing changed from one to other.\n"


@given(GRAPHS, GRAPHS)
@settings(deadline=None)
def test_the_way_back_is_the_way_there_turned_round(folder: Path, before: set[str], after: set[str]) -> None:
    there = difference(folder, before, after)
    back = difference(folder, after, before)
    turned = there.turned()
    assert (turned.former, turned.present) == ("other", "one")
    named = Difference(
        **{**{name: getattr(turned, name) for name in Difference.__slots__}, "former": "one", "present": "other"}
    )
    assert named == back
    assert turned.turned() == there


@given(GRAPHS, GRAPHS)
@settings(deadline=None)
def test_every_change_is_counted_and_told(folder: Path, before: set[str], after: set[str]) -> None:
    found = difference(folder, before, after)
    assert found.quads == Pair(len(after - before), len(before - after))
    assert bool(found) is (before != after)
    evidence = {line.split(" ")[0] for line in before | after if any(f"type> {kind} " in line for kind in TYPES[2:5])}
    facts = [
        {line for line in lines - others if not line.endswith("<x:g> .\n") and line.split(" ")[0] not in evidence}
        for lines, others in ((after, before), (before, after))
    ]
    assert found.facts == Pair(len(facts[0]), len(facts[1]))
    told = {subject.iri: subject for subject in found.subjects}
    for line in facts[0] | facts[1]:
        subject = told[line.split(" ")[0]]  # type: ignore[index]
        assert any(f" {values.predicate} " in line for values in subject.values)
    for language in LANGUAGES:
        words = report(found, language)
        for show in (as_text, as_markdown):
            assert show(words, language, everything=True).endswith("\n")
            assert (
                show(words, language, everything=False).count("\n")
                <= show(words, language, everything=True).count("\n") + 42
            )


def test_every_word_is_there_in_every_language() -> None:
    for table in (WORDS, COMMON):
        for key, words in table.items():
            assert set(words) == set(LANGUAGES), key


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_no_digit_of_a_number_is_lost(value: Decimal) -> None:
    written = f"{value:f}"
    for language, marks in (("en", (",", ".")), ("id", (".", ","))):
        shown, scale = number(written, language)
        plain = shown.replace(marks[0], "").replace(marks[1], ".")
        factor = {"": 1, "million": 10**6, "juta": 10**6, "billion": 10**9, "miliar": 10**9}[scale]
        assert Decimal(plain) * factor == Decimal(written)


def test_what_is_no_number_is_left() -> None:
    assert number("many", "en") == ("many", "")


def test_a_long_list_is_cut_with_a_count(folder: Path) -> None:
    lines = {f'<x:{number:03}> <{RDFS}label> "Thing {number:03}"@en .\n' for number in range(50)}
    lines |= {f'<x:000> <x:p{number:02}> "{number}" .\n' for number in range(20)}
    found = report(difference(folder, set(), lines), "en")
    cut, whole = (as_text(found, "en", everything=everything) for everything in (False, True))
    assert "  … 9 more; --all shows them\n" in cut
    assert cut.endswith("\n… 10 more; --all shows them\n")
    assert "--all" not in whole
    assert whole.count("\n+ Thing") == 50
    values = {f"<x:a> <x:p> <x:v{number:02}> .\n" for number in range(11)}
    (thing,) = report(difference(folder, set(), values), "id").things
    assert thing.lines[0].text.endswith("x:v07, dan 3 lagi")


def test_names_fall_back_to_what_there_is(folder: Path) -> None:
    label = f"<{RDFS}label>"
    found = difference(folder, {f'<x:a> {label} "Alt"@fr .\n'}, {'<x:a> <x:p> "1" .\n', "<x:a> <x:p> <y:b> .\n"})
    names = Names(found, "en")
    assert names.of(found.subjects[0].iri) == "Alt"
    assert report(found, "en").things[0].lines[-1].text == "x:p: y:b, «1»"
