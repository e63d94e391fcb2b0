"""Whatever the edits that led to them, equal sources give the same bytes; and what did not change costs nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from tests.support import museum as m
from tests.support.stores import dump_store
from tests.unit.build import corpora
from tests.unit.build.corpora import Sources

from kg_builder.build.run import Built, Options, build
from kg_builder.build.sources import type_order
from kg_builder.errors import SourceError
from kg_builder.graph.assemble import assemble
from kg_builder.release.changes import CHANGES_FILE, Side, list_changes
from kg_builder.release.verify import verify
from kg_builder.release.writer import former_release
from kg_builder.sources.corpus import load_corpus
from kg_builder.sources.project import load_project
from kg_builder.sources.schema import load_schema


def built(root: Path, *, force: bool = False, dumps: bool = True) -> Built:
    return build(load_project(root), lambda _: None, Options(force=force, dumps=dumps))


def outcome(root: Path, *, force: bool = False) -> Built | list[str]:
    try:
        return built(root, force=force)
    except SourceError as error:
        return [str(problem) for problem in error.problems]


def files(release: Path) -> dict[str, bytes]:
    """Return a release's files but for its store, and its manifest without its date."""
    found = {
        path.relative_to(release).as_posix(): path.read_bytes()
        for path in release.rglob("*")
        if path.is_file() and path.parent.name != "store" and path.name != "changes.json"
    }
    manifest = json.loads(found.pop("manifest.json"))
    manifest.pop("built")
    return found | {"manifest.json": json.dumps(manifest, sort_keys=True).encode()}


def agree(edited: Path, clean: Path) -> None:
    """See that a build on what was there and one from nothing come to the same."""
    former = former_release(edited / "build", lambda _: None)
    one, other = outcome(edited), outcome(clean, force=True)
    if isinstance(one, list) or isinstance(other, list):
        assert one == other
        return
    assert one.release.id == other.release.id
    assert files(one.release.path) == files(other.release.path)
    assert dump_store(one.release.path / "store") == (other.release.path / "kg.nq").read_bytes()
    if former and former.id != one.release.id and not verify(former.path):
        # Found without reading again what both releases have.
        before = Side(former.path, former.manifest.shards, former.id, former.manifest.built)
        after = Side(one.release.path, one.release.manifest.shards, one.release.id)
        listed = list_changes(before, after, type_order(load_schema(edited, [])))
        assert (one.release.path / CHANGES_FILE).read_bytes() == listed
    # What is written as a stream is what the graph is as a whole.
    graph = assemble(load_corpus(load_project(clean)), lambda _: None)
    assert (other.release.path / "kg.nq").read_text() == "".join(sorted(set().union(*graph.shards.values())))
    counts = one.release.manifest.counts
    told = {name: getattr(counts, name) for name in graph.counts if hasattr(counts, name)}
    assert told | {"conveyed": 0} == {name: graph.counts[name] for name in told} | {"conveyed": 0}


def check_sequence(folder: Path, steps: list[Sources]) -> None:
    edited, clean = folder / "edited", folder / "clean"
    for step in steps:
        corpora.write(edited, step)
        corpora.fresh(clean)
        corpora.write(clean, step)
        agree(edited, clean)


STEPS = corpora.sequences()


@settings(deadline=None, max_examples=5)
@given(STEPS)
def test_edits_lead_to_the_bytes_of_a_clean_build(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Sources]
) -> None:
    check_sequence(tmp_path_factory.mktemp("edits"), steps)


@pytest.mark.long
@settings(deadline=None, max_examples=60)
@given(STEPS)
def test_many_edits_lead_to_the_bytes_of_a_clean_build(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Sources]
) -> None:
    check_sequence(tmp_path_factory.mktemp("edits"), steps)


WHOLE = Sources(
    articles={name: {subject: frozenset(facts) for subject, facts in corpora.FACTS.items()} for name in "ab"}
)


def without(facts: Sources, article: str, subject: str, fact: str) -> Sources:
    block = facts.articles[article][subject] - {fact}
    return replace(facts, articles={**facts.articles, article: {**facts.articles[article], subject: block}})


EDITS = {
    "nothing": WHOLE,
    "a fact that another article states too": without(WHOLE, "a", "first", 'lender north: "@0 Utara"'),
    "an article goes": replace(WHOLE, articles={"a": WHOLE.articles["a"]}),
    "an article comes": replace(WHOLE, articles={**WHOLE.articles, "c": WHOLE.articles["a"]}),
    "a label changes": replace(WHOLE, labels={"north": "Sea"}),
    "a kind changes": replace(WHOLE, other_kind=True),
    "a link comes": replace(WHOLE, links=frozenset({"north"})),
    "a redirect comes": replace(WHOLE, redirect=True),
    "a query changes": replace(WHOLE, query="To whom"),
    "all go": Sources(),
}


LENT = frozenset({'is loan: "@0 meminjamkan"', 'lender north: "@0 Utara"', 'borrower south: "@0 Selatan"'})
LENT_TWICE = Sources(articles={"a": {"first": LENT}, "b": {"second": LENT}})
PARTY = frozenset({'party north: "@0 Utara"'})


