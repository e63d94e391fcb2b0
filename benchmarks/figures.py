"""The figures that the documentation quotes: a file of them, and the blocks of Markdown that are made from it.

A block stands between ``<!-- figures: NAME -->`` and ``<!-- end of figures -->``. Nobody types in it: `python -m
benchmarks.report --publish` writes all of them, and a test holds that they are what the file says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from benchmarks.chart import cost_chart
from benchmarks.common import ROOT
from benchmarks.incremental import EDITS

FIGURES, CHART = ROOT / "docs/figures.json", ROOT / "docs/images/cost.svg"
PAGES = (ROOT / "README.md", ROOT / "docs/scale.md")
PLAN = 100
"""Millions of quads that docs/scale.md plans for."""
CORES = (1, 2, 8, 32, 128)
_BLOCK = re.compile(r"(<!-- figures: ([\w-]+) -->\n).*?(<!-- end of figures -->)", re.DOTALL)

Found = Mapping[str, Any]


def figures() -> Found:
    """Return the committed figures."""
    found: Found = json.loads(FIGURES.read_text("utf-8"))
    return found


def with_blocks(text: str, found: Found) -> str:
    """Return a page with each of its blocks written anew.

    >>> with_blocks("Beside <!-- figures: nothing -->", {})
    'Beside <!-- figures: nothing -->'
    """
    return _BLOCK.sub(lambda block: f"{block[1]}{BLOCKS[block[2]](found)}{block[3]}", text)


def publish(found: Found) -> None:
    """Write the figures' file, the chart and the blocks of all pages; what was not measured keeps its last figures."""
    measured = {name: each for name, each in found["benchmarks"].items() if each}
    known = {**found, "benchmarks": {**figures()["benchmarks"], **measured}}
    FIGURES.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", "utf-8")
    CHART.parent.mkdir(exist_ok=True)
    CHART.write_text(cost_chart(known["benchmarks"]), "utf-8")
    for page in PAGES:
        page.write_text(with_blocks(page.read_text("utf-8"), known), "utf-8")


def machine(found: Found) -> str:
    """The machine, the versions and, where it was so, that the run was a quick one."""
    on, versions = found["machine"], found["machine"]["versions"]
    packages = ", ".join(f"{name} {version}" for name, version in versions.items())
    quick = " A quick run: the figures are rough." if found["quick"] else ""
    return (
        f"Measured on {on['cores']} cores ({on['processor']}) with {_bytes(on['memory'])}, "
        f"Python {on['python']}, {packages}.{quick}\n"
    )


def own(found: Found) -> str:
    """What a build of this project itself costs."""
    cost, shacl = found["benchmarks"]["build"]["sizes"][0], found["benchmarks"]["shacl_engines"]
    faster = f"{shacl['ratio']:.0f} times as fast as `pyshacl` with the graph parsed before"
    rows = [
        ("quads", f"{cost['quads']:,}"),
        ("quads per asserted triple, all layers counted", f"{cost['quads'] / cost['facts']:.3f}"),
        (
            "full build",
            f"{_seconds(cost['served'])}, {cost['served'] / cost['load']:.1f} times `bulk_load` of the same",
        ),
        ("unchanged build", f"{_seconds(cost['unchanged'])}, 1/{cost['served'] / cost['unchanged']:.0f} of a full one"),
        (
            "SHACL",
            f"{_seconds(shacl['shacl_seconds'])}, {faster}, {shacl['ratio_with_parsing']:.0f} times with parsing",
        ),
    ]
    return _table(["builds of this graph", ""], rows)


