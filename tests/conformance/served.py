"""One server for a whole run, whose release is another one whenever a test needs other data."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyoxigraph as ox
from tests.conformance.manifests import WEB, Data
from tests.support.release_fixture import running

from kg_server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import httpx2 as httpx


@dataclass(slots=True)
class Served:
    """The server's client, and the folder in which releases take turns."""

    folder: Path
    client: httpx.Client | None = None
    made: dict[tuple[object, ...], Path] = field(default_factory=dict)
    now: Path | None = None

    def with_data(self, data: Data, base: str = WEB) -> httpx.Client:
        """Serve files of the suites."""
        place = (data, base)
        if place not in self.made:
            self.made[place] = self._make(base, _quads(data))
        return self._serve(self.made[place])

    def with_quads(self, quads: Iterable[ox.Quad]) -> httpx.Client:
        return self._serve(self._make(WEB, quads))

    def _make(self, base: str, quads: Iterable[ox.Quad]) -> Path:
        name = f"{len(list(self.folder.iterdir())):05d}"
        release = self.folder / name
        release.mkdir()
        store = ox.Store(str(release / "store"))
        store.extend(quads)
        graphs = {
            graph.value: len(list(store.quads_for_pattern(None, None, None, graph)))
            for graph in store.named_graphs()
            if isinstance(graph, ox.NamedNode)
        }
        manifest = {
            "format": 1, "release": name, "built": "2025-01-02T03:04:05Z", "title": {"en": "Conformance"}, "base": base,
            "prefixes": {}, "counts": {"quads": len(store), "graphs": graphs}, "dumps": {},
        }  # fmt: skip
        (release / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        (release / "queries.json").write_text("[]", "utf-8")
        return release

    def _serve(self, release: Path) -> httpx.Client:
        if self.now != release:
            moving, current = self.folder.parent / "moving", self.folder.parent / "current"
            moving.symlink_to(release)
            moving.rename(current)
            self.now = release
            assert self.client is not None
            # Who has just been asked looks again a moment later only.
            while self.client.get("/manifest.json").json()["release"] != release.name:
                pass
        assert self.client is not None
        return self.client


def _quads(data: Data) -> Iterator[ox.Quad]:
    parts = [(None, path) for path in data.default] + list(data.named)
    for name, path in parts:
        form = ox.RdfFormat.from_extension(path.suffix[1:])
        assert form is not None, path
        base = WEB + path.relative_to(path.parents[2]).as_posix()
        for quad in ox.parse(path.read_bytes(), format=form, base_iri=base, rename_blank_nodes=True):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(name)) if name else quad


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """The real server on the loopback address, with an empty graph to begin with."""
    releases = folder / "releases"
    releases.mkdir(parents=True)
    served = Served(releases)
    first = served._make(WEB, ())
    (folder / "current").symlink_to(first)
    with running(Settings(release=folder / "current", workers=1, spare=0)) as client:
        served.client, served.now = client, first
        yield served
