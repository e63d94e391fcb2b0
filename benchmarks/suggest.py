"""How many articles a second the suggester reads on one core, and how its dates compare with dateparser's."""

from __future__ import annotations

import time
import warnings
from pathlib import Path

from benchmarks.common import ROOT, options, tell
from dateparser.search import search_dates

from kg_builder.assist.evaluate import read_gold
from kg_builder.assist.gazetteer import suggester
from kg_builder.assist.matching import Matcher
from kg_builder.assist.suggest import Suggester
from kg_builder.sources.project import load_project

NAMES = ("tuning", "held-out", "fresh", "varied", "newsrooms", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
FOLDERS = tuple(f"tests/eval/{name}" for name in NAMES)


def best(runs: int, reader: Suggester, texts: list[str]) -> float:
    """The least processor time for one text, in seconds: other processes do not count."""
    taken = []
    for _ in range(runs):
        start = time.process_time()
        for text in texts:
            reader.suggest(text)
        taken.append((time.process_time() - start) / len(texts))
    return min(taken)


def dateparser_finds(text: str) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = search_dates(text, languages=["id"], settings={"DATE_ORDER": "DMY"})
    return [day.date().isoformat() for _, day in found or ()]


def main() -> None:
    """Read the texts of tests/eval and print articles a second, and F1 of dates for us and for dateparser."""
    asked = options(main.__doc__ or "")
    reader = suggester(load_project(ROOT))
    gold = {f"{folder}/{name}": entry for folder in FOLDERS for name, entry in read_gold(Path(ROOT / folder)).items()}
    kinds = {
        "short": [text for text, _ in gold.values()],
        "articles": [path.read_bytes().decode() for path in sorted((ROOT / "data/texts").glob("*.txt"))],
    }
    speeds = {name: 1 / best(asked.runs, reader, texts) for name, texts in kinds.items() if texts}
    matcher = Matcher(reader.lexicon)
    right = {"ours": 0, "dateparser": 0}
    found = {"ours": 0, "dateparser": 0}
    expected = 0
    start = time.process_time()
    for text, entry in gold.values():
        wanted = {str(item["iso"]) for item in entry.get("dates", ())}
        expected += len(wanted)
        given = {
            "ours": {str(p.value["iso"]) for p in reader.suggest(text) if p.kind == "date"},
            "dateparser": set(dateparser_finds(text)),
        }
        for name, isos in given.items():
            found[name] += len(isos)
            right[name] += sum(any(matcher.dates(want, iso) for iso in isos) for want in wanted)
    ours, theirs = (2 * right[name] / (found[name] + expected) for name in ("ours", "dateparser"))
    tell(
        {
            **{f"{name}_per_second": speed for name, speed in speeds.items()},
            "dates": expected,
            "f1_dates": ours,
            "f1_dates_dateparser": theirs,
            "seconds_compared": time.process_time() - start,
        },
        [
            *(
                f"{name}: {speed:,.0f}/s on one core, {sum(map(len, kinds[name])) // len(kinds[name]):,} code points"
                for name, speed in speeds.items()
            ),
            f"dates: {expected}; F1 {ours:.3f} ours, {theirs:.3f} dateparser",
        ],
        as_json=asked.json,
    )


if __name__ == "__main__":
    main()
