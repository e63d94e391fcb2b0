"""SERVICE with a list of origins: what is listed passes, and nothing else is asked, whatever stands around it."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, Store

from kg_server.guard import asked_origins, check, syntax_error
from kg_server.http.origins import parse_origins
from kg_server.http.problems import MalformedQuery, Problem, ServiceRefused

LISTED = parse_origins("https://query.wikidata.org http://[::1]:7878")
PREFIXES = {"ex": "https://example.org/", "wd": "https://query.wikidata.org/"}
OK = "<https://query.wikidata.org/sparql>"

ALLOWED = [
    f"ASK {{ SERVICE {OK} {{ ?s ?p ?o }} }}",
    f"SELECT * {{ service silent{OK}{{ ?s ?p ?o }} }}",
    f"SELECT*{{sErViCeSiLeNt{OK}{{}}}}",
    f"SELECT * {{ SERVICE # a remark, SERVICE <http://127.0.0.1/>\n SILENT # another\r\n {OK} {{ ?s ?p ?o }} }}",
    f"SELECT * {{ SERVICE {OK} {{ ?s ?p ?o }} SERVICE <http://[::1]:7878/query> {{ ?s ?p ?o }} }}",
    f"SELECT * {{ SERVICE {OK} {{ SERVICE <HTTPS://QUERY.WIKIDATA.ORG:443/x> {{ ?s ?p ?o }} }} }}",
    f"SELECT * {{ ?s ?p ?service {{ SELECT ?service {{ SERVICE {OK} {{ ?service ?b 'SERVICE <urn:a>' }} }} }} }}",
    f"SELECT * {{ FILTER EXISTS {{ SERVICE {OK} {{ ?s ?p ?o }} }} }}",
    f"SELECT * {{ ?s ?p 1SERVICE{OK}{{}}}}",
    f"SELECT ?service {{ ?service {OK} ?o . ?s ex:service {OK} }} # SERVICE {OK}",
    f"SELECT (COUNT(?service) AS ?n) {{ ?service {OK} ?o }} GROUP BY ?service",
]
REFUSED = [
    "ASK { SERVICE <https://query.wikidata.org@evil.example/sparql> { ?s ?p ?o } }",
    "ASK { SERVICE <https://query.wikidata.org.evil.example/> { ?s ?p ?o } }",
    "ASK { SERVICE <https://query.wikidata.org./sparql> { ?s ?p ?o } }",
    "ASK { SERVICE <http://query.wikidata.org/sparql> { ?s ?p ?o } }",
    "ASK { SERVICE <https://query.wikidata.org:80/sparql> { ?s ?p ?o } }",
    "ASK { SERVICE <http://127.0.0.1:443/> { ?s ?p ?o } }",
    "ASK { SERVICE <http://[::1]/> { ?s ?p ?o } }",
    "ASK { SERVICE <http://[::ffff:127.0.0.1]:7878/> { ?s ?p ?o } }",
    "ASK { SERVICE <http://2130706433/> { ?s ?p ?o } }",
    "ASK { SERVICE <https://query.wikid\\u0061ta.org/> { ?s ?p ?o } }",
    "ASK { SERVICE <https:\\u002F\\u002Fquery.wikidata.org/> { ?s ?p ?o } }",
    "ASK { SERVICE </sparql> { ?s ?p ?o } }",
    "BASE <https://query.wikidata.org/> ASK { SERVICE <sparql> { ?s ?p ?o } }",
    "ASK { SERVICE wd:sparql { ?s ?p ?o } }",
    "ASK { SERVICE SILENT wd:sparql { ?s ?p ?o } }",
    "ASK { BIND(<https://query.wikidata.org/> AS ?e) SERVICE ?e { ?s ?p ?o } }",
    f"ASK {{ VALUES ?e {{ {OK} }} SERVICE ?e {{ ?s ?p ?o }} }}",
    f"ASK {{ SERVICE {OK} {{ SERVICE <http://127.0.0.1/> {{ ?s ?p ?o }} }} }}",
    f"ASK {{ SERVICE {OK} {{ ?s ?p ?o }} SERVICE ?e {{ ?s ?p ?o }} }}",
    f"ASK {{ SERVICE # {OK}\n <http://127.0.0.1/> {{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p '#' . SERVICE SILENT # {OK} {{}}\n ?e {{ ?s ?p ?o }} }}",
    # A remark ends in the word, and the IRI after it belongs to something else.
    f"ASK {{ ?s ?p # SERVICE\n {OK} . SERVICE <http://127.0.0.1/> {{ ?s ?p ?o }} }}",
    f"ASK {{ ?s ?p # SERVICE SILENT\n {OK} . SERVICE <http://127.0.0.1/> {{ ?s ?p ?o }}\n }}",
    f"ASK {{ FILTER(1<2)SERVICE#{OK}\n<http://127.0.0.1/>{{}} }}",
]


@pytest.mark.parametrize("query", ALLOWED)
def test_what_is_listed_may_be_asked(query: str) -> None:
    assert syntax_error(query, PREFIXES) is None
    assert check(query, PREFIXES, None, LISTED) is not None


@pytest.mark.parametrize("query", ALLOWED[:9])
def test_without_a_list_nothing_may(query: str) -> None:
    with pytest.raises(ServiceRefused):
        check(query, PREFIXES)


@pytest.mark.parametrize("query", REFUSED)
def test_nothing_else_may_be_asked(query: str) -> None:
    with pytest.raises((ServiceRefused, MalformedQuery)):
        check(query, PREFIXES, None, LISTED)


def test_the_refusal_says_what_to_do_and_where() -> None:
    query = f"ASK {{ SERVICE {OK} {{ ?s ?p ?o }}\n SERVICE wd:sparql {{ ?s ?p ?o }} }}"
    with pytest.raises(ServiceRefused) as caught:
        check(query, PREFIXES, None, LISTED)
    assert (caught.value.extensions["line"], caught.value.extensions["column"]) == (2, 2)
    assert "https://query.wikidata.org" in caught.value.detail


def test_a_mistake_beside_an_allowed_service_is_shown_at_its_place() -> None:
    with pytest.raises(MalformedQuery) as caught:
        check(f"ASK {{ SERVICE SILENT {OK} {{ ?s ?p ?o }}\n  ?a ?b }}", PREFIXES, None, LISTED)
    assert caught.value.extensions["line"] == 2


def test_who_may_be_asked_is_known() -> None:
    assert asked_origins(REFUSED[0], LISTED) == frozenset()
    assert asked_origins(ALLOWED[4], LISTED) == LISTED


@contextmanager
def endpoint(seen: list[str]) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def _note(self) -> None:
            seen.append(self.path)
            self.send_error(404)

        do_GET = do_POST = _note  # noqa: N815 - the names that the base class looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def friend_and_trap() -> Iterator[tuple[str, str, list[str], list[str]]]:
    asked: list[str] = []
    caught: list[str] = []
    with endpoint(asked) as friend, endpoint(caught) as trap:
        yield friend, trap, asked, caught


def evaluate(query: str) -> None:
    store = Store()
    store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(1)))
    result = store.query(query, prefixes=PREFIXES)
    if not isinstance(result, QueryBoolean):
        list(result)


WORDS = "SERVICE |SERVICE|service silent |SERVICE SILENT|SILENT |SERVICE#>NEWLINE|# SERVICENEWLINE"
MARKS = r""" |NEWLINE|#|<|>|?e|'|"|\|{|}|{ ?s ?p ?o }|{}|(|)|.|;|1|true|a|\u0053|?service|?SERVICE|ex:a|wd:x"""
PLACES = (
    "<FRIEND/>|<TRAP/>|<FRIEND@TRAPHOST/>|<TRAP/#FRIEND>|'SERVICE <FRIEND/>'|# SERVICE SILENTNEWLINE"
    "|VALUES ?e { <TRAP/> }|BIND(<TRAP/> AS ?e)"
)
PATTERNS = "FILTER(1<2)|FILTER EXISTS |OPTIONAL |UNION|GRAPH |GRAPH ?g|?s ?p ?o|?s ?p |?s ex:service <FRIEND/> ."
WHOLE = (
    "SERVICE <FRIEND/> {|SERVICE <FRIEND/> { ?s ?p ?o }|SERVICE <TRAP/> { ?s ?p ?o }|SERVICE<TRAP/>{}"
    "|SERVICE ?e { ?s ?p ?o }|SERVICE # <FRIEND/>NEWLINE|SERVICE SILENT # xNEWLINE|FILTER(1<2)SERVICE#>NEWLINE<TRAP/>{}"
    "|?s ?p # SERVICENEWLINE<FRIEND/> . |?s ?p # SERVICE SILENTNEWLINE<FRIEND/> . "
)
PIECES = st.sampled_from(f"{WORDS}|{MARKS}|{PLACES}|{PATTERNS}|{WHOLE}".replace("NEWLINE", "\n").split("|"))


