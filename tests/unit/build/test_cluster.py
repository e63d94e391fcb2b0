"""Two workers of another engine give the bytes of this process, whatever becomes of them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support import held, museum
from tests.support.cluster import Cluster, scheduler
from tests.support.ftp import served
from tests.support.mapped import Corpus, files, in_order

import kg_builder
from kg_builder.build.engine_dask import DaskEngine
from kg_builder.build.mapping import Mapped
from kg_builder.cli.main import main
from kg_builder.errors import ReleaseError

FIRST = "000000_000"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    with scheduler(folder) as started:
        yield started


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    folder = tmp_path / "orders"
    folder.mkdir()
    held.preload(folder)
    return folder


def obedient(cluster: Cluster, orders: Path, number: int) -> None:
    for _ in range(number):
        cluster.worker("--preload", str(orders / "preload.py"))


@contextmanager
def building(engine: DaskEngine, corpus: Corpus, out: Path) -> Iterator[Future[list[Mapped]]]:
    """Run the map beside the test."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(lambda: in_order(engine.run(corpus.context, corpus.tasks(out))))


def in_storage(storage: Path, folder: str) -> list[str]:
    return [path.name for path in (storage / "build/engine" / folder).iterdir()]


def test_two_workers_give_the_same_bytes_through_a_shared_folder_and_another(
    cluster: Cluster, corpus: Corpus, tmp_path: Path
) -> None:
    cluster.worker()
    cluster.worker()
    root = corpus.project.root
    corpus.assert_same(DaskEngine(cluster.address, root.as_uri()), tmp_path / "one")
    assert in_storage(root, "runs") == []
    assert not (root / "build/engine/inputs").exists(), "the workers see the project's own files"
    other = tmp_path / "other"
    corpus.assert_same(DaskEngine(cluster.address, other.as_uri()), tmp_path / "two")
    assert in_storage(other, "runs") == []
    put = sorted((other / "build/engine/inputs").iterdir())
    assert len(put) == 2 * len(corpus.mapped)
    times = [path.stat().st_mtime_ns for path in put]
    corpus.assert_same(DaskEngine(cluster.address, other.as_uri()), tmp_path / "three")
    assert [path.stat().st_mtime_ns for path in sorted((other / "build/engine/inputs").iterdir())] == times