@pytest.mark.parametrize("name", ["", *corpora.RULES])
def test_one_edit_and_back_by_each_rule(tmp_path: Path, name: str) -> None:
    start = replace(LENT_TWICE, rules=frozenset({name} - {""}), links=frozenset({"north"}))
    # The same conclusion follows twice, then once; it is stated, which ends it; and its premises go.
    once = replace(start, articles={"a": start.articles["a"]})
    stated = replace(
        start, articles={**start.articles, "b": {"first": LENT | PARTY, "north": frozenset(corpora.FACTS["north"])}}
    )
    check_sequence(tmp_path, [once, start, stated, once, replace(start, articles={}, links=frozenset({"south"}))])


@pytest.mark.parametrize("name", corpora.SHAPES)
def test_one_edit_and_back_by_each_shape(tmp_path: Path, name: str) -> None:
    start = replace(WHOLE, shapes=frozenset({name}))
    near = {"east": frozenset({'near north: "@0 dekat"'}), "north": frozenset({'near south: "@0 dekat"'})}
    quiet = replace(start, articles={"a": {"first": LENT}})
    check_sequence(tmp_path, [quiet, replace(quiet, articles={**quiet.articles, "b": near}), start, quiet])


@pytest.mark.parametrize("after", EDITS.values(), ids=EDITS)
def test_one_edit_and_back(tmp_path: Path, after: Sources) -> None:
    check_sequence(tmp_path, [WHOLE, after, WHOLE])


def test_a_fact_stays_as_long_as_one_article_states_it(tmp_path: Path) -> None:
    fact = 'lender north: "@0 Utara"'
    line = f"<{m.BASE}id/first> <{m.BASE}terms#lender> <{m.BASE}id/north> .\n"
    alone = without(WHOLE, "a", "first", fact)
    for step, held in ((WHOLE, True), (alone, True), (without(alone, "b", "first", fact), False)):
        corpora.write(tmp_path, step)
        assert (line in (built(tmp_path).release.path / "kg.nq").read_text()) is held


def test_a_derived_fact_that_is_stated_is_no_longer_derived(tmp_path: Path) -> None:
    m.write(tmp_path)
    assert built(tmp_path).release.manifest.counts.derived == 3
    assert built(tmp_path).unchanged


def test_what_is_the_same_is_not_built(tmp_path: Path) -> None:
    corpora.write(tmp_path, WHOLE)
    first = built(tmp_path)
    seen = {path: path.stat().st_mtime_ns for path in first.release.path.rglob("*")}
    again = built(tmp_path)
    assert (again.unchanged, again.release.id) == (True, first.release.id)
    assert {path: path.stat().st_mtime_ns for path in first.release.path.rglob("*")} == seen


def test_only_what_changed_is_mapped(tmp_path: Path) -> None:
    told: list[str] = []
    corpora.write(tmp_path, WHOLE)
    built(tmp_path)
    corpora.write(tmp_path, EDITS["a fact that another article states too"])
    build(load_project(tmp_path), told.append)
    assert "facts of 1 of 2 articles" in told
    corpora.write(tmp_path, EDITS["a kind changes"])
    told.clear()
    with pytest.raises(SourceError):
        build(load_project(tmp_path), told.append)
    assert "facts of 2 of 2 articles" in told


def test_dumps_may_follow(tmp_path: Path) -> None:
    corpora.write(tmp_path, WHOLE)
    early = built(tmp_path, dumps=False)
    assert set(early.release.manifest.dumps) == {"queries.json", "shapes.ttl"}
    assert verify(early.release.path, deep=True) == []
    late = built(tmp_path)
    assert (late.unchanged, late.release.id) == (True, early.release.id)
    assert "kg.ttl" in late.release.manifest.dumps
    assert verify(late.release.path, deep=True) == []


@pytest.mark.parametrize(
    "lost", ["build/cache", "build/cache/state.sqlite", "build/current/shards", "build/current/store"]
)
def test_what_is_remembered_may_be_lost_and_what_is_damaged_is_made_again(tmp_path: Path, lost: str) -> None:
    corpora.write(tmp_path, WHOLE)
    whole = files(built(tmp_path).release.path)
    path = tmp_path / lost
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.write_bytes(b"no database")
    again = built(tmp_path)
    assert files(again.release.path) == whole
    assert verify(again.release.path, deep=True) == []


def test_a_build_that_fails_changes_nothing_and_the_next_is_right(tmp_path: Path) -> None:
    edited, clean = tmp_path / "edited", tmp_path / "clean"
    corpora.write(edited, WHOLE)
    first = built(edited)
    corpora.write(edited, EDITS["a kind changes"])
    assert isinstance(outcome(edited), list)
    assert (edited / "build/current").resolve() == first.release.path.resolve()
    after = EDITS["a label changes"]
    for root in (edited, clean):
        corpora.write(root, after)
    agree(edited, clean)
