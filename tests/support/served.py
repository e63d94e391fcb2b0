"""The server as a process of its own, started as its users start it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx


@dataclass(frozen=True, slots=True)
class Served:
    """A running server: its process and its address, without a slash at its end."""

    process: subprocess.Popen[str]
    url: str

    def get(self, path: str, **params: str) -> httpx.Response:
        """Ask on a connection of its own."""
        return httpx.get(self.url + path, params=params, timeout=30)

    def ask(self, query: str) -> httpx.Response:
        return self.get("/sparql", query=query)

    def health(self) -> dict[str, object]:
        document: dict[str, object] = self.get("/health").json()
        return document


def command(release: Path, **settings: object) -> list[str]:
    options = [part for name, value in settings.items() for part in ("--" + name.replace("_", "-"), str(value))]
    return [sys.executable, "-m", "kg_server.run", str(release), "--port", "0", *options]


@contextmanager
def served(arguments: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Start a command that starts the server; what it says of errors goes into a file."""
    paths = os.pathsep.join(path for path in sys.path if path)
    with (
        log.open("a") as errors,
        subprocess.Popen(
            arguments,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONPATH": paths, **(environment or {})},
        ) as process,
    ):
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert " at " in first, f"{first}{log.read_text('utf-8', 'replace')}"
            yield Served(process, first.split(" at ")[1].split()[0].rstrip("/"))
        finally:
            process.kill()
