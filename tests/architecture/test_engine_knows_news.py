"""The engine knows news and no subject: whoever wants another graph changes ontology/, data/ and queries/ only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml
from rdflib import OWL, RDF, Graph, URIRef

# Parts of words, in any case, in any language that the project uses; `collections` the module is let through,
# and so is the link relation that IANA registers under that word.
DOMAIN_WORDS = (
    r"librar(?:y|ies|ian)",
    r"perpus",
    r"pustaka",
    r"memorand",
    r"(?<!\w)mou(?!\w)",
    r"signed_?mou",
    r"nota kesepahaman",
    r"kesepahaman",
    r"rudomino",
    r"belarus",
    r"(?<!\w)min?sk(?!\w)",
    r"mos[ck]ow|moskow|moskwa",
    r"(?<!\w)rusia(?!\w)",
    r"diplomacy|diplomasi",
    r"legal deposit",
    r"manuscript|naskah",
    r"(?<!from )(?<!import )(?<!rel=\")(?<!\w)collections?(?!\w|\.\w)",
)

TERM_TYPES = (
    OWL.Class,
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
    OWL.NamedIndividual,
)


def local_names(graph: Graph, namespace: str) -> set[str]:
    return {
        str(term).removeprefix(namespace)
        for kind in TERM_TYPES
        for term in graph.subjects(RDF.type, kind)
        if isinstance(term, URIRef) and str(term).startswith(namespace)
    }


class Forbidden(NamedTuple):
    """What the engine must not name: parts of text, and whole words."""

    parts: re.Pattern[str]
    words: frozenset[str]


_WORD = re.compile(r"[\w-]+")


def forbidden(own: set[str], engine: set[str], prefix: str, base: str, slugs: set[str]) -> Forbidden:
    """All that the engine must not name.

    Any use of the graph's prefix or base; the local names that no prose could hold (a capital inside), unless the
    engine's own vocabulary has them too; its entities' slugs of two words or more; the words of its subject.
    """
    names = {name for name in own - engine if re.search(r"[a-z][A-Z]", name)}
    compound = {slug for slug in slugs if "-" in slug}
    where = [rf"(?<!\w){re.escape(prefix)}:", re.escape(base)]
    parts = re.compile("|".join([*where, *(f"(?i:{word})" for word in DOMAIN_WORDS)]))
    return Forbidden(parts, frozenset(names | compound))


def named(forbidden: Forbidden, name: str, text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        words = (word for word in _WORD.findall(line) if word in forbidden.words)
        for found in (*words, *(match.group() for match in forbidden.parts.finditer(line))):
            yield f"{name}:{number}: names «{found}»"


def project_names(root: Path) -> Forbidden:
    project = yaml.safe_load((root / "data/project.yaml").read_text("utf-8"))
    namespace = project["base"] + project["vocabulary"]
    own = local_names(Graph().parse(root / "ontology/vocabulary.ttl"), namespace)
    assert own, f"no term of {namespace} in ontology/vocabulary.ttl: nothing would be looked for"
    engine_graph = Graph().parse(root / "src/kg_builder/vocabulary/rj.ttl")
    engine = {re.split(r"[#/]", str(term))[-1] for term in engine_graph.subjects() if isinstance(term, URIRef)}
    slugs = {
        str(slug)
        for path in (root / "data/entities").glob("*.yaml")
        for slug in yaml.safe_load(path.read_text("utf-8")) or ()
    }
    return forbidden(own, engine, project["prefix"], project["base"], slugs)


def test_the_engine_names_nothing_of_its_subject(root: Path, project_files: list[Path]) -> None:
    names = project_names(root)
    found: list[str] = []
    for path in project_files:
        if path.parts[0] not in {"src", "server"}:
            continue
        found += named(names, str(path), str(path))
        try:
            found += named(names, str(path), (root / path).read_text("utf-8"))
        except UnicodeDecodeError:
            continue  # an image or a font holds no words
    assert not found, "\n".join(found)


def test_each_kind_of_name_is_seen() -> None:
    ttl = """
        @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix x: <https://example.org/v#> .
        x:LoanDesk a owl:Class . x:lentTo a owl:ObjectProperty . x:heldOn a owl:DatatypeProperty .
    """
    own = local_names(Graph().parse(data=ttl), "https://example.org/v#")
    assert own == {"LoanDesk", "lentTo", "heldOn"}
    names = forbidden(own, {"heldOn"}, "x", "https://example.org/", {"anna-berg", "paris"})
    for text in (
        "a = LoanDesk",
        "?a x:made ?b",
        "<https://example.org/v#made>",
        "'anna-berg'",
        "the National Library",
        "library_id = 1",
        "a collection of",
        "signedMoU",
        "Memoranda",
    ):
        assert list(named(names, "f.py", text)), text
    for text in (
        "from collections.abc import Iterator",
        "import collections",
        "collections.Counter()",
        "heldOn",
        "paris",
        "LoanDesks",
        "index:",
    ):
        assert not list(named(names, "f.py", text)), text
