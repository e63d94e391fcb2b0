"""A corpus of any size for the benchmarks: records, authority file and texts in the proportions of this project's own.

Each article is one of this project's records with its own events and holdings; people and bodies recur in a few
articles, places, languages, roles and topics in all of them, as in a paper that reports on the same persons for years.
The texts are nonsense in which each quoted phrase stands at its place, so that all evidence is verified as in earnest.
The same size and seed give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from benchmarks.common import ROOT

from kg_builder.sources.evidence import ELLIPSIS, text_digest
from kg_builder.sources.texts import fingerprint, sha256

OWN = ("events", "collections")
"""Files of the authority file whose entities belong to one article."""
RECURRING = ("people", "organisations")
"""Files whose entities recur in some articles."""
TOGETHER = 5
"""In how many articles each of those is."""

_PHRASE = re.compile(r'"@(\d+)(?:-(\d+):[0-9a-f]{16})? ((?:[^"\\]|\\.)*)"')
_ENTRY = re.compile(r"^([\w-]+):.*\n(?:[ ].*\n|\n)*", re.MULTILINE)
_WORD = re.compile(r"[\w-]+")
# What is quoted or remarked is one part, and so not an id.
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|#[^\n]*|[\w-]+')
_HEAD = re.compile(r"^  (id|sha256|length|fingerprint): .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Template:
    """A record to make others of.

    Attributes:
        name: of its file, without the suffix.
        source: the record.
        length: of its text, in code points.
    """

    name: str
    source: str
    length: int


Authority = Mapping[str, Mapping[str, str]]
"""The authority file by its files: what is written of each entity, by its id."""


def make_corpus(folder: Path, articles: int, seed: int = 1) -> None:
    """Write a project of so many articles into an empty folder.

    Args:
        folder: is made; `rujukan --project FOLDER build` builds it.
        articles: how many; no fewer than this project has, for all of its authority file is used.
        seed: of all that is random.

    Raises:
        ValueError: too few articles.
    """
    authority, templates = read_authority(), read_templates()
    if articles < len(templates):
        message = f"at least {len(templates)} articles: each of the project's own is taken once"
        raise ValueError(message)
    for name in ("ontology", "queries"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("articles", "entities", "links", "texts"):
        (folder / "data" / name).mkdir(parents=True)
    project = yaml.safe_load((ROOT / "data/project.yaml").read_text("utf-8"))
    # How many of a kind there must be is said of this project's articles.
    project.pop("expect", None)
    (folder / "data/project.yaml").write_text(yaml.safe_dump(project, allow_unicode=True), "utf-8")
    write_authority(folder / "data/entities", authority, templates, articles)
    for number in range(articles):
        name, record, text = make_article(templates[number % len(templates)], authority, number, seed)
        (folder / f"data/articles/{name}.yaml").write_text(record, "utf-8")
        (folder / f"data/texts/{name}.txt").write_text(text, "utf-8")


def read_authority() -> Authority:
    """Return this project's authority file."""
    return {
        path.stem: {entry[1]: entry[0] for entry in _ENTRY.finditer(path.read_text("utf-8"))}
        for path in sorted((ROOT / "data/entities").glob("*.yaml"))
    }


def read_templates() -> list[Template]:
    """Return this project's records."""
    found = []
    for path in sorted((ROOT / "data/articles").glob("*.yaml")):
        source = path.read_text("utf-8")
        found.append(Template(path.stem, source, yaml.safe_load(source)["article"]["length"]))
    return found


def write_authority(folder: Path, authority: Authority, templates: Sequence[Template], articles: int) -> None:
    """Write the authority file that so many articles need: who is in no article is left out."""
    for name in authority:
        with (folder / f"{name}.yaml").open("w", encoding="utf-8") as file:
            step = _step(name)
            for number in range(0, articles, step or articles):
                together = range(number, min(number + (step or 1), articles) if step else articles)
                file.write(_entries(name, authority, templates, together))