@settings(max_examples=2000)
@given(
    pieces=st.lists(PIECES, max_size=14),
    form=st.sampled_from(["SELECT * {", "ASK {", "CONSTRUCT {} {", "SELECT * { {"]),
)
def test_what_passes_asks_only_who_is_listed(
    friend_and_trap: tuple[str, str, list[str], list[str]], pieces: list[str], form: str
) -> None:
    friend, trap, _, caught = friend_and_trap
    query = form + "".join(pieces) + "}" * form.count("{")
    query = query.replace("TRAPHOST", trap.partition("//")[2]).replace("FRIEND", friend).replace("TRAP", trap)
    try:
        check(query, PREFIXES, None, parse_origins(friend))
    except Problem:
        return
    with suppress(SyntaxError, RuntimeError, OSError, ValueError):
        evaluate(query)
    assert not caught, query


def test_the_friend_can_be_reached_at_all(friend_and_trap: tuple[str, str, list[str], list[str]]) -> None:
    friend, trap, asked, caught = friend_and_trap
    for query in (f"ASK {{ SERVICE <{friend}/> {{ ?s ?p ?o }} }}", f"SELECT*{{?s ?p 1SERVICE<{friend}/>{{}}}}"):
        before = len(asked)
        assert check(query, {}, None, parse_origins(friend))
        with pytest.raises((RuntimeError, OSError)):
            evaluate(query)
        assert len(asked) > before
    assert trap != friend
    assert not caught
