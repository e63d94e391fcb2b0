"""What schemathesis must be told: how a query is a body."""

from __future__ import annotations

import schemathesis


@schemathesis.serializer("application/sparql-query")
def as_it_is(_context: object, value: object) -> bytes:
    """A query is its own text; what is none goes out as Python writes it."""
    return (value if isinstance(value, str) else repr(value)).encode("utf-8", "surrogatepass")
