"""A part of an answer's rows, cut from the serialised answer.

Why not LIMIT and OFFSET around the query: without an order that leaves nothing to chance, two evaluations may order
rows differently, and pages would overlap or miss some. All pages are cut from the same whole answer instead, which is
bounded by `max_answer_bytes` anyway; so they fit together, and how many there are is known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

_XML_ROW = re.compile(rb"<result>.*?</result>|<result/>", re.DOTALL)
# In quotes a CSV record may hold line ends (RFC 4180, section 2).
_CSV_ROW = re.compile(rb'(?:[^"\r\n]|"(?:[^"]|"")*")*(?:\r\n|\n|\r|\Z)')
_TSV_ROW = re.compile(rb"[^\n]*(?:\n|\Z)")


def slice_rows(body: bytes, key: str, offset: int, limit: int | None) -> tuple[bytes, int]:
    r"""Return an answer with some of its rows, and how many the whole has.

    Args:
        body: a SELECT's answer, in SPARQL 1.1 Query Results JSON, XML, CSV or TSV.
        key: the format's: json, xml, csv or tsv.
        offset: rows to leave out at the beginning.
        limit: rows to keep after these; None keeps all.

    >>> slice_rows(b"x\r\n1\r\n\"2\r\n\"\r\n3\r\n", "csv", 1, 1)
    (b'x\r\n"2\r\n"\r\n', 3)
    """
    if key == "json":
        document = json.loads(body)
        bindings = document["results"]["bindings"]
        document["results"]["bindings"] = bindings[slice(offset, None if limit is None else offset + limit)]
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), len(bindings)
    pattern = {"xml": _XML_ROW, "csv": _CSV_ROW, "tsv": _TSV_ROW}[key]
    # Places, not copies: an answer may be large.
    places = [match.span() for match in pattern.finditer(body) if match.end() > match.start()]
    rows = places if key == "xml" else places[1:]
    kept = rows[slice(offset, None if limit is None else offset + limit)]
    return _cut(body, rows, kept), len(rows)


def _cut(body: bytes, rows: Sequence[tuple[int, int]], kept: Sequence[tuple[int, int]]) -> bytes:
    if not rows:
        return body
    head, tail = body[: rows[0][0]], body[rows[-1][1] :]
    return head + (body[kept[0][0] : kept[-1][1]] if kept else b"") + tail