def sizes(found: Found) -> str:
    """What full builds cost as the corpus grows, and what edits cost."""
    edits = {each["articles"]: each for each in found["benchmarks"]["incremental"]["sizes"]}
    rows = []
    for cost in found["benchmarks"]["build"]["sizes"][1:]:
        edited = edits.get(cost["articles"])
        changed = edited["edits"]["change"] if edited else None
        rows.append(
            [
                f"{cost['articles']:,}",
                f"{cost['quads']:,}",
                _seconds(cost["served"]),
                f"{_round(cost['quads'] / cost['served'])}/s",
                f"{cost['load'] / cost['served']:.2f}",
                _bytes(cost["memory"]),
                f"{_seconds(changed['served'])}, {changed['of_full']:.1%}" if changed else "",
                _seconds(changed["answered"]) if changed else "",
            ]
        )
    head = [
        *("articles", "quads", "full build, served", "quads a second", "of `bulk_load`", "memory"),
        *("one article changed, served", "answered"),
    ]
    return _table(head, rows)


def edits(found: Found) -> str:
    """What each kind of edit costs, by size."""
    measured = found["benchmarks"]["incremental"]["sizes"]
    rows = []
    for name, (_, title) in EDITS.items():
        each = [size["edits"][name] for size in measured]
        rows.append(
            [title, *(f"{_seconds(e['served'])} ({e['of_full']:.1%}), {_seconds(e['answered'])}" for e in each)]
        )
    if any(size["watched"] is not None for size in measured):
        watched = [_seconds(size["watched"]) if size["watched"] is not None else "" for size in measured]
        rows.append(["`build --watch`: a record saved", *watched])
    head = ["current (of a full build), answered by a server", *(f"{size['articles']:,} articles" for size in measured)]
    return _table(head, rows)


def rivals(found: Found) -> str:
    """What other tools need to write the same quads."""
    compared = found["benchmarks"]["rivals.compare"]
    rows = [
        ["our map on one core: YAML, quotes, evidence checked", f"{_round(compared['map_quads_a_second'])}/s", "", ""],
        ["our build: all of it, until it is served", f"{_round(compared['build_quads_a_second'])}/s", "", ""],
    ]
    for each in compared["rivals"].values():
        rate = each["quads"] / each["seconds"]
        share = "" if each["all_quads"] else f" ({each['quads'] / compared['quads']:.0%} of the quads)"
        title = f"{each['title']}, {each['version']}{share}"
        rows.append([title, f"{_round(rate)}/s", f"{each['map_times']:.1f}", f"{each['build_times']:.1f}"])
    articles = f"{compared['articles']:,} articles, {compared['quads']:,} quads"
    return _table([articles, "quads a second", "our map is × as fast", "our build is × as fast"], rows)


def endpoint(found: Found) -> str:
    """The endpoint beside the native server."""
    measured = found["benchmarks"]["endpoint"]
    titles = {
        "oxigraph-serve-read-only": "native",
        "ours_uvicorn": "Rujukan, uvicorn (the default)",
        "ours_uvicorn_2-processes": "Rujukan, uvicorn, two serving processes",
        "ours_uvicorn_2-with-1-each": "Rujukan, uvicorn, two with one query process each",
        "ours_granian": "Rujukan, granian",
        "ours_granian_2-processes": "Rujukan, granian, two serving processes",
        "rdflib-endpoint": "rdflib-endpoint",
    }
    rows = []
    for name, title in titles.items():
        cells = [title]
        for kind in ("repeated", "fresh"):
            ratio = measured[f"{name}_{kind}_ratio"]
            share = "" if title == "native" else f", {ratio:.2f}" + (" of native" if name == "ours_uvicorn" else "")
            slow = measured.get(f"{name}_{kind}_p95_ms")
            within = f", p95 {slow:.1f} ms" if slow and kind == "repeated" else ""
            cells.append(f"{_round(measured[f'{name}_{kind}'])}/s{share}{within}")
        rows.append(cells)
    large = (
        f"\nAn answer of a million rows comes at {measured['large_ratio']:.2f} of the native bytes per second, "
        f"while the server grows by {measured['large_growth_mb']:.0f} MiB.\n"
    )
    return _table(["", "repeated questions", "never asked before"], rows) + large


