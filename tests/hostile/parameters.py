"""Requests that try to reach what they should not: other hosts, files, markup, memory by way of caches and ranges."""

# ruff: noqa: E501, S608 - a line for each request; what looks like SQL is SPARQL to be refused
from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlencode

from tests.hostile.cases import CANARY, FORM, Case, get_case, query_case, request

TARGET = f"http://{CANARY}/"
SCRIPT = (b"<script>alert",)


def cases() -> Iterator[Case]:
    for family in (_requests_elsewhere, _injection, _traversal, _formats, _ranges):
        yield from family()


def _requests_elsewhere() -> Iterator[Case]:
    family = "Requests to other hosts (SSRF)"
    inner = "{ ?a ?b ?c }"
    refused = {
        "plain": f"SELECT * {{ SERVICE <{TARGET}> {inner} }}",
        "silent": f"SELECT * {{ SERVICE SILENT <{TARGET}> {inner} }}",
        "in lower case": f"select * {{ service silent <{TARGET}> {inner} }}",
        "a variable": f"SELECT * {{ VALUES ?e {{ <{TARGET}> }} SERVICE ?e {inner} }}",
        "a bound variable": f"SELECT * {{ BIND(IRI(CONCAT('http:', '//{CANARY}/')) AS ?e) SERVICE SILENT ?e {inner} }}",
        "a prefixed name": f"PREFIX x: <{TARGET}> SELECT * {{ SERVICE x: {inner} }}",
        "a relative IRI": f"BASE <{TARGET}> SELECT * {{ SERVICE <x> {inner} }}",
        "glued to what precedes": f"SELECT * {{ FILTER(true)SERVICE<{TARGET}>{inner} }}",
        "behind a comparison": f"SELECT * {{ FILTER(1<2)SERVICE#>\n<{TARGET}>{inner} }}",
        "behind a comment": f"SELECT * {{ SERVICE#SERVICE\n<{TARGET}> {inner} }}",
        "in a subselect": f"SELECT * {{ {{ SELECT * {{ SERVICE <{TARGET}> {inner} }} }} }}",
        "in EXISTS": f"ASK {{ ?s ?p ?o FILTER NOT EXISTS {{ SERVICE <{TARGET}> {inner} }} }}",
        "in OPTIONAL, UNION and MINUS": f"ASK {{ OPTIONAL {{ {{}} UNION {{ ?a ?b ?c MINUS {{ SERVICE <{TARGET}> {inner} }} }} }} }}",
        "in GRAPH": f"ASK {{ GRAPH ?g {{ SERVICE <{TARGET}> {inner} }} }}",
        "in CONSTRUCT": f"CONSTRUCT {{ ?a ?b ?c }} {{ SERVICE <{TARGET}> {inner} }}",
        "in DESCRIBE": f"DESCRIBE ?a {{ SERVICE <{TARGET}> {inner} }}",
        "with credentials": f"ASK {{ SERVICE <http://user:pass@{CANARY}/> {inner} }}",
        "a service in a service": f"ASK {{ SERVICE <urn:x> {{ SERVICE <{TARGET}> {inner} }} }}",
        "metadata of a cloud": "ASK { SERVICE <http://169.254.169.254/latest/meta-data/> { ?a ?b ?c } }",
        "a decimal address": "ASK { SERVICE <http://2130706433/> { ?a ?b ?c } }",
        "an IPv6 address": "ASK { SERVICE <http://[::ffff:127.0.0.1]/> { ?a ?b ?c } }",
        "a file": "ASK { SERVICE <file:///etc/passwd> { ?a ?b ?c } }",
        "gopher": f"ASK {{ SERVICE <gopher://{CANARY}/_x> {{ ?a ?b ?c }} }}",
    }
    for name, query in refused.items():
        yield query_case(family, "SERVICE, " + name, query, 403)
    escaped = f"SELECT * {{ \\u0053ERVICE <{TARGET}> {inner} }}"
    yield query_case(family, "SERVICE, escaped", escaped, 400, 403)
    for name, update in {
        "LOAD": f"LOAD <{TARGET}>",
        "LOAD SILENT INTO": f"LOAD SILENT <{TARGET}> INTO GRAPH <urn:x>",
        "LOAD of a file": "LOAD <file:///etc/passwd>",
        "INSERT with SERVICE": f"INSERT {{ ?a ?b ?c }} WHERE {{ SERVICE <{TARGET}> {inner} }}",
    }.items():
        yield query_case(family, name, update, 403)
        body = urlencode({"update": update}).encode()
        yield Case(
            family,
            f"{name}, as an update",
            (request("POST", "/sparql", [("Content-Type", FORM)], body),),
            frozenset({403}),
        )
    for name, iri in {"http": TARGET, "file": "file:///etc/passwd", "ftp": f"ftp://{CANARY}/x"}.items():
        yield query_case(family, f"FROM {name}", f"SELECT * FROM <{iri}> {{ ?s ?p ?o }}", 200)
        yield query_case(
            family, f"FROM NAMED {name}", f"SELECT * FROM NAMED <{iri}> {{ GRAPH ?g {{ ?s ?p ?o }} }}", 200
        )
        yield query_case(family, f"default-graph-uri {name}", "ASK { ?s ?p ?o }", 200, **{"default-graph-uri": iri})
        yield query_case(
            family, f"named-graph-uri {name}", "ASK { GRAPH ?g { ?s ?p ?o } }", 200, **{"named-graph-uri": iri}
        )
        yield get_case(family, f"a whole graph, {name}", "/graphs?graph=" + quote(iri, safe=""), 404)
    yield query_case(family, "GRAPH of a file", "ASK { GRAPH <file:///etc/passwd> { ?s ?p ?o } }", 200)
    yield get_case(
        family, "a parameter that is an address", "/queries/loans-of-a-lender?lender=" + quote(TARGET, safe=""), 200
    )
    yield get_case(family, "a proxy's request", f"http://{CANARY}/", 200, 400, 404)
    yield get_case(family, "a host that is another", "/", 200, 400, Accept="application/json", Referer=TARGET)


