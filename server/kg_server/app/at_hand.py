"""Replies that need no waiting: what was kept, and what is proved to be small. No task is made for them.

A server asks here first, while it still reads; what is not found goes through `front` as ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from sys import getsizeof
from typing import TYPE_CHECKING, TypeAlias

from kg_server.app.answers import constant_headers, negotiate, plain_key
from kg_server.app.replies import MISSED, Site, header_lines
from kg_server.backends.base import Answer, Question, Wanted
from kg_server.describe.current import Release
from kg_server.http.encoding import Coding
from kg_server.http.problems import BadRequest
from kg_server.http.protocol import only_query
from kg_server.operations.recorder import exchange_of

if TYPE_CHECKING:
    from starlette.types import Scope

Always: TypeAlias = tuple[tuple[bytes, bytes], ...]
# Path, query string, `Accept`, `Accept-Encoding` and `Host`: what a reply to a reading request depends on.
Raw: TypeAlias = tuple[str, bytes, bytes | None, bytes | None, bytes | None]

SPARQL = frozenset({"/sparql", "/sparql/"})
_READING = frozenset({"GET", "HEAD"})
# Links in a reply may repeat the host.
_DEPENDS = frozenset({b"accept", b"accept-encoding", b"host", b"if-none-match"})
_OK = 200
# Of the headers that are remembered.
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Terms:
    """How clients that send the same headers want answers, and the headers that such answers share.

    Attributes:
        wanted: the formats.
        how: a key for that.
        lines: by the coding of an answer, the header lines before those of its own and those behind.
        pairs: by the coding, the same as text, for granian.
    """

    wanted: Wanted
    how: str
    lines: dict[Coding | None, tuple[bytes, bytes]]
    pairs: dict[Coding | None, list[tuple[str, str]]]


class AtHand:
    """Finds replies.

    Args:
        site: the application's parts.
        always: headers that every reply carries.
    """

    def __init__(self, site: Site, always: Always) -> None:
        self._current, self._cache, self._operations = site.current, site.cache, site.operations
        self._recorder, self._longest = site.operations.recorder, site.settings.max_query_bytes
        self._always = always
        self._terms = lru_cache(256)(self._find_terms)

    def reply(self, scope: Scope) -> tuple[bytes, bytes] | None:
        """Answer a GET that has no body, and record it.

        Args:
            scope: of the request (ASGI).

        Returns:
            The header lines of a reply of status 200, with the empty line behind them, and its body. None where there
            is no such reply; then the scope holds what `front` need not find out again.
        """
        release = self._current.peek()
        raw, known = raw_request(scope)
        if release is None or raw is None or known is not None:
            return None
        exchange = self._recorder.begin(scope)
        prepared = self._cache.shortcut((release.manifest.release, raw))
        if prepared is not None:
            exchange.outcome, exchange.query_hash, exchange.rows = "cached", prepared.query_hash, prepared.rows
            lines, body = prepared.lines, prepared.body["body"]
        else:
            path, query_string, accept, codings, _ = raw
            found = self.small(release, query_string, accept, codings, scope) if path in SPARQL else None
            if found is None:
                return None
            terms, answer, body = found
            before, behind = terms.lines[answer.coding]
            lines = b"%betag: %b\r\ncontent-length: %d\r\n%b" % (before, answer.etag.encode(), len(body), behind)
        self._recorder.end(exchange, scope, _OK, len(body))
        return b"%bx-request-id: %b\r\n\r\n" % (lines, exchange.id.encode()), body

    def small(
        self, release: Release, query_string: bytes, accept: bytes | None, codings: bytes | None, scope: Scope
    ) -> tuple[Terms, Answer, bytes] | None:
        """Answer a question that is proved to be small and was not asked before.

        Args:
            release: to ask.
            query_string: of a GET.
            accept: the one `Accept` header.
            codings: the one `Accept-Encoding` header.
            scope: of the request, which is being recorded.

        Returns:
            What such answers share, the answer, and its bytes: besides what is shared, its headers are entity tag and
            length, for it is neither cut nor a part. None for any other question.
        """
        if len(query_string) > self._longest or len(accept or b"") + len(codings or b"") > _LONGEST:
            return None
        terms, query = self._terms(accept, codings), _query(query_string)
        if terms is None or query is None:
            return None
        key = plain_key(release.manifest.release, query, terms.how)
        if not self._cache.lacks(key):
            return None
        scope[MISSED] = True
        asking = self._operations.asking(release.backend, exchange_of(scope))
        answer = asking.at_once(Question(query), terms.wanted)
        if answer is None or not isinstance(answer.body, bytes):
            return None
        if answer.lasting:
            self._cache.put(key, answer, 2 * getsizeof(query))
        return terms, answer, answer.body

    def _find_terms(self, accept: bytes | None, codings: bytes | None) -> Terms | None:
        wanted, how = negotiate(
            None if accept is None else accept.decode("latin-1") or None, None, (codings or b"").decode("latin-1")
        )
        choice = wanted.bindings
        if choice is None or choice.html:
            return None
        lines, pairs = {}, {}
        for coding in (None, wanted.coding):
            mine = constant_headers(choice, coding, "")
            names = {name for name, _ in mine}
            others = [pair for pair in self._always if pair[0] not in names]
            lines[coding] = header_lines(mine), header_lines(others)
            pairs[coding] = [(name.decode(), value.decode()) for name, value in (*mine, *others)]
        return Terms(wanted, how, lines, pairs)


def _query(query_string: bytes) -> str | None:
    try:
        return only_query(query_string)
    except BadRequest:
        # The usual way has the words for it.
        return None


def raw_request(scope: Scope) -> tuple[Raw | None, bytes | None]:
    """Return what a reply to a reading request depends on, as it came, and the `If-None-Match` header."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _DEPENDS:
            if name in found:
                return None, None
            found[name] = value
    get = found.get
    known = get(b"if-none-match")
    if scope["method"] not in _READING:
        return None, known
    return (scope["path"], scope["query_string"], get(b"accept"), get(b"accept-encoding"), get(b"host")), known
