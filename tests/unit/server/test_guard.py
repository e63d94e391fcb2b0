"""The guard against the parser itself: whatever it lets through, a store evaluates without asking anybody."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from kg_server.guard import MAX_NESTING, check, syntax_error
from kg_server.http.problems import MalformedQuery, Problem, ServiceRefused, UpdateRefused

PREFIXES = {"ex": "https://example.org/", "service": "https://example.org/service#"}

SERVICES = [
    "ASK { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?e . SERVICE ?e { ?s ?p ?o } }",
    "SELECT * { { { OPTIONAL { GRAPH ?g { SERVICE ex:a { } } } } } }",
    "SELECT * { FILTER EXISTS { SERVICE <http://127.0.0.1/> { ?s ?p ?o } } }",
    "SELECT * { { SELECT * { MINUS { sErViCe $e { } } } } }",
    "SELECT(EXISTS{SERVICE<http://127.0.0.1/>{}} AS ?x){}",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE ?e { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE ?e { ?s ?p ?o } }",
    "SELECT*{sErViCeSiLeNt<http://127.0.0.1/>{}}",
    "SELECT*{FILTER(1<2)SERVICE#>\n?x{}}",
    "SELECT*{?s ?p trueSERVICE?x{}}",
    "SELECT*{?s ?p 1SERVICE?x{}}",
    "SELECT*{?s ?p 1.5e3SERVICE?x{}}",
    'SELECT*{?s ?p "#"SERVICE?x{}}',
    "SELECT*{?s ?p '''#'''SERVICE?x{}}",
    "SELECT*{SERVICEex:a{}}",
    "SELECT * { # }\rSERVICE ?x {} }",
    "SELECT * { VALUES ?x { 1 }SERVICE?x{} }",
    "SELECT * { ?s service:a ?service . SERVICE ?service { } }",
]
INNOCENT = [
    "SELECT ?service { ?service ex:service 'SERVICE <http://127.0.0.1/> {' }",
    "SELECT * { ?s ?p <https://example.org/SERVICE> } # SERVICE ?x {}",
    "SELECT ?Service ?service { ?Service ?p ?service }",
    "SELECT * { ?s service:SERVICE ?o }",
    "PREFIX SERVICE: <urn:x:> SELECT * { SERVICE:SERVICE a SERVICE: }",
    'SELECT * { ?s ?p """ " SERVICE ?x {} \\""" """ }',
    "SELECT * { ?s ?p 'x'@en-service ; ?q _:service }",
    "SELECT (COUNT(*) AS ?serviced) { ?s ?p ?o } GROUP BY ?disservice",
]


@pytest.mark.parametrize("query", SERVICES)
def test_service_is_refused(query: str) -> None:
    with pytest.raises(ServiceRefused):
        check(query, PREFIXES)


def test_a_prefix_that_only_looks_innocent_is_refused_too() -> None:
    with pytest.raises(Problem):
        check("PREFIX SERVICEex: <urn:x:> SELECT*{SERVICEex:a{}}", PREFIXES)


@pytest.mark.parametrize("query", INNOCENT)
def test_the_word_service_elsewhere_is_not(query: str) -> None:
    assert syntax_error(query, PREFIXES) is None
    assert check(query, PREFIXES) == "SELECT"


@pytest.mark.parametrize(
    "look_alike", ["\u017fERVICE", "SERV\u0130CE", "SERV\u0131CE", "\\u0053ERVICE", "SER\\u0056ICE", "\uff33ERVICE"]
)
def test_look_alikes_are_no_keyword_to_the_parser(look_alike: str) -> None:
    assert syntax_error(f"SELECT * {{ {look_alike} ?x {{}} }}", PREFIXES) is not None


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <urn:a> <urn:b> 1 }",
        "delete where { ?s ?p ?o }",
        "PREFIX ex: <urn:x:> BASE <urn:y> # comment\n LOAD <http://127.0.0.1/>",
        "CLEAR ALL",
        "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "DROP GRAPH <urn:g>",
    ],
)
def test_updates_are_refused_with_their_place(update: str) -> None:
    with pytest.raises(UpdateRefused) as caught:
        check(update, {})
    assert {"line", "column"} <= caught.value.extensions.keys()


def test_an_update_behind_a_query_does_not_parse() -> None:
    assert syntax_error("ASK {} ; DROP ALL", {}) is not None


def test_nesting_is_bounded() -> None:
    deep = MAX_NESTING - 1
    assert check("SELECT * {" + "{" * deep + "}" * deep + "}", {}) == "SELECT"
    with pytest.raises(MalformedQuery):
        check("SELECT * {" + "{" * 5000, {})


def test_all_spellings_used_up() -> None:
    every = " ".join(f"?servi{letter}e" for letter in "abcdefghijklmnopqrstuvwxyz")
    with pytest.raises(ServiceRefused):
        check(f"SELECT {every} {{}}", {})


def test_a_broken_query_with_the_word_is_explained() -> None:
    with pytest.raises(MalformedQuery) as caught:
        check("SELECT * {\n ?s nowhere:service ?o }", {})
    assert (caught.value.extensions["line"], caught.value.extensions["column"]) == (2, 5)


@pytest.fixture(scope="module")
def trap() -> Iterator[tuple[str, list[str]]]:
    """An address on loopback that notes whoever asks."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def _note(self) -> None:
            seen.append(self.path)
            self.send_error(404)

        do_GET = do_POST = _note  # noqa: N815 - the names that the base class looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", seen
    server.shutdown()
    server.server_close()


