"""The page that says which of the W3C's tests pass, made from the manifests and the list of the ignored."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tests.conformance.verdicts import ignored, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conformance.manifests import Case

PAGE = "docs/conformance.md"

_HEAD = """# Conformance

<!-- Made by `RUJUKAN_GOLDEN=write python -m pytest tests/conformance/test_table.py`; a test holds it current. -->

The [W3C's SPARQL tests](https://github.com/w3c/rdf-tests/tree/main/sparql), run through HTTP against the real server
by `tests/conformance`: each test's data becomes a release, the server moves to it, the test's request is sent, and the
answer is compared.
Result sets are compared up to the names of blank nodes, in JSON, XML and TSV each, and in order where the query gives
one; graphs up to isomorphism, in Turtle and N-Triples.
Numbers are compared by value (`xsd:double` and `xsd:float` to six digits), language tags without regard to case.
A query whose syntax is tested may call a function that nobody has; then 400 `unknown-function` shows that it parsed.

The suites are read from `../shared/w3c/rdf-tests`; without them the tests are skipped.
The suite `sparql11/http-rdf-update` is left out: its own manifest calls it deprecated, and gives its requests as prose.
"""

_REFUSED = """## Refused by design

A release never changes, and a query reaches nothing but it. The tests assert the refusal, and that it is a problem:

- Updates: 403 `update-refused`, as `application/sparql-update` and as a form; sent as a query, 400 or 403.
  The protocol's tests of malformed updates expect a 4xx and get one.
- Writes to the graph store: 405 with `Allow`. Each read between them is compared with what the writes would have left.
- `SERVICE`: 403 `service-refused`.
"""

_IGNORED = """## Ignored

Each has its reason in `tests/conformance/ignored.toml`. One that begins to pass fails the run until it is taken off the
list.
"""


def page(cases: Iterable[Case]) -> str:
    """The whole page, in Markdown."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    groups: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        counts[case.suite][verdict(case)] += 1
        if case.id in ignored():
            groups[ignored()[case.id]].append(case.id)
    total = Counter[str]()
    for each in counts.values():
        total.update(each)
    rows = [_row(suite.replace("/", ": ", 1), each) for suite, each in counts.items()]
    table = [_cells("suite", "tests", "passed", "refused by design", "ignored"), "|---|--:|--:|--:|--:|", *rows]
    reasons = [f"- {reason}\n  {', '.join(f'`{test}`' for test in tests)}" for reason, tests in groups.items()]
    table.append(_row("**all**", total))
    return "\n".join([_HEAD, *table, "", _REFUSED, _IGNORED, *reasons, ""])


def _row(name: str, counts: Counter[str]) -> str:
    numbers = (counts[kind] or "" for kind in ("passed", "refused", "ignored"))
    return _cells(name, counts.total(), *numbers)


def _cells(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
