"""An article that nobody has curated yet, in the project of the museums: its text, an empty record, and templates."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support import museum

from kg_builder.sources.intake import Known, new_record
from kg_builder.sources.project import Project, load_project
from kg_builder.sources.texts import decode

ARTICLE = "berita-tiga"
TEXT = (
    "Kota Karang - Museum Bahari meminjamkan perahu cadik kepada Museum Samudra Nusantara pada Rabu (5/3/2025).\n\n"
    "Perjanjian peminjaman itu ditandatangani Kepala Museum Bahari Ratna Wijaya dan Direktur Museum Samudra, "
    "Bima Prakoso 🏛. Museum Samudra menyimpan lebih dari 350 lukisan. Cuaca cerah sepanjang hari.\n\n"
    '"Kami senang perahu itu dapat dilihat banyak orang," kata Bima Prakoso.\n'
)
TEMPLATES = """\
person:
  - about: [person]
    called: <name>
    facts:
      named: {quote: name}
organisation:
  - about: [museum]
    called: <name>
    facts:
      named: {quote: name}
date:
  - facts:
      date <iso>:
figure:
  - own: figure
    called: <counted>
    facts:
      is figure:
      of <?>:
      <bound|exactly> <value>:
      printed:
speech:
  - own: quotation
    called: <speaker>
    facts:
      is quotation:
      speaker <speaker|?>:
      manner <manner>:
      act <act|statement>:
agreement:
  - about: [loan]
    called: Pinjaman <type|perahu>
    facts:
      is loan:
      party <parties>:
      date <date>:
values:
  act: {say: statement}
"""


def write(root: Path) -> Project:
    """Write the museums' project with one article more, whose record has a head and no fact."""
    museum.write(root)
    museum.edit(root, "data/project.yaml", "loan: {min: 1, max: 1}", "loan: {min: 1, max: 2}")
    text = decode(TEXT.encode())
    (root / f"data/texts/{ARTICLE}.txt").write_bytes(TEXT.encode())
    (root / f"data/articles/{ARTICLE}.yaml").write_text(
        new_record(ARTICLE, text, "curators", "2026-01-03", Known("id")), "utf-8"
    )
    (root / "data/drafts.yaml").write_text(TEMPLATES, "utf-8")
    shutil.copytree(museum.ROOT / "data/lexicon", root / "data/lexicon")
    return load_project(root)
