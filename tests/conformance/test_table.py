from __future__ import annotations

import os
import tomllib
from typing import TYPE_CHECKING

import pytest
from tests.conformance.manifests import ABSENT, DEPRECATED, SUITES, all_cases
from tests.conformance.table import PAGE, page
from tests.conformance.test_queries import CHECKS
from tests.conformance.verdicts import IGNORED

if TYPE_CHECKING:
    from pathlib import Path


def test_every_ignored_test_exists_and_stands_once() -> None:
    if not all_cases():
        pytest.skip(ABSENT)
    with IGNORED.open("rb") as file:
        groups = tomllib.load(file)["group"]
    listed = [test for group in groups for test in group["tests"]]
    assert len(set(listed)) == len(listed)
    assert set(listed) <= {case.id for case in all_cases()}
    assert all(group["reason"].endswith(".") for group in groups)


def test_every_test_of_the_suites_is_run() -> None:
    if not all_cases():
        pytest.skip(ABSENT)
    run = {*CHECKS, "ProtocolTest", "GraphStoreProtocolTest", "ServiceDescriptionTest"}
    assert {case.kind for case in all_cases()} <= run
    # What neither names a query nor a request would pass whatever the server did.
    assert all(
        case.action if case.kind in CHECKS else case.requests or case.suite == "sparql11/service-description"
        for case in all_cases()
    )
    assert len({case.id for case in all_cases()}) == len(all_cases())
    folders = {path.parent.relative_to(SUITES).as_posix() for path in SUITES.glob("**/manifest*.ttl")}
    assert {each for each in folders if "/" in each} - {case.suite for case in all_cases()} == {DEPRECATED}


def test_the_page_is_current(project_root: Path) -> None:
    if not all_cases():
        pytest.skip(ABSENT)
    text = page(all_cases())
    if os.environ.get("RUJUKAN_GOLDEN") == "write":
        (project_root / PAGE).write_text(text, "utf-8")
    assert (project_root / PAGE).read_text("utf-8") == text
