"""Imports run one way; the tables here are the contract."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

BASE = {"errors", "ids", "model", "namespaces", "sentences", "spelling", "terms"}

# A room is a module or a folder directly below the package; "" is the package itself.
# Each may import itself and the rooms named here. A room that is not named here is an error: name it first.
BUILDER: dict[str, set[str]] = {
    "": set(),
    **dict.fromkeys(BASE, BASE),
    "sources": BASE,
    "graph": BASE | {"sources"},
    "release": BASE | {"sources", "graph"},
    "build": BASE | {"sources", "graph", "release"},
    "assist": BASE | {"sources"},
    "link": BASE | {"sources", "release"},
    "curate": BASE | {"sources", "graph", "assist"},
    "cli": BASE | {"sources", "graph", "release", "build", "assist", "link", "curate"},
}

SHARED = {"errors", "settings"}
# What reads a query: its words, where it stops being SPARQL, which functions it calls that nobody has.
LEAVES = {"http", "lexer", "places", "unsupported"}
BELOW_PAGES = SHARED | LEAVES | {"guard", "cache", "backends"}
BELOW_APP = BELOW_PAGES | {"describe", "pages", "operations"}
SERVER: dict[str, set[str]] = {
    "": set(),
    "errors": set(),
    "settings": {"errors", "http"},  # http/problems.py is the server's tree of errors
    "configuration": {"errors", "http", "settings"},
    "http": {"errors"},
    "lexer": SHARED,
    "places": SHARED | {"lexer"},
    "unsupported": SHARED | {"http", "lexer"},
    "guard": SHARED | LEAVES,
    "cache": SHARED | LEAVES,
    "listening": LEAVES,
    "multiprocess": SHARED | LEAVES | {"listening"},
    "backends": SHARED | LEAVES | {"guard", "cache"},
    "describe": BELOW_PAGES,
    "pages": BELOW_PAGES | {"describe"},
    "operations": SHARED | LEAVES | {"backends"},
    "app": BELOW_APP | {"multiprocess"},
    "review": {"errors", "http", "pages"},
    "cork": set(),
    "supervise": {"backends"},
    "rsgi": BELOW_APP | {"app"},
    "connections": SHARED | LEAVES | {"cork", "multiprocess"},
    "prompt": {"connections", "cork", "multiprocess"},
    "run": BELOW_APP
    | {"app", "configuration", "connections", "listening", "multiprocess", "prompt", "review", "rsgi", "supervise"},
}

CONTRACTS = {"kg_builder": BUILDER, "kg_server": SERVER}
ACROSS = {
    "kg_builder": set[str](),
    "kg_server": {"kg_builder.namespaces", "kg_builder.sentences", "kg_builder.spelling"},
}

Tree = Mapping[str, ast.Module]


@dataclass(frozen=True, slots=True)
class Import:
    importer: str
    line: int
    target: str
    name: str | None = None  # what is taken out of the target, if it is not a module

    def __str__(self) -> str:
        return f"{self.importer}:{self.line}: imports {self.target}" + (f".{self.name}" if self.name else "")


def parse(sources: Mapping[str, str]) -> Tree:
    return {name: ast.parse(source) for name, source in sources.items()}


def read_packages(root: Path) -> dict[str, str]:
    sources = {}
    for base in (root / "src", root / "server"):
        for path in sorted(base.glob("kg_*/**/*.py")):
            name = ".".join(path.relative_to(base).with_suffix("").parts)
            sources[name.removesuffix(".__init__")] = path.read_text("utf-8")
    return sources


def imports(tree: Tree) -> Iterator[Import]:
    packages = {name.rpartition(".")[0] for name in tree} | set(CONTRACTS)
    for importer, module in tree.items():
        for node in ast.walk(module):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(importer, node.lineno, alias.name)
            elif isinstance(node, ast.ImportFrom):
                target = node.module or ""
                if node.level:
                    above = importer.split(".") if importer in packages else importer.split(".")[:-1]
                    kept = above[: len(above) - node.level + 1]
                    target = ".".join([*kept, *([node.module] if node.module else [])])
                for alias in node.names:
                    inner = f"{target}.{alias.name}"
                    if inner in tree:
                        yield Import(importer, node.lineno, inner)
                    else:
                        yield Import(importer, node.lineno, target, alias.name)
            elif (
                # A module named in a string is an import in disguise.
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch(r"kg_(builder|server)(\.\w+)+(:\w+)?", node.value)
            ):
                yield Import(importer, node.lineno, node.value.partition(":")[0])


def split(module: str) -> tuple[str, str]:
    package, _, rest = module.partition(".")
    return package, rest.partition(".")[0]


def direction(tree: Tree) -> list[str]:
    wrong = [
        f"{name}: its room is not in the contract of {package}"
        for name in tree
        for package, room in [split(name)]
        if room not in CONTRACTS[package]
    ]
    for found in imports(tree):
        home, room = split(found.importer)
        package, target_room = split(found.target)
        if package not in CONTRACTS:
            continue
        if package != home:
            if not any(found.target == allowed for allowed in ACROSS[home]):
                wrong.append(str(found))
        elif target_room != room and target_room not in CONTRACTS[home].get(room, set()):
            wrong.append(str(found))
    return wrong


def cycles(tree: Tree) -> list[str]:
    edges: dict[str, set[str]] = {name: set() for name in tree}
    for found in imports(tree):
        if found.target in tree and found.target != found.importer:
            edges[found.importer].add(found.target)
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return [" <- ".join(error.args[1])]
    return []


def is_data_type(tree: Tree, module: str, name: str) -> bool:
    for node in tree[module].body if module in tree else ():
        if isinstance(node, ast.ClassDef) and node.name == name:
            return True
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            return True
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in node.targets):
            return True
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if name == (alias.asname or alias.name):
                    return is_data_type(tree, node.module, alias.name)
    return False


def more_than_data(tree: Tree) -> list[str]:
    """What graph takes from sources beyond the types of what was read: reading is done before graph begins."""
    return [
        f"{found} (graph takes data types from sources and nothing that reads)"
        for found in imports(tree)
        if split(found.importer) == ("kg_builder", "graph")
        and split(found.target) == ("kg_builder", "sources")
        and (found.name is None or not is_data_type(tree, found.target, found.name))
    ]


@pytest.fixture(scope="module")
def packages(root: Path) -> Tree:
    return parse(read_packages(root))


def test_imports_run_one_way(packages: Tree) -> None:
    found = direction(packages)
    assert not found, "\n".join(found)


def test_no_module_imports_in_a_circle(packages: Tree) -> None:
    found = cycles(packages)
    assert not found, "\n".join(found)


def test_graph_takes_only_data_types_from_sources(packages: Tree) -> None:
    found = more_than_data(packages)
    assert not found, "\n".join(found)


def test_both_packages_are_read(packages: Tree) -> None:
    assert {"kg_builder", "kg_builder.model", "kg_server"} <= packages.keys()


def wrong_directions(**sources: str) -> list[str]:
    """Sources by name, with __ for the dot: kg_builder__graph__quads="import ..."."""
    return direction(parse({name.replace("__", "."): source for name, source in sources.items()}))


def test_the_contract_sees_each_kind_of_violation() -> None:
    assert wrong_directions(kg_builder__sources__x="import kg_builder.graph.y")
    assert wrong_directions(kg_builder__sources__x="from kg_builder import graph", kg_builder__graph="")
    assert wrong_directions(kg_builder__sources__x="from ..release import y", kg_builder__release="")
    assert wrong_directions(kg_builder__model="from kg_builder.sources.x import y")
    assert wrong_directions(kg_builder__graph__x="from kg_builder.assist.y import z")
    assert wrong_directions(kg_builder__cli__x="def f():\n    import kg_server.run")
    assert wrong_directions(kg_builder__cli__x="import_module('kg_server.run')")
    assert wrong_directions(kg_server__app="from kg_builder.model import Term")
    assert wrong_directions(kg_server__http__x="from kg_server.guard import y")
    assert wrong_directions(kg_server__pages__x="from kg_server import app", kg_server__app="")
    assert wrong_directions(kg_builder__helpers="")


def test_the_contract_lets_through_what_it_allows() -> None:
    assert not wrong_directions(kg_builder__sources__x="from kg_builder.model import Term\nimport json")
    assert not wrong_directions(kg_builder__release__x="from .y import z", kg_builder__release__y="z = 1")
    assert not wrong_directions(kg_server__app="from kg_builder.namespaces import RDF\nimport kg_server.pages.x")
    assert not wrong_directions(kg_server__http__x="from kg_server.errors import y")


def test_a_circle_is_seen() -> None:
    tree = parse({"kg_builder.model": "import kg_builder.ids", "kg_builder.ids": "from kg_builder import model"})
    assert cycles(tree)
    assert not cycles(parse({"kg_builder.model": "", "kg_builder.ids": "from kg_builder import model"}))


def test_a_function_taken_from_sources_is_seen() -> None:
    sources = {
        "kg_builder.sources.texts": "class Text: ...\nMOST = 8\ndef find_text(): ...",
        "kg_builder.sources": "from kg_builder.sources.texts import Text, find_text",
    }
    for taken, fine in {
        "from kg_builder.sources.texts import Text, MOST": True,
        "from kg_builder.sources import Text": True,
        "from kg_builder.sources.texts import find_text": False,
        "from kg_builder.sources import find_text": False,
        "from kg_builder.sources import texts": False,
        "import kg_builder.sources.texts": False,
    }.items():
        assert (not more_than_data(parse({**sources, "kg_builder.graph.x": taken}))) is fine, taken
