"""The W3C's SPARQL test manifests, read into plain cases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SUITES = Path(__file__).resolve().parents[3] / "shared" / "w3c" / "rdf-tests" / "sparql"
# Where the working group publishes the files: relative names in queries and data mean these addresses.
WEB = "https://w3c.github.io/rdf-tests/sparql/"
ABSENT = "the W3C's tests are not beside this checkout (../shared/w3c/rdf-tests)"

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
HT = "http://www.w3.org/2011/http#"
CNT = "http://www.w3.org/2011/content#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"

# This folder's own manifest calls its tests deprecated and gives their requests as prose only.
DEPRECATED = "sparql11/http-rdf-update"

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


@dataclass(frozen=True, slots=True)
class Data:
    """What a store holds: files of the default graph, named graphs with their files."""

    default: tuple[Path, ...] = ()
    named: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    statuses: tuple[str, ...]
    format: str | None
    boolean: bool | None
    expected: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """One test: `id` is the suite's folder and the test's fragment, `kind` the local name of its type."""

    id: str
    suite: str
    name: str
    kind: str
    action: Path | None
    result: Path | None
    data: Data
    requests: tuple[Request, ...]

    @property
    def base(self) -> str:
        return WEB + self.suite + "/"

    @property
    def federated(self) -> bool:
        return self.suite in {"sparql11/service", "sparql11/syntax-fed"}


def local(path_or_iri: str) -> Path:
    return SUITES / path_or_iri.removeprefix(WEB)


class Manifest:
    """A manifest as a small graph."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.store = ox.Store()
        base = WEB + path.relative_to(SUITES).as_posix()
        # One manifest declares its RDF 1.2 syntax in the file, not in its name: Turtle reads all of them.
        self.store.load(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=base)

    def values(self, node: Node | None, name: str) -> list[Node]:
        if not isinstance(node, ox.NamedNode | ox.BlankNode):
            return []
        return [quad.object for quad in self.store.quads_for_pattern(node, ox.NamedNode(name), None)]

    def names(self, node: Node | None, name: str) -> list[str]:
        return [each.value for each in self.values(node, name) if isinstance(each, ox.NamedNode)]

    def value(self, node: Node | None, name: str) -> Node | None:
        return next(iter(self.values(node, name)), None)

    def text(self, node: Node | None, name: str) -> str | None:
        found = self.value(node, name)
        return found.value if isinstance(found, ox.NamedNode | ox.Literal) else None

    def items(self, node: Node | None) -> Iterator[Node]:
        while isinstance(node, ox.NamedNode | ox.BlankNode) and node.value != RDF + "nil":
            first = self.value(node, RDF + "first")
            if first is not None:
                yield first
            node = self.value(node, RDF + "rest")

    def cases(self) -> Iterator[Case]:
        suite = self.path.parent.relative_to(SUITES).as_posix()
        for quad in self.store.quads_for_pattern(None, ox.NamedNode(MF + "entries"), None):
            for test in self.items(quad.object):
                yield self._case(suite, test)

    def _case(self, suite: str, test: Node) -> Case:
        action, result = self.value(test, MF + "action"), self.value(test, MF + "result")
        kind = next(each for each in self.names(test, RDF + "type") if each.startswith(MF)).removeprefix(MF)
        request = self.text(action, QT + "query") or self.text(action, UT + "request")
        if request is None and isinstance(action, ox.NamedNode):
            request = action.value
        assert isinstance(test, ox.NamedNode)
        return Case(
            id=f"{suite}#{test.value.rpartition('#')[2]}",
            suite=suite,
            name=self.text(test, MF + "name") or "",
            kind=_kind(kind, request),
            action=local(request) if request else None,
            result=local(result.value) if isinstance(result, ox.NamedNode) else None,
            data=self._data(test if kind == "ProtocolTest" else action),
            requests=tuple(self._request(each) for each in self.items(self.value(action, HT + "requests"))),
        )

    def _data(self, node: Node | None) -> Data:
        default = [each for name in (QT, UT) for each in self.names(node, name + "data")]
        named = [(each, each) for each in self.names(node, QT + "graphData")]
        for each in self.values(node, UT + "graphData"):
            name, file = self.text(each, RDFS + "label"), self.text(each, UT + "graph")
            named += [(name, file)] if name and file else []
        return Data(
            tuple(sorted(local(file) for file in default)), tuple(sorted((name, local(file)) for name, file in named))
        )

    def _request(self, node: Node) -> Request:
        body, response = self.value(node, HT + "body"), self.value(node, HT + "resp")
        encoding = self.text(body, CNT + "characterEncoding") or "UTF-8"
        chars, boolean = self.text(body, CNT + "chars"), self.text(response, MF + "expectedBoolean")
        headers = [
            (self.text(each, HT + "fieldName") or "", self.text(each, HT + "fieldValue") or "")
            for each in self.items(self.value(node, HT + "headers"))
        ]
        statuses = self.names(response, MF + "expectedStatus")
        return Request(
            method=self.text(node, HT + "methodName") or "",
            path=self.text(node, HT + "absolutePath") or "",
            headers=tuple(headers),
            body=chars.encode(encoding) if chars is not None else None,
            statuses=tuple(sorted(re.sub(r".*#", "", each) for each in statuses)),
            format=self.text(response, MF + "expectedFormat"),
            boolean=None if boolean is None else boolean == "true",
            expected=self.text(self.value(response, HT + "body"), CNT + "chars"),
        )


def _kind(name: str, request: str | None) -> str:
    kind = name.removesuffix("11")
    # Some updates stand under the types of queries; the file's name says what they are.
    return (
        kind.replace("SyntaxTest", "UpdateSyntaxTest")
        if request and request.endswith(".ru") and "Update" not in kind
        else kind
    )


@cache
def all_cases() -> tuple[Case, ...]:
    """Every test of every folder, in the order of the manifests; none when the suites are absent."""
    found: list[Case] = []
    for path in sorted(SUITES.glob("*/*/manifest*.ttl")):
        if path.parent.relative_to(SUITES).as_posix() != DEPRECATED:
            found += Manifest(path).cases()
    return tuple(found)


def cases(*kinds: str) -> list[Case]:
    return [case for case in all_cases() if case.kind in kinds]


def for_each(found: Sequence[Case]) -> pytest.MarkDecorator:
    """Parametrise a test with cases; without any it is skipped, with the reason."""
    absent = pytest.param(None, id="absent", marks=pytest.mark.skip(reason=ABSENT))
    return pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in found] or [absent])
