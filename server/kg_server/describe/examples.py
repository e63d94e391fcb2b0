"""The saved queries as query examples: `sh:SPARQLExecutable` as the SIB resources publish them.

https://github.com/sib-swiss/sparql-examples describes the form: the question in `rdfs:comment`, the text in `sh:select`
(or another), prefixes by `sh:prefixes`, the endpoint in `schema:target`, words to find it by in `schema:keywords`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox

from kg_builder.namespaces import DCTERMS, OWL, RDFS, SCHEMA, SH
from kg_server.describe.ask import Triples, typed
from kg_server.describe.bound import with_defaults
from kg_server.describe.queries import SavedQuery
from kg_server.describe.release import Manifest
from kg_server.lexer import first_keyword, tokens

_KINDS = {
    "SELECT": ("SPARQLSelectExecutable", "select"),
    "ASK": ("SPARQLAskExecutable", "ask"),
    "CONSTRUCT": ("SPARQLConstructExecutable", "construct"),
    # SHACL has no property for DESCRIBE; the SIB examples have one.
    "DESCRIBE": ("SPARQLExecutable", "describe"),
}
_SIB = "https://purl.expasy.org/sparql-examples/ontology#"
_KEYWORDS = 12
# Nearly every query uses these, so they tell none from another.
_COMMON = frozenset({"oa", "owl", "prov", "rdf", "rdfs", "xsd"})


def example_triples(manifest: Manifest, queries: Mapping[str, SavedQuery], address: str) -> Triples:
    """Return every saved query as an example; `address` is the server's, without a slash at its end."""
    found, document = Triples(), f"{address}/.well-known/sparql-examples"
    prefixes = f"{document}#prefixes"
    found.a(prefixes, OWL + "Ontology")
    for prefix, space in sorted(manifest.prefixes.items()):
        node = f"{document}#prefix-{prefix}"
        found.add(prefixes, SH + "declare", node)
        found.a(node, SH + "PrefixDeclaration")
        found.add(node, SH + "prefix", ox.Literal(prefix))
        found.add(node, SH + "namespace", typed(space, "anyURI"))
    for name, query in queries.items():
        node = f"{manifest.base}query/{name}"
        kind, predicate = _KINDS[form(query.query)]
        found.a(node, SH + "SPARQLExecutable", SH + kind)
        found.texts(node, RDFS + "label", query.title)
        found.texts(node, RDFS + "comment", query.title)
        found.texts(node, DCTERMS + "description", query.description)
        space = _SIB if predicate == "describe" else SH
        found.add(node, space + predicate, ox.Literal(with_defaults(query, manifest.prefixes, manifest.base)))
        found.add(node, SH + "prefixes", prefixes)
        found.add(node, SCHEMA + "target", f"{address}/sparql")
        found.add(node, SCHEMA + "url", f"{address}/queries/{name}")
        found.add(node, SCHEMA + "keywords", *(ox.Literal(each) for each in keywords(query.query)))
    return found


def form(query: str) -> str:
    """Return the form of a query: SELECT, ASK, CONSTRUCT or DESCRIBE.

    >>> form("PREFIX ex: <https://example.org/> ASK { ?event a ex:Loan }")
    'ASK'
    """
    word = first_keyword(query)
    # A keyword may run into what follows it ("SELECT*" does not, "ASKtrue" might): the beginning decides.
    return next((each for each in _KINDS if word is not None and word.text.upper().startswith(each)), "SELECT")


def keywords(query: str) -> list[str]:
    """Return the terms of the vocabularies that a query uses, as words to find it by, the first twelve.

    >>> keywords("PREFIX ex: <https://example.org/> SELECT * { ?loan a ex:Loan ; ex:lender ?who ; ex:lender ?other }")
    ['Loan', 'lender']
    """
    named = (each.text.partition(":") for each in tokens(query) if each.kind == "pname")
    return list(dict.fromkeys(local for prefix, _, local in named if local and prefix not in _COMMON))[:_KEYWORDS]
