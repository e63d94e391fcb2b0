"""Search as somebody types, in a release of 100,000 entities, beside a SPARQL query that filters labels.

Names are made of syllables, in English, Indonesian and Russian. They are typed letter by letter as they stand, in
another alphabet or romanisation, and misspelt; each keystroke is a request to a server of its own.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph as ox
from benchmarks.common import options, tell
from benchmarks.endpoint import free_port, resident_mb, started

from kg_builder.namespaces import OA, RDF, RDFS, RJ, SCHEMA, SKOS

BASE = "https://example.org/big/"
ENTITIES, ARTICLES, PHRASES, MENTIONS, FACTS = 100_000, 10_000, 100_000, 300_000, 200_000
TYPED, SHOWN, TYPISTS = 150, 6, 8
RIVAL_TYPED = 4
_KINDS = ("Person", "Museum", "Event", "Place", "Organization")
_ONSETS = ["b", "v", "g", "d", "zh", "z", "k", "l", "m", "n", "p", "r", "s", "t", "f", "kh", "ts", "ch", "sh"]
_VOWELS = ["a", "e", "i", "o", "u", "ya", "yo", "yu"]
_CYRILLIC = dict(zip(_ONSETS + _VOWELS, "бвгджзклмнпрстфхцчшаеиоуяёю", strict=True))
_ENDS = {"ov": "ов", "ova": "ова", "sky": "ский", "enko": "енко", "in": "ин", "ich": "ич"}
_HEADS = {
    "Museum": "Museum of {} | Museum {} | Музей {}",
    "Event": "Festival of {} | Festival {} | Фестиваль {}",
    "Place": "{} Square | Lapangan {} | Площадь {}",
    "Organization": "{} Society | Perhimpunan {} | Общество {}",
}
# How else the same sounds are written: in Belarusian romanisation, Indonesian, German, ISO 9, GOST 7.79.
_OTHERWISE = {
    "g": ["h"], "kh": ["h", "x", "ch"], "ts": ["c", "z"], "ch": ["tj", "tsch", "c"], "sh": ["sj", "sch", "s"],
    "zh": ["z"], "v": ["w"], "ya": ["ja", "ia"], "yo": ["jo", "e"], "yu": ["ju", "iu"], "u": ["oe"],
    "sky": ["skij", "ski", "skiy"], "ov": ["ow", "off"],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Something to type, and whether it is among those shown when all of it is typed."""

    text: str
    iri: str
    how: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds of the requests, and the share of what was typed that was found."""

    times: list[float]
    found: float

    def at(self, percent: int) -> float:
        return statistics.quantiles(self.times, n=100)[percent - 1]


class Names:
    """Makes names of syllables, each with its parts, so that it can be written in another way."""

    def __init__(self) -> None:
        self._random = random.Random(20_240_628)  # noqa: S311 - names, not secrets
        self._known = [self._new() for _ in range(40_000)]

    def _new(self) -> tuple[str, ...]:
        parts = [each for _ in range(self._random.choice((2, 2, 3))) for each in self._pick(_ONSETS, _VOWELS)]
        return (*parts[:-1], self._random.choice(list(_ENDS)))

    def _pick(self, *lists: Sequence[str]) -> Iterator[str]:
        return (self._random.choice(each) for each in lists)

    def take(self) -> tuple[str, ...]:
        """A name; few are common, most are rare."""
        return self._known[int(len(self._known) * self._random.random() ** 2.5)]

    def otherwise(self, parts: Sequence[str]) -> str:
        return "".join(self._random.choice(_OTHERWISE.get(each, [each])) for each in parts).capitalize()

    def misspelt(self, text: str) -> str:
        at = self._random.randrange(1, len(text) - 1)
        change = self._random.choice(("leave out", "swap", "other"))
        if change == "leave out":
            return text[:at] + text[at + 1 :]
        if change == "swap":
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        return text[:at] + self._random.choice("aeioukrt") + text[at + 1 :]


def latin(parts: Sequence[str]) -> str:
    return "".join(parts).capitalize()


def cyrillic(parts: Sequence[str]) -> str:
    return "".join(_CYRILLIC.get(each) or _ENDS[each] for each in parts).capitalize()


def make_release(folder: Path) -> tuple[Path, list[Wanted]]:
    """Write a release with nothing but names, kinds, mentions, statements and phrases; return what will be typed."""
    names, chance = Names(), random.Random(1)  # noqa: S311 - as above
    release, wanted = folder / "big", list[Wanted]()
    release.mkdir()
    picked = set(chance.sample(range(ENTITIES), TYPED))
    with (folder / "big.nt").open("w", encoding="utf-8") as out:
        for number in range(ENTITIES):
            kind, given, family = _KINDS[number % len(_KINDS)], names.take(), names.take()
            iri = f"<{BASE}id/{number}>"
            plain = [f"{latin(given)} {latin(family)}", f"{names.otherwise(given)} {latin(family)}"]
            texts = [*plain, f"{cyrillic(given)} {cyrillic(family)}"]
            if heads := _HEADS.get(kind):
                texts = [head.format(text) for head, text in zip(heads.split(" | "), texts, strict=True)]
            out.write(f"{iri} <{RDF}type> <{SCHEMA}{kind}> .\n")
            for name, text in zip((f"{RDFS}label>", f"{RDFS}label>", f"{SKOS}altLabel>"), texts, strict=True):
                out.write(f'{iri} <{name} "{text}"@{"ru" if name.endswith("altLabel>") else "en"} .\n')
            if number in picked:
                wanted.append(_typed(names, len(wanted), iri[1:-1], texts[0], (given, family)))
        for _ in range(MENTIONS):
            article = chance.randrange(ARTICLES)
            out.write(f"<{BASE}article/{article}> <{SCHEMA}mentions> <{BASE}id/{_popular(chance)}> .\n")
        for number in range(FACTS):
            out.write(f"<{BASE}statement/{number}> <{RDF}subject> <{BASE}id/{_popular(chance)}> .\n")
        for number in range(PHRASES):
            place = f"{BASE}article/{number % ARTICLES}"
            words = " ".join(latin(names.take()).lower() for _ in range(chance.choice((2, 3, 4))))
            span = f"<{place}#char={number},{number + len(words)}>"
            out.write(f'{span} <{RJ}article> <{place}> .\n{span} <{OA}exact> "{words}" .\n')
    store = ox.Store(str(release / "store"))
    store.bulk_load(path=str(folder / "big.nt"), format=ox.RdfFormat.N_TRIPLES)
    store.flush()
    manifest = {
        "format": 1, "release": "big", "built": "2025-01-01T00:00:00Z", "title": "Names", "base": BASE,
        "prefixes": {}, "license": "", "counts": {"quads": len(store)}, "dumps": {},
    }  # fmt: skip
    (release / "manifest.json").write_text(json.dumps(manifest))
    return release, wanted


def _popular(chance: random.Random) -> int:
    return int(ENTITIES * chance.random() ** 2.5)


def _typed(names: Names, place: int, iri: str, text: str, parts: Sequence[Sequence[str]]) -> Wanted:
    """Every third as it stands, every third in another alphabet or romanisation, every third misspelt."""
    if place % 3 == 0:
        return Wanted(text, iri, "as it stands")
    if place % 3 == 1:
        write = cyrillic if place % 2 else names.otherwise
        return Wanted(" ".join(map(write, parts)), iri, "written otherwise")
    given, family = map(latin, parts)
    return Wanted(f"{names.misspelt(given)} {family}", iri, "misspelt")


class Typist:
    """Types into the search field of a server: one request for each letter, over one connection."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)

    def suggestions(self, text: str) -> tuple[float, list[str]]:
        took, body = self._get(f"/search.json?{urlencode({'q': text, 'limit': SHOWN, 'lang': 'en'})}")
        return took, [each["id"] for each in json.loads(body)["results"] if each["type"] == "entity"]

    def filtered(self, text: str) -> tuple[float, list[str]]:
        query = (
            f"SELECT DISTINCT ?s WHERE {{ VALUES ?p {{ <{RDFS}label> <{SKOS}altLabel> }} ?s ?p ?name "
            f"FILTER (CONTAINS(LCASE(STR(?name)), {ox.Literal(text.lower())})) }} LIMIT {SHOWN}"
        )
        took, body = self._get(f"/sparql?query={quote(query)}")
        return took, [each["s"]["value"] for each in json.loads(body)["results"]["bindings"]]

    def _get(self, path: str) -> tuple[float, bytes]:
        began = time.perf_counter()
        self._connection.request("GET", path, headers={"Accept": "application/sparql-results+json, application/json"})
        response = self._connection.getresponse()
        body = response.read()
        if response.status != http.client.OK:
            raise RuntimeError(f"{path}: {response.status} {body.decode()}")
        return (time.perf_counter() - began) * 1000, body

    def type(self, wanted: Sequence[Wanted], *, rival: bool = False) -> Figures:
        ask = self.filtered if rival else self.suggestions
        times, found = [], 0
        for each in wanted:
            iris: list[str] = []
            for length in range(1, len(each.text) + 1):
                took, iris = ask(each.text[:length])
                times.append(took)
            found += each.iri in iris
        return Figures(times, found / len(wanted))


