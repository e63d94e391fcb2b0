"""Whether an answer may be given again."""

from __future__ import annotations

import re

# Functions whose value is another one each time, wherever spaces and comments may stand before their bracket; and what
# asks another endpoint, whose data may change.
_VOLATILE = re.compile(r"(?:now|rand|uuid|bnode)(?:\s|#[^\n\r]*[\n\r])*\(|service", re.IGNORECASE)
_WORDS = ("now", "rand", "uuid", "bnode", "service")


def is_lasting(query: str) -> bool:
    r"""Whether a query has the same answer as long as the data are the same; in doubt it has not.

    >>> is_lasting("SELECT * { ?s ex:knows ?o }"), is_lasting("SELECT (RAND() AS ?r) {}")
    (True, False)
    >>> is_lasting("ASK { FILTER(NOW # ?\n () > 1) }")
    False
    """
    # To look for the words alone takes a fifth of the time, and most queries have none of them.
    lower = query.lower()
    return not any(word in lower for word in _WORDS) or _VOLATILE.search(query) is None
