"""The engines of the contract, each started once for the run, and the server in front of each."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.contract.backends.differences import KNOWN
from tests.support.engines import oxigraph_binary, oxigraph_server, virtuoso_missing, virtuoso_server
from tests.support.release_fixture import TRIG, make_release, running

from kg_builder.build.run import build
from kg_builder.sources.project import load_project
from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

ENGINES = ("embedded", "oxigraph", "virtuoso")
MORE = r"""
id:terms ex:plain "plain" ; ex:empty "" ; ex:language "kata"@id ; ex:region "word"@en-GB ; ex:integer 7 ;
  ex:on "2024-02-29"^^xsd:date ; ex:odd "a\"b\\c\n\t'<&>{}" ; ex:wide "Ünïcödé 图书馆 😀" ;
  ex:far <https://example.org/ü?a=b&c=%20d#e> .
id:many a ex:List ; ex:item """ + ", ".join(f"id:item{number}" for number in range(60)) + " .\n"  # fmt: skip


@dataclass(frozen=True, slots=True)
class Served:
    """An engine with two releases: the small one of the tests, and the project's own."""

    engine: str
    process: int | None
    small: Settings
    project: Settings

    def serve(self, **others: object) -> Settings:
        """Settings of a server of its own before the small release."""
        return replace(self.small, workers=1, **others)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_release(tmp_path_factory.mktemp("contract") / "releases" / "cccc3333", TRIG + MORE, "cccc3333")


@pytest.fixture(scope="session")
def project_release(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    for folder in ("data", "ontology", "queries"):
        shutil.copytree(project_root / folder, root / folder, ignore=shutil.ignore_patterns("texts"))
    project = load_project(root)
    build(project, lambda _: None)
    return (project.build / "current").resolve()


@pytest.fixture(scope="session")
def start(
    small: Path, project_release: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Served]]:
    """Starts an engine the first time it is asked for."""
    with ExitStack() as stack:
        found: dict[str, Served] = {}

        def go(engine: str) -> Served:
            if engine not in found:
                found[engine] = _start(engine, small, project_release, stack, tmp_path_factory)
            return found[engine]

        yield go


def _start(
    engine: str, small: Path, project_release: Path, stack: ExitStack, folders: pytest.TempPathFactory
) -> Served:
    plain = Settings(workers=2, cache_mb=0)
    if engine == "embedded":
        return Served(engine, None, replace(plain, release=small), replace(plain, release=project_release))
    if engine == "oxigraph":
        if oxigraph_binary() is None:
            pytest.skip("the command oxigraph is not installed")
        first, process = stack.enter_context(oxigraph_server(small / "store"))
        second, _ = stack.enter_context(oxigraph_server(project_release / "store"))
        return Served(
            engine,
            process,
            replace(plain, release=small, backend=first),
            replace(plain, release=project_release, backend=second),
        )
    if missing := virtuoso_missing():
        pytest.skip(missing)
    dumps = {"urn:contract:small": small / "kg.nq", "urn:contract:project": project_release / "kg.nq"}
    url, process = stack.enter_context(virtuoso_server(folders.mktemp("virtuoso"), dumps))
    return Served(
        engine,
        process,
        replace(plain, release=small, backend=url, backend_default_graph="urn:contract:small"),
        replace(plain, release=project_release, backend=url, backend_default_graph="urn:contract:project"),
    )


@pytest.fixture(scope="session", params=ENGINES)
def served(request: pytest.FixtureRequest, start: Callable[[str], Served]) -> Served:
    return start(request.param)


@pytest.fixture(scope="session")
def engine_client(served: Served) -> Iterator[httpx.Client]:
    with running(served.small) as client:
        yield client


@pytest.fixture(scope="session")
def project_client(served: Served) -> Iterator[httpx.Client]:
    with running(served.project) as client:
        yield client


@pytest.fixture(scope="session")
def reference(start: Callable[[str], Served]) -> Iterator[httpx.Client]:
    """The embedded store with the project's own release, for comparison."""
    with running(start("embedded").project) as client:
        yield client


@pytest.fixture
def differs(request: pytest.FixtureRequest, served: Served) -> Callable[[str], None]:
    """Marks the rest of a test as expected to fail where the engine is known to differ in a case."""

    def mark(case: str) -> None:
        reason = KNOWN.get((served.engine, case))
        if reason:
            request.applymarker(
                pytest.mark.xfail(reason=f"{served.engine} {reason}", strict=True, raises=AssertionError)
            )

    return mark
