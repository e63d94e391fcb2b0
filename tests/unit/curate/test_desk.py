"""The desk: what is written, what is refused, what is undone, and who came first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.support import museum, newsroom

from kg_builder.curate.desk import Desk
from kg_builder.sources.project import load_project

ARTICLE = newsroom.ARTICLE


@pytest.fixture
def root(tmp_path: Path) -> Path:
    newsroom.write(tmp_path)
    return tmp_path


@pytest.fixture
def desk(root: Path) -> Desk:
    return Desk(load_project(root))


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def view(desk: Desk, article: str = ARTICLE) -> Mapping[str, Any]:
    found = desk.view(article)
    assert found.state == "done"
    return found.body


def proposal(shown: Mapping[str, Any], words: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in shown["proposals"] if each["exact"].startswith(words))
    return found


def accepting(shown: Mapping[str, Any], words: str, block: str = "", **more: object) -> dict[str, Any]:
    """What the page sends for a proposal that is accepted as it is, about a block."""
    each = proposal(shown, words)
    blocks = [
        {
            "block": block or draft["block"],
            "facts": [
                {
                    "key": " ".join([fact["relation"], *([fact["value"]["text"]] if fact["value"] else [])]),
                    "quotes": fact["quotes"],
                    "settings": {name: value["text"] for name, value in fact["settings"].items()},
                }
                for fact in draft["facts"]
            ],
        }
        for draft in each["drafts"]
    ]
    return {"action": "accept", "version": shown["version"], "proposals": [each["id"]], "blocks": blocks, **more}


def rejecting(shown: Mapping[str, Any], words: str) -> dict[str, Any]:
    return {"action": "reject", "version": shown["version"], "proposals": [proposal(shown, words)["id"]]}


def test_an_accepted_proposal_is_written_and_undone_to_the_same_bytes(desk: Desk, root: Path) -> None:
    before = files(root)
    shown = view(desk)
    assert all(each["bare"] for each in shown["sentences"])
    found = desk.decide(ARTICLE, accepting(shown, "Museum Bahari"))
    assert found.state == "done", found.body
    assert proposal(found.body, "Museum Bahari")["written"]
    assert not found.body["sentences"][0]["bare"]
    name = f"data/articles/{ARTICLE}.yaml"
    after = files(root)
    assert {path for path in after if after[path] != before.get(path)} == {name}
    assert after[name] == before[name] + b'\nmuseum-bahari:\n  named: "@14 Museum Bahari"\n'
    back = desk.undo(ARTICLE, {"version": found.body["version"]})
    assert back.state == "done"
    assert files(root) == before
    assert back.body["version"] == shown["version"]
    assert desk.undo(ARTICLE, {"version": shown["version"]}).state == "refused"


def test_an_entity_is_made_with_what_needs_it_and_goes_with_it(desk: Desk, root: Path) -> None:
    before = files(root)
    shown = view(desk)
    new = [{"id": "museum-samudra", "kind": "museum", "labels": {"en": "Ocean Museum", "id": "Museum Samudra"}}]
    found = desk.decide(ARTICLE, accepting(shown, "Museum Samudra Nusantara", "museum-samudra", new=new))
    assert found.state == "done", found.body
    line = "museum-samudra: {is: museum, label: {en: Ocean Museum, id: Museum Samudra}}\n"
    assert files(root)["data/entities/museums.yaml"] == before["data/entities/museums.yaml"] + line.encode()
    # Its name is known now, to what else is called so.
    assert proposal(found.body, "Museum Samudra")["drafts"][0]["block"] == "museum-samudra"
    assert [each["id"] for each in desk.search(ARTICLE, "ocean", ("museum",))] == ["museum-samudra"]
    assert not desk.search(ARTICLE, "ocean", ("person",))
    assert desk.undo(ARTICLE, {"version": found.body["version"]}).state == "done"
    assert files(root) == before


@pytest.mark.parametrize(
    ("block", "new", "says"),
    [
        ("nobody", [], "no entity «nobody»"),
        ("", [], "say first what the facts are about"),
        ("Not an id", [], "is not an id"),
        ("mask", [{"id": "mask", "kind": "artefact", "labels": {"en": "Mask"}}], "is there already"),
        ("x", [{"id": "x", "kind": "nothing", "labels": {"en": "X"}}], "no kind «nothing»"),
        ("x", [{"id": "x", "kind": "museum", "labels": {"en": " "}}], "needs a label"),
        ("x", [{"id": "this-x", "kind": "museum", "labels": {"en": "X"}}], "is not an id"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(
    desk: Desk, root: Path, block: str, new: list[object], says: str
) -> None:
    before = files(root)
    asked = accepting(view(desk), "Museum Samudra Nusantara", "museum-laut", new=new)
    asked["blocks"][0]["block"] = block
    found = desk.decide(ARTICLE, asked)
    assert found.state == "refused"
    assert says in str(found.body)
    assert files(root) == before


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"key": "date 2025-02-30"}, "is no day"),
        ({"key": "party mask"}, "takes museum"),
        ({"key": "pary museum-laut"}, "did you mean «party»"),
        ({"key": "date"}, "has no value yet"),
        ({"key": "date <?>"}, "has no value yet"),
        ({"quotes": [{"words": "never printed", "start": 0}]}, "is not in the text"),
        ({"quotes": []}, "rests on nothing"),
        ({"settings": {"certainty": "sure"}}, "one of"),
    ],
)
def test_a_wrong_line_is_refused(desk: Desk, root: Path, change: dict[str, object], says: str) -> None:
    before = files(root)
    asked = accepting(view(desk), "Rabu", "loan-mask")
    asked["blocks"][0]["facts"][0].update(change)
    found = desk.decide(ARTICLE, asked)
    assert found.state == "refused"
    assert says in str(found.body)
    assert files(root) == before


@pytest.mark.parametrize("asked", [{}, {"action": "accept"}, {"proposals": ["x"]}, {"proposals": [], "action": "drop"}])
def test_what_no_page_sends_is_refused(desk: Desk, root: Path, asked: dict[str, object]) -> None:
    before = files(root)
    assert desk.decide(ARTICLE, {"version": view(desk)["version"], **asked}).state == "refused"
    assert files(root) == before


@pytest.mark.parametrize(
    "change",
    [
        {"proposals": [[1]]},
        {"proposals": [{}]},
        {"start": "here"},
        {"start": float("nan")},
        {"start": float("inf")},
        {"words": "\ud800"},
        {"note": "\udc00"},
    ],
)
def test_what_json_can_hold_and_no_page_sends_is_refused(desk: Desk, root: Path, change: dict[str, Any]) -> None:
    before = files(root)
    asked = accepting(view(desk), "Museum Bahari", "museum-laut")
    fact = asked["blocks"][0]["facts"][0]
    fact["quotes"][0] |= {name: value for name, value in change.items() if name in {"start", "words"}}
    fact["settings"] |= {name: value for name, value in change.items() if name == "note"}
    found = desk.decide(ARTICLE, asked | {name: value for name, value in change.items() if name == "proposals"})
    assert found.state == "refused"
    assert found.body["message"]
    assert files(root) == before


def test_a_text_that_is_none_any_more_is_told(desk: Desk, root: Path) -> None:
    asked = accepting(view(desk), "Museum Bahari", "museum-laut")
    (root / f"data/texts/{ARTICLE}.txt").write_bytes(b"\xff\xfe")
    for found in (desk.view(ARTICLE), desk.decide(ARTICLE, asked), desk.undo(ARTICLE, asked)):
        assert found.state == "refused"
        assert "not UTF-8" in found.body["problem"] or "nothing to undo" in found.body["problem"]


def test_words_are_found_again_and_long_ones_shortened(desk: Desk, root: Path) -> None:
    shown = view(desk)
    asked = accepting(shown, '"Kami senang', "this-joy")
    for fact in asked["blocks"][0]["facts"]:
        fact["key"] = fact["key"].replace("speaker", "speaker ratna-wijaya").strip()
    asked["blocks"][0]["facts"][2]["quotes"] = [{"words": "kata Bima", "start": 0}]
    found = desk.decide(ARTICLE, asked)
    assert found.state == "done", found.body
    written = (root / f"data/articles/{ARTICLE}.yaml").read_text("utf-8")
    start = newsroom.TEXT.index('"Kami')
    assert f'is quotation: "@{start}-' in written
    assert " … Prakoso." in written
    assert f'"@{newsroom.TEXT.index("kata Bima")} kata Bima"' in written
    assert not [each for each in desk.check(ARTICLE) if "not stand" in each["message"]]


def test_a_rejected_proposal_is_not_offered_again(desk: Desk, root: Path) -> None:
    shown = view(desk)
    count = len(shown["proposals"])
    found = desk.decide(ARTICLE, rejecting(shown, "Ratna"))
    assert found.state == "done"
    assert found.body["refused"] == 1
    again = view(Desk(load_project(root)))
    assert len(again["proposals"]) == count - 1
    assert not [each for each in again["proposals"] if each["exact"] == "Ratna Wijaya"]
    # Another article may be offered the same words.
    assert [each for each in view(desk, museum.ONE)["proposals"] if each["exact"] == "Ratna Wijaya"]
    assert "Ratna" not in (root / f"data/review/{ARTICLE}.yaml").read_text("utf-8"), "no word of an article is kept"
    assert desk.undo(ARTICLE, {"version": found.body["version"]}).state == "done"
    assert not (root / f"data/review/{ARTICLE}.yaml").exists()


def test_what_is_answered_in_other_words_is_answered(desk: Desk) -> None:
    shown = view(desk)
    asked = accepting(shown, "Rabu", "museum-laut")
    asked["blocks"][0]["facts"][0]["key"] = "founded 2025"
    found = desk.decide(ARTICLE, asked)
    assert found.state == "done", found.body
    assert not [each for each in found.body["proposals"] if each["exact"].startswith("Rabu")]


def test_a_page_that_is_behind_writes_nothing(desk: Desk, root: Path) -> None:
    shown = view(desk)
    other = Desk(load_project(root))
    assert other.decide(ARTICLE, accepting(view(other), "Ratna")).state == "done"
    before = files(root)
    for late in (
        desk.decide(ARTICLE, accepting(shown, "Museum Bahari")),
        desk.undo(ARTICLE, {"version": shown["version"]}),
    ):
        assert late.state == "conflict"
        assert '+  named: "@' in late.body["difference"]
        assert files(root) == before
    fresh = desk.decide(ARTICLE, accepting(view(desk), "Museum Bahari"))
    assert fresh.state == "done"


def test_undo_does_not_take_back_what_somebody_added_since(desk: Desk, root: Path) -> None:
    new = [{"id": "museum-samudra", "kind": "museum", "labels": {"en": "Ocean Museum", "id": "Museum Samudra"}}]
    done = desk.decide(ARTICLE, accepting(view(desk), "Museum Samudra Nusantara", "museum-samudra", new=new))
    assert done.state == "done"
    with (root / "data/entities/museums.yaml").open("a") as file:
        file.write("other: {is: museum, label: {en: Other, id: Lain}}\n")
    before = files(root)
    found = desk.undo(ARTICLE, {"version": done.body["version"]})
    assert found.state == "conflict"
    assert "+other:" in found.body["difference"]
    assert files(root) == before


def test_two_blocks_are_written_together_or_not_at_all(desk: Desk, root: Path) -> None:
    before = files(root)
    asked = accepting(view(desk), "Museum Bahari")
    asked["blocks"].append(
        {"block": "nobody", "facts": [{"key": "named", "quotes": asked["blocks"][0]["facts"][0]["quotes"]}]}
    )
    assert desk.decide(ARTICLE, asked).state == "refused"
    assert files(root) == before
    asked["blocks"][1]["block"] = "museum-laut"
    assert desk.decide(ARTICLE, asked).state == "done"


def test_what_cannot_be_written_whole_is_put_back(desk: Desk, root: Path) -> None:
    (root / "data/review").write_text("a file where a folder is needed", "utf-8")
    before = files(root)
    asked = accepting(view(desk), "Rabu", "museum-laut")
    asked["blocks"][0]["facts"][0]["key"] = "founded 2025"
    found = desk.decide(ARTICLE, asked)
    assert found.state == "refused"
    assert "data/review" in found.body["message"]
    assert files(root) == before


def test_an_article_that_is_not_there(desk: Desk) -> None:
    assert desk.view("nothing").state == "missing"
    for name in ("../project", "", ".", "/etc/passwd"):
        for found in (desk.view(name), desk.decide(name, {}), desk.undo(name, {})):
            assert found.state == "missing"
        assert desk.search(name, "museum", ()) == []
    assert [each["id"] for each in desk.articles()] == sorted([museum.ONE, museum.TWO, ARTICLE])


def test_curated_articles_have_little_left(desk: Desk) -> None:
    shown = view(desk, museum.ONE)
    written = {each["exact"] for each in shown["proposals"] if each["written"]}
    assert {"Senin (3/2/2025)", "lebih dari 1.200 topeng"} <= written
    assert desk.check(ARTICLE) == []


def test_the_kind_of_what_is_called_alike_comes_first(root: Path) -> None:
    text = (
        (root / "data/drafts.yaml").read_text("utf-8").replace("about: [museum]", "about: [person, artefact, museum]")
    )
    (root / "data/drafts.yaml").write_text(text, "utf-8")
    found = proposal(view(Desk(load_project(root))), "Museum Samudra Nusantara")
    assert found["drafts"][0]["kinds"] == ["museum", "person", "artefact"]


def test_what_has_no_name_is_not_offered_one(root: Path) -> None:
    text = (root / "data/drafts.yaml").read_text("utf-8").replace("is loan:", "is loan:\n      named: {quote: name}")
    (root / "data/drafts.yaml").write_text(text, "utf-8")
    found = proposal(view(Desk(load_project(root))), "Perjanjian peminjaman")
    assert "named" not in [fact["relation"] for fact in found["drafts"][0]["facts"]]
