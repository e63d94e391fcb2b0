"""What OpenAPI says of everything but the saved queries: parameters, bodies, answers and examples that run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlencode

from kg_server.app.findings import DEFAULT_LIMIT, FINDINGS, MOST_LIMIT, MOST_SKIPPED
from kg_server.describe.current import Release
from kg_server.describe.queries import MOST_OFFSET, MOST_ROWS
from kg_server.describe.search.lookup import LONGEST_QUERY
from kg_server.http.formats import BINDINGS, GRAPHS, HTML, Format
from kg_server.http.problems import MEDIA_TYPE, TYPE_BASE, Problem
from kg_server.http.protocol import FORM, QUERY, VERSIONS

Document = dict[str, object]

_TITLES: Mapping[int, str] = {
    301: "Moved: the release names another IRI in its place (Location)",
    303: "The address is that of a thing; a description of it is at Location",
    304: "What you have is still what is served",
    206: "The parts that Range asks for",
    400: "The request is not right; a parse error has line and column",
    403: "An update, or a query that asks another endpoint",
    404: "Nothing is there",
    406: "No format that is accepted can carry the answer; `available` lists those that can",
    412: "It is not what If-Match or If-Unmodified-Since name",
    413: "The body is too large; `limit` is in bytes",
    414: "The address is too long; `limit` is in bytes",
    415: "The body is of another type, charset or coding",
    416: "No byte of the range exists; `limit` is the size",
    422: "The answer or its evaluation is larger than permitted; `limit` says by which limit",
    429: "Too much in too short a time; Retry-After says when to ask again",
    500: "The query could not be evaluated",
    503: "Too many queries, or an interrupted one; Retry-After says when to ask again",
    504: "The query took too long; `limit` is in seconds",
}
_WITHOUT_BODY = frozenset({301, 303, 304})
_ASKING = (429, 500, 503, 504)
_SUBJECT_ROOTS = ("id", "article", "statement", "derivation", "graph", "rule", "query")
_ASK = "ASK { ?thing ?property ?value }"
_SELECT = "SELECT ?kind (COUNT(?thing) AS ?things) WHERE { ?thing a ?kind } GROUP BY ?kind"


def fixed_operations(release: Release) -> dict[str, Document]:
    """Return the path items of everything but the saved queries, with examples that this release answers."""
    pages = {HTML: {}, **_JSON, **_contents(GRAPHS)}
    home = _get("home", "What this graph is", "/?format=json&lang=id", [_format(GRAPHS, "json"), _LANG], pages,
                (304, 400, 406, *_ASKING))  # fmt: skip
    found: dict[str, Document] = {
        "/": {"get": home},
        "/sparql": _sparql(),
        "/graphs": {"get": _graphs(release)},
        "/queries/{name}": {"get": _saved(release)},
        **dict(_searches()),
        **dict(_dumps(release)),
        **dict(_descriptions()),
        **dict(_subjects(release)),
    }
    for path, summary, content in (
        ("/queries", "The saved queries, with their parameters", _JSON_LIST),
        ("/query/completion.json", "What a query can name, for an editor", _JSON),
        ("/manifest.json", "The release's manifest", _JSON),
        ("/health", "Which release is served", _JSON),
        ("/ready", "Whether queries can be answered now", _JSON),
        ("/metrics", "Figures for Prometheus", _TEXT),
        ("/openapi.json", "This document", _JSON),
    ):
        name = path.strip("/").removesuffix(".json").replace("/", "-")
        found[path] = {"get": _get(name, summary, path, [], content, (503,))}
    for path, name, summary, kind in (
        ("/gaps", "gaps", "Conflicts and gaps, as a page", HTML),
        ("/data", "data", "Files, licence, citation and what changed, as a page", HTML),
        ("/data/citation.bib", "bibtex", "The citation of the release for BibTeX", "application/x-bibtex"),
        ("/data/CITATION.cff", "cff", "The citation of the release in the Citation File Format", "application/yaml"),
    ):
        found[path] = {"get": _get(name, summary, path, [_LANG], {kind: {}}, (503,))}
    return found


def components() -> Document:
    """Return the schema of a problem (RFC 9457), with the extensions that problems here have."""
    kinds = sorted({TYPE_BASE + each.slug for each in _kinds(Problem)})
    whole = {"type": "integer", "minimum": 1}
    members: Document = {
        "type": {"type": "string", "enum": kinds},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "line": {**whole, "description": "of a parse error, from 1"},
        "column": {**whole, "description": "of a parse error, from 1, in characters"},
        "excerpt": {"type": "string", "description": "the line of the error, and a mark below its place"},
        "function": {"type": "string", "description": "IRI of a function that is not known"},
        "parameter": {"type": "string", "description": "name of the parameter that is not right"},
        "available": {"type": "array", "items": {"type": "string"}},
        "retry_after": {"type": "number", "description": "seconds, as in the header Retry-After"},
        "limit": {"type": "number", "description": "the limit that was hit; its unit stands in detail"},
    }
    schema: Document = {"type": "object", "required": ["type", "title", "status", "detail"], "properties": members}
    return {"schemas": {"Problem": schema, "Findings": FINDINGS}}


def problems(statuses: Iterable[int]) -> dict[str, Document]:
    """Return the responses of these statuses: problems, or nothing where the status has no body."""
    problem: Document = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}, HTML: {}}
    return {
        str(each): {"description": _TITLES[each], **({} if each in _WITHOUT_BODY else {"content": problem})}
        for each in statuses
    }


def names_of(formats: Sequence[Format]) -> list[str]:
    """Return everything that `format=` takes, for these formats and a page."""
    short = [name for each in formats for name in (each.key, *each.names)]
    return list(dict.fromkeys([*short, *(kind for each in formats for kind in each.media_types), "html", HTML]))


def option(name: str, schema: Document, meaning: str, example: object = None, **more: object) -> Document:
    """Return a parameter of the query string; without an example it is left out of example requests."""
    shown = {} if example is None else {"example": example}
    return {"name": name, "in": "query", "required": False, "description": meaning, "schema": schema, **shown, **more}


_JSON: Document = {"application/json": {"schema": {"type": "object"}}}
_TEXT: Document = {"text/plain": {"schema": {"type": "string"}}}
_JSON_LIST: Document = {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}
_TRUTH: Document = {"type": "boolean", "default": False}
_IRIS: Document = {"type": "array", "items": {"type": "string", "format": "iri"}}
_LANG = option("lang", {"type": "string"}, "language of a page: en or id; others mean the browser's choice", "id")


def _kinds(kind: type[Problem]) -> Iterator[type[Problem]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)


def _contents(formats: Iterable[Format]) -> Document:
    return {kind: {} for each in formats for kind in each.media_types}


def _format(formats: Sequence[Format], example: str | None) -> Document:
    return option("format", {"type": "string", "enum": names_of(formats)}, "the format, instead of Accept", example)


def _get(  # noqa: PLR0913, PLR0917 - the parts of an operation
    name: str, summary: str, example: str, parameters: list[Document], content: Document, statuses: Iterable[int]
) -> Document:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "x-example-request": example,
        "responses": {"200": {"description": "OK", "content": content}, **problems(statuses)},
    }


def _sparql() -> Document:
    formats = [*BINDINGS, *GRAPHS]
    dataset = [
        option("default-graph-uri", _IRIS, "graphs that make up the default graph", style="form", explode=True),
        option("named-graph-uri", _IRIS, "graphs that GRAPH reaches", style="form", explode=True),
    ]
    options = [
        _format(formats, "json"), _LANG,
        option("version", {"type": "string", "enum": list(VERSIONS)}, "the version of SPARQL, announced", "1.1"),
    ]  # fmt: skip
    query = option("query", {"type": "string"}, "SPARQL; without it, the service description is sent", _SELECT)
    example = "/sparql?" + urlencode({"query": _SELECT, "format": "json"})
    content = {**_contents(formats), HTML: {}}
    get = _get("sparql-get", "Ask in SPARQL, or get the service description", example, [query, *dataset, *options],
               content, (400, 403, 406, 414, 422, *_ASKING))  # fmt: skip
    get["tags"] = ["SPARQL"]
    fields: Document = {"query": {"type": "string"}}
    fields |= {str(each["name"]): each["schema"] for each in (*dataset, *options)}
    form: Document = {"type": "object", "required": ["query"], "properties": fields}
    body: Document = {
        "required": True,
        "content": {
            FORM: {"schema": form, "example": {"query": _SELECT, "format": "csv"}},
            QUERY: {"schema": {"type": "string"}, "example": _ASK},
        },
    }
    post: Document = {
        "operationId": "sparql-post", "tags": ["SPARQL"], "summary": "Ask in SPARQL, with the query in the body",
        "description": "The method QUERY takes the same and is safe (SPARQL 1.2 Protocol, section 2.2).",
        "parameters": [*dataset, *options], "requestBody": body, "x-example-request": "/sparql",
        "responses": {"200": {"description": "OK", "content": content},
                      **problems((400, 403, 406, 413, 415, 422, *_ASKING))},
    }  # fmt: skip
    # OpenAPI 3.1 knows no method QUERY (3.2 does); an extension says the same.
    return {"get": get, "post": post, "x-query": {**post, "operationId": "sparql-query"}}


def _graphs(release: Release) -> Document:
    graph = next(iter(release.manifest.graphs), None)
    parameters = [
        option("default", {"type": "string"}, "the default graph; give this or 'graph'", allowEmptyValue=True),
        option("graph", {"type": "string", "format": "iri"}, "the graph of this name; give this or 'default'", graph),
        _format(GRAPHS, "turtle"), _LANG,
    ]  # fmt: skip
    asked = {"graph": graph} if graph else {"default": ""}
    example = "/graphs?" + urlencode({**asked, "format": "turtle"})
    found = _get("graphs", "A whole graph (SPARQL 1.1 Graph Store HTTP Protocol)", example, parameters,
                 {**_contents(GRAPHS), HTML: {}}, (400, 404, 406, 422, *_ASKING))  # fmt: skip
    found["tags"] = ["SPARQL"]
    return found


def _saved(release: Release) -> Document:
    name = next(iter(release.queries), None)
    parameters = [
        _in_path("name", {"type": "string", "enum": list(release.queries)}, name),
        _format([*BINDINGS, *GRAPHS], None), _LANG,
        option("limit", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}, "rows of a page, of a SELECT"),
        option("offset", {"type": "integer", "minimum": 0, "maximum": MOST_OFFSET}, "rows to leave out, of a SELECT"),
    ]  # fmt: skip
    return _get("query", "The answer to a saved query; each has an entry of its own with its parameters",
                f"/queries/{name}" if name else "/queries", parameters,
                {**_contents([*BINDINGS, *GRAPHS]), HTML: {}}, (400, 404, 406, 422, *_ASKING))  # fmt: skip


def _in_path(name: str, schema: Document, example: str | None) -> Document:
    shown = {} if example is None else {"example": example}
    return {"name": name, "in": "path", "required": True, "schema": schema, **shown}


def _searches() -> Iterator[tuple[str, Document]]:
    text = option(
        "q", {"type": "string", "maxLength": LONGEST_QUERY}, "a name or quoted words, or their beginning", "a"
    )
    kind = option("kind", {"type": "string"}, "entity, question, phrase, or a class as an IRI or a prefixed name")
    whole = {"type": "integer", "minimum": 1}
    number = option("page", whole, "of the results of one kind", 1)
    page = _get("search", "The results of a search, on a page", "/search?q=a&lang=en", [text, kind, number, _LANG],
                {HTML: {}}, (400, 429, 503))  # fmt: skip
    parameters = [
        text, kind, _LANG,
        option("limit", {**whole, "maximum": MOST_LIMIT, "default": DEFAULT_LIMIT}, "results of each type", 5),
        option("offset", {"type": "integer", "minimum": 0, "maximum": MOST_SKIPPED, "default": 0},
               "results of each type to leave out", 0),
    ]  # fmt: skip
    found: Document = {"application/json": {"schema": {"$ref": "#/components/schemas/Findings"}}}
    json = _get("search-json", "What names and quoted phrases are like a text", "/search.json?q=a&limit=5", parameters,
                found, (304, 400, 429, 503))  # fmt: skip
    json["description"] = (
        "Tolerant of spelling and romanisation. Results come by type, the best first: entities, questions, phrases. "
        "`match` says how: exact, start, words, sound, near, inside, some. `marks` are positions in code points."
    )
    for path, operation in (("/search", page), ("/search.json", json)):
        operation["tags"] = ["search"]
        yield path, {"get": operation}


def _dumps(release: Release) -> Iterator[tuple[str, Document]]:
    summary = "The checksums of the dumps, for `sha256sum -c`"
    yield "/dumps/SHA256SUMS", {"get": _get("checksums", summary, "/dumps/SHA256SUMS", [], _TEXT, (304, 412, 503))}
    names = [*(each.name for each in release.manifest.dumps), *release.manifest.later]
    kinds: Document = {each.media_type: {} for each in release.manifest.dumps}
    example = next((each.name for each in release.manifest.dumps), None)
    found = _get(
        "dump", "A dump of the graph, whole or in ranges", f"/dumps/{example}" if example else "/dumps",
        [_in_path("name", {"type": "string", "enum": names}, example)], dict(kinds), (304, 404, 412, 416, 503),
    )  # fmt: skip
    parts = {"description": _TITLES[206], "content": {**kinds, "multipart/byteranges": {}}}
    found["responses"] = {**found["responses"], "206": parts}  # type: ignore[dict-item]
    yield "/dumps/{name}", {"get": found}


def _descriptions() -> Iterator[tuple[str, Document]]:
    content = {**_contents(GRAPHS), HTML: {}}
    for path, name, summary in (
        ("/.well-known/void", "void", "The dataset in VoID"),
        ("/.well-known/sparql-examples", "examples", "The saved queries as sh:SPARQLExecutable"),
        ("/dumps", "dumps", "The dumps in DCAT"),
    ):
        found = _get(name, summary, f"{path}?format=turtle", [_format(GRAPHS, "turtle"), _LANG], dict(content),
                     (304, 400, 406, 503))  # fmt: skip
        yield path, {"get": found}


def _subjects(release: Release) -> Iterator[tuple[str, Document]]:
    graph = next((each for each in release.manifest.graphs if each.startswith(release.manifest.base)), None)
    root, _, rest = (graph or "")[len(release.manifest.base) :].partition("/")
    parameters = [
        option("evidence", _TRUTH, "whether attestations, derivations and spans are wanted", True),  # noqa: FBT003
        option("incoming", _TRUTH, "whether triples that lead to it are wanted, 200 at a time", True),  # noqa: FBT003
        option("offset", {"type": "integer", "minimum": 0, "maximum": MOST_OFFSET}, "how many to leave out", 0),
        _format(GRAPHS, "turtle"), _LANG,
    ]  # fmt: skip
    for each in _SUBJECT_ROOTS:
        found = _get(
            f"describe-{each}", f"What the release says of an IRI of /{each}/",
            f"/{each}/{rest}?evidence=true&incoming=true&offset=0&format=turtle",
            [_in_path("path", {"type": "string"}, rest if each == root else None), *parameters],
            {**_contents(GRAPHS), HTML: {}}, (301, 303, 304, 400, 404, 406, 422, *_ASKING),
        )  # fmt: skip
        if each != root:
            del found["x-example-request"]
        found["tags"] = ["linked data"]
        yield f"/{each}/{{path}}", {"get": found}