def idle(address: str, until: Callable[[], bool]) -> list[float]:
    """Return how long /ready took, in ms, asked again and again until something is so."""
    connection, times = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60), list[float]()
    while not until():
        began = time.perf_counter()
        connection.request("GET", "/ready")
        connection.getresponse().read()
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.02)
    return times


def answers(address: str) -> bool:
    """Ask once, which also has the index made."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", "/search.json?q=a")
    return connection.getresponse().status == http.client.OK


def told(log: Path) -> dict[str, float] | None:
    """Return what the server logged of its index, None when it has none yet."""
    lines = (line for line in log.read_text("utf-8").splitlines() if '"search_ready"' in line)
    return next((json.loads(line) for line in lines), None)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run found: by how names were typed, with ours and with SPARQL; all at once; the index."""

    alone: Mapping[str, Figures]
    rival: Mapping[str, Figures]
    crowd: Figures
    event: Mapping[str, float]
    ready_ms: tuple[float, float]
    growth_mb: tuple[float, float]


def measure(folder: Path, release: Path, wanted: Sequence[Wanted]) -> Measured:
    port, log = free_port(), folder / "log"
    flags = {"port": port, "budget-seconds": 0, "log-file": log, "spool-dir": folder}
    given = [part for name, value in flags.items() for part in (f"--{name}", str(value))]
    with started([sys.executable, "-m", "kg_server.run", release, *given], port, "/") as running:
        before, end = resident_mb(running.process.pid), time.monotonic() + 5
        quiet = idle(running.address, lambda: time.monotonic() > end)
        with ThreadPoolExecutor(1) as crew:
            crew.submit(answers, running.address)
            busy = idle(running.address, lambda: told(log) is not None)
        growth = resident_mb(running.process.pid) - before
        kinds = {
            how: [each for each in wanted if each.how == how] for how in dict.fromkeys(each.how for each in wanted)
        }
        alone = {how: Typist(running.address).type(each) for how, each in kinds.items()}
        with ThreadPoolExecutor(TYPISTS) as crew:
            parts = [wanted[place::TYPISTS] for place in range(TYPISTS)]
            crowd = list(crew.map(lambda part: Typist(running.address).type(part), parts))
        rival = {how: Typist(running.address).type(each[:RIVAL_TYPED], rival=True) for how, each in kinds.items()}
        most = resident_mb(running.process.pid) - before
    ready = statistics.quantiles(quiet, n=20)[18], statistics.quantiles(busy, n=20)[18]
    return Measured(alone, rival, _all(crowd), told(log) or {}, ready, (growth, most))