def test_a_build_by_a_cluster_is_the_same_release(
    cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster.worker()
    made = []
    for name, how in (("here", ()), ("there", ("--engine", f"dask:{cluster.address}", "--storage", str(tmp_path)))):
        museum.write(tmp_path / name)
        assert main(["--project", str(tmp_path / name), "build", "--json", *how]) == 0
        release = tmp_path / name / "build/current"
        made.append((json.loads(capsys.readouterr().out)["release"], files(release / "shards")))
    assert made[0] == made[1]
    assert in_storage(tmp_path, "runs") == []


def test_a_worker_killed_in_the_middle_changes_nothing(
    cluster: Cluster, corpus: Corpus, orders: Path, tmp_path: Path
) -> None:
    obedient(cluster, orders, 2)
    order = held.order(orders, FIRST, held.HOLD)
    out = tmp_path / "out"
    with building(DaskEngine(cluster.address, tmp_path.as_uri()), corpus, out) as built:
        [worker] = held.held(orders)
        assert not (out / f"{FIRST}.nq").exists()
        assert any(name.endswith(".part") for name in half_written(tmp_path)), "it is in the middle of a shard"
        order.unlink()
        os.kill(worker, signal.SIGKILL)
        assert built.result() == corpus.mapped
    assert files(out) == corpus.shards
    assert in_storage(tmp_path, "runs") == []


def half_written(storage: Path) -> list[str]:
    return [path.name for path in (storage / "build/engine/runs").rglob("*.part")]


def test_another_worker_takes_over_when_all_were_killed(
    cluster: Cluster, corpus: Corpus, orders: Path, tmp_path: Path
) -> None:
    obedient(cluster, orders, 2)
    articles = [held.order(orders, mapped.article, held.HOLD) for mapped in corpus.mapped]
    out = tmp_path / "out"
    with building(DaskEngine(cluster.address, tmp_path.as_uri()), corpus, out) as built:
        for worker in held.held(orders, 2):
            os.kill(worker, signal.SIGKILL)
        for order in articles:
            order.unlink()
        cluster.worker()
        assert built.result() == corpus.mapped
    assert files(out) == corpus.shards


def test_without_any_worker_left_the_build_gives_up_with_nothing_half_written(
    cluster: Cluster, corpus: Corpus, orders: Path, tmp_path: Path
) -> None:
    obedient(cluster, orders, 2)
    for mapped in corpus.mapped[4:]:
        held.order(orders, mapped.article, held.HOLD)
    out = tmp_path / "out"
    with building(DaskEngine(cluster.address, tmp_path.as_uri(), patience=3), corpus, out) as built:
        for worker in held.held(orders, 2):
            os.kill(worker, signal.SIGKILL)
        with pytest.raises(ReleaseError, match="no worker is left, and none came in 3 s"):
            built.result()
    assert files(out).items() <= corpus.shards.items()
    assert in_storage(tmp_path, "runs") == []


def test_the_scheduler_killed_in_the_middle_is_an_error(
    cluster: Cluster, corpus: Corpus, orders: Path, tmp_path: Path
) -> None:
    obedient(cluster, orders, 1)
    held.order(orders, FIRST, held.HOLD)
    out = tmp_path / "out"
    with building(DaskEngine(cluster.address, tmp_path.as_uri(), patience=3), corpus, out) as built:
        held.held(orders)
        cluster.processes[0].kill()
        with pytest.raises(ReleaseError, match="scheduler"):
            built.result()
    assert files(out).items() <= corpus.shards.items()
    assert in_storage(tmp_path, "runs") == []


def test_an_article_that_ends_its_workers_is_named_and_no_other(
    corpus: Corpus, orders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dask

    held.order(orders, FIRST, held.END)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    # Workers that are started for the build come again, so that only the number of deaths ends it.
    with dask.config.set({"distributed.worker.preload": [str(orders / "preload.py")]}):
        run = DaskEngine(2, tmp_path.as_uri()).run(corpus.context, corpus.tasks(tmp_path / "out"))
        done: list[Mapped] = []
        with pytest.raises(ReleaseError, match=f"«{FIRST}» ended each worker"):
            done.extend(run)
    assert FIRST not in {mapped.article for mapped in done}
    assert done, "the others are mapped all the same"
    assert files(tmp_path / "out").items() <= corpus.shards.items()


def test_a_worker_with_another_builder_refuses(cluster: Cluster, corpus: Corpus, tmp_path: Path) -> None:
    source = tmp_path / "src"
    shutil.copytree(Path(kg_builder.__file__).parent, source / "kg_builder")
    with (source / "kg_builder/ids.py").open("a") as file:
        file.write("# newer\n")
    cluster.worker(source=source)
    engine = DaskEngine(cluster.address, tmp_path.as_uri())
    with pytest.raises(ReleaseError, match=r"has another builder \(code \w{16}, not \w{16}\): install the same"):
        list(engine.run(corpus.context, corpus.tasks(tmp_path / "out")))
    assert files(tmp_path / "out") == {}


def test_a_worker_without_the_builder_is_told(cluster: Cluster, corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "src/kg_builder").mkdir(parents=True)
    (tmp_path / "src/kg_builder/__init__.py").touch()
    cluster.worker(source=tmp_path / "src")
    engine = DaskEngine(cluster.address, tmp_path.as_uri())
    with pytest.raises(ReleaseError, match=r"no builder, or an old one, at tcp://127\.0\.0\.1:"):
        list(engine.run(corpus.context, corpus.tasks(tmp_path / "out")))


def test_a_storage_that_workers_do_not_see_is_told(cluster: Cluster, corpus: Corpus, tmp_path: Path) -> None:
    cluster.worker()
    engine = DaskEngine(cluster.address, "memory://kg")
    with pytest.raises(ReleaseError, match=r"FileNotFoundError: .*does each worker reach memory://kg\?"):
        list(engine.run(corpus.context, corpus.tasks(tmp_path / "out")))


def test_the_storage_may_be_a_server(cluster: Cluster, corpus: Corpus, tmp_path: Path) -> None:
    cluster.worker()
    cluster.worker()
    folder = tmp_path / "served"
    folder.mkdir()
    with served(folder) as url:
        corpus.assert_same(DaskEngine(cluster.address, f"{url}/kg"), tmp_path / "out")
    assert len(in_storage(folder / "kg", "inputs")) == 2 * len(corpus.mapped)
    assert in_storage(folder / "kg", "runs") == []


def test_without_a_scheduler_it_says_how_to_start_one(corpus: Corpus, tmp_path: Path) -> None:
    engine = DaskEngine("tcp://127.0.0.1:9", tmp_path.as_uri(), patience=1)
    with pytest.raises(ReleaseError, match="start them with `dask scheduler`"):
        list(engine.run(corpus.context, corpus.tasks(tmp_path / "out")))
