"""Other tools that write the same quads from the same data, beside our map and our whole build, on the same corpus.

Each rival is given what a release holds, derived facts included, as ready-made nodes in the form that it reads best,
and only writes it as N-Quads. Our map starts from YAML records and texts, and checks each quote and the shapes of the
evidence; our build adds rules, shapes, the store and the dumps. What a rival wrote is compared, quad by quad.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.apart import measured, watched
from benchmarks.common import tell
from benchmarks.corpus import make_corpus
from benchmarks.rivals.environment import HERE, UnavailableError, python_of
from benchmarks.rivals.export import Named, Table, lines, read, write_csv, write_json
from benchmarks.rivals.linkml_schema import write_linkml
from benchmarks.rivals.rml import mapping

from kg_builder.release.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Rival:
    """A tool to compare with.

    Attributes:
        title: as people know it.
        program: the file here that runs it.
        write: writes its input into a folder.
        environment: the name of its pins, where the project's own environment does not have it.
        left_out: what it cannot express, and so does not write.
    """

    title: str
    program: str
    write: Callable[[list[Table], list[Named], Path], None]
    environment: str = ""
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What a rival did: distinct quads of ours that it wrote, in so many seconds, with so many bytes at its peak."""

    version: str
    quads: int
    seconds: float
    memory: int
    all_quads: bool
    left_out: str

    @property
    def rate(self) -> float:
        """Quads a second."""
        return self.quads / self.seconds


def _rml(tables: list[Table], named: list[Named], folder: Path) -> None:
    (folder / "mapping.rml.ttl").write_text(mapping(write_csv(tables, named, folder), folder), "utf-8")


def _instances(tables: list[Table], _: list[Named], folder: Path) -> None:
    write_linkml(tables, folder)


RIVALS = {
    "rdflib": Rival("rdflib, Dataset and its N-Quads serializer", "plain_rdflib.py", write_json),
    "morph-kgc": Rival("Morph-KGC, RML over CSV", "morph_kgc_rml.py", _rml, "morph-kgc"),
    "linkml": Rival(
        "LinkML, RDFLibDumper",
        "linkml_dumper.py",
        _instances,
        "linkml",
        "quads of named graphs, and literals with a language",
    ),
}


def run(rival: Rival, tables: list[Table], named: list[Named], wanted: set[str], folder: Path) -> Result:
    """Run a rival and compare what it wrote with the quads wanted.

    Raises:
        UnavailableError: it cannot be installed.
        CalledProcessError: it failed.
        AssertionError: it wrote something else than it was given.
    """
    python = python_of(rival.environment) if rival.environment else Path(sys.executable)
    rival.write(tables, named, folder)
    out = folder / "out.nq"
    output, memory = watched([str(python), str(HERE / rival.program), str(folder), str(out)], {"PYTHONPATH": ""})
    told = json.loads(output.splitlines()[-1])
    written = set(lines(out))
    wrong, missing = written - wanted, wanted - written
    assert not wrong, f"{rival.title} wrote {len(wrong)} other quads, such as {min(wrong)}"
    assert rival.left_out or not missing, f"{rival.title} left out {len(missing)} quads, such as {min(missing)}"
    return Result(told["version"], len(written), told["seconds"], memory, not missing, rival.left_out)


def compare(articles: int, names: Sequence[str]) -> tuple[dict[str, object], list[str]]:
    """Return the result and the lines for people."""
    with tempfile.TemporaryDirectory() as scratch:
        corpus = Path(scratch) / "corpus"
        make_corpus(corpus, articles)
        built, mapped = measured("build", corpus), measured("map", corpus)
        quads = Manifest.read((corpus / "build/current").resolve()).counts.quads
        tables, named = read(corpus / "build/current/kg.nq")
        wanted = set(lines(corpus / "build/current/kg.nq"))
        map_rate, build_rate = mapped["quads"] / mapped["seconds"], quads / built["served"]
        told = [
            f"{articles:,} articles, {quads:,} quads{'':24} quads   quads/s    memory  our map is  our build is",
            _row("our map, one core", int(mapped["quads"]), map_rate, mapped["memory"]),
            _row("our whole build, until it is served", quads, build_rate, built["memory"]),
        ]
        found: dict[str, object] = {}
        for name in names:
            rival, folder = RIVALS[name], Path(scratch) / name
            folder.mkdir()
            try:
                result = run(rival, tables, named, wanted, folder)
            except (UnavailableError, subprocess.CalledProcessError) as error:
                told.append(f"{rival.title:42}  left out: {error}")
                continue
            times, build_times = map_rate / result.rate, build_rate / result.rate
            found[name] = {"title": rival.title, **asdict(result), "map_times": times, "build_times": build_times}
            told.append(
                _row(rival.title, result.quads, result.rate, result.memory) + f"{times:10.1f} x{build_times:12.1f} x"
            )
            if result.left_out:
                told.append(f"  (it cannot express {result.left_out})")
    ours = {"map_quads_a_second": map_rate, "build_quads_a_second": build_rate}
    return {"articles": articles, "quads": quads, **ours, "rivals": found}, told


def _row(title: str, quads: int, rate: float, memory: float) -> str:
    return f"{title:42}{quads:12,}{rate:10,.0f}{memory / 2**20:6,.0f} MiB"


def main() -> None:
    """Print a table of all rivals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--articles", type=int, default=100, help="how large the corpus is (default: %(default)s)")
    parser.add_argument("--rivals", nargs="*", choices=list(RIVALS), default=list(RIVALS), help="some of them")
    parser.add_argument("--quick", action="store_true", help="5 articles, and plain rdflib alone")
    asked = parser.parse_args()
    result, told = compare(*((5, ["rdflib"]) if asked.quick else (asked.articles, asked.rivals)))
    tell(result, told, as_json=asked.json)


if __name__ == "__main__":
    main()
