"""What an index finds, in which order, and that nothing that is typed can break it or keep it busy."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_server.describe.search.draft import Draft, Name
from kg_server.describe.search.index import Found, Index, Wanted

_numbers = itertools.count()


def name(iri: str, text: str, language: str = "en", *, preferred: bool = True) -> Name:
    return "entity", iri, text, language, preferred


NAMES = [
    name("gigin", "Vadim Gigin"),
    name("gigin", "Vadzim Hihin", "id", preferred=False),
    name("vadim", "Vadim Petrov"),
    name("capital", "Oslo"),
    name("museum", "Museum of Oslo"),
    name("museum", "Museum Oslo", "id"),
    name("festival", "Festival for the Museum of Oslo"),
    name("partner", "kerja sama museum", "id"),
    name("museums", "museums"),
    name("signing", "Penandatanganan perjanjian", "id"),
    name("ghost", "An alias alone", preferred=False),
]


def make_index(folder: Path, names: Sequence[Name] = NAMES) -> Index:
    path = folder / f"index-{next(_numbers)}"
    draft = Draft(path)
    draft.names(names)
    draft.names([("question", "q", "Which museum is oldest?", "en", True)])
    draft.kinds(
        [("gigin", "Person"), ("vadim", "Person"), ("gigin", "Thing"), ("museum", "Thing"), ("museums", "Thing")]
    )
    draft.counts([("museums", 9, 0), ("museum", 5, 1), ("museum", 0, 30), ("festival", 5, 2)])
    draft.phrases(
        [
            ("one#1", "Vadzim Hihin", "one"),
            ("one#2", "Vadzim Hihin", "one"),
            ("two#1", "Vadzim Hihin", "two"),
            ("two#2", "the museum in Oslo", "two"),
        ]
    )
    draft.languages([("one", "id"), ("two", "id")])
    draft.kind_labels([("Person", "en", "person"), ("Person", "id", "orang")])
    draft.article_labels([("two", "en", "The second")])
    draft.finish()
    draft.close()
    return Index(path)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("search")
    yield make_index(folder)
    # The file has no name while it is read, and what was gathered is gone.
    assert not list(folder.iterdir())


def find(index: Index, text: str, **wanted: object) -> Found:
    return index.find(Wanted(text, **{"limit": 10, **wanted}), seconds=60)  # type: ignore[arg-type]


def entities(found: Found) -> list[tuple[str, str]]:
    return [(each.iri, each.how) for each in found.matches if each.shelf == "entity"]


@pytest.mark.parametrize("text", ["Hihin", "gigin", "ГИГИН", "  hih ", "Vadzim G", "vadim hihin"])
def test_a_person_is_found_by_every_spelling(index: Index, text: str) -> None:
    found = find(index, text)
    assert entities(found)[0][0] == "gigin"
    phrases = [each for each in found.matches if each.shelf == "phrase"]
    # The same words are one phrase in each article.
    assert [(each.iri, each.article) for each in phrases] == [("one#1", "one"), ("two#1", "two")]
    assert phrases[1].article_labels == {"en": "The second"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Exact before beginning, beginning before word; of those alike what more articles mention comes first.
        ("oslo", [("capital", "exact"), ("museum", "words"), ("festival", "words")]),
        ("museum", [("museum", "start"), ("museums", "start"), ("festival", "words"), ("partner", "words")]),
        ("museum of o", [("museum", "start"), ("festival", "words")]),
        ("kerjasama", [("partner", "sound")]),
        ("muzeum oslo", [("museum", "near"), ("festival", "near")]),
        ("tangan", [("signing", "inside")]),
        ("oslo petrov", [("museum", "some"), ("festival", "some"), ("capital", "some"), ("vadim", "some")]),
        ("alias", []),
        ("qwx", []),
    ],
)
def test_how_and_in_which_order(index: Index, text: str, expected: list[tuple[str, str]]) -> None:
    assert entities(find(index, text)) == expected


def test_what_is_spelt_so_hides_what_is_only_near(tmp_path: Path) -> None:
    index = make_index(tmp_path, [name("a", "Oslo"), name("b", "Osla")])
    assert entities(find(index, "Oslo")) == [("a", "exact")]
    assert entities(find(index, "Oslu")) == [("a", "sound")]
    assert entities(find(index, "Oslq")) == [("a", "near"), ("b", "near")]


def test_kinds_totals_and_pages(index: Index) -> None:
    found = find(index, "museum", limit=2, offset=1)
    assert [iri for iri, _ in entities(found)] == ["museums", "festival"]
    assert found.totals == {"entity": 4, "question": 1, "phrase": 1}
    # Of two kinds the one that fewer have says more.
    assert found.kinds == {"Thing": 2}
    assert entities(find(index, "museum", kind="Thing")) == [("museum", "start"), ("museums", "start")]
    assert find(index, "vadim", kind="Person").kinds == {"Person": 2}
    assert [each.shelf for each in find(index, "museum", shelves=("question",)).matches] == ["question"]
    assert index.kind_labels == {"Person": {"en": "person", "id": "orang"}}


def test_a_match_has_the_name_that_was_found_and_those_to_show(index: Index) -> None:
    match = find(index, "hihin").matches[0]
    assert (match.name, match.language, match.labels) == ("Vadzim Hihin", "id", {"en": "Vadim Gigin"})
    assert (match.kind, match.articles) == ("Person", 0)
    assert find(index, "museum oslo").matches[0].labels == {"en": "Museum of Oslo", "id": "Museum Oslo"}


def test_more_than_is_looked_at_is_said(index: Index) -> None:
    assert find(index, "m", most=2).more == {"entity"}
    assert find(index, "museum").more == frozenset()


def test_time_that_is_up_ends_the_search(tmp_path: Path) -> None:
    index = make_index(tmp_path, [name(str(n), f"museum {n}") for n in range(3000)])
    found = index.find(Wanted("museum", 5, most=3000), seconds=-1)
    assert found.more == {"entity", "question", "phrase"}
    # The reader is as good as before.
    assert len(find(index, "museum", limit=5000, most=5000).matches) == 3002


@given(
    st.text(max_size=60) | st.sampled_from(['"', "' OR 1=1 --", "a NEAR b", "NOT x", "a* AND (", "folded:a", "^a", "-"])
)
def test_nothing_that_is_typed_breaks_it(index: Index, text: str) -> None:
    found = find(index, text)
    assert sum(found.totals.values()) >= len(found.matches)


def test_a_draft_that_is_given_up_ends_what_is_under_way(tmp_path: Path) -> None:
    draft = Draft(tmp_path / "index")
    draft.names([name(str(n), f"museum {n}") for n in range(20_000)])
    draft.give_up()
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        draft.finish()
    draft.close()
    assert [each.name for each in tmp_path.iterdir()] == ["index"]
