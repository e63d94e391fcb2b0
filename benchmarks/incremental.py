"""What an edit costs after a full build: an article changed, added or removed, an entry of the authority file renamed.

Each build runs in a process of its own, as `rujukan build` does, first alone and then beside a server that answers from
the current release and is asked until it knows of the edit. Times count from the start of the build, once its process
has started; those of `rujukan build --watch` from the saving of the record. The best of several runs counts.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import quote

from benchmarks.apart import measured
from benchmarks.build import FEW, QUICK, SIZES
from benchmarks.common import tell
from benchmarks.corpus import TOGETHER, add_article, make_corpus, remove_entries
from benchmarks.endpoint import ours, started

from kg_builder.namespaces import RDFS, RJ
from kg_builder.sources.project import load_project

PATIENCE = 600.0
"""Seconds after which an edit that nobody answers is given up."""
_NOTE = re.compile(r"( note: )([^\"'{}\n]+)$", re.MULTILINE)
_LABEL = re.compile(r"(label: \{en: )([^,}\"]+)")

Edit = Callable[[Path], str]
"""Edits a corpus in a new way each time; returns an ASK that is true once the edit is in the graph."""


def change_article(folder: Path) -> str:
    """Change a note of one article."""
    return _changed(min((folder / "data/articles").glob("*.yaml")), _NOTE, f"{RJ}note")


def change_entry(folder: Path) -> str:
    """Change the label of an entity that a few articles name."""
    return _changed(folder / "data/entities/people.yaml", _LABEL, f"{RDFS}label")


def change_shared(folder: Path) -> str:
    """Change the label of an entity that many articles name."""
    return _changed(folder / "data/entities/languages.yaml", _LABEL, f"{RDFS}label")


def add(folder: Path) -> str:
    """Add an article with entities of its own."""
    last = max(int(path.stem.partition("_")[0]) for path in (folder / "data/articles").glob("*.yaml"))
    name = add_article(folder, (last // TOGETHER + 1) * TOGETHER)
    return f"ASK {{ {load_project(folder).iris.article(name)} ?p ?o }}"


def remove(folder: Path) -> str:
    """Remove an article and the entities that are its alone."""
    paths = {int(path.stem.partition("_")[0]): path for path in (folder / "data/articles").glob("*.yaml")}
    # The first of a whole group: its people stay in the others.
    groups = range(0, max(paths), TOGETHER)
    number = next(each for each in groups if all(each + more in paths for more in range(TOGETHER)))
    paths[number].unlink()
    (folder / f"data/texts/{paths[number].stem}.txt").unlink()
    remove_entries(folder, number)
    return f"ASK {{ FILTER NOT EXISTS {{ {load_project(folder).iris.article(paths[number].stem)} ?p ?o }} }}"


def _changed(path: Path, pattern: re.Pattern[str], predicate: str) -> str:
    text = path.read_text("utf-8")
    found = pattern.search(text)
    if not found:
        message = f"{path.name} has nothing to change"
        raise ValueError(message)
    words = f"{found[2].partition(' (seen')[0].strip()} (seen {time.time_ns()})"
    # As editors save: whole, or not at all.
    saved = path.with_suffix(".saved")
    saved.write_text(text[: found.start(2)] + words + text[found.end(2) :], "utf-8")
    saved.replace(path)
    return f"ASK {{ ?s <{predicate}> {json.dumps(words, ensure_ascii=False)}@en }}"


EDITS: dict[str, tuple[Edit, str]] = {
    "change": (change_article, "an article changed"),
    "add": (add, "an article added, with its entities"),
    "remove": (remove, "an article removed, with them"),
    "entry": (change_entry, "an entity of few articles renamed"),
    "shared_entry": (change_shared, "an entity of many articles renamed"),
}


def answered(address: str, question: str, given_up: Event) -> float:
    """Ask a server until it says yes; return the time of the clock when it did.

    Raises:
        TimeoutError: it never did, or it was given up.
    """
    host, _, path = address.removeprefix("http://").partition("/")
    target, headers = f"/{path}?query={quote(question)}", {"Accept": "application/sparql-results+json"}
    connection, until = HTTPConnection(host, timeout=60), time.monotonic() + PATIENCE
    while time.monotonic() < until and not given_up.is_set():
        try:
            connection.request("GET", target, headers=headers)
            body = connection.getresponse().read()
        except (OSError, HTTPException):
            # A server that moves to another release may end a connection; the next one is opened by itself.
            connection.close()
            body = b""
        if b'"boolean":true' in body.replace(b" ", b""):
            connection.close()
            return time.time()
        time.sleep(0.005)
    message = f"never answered: {question}"
    raise TimeoutError(message)


def measure(articles: int, runs: int) -> dict[str, object]:
    """Build a corpus of so many articles, edit it, and return what each build took, in seconds."""
    # The dumps of a large corpus take minutes after each edit: these builds leave them to a later one.
    kind, runs = ("serve", 1) if articles > FEW else ("build", min(runs, articles // (2 * TOGETHER)))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "corpus"
        make_corpus(folder, articles)
        # More releases of the largest corpora would fill the disk.
        with (folder / "data/project.yaml").open("a", encoding="utf-8") as project:
            project.write("keep: 1\n")
        full = measured(kind, folder)["served"]
        edits = {name: _edited(folder, kind, edit, runs) for name, (edit, _) in EDITS.items()}
        with started(*ours(folder / "build/current", Path(scratch) / "log")) as server:
            for name, (edit, _) in EDITS.items():
                edits[name] |= _edited(folder, kind, edit, runs, server.address)
            watched = _watched(folder, runs, server.address)
    for each in edits.values():
        each["of_full"] = each["served"] / full
    return {"articles": articles, "full": full, "edits": edits, "watched": watched}


def _edited(folder: Path, kind: str, edit: Edit, runs: int, address: str = "") -> dict[str, float]:
    """Edit and build; return the time until a server answers or, without one, until it could and until all is done."""
    taken = []
    for _ in range(runs):
        question = edit(folder)
        if address:
            taken.append({"answered": _asked_while_built(folder, kind, address, question)})
        else:
            found = measured(kind, folder)
            taken.append({name: found[name] for name in ("served", "done") if name in found})
    return {name: min(each[name] for each in taken) for name in taken[0]}


def _asked_while_built(folder: Path, kind: str, address: str, question: str) -> float:
    given_up = Event()
    with ThreadPoolExecutor(1) as asking:
        answer = asking.submit(answered, address, question, given_up)
        try:
            began = measured(kind, folder)["began"]
        except BaseException:
            given_up.set()
            raise
        return answer.result() - began


def _watched(folder: Path, runs: int, address: str) -> float | None:
    """Return the seconds from the saving of a record to its answer, where `rujukan build` can watch."""
    command = [sys.executable, "-m", "kg_builder.cli.main", "--project", str(folder), "build"]
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}
    helped = subprocess.run([*command, "--help"], check=True, capture_output=True, text=True, env=paths)
    if "--watch" not in helped.stdout:
        return None
    with subprocess.Popen(
        [*command, "--watch", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=paths
    ) as watching:
        try:
            # It says what it built when it begins.
            if watching.stdout is None or not watching.stdout.readline():
                message = "rujukan build --watch ended"
                raise RuntimeError(message)
            taken = []
            for _ in range(runs):
                saved, question = time.time(), change_article(folder)
                taken.append(answered(address, question, Event()) - saved)
        finally:
            watching.terminate()
    return min(taken)


def growth(found: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Return by what each edit's time grew from the smallest corpus to the largest: 0.5 is half as long again."""
    first, last = found[0]["edits"], found[-1]["edits"]
    return {name: last[name]["served"] / first[name]["served"] - 1 for name in first}


