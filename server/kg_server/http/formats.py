"""The formats in which results leave the server, and how a client names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kg_server.http.negotiation import choose

HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Format:
    """A serialisation.

    Attributes:
        key: the short name that `format=` takes and that backends know.
        media_types: the registered type first, then what clients also ask for; the type asked for is the type sent.
        extension: of a saved file, without the dot.
        iri: the format's IRI for a service description (https://www.w3.org/ns/formats/).
        names: other short names for `format=`.
    """

    key: str
    media_types: tuple[str, ...]
    extension: str
    iri: str
    names: tuple[str, ...] = ()


_W3C = "http://www.w3.org/ns/formats/"

# SELECT and ASK: SPARQL 1.1 Query Results JSON, XML, and CSV and TSV.
BINDINGS: tuple[Format, ...] = (
    Format("json", ("application/sparql-results+json", "application/json"), "srj", _W3C + "SPARQL_Results_JSON"),
    Format(
        "xml", ("application/sparql-results+xml", "application/xml", "text/xml"), "srx", _W3C + "SPARQL_Results_XML"
    ),
    Format("csv", ("text/csv",), "csv", _W3C + "SPARQL_Results_CSV"),
    Format("tsv", ("text/tab-separated-values",), "tsv", _W3C + "SPARQL_Results_TSV"),
)

# CONSTRUCT and DESCRIBE.
GRAPHS: tuple[Format, ...] = (
    Format("turtle", ("text/turtle", "application/x-turtle"), "ttl", _W3C + "Turtle", ("ttl",)),
    Format("ntriples", ("application/n-triples", "text/plain"), "nt", _W3C + "N-Triples", ("nt",)),
    Format("jsonld", ("application/ld+json", "application/json"), "jsonld", _W3C + "JSON-LD", ("json-ld", "json")),
    Format("rdfxml", ("application/rdf+xml", "application/xml", "text/xml"), "rdf", _W3C + "RDF_XML", ("rdf", "xml")),
    Format("nquads", ("application/n-quads",), "nq", _W3C + "N-Quads", ("nq",)),
    Format("trig", ("application/trig",), "trig", _W3C + "TriG"),
    Format("n3", ("text/n3",), "n3", _W3C + "N3"),
)

DESCRIPTIONS: tuple[Format, ...] = GRAPHS[:4]
"""Those in which pages offer a description; the others add nothing to one that has no named graphs."""

# RFC 7303 and the CSV and TSV registrations leave the charset open; the bytes are always UTF-8, so say it.
_WITH_CHARSET = frozenset({"text/csv", "text/tab-separated-values", "text/turtle", "text/plain", "text/xml", "text/n3"})


@dataclass(frozen=True, slots=True)
class Choice:
    """A format and the media type under which the client asked for it; `html` when a page should carry it."""

    format: Format
    media_type: str

    @property
    def html(self) -> bool:
        """Whether the result is to be shown on a page."""
        return self.media_type == HTML

    @property
    def content_type(self) -> str:
        """The `Content-Type` header."""
        return self.media_type + ("; charset=utf-8" if self.media_type in _WITH_CHARSET else "")


def choose_format(
    accept: str | None, override: str | None, formats: Sequence[Format], *, html: bool = True
) -> Choice | None:
    """Pick the serialisation of a result, or None when nothing fits.

    Args:
        accept: the `Accept` header.
        override: the `format=` parameter: a key, another short name, or a media type; it wins over `accept`.
        formats: `BINDINGS` or `GRAPHS`.
        html: whether a page is possible too.

    >>> choose_format("text/csv;q=0.9, application/json;q=0.1", None, BINDINGS).format.key
    'csv'
    >>> choose_format("text/html", "ttl", GRAPHS).content_type
    'text/turtle; charset=utf-8'
    >>> choose_format("image/png", None, GRAPHS) is None
    True
    """
    if override is not None:
        return _named(override.strip().lower(), formats, html=html)
    # A browser ranks application/xml above */*, so the page is offered first only where it is named outright.
    by_type = {media_type: each for each in reversed(formats) for media_type in each.media_types}
    offers = [each.media_types[0] for each in formats]
    offers += [media_type for each in formats for media_type in each.media_types[1:]]
    if html:
        offers.append(HTML)
    chosen = choose(accept, offers)
    if chosen is None:
        return None
    return Choice(by_type.get(chosen, formats[0]), chosen)


def _named(name: str, formats: Sequence[Format], *, html: bool) -> Choice | None:
    if html and name in {"html", HTML}:
        return Choice(formats[0], HTML)
    for each in formats:
        if name == each.key or name in each.names:
            return Choice(each, each.media_types[0])
    for each in formats:
        if name in each.media_types:
            return Choice(each, name)
    return None


def available(formats: Sequence[Format]) -> list[str]:
    """Return the registered media types, for a 406 and for pages."""
    return [each.media_types[0] for each in formats]
