"""A neutral project, complete and small: museums that lend each other masks. All of it is made up."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from kg_builder.errors import Problem, SourceError
from kg_builder.sources.anchor import anchor
from kg_builder.sources.corpus import Corpus, load_corpus
from kg_builder.sources.project import Project, load_project
from kg_builder.sources.texts import decode, fingerprint

ROOT = Path(__file__).parents[2]
BASE = "https://example.org/loans/"
ONE, TWO = "berita-satu", "berita-dua"

TEXTS = {
    ONE: (
        "Museum Bahari meminjamkan topeng kayu Sumba kepada Museum Laut pada Senin (3/2/2025). "
        "Perjanjian itu ditandatangani Ratna Wijaya, pelaksana tugas kepala Museum Bahari, di Kota Karang 🏛. "
        "Museum Laut menyimpan lebih dari 1.200 topeng.\n\n"
        'Ratna Wijaya berkata, "Kami berharap topeng itu kembali utuh." Pinjaman berlangsung dua tahun.\n'
    ),
    TWO: (
        "Topeng kayu Sumba tiba di Museum Laut. Museum Bahari meminjamkan topeng itu hingga 2027. "
        "Cuaca cerah. Menurut Dewi Kartasasmita, 40,5 persen koleksi Museum Laut belum dicatat. "
        "Lembaga Persahabatan Juru Rawat Topeng Kayu Nusantara dan Sekitarnya akan membuka pameran.\n"
    ),
}

PROJECT = f"""\
base: {BASE}
prefix: ml
vocabulary: terms#
title: {{en: Loans between museums, id: Pinjaman antarmuseum}}
description: {{en: Who lent what to whom., id: Siapa meminjamkan apa.}}
license: https://creativecommons.org/publicdomain/zero/1.0/
most-quoted: 100
expect:
  loan: {{min: 1, max: 1}}
"""

VOCABULARY = f"""\
@prefix ml: <{BASE}terms#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rj: <https://w3id.org/rujukan/ns#> .
@prefix schema: <https://schema.org/> .

<{BASE}terms> a owl:Ontology ; rdfs:label "Loans"@en .
schema:Museum rdfs:subClassOf schema:Organization .
schema:Person a owl:Class .
ml:Loan a owl:Class ; rdfs:subClassOf rj:Event , [ a owl:Restriction ; owl:onProperty ml:item ; owl:minCardinality 1 ] .
ml:Exhibition a owl:Class ; rdfs:subClassOf rj:PlannedEvent .
ml:Artefact a owl:Class .
ml:Condition a owl:Class .
ml:Intact a ml:Condition ; rj:key "intact" .
ml:Damaged a ml:Condition ; rj:key "damaged" .
[] a owl:AllDisjointClasses ; owl:members ( ml:Loan ml:Artefact ) .
"""

SHAPES = f"""\
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
@prefix ml: <{BASE}terms#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rj: <https://w3id.org/rujukan/ns#> .
@prefix s: <{BASE}shapes#> .
@prefix schema: <https://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

s:named a sh:PropertyShape ; rj:key "named" ; sh:path skos:altLabel ; sh:datatype rdf:langString ; rj:name true .
s:printed a sh:PropertyShape ; rj:key "printed" ; sh:path rj:asPrinted ; sh:datatype rdf:langString .
s:date a sh:PropertyShape ; rj:key "date" ; sh:path rj:edtf ; sh:datatype edtf:EDTF ; sh:maxCount 1 .

s:Thing a sh:NodeShape ; sh:property s:named ; sh:property [ rj:key "near" ; sh:path ml:near ; sh:nodeKind sh:IRI ] .
s:Labelled a sh:NodeShape ; sh:property [ sh:path rdfs:label ; sh:minCount 2 ] .
s:Museum a sh:NodeShape ; rj:key "museum" ; sh:targetClass schema:Museum ; sh:node s:Thing, s:Labelled ;
    sh:property [ rj:key "founded" ; sh:path ml:founding ; sh:node s:Founding ; rj:value rj:edtf ] .