def _injection() -> Iterator[Case]:
    family = "Injection"
    loans = "/queries/loans-of-a-lender?lender="
    for name, text in {
        "the end of an IRI": "https://example.org/> } UNION { ?lender ?loan ?items } #",
        "braces": "id:anna } { ?a ?b ?c",
        "SERVICE": f"<urn:x> . SERVICE <{TARGET}> {{ ?a ?b ?c }}",
        "a comment": "id:anna#}",
        "quotes": "'\"\\",
        "a line end": "id:anna\r\nX-Injected: yes",
        "a variable": "?loan",
        "a blank node": "_:b",
        "nothing": "",
        "markup": "<script>alert(1)</script>",
    }.items():
        yield get_case(family, name + " as an IRI", loans + quote(text, safe=""), 400, never=(b"\r\nX-Injected",))
    before = "/queries/loans-before?day=2024-01-01&least="
    for name, text in {
        "SPARQL": "0) || (true",
        "a number without end": "9" * 60_000,
        "NaN": "NaN",
        "digits of another script": "٣",
        "a NUL": "1\0",
    }.items():
        yield get_case(family, name + " as a number", before + quote(text, safe=""), 400)
    yield get_case(family, "a day that is none", "/queries/loans-before?day=2024-02-31", 400)
    yield get_case(family, "an unknown parameter", loans + "id:anna&" + quote("x){}#") + "=1", 400)
    yield get_case(family, "a parameter twice", loans + "id:anna&lender=id:budi", 400)
    html = "text/html"
    script = quote("SELECT ('<script>alert(1)</script>' AS ?x) {}", safe="")
    yield get_case(family, "markup in a label", f"/sparql?query={script}&format=html", 200, never=SCRIPT)
    yield get_case(
        family,
        "markup in a broken query",
        "/sparql?query=" + quote("<script>alert(1)</script>"),
        400,
        never=SCRIPT,
        Accept=html,
    )
    yield get_case(
        family, "markup in a path", "/id/" + quote("<script>alert(1)</script>"), 404, never=SCRIPT, Accept=html
    )
    yield get_case(
        family, "markup in a language", "/?lang=" + quote("<script>alert(1)</script>"), 200, never=SCRIPT, Accept=html
    )
    yield get_case(
        family,
        "a script's address in an IRI",
        "/sparql?format=html&query=" + quote("SELECT (IRI('javascript:alert(1)') AS ?x) {}", safe=""),
        200,
        never=(b'href="javascript:',),
    )
    split = "x%0d%0aX-Injected:%20yes%0d%0a%0d%0a"
    injected = (b"\r\nX-Injected",)
    for name, path in {
        "format": f"/sparql?query=ASK%7B%7D&format={split}",
        "path": f"/id/{split}",
        "file": f"/dumps/{split}",
        "language": f"/?lang={split}",
        "page": f"/queries/loans-of-a-lender?limit=1&lender=id:anna&x={split}",
    }.items():
        yield get_case(family, "a header by " + name, path, 200, 400, 404, 406, never=injected)
    formula = quote("SELECT ('=HYPERLINK(\"http://x\")' AS ?x) {}", safe="")
    yield get_case(family, "a formula in CSV", f"/sparql?query={formula}&format=csv", 200)


