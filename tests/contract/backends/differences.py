"""What an engine is known to do differently, with reasons; docs/engines.md tells users of them.

Each entry is expected to fail: when an engine learns better, the suite says so.
"""

from __future__ import annotations

from collections.abc import Mapping

_UNSELECTED = "binds a parameter that the query does not select, where the store cannot"

KNOWN: Mapping[tuple[str, str], str] = {
    ("oxigraph", "unselected-parameter"): _UNSELECTED,
    ("virtuoso", "unselected-parameter"): _UNSELECTED,
    ("virtuoso", "terms/boolean"): "keeps booleans as the integers 0 and 1",
    ("virtuoso", "named-graphs-unasked"): "lets GRAPH go through all its graphs when only a default graph is given",
    ("virtuoso", "describe"): "DESCRIBE gives the triples that lead to a resource too",
    ("virtuoso", "saved/foundings"): "loses an OPTIONAL behind another one",
    ("virtuoso", "saved/programmes-and-products"): "loses an OPTIONAL behind another one",
    ("virtuoso", "saved/connections"): "writes the booleans of ?planned and ?said as 0 and 1",
    ("virtuoso", "saved/partners"): "writes the boolean of ?planned as 0 or 1",
    ("virtuoso", "saved/timeline"): "writes the boolean of ?planned as 0 or 1",
    ("virtuoso", "saved/single-phrase-facts"): "writes a duration that was grouped as a number of seconds",
    ("virtuoso", "saved/head-of-library"): "cannot compile EXISTS within BIND",
    ("virtuoso", "too-many-triples"): "cuts a CONSTRUCT at ResultSetMaxRows and does not say so",
}