PIECES = st.sampled_from(
    r"""SERVICE|service |SERVICE SILENT |ServiceSilent|SERVICE#>NEWLINE| |NEWLINE|#|# SERVICENEWLINE|<TRAP>|<|>|?e|'|"
\|{|}|{}|{ ?s ?p ?o }|(|)|.|;|1|1.0|true|a|ex:a|ex:service|service:|SERVICEex:a|FILTER(1<2)|FILTER(?s<?e)|FILTER EXISTS
OPTIONAL|UNION|MINUS |GRAPH ?g|BIND(1 AS ?x)|VALUES ?e { <TRAP> }|?s ?p ?o|?s ?p |'SERVICE'|\u0053|SELECT * |@en|^^|_:b
[]|=|&&|?service|SERVICE <TRAP> { ?s ?p ?o }|SERVICE<TRAP>{}|FILTER(1<2)SERVICE#>NEWLINE<TRAP>{}
?s ?p trueSERVICE<TRAP>{}|SERVICE ?e { ?s ?p ?o }""".replace("\n", "|")
    .replace("NEWLINE", "\n")
    .split("|")
)


@settings(max_examples=1500, deadline=None)
@given(
    pieces=st.lists(PIECES, max_size=14),
    form=st.sampled_from(["SELECT * {", "ASK {", "CONSTRUCT {} {", "SELECT * { {"]),
)
def test_what_passes_asks_nobody(trap: tuple[str, list[str]], pieces: list[str], form: str) -> None:
    address, seen = trap
    query = (form + "".join(pieces) + "}" * form.count("{")).replace("TRAP", address)
    try:
        check(query, PREFIXES)
    except Problem:
        return
    try:
        result = Store().query(query, prefixes=PREFIXES)
        if hasattr(result, "__iter__"):
            list(result)
    except (SyntaxError, RuntimeError, OSError):
        pass
    assert not seen, query


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet="service SERVICE{}<>?'\"#\\\n:a.1@^()", max_size=40))
def test_refusals_are_problems_and_nothing_else(text: str) -> None:
    with suppress(MalformedQuery, ServiceRefused):
        check("SELECT * {" + text + "}", PREFIXES)


NAMES = st.from_regex(r"[a-z]{0,3}[Ss]ervice[a-z0-9]{0,3}", fullmatch=True)


@settings(max_examples=300, deadline=None)
@given(variable=NAMES, local=NAMES, text=st.text(alphabet="SERVICE service{}<>?#", max_size=20), comment=NAMES)
def test_valid_queries_with_the_word_in_names_pass(variable: str, local: str, text: str, comment: str) -> None:
    query = f"SELECT ?{variable} {{ ?{variable} ex:{local} '{text}', <https://example.org/{local}> }} # {comment}"
    assert check(query, PREFIXES) == "SELECT"