def table(found: Sequence[dict[str, Any]]) -> list[str]:
    """Return the lines that people read."""
    lines = []
    for each in found:
        lines += [
            f"{each['articles']:,} articles: full build {each['full']:.2f} s",
            f"  {'':36}{'current s':>10}{'of full':>9}{'dumps s':>9}{'answered s':>12}",
            *(
                f"  {EDITS[name][1]:36}{edit['served']:10.2f}{edit['of_full']:9.2%}"
                f"{edit.get('done', float('nan')):9.2f}{edit['answered']:12.2f}"
                for name, edit in each["edits"].items()
            ),
        ]
        if each["watched"] is not None:
            lines.append(f"  watched: {each['watched']:.2f} s from saving a record to its answer")
    if found[1:]:
        grown = ", ".join(f"{EDITS[name][1]} {more:+.0%}" for name, more in growth(found).items())
        lines.append(f"from {found[0]['articles']:,} to {found[-1]['articles']:,} articles: {grown}")
    return lines


def main() -> None:
    """Print what edits cost in corpora of several sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--runs", type=int, default=3, help="how often each edit is made (default: %(default)s)")
    parser.add_argument("--sizes", type=int, nargs="+", help=f"articles (default: {SIZES})")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK[-1]} articles, each edit once")
    asked = parser.parse_args()
    sizes = asked.sizes or (QUICK[-1:] if asked.quick else SIZES)
    found = [measure(articles, 1 if asked.quick else asked.runs) for articles in sorted(sizes)]
    grown = growth(found) if found[1:] else {}
    tell({"sizes": found, "growth": grown}, table(found), as_json=asked.json)


if __name__ == "__main__":
    main()
