"""One release and one server for the whole run."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.release_fixture import make_release, running

from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("build") / "releases" / "aaaa1111")


@pytest.fixture(scope="session")
def client(release: Path) -> Iterator[httpx.Client]:
    with running(Settings(release=release)) as running_client:
        yield running_client


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]
