"""The museums' project, built, with a mapping file and a snapshot of an authority that is made up."""

from __future__ import annotations

from pathlib import Path

from tests.support import museum

from kg_builder.cli.main import main

AUTHORITY = "https://authority.example/id/"
MAPPING = f"""\
authority: {{prefix: au, namespace: {AUTHORITY}, name: Authority}}
service: http://127.0.0.1:9/reconcile
entities: http://127.0.0.1:9/api
evidence:
  head: {{path: ^ml:onBehalfOf/ml:signer, property: ex:head, telling: true}}
  city: {{property: ex:city}}
types:
  schema:Museum: {{ids: [ex:Museum], word: museum}}
  ml:Artefact: {{word: artefact, named: true}}
statements:
  ml:lentTo: {{property: P1}}
references:
  address: {{property: P854}}
"""
SNAPSHOT = """\
Q10:
  label: State Maritime Museum
  kinds: [museum]
  evidence: {head: "Ратна Виджая", city: Coral Town}
  seen: a list of museums, row 7
Q11:
  label: Maritime Museum
  kinds: [museum]
  evidence: {city: Newport}
  seen: [a list of museums, another list]
"""


def project(root: Path, *, mapping: str = MAPPING, snapshot: str = SNAPSHOT) -> Path:
    """Write and build the project; return its folder."""
    museum.write(root)
    (root / "data" / "linking.yaml").write_text(mapping, "utf-8")
    if snapshot:
        (root / "data" / "linking-snapshot.yaml").write_text(snapshot, "utf-8")
    assert main(["--project", str(root), "build"]) == 0
    return root


def link(root: Path, *arguments: str) -> int:
    """Run the command on it."""
    return main(["--project", str(root), "link", *arguments])


def proposed(root: Path) -> list[list[str]]:
    """The proposed rows, without heading and columns."""
    path = root / "data" / "links" / "proposed.sssom.tsv"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [line.split("\t") for line in lines if not line.startswith("#")][1:]
