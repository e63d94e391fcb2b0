"""All benchmarks, one after the other, as one report: `build/bench/report.txt` for people, `report.json` for programs.

Each runs in a process of its own with ``--json``; what it says to people is printed as it comes. ``--publish`` puts
the figures into the documentation.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from benchmarks.common import ROOT
from benchmarks.figures import publish

OUT = ROOT / "build/bench"
FIRST = ("build", "incremental", "rivals.compare")
"""What is measured first; the others follow by name."""
PACKAGES = ("rujukan", "pyoxigraph", "rdflib", "shacl", "pyyaml")
_TELLS = "\n    tell("


def benchmarks() -> list[str]:
    """Return the names of all benchmarks: the modules here that tell a result."""
    folder = Path(__file__).parent
    names = [
        ".".join(path.relative_to(folder).with_suffix("").parts)
        for path in sorted(folder.rglob("*.py"))
        if _TELLS in path.read_text("utf-8")
    ]
    return [*(name for name in FIRST if name in names), *(name for name in names if name not in FIRST)]


def machine() -> dict[str, object]:
    """Return what the figures depend on; nothing that names the machine."""
    return {
        "cores": os.cpu_count() or 1,
        "processor": _processor(),
        "memory": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": platform.system(),
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in PACKAGES},
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, "") or platform.machine()


def arguments(name: str, asked: argparse.Namespace) -> Iterator[str]:
    """Yield the options of a benchmark, of those asked for that it knows."""
    source = (Path(__file__).parent / (name.replace(".", "/") + ".py")).read_text("utf-8")
    yield "--json"
    if asked.quick and '"--quick"' in source:
        yield "--quick"
    elif asked.sizes and '"--sizes"' in source:
        yield from ("--sizes", *map(str, asked.sizes))
    if asked.runs and not asked.quick and ('"--runs"' in source or "options(" in source):
        yield from ("--runs", str(asked.runs))


def run(name: str, options: Sequence[str]) -> tuple[object, str]:
    """Run a benchmark; return its result, and what it told people.

    Raises:
        CalledProcessError: it failed; what it said was printed.
    """
    paths = os.pathsep.join(each for each in sys.path if each)
    with subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{name}", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    ) as process:
        output, told = process.communicate()
    sys.stdout.write(told)
    sys.stdout.flush()
    # One that keeps a limit ends with 1 where it does not, and tells its figures all the same.
    if process.returncode and not output.strip():
        raise subprocess.CalledProcessError(process.returncode, f"benchmarks.{name}")
    return json.loads(output), told


def main() -> int:
    """Run them; return 1 where one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", nargs="*", choices=benchmarks(), help="some of them; the last report keeps the others"
    )
    parser.add_argument("--sizes", type=int, nargs="+", help="articles of the corpora, for all that have sizes")
    parser.add_argument("--runs", type=int, help="how often each thing is measured")
    parser.add_argument("--quick", action="store_true", help="those on builds alone, at their smallest sizes: a minute")
    parser.add_argument("--publish", action="store_true", help="write the figures into README.md and docs/")
    asked = parser.parse_args()
    report, texts, failed = OUT / "report.json", [], []
    former = json.loads(report.read_text("utf-8")) if report.is_file() and asked.only is not None else {}
    found: dict[str, object] = dict(former.get("benchmarks", {}))
    names = asked.only if asked.only is not None else _quick() if asked.quick else benchmarks()
    for name in names:
        print(f"== {name}", flush=True)
        try:
            found[name], told = run(name, list(arguments(name, asked)))
        except (subprocess.CalledProcessError, json.JSONDecodeError) as error:
            failed.append(name)
            told = f"failed: {error}\n"
            print(told)
        texts.append(f"== {name}\n{told}")
    quick = asked.quick if names else former.get("quick", False)
    result = {"machine": machine(), "quick": quick, "benchmarks": found}
    OUT.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    (OUT / "report.txt").write_text(json.dumps(machine(), indent=1) + "\n" + "\n".join(texts), "utf-8")
    if asked.publish:
        publish(result)
    print(f"Report: {OUT.relative_to(ROOT)}/report.txt and report.json" + (f"; failed: {failed}" if failed else ""))
    return 1 if failed else 0


def _quick() -> list[str]:
    folder = Path(__file__).parent
    return [
        name for name in benchmarks() if '"--quick"' in (folder / (name.replace(".", "/") + ".py")).read_text("utf-8")
    ]


if __name__ == "__main__":
    sys.exit(main())
