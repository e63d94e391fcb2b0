"""Scores of the suggester against gold: precision, recall and F1 for each field, with every error."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg_builder.assist.matching import Matcher
from kg_builder.assist.proposals import Proposal
from kg_builder.errors import Mark, Problem, SourceError

Gold = Mapping[str, Any]
SPEECH = ("quotations", "speech", "statements", "quotes", "speeches")


@dataclass(frozen=True, slots=True)
class Miss:
    """One disagreement: what gold has and what was found, either of which may be nothing."""

    text: str
    field: str
    expected: str
    found: str


@dataclass(slots=True)
class Score:
    """Counts of one field."""

    right: int = 0
    expected: int = 0
    found: int = 0

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what gold has that was found; 1 where gold has nothing."""
        return self.right / self.expected if self.expected else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.found + self.expected
        return 2 * self.right / both if both else 1.0


@dataclass(slots=True)
class Result:
    """Scores by field, and all errors."""

    scores: dict[str, Score] = field(default_factory=dict)
    misses: list[Miss] = field(default_factory=list)


def read_gold(folder: Path) -> dict[str, tuple[str, Gold]]:
    """Read a folder's ``gold.json`` and the texts that it names: file name to text and gold.

    Raises:
        SourceError: a file is missing or wrong, or a span of gold does not stand in its text.
    """
    path = folder / "gold.json"
    try:
        gold = json.loads(path.read_text("utf-8"))
        texts: dict[str, tuple[str, Gold]] = {
            name: ((folder / name).read_bytes().decode("utf-8"), dict(entry)) for name, entry in gold.items()
        }
    except OSError as error:
        raise SourceError([Problem(Mark(error.filename or str(path)), f"cannot be read: {error.strerror}")]) from error
    except (ValueError, AttributeError, TypeError) as error:
        raise SourceError([Problem(Mark(str(path)), f"cannot be read as gold: {error}")]) from error
    problems = [
        Problem(Mark(str(path)), f"{name}: «{item['phrase']}» does not stand at {item['start']}–{item['end']}")
        for name, (text, entry) in texts.items()
        for listed in entry.values()
        if isinstance(listed, list)
        for item in listed
        if isinstance(item, dict) and "start" in item and text[item["start"] : item["end"]] != item.get("phrase")
    ]
    if problems:
        raise SourceError(problems)
    return texts


def evaluate(
    texts: Mapping[str, tuple[str, Gold]], suggest: Callable[[str], Sequence[Proposal]], matcher: Matcher
) -> Result:
    """Score proposals for every text; a field that a text's gold does not list is not scored there."""
    result = Result()
    for name, (text, gold) in sorted(texts.items()):
        _Scorer(name, gold, suggest(text), matcher, result).run()
    return result


