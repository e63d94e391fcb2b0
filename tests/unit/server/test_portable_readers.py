"""What is sent to an engine holds no SERVICE for another parser either: rdflib's, which takes escapes apart first."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from pyparsing import ParseException, ParseResults
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from kg_server.backends.base import Question
from kg_server.backends.portable import portable
from kg_server.guard import check
from kg_server.http.problems import Problem

PIECES = [
    "SERVICE <urn:x> {}",
    "SERVICE ?e {}",
    r"\u0053ERVICE <urn:x> {}",
    r"'\u0027",
    r"'\\u0027",
    "'",
    '"',
    "'''",
    '"""',
    r"\u0027 . SERVICE <urn:x> {} #",
    r"\u0022",
    r"\U0000007B",
    r"\u007D",
    r"\u000A",
    r"\u0023",
    r"\u003C",
    r"\u003E",
    "#",
    "\\",
    "\n",
    "{",
    "}",
    "?s ?p ",
    "'x'",
    " . ",
    r"?s ?p 'a\u00e9' . ",
    "?e",
    "<",
    ">",
    "FILTER(1<2)SERVICE#>\n<urn:x>{}",
    "FILTER(?s<?e)",
    "FILTER(1 <",
    r"<urn:a\u003E",
    "<urn:a>",
    "@en",
    r"BIND('\u0027' AS ?x)",
    "?s ?p <urn:a#b> . ",
    "# 'x\n",
]


def asks_elsewhere(node: object) -> bool:
    if isinstance(node, CompValue):
        return node.name == "ServiceGraphPattern" or any(asks_elsewhere(each) for each in node.values())
    return isinstance(node, (list, tuple, ParseResults)) and any(asks_elsewhere(each) for each in node)


def reads_service(text: str) -> bool:
    try:
        return asks_elsewhere(parseQuery(text)[1])
    except (ParseException, ValueError):
        return False


def test_the_other_reader_is_fooled_by_what_is_refused() -> None:
    trick = r"SELECT * { ?s ?p '\u0027 . SERVICE <urn:x> {} #'" + "\n}"
    assert check(trick, {}) == "SELECT"
    assert reads_service(trick)
    assert not reads_service("SELECT * { ?s ?p 'SERVICE <urn:x> {}' }")
    assert reads_service("SELECT * { { SERVICE <urn:x> {} } }")


@settings(max_examples=600)
@given(st.lists(st.sampled_from(PIECES), max_size=8))
def test_another_parser_reads_no_service_either(pieces: list[str]) -> None:
    query = "SELECT * {" + "".join(pieces) + "}"
    try:
        check(query, {})
        text = portable(Question(query), {}, None)
    except Problem:
        return
    assert not reads_service(text), text
