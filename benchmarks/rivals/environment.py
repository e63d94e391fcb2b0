"""Environments of the rivals whose pins conflict with the project's own: made at first use, below ``build/bench``."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.common import ROOT

HERE = Path(__file__).parent


class UnavailableError(Exception):
    """A rival cannot be run here; the message says why."""


def python_of(name: str) -> Path:
    """Return the interpreter of a rival's environment, which is made where it is not there or its pins are others.

    Args:
        name: of its file of pins, such as ``linkml`` for ``linkml.txt``.

    Raises:
        UnavailableError: it cannot be installed, for instance without a network.
    """
    pins, folder = HERE / f"{name}.txt", ROOT / "build/bench" / name
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp, wanted = folder / "installed", hashlib.sha256(pins.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted and python.is_file():
        return python
    sys.stderr.write(f"Installing {name} into build/bench/{name}, once ...\n")
    venv.create(folder, clear=True, with_pip=True)
    # Apart (-I): packages of the project's own environment are none of its.
    command = [str(python), "-I", "-m", "pip", "--disable-pip-version-check", "-qq", "install", "--require-hashes"]
    done = subprocess.run([*command, "-r", str(pins)], check=False, capture_output=True, text=True)
    if done.returncode:
        # The last line of an error; those before it may name where packages are looked for.
        reason = "no network?" if "No matching distribution" in done.stderr else "pip failed"
        message = (
            f"{name} could not be installed ({reason}): pip install --require-hashes -r benchmarks/rivals/{name}.txt"
        )
        raise UnavailableError(message)
    stamp.write_text(wanted)
    return python
