"""What the design promises of the real graph, measured on it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.support import measure
from tests.support.museum import digest, rujukan

from kg_builder.graph.assemble import Graph, assemble
from kg_builder.graph.coverage import coverage
from kg_builder.namespaces import OA, PROV, RDF, RJ
from kg_builder.release.store import open_store
from kg_builder.sources.corpus import Corpus, load_corpus
from kg_builder.sources.evidence import MOST_WORDS, text_digest
from kg_builder.sources.project import load_project

MOST_QUOTED = 0.40
MOST_QUADS = 11
LEAST_COVERED = 0.95
ARTICLES = ("000", "003")
DUMPS = ("kg.nq", "kg.trig", "kg.ttl", "kg.jsonld", "facts.ttl", "queries.json", "shapes.ttl")


def copy(project_root: Path, target: Path, shared: Path | None) -> Path:
    for folder in ("data", "ontology", "queries"):
        shutil.copytree(project_root / folder, target / folder, ignore=shutil.ignore_patterns("texts"))
    if shared:
        (target / "data/texts").mkdir()
        for path in (target / "data/articles").glob("*.yaml"):
            source = shared / "articles" / f"{path.stem}.txt"
            if source.is_file():
                shutil.copy(source, target / "data/texts")
    return target


@pytest.fixture(scope="module")
def bare(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone without texts."""
    return copy(project_root, tmp_path_factory.mktemp("bare"), None)


