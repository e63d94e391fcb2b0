"""Made-up shards of any size: the same seed gives the same lines, in an order that the hash seed may change."""

from __future__ import annotations

from datetime import UTC, datetime

from kg_builder.model import Term
from kg_builder.namespaces import OA, PREFIXES, PROV, RDF, RDFS, RJ, XSD
from kg_builder.release.manifest import Counts
from kg_builder.release.terms.order import TypeOrder
from kg_builder.release.writer import Description

BASE = "https://example.org/loans/"
ORDER = TypeOrder(
    kinds=(Term(f"<{BASE}vocab#Loan>"), Term(f"<{BASE}vocab#Museum>")),
    apparatus=(Term(f"<{RDF}Statement>"), Term(f"<{OA}TextPositionSelector>")),
)


def line(*terms: str) -> str:
    return " ".join(terms) + " .\n"


def article(name: str, facts: int, seed: int) -> set[str]:
    graph = f"<{BASE}article/{name}>"
    lines = set()
    for number in range(facts):
        loan = f"<{BASE}id/{name}/loan-{number}>"
        fact = (loan, f"<{BASE}vocab#items>", f'"{number + seed}"^^<{XSD}integer>')
        statement = f"<{BASE}statement/{name}-{number}>"
        span = f"<{graph[1:-1]}#char={number},{number + 5}>"
        lines |= {
            line(*fact),
            line(*fact, graph),
            line(loan, f"<{RDF}type>", f"<{BASE}vocab#Loan>"),
            line(loan, f"<{RDF}type>", f"<{BASE}vocab#Loan>", graph),
            line(loan, f"<{BASE}vocab#to>", f"<{BASE}id/museum-{number % 7}>"),
            line(statement, f"<{RDF}type>", f"<{RDF}Statement>"),
            line(statement, f"<{RDF}subject>", loan),
            line(statement, f"<{PROV}wasDerivedFrom>", span),
            line(span, f"<{RDF}type>", f"<{OA}TextPositionSelector>"),
            line(span, f"<{RJ}article>", graph),
            line(span, f"<{OA}exact>", f'"{number} pièces\\nof \\"silver\\""@en'),
        }
    return lines


def shards(seed: int = 0, articles: int = 3, facts: int = 10) -> dict[str, set[str]]:
    made = {f"a{number}": article(f"a{number}", facts, seed) for number in range(articles)}
    entities = f"<{BASE}graph/entities>"
    made["entities"] = set()
    for number in range(7):
        museum = f"<{BASE}id/museum-{number}>"
        for predicate, value in (
            (f"<{RDF}type>", f"<{BASE}vocab#Museum>"),
            (f"<{RDFS}label>", f'"Museum {number}"@en'),
            (f"<{RDFS}label>", f'"Musée {number}"@fr'),
        ):
            made["entities"] |= {line(museum, predicate, value), line(museum, predicate, value, entities)}
    return made


def description(seed: int = 0, note: str = "") -> Description:
    return Description(
        title={"en": "Loans", "id": "Pinjaman"},
        base=BASE,
        prefixes={
            **PREFIXES,
            "article": f"{BASE}article/",
            "id": f"{BASE}id/",
            "v": f"{BASE}vocab#",
            "statement": f"{BASE}statement/",
        },
        license="CC0-1.0",
        built=datetime.fromtimestamp(1_700_000_000 + seed, UTC),
        order=ORDER,
        queries_json=b'[{"name": "loans"}]\n',
        counts=Counts(articles=3, entities=7),
        inputs={"data/a.yaml": f"{seed:064x}", "data/note": note},
        versions={"rujukan": "0"},
    )
