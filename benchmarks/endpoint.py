"""The endpoint beside the native Oxigraph server and rdflib-endpoint, on the same data, in the same run.

Small questions, repeated and never asked before, with limits, guard and log on; then an answer of a million rows.
`wrk` (Debian's package of that name) makes the load; without it there is nothing to measure with, and that is said.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
from benchmarks.common import copied_project, options, silent, tell

from kg_builder.build.run import build

SECONDS, CONNECTIONS = 3, 32
ROWS = 1_000_000
# Two serving processes with a query process each, both of which one client may use.
LEAN = {"processes": 2, "workers": 2, "spare": 0, "client_queries": 2}
OXIGRAPH = Path(sys.executable).parent / "oxigraph"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
PEOPLE = f"SELECT ?s ?label {{ ?s a <https://schema.org/Person> ; <{LABEL}> ?label }} LIMIT 5"
ALL = "SELECT ?s ?name { ?s <https://schema.org/name> ?name }"
# A filter with a number of its own makes each question a new one, and keeps it small.
SCRIPT = """
local n, path = %d, %s
if n > 0 then
  request = function()
    n = n + 1
    return wrk.format("GET", path .. "%%20%%23" .. string.format("%%d", n))
  end
end
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('\\n{"rate":%%f,"p95":%%f,"bad":%%d}\\n', summary.requests / summary.duration * 1e6,
    latency:percentile(95) / 1000, errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What a server did: questions a second, 95 of 100 within so many ms, processor time for one in microseconds."""

    rate: float
    p95_ms: float
    cpu_us: float


@dataclass(frozen=True, slots=True)
class Running:
    """A server: its process, and the address that a query is added to."""

    process: subprocess.Popen[bytes]
    address: str


def free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        return port


@contextmanager
def started(command: Sequence[str | Path], port: int, path: str) -> Iterator[Running]:
    process = subprocess.Popen(
        [str(each) for each in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)},
    )
    try:
        deadline = time.monotonic() + 60
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None or time.monotonic() > deadline:
                message = f"{command[0]} did not start"
                raise RuntimeError(message)
            time.sleep(0.05)
        yield Running(process, f"http://127.0.0.1:{port}{path}")
    finally:
        process.terminate()
        process.wait(30)


def native(store: Path) -> tuple[list[str | Path], int, str]:
    port = free_port()
    return [OXIGRAPH, "serve-read-only", "-l", store, "-b", f"127.0.0.1:{port}"], port, "/query"


def ours(release: Path, log: Path, **settings: object) -> tuple[list[str | Path], int, str]:
    port = free_port()
    # Everything is on but the budget, which one client that asks as fast as it can would use up.
    given = {"port": port, "log_file": log, "budget_seconds": 0, "client_queries": 0, **settings}
    flags = [part for name, value in given.items() for part in ("--" + name.replace("_", "-"), str(value))]
    return [sys.executable, "-m", "kg_server.run", release, *flags], port, "/sparql"


def rdflib_endpoint(dump: Path) -> tuple[list[str | Path], int, str]:
    port = free_port()
    code = (
        "import sys, rdflib, uvicorn; from rdflib_endpoint import SparqlEndpoint; graph = rdflib.Dataset();"
        " graph.parse(sys.argv[1], format='nquads');"
        " uvicorn.run(SparqlEndpoint(graph=graph), port=int(sys.argv[2]), log_level='critical')"
    )
    return [sys.executable, "-c", code, dump, str(port)], port, "/"


def processor_seconds(process: int) -> float:
    """Of a process and all that it started, as far as they live."""
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, ValueError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(fields[1])
                used[int(entry.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    family = {process}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(used.get(each, 0.0) for each in family)


def load(running: Running, script: Path, *, fresh: bool) -> Figures:
    path = "/" + running.address.split("/", 3)[3] + "?query=" + quote(PEOPLE)
    # No question of one run is one of another: the clock's milliseconds, and room for a million questions in each.
    seed = int(time.time() * 1000) % 10**8 * 10**6 if fresh else 0
    script.write_text(SCRIPT % (seed, json.dumps(path)))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-H", "Accept: application/sparql-results+json"]
    before = processor_seconds(running.process.pid)
    done = subprocess.run(
        [*command, "-s", str(script), running.address.rsplit(path.split("?")[0], 1)[0] + path],
        capture_output=True,
        text=True,
        check=True,
    )
    used = processor_seconds(running.process.pid) - before
    found: Mapping[str, float] = json.loads(done.stdout.rstrip().splitlines()[-1])
    if found["bad"]:
        message = f"{running.address} failed {found['bad']} times"
        raise RuntimeError(message)
    return Figures(found["rate"], found["p95"], used / (found["rate"] * SECONDS) * 1e6)


def resident_mb(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def fetch_all(running: Running) -> tuple[float, float, int]:
    """Return megabytes per second from asking to the last byte, the growth of the server in MiB, and the bytes."""
    host, _, rest = running.address.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=300)
    before, most, size, began = resident_mb(running.process.pid), 0.0, 0, time.perf_counter()
    connection.request("GET", f"/{rest}?query={quote(ALL)}", headers={"Accept": "application/sparql-results+json"})
    response = connection.getresponse()
    while piece := response.read(1 << 20):
        size += len(piece)
        most = max(most, resident_mb(running.process.pid))
    took = time.perf_counter() - began
    connection.close()
    return size / took / 1e6, most - before, size


def large_release(folder: Path) -> Path:
    """Make a release of a million statements, with nothing else in it."""
    release = folder / "large"
    release.mkdir()
    lines = folder / "large.nt"
    with lines.open("w") as out:
        for number in range(ROWS):
            out.write(f'<https://example.org/{number}> <https://schema.org/name> "Event {number} of a series"@en .\n')
    store = ox.Store(str(release / "store"))
    store.bulk_load(path=str(lines), format=ox.RdfFormat.N_TRIPLES)
    store.flush()
    manifest = {
        "format": 1, "release": "large", "built": "2025-01-01T00:00:00Z", "title": "A million", "base": "https://example.org/",
        "prefixes": {}, "license": "", "counts": {"quads": ROWS}, "dumps": {},
    }  # fmt: skip
    (release / "manifest.json").write_text(json.dumps(manifest))
    return release


def main() -> None:
    arguments = options(__doc__ or "")
    if shutil.which("wrk") is None or sys.platform != "linux":
        tell({}, ["skipped: the load is made with wrk, on Linux (apt-get install wrk)"], as_json=arguments.json)
        return
    with tempfile.TemporaryDirectory() as scratch, copied_project() as project:
        folder = Path(scratch)
        script, log = folder / "load.lua", folder / "access.log"
        build(project, silent)
        release = (project.build / "current").resolve()
        servers = {
            "oxigraph serve-read-only": native(release / "store"),
            "ours, uvicorn": ours(release, log),
            "ours, granian": ours(release, log, server="granian"),
            "ours, uvicorn, 1 query process": ours(release, log, workers=1, spare=0),
            "ours, granian, 2 query processes": ours(release, log, server="granian", workers=2),
            "ours, uvicorn, 2 processes": ours(release, log, processes=2),
            "ours, granian, 2 processes": ours(release, log, server="granian", processes=2),
            "ours, uvicorn, 2 with 1 each": ours(release, log, **LEAN),
            "ours, granian, 2 with 1 each": ours(release, log, server="granian", **LEAN),
            "rdflib-endpoint": rdflib_endpoint(release / "kg.nq"),
        }
        found: dict[str, tuple[Figures, Figures]] = {}
        for name, server in servers.items():
            with started(*server) as running:
                load(running, script, fresh=False)
                # Runs in between other work of the machine are outvoted.
                turns = [
                    (load(running, script, fresh=False), load(running, script, fresh=True))
                    for _ in range(min(3, arguments.runs))
                ]
                found[name] = _middle([turn[0] for turn in turns]), _middle([turn[1] for turn in turns])
        large = large_release(folder)
        with started(*native(large / "store")) as running:
            native_speed, _, size = fetch_all(running)
        with started(*ours(large, log, max_answer_bytes=1 << 30, cache_mb=64)) as running:
            speed, growth, our_size = fetch_all(running)
    if size != our_size:
        message = f"the answers differ: {size} and {our_size} bytes"
        raise RuntimeError(message)
    _report(found, speed, native_speed, growth, as_json=arguments.json)


def _middle(turns: Sequence[Figures]) -> Figures:
    rate = statistics.median_low([each.rate for each in turns])
    return next(each for each in turns if each.rate == rate)


def _report(
    found: Mapping[str, tuple[Figures, Figures]], speed: float, native_speed: float, growth: float, *, as_json: bool
) -> None:
    base = found["oxigraph serve-read-only"]
    result: dict[str, float | int | bool] = {}
    lines = [
        f"{CONNECTIONS} connections, {SECONDS} s, median of runs, load generator on the same {os.cpu_count()} cores",
        f"{'':34}{'repeated':>29}{'never asked before':>31}",
        f"{'':34}" + f"{'req/s':>9}{'ratio':>7}{'p95 ms':>7}{'cpu us':>8}" * 2,
    ]
    for name, figures in found.items():
        row = f"{name:34}"
        for kind, each, rival in zip(("repeated", "fresh"), figures, base, strict=True):
            row += f"{each.rate:9,.0f}{each.rate / rival.rate:7.2f}{each.p95_ms:7.2f}{each.cpu_us:8.0f}"
            key = f"{name.replace(', ', '_').replace(' ', '-')}_{kind}"
            result |= {key: each.rate, f"{key}_ratio": each.rate / rival.rate, f"{key}_p95_ms": each.p95_ms}
        lines.append(row)
    result |= {"large_ratio": speed / native_speed, "large_mb_per_s": speed, "large_growth_mb": growth}
    lines.append(
        f"a million rows: {speed:.1f} MB/s, native {native_speed:.1f}, ratio {speed / native_speed:.2f};"
        f" the server grew by {growth:.0f} MiB"
    )
    tell(result, lines, as_json=as_json)


if __name__ == "__main__":
    main()
