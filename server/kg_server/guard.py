"""Refuse what a read-only public endpoint must not run: updates, SERVICE, nesting that only an attacker writes.

Why not by tokens. Whether `SERVICE` is a keyword depends on the grammar: in `FILTER(1<2)SERVICE#>` a lexer reads an
IRI where the parser reads a comparison, and the parser also takes `trueSERVICE?e{}` and `SERVICEex:a{}` apart. So the
parser itself decides:

1. A query without the letters `service`, in any case, has no such keyword: the grammar matches it letter by letter and
   knows no escapes outside strings and IRIs.
2. Otherwise every such word is changed by one letter, the same way throughout (`serviae`, a spelling that occurs
   nowhere else), so names, strings, IRIs and comments stay what they were, and equal names stay equal. The parser reads
   ordered alternatives, and after SERVICE only FILTER, BIND and VALUES are left to try in its place, so where the
   keyword was, the changed text no longer parses. If it does parse, there was no keyword.

The changed text is parsed against an empty store and never evaluated, and holds no SERVICE: the check cannot reach out.

With a list of origins that may be asked, `SERVICE`, perhaps `SILENT`, and an absolute IRI of such an origin are first
read as `GRAPH` and the IRI, which has the same syntax. That changes letters into letters and takes `SILENT` away, and
leaves white space, comments and IRI as they are: what was a name, a string, an IRI or a comment still is one, so no
other SERVICE can hide behind the change. What is left must then pass as above.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Literal

from pyoxigraph import NamedNode, Store, Variable

from kg_server.http.origins import Origin, origin_of
from kg_server.http.problems import MalformedQuery, Problem, ServiceRefused, UpdateRefused
from kg_server.lexer import excerpt, first_keyword, position, tokens, undeclared_prefixes
from kg_server.places import find_failure

QueryForm = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]

UPDATE_KEYWORDS = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"},
)
MAX_NESTING = 128

_SERVICE = re.compile("servi(c)e", re.IGNORECASE)
_BETWEEN = r"(?:[ \t\r\n]|\#[^\r\n]*[\r\n])*"
# After `?` or `$` it is a name; to leave a keyword unchanged would only refuse it.
_ASKS = re.compile(
    rf"(?<![?$])service({_BETWEEN})(?:silent({_BETWEEN}))?(?=<([^<>\"{{}}|^`\\\x00-\x20]*)>)", re.IGNORECASE | re.ASCII
)
_FORM = re.compile("SELECT|ASK|CONSTRUCT|DESCRIBE", re.IGNORECASE)
_MAX_EXPECTED = 8


def check(
    query: str, prefixes: Mapping[str, str], base: str | None = None, services: frozenset[Origin] = frozenset()
) -> QueryForm | None:
    """Let a query pass or raise the problem that says why not.

    Args:
        query: SPARQL text, untrusted.
        prefixes: prefixes that count as declared.
        base: the base IRI for relative IRIs.
        services: the origins that SERVICE may ask.

    Returns:
        The query form as the first keyword shows it, None when there is none (the parser will then refuse it).

    Raises:
        UpdateRefused, ServiceRefused, MalformedQuery.

    >>> check("SELECT * { ?event ?service 'SERVICE' }", {})
    'SELECT'
    >>> check("ASK { SERVICE <https://example.org/sparql> { ?s ?p ?o } }", {})
    Traceback (most recent call last):
    kg_server.http.problems.ServiceRefused: SERVICE at line 1, column 7 asks another endpoint, which is refused.
    """
    keyword = first_keyword(query)
    if keyword is not None and keyword.text.upper() in UPDATE_KEYWORDS:
        line, column = position(query, keyword.start)
        message = f"{keyword.text.upper()} is an update, and this endpoint is read-only: a release never changes."
        raise UpdateRefused(message, line=line, column=column)
    _check_nesting(query)
    if "service" in query.lower():
        _check_service(query, prefixes, base, services)
    form = _FORM.match(keyword.text) if keyword else None
    return form.group().upper() if form else None  # type: ignore[return-value]


def _check_nesting(query: str) -> None:
    # The parser recurses; a few thousand brackets would overflow a thread's stack and end the process.
    depth = 0
    for index, character in enumerate(query):
        if character in "{([":
            depth += 1
            if depth > MAX_NESTING:
                line, column = position(query, index)
                message = f"Brackets are nested more than {MAX_NESTING} deep at line {line}, column {column}."
                raise MalformedQuery(message, line=line, column=column, limit=MAX_NESTING)
        elif character in "})]" and depth:
            depth -= 1


def _substitute(text: str, letter: str) -> str:
    def change(match: re.Match[str]) -> str:
        word = match.group()
        offset = match.start(1) - match.start()
        return word[:offset] + (letter.upper() if match.group(1).isupper() else letter) + word[offset + 1 :]

    return _SERVICE.sub(change, text)


def asked_origins(query: str, services: frozenset[Origin]) -> frozenset[Origin]:
    """Return those of the origins that stand after the word SERVICE in a query: all that a query that passed may ask.

    >>> from kg_server.http.origins import parse_origins
    >>> listed = parse_origins("https://query.wikidata.org https://example.org")
    >>> [str(each) for each in asked_origins("ASK { SERVICE <https://example.org/a> {} }", listed)]
    ['https://example.org']
    """
    found = (origin_of(match.group(3)) for match in _ASKS.finditer(query))
    return frozenset(each for each in found if each is not None and each in services)


def without_services(query: str, services: frozenset[Origin]) -> str:
    """Return the query with GRAPH in the place of each SERVICE that asks one of these origins."""

    def change(match: re.Match[str]) -> str:
        allowed = origin_of(match.group(3)) in services
        return f"GRAPH{match.group(1)}{match.group(2) or ''}" if allowed else match.group()

    return _ASKS.sub(change, query) if services else query


def _check_service(query: str, prefixes: Mapping[str, str], base: str | None, services: frozenset[Origin]) -> None:
    used = (query + "\n" + "\n".join(prefixes)).lower()
    letter = next((each for each in string.ascii_lowercase if f"servi{each}e" not in used), None)
    if letter is None:
        message = "The query uses so many spellings near 'service' that it cannot be checked for SERVICE."
        raise ServiceRefused(message)
    left = without_services(query, services)
    changed = _substitute(left, letter)
    known = {_substitute(prefix, letter): iri for prefix, iri in prefixes.items()}
    error = syntax_error(changed, known, base)
    if error is None:
        return
    why = "asks another endpoint, which is refused."
    if services:
        listed = ", ".join(sorted(map(str, services)))
        why = f"may only ask {listed}: write the address out, as in SERVICE <{min(services)}/sparql>."
    # Invalid once changed: either the keyword was there, or the query is invalid anyway.
    for token in tokens(query):
        if token.kind == "word" and "service" in token.text.lower():
            start = token.start + token.text.lower().index("service")
            asks = _ASKS.match(query, start)
            if asks and origin_of(asks.group(3)) in services:
                continue
            line, column = position(query, start)
            message = f"SERVICE at line {line}, column {column} {why}"
            raise ServiceRefused(message, line=line, column=column)
    if _only_service_missing(left, letter, prefixes, base):
        raise ServiceRefused(f"A SERVICE in the query {why}")
    raise explain_syntax_error(query, syntax_error(query, prefixes, base) or error, frozenset(prefixes))


def _only_service_missing(query: str, letter: str, prefixes: Mapping[str, str], base: str | None) -> bool:
    """Tell whether reading SERVICE as GRAPH, which has the same syntax and stays at home, makes the text valid."""
    candidate = re.sub(r"service(\s*silent)?", "GRAPH ", query, flags=re.IGNORECASE)
    known = {_substitute(prefix, letter): iri for prefix, iri in prefixes.items()} | dict(prefixes)
    return syntax_error(candidate, known, base) is None


def syntax_error(query: str, prefixes: Mapping[str, str], base: str | None = None) -> str | None:
    """Parse a query without evaluating it; return the parser's message, None when the query is valid.

    >>> syntax_error("ASK {}", {}) is None
    True
    """
    # No option of pyoxigraph parses alone. A substitution for a variable that no query has is refused after parsing
    # and before evaluation, which is what is wanted here.
    nobody = Variable("kg_server_parse_only")
    while nobody.value in query:
        nobody = Variable(nobody.value + "_")
    try:
        Store().query(
            query, prefixes=dict(prefixes), base_iri=base, substitutions={nobody: NamedNode("urn:kg-server:none")}
        )
    except SyntaxError as error:
        return str(error)
    except RuntimeError:
        return None
    return None


def explain_syntax_error(query: str, message: str, known: frozenset[str]) -> Problem:
    """Turn the parser's message into a problem that shows the place.

    Args:
        query: the text that failed.
        message: what pyoxigraph said, `error at LINE:COLUMN: expected ...`.
        known: the prefixes that need no declaration.

    >>> explain_syntax_error("ASK { ?s a ex:Loan }", "error at 1:19: expected OPTIONAL", frozenset()).detail
    "The prefix 'ex:' is not declared (line 1, column 12)."
    """
    missing = undeclared_prefixes(query, known)
    if missing:
        line, column = position(query, missing[0].start)
        prefix = missing[0].text.partition(":")[0]
        detail = f"The prefix '{prefix}:' is not declared (line {line}, column {column})."
        return MalformedQuery(detail, line=line, column=column, excerpt=excerpt(query, line, column))
    if not query.strip():
        return MalformedQuery("The query is empty.", line=1, column=1)
    failure = find_failure(query, message, known)
    if failure is None:
        return MalformedQuery(f"The query does not parse: {message}")
    line, column = failure.line, failure.column
    detail = f"The query does not parse at line {line}, column {column}"
    detail += f": {failure.reason}." if failure.reason else "."
    if 0 < len(failure.expected) <= _MAX_EXPECTED:
        detail += f" The parser could have gone on with {', '.join(failure.expected)}, for instance."
    return MalformedQuery(detail, line=line, column=column, excerpt=excerpt(query, line, column))
