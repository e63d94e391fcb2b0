"""Importing a module defines things and does nothing else; the command starts without what it may not need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAVY = {"fastapi", "pyoxigraph", "pyshacl", "rdflib", "rich", "shacl", "starlette", "uvicorn", "kg_server"}

# Imports the modules named on the command line under an audit hook. An event counts if our own code stands nearer to
# it on the stack than the import machinery does: what the interpreter opens to import, and what a third party's
# module does while it is imported, is not ours.
WATCH = """
import importlib, json, sys

roots = tuple(json.loads(sys.argv[1]))
modules = json.loads(sys.argv[2])
watched = ("open", "socket.", "subprocess.", "os.", "shutil.", "sqlite3.", "tempfile.", "urllib.", "ctypes.dlopen")
seen = []
armed = True

def hook(event, args):
    if not armed or not event.startswith(watched):
        return
    frame = sys._getframe()
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib"):
            return
        if name.startswith(roots):
            seen.append(f"{name}:{frame.f_lineno}: {event} {args[:1]!r} while it is imported")
            return
        frame = frame.f_back

sys.addaudithook(hook)
for module in modules:
    importlib.import_module(module)
armed = False
print(json.dumps(seen))
"""


def run_python(*arguments: str, path: list[Path]) -> str:
    code = f"import sys; sys.path[:0] = {[str(entry) for entry in path]!r}\n"
    option, program, *rest = arguments
    done = subprocess.run([sys.executable, option, code + program, *rest], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def effects(bases: list[Path]) -> list[str]:
    modules = [
        ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")
        for base in bases
        for path in sorted(base.glob("kg_*/**/*.py"))
        if path.name != "__main__.py"  # a program, not a module
    ]
    assert modules
    roots = json.dumps([f"{base}/" for base in bases])
    found: list[str] = json.loads(run_python("-c", WATCH, roots, json.dumps(modules), path=bases))
    return found


def heavy_modules(module: str, bases: list[Path]) -> set[str]:
    program = f"import json, {module}; print(json.dumps(list(sys.modules)))"
    return HEAVY & set(json.loads(run_python("-c", program, path=bases)))


def test_importing_has_no_effects(root: Path) -> None:
    found = effects([root / "src", root / "server"])
    assert not found, "\n".join(found)


def test_the_command_starts_light(root: Path) -> None:
    assert not heavy_modules("kg_builder.cli.main", [root / "src", root / "server"])


def test_an_effect_is_seen(tmp_path: Path) -> None:
    package = tmp_path / "kg_example"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "fine.py").write_text("import json\nfrom dataclasses import dataclass\ndef f():\n    open('x')\n")
    assert not effects([tmp_path])
    for source in (
        "from pathlib import Path\nTEXT = Path(__file__).read_text()\n",
        "import socket\nS = socket.socket()\n",
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', ''])\n",
    ):
        (package / "guilty.py").write_text(source)
        assert effects([tmp_path]), source


def test_a_heavy_start_is_seen(tmp_path: Path) -> None:
    (tmp_path / "kg_example.py").write_text("import rdflib\n")
    assert heavy_modules("kg_example", [tmp_path]) == {"rdflib"}
