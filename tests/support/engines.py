"""Real engines on loopback, each started once, loaded with the releases under test, and stopped whatever happens."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
from tests.support.release_fixture import wait_until

_START_SECONDS = 60
VIRTUOSO_MAX_ROWS = 1000
_INI = """
[Database]
DatabaseFile = engine.db
ErrorLogFile = engine.log
LockFile = engine.lck
TransactionFile = engine.trx
xa_persistent_file = engine.pxa
FileExtend = 20
[TempDatabase]
DatabaseFile = temporary.db
TransactionFile = temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
CaseMode = 2
DirsAllowed = .
NumberOfBuffers = 4000
MaxDirtyBuffers = 2000
ThreadsPerQuery = 1
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
ServerThreads = 16
MaxKeepAlives = 16
KeepAliveTimeout = 30
HTTPProxyEnabled = 0
Charset = UTF-8
[SPARQL]
ResultSetMaxRows = {rows}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def oxigraph_binary() -> Path | None:
    beside = Path(sys.executable).with_name("oxigraph")
    found = str(beside) if beside.is_file() else shutil.which("oxigraph")
    return Path(found) if found else None


def virtuoso_missing() -> str | None:
    """Why no Virtuoso can be started, None when it can."""
    missing = [each for each in ("virtuoso-t", "isql-vt") if shutil.which(each) is None]
    return f"{' and '.join(missing)} not installed (apt-get install virtuoso-opensource)" if missing else None


@contextmanager
def oxigraph_server(store: Path) -> Iterator[tuple[str, int]]:
    """The address of its endpoint and its process id."""
    binary, port = oxigraph_binary(), free_port()
    assert binary is not None
    # Otherwise it computes on for clients that have gone, and takes a core from every test after that.
    command = [
        str(binary),
        "serve-read-only",
        "--location",
        str(store),
        "--bind",
        f"127.0.0.1:{port}",
        "--timeout-s",
        "5",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/query"
        wait_until(lambda: answers(url), _START_SECONDS)
        yield url, process.pid
    finally:
        process.kill()
        process.wait()


@contextmanager
def virtuoso_server(folder: Path, dumps: Mapping[str, Path]) -> Iterator[tuple[str, int]]:
    """The address of its endpoint and its process id.

    Args:
        folder: empty; its database is made here.
        dumps: N-Quads by the graph that takes their default graph.
    """
    sql, http = free_port(), free_port()
    (folder / "engine.ini").write_text(_INI.format(sql=sql, http=http, rows=VIRTUOSO_MAX_ROWS), "utf-8")
    process = subprocess.Popen(
        ["virtuoso-t", "+foreground", "+configfile", "engine.ini"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{http}/sparql"
        wait_until(lambda: answers(url), _START_SECONDS)
        for number, (graph, dump) in enumerate(dumps.items()):
            shutil.copy(dump, folder / f"{number}.nq")
            # 512 reads N-Quads; the graph is for the triples that name none.
            load = f"DB.DBA.TTLP_MT(file_to_string_output('{number}.nq'), '', '{graph}', 512); checkpoint;"
            subprocess.run(
                ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"EXEC={load}"],
                cwd=folder,
                check=True,
                capture_output=True,
                timeout=_START_SECONDS,
            )
        yield url, process.pid
    finally:
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, params={"query": "ASK {}"}, timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def processor_seconds(process: int) -> float:
    """Processor time that a process has used, all threads."""
    after_name = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