def million(found: Found) -> str:
    """What a million quads cost in the largest corpus measured."""
    cost = _largest(found)
    each = cost["quads"] / 1e6
    rows = [
        ("map: records and texts to checked, sorted N-Quads, on one core", _seconds(cost["mapped"])),
        ("the store's `bulk_load` of them, all cores", _seconds(cost["load"] / each)),
        ("full build until it is served, all cores", _seconds(cost["served"] / each)),
        ("full build until all dumps are written", _seconds(cost["done"] / each)),
        ("N-Quads in shards", _bytes(cost["shards"] / each)),
        ("`kg.nq`", _bytes(cost["nquads"] / each)),
        ("the other dumps", _bytes(cost["dumps"] / each)),
        ("the store", _bytes(cost["store"] / each)),
        ("memory that a build grows by", _bytes(max(0.0, _slope(found)) * 1e6)),
    ]
    return _table([f"one million quads ({cost['articles']:,} articles measured)", ""], rows)


def plan(found: Found) -> str:
    """The plan for a hundred million quads: straight on from the largest corpus measured."""
    cost = _largest(found)
    times = PLAN * 1e6 / cost["quads"]
    loading = cost["load"] * times
    mapping = cost["mapped"] * PLAN
    # What a build does beside the longer of the two, as it was measured.
    overlapped = max(cost["mapped"] * cost["quads"] / 1e6 / found["machine"]["cores"], cost["load"])
    rest = max(0.0, cost["served"] - overlapped) * times
    rows = [
        [f"{cores}", *map(_duration, (mapping / cores, loading, rest, max(mapping / cores, loading) + rest))]
        for cores in CORES
    ]
    memory = cost["memory"] + max(0.0, _slope(found)) * (PLAN * 1e6 - cost["quads"])
    disk = (cost["shards"] + cost["store"]) * times
    lines = (
        f"\n{PLAN} million quads are about {_round(cost['articles'] * times)} articles of this kind: "
        f"{_bytes(disk)} on disk for shards and store, {_bytes(cost['nquads'] * times)} more for `kg.nq` and "
        f"{_bytes(cost['dumps'] * times)} for the other dumps; {_bytes(memory)} of memory where the build loads. "
        f"This is extrapolated, as a straight line, from {cost['quads']:,} quads.\n"
    )
    return (
        _table(["cores that map", "map", "load, on one machine", "rules, shapes and the rest", "in all"], rows) + lines
    )


def _largest(found: Found) -> Mapping[str, Any]:
    largest: Mapping[str, Any] = found["benchmarks"]["build"]["sizes"][-1]
    return largest


def _slope(found: Found) -> float:
    return float(found["benchmarks"]["build"]["memory_slope_bytes_a_quad"])


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _seconds(value: float) -> str:
    """Return a time with two digits that count.

    >>> [_seconds(each) for each in (0.0143, 0.42, 3.14, 27.8)]
    ['14 ms', '0.42 s', '3.1 s', '28 s']
    """
    if value < 0.1:
        return f"{value * 1000:.2g} ms"
    return f"{value:.2f} s" if value < 1 else f"{value:.1f} s" if value < 10 else f"{value:,.0f} s"


def _duration(seconds: float) -> str:
    """Return a long time in the unit that fits.

    >>> [_duration(each) for each in (12, 700, 9000)]
    ['12 s', '12 min', '2.5 h']
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _bytes(value: float) -> str:
    """Return a size in MB or GB, thousands of thousands.

    >>> [_bytes(each) for each in (1.2e6, 98e6, 23.5e9, 180e9)]
    ['1.2 MB', '98 MB', '23.5 GB', '180 GB']
    """
    size, unit = (value / 1e9, "GB") if value >= 1e9 else (value / 1e6, "MB")
    return f"{size:,.0f} {unit}" if size >= 50 else f"{size:,.1f} {unit}"


def _round(value: float) -> str:
    """Return a number with three digits that count.

    >>> [_round(each) for each in (4523, 21333, 544479)]
    ['4,520', '21,300', '544,000']
    """
    return f"{float(f'{value:.3g}'):,.0f}"


BLOCKS: Mapping[str, Callable[[Found], str]] = {
    each.__name__: each for each in (machine, own, sizes, edits, rivals, endpoint, million, plan)
}