def _all(parts: Iterable[Figures]) -> Figures:
    return Figures([time for each in parts for time in each.times], 0)


def main() -> None:
    arguments = options(__doc__ or "")
    if sys.platform != "linux":
        tell({}, ["skipped: memory is read from /proc"], as_json=arguments.json)
        return
    with tempfile.TemporaryDirectory() as scratch:
        found = measure(Path(scratch), *make_release(Path(scratch)))
    ours, theirs = _all(found.alone.values()), _all(found.rival.values())
    result: dict[str, float | int | bool] = {
        "index_seconds": found.event["seconds"], "index_mb": found.event["bytes"] / 1e6,
        "growth_mb": found.growth_mb[0], "growth_after_mb": found.growth_mb[1],
        "ready_p95_ms": found.ready_ms[0], "ready_p95_meanwhile_ms": found.ready_ms[1],
        "keystrokes": len(ours.times), "p50_ms": ours.at(50), "p95_ms": ours.at(95), "max_ms": max(ours.times),
        "crowd_p95_ms": found.crowd.at(95), "sparql_p50_ms": theirs.at(50), "sparql_p95_ms": theirs.at(95),
        "ratio_p95": theirs.at(95) / ours.at(95),
        **{f"found_{how.replace(' ', '_')}": each.found for how, each in found.alone.items()},
    }  # fmt: skip
    lines = [
        f"{ENTITIES:,} entities with 3 names each, {PHRASES:,} phrases; {os.cpu_count()} cores, the typist on them too",
        "index: made in {index_seconds:.1f} s beside the requests, {index_mb:.0f} MB on disk",
        "while it is made: /ready p95 {ready_p95_meanwhile_ms:.1f} ms, before {ready_p95_ms:.1f} ms",
        "memory: the server grew by {growth_mb:.0f} MiB, and by {growth_after_mb:.0f} MiB after all searches",
        "{keystrokes:,} keystrokes: p50 {p50_ms:.1f} ms, p95 {p95_ms:.1f} ms, most {max_ms:.0f} ms",
        f"{TYPISTS} typists at once: p95 {{crowd_p95_ms:.1f}} ms",
        "SPARQL, FILTER (CONTAINS(...)): p50 {sparql_p50_ms:.0f} ms, p95 {sparql_p95_ms:.0f} ms, ratio {ratio_p95:.0f}",
        f"found among the first {SHOWN}           search  SPARQL",
        *(f"  {how:30}{each.found:8.0%}{found.rival[how].found:8.0%}" for how, each in found.alone.items()),
    ]  # fmt: skip
    tell(result, [line.format(**result) for line in lines], as_json=arguments.json)


if __name__ == "__main__":
    main()