@pytest.fixture(scope="module")
def full(project_root: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with the texts added."""
    return copy(project_root, tmp_path_factory.mktemp("full"), shared)


@pytest.fixture(scope="module")
def corpus(bare: Path) -> Corpus:
    return load_corpus(load_project(bare))


@pytest.fixture(scope="module")
def graph(corpus: Corpus) -> Graph:
    return assemble(corpus, lambda _: None)


@pytest.fixture(scope="module")
def quads(graph: Graph) -> list[ox.Quad]:
    lines = [line for shard in graph.shards.values() for line in shard]
    return list(ox.parse(input="".join(lines).encode(), format=ox.RdfFormat.N_QUADS))


def test_every_quote_is_exact(full: Path) -> None:
    corpus = load_corpus(load_project(full))
    assert corpus.records
    for loaded in corpus.records:
        assert loaded.verified
        text = (full / f"data/texts/{loaded.record.article.id}.txt").read_bytes().decode()
        for attestation in loaded.record.attestations:
            for span in attestation.spans:
                words = text[span.start : span.end]
                if span.exact:
                    assert words == span.exact
                else:
                    assert words.startswith(span.first)
                    assert words.endswith(span.last)
                    assert text_digest(words) == span.digest


def test_at_most_so_much_of_a_text_is_quoted(corpus: Corpus) -> None:
    shares = {loaded.record.article.id: coverage(loaded.record, None).share for loaded in corpus.records}
    assert all(share <= MOST_QUOTED for share in shares.values()), shares


def test_phrases_are_short_unless_they_are_names(corpus: Corpus) -> None:
    keys = corpus.schema.name_keys()
    attestations = [a for loaded in corpus.records for a in loaded.record.attestations]
    names = {span.exact for a in attestations if a.key.rpartition("/")[2].partition(" ")[0] in keys for span in a.spans}
    for attestation in attestations:
        for span in attestation.spans:
            assert span.exact in names or len((span.exact or f"{span.first} {span.last}").split()) <= MOST_WORDS


def runs(text: str, size: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[place : place + size]) for place in range(len(words) - size + 1)}


def test_no_nine_words_in_a_row_are_committed_outside_names(project_root: Path, full: Path, graph: Graph) -> None:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=project_root,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("not a git work tree: there is no list of the project's files")
    size = MOST_WORDS + 1
    texts: set[tuple[str, ...]] = set()
    for path in (full / "data/texts").glob("*.txt"):
        texts |= runs(path.read_text("utf-8"), size)
    assert texts
    names = measure.Graph(line for shard in graph.shards.values() for line in shard).labels
    for name in names:
        texts -= runs(name, size)
    for name in listing.stdout.decode().split("\0"):
        path = project_root / name
        if name and path.is_file():
            found = runs(path.read_bytes().decode("utf-8", "ignore"), size) & texts
            assert not found, f"{name} repeats {len(found)} runs of {size} words"


def test_every_asserted_triple_has_an_attestation_with_a_span(corpus: Corpus, quads: list[ox.Quad]) -> None:
    described: dict[ox.NamedNode, dict[str, set[object]]] = defaultdict(lambda: defaultdict(set))
    default: set[tuple[object, ...]] = set()
    articles: dict[object, set[tuple[object, ...]]] = defaultdict(set)
    names = {loaded.record.article.iri[1:-1] for loaded in corpus.records}
    for quad in quads:
        triple = (quad.subject, quad.predicate, quad.object)
        if quad.graph_name == ox.DefaultGraph():
            default.add(triple)
            assert isinstance(quad.subject, ox.NamedNode)
            described[quad.subject][quad.predicate.value].add(quad.object)
        elif isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value in names:
            articles[quad.graph_name].add(triple)
    statement = ox.NamedNode(f"{RDF}Statement")
    attested: dict[object, set[tuple[object, ...]]] = defaultdict(set)
    only_conveyed: set[tuple[object, ...]] = set()
    for facts in list(described.values()):
        if statement not in facts[f"{RDF}type"]:
            continue
        spans = facts[f"{PROV}wasDerivedFrom"]
        assert spans
        where = {node for span in spans if isinstance(span, ox.NamedNode) for node in described[span][f"{RJ}article"]}
        assert len(where) == 1
        (said,) = (
            (s, p, o) for s in facts[f"{RDF}subject"] for p in facts[f"{RDF}predicate"] for o in facts[f"{RDF}object"]
        )
        deprecated = ox.NamedNode(f"{RJ}Deprecated") in facts[f"{RJ}rank"]
        if facts[f"{RJ}conveyedIn"] or deprecated:
            only_conveyed.add(said)
        else:
            attested[next(iter(where))].add(said)
    assert attested
    assert articles == attested
    stated = set().union(*attested.values())
    assert stated <= default
    elsewhere = {
        (quad.subject, quad.predicate, quad.object)
        for quad in quads
        if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value not in names
    }
    assert not (only_conveyed - stated - elsewhere) & default


def test_what_an_article_graph_says_the_default_graph_says(quads: list[ox.Quad]) -> None:
    default = {(q.subject, q.predicate, q.object) for q in quads if q.graph_name == ox.DefaultGraph()}
    apart = ("/graph/ontology", "/graph/queries", "/graph/about")
    for quad in quads:
        if isinstance(quad.graph_name, ox.NamedNode) and not quad.graph_name.value.endswith(apart):
            assert (quad.subject, quad.predicate, quad.object) in default


def test_there_are_no_blank_nodes_and_the_quads_fit_the_budget(graph: Graph, quads: list[ox.Quad]) -> None:
    assert not any(isinstance(term, ox.BlankNode) for quad in quads for term in (quad.subject, quad.object))
    counted = len(set(quads)) / graph.counts["asserted"]
    assert counted <= MOST_QUADS, f"{counted:.2f} quads per asserted triple, all layers counted"


def test_positions_are_integers_within_the_text(corpus: Corpus, quads: list[ox.Quad]) -> None:
    lengths = {loaded.record.article.id: loaded.record.article.length for loaded in corpus.records}
    ends = [quad for quad in quads if quad.predicate.value == f"{OA}end"]
    assert ends
    for quad in ends:
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.object, ox.Literal)
        article, _, place = quad.subject.value.partition("#char=")
        assert quad.object.value == place.partition(",")[2]
        assert 0 < int(quad.object.value) <= lengths[article.rpartition("/")[2]]


@pytest.mark.parametrize("name", ARTICLES)
def test_an_independent_reading_is_covered(graph: Graph, name: str) -> None:
    reading = measure.read(Path(__file__).parents[1] / "coverage" / f"{name}.json")
    missed = measure.uncovered(reading, measure.Graph(line for shard in graph.shards.values() for line in shard))
    share = 1 - len(missed) / len(reading.statements)
    print(f"{name}: {share:.1%} of {len(reading.statements)} statements")
    places = ", ".join(f"{s.n} @{s.start}–{s.end} {'|'.join(s.values)}".strip() for s in missed)
    assert share >= LEAST_COVERED, f"{share:.1%} covered; not: {places}"


@pytest.mark.parametrize("name", ARTICLES)
def test_every_name_of_an_independent_reading_is_a_label(graph: Graph, name: str) -> None:
    reading = measure.read(Path(__file__).parents[1] / "coverage" / f"{name}.json")
    missing = measure.missing_names(reading, measure.Graph(line for shard in graph.shards.values() for line in shard))
    assert not missing, f"{len(missing)} of {len(reading.names)} names: {sorted(code[:8] for code in missing)}"


def test_two_builds_are_the_same_bytes(bare: Path, full: Path) -> None:
    made = []
    for root, environment in (
        (bare, {"PYTHONHASHSEED": "1", "TZ": "Asia/Jakarta", "LC_ALL": "C"}),
        (full, {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LC_ALL": "C.UTF-8"}),
    ):
        built = rujukan(root, "build", **environment)
        assert built.returncode == 0, built.stderr
        made.append({name: digest(root / "build/current" / name) for name in DUMPS})
    assert made[0] == made[1]
    for root in (bare, full):
        store = open_store(root / "build/current/store")
        dumped = (store.dump(format=ox.RdfFormat.N_QUADS) or b"").decode().splitlines(keepends=True)
        assert sorted(dumped) == (root / "build/current/kg.nq").read_text("utf-8").splitlines(keepends=True)


def test_the_real_project_checks_itself(full: Path) -> None:
    done = rujukan(full, "check")
    assert done.returncode == 0, done.stderr
    assert ", 0 trusted" in done.stdout


def test_every_id_of_the_graph_is_in_the_ledger_of_published_ids(corpus: Corpus) -> None:
    missing = set(corpus.authority.entities) - corpus.authority.ledger
    assert not missing, "run: rujukan export ids --output data/released-ids.txt"