def _traversal() -> Iterator[Case]:
    family = "Paths out of the folder"
    for name, path in {
        "dots": "../../../../etc/passwd",
        "dots, encoded": "%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "dots, encoded twice": "%252e%252e%252fetc%252fpasswd",
        "dots, overlong": "%c0%ae%c0%ae/etc/passwd",
        "backslashes": "..%5c..%5cetc%5cpasswd",
        "an absolute path": "%2fetc%2fpasswd",
        "a NUL": "kg.nq%00.ttl",
        "the manifest": "../manifest.json",
        "the store": "..%2fstore%2fCURRENT",
    }.items():
        for root in ("dumps", "static", "id", "queries"):
            # Whether `..` is taken away or kept, there is no such thing.
            expected = (200, 400, 404) if name == "the manifest" and root != "id" else (400, 404)
            yield get_case(
                family, f"{name} below /{root}", f"/{root}/{path}", *expected, never=(b"root:x:0", b"MANIFEST-")
            )


def _formats() -> Iterator[Case]:
    family = "Formats and languages"
    ask = "/sparql?query=ASK%7B%7D"
    yield get_case(family, "an unknown format", ask + "&format=exe", 406)
    yield get_case(family, "a format of 50 kB", ask + "&format=" + "x" * 50_000, 406)
    yield get_case(family, "a format twice", ask + "&format=json&format=xml", 400)
    yield get_case(family, "a format with a path", ask + "&format=..%2f..%2fetc", 406)
    yield get_case(family, "a language of 50 kB", "/?lang=" + "x" * 50_000, 200, Accept="text/html")
    yield get_case(family, "a version that is none", ask + "&version=" + "9" * 9000, 400)
    yield get_case(family, "a page without end", "/queries/loans-of-a-lender?limit=99999999999", 400)
    yield get_case(family, "a negative page", "/queries/loans-of-a-lender?limit=10&offset=-1", 400)
    yield get_case(family, "a page of a graph", "/queries/graph-of-loans?limit=10", 400)
    yield get_case(family, "a flag that is none", "/id/anna?evidence=" + "x" * 1000, 400)
    for number in range(6):
        # Nothing that is remembered by address may grow with what clients make up.
        yield get_case(family, f"addresses without end, {number + 1}", f"{ask}&x{number}=" + str(number) * 30_000, 200)
        yield get_case(family, f"accepts without end, {number + 1}", ask, 406, Accept=f"a/b{number}" * 7000)


def _ranges() -> Iterator[Case]:
    family = "Ranges, codings, caches"
    dump = "/dumps/kg.nq"
    overlapping = "bytes=" + ",".join(f"{n}-" for n in range(1000))
    yield get_case(family, "a thousand overlapping ranges", dump, 200, 206, 400, 416, Range=overlapping)
    yield get_case(
        family,
        "many ranges of a byte",
        dump,
        200,
        206,
        400,
        416,
        Range="bytes=" + ",".join(f"{n * 2}-{n * 2}" for n in range(5000)),
    )
    yield get_case(family, "the same range again", dump, 200, 206, 400, 416, Range="bytes=" + ",".join(["0-"] * 5000))
    yield get_case(family, "a range beyond the end", dump, 416, Range="bytes=99999999999-")
    yield get_case(family, "a range that overflows", dump, 200, 206, 400, 416, Range="bytes=0-" + "9" * 5000)
    yield get_case(family, "a range backwards", dump, 200, 400, 416, Range="bytes=9-1")
    yield get_case(family, "a range of another unit", dump, 200, 400, 416, Range="lines=1-2")
    yield get_case(family, "a range of an answer", "/sparql?query=ASK%7B%7D", 200, Range="bytes=0-0")
    yield get_case(family, "every coding at once", dump, 200, Accept_Encoding="gzip, zstd, br, deflate, *;q=0.1")
    large = quote("SELECT * { VALUES ?a { " + "1 " * 300 + "} VALUES ?b { " + "1 " * 300 + "} }", safe="")
    for number in range(4):
        yield get_case(
            family,
            f"a large answer compressed anew, {number + 1}",
            f"/sparql?format=csv&query={large}%23{number}",
            200,
            Accept_Encoding="gzip",
        )
    yield get_case(family, "an unconditional reload", dump, 200, Cache_Control="no-cache", Pragma="no-cache")