class _Scorer:
    def __init__(self, name: str, gold: Gold, proposals: Sequence[Proposal], matcher: Matcher, result: Result) -> None:
        self.name, self.gold, self.match, self.result = name, gold, matcher, result
        self.by_kind: dict[str, list[Proposal]] = {}
        for proposal in proposals:
            self.by_kind.setdefault(proposal.kind, []).append(proposal)

    def run(self) -> None:
        """Score every field that the gold lists."""
        for name, score in (
            ("dates", self.dates),
            ("figures", self.figures),
            ("persons", self.persons),
            ("organisations", self.organisations),
            ("agreements", self.agreements),
            ("places", self.places),
        ):
            if name in self.gold:
                score(self.gold[name])
        for name in SPEECH:
            if name in self.gold:
                self.speech(self.gold[name])

    def count(
        self,
        name: str,
        expected: Iterable[tuple[Any, str]],
        found: Iterable[tuple[Any, str]],
        alike: Callable[[Any, Any], bool],
    ) -> list[tuple[Any, Any]]:
        """Pair gold with proposals one to one, count, and note what is left on either side."""
        score = self.result.scores.setdefault(name, Score())
        wanted, given = list(expected), list(found)
        pairs: list[tuple[Any, Any]] = []
        score.expected += len(wanted)
        score.found += len(given)
        left = []
        for item, shown in wanted:
            place = next((place for place, (other, _) in enumerate(given) if alike(item, other)), None)
            if place is None:
                left.append(shown)
            else:
                pairs.append((item, given.pop(place)[0]))
        score.right += len(pairs)
        self.result.misses.extend(Miss(self.name, name, shown, "") for shown in left)
        self.result.misses.extend(Miss(self.name, name, "", shown) for _, shown in given)
        return pairs

    def dates(self, gold: Sequence[Gold]) -> None:
        found = {
            p.value["iso"]: p for p in self.by_kind.get("date", []) if "year-unknown" not in p.value.get("flags", ())
        }
        wanted = {str(item["iso"]): item for item in gold}
        self.count(
            "dates",
            ((item, f"{iso} «{item.get('phrase')}»") for iso, item in wanted.items()),
            ((p, f"{iso} «{p.exact}»") for iso, p in found.items()),
            lambda item, p: self.match.dates(str(item["iso"]), str(p.value["iso"])),
        )

    def figures(self, gold: Sequence[Gold]) -> None:
        def shown(p: Proposal) -> str:
            number = p.value.get("value", [p.value.get("least"), p.value.get("most")])
            return f"«{p.exact}» {number} {p.value.get('bound', '')} {p.value.get('unit', '')}"

        def wanted(item: Gold) -> str:
            bound = item.get("bound", item.get("approx", ""))
            return f"«{item.get('phrase')}» {item.get('value')} {bound} {item.get('unit')}"

        def alike(item: Gold, p: Proposal) -> bool:
            near = p.start < item["end"] and item["start"] < p.end
            return (
                near
                and self.match.values(item, p.value)
                and self.match.units(item, p.value)
                and self.match.bounds(item, p.value)
            )

        self.count(
            "figures",
            (
                (
                    item,
                    wanted(item),
                )
                for item in gold
            ),
            ((p, shown(p)) for p in self.by_kind.get("figure", [])),
            alike,
        )

    def persons(self, gold: Sequence[Gold]) -> None:
        people = self.by_kind.get("person", [])
        pairs = self.count(
            "persons",
            ((item, str(item["name"])) for item in gold),
            ((p, str(p.value["name"])) for p in people),
            lambda item, p: self.match.people(item["name"], p.value["name"]),
        )
        if gold and not any("title" in item for item in gold):
            return
        score = self.result.scores.setdefault("persons with title and organisation", Score())
        score.expected += len(gold)
        score.found += len(people)
        for item, p in pairs:
            if self.match.titles(item, p.value) and self.body(item.get("organisation"), p.value.get("organisation")):
                score.right += 1
            else:
                wanted = f"{item['name']}: {item.get('title')}, {item.get('organisation')}"
                given = f"{p.value.get('capacity', '')} {p.value.get('title')}, {p.value.get('organisation')}".strip()
                self.result.misses.append(Miss(self.name, "persons with title and organisation", wanted, given))

    def body(self, wanted: str | None, given: str | None) -> bool:
        """Tell whether an organisation agrees, by any of the names that the text gives it."""
        if not wanted or not given:
            return not wanted and not given
        return self.match.bodies([wanted, *self.names_in_gold(wanted)], self.names(given))

    def names(self, name: str) -> list[str]:
        """Return all names that the proposals give an organisation."""
        for p in self.by_kind.get("organisation", []):
            every = [p.value["name"], p.value.get("abbreviation", ""), *p.value.get("aliases", ())]
            if name in every:
                return [each for each in (*every, *p.value.get("known", ())) if each]
        return [name]

    def names_in_gold(self, name: str) -> list[str]:
        """Return all names that the gold gives an organisation: aliases, and the abbreviation in its phrase."""
        for item in self.gold.get("organisations", ()):
            inside = str(item.get("phrase", "")).partition("(")[2].rstrip(")")
            every = [str(item["name"]), *item.get("aliases", ()), *([inside] if inside else [])]
            outside, _, short = name.partition(" (")
            if name in every or outside in every or (short and short.rstrip(")") in every):
                return every
        outside, _, short = name.partition(" (")
        return [outside, short.rstrip(")")] if short else []

    def organisations(self, gold: Sequence[Gold]) -> None:
        def alike(item: Gold, p: Proposal) -> bool:
            named = self.match.bodies([item["name"], *self.names_in_gold(item["name"])], self.names(p.value["name"]))
            return named or (p.start == item.get("start") and p.end == item.get("end"))

        self.count(
            "organisations",
            ((item, str(item["name"])) for item in gold),
            ((p, str(p.value["name"])) for p in self.by_kind.get("organisation", [])),
            alike,
        )

    def agreements(self, gold: Sequence[Gold]) -> None:
        signing = [item["iso"] for item in self.gold.get("dates", ()) if "sign" in str(item.get("what", ""))]

        def shown(value: Gold) -> str:
            parties = " + ".join(map(str, value.get("parties", ())))
            return f"{value.get('type')}, {value.get('status')}, {parties}, {value.get('date')}"

        def date_of(item: Gold) -> str | None:
            given = item.get("date") or item.get("iso")
            return given or (signing[0] if len(signing) == 1 and len(gold) == 1 else None)

        def alike(item: Gold, p: Proposal) -> bool:
            parties = list(p.value.get("parties", ()))
            for party in item.get("parties", ()):
                place = next((place for place, other in enumerate(parties) if self.body(party, other)), None)
                if place is None:
                    return False
                parties.pop(place)
            date = date_of(item)
            return (
                not parties
                and self.match.kinds(str(item.get("type")), str(p.value["type"]))
                and self.match.status(str(item.get("status")), p.value)
                and (date is None or self.match.dates(date, str(p.value.get("date", ""))))
            )

        given = self.by_kind.get("agreement", [])
        self.count(
            "agreements (type, parties, status, date)",
            ((item, shown({**item, "date": date_of(item)})) for item in gold),
            ((p, shown(p.value)) for p in given),
            alike,
        )
        self.count(
            "signatories with role",
            (
                (s, f"{s['person']} ({s.get('role')})")
                for item in gold
                for s in item.get("signatories", ())
                if s.get("person")
            ),
            ((s, f"{s['person']} ({s.get('role')})") for p in given for s in p.value.get("signatories", ())),
            lambda s, o: (
                self.match.people(s["person"], o["person"])
                and self.match.roles(str(s.get("role") or "")) == self.match.roles(str(o.get("role") or ""))
            ),
        )

    def places(self, gold: Sequence[Gold]) -> None:
        self.count(
            "places",
            ((item, str(item["name"])) for item in gold),
            ((p, str(p.value["name"])) for p in self.by_kind.get("place", [])),
            lambda item, p: str(item["name"]).casefold() == str(p.value["name"]).casefold(),
        )

    def speech(self, gold: Sequence[Gold]) -> None:
        def alike(item: Gold, p: Proposal) -> bool:
            near = p.start < item["end"] and item["start"] < p.end
            return near and self.match.people(str(item["speaker"]), str(p.value["speaker"]))

        self.count(
            "speaker attribution",
            ((item, f"{item['speaker']}: «{str(item.get('phrase'))[:60]}»") for item in gold if item.get("speaker")),
            ((p, f"{p.value['speaker']}: «{p.exact[:60]}»") for p in self.by_kind.get("speech", [])),
            alike,
        )
