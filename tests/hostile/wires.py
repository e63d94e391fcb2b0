"""Requests that are malformed on the way: encodings, headers, framing, slow clients."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from tests.hostile.cases import CLOSED, FORM, Case, asking, get_case, request

HOST = b"Host: localhost\r\n"
LAST = b"Connection: close\r\n"
DIRECT = "application/sparql-query"
GET = b"GET /health HTTP/1.1\r\n" + HOST
# What would be smuggled: it answers 200, so it shows in the number of replies.
HIDDEN = b"GET /health HTTP/1.1\r\nHost: smuggled\r\n\r\n"
BAD = frozenset({400})


def cases() -> Iterator[Case]:
    for family in (_encodings, _framing, _headers, _methods, _slow):
        yield from family()


def _body(family: str, name: str, body: bytes, *expected: int, content_type: str = DIRECT, **more: str) -> Case:
    headers = [("Content-Type", content_type), *((key.replace("_", "-"), text) for key, text in more.items())]
    return Case(family, name, (request("POST", "/sparql", headers, body),), frozenset(expected))


def _encodings() -> Iterator[Case]:
    family = "Encodings"
    yield get_case(family, "a stray per cent", "/sparql?query=ASK%20%7B%7D%2", 400)
    yield get_case(family, "no hexadecimal", "/sparql?query=ASK%ZZ", 400)
    yield get_case(family, "overlong UTF-8", "/sparql?query=ASK%20%C0%AF%7B%7D", 400)
    yield get_case(family, "a surrogate in UTF-8", "/sparql?query=ASK%20%ED%A0%80%7B%7D", 400)
    yield get_case(family, "beyond Unicode", "/sparql?query=ASK%20%F5%80%80%80%7B%7D", 400)
    yield get_case(family, "NUL", "/sparql?query=ASK%20%00%7B%7D", 400)
    yield get_case(family, "encoded twice", "/sparql?query=ASK%2520%257B%257D", 400)
    yield get_case(family, "UTF-16", "/sparql?query=%FF%FEA%00S%00K%00", 400)
    yield get_case(family, "a byte order mark", "/sparql?query=%EF%BB%BFASK%20%7B%7D", 400)
    yield get_case(family, "the right to left", "/sparql?query=ASK%20%E2%80%AE%7B%7D", 400)
    yield Case(
        family, "raw bytes in the address", (b"GET /sparql?query=ASK{\xff} HTTP/1.1\r\n" + HOST + LAST + b"\r\n",), BAD
    )
    yield _body(
        family, "UTF-16 that is announced", "ASK {}".encode("utf-16"), 415, content_type=DIRECT + "; charset=utf-16"
    )
    yield _body(family, "UTF-16 that is not", "ASK {}".encode("utf-16"), 400)
    yield _body(family, "UTF-7", b"ASK +AHsAfQ-", 415, content_type=DIRECT + "; charset=utf-7")
    yield _body(family, "Latin-1", "ASK { ?s ?p 'é' }".encode("latin-1"), 400)
    yield _body(family, "half a character", "ASK { ?s ?p '€' }".encode()[:-5], 400)
    yield _body(family, "NUL bytes", b"\0" * 60_000, 400)
    yield _body(family, "a gzip bomb", gzip.compress(b"a" * 10_000_000), 415, Content_Encoding="gzip")
    yield _body(family, "codings piled up", b"ASK {}", 415, Content_Encoding="identity, gzip, gzip, gzip")
    yield _body(family, "a form of a million fields", b"&" * 60_000, 400, content_type=FORM)
    yield _body(family, "a form of fields", b"a=b&" * 15_000, 400, content_type=FORM)
    yield _body(family, "a form with bad escapes", b"query=%%%%%%", 400, content_type=FORM)
    yield _body(
        family, "a content type without end", b"ASK {}", 415, content_type=DIRECT + ";a=b" * 3000 + ";charset=x"
    )
    yield _body(family, "a multipart body", b"--x\r\n\r\n--x--", 415, content_type="multipart/form-data; boundary=x")


def _framing() -> Iterator[Case]:
    family = "Framing and smuggling"
    post = b"POST /sparql HTTP/1.1\r\n" + HOST + b"Content-Type: application/sparql-query\r\n"
    chunked = post + b"Transfer-Encoding: chunked\r\n"

    def one(name: str, data: bytes, *expected: int, replies: int = 1) -> Case:
        return Case(family, name, (data,), frozenset(expected or BAD), replies=replies)

    yield one("length and chunks", post + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN)
    yield one("chunks and length", chunked + b"Content-Length: 4\r\n\r\n0\r\n\r\n" + HIDDEN)
    yield one("two lengths", post + b"Content-Length: 6\r\nContent-Length: 60\r\n\r\nASK {}" + HIDDEN)
    yield one("two lengths in one", post + b"Content-Length: 6, 6\r\n\r\nASK {}" + HIDDEN)
    yield one("a negative length", post + b"Content-Length: -1\r\n\r\n" + HIDDEN)
    yield one("a length with a sign", post + b"Content-Length: +6\r\n\r\nASK {}" + HIDDEN)
    yield one("a hexadecimal length", post + b"Content-Length: 0x6\r\n\r\nASK {}" + HIDDEN)
    yield one("a length that overflows", post + b"Content-Length: 99999999999999999999999\r\n\r\nASK {}" + HIDDEN)
    yield one("a length of a terabyte", post + LAST + b"Content-Length: 1099511627776\r\n\r\nASK {}", 408)
    yield one("chunked twice", post + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + HIDDEN)
    yield one("chunked and something", post + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN)
    yield one("chunked, misspelt", post + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN)
    yield one("chunked behind a space", post + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN)
    yield one("a chunk of no size", chunked + b"\r\nzz\r\nASK {}\r\n0\r\n\r\n" + HIDDEN)
    yield one("a chunk size that overflows", chunked + b"\r\nfffffffffffffffff\r\nASK {}\r\n0\r\n\r\n" + HIDDEN)
    yield one("a negative chunk", chunked + b"\r\n-6\r\nASK {}\r\n0\r\n\r\n" + HIDDEN)
    yield one("a chunk longer than it says", chunked + b"\r\n3\r\nASK {}\r\n0\r\n\r\n" + HIDDEN)
    yield one(
        "a chunk extension without end",
        chunked + LAST + b"\r\n6;" + b"a" * 200_000 + b"\r\nASK {}\r\n0\r\n\r\n",
        200,
        400,
        431,
    )
    yield one(
        "trailers without end",
        chunked + LAST + b"\r\n6\r\nASK {}\r\n0\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
        200,
        400,
        431,
    )
    yield one(
        "ten thousand chunks", chunked + LAST + b"\r\n" + b"1\r\n \r\n" * 10_000 + b"6\r\nASK {}\r\n0\r\n\r\n", 200
    )
    yield one("chunks longer than is read", chunked + LAST + b"\r\n" + (b"1000\r\n" + b" " * 4096 + b"\r\n") * 100, 413)
    yield one("a body with GET", GET + LAST + b"Content-Length: 42\r\n\r\n" + HIDDEN[:42], 200)
    yield one("bare line feeds", b"GET /health HTTP/1.1\nHost: localhost\n\n", 200, 400)
    yield one("bare carriage returns", b"GET /health HTTP/1.1\rHost: localhost\r\r" + HIDDEN)
    yield one("a folded header", GET + b"X: a\r\n b\r\n" + LAST + b"\r\n")
    yield one("a space before the first header", b"GET /health HTTP/1.1\r\n " + HOST + b"\r\n")
    yield one("a header without a name", GET + b": a\r\n\r\n")
    yield one("a header without a colon", GET + b"nonsense\r\n\r\n")
    yield one("NUL in a header", GET + b"X: a\0b\r\n\r\n")
    yield one("a line end in the address", b"GET /health\r\nX: y HTTP/1.1\r\n" + HOST + b"\r\n")
    yield one("HTTP/0.9", b"GET /health\r\n\r\n")
    yield one("HTTP/1.0 without a host", b"GET /health HTTP/1.0\r\n\r\n", 200)
    yield one("HTTP/9.9", b"GET /health HTTP/9.9\r\n" + HOST + b"\r\n")
    yield one("HTTP/2's preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    yield one("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500)
    yield one("noise", bytes(range(256)) * 200)
    yield one("five hundred requests ahead", (GET + b"\r\n") * 500, 200, 400, CLOSED, replies=33)
    yield one("ahead, the last refused", (GET + b"\r\n") * 3 + b"BREW / HTTP/1.1\r\n\r\n", 200, 400, CLOSED, replies=4)


def _headers() -> Iterator[Case]:
    family = "Headers"

    def one(name: str, headers: bytes, *expected: int, first: bytes = GET, never: tuple[bytes, ...] = ()) -> Case:
        return Case(family, name, (first + headers + LAST + b"\r\n",), frozenset(expected), never=never)

    plain = b"GET /health HTTP/1.1\r\n"
    yield one("thousands", b"X: y\r\n" * 5000, 431)
    yield one("one of 300 kB", b"X: " + b"y" * 300_000 + b"\r\n", 431)
    yield one("a name of 300 kB", b"y" * 300_000 + b": x\r\n", 400, 431)
    yield one("no host", b"", 400, first=plain)
    yield one("two hosts", b"Host: elsewhere\r\n", 400)
    home = b"GET / HTTP/1.1\r\nAccept: application/json\r\n"
    evil = (b"evil.example",)
    yield one("a host with a path", b"Host: evil.example/x?y\r\n", 200, 400, first=home, never=evil)
    yield one("a host with a login", b"Host: a@evil.example\r\n", 200, 400, first=home, never=evil)
    yield one("a host with markup", b"Host: evil.example<script>\r\n", 200, 400, first=home, never=evil)
    yield one(
        "a forwarded host",
        HOST + b"X-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n",
        200,
        first=home,
        never=evil,
    )
    yield one(
        "a forwarded scheme",
        HOST + b"X-Forwarded-Proto: gopher\r\nX-Forwarded-For: 127.0.0.1\r\n",
        200,
        first=home,
        never=(b"gopher",),
    )
    yield one(
        "another address by header",
        HOST + b"X-Original-URL: /evil.example\r\nX-Rewrite-URL: /evil.example\r\n",
        200,
        first=home,
        never=evil,
    )
    yield one("another method by header", b"X-HTTP-Method-Override: DELETE\r\n", 200)
    yield one(
        "an absolute address", HOST, 200, 400, 404, first=b"GET http://evil.example/health HTTP/1.1\r\n", never=evil
    )
    yield one("an expectation", b"Expect: 100-continue\r\n", 200)
    yield one("an unknown expectation", b"Expect: 200-nothing\r\n", 200, 417)
    yield one("an upgrade to h2c", b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n", 200)
    yield one(
        "a thousand Accepts",
        b"Accept: " + b"a/b;q=0.1," * 7000 + b"\r\n",
        200,
        406,
        first=b"GET /sparql?query=ASK%20%7B%7D HTTP/1.1\r\n" + HOST,
    )
    yield one("weights that are none", b"Accept: */*;q=NaN, a/b;q=1e999, ;;;,,,=\r\n", 200)
    yield one(
        "quotes that never end",
        b'Accept: "' + b'\\"' * 30_000 + b"\r\n",
        200,
        406,
        first=b"GET /sparql HTTP/1.1\r\n" + HOST,
    )
    yield one(
        "a flood of entity tags",
        b"If-None-Match: " + b'"a",' * 15_000 + b"\r\n",
        200,
        first=b"GET /dumps/kg.nq HTTP/1.1\r\n" + HOST,
    )
    yield one("codings without end", b"Accept-Encoding: " + b"gzip;q=0.5," * 6000 + b"\r\n", 200)
    yield one(
        "languages without end",
        b"Accept-Language: " + b"xx-yy;q=0.5," * 5000 + b"\r\n",
        200,
        first=b"GET / HTTP/1.1\r\n" + HOST,
    )
    yield one("a cookie of 60 kB", b"Cookie: " + b"a=b;" * 15_000 + b"\r\n", 200)
    yield one("a basic login", b"Authorization: Basic " + b"A" * 10_000 + b"\r\n", 200)


def _methods() -> Iterator[Case]:
    family = "Methods and targets"
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        yield Case(family, method, (request(method, "/sparql"),), frozenset({405}))
    yield Case(family, "an unknown one", (request("BREW", "/sparql"),), BAD)
    yield Case(family, "one of 100 kB", (request("A" * 100_000, "/"),), BAD)
    yield Case(family, "in lower case", (request("get", "/"),), BAD)
    yield Case(family, "CONNECT", (request("CONNECT", "example.org:443"),), frozenset({400, 405}))
    yield Case(family, "OPTIONS *", (request("OPTIONS", "*"),), frozenset({204, 400, 404}))
    yield Case(family, "an address of 60 kB", (request("GET", "/" + "a" * 60_000),), frozenset({404}))
    yield Case(family, "an address of 300 kB", (request("GET", "/" + "a" * 300_000),), frozenset({414, 431}))
    yield Case(family, "a query string of 70 kB", (request("GET", "/sparql?query=" + "a" * 70_000),), frozenset({414}))
    yield Case(family, "no slash", (request("GET", "health"),), BAD)


def _slow() -> Iterator[Case]:
    family = "Slow clients"
    post = b"POST /sparql HTTP/1.1\r\n" + HOST + b"Content-Type: application/sparql-query\r\n"
    late = frozenset({408})
    gone = frozenset({CLOSED})
    yield Case(family, "silence", (b"",), gone)
    yield Case(family, "a head that stops", (GET,), late)
    yield Case(family, "a head in drops", tuple(bytes([each]) for each in GET * 3), late, pause=0.1)
    yield Case(family, "a header after the other", (GET, *[b"X: y\r\n"] * 60), late, pause=0.1)
    yield Case(family, "empty lines", (b"\r\n",) * 60, gone, pause=0.1)
    yield Case(family, "a body that stops", (post + b"Content-Length: 100\r\n\r\nASK",), late)
    yield Case(family, "a body in drops", (post + b"Content-Length: 100\r\n\r\n", *[b" "] * 60), late, pause=0.1)
    yield Case(
        family,
        "chunks in drops",
        (post + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\n \r\n"] * 60),
        late,
        pause=0.1,
    )
    yield Case(
        family,
        "an expected body that never comes",
        (post + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n",),
        frozenset({100, 408}),
        replies=2,
    )
    rows = " ".join(map(str, range(350)))
    large = f"SELECT * {{ VALUES ?a {{ {rows} }} VALUES ?b {{ {rows} }} VALUES ?c {{ '{'long' * 12}' }} }}"
    for number in range(3):
        yield Case(
            family,
            f"a reader who stops, {number + 1}",
            (asking(large, format="csv"),),
            frozenset({200, 503, 504}),
            reads=False,
        )
    dump = request("GET", "/dumps/kg.nq")
    yield Case(family, "a reader of a dump who stops", (dump,), frozenset({200}), reads=False)