s:Founding a sh:NodeShape ; rj:key "founding" ; sh:targetClass ml:Founding ; sh:property s:date .
s:Person a sh:NodeShape ; rj:key "person" ; sh:targetClass schema:Person ; sh:node s:Thing, s:Labelled .
s:Role a sh:NodeShape ; rj:key "role" ; sh:targetClass org:Role ; sh:node s:Labelled .
s:Artefact a sh:NodeShape ; rj:key "artefact" ; sh:targetClass ml:Artefact ; sh:node s:Thing, s:Labelled ;
    sh:property [ rj:key "condition" ; sh:path ml:condition ; sh:class ml:Condition ; sh:maxCount 1 ] ;
    sh:property [ rj:key "inventory" ; sh:path ml:inventory ; sh:datatype xsd:string ] ;
    sh:property [ rj:key "weight" ; sh:path ml:weight ; sh:datatype xsd:decimal ] .
s:Event a sh:NodeShape ; sh:node s:Thing ; sh:property s:date .
s:Loan a sh:NodeShape ; rj:key "loan" ; sh:targetClass ml:Loan ; sh:node s:Event, s:Labelled ;
    sh:property [ sh:path rj:edtf ; sh:minCount 1 ] ;
    sh:property [ rj:key "party" ; sh:path ml:party ; sh:class schema:Museum ; sh:minCount 2 ] ;
    sh:property [ rj:key "lender" ; sh:path ml:lender ; sh:class schema:Museum ; sh:maxCount 1 ] ;
    sh:property [ rj:key "borrower" ; sh:path ml:borrower ; sh:class schema:Museum ; sh:maxCount 1 ] ;
    sh:property [ rj:key "item" ; sh:path ml:item ; sh:class ml:Artefact ; sh:minCount 1 ] ;
    sh:property [ rj:key "lasts" ; sh:path ml:lasts ; sh:datatype xsd:duration ; sh:maxCount 1 ] ;
    sh:property [ rj:key "signature" ; sh:path ml:signature ; sh:node s:Signature ; rj:value ml:signer ] .
s:Signature a sh:NodeShape ; rj:key "signature" ; sh:targetClass ml:Signature ;
    sh:property [ sh:path ml:signer ; sh:class schema:Person ; sh:minCount 1 ; sh:maxCount 1 ] ;
    sh:property [ rj:key "for" ; sh:path ml:onBehalfOf ; sh:class schema:Museum ; sh:minCount 1 ; sh:maxCount 1 ] ;
    sh:property [ rj:key "role" ; sh:path org:role ; sh:class org:Role ] ;
    sh:property [ rj:key "capacity" ; sh:path rj:capacity ; sh:class rj:Capacity ; sh:minCount 1 ; sh:maxCount 1 ] .
s:Exhibition a sh:NodeShape ; rj:key "exhibition" ; sh:targetClass ml:Exhibition ; sh:node s:Event ;
    sh:property [ rj:key "organiser" ; sh:path ml:organiser ; sh:nodeKind sh:IRI ] .
s:Figure a sh:NodeShape ; rj:key "figure" ; sh:targetClass schema:QuantitativeValue ;
    sh:property s:printed ;
    sh:property [ rj:key "of" ; sh:path ml:of ; sh:nodeKind sh:IRI ; sh:minCount 1 ] ;
    sh:property [ rj:key "exactly" ; sh:path schema:value ;
                  sh:or ( [ sh:datatype xsd:integer ] [ sh:datatype xsd:decimal ] ) ] ;
    sh:property [ rj:key "more-than" ; sh:path rj:moreThan ; sh:datatype xsd:integer ] ;
    sh:xone ( [ sh:property [ sh:path schema:value ; sh:minCount 1 ] ]
              [ sh:property [ sh:path rj:moreThan ; sh:minCount 1 ] ] ) .
s:Quotation a sh:NodeShape ; rj:key "quotation" ; sh:targetClass schema:Quotation ;
    sh:property [ rj:key "speaker" ; sh:path rj:speaker ; sh:class schema:Person ; sh:minCount 1 ] ;
    sh:property [ rj:key "act" ; sh:path rj:act ; sh:class rj:Act ] ;
    sh:property [ rj:key "manner" ; sh:path rj:manner ; sh:class rj:Manner ; sh:minCount 1 ; sh:maxCount 1 ] .
