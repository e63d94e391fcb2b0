"""Requests made up from the OpenAPI document: what it says is what the server does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2 as httpx

CONFIG = """
# Which IRI is one, and that one of two parameters must be there, cannot be said in a schema: valid by the document is
# not always accepted.
[checks]
positive_data_acceptance.enabled = false

[[operations]]
# OpenAPI 3.1 has no word for the method QUERY, which the endpoint takes.
include-path = "/sparql"
checks.unsupported_method.enabled = false
checks.allow_header_conformance.enabled = false

[[operations]]
# A saved query that cannot take its parameter: the server says so with 500, on purpose.
include-path = "/queries/not-selected"
enabled = false

[[operations]]
include-path = "/queries/{name}"
parameters = { "path.name" = ["loans-before", "none", "..", "a b"] }

[[operations]]
include-path = "/id/{path}"
parameters = { "path.path" = ["anna", "spring", "none", "%00"] }
"""


def test_the_server_does_what_its_document_says(client: httpx.Client, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG, "utf-8")
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [
            *(Path(sys.executable).with_name("schemathesis"), "--config-file", tmp_path / "schemathesis.toml", "run"),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", "15"),
            *("--generation-deterministic", "--no-color", "--warnings", "off", f"{client.base_url}/openapi.json"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(root), *(path for path in sys.path if path)]),
            "SCHEMATHESIS_HOOKS": "tests.support.schemathesis_hooks",
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " generated" in done.stdout
