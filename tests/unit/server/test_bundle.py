"""The script that bundles: what it looks at, where it finds Node, and what it says when it cannot go on."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]
WEB = ROOT / "server/web"


@pytest.fixture(scope="module")
def bundle() -> ModuleType:
    """The script, as hatchling loads it: by its path."""
    spec = spec_from_file_location("bundle_script", WEB / "bundle.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> tuple[Path, Path]:
    """A copy of what is bundled, and where the bundles go."""
    web = tmp_path / "web"
    shutil.copytree(WEB, web, ignore=shutil.ignore_patterns("node_modules"))
    return web, tmp_path / "static"


def command(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_what_is_packed_holds_the_bundles(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made = {f"server/kg_server/static/{path.name}" for path in (ROOT / "server/kg_server/static").iterdir()}
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        assert {f"server/{name}" for name in wheel.namelist()} >= made
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    # From these bundles and sources a wheel is made without Node.
    assert names >= made | {"server/web/bundle.py", "server/web/package-lock.json", "server/web/src/site.ts"}
    assert not any("node_modules" in name or name.startswith(("data/texts", ".ci")) for name in names)


def test_every_source_counts(bundle: ModuleType, checkout: tuple[Path, Path]) -> None:
    web, _ = checkout
    seen = {bundle.digest(web)}
    for name in ("src/site.ts", "styles/tokens.css", "assets/icon.svg", "build.mjs", "package-lock.json"):
        path = web / name
        path.write_text(path.read_text("utf-8") + "\n", "utf-8")
        seen.add(bundle.digest(web))
    (web / "src/site.ts").rename(web / "src/page.ts")
    seen.add(bundle.digest(web))
    assert len(seen) == 7
    before = bundle.digest(web)
    (web / "biome.json").write_text("{}")
    (web / "node_modules").mkdir()
    (web / "node_modules/x.js").write_text("x")
    assert bundle.digest(web) == before


def test_nothing_is_done_twice(
    bundle: ModuleType, checkout: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    web, static = checkout
    static.mkdir()
    (static / "manifest.json").write_text(json.dumps({"inputs": bundle.digest(web)}))
    monkeypatch.setenv("PATH", "")
    assert bundle.bundle(web, static) is False


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"inputs": "x"}'])
def test_what_is_not_whole_is_made_again(bundle: ModuleType, checkout: tuple[Path, Path], content: str) -> None:
    web, static = checkout
    assert not bundle.is_built(static, bundle.digest(web))
    static.mkdir()
    (static / "manifest.json").write_text(content)
    assert not bundle.is_built(static, bundle.digest(web))


def test_an_old_node_is_passed_over(bundle: ModuleType, tmp_path: Path) -> None:
    command(tmp_path, "npm", "exit 0")
    command(tmp_path, "node", "echo v18.20.0")
    found = bundle.find_node(str(tmp_path))
    assert found is None or found.node != str(tmp_path / "node")
    command(tmp_path, "node", "echo v20.0.0")
    assert bundle.find_node(str(tmp_path)) == (str(tmp_path / "node"), (str(tmp_path / "npm"),))


def test_without_node_it_says_where_to_get_it(
    bundle: ModuleType, checkout: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(sys.modules["sysconfig"], "get_path", lambda _: str(tmp_path / "empty"))
    with pytest.raises(bundle.BundleError, match=r"Node\.js 20 or newer.*requirements/node\.txt"):
        bundle.bundle(*checkout)
    assert not bundle.is_ready(*checkout)


def test_without_the_registry_it_says_so_and_leaves_others_packages_alone(
    bundle: ModuleType, checkout: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web, static = checkout
    command(tmp_path, "node", "echo v24.0.0")
    command(tmp_path, "npm", 'echo "npm error network unreachable" >&2; exit 1')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/file").write_text("x")
    (web / "node_modules").symlink_to(tmp_path / "theirs")
    with pytest.raises(bundle.BundleError, match=r"(?s)registry reachable.*network unreachable"):
        bundle.bundle(web, static)
    assert (tmp_path / "theirs/file").is_file()
    assert not static.exists()


def test_scripts_that_do_not_compile_are_shown(
    bundle: ModuleType, checkout: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web, static = checkout
    command(tmp_path, "npm", "mkdir -p node_modules")
    command(tmp_path, "node", '[ "$1" = --version ] && echo v24.0.0 || { echo "src/site.ts:1:2: error" >&2; exit 1; }')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(bundle.BundleError, match=r"(?s)cannot be bundled.*src/site\.ts:1:2"):
        bundle.bundle(web, static)
    # What was installed is not installed again.
    assert (web / "node_modules/.rujukan").is_file()
