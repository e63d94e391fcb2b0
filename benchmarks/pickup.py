"""How soon a running server answers from a new release, by the size of the corpus: from the moment `current` moves.

The new release is the former one with another quad, which a client asks for again and again until it is answered. The
server is at work as any is: its pages have been opened, its search is ready, what it counts has been counted.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pyoxigraph as ox
from benchmarks.apart import measured
from benchmarks.common import tell
from benchmarks.corpus import make_corpus
from benchmarks.endpoint import resident_mb
from tests.support.served import Served, command, served

SIZES = (10, 100)
RUNS = 5
MARK, SEEN = "https://example.org/pickup", "https://example.org/seen"
_ASKED = quote(f"SELECT ?n {{ <{MARK}> <{SEEN}> ?n }}")
_PAUSE_SECONDS = 0.002
_LONGEST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Pickup:
    """What it cost to go over to another release.

    Attributes:
        articles: in the release.
        quads: in it.
        manifest: bytes of its manifest.
        answer: median seconds until a question is answered from it.
        longest: that any answer took meanwhile, in seconds.
        home: seconds that the home page takes at its first visit after that.
        growth: bytes by which the server's memory grew over all moves.
    """

    articles: int
    quads: int
    manifest: int
    answer: float
    longest: float
    home: float
    growth: int


def successors(release: Path, folder: Path, number: int) -> list[Path]:
    """Return as many releases as asked for, each of which says one thing otherwise than the one before.

    What is large in them is not copied but linked, as in a release that a build makes of the former one.
    """
    manifest = json.loads((release / "manifest.json").read_text("utf-8"))
    made, former = [], ox.Store(str(_copied(release / "store", folder / "store")))
    for each in range(number):
        target = folder / f"pickup{each}"
        target.mkdir()
        former.backup(str(target / "store"))
        former = ox.Store(str(target / "store"))
        for old in list(former.quads_for_pattern(ox.NamedNode(MARK), None, None)):
            former.remove(old)
        former.add(ox.Quad(ox.NamedNode(MARK), ox.NamedNode(SEEN), ox.Literal(str(each))))
        former.flush()
        (target / "queries.json").hardlink_to(release / "queries.json")
        (target / "manifest.json").write_text(json.dumps({**manifest, "release": target.name}), "utf-8")
        made.append(target)
    return made


def _copied(store: Path, target: Path) -> Path:
    """Copy a store without opening it, which would write to it; its tables never change, and are linked."""
    target.mkdir()
    for path in store.iterdir():
        if path.suffix == ".sst":
            (target / path.name).hardlink_to(path)
        else:
            shutil.copy(path, target)
    return target


def point(current: Path, release: Path) -> None:
    """Move the link to a release, as a build does."""
    new = current.with_suffix(".new")
    new.symlink_to(release)
    new.replace(current)


class Client:
    """Asks over one connection."""

    def __init__(self, site: Served) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=_LONGEST_SECONDS)

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str, accept: str = "*/*") -> bytes:
        self._connection.request("GET", path, headers={"Accept": accept})
        response = self._connection.getresponse()
        body = response.read()
        if response.status >= http.client.BAD_REQUEST:
            raise RuntimeError(f"{path}: {response.status} {body.decode()}")
        return body

    def until(self, wanted: bytes) -> Iterator[float]:
        """Yield how long each answer took, until the marked quad has a value; each question is a new one."""
        end = time.monotonic() + _LONGEST_SECONDS
        for each in itertools.count():
            began = time.perf_counter()
            body = self.get(f"/sparql?query={_ASKED}%23{each}", "text/csv")
            yield time.perf_counter() - began
            if body.split() == [b"n", wanted]:
                return
            if time.monotonic() > end:
                raise RuntimeError("The new release is not served.")
            time.sleep(_PAUSE_SECONDS)


def measure(release: Path, runs: int) -> Pickup:
    """Serve a release and move to as many successors as asked for."""
    manifest = json.loads((release / "manifest.json").read_text("utf-8"))
    with tempfile.TemporaryDirectory(dir=release.parent) as scratch:
        folder = Path(scratch)
        current, log = folder / "current", folder / "log"
        point(current, release)
        made = successors(release, folder, runs)
        settings = {"budget-seconds": 0, "log-file": log, "spool-dir": folder}
        with served(command(current, **settings), folder / "errors") as site:
            with closing(Client(site)) as client:
                client.get("/", "text/html")
            _wait_for_search(log)
            before, answers, longest = resident_mb(site.process.pid), list[float](), 0.0
            with closing(Client(site)) as client:
                for number, each in enumerate(made):
                    began = time.perf_counter()
                    point(current, each)
                    longest = max(longest, *client.until(str(number).encode()))
                    answers.append(time.perf_counter() - began)
                growth = resident_mb(site.process.pid) - before
                began = time.perf_counter()
                client.get("/", "text/html")
                home = time.perf_counter() - began
    return Pickup(
        manifest["counts"]["articles"],
        manifest["counts"]["quads"],
        (release / "manifest.json").stat().st_size,
        statistics.median(answers),
        longest,
        home,
        int(growth * 2**20),
    )


def _wait_for_search(log: Path) -> None:
    """Wait until the search is ready: then the server has nothing to do but to answer."""
    end = time.monotonic() + 20 * _LONGEST_SECONDS
    while '"search_ready"' not in log.read_text("utf-8"):
        if time.monotonic() > end:
            raise RuntimeError("The search is not ready.")
        time.sleep(0.05)


def built(articles: int, folder: Path) -> Path:
    """Build a corpus of so many articles, without its dumps, and return the release."""
    make_corpus(folder, articles)
    measured("serve", folder)
    return (folder / "build/current").resolve()


def table(found: Iterable[Pickup]) -> list[str]:
    """Return the lines that people read; each size is told beside the smallest."""
    ordered = sorted(found, key=lambda each: each.articles)
    lines = ["articles       quads  manifest  answered s  of the smallest  slowest s  home page s  memory grew"]
    lines.extend(
        f"{each.articles:8,} {each.quads:11,} {each.manifest / 1e6:6.1f} MB {each.answer:11.3f} "
        f"{each.answer / ordered[0].answer:16.2f} {each.longest:10.3f} {each.home:12.3f} "
        f"{each.growth / 2**20:8,.0f} MiB"
        for each in ordered
    )
    return lines


def main() -> None:
    """Print a table of sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--runs", type=int, default=RUNS, help="how often `current` is moved (default: %(default)s)")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="articles (default: %(default)s)")
    parser.add_argument("--releases", type=Path, nargs="+", help="releases that are there, in place of sizes")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        releases = asked.releases or [built(size, Path(scratch) / str(size)) for size in asked.sizes]
        found = [measure(each.resolve(), asked.runs) for each in releases]
    smallest = min(found, key=lambda each: each.articles).answer
    told = [{**asdict(each), "ratio": each.answer / smallest} for each in found]
    tell({"sizes": told}, table(found), as_json=asked.json)


if __name__ == "__main__":
    main()
