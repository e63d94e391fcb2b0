"""Which bytes of a file a request wants (RFC 9110, sections 13.2.2 and 14), pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from itertools import pairwise

from kg_server.http.negotiation import etag_matches, split_header

_SET = re.compile(r"bytes\s*=(.*)", re.IGNORECASE | re.DOTALL)
_SPAN = re.compile(r"(\d{1,18})-(\d{0,18})|-(\d{1,18})")
# More of them ask for the server's time, not for the file.
MOST_SPANS = 16


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes of a file, from the first to the last, both included, counted from 0."""

    first: int
    last: int


def wanted_spans(header: str | None, size: int) -> tuple[Span, ...] | None:
    """Return the spans that a `Range` header asks for, in its order; None when the whole file is to be sent.

    A header that cannot be read, names another unit, or asks for more than 16 spans or overlapping ones is passed over,
    as section 14.2 allows; a set of which nothing can be satisfied gives no span (416).

    >>> wanted_spans("bytes=0-3, -2", 10)
    (Span(first=0, last=3), Span(first=8, last=9))
    >>> wanted_spans("bytes=5-2", 10) is None, wanted_spans("lines=1-2", 10) is None
    (True, True)
    >>> wanted_spans("bytes=10-", 10), wanted_spans("bytes=8-, 99-", 10)
    ((), (Span(first=8, last=9),))
    """
    match = _SET.fullmatch(header.strip()) if header else None
    if match is None:
        return None
    parts = split_header(match[1], ",")
    if not 0 < len(parts) <= MOST_SPANS:
        return None
    found = []
    for part in parts:
        span = _SPAN.fullmatch(part)
        if span is None:
            return None
        first, last, suffix = span.groups()
        if suffix is not None:
            low, high = max(0, size - int(suffix)), size - 1
            satisfiable = int(suffix) > 0 and size > 0
        else:
            low, high = int(first), min(int(last or size - 1), size - 1)
            satisfiable = low < size
            if last and int(last) < low:
                return None
        if satisfiable:
            found.append(Span(low, high))
    ordered = sorted(found, key=lambda each: each.first)
    overlap = any(one.last >= other.first for one, other in pairwise(ordered))
    return None if overlap else tuple(found)


def precondition(headers: Mapping[str, str], etag: str, modified: int) -> int | None:
    """Return 412 or 304 where the conditions of a GET or HEAD say so, else None (RFC 9110, section 13.2.2).

    Args:
        headers: of the request, by lower-case name.
        etag: of the file, strong.
        modified: when it was last changed, in seconds since 1970.

    >>> precondition({"if-match": '"other"'}, '"a"', 0), precondition({"if-none-match": 'W/"a"'}, '"a"', 0)
    (412, 304)
    >>> precondition({"if-modified-since": "Thu, 01 Jan 1970 00:00:05 GMT"}, '"a"', 5)
    304
    """
    if "if-match" in headers:
        candidates = split_header(headers["if-match"], ",")
        # Strong comparison: a weak tag matches nothing.
        if "*" not in candidates and etag not in candidates:
            return 412
    elif (limit := _seconds(headers.get("if-unmodified-since"))) is not None and modified > limit:
        return 412
    if "if-none-match" in headers:
        return 304 if etag_matches(headers["if-none-match"], etag) else None
    limit = _seconds(headers.get("if-modified-since"))
    return 304 if limit is not None and modified <= limit else None


def range_holds(header: str | None, etag: str, modified: int) -> bool:
    """Tell whether `If-Range` lets a range be sent: no header, the same strong tag, or exactly the same date.

    >>> range_holds(None, '"a"', 0), range_holds('W/"a"', '"a"', 0), range_holds('"a"', '"a"', 0)
    (True, False, True)
    """
    if header is None:
        return True
    return header.strip() == etag if '"' in header else _seconds(header) == modified


def _seconds(date: str | None) -> int | None:
    if date is None:
        return None
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, OverflowError):
        # What is no date is no condition (RFC 9110, section 13.1.3).
        return None