s:Attestation a sh:NodeShape ; sh:targetClass rdf:Statement ;
    sh:property [ sh:path rdf:subject ; sh:minCount 1 ; sh:maxCount 1 ] ;
    sh:property [ sh:path prov:wasDerivedFrom ; sh:minCount 1 ] .
"""

RULES = {
    "lent-to": (
        "# Who lends at a loan lends to whoever borrows at it.\n"
        "CONSTRUCT { ?lender ml:lentTo ?borrower }\n"
        "WHERE { ?loan ml:lender ?lender . ?loan ml:borrower ?borrower }\n"
    ),
    "partner": (
        "# Lending makes partners, and partnership holds both ways.\n"
        "CONSTRUCT { ?one ml:partner ?other . ?other ml:partner ?one }\n"
        "WHERE { ?one ml:lentTo ?other }\n"
    ),
}

ENTITIES = {
    "people": """\
ratna-wijaya: {is: person, label: {en: Ratna Wijaya, id: Ratna Wijaya}}
dewi-kartasasmita: {is: person, label: {en: Dewi Kartasasmita, id: Dewi Kartasasmita}}
no: {is: role, label: {en: Head, id: Kepala}}   # an id that YAML 1.1 would read as false
""",
    "museums": """\
museum-bahari:
  is: museum
  label: {en: Maritime Museum, id: Museum Bahari}
  alt: [{text: MB, language: id}]
museum-laut: {is: museum, label: {en: Sea Museum, id: Museum Laut}}
carer-society: {is: museum, label: {en: Society of carers, id: Lembaga Persahabatan}}
mask: {is: artefact, label: {en: Wooden mask, id: Topeng kayu}, inventory: "0012", weight: 1.50}
loan-mask: {is: loan, label: {en: Loan of the mask, id: Pinjaman topeng}}
curators: {is: museum, label: {en: Curators, id: Kurator}}
""",
}

RECORDS = {
    ONE: """\
museum-bahari:   # the lender
  named: "Museum Bahari meminjamkan"

loan-mask:
  is loan: "meminjamkan topeng kayu Sumba"
  date 2025-02-03: "Senin (3/2/2025)"
  party museum-bahari: "Museum Bahari meminjamkan"
  party museum-laut: ["kepada Museum Laut", "meminjamkan topeng kayu Sumba"]
  lender museum-bahari: "Museum Bahari meminjamkan"
  borrower museum-laut: "kepada Museum Laut"
  item mask: "topeng kayu Sumba"
  lasts P24M: "Pinjaman berlangsung dua tahun"
  # how it was signed
  signature ratna-wijaya:
    quote: "ditandatangani Ratna Wijaya"
    for: museum-bahari
    role: no
    capacity: acting
    certainty: inferred
    note: The name stands beside the verb.

this-masks:
  is figure: "menyimpan lebih dari 1.200 topeng"
  of museum-laut: "Museum Laut menyimpan"
  more-than 1200: "lebih dari 1.200"
  printed: "1.200 topeng"

this-hope:
  is quotation: "\\"Kami berharap topeng itu kembali utuh.\\""
  speaker ratna-wijaya: "Ratna Wijaya berkata"
  manner direct: "Ratna Wijaya berkata"
  act hope: "berharap"
  conveys:
    mask:
      condition intact: "kembali utuh"
""",
    TWO: """\
loan-mask:
  is loan: "meminjamkan topeng itu hingga 2027"
  lender museum-bahari: "Museum Bahari"
  borrower museum-laut: "tiba di Museum Laut"
  party museum-laut:
    quote: "tiba di Museum Laut"
    rank: deprecated

this-uncounted:
  according-to: dewi-kartasasmita
  is figure: "40,5 persen koleksi"
  of museum-laut: "Museum Laut belum dicatat"
  exactly 40.5: "40,5 persen"

carer-society:
  named: "Lembaga Persahabatan Juru Rawat Topeng Kayu Nusantara dan Sekitarnya"
  near this-show: "Lembaga … pameran"

this-show:
  is exhibition: "akan membuka pameran"
