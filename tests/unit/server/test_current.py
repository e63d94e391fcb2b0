"""The server goes over to what a build made, also where the build renewed a release under its own id."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import cast

from tests.support import museum as m

from kg_builder.build.run import Options, build
from kg_server.backends.base import Backend
from kg_server.describe.current import Current
from kg_server.describe.release import Manifest


def no_backend(_: Path, __: Manifest) -> Backend:
    return cast("Backend", None)


def test_a_release_renewed_under_its_id_is_picked_up(tmp_path: Path) -> None:
    project = m.write(tmp_path)
    first = build(project, lambda _: None).release

    async def follow() -> None:
        current = Current(project.build / "current", no_backend)
        before = await current.get()
        assert await current.get() is before
        (first.path / "queries.json").write_text("damaged", "utf-8")
        assert build(project, lambda _: None, Options(force=True)).release.id == first.id
        after = await current.get()
        assert after is not before
        assert after.queries.keys() == before.queries.keys()
        for dump in after.manifest.dumps:
            assert hashlib.sha256((after.folder / dump.name).read_bytes()).hexdigest() == dump.sha256

    asyncio.run(follow())
