"""What is expected of each test: it passes, it is refused by design, or it is ignored for a written reason."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tests.conformance.manifests import Case

Verdict = Literal["passed", "refused", "ignored"]

IGNORED = Path(__file__).with_name("ignored.toml")

UPDATES = ("UpdateEvaluationTest", "PositiveUpdateSyntaxTest", "NegativeUpdateSyntaxTest")
# Their names say it: the same manifest holds tests of queries and of updates.
_UPDATE_PROTOCOL = ("update_", "bad_update_", "bad_multiple_updates")


@cache
def ignored() -> dict[str, str]:
    """The reason of each ignored test."""
    with IGNORED.open("rb") as file:
        groups = tomllib.load(file)["group"]
    return {test: group["reason"] for group in groups for test in group["tests"]}


def verdict(case: Case) -> Verdict:
    if case.id in ignored():
        return "ignored"
    fragment = case.id.partition("#")[2]
    if case.kind in UPDATES or (case.kind == "ProtocolTest" and fragment.startswith(_UPDATE_PROTOCOL)):
        return "refused"
    if case.kind == "GraphStoreProtocolTest" and any(each.method not in {"GET", "HEAD"} for each in case.requests):
        return "refused"
    if case.federated and case.kind != "NegativeSyntaxTest":
        return "refused"
    return "passed"
