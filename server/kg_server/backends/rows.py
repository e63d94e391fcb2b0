"""Count the rows of a whole SPARQL result without building them."""

from __future__ import annotations

import re

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_STRING_CSV = re.compile(rb'"[^"]*"')


def count_rows(body: bytes, key: str) -> int:
    r"""Return how many rows a result in one of the formats of SPARQL 1.1 has; 0 for the answer of an ASK.

    Args:
        body: the result as Oxigraph writes it: JSON without spaces, TSV and CSV with a header line.
        key: `json`, `xml`, `csv` or `tsv`, as in `kg_server.http.formats.BINDINGS`.

    >>> count_rows(b'?note\n"a"\n"b"\n', "tsv")
    2
    >>> count_rows(b'note\r\n"a\r\nb"\r\n', "csv")
    1
    >>> count_rows(b'{"results":{"bindings":[{"n":{"value":"},{"}},{}]}}', "json")
    2
    """
    if key == "json":
        bare = _STRING.sub(b"", body)
        return bare.count(b"},{") + 1 if b"[{" in bare else 0
    if key == "xml":
        return body.count(b"<result>")
    if key == "csv":
        body = _STRING_CSV.sub(b"", body)
    return max(0, body.count(b"\n") - 1)


def exceeds(body: bytes, key: str, limit: int) -> bool:
    r"""Whether a result has more rows than `limit`; cheap for what is too short to have as many.

    >>> exceeds(b"?n\n1\n2\n", "tsv", 1)
    True
    """
    return len(body) > limit and count_rows(body, key) > limit
