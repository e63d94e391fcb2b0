"""What must not be committed: a package index's address, a path of somebody's machine, an article's sentence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

# One letter of each is in brackets, so that this file does not hold what it looks for.
HOSTS = re.compile(
    r"pypi\.or[g]|pythonhosted\.or[g]|registry\.npmjs\.or[g]|deb\.debian\.or[g]|npmmirro[r]", re.IGNORECASE
)
PATHS = re.compile(r"(?<![\w.])/(?:wor[k]|far[m]|hom[e]/\w+|User[s]/\w+)/|/roo[t]/|/tmp/bash_job[s]")
WORD = re.compile(r"\w+")
RUN = 9
LARGEST = 2_000_000

# Proper names and titles of nine words or more that records and golden answers may write out: number of words, and
# the SHA-256 of the words in lower case with one space between, so that the words do not stand here.
PROPER_NAMES: frozenset[tuple[int, str]] = frozenset(
    {
        (14, "9afcb2123aeb1554348935ea114830fce0b434fcc855a4adbb6545600fdad58d"),
        (11, "cbfc06c7569c778579bbe029dfe0f8ddcc250bfd793373bd4714e2551a658fae"),
        (10, "45b65f6aedc66cc837799ef8b5957a9316c456d3da87acf427f7deec3918ffed"),
        (13, "41cee106b454bd024059088922bdbef1ebb897b8eda425a5b01cae5cf4ae287a"),
    }
)
NAMES_MAY_STAND_IN = ("data/", "tests/golden/")


def words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def runs(tokens: list[str], length: int = RUN) -> set[tuple[str, ...]]:
    return {tuple(tokens[start : start + length]) for start in range(len(tokens) - length + 1)}


def runs_of_names(tokens: list[str], names: frozenset[tuple[int, str]]) -> set[tuple[str, ...]]:
    return {
        run
        for length in {length for length, _ in names}
        for name in runs(tokens, length)
        if (length, hashlib.sha256(" ".join(name).encode()).hexdigest()) in names
        for run in runs(list(name))
    }


def machine_traces(name: str, text: str, checkout: Path) -> Iterator[str]:
    own = f"{checkout}/" if len(checkout.parts) > 2 else None  # "/" or "/x" could stand anywhere
    for number, line in enumerate(text.splitlines(), 1):
        if HOSTS.search(line):
            yield f"{name}:{number}: names a package index's host"
        if PATHS.search(line) or (own and own in line):
            yield f"{name}:{number}: names a path of a machine"


def copied_runs(name: str, text: str, forbidden: set[tuple[str, ...]]) -> Iterator[str]:
    for run in sorted(runs(words(text)) & forbidden):
        yield f"{name}: {RUN} words in a row stand in an article too: «{' '.join(run)}»"


def texts(root: Path, paths: list[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        if (root / path).stat().st_size > LARGEST:
            continue
        try:
            yield path.as_posix(), (root / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue


def test_no_file_names_an_index_or_a_machine(root: Path, project_files: list[Path]) -> None:
    found = [trace for name, text in texts(root, project_files) for trace in machine_traces(name, text, root)]
    assert not found, "\n".join(found)


def test_no_file_holds_a_sentence_of_an_article(root: Path, project_files: list[Path]) -> None:
    articles = [words(path.read_text("utf-8")) for path in sorted((root.parent / "shared" / "articles").glob("*.txt"))]
    if not articles:
        pytest.skip("the articles' texts are not beside this checkout")
    everywhere = {run for tokens in articles for run in runs(tokens)}
    except_names = everywhere - {run for tokens in articles for run in runs_of_names(tokens, PROPER_NAMES)}
    assert len(except_names) < len(everywhere), "no proper name of the list stands in an article any more"
    found = [
        trace
        for name, text in texts(root, project_files)
        for trace in copied_runs(name, text, except_names if name.startswith(NAMES_MAY_STAND_IN) else everywhere)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line",
    [
        "https://py" + "pi.org/simple",
        "https://files.python" + "hosted.org/x",
        "/ho" + "me/anna/x",
        "see /wo" + "rk/x",
        "/ro" + "ot/x",
        "/opt/checkout/src/x.py",
    ],
)
def test_a_trace_is_seen(line: str) -> None:
    assert list(machine_traces("x", line, Path("/opt/checkout")))


def test_an_innocent_line_is_not() -> None:
    line = "https://example.org/work/1 ../work/x frame/work/ /tmp/x /usr/bin/env"
    assert not list(machine_traces("x", line, Path("/tmp")))  # noqa: S108 - a path, nothing is written


def test_a_copied_run_is_seen_and_a_proper_name_is_not() -> None:
    text = "She opened The Grand and Old Hall of All the Many Winds in May, and left again soon after."
    name = words("The Grand and Old Hall of All the Many Winds")
    digest = (len(name), hashlib.sha256(" ".join(name).encode()).hexdigest())
    article = runs(words(text))
    allowed = article - runs_of_names(words(text), frozenset({digest}))
    assert list(copied_runs("x", "the grand AND old hall of all the many winds", article))
    assert not list(copied_runs("x", "the grand AND old hall of all the many winds", allowed))
    assert list(copied_runs("x", "all the many winds in May, and left again", allowed))
    assert not list(copied_runs("x", "the grand and old hall of all the", article))