def add_article(folder: Path, number: int, seed: int = 1) -> str:
    """Add one more article to a corpus, with those of its entities that no other article has; return its name.

    Args:
        folder: of the corpus.
        number: of the article; a multiple of `TOGETHER`, so that its people are its own.
        seed: as the corpus has it.
    """
    authority, templates = read_authority(), read_templates()
    for file in (*OWN, *RECURRING):
        with (folder / f"data/entities/{file}.yaml").open("a", encoding="utf-8") as entities:
            entities.write(_entries(file, authority, templates, range(number, number + 1)))
    name, record, text = make_article(templates[number % len(templates)], authority, number, seed)
    (folder / f"data/articles/{name}.yaml").write_text(record, "utf-8")
    (folder / f"data/texts/{name}.txt").write_text(text, "utf-8")
    return name


def remove_entries(folder: Path, number: int) -> None:
    """Take the entities that belong to one article alone out of a corpus."""
    for file in OWN:
        path = folder / f"data/entities/{file}.yaml"
        text = path.read_text("utf-8")
        path.write_text(_ENTRY.sub(lambda entry: "" if entry[1].endswith(f"-{number}") else entry[0], text), "utf-8")


def _step(file: str) -> int | None:
    return {**dict.fromkeys(OWN, 1), **dict.fromkeys(RECURRING, TOGETHER)}.get(file)


def _entries(file: str, authority: Authority, templates: Sequence[Template], numbers: range) -> str:
    """What a file of the authority file says for the sake of these articles."""
    used = {
        word for each in numbers[: len(templates)] for word in _WORD.findall(templates[each % len(templates)].source)
    }
    text = "".join(entry for slug, entry in authority[file].items() if _step(file) is None or slug in used)
    return renamed(text, authority, numbers[0]) if _step(file) else text


def make_article(template: Template, authority: Authority, number: int, seed: int) -> tuple[str, str, str]:
    """Return the name, the record and the text of an article."""
    chance = random.Random(f"{seed}-{number}")  # noqa: S311 - nonsense, not a secret
    text = nonsense(template, chance)
    name = f"{number:06}_{template.name.partition('_')[0]}"

    def anchored(match: re.Match[str]) -> str:
        start, end, words = match.groups()
        digest = f"-{end}:{text_digest(text[int(start) : int(end)])}" if end else ""
        return f'"@{start}{digest} {words}"'

    head = {
        "id": name,
        "sha256": sha256(text.encode()),
        "length": str(len(text)),
        "fingerprint": fingerprint(text),
    }
    record = _HEAD.sub(lambda match: f"  {match[1]}: {head[match[1]]}", template.source, count=len(head))
    return name, _PHRASE.sub(anchored, renamed(record, authority, number)), text


def nonsense(template: Template, chance: random.Random) -> str:
    """Return a text of the template's length in which its phrases stand where they are quoted."""
    letters: list[str] = []
    while len(letters) < template.length:
        word = "".join(chance.choices("aeiounrstkml", k=chance.randint(2, 9)))
        letters.extend(f"{word}{'.' if chance.random() < 1 / 18 else ''} ")
    for start, words in _pieces(template.source):
        letters[start : start + len(words)] = words
    return "".join(letters[: template.length])


def _pieces(source: str) -> Iterator[tuple[int, str]]:
    for start, end, written in _PHRASE.findall(source):
        words = json.loads(f'"{written}"')
        if end:
            first, last = (part.strip() for part in words.split(ELLIPSIS))
            yield int(start), first
            yield int(end) - len(last), last
        else:
            yield int(start), words


def renamed(text: str, authority: Authority, number: int) -> str:
    """Return a text with the ids of what is not shared by all articles made the article's own."""
    own = {slug: f"{slug}-{number}" for file in OWN for slug in authority[file]}
    recurring = {slug: f"{slug}-{number // TOGETHER * TOGETHER}" for file in RECURRING for slug in authority[file]}
    names = own | recurring
    return _PART.sub(lambda match: names.get(match[0], match[0]), text)


def main() -> None:
    """Write a corpus into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("articles", type=int)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    make_corpus(asked.folder, asked.articles, asked.seed)
    sys.stdout.write(f"{asked.articles} articles in {asked.folder}\n")


if __name__ == "__main__":
    main()
