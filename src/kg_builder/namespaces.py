"""The namespaces that the engine itself speaks of; a graph's own come from its project file."""

from __future__ import annotations

from typing import Final

RJ: Final = "https://w3id.org/rujukan/ns#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SH: Final = "http://www.w3.org/ns/shacl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCTERMS: Final = "http://purl.org/dc/terms/"
DCAT: Final = "http://www.w3.org/ns/dcat#"
VOID: Final = "http://rdfs.org/ns/void#"
PROV: Final = "http://www.w3.org/ns/prov#"
OA: Final = "http://www.w3.org/ns/oa#"
ORG: Final = "http://www.w3.org/ns/org#"
SOSA: Final = "http://www.w3.org/ns/sosa/"
SCHEMA: Final = "https://schema.org/"
WD: Final = "http://www.wikidata.org/entity/"
EDTF: Final = "http://id.loc.gov/datatypes/edtf/EDTF"

PREFIXES: Final = {
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "oa": OA,
    "org": ORG,
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "rj": RJ,
    "schema": SCHEMA,
    "sh": SH,
    "skos": SKOS,
    "sosa": SOSA,
    "void": VOID,
    "wd": WD,
    "xsd": XSD,
}
"""Prefix to namespace, for queries and dumps; a project adds its own."""