""",
}

LINKS = """\
# curie_map:
#   id: https://example.org/loans/id/
#   semapv: https://w3id.org/semapv/vocab/
#   skos: http://www.w3.org/2004/02/skos/core#
#   wd: http://www.wikidata.org/entity/
# mapping_set_id: https://example.org/loans/links/{name}
"""
COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id", "object_label",
    "mapping_justification", "author_label", "mapping_date", "confidence", "comment",
)  # fmt: skip

QUERY = """\
# title@en: To whom did a museum lend?
# title@id: Kepada siapa sebuah museum meminjamkan?
# description@en: One row per borrower.
# description@id: Satu baris per peminjam.
# parameter ?lender: iri id:museum-bahari | The museum | Museumnya

SELECT ?lender ?borrower WHERE { ?lender ml:lentTo ?borrower } ORDER BY ?borrower
"""


def row(slug: str, target: str, *, refused: bool = False) -> str:
    modifier = "Not" if refused else ""
    cells = (
        f"id:{slug}", slug, "skos:exactMatch", modifier, target, "label", "semapv:ManualMappingCuration", "someone",
        "2026-01-01", "0.9", "Seen in: a list",
    )  # fmt: skip
    return "\t".join(cells)


def links(name: str, *rows: str) -> str:
    return LINKS.format(name=name) + "\n".join(["\t".join(COLUMNS), *rows]) + "\n"


def head(article: str) -> str:
    text = decode(TEXTS[article].encode())
    return (
        f"article:\n  id: {article}\n  language: id\n  sha256: {text.sha256}\n  length: {text.length}\n"
        f"  fingerprint: {fingerprint(text.text)}\n  curator: curators\n  curated: 2026-01-02\n\n"
    )


def anchored(article: str, blocks: str) -> str:
    problems: list[Problem] = []
    found = anchor(head(article) + blocks, article, decode(TEXTS[article].encode()), problems)
    assert not problems
    return found.source


def write(root: Path, *, texts: bool = True) -> Project:
    """Write the whole project below a folder."""
    two = anchored(TWO, RECORDS[TWO]).replace(
        '"Museum Bahari"', f'"@{TEXTS[TWO].index("Museum Bahari")} Museum Bahari"'
    )
    files = {
        "data/project.yaml": PROJECT,
        "ontology/terms.ttl": VOCABULARY,
        "ontology/shapes.ttl": SHAPES,
        **{f"ontology/rules/{name}.rq": rule for name, rule in RULES.items()},
        **{f"data/entities/{name}.yaml": entities for name, entities in ENTITIES.items()},
        "data/redirects.yaml": "old-mask: mask\n",
        "data/released-ids.txt": "# ids\nmask\nold-mask\n",
        "data/links/accepted.sssom.tsv": links("accepted", row("museum-laut", "wd:Q1")),
        "data/links/refused.sssom.tsv": links("refused", row("museum-bahari", "wd:Q2", refused=True)),
        f"data/articles/{ONE}.yaml": anchored(ONE, RECORDS[ONE]),
        f"data/articles/{TWO}.yaml": two,
        "queries/borrowers.rq": QUERY,
    }
    if texts:
        files |= {f"data/texts/{article}.txt": text for article, text in TEXTS.items()}
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    return load_project(root)


def edit(root: Path, name: str, old: str, new: str) -> None:
    """Replace one passage of a file; it must stand there once."""
    path = root / name
    content = path.read_bytes().decode()
    assert content.count(old) == 1, (name, old, content.count(old))
    path.write_bytes(content.replace(old, new).encode())


def problems_of(root: Path) -> list[str]:
    """Every problem that loading reports, as people see it."""
    try:
        load(root)
    except SourceError as error:
        return [str(problem) for problem in error.problems]
    return []


def load(root: Path) -> Corpus:
    return load_corpus(load_project(root))


def place(root: Path, name: str, part: str, offset: int = 0) -> str:
    """``file:line:column`` of a passage that stands once in a file."""
    content = (root / name).read_bytes().decode()
    assert content.count(part) == 1, (part, content.count(part))
    start = content.index(part) + offset
    return f"{name}:{content.count(chr(10), 0, start) + 1}:{start - content.rfind(chr(10), 0, start)}"


def rujukan(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would, in a process of its own."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "server")])
    return subprocess.run(
        [sys.executable, "-m", "kg_builder.cli.main", "--project", str(root), *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1", **environment},
    )


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
