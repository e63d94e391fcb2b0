"""Links to other authorities: SSSOM TSV (Simple Standard for Sharing Ontological Mappings), accepted or refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kg_builder.errors import Mark, Problem
from kg_builder.ids import nearest
from kg_builder.model import CuratedTriple, Term
from kg_builder.namespaces import SCHEMA
from kg_builder.sources.entities import Authority
from kg_builder.sources.project import Project
from kg_builder.sources.reading import read_text
from kg_builder.sources.tree import Mapping, Scalar, read_tree
from kg_builder.terms import canonical, iri

SAME_AS = iri(f"{SCHEMA}sameAs")
EXACT = "skos:exactMatch"
FILES = ("accepted.sssom.tsv", "refused.sssom.tsv")
PROPOSED = "proposed.sssom.tsv"
REQUIRED = ("subject_id", "subject_label", "predicate_id", "object_id", "mapping_justification")
EVIDENCE = ("object_label", "mapping_date", "confidence", "comment")
_AUTHOR = ("author_id", "author_label")
_CURIE = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*):(\S+)\Z")


@dataclass(frozen=True, slots=True)
class Link:
    """One row: an entity, its match elsewhere, and how sure whoever recorded it was; ``authority`` is the prefix."""

    slug: str
    target: Term
    authority: str
    label: str
    confidence: float
    seen: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Links:
    """Accepted links are published as ``schema:sameAs``; refused ones may never be."""

    accepted: tuple[Link, ...]
    refused: tuple[Link, ...]

    def triples(self, project: Project) -> list[CuratedTriple]:
        """Return what the accepted links state."""
        return [
            CuratedTriple((project.iris.entity(link.slug), SAME_AS, link.target), link.mark) for link in self.accepted
        ]


def load_links(project: Project, authority: Authority, problems: list[Problem]) -> Links:
    """Read both files of ``data/links/``; a link that is accepted and refused at once is a problem at both places."""
    folder = project.root / "data" / "links"
    accepted = tuple(_rows(folder / FILES[0], project, authority, problems, refused=False))
    refused = tuple(_rows(folder / FILES[1], project, authority, problems, refused=True))
    barred = {(link.slug, link.target): link.mark for link in refused}
    for link in accepted:
        first = barred.get((link.slug, link.target))
        if first:
            message = f"«{link.slug}» is not {link.target[1:-1]}: refused at {first}; remove one of the two rows"
            problems.append(Problem(link.mark, message, "refused"))
    owners: dict[Term, Link] = {}
    matches: dict[tuple[str, str], Link] = {}
    for link in accepted:
        former = matches.setdefault((link.slug, link.authority), link)
        if former is not link:
            message = f"«{link.slug}» is already {former.target[1:-1]} (line {former.mark.line}); it cannot be both"
            if former.target == link.target:
                message = f"this link stands in line {former.mark.line} already; remove one of the two rows"
            problems.append(Problem(link.mark, message, "link"))
        other = owners.setdefault(link.target, link)
        if other.slug != link.slug:
            message = f"{link.target[1:-1]} is already «{other.slug}» (line {other.mark.line}); it cannot be both"
            problems.append(Problem(link.mark, message, "link"))
    return Links(accepted, refused)


def _rows(
    path: Path, project: Project, authority: Authority, problems: list[Problem], *, refused: bool
) -> Iterator[Link]:
    name = project.name(path)
    content = read_text(path, name, problems) if path.is_file() else None
    if content is None:
        return
    lines = content.removeprefix("\ufeff").splitlines()  # spreadsheets put a byte order mark first
    heading = [line[1:].removeprefix(" ") for line in lines if line.startswith("#")]
    prefixes = _curie_map("\n".join(heading), name, problems)
    rows = [(number, line.split("\t")) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    if not rows:
        return
    columns = {column: place for place, column in enumerate(rows[0][1])}
    for column in REQUIRED:
        if column not in columns:
            message = f"the table needs a column «{column}»{nearest(column, columns)}"
            problems.append(Problem(Mark(name, rows[0][0]), message, "sssom"))
    if any(column not in columns for column in REQUIRED):
        return
    for number, cells in rows[1:]:
        if len(cells) > len(rows[0][1]):
            message = f"the row has {len(cells)} cells, the table {len(rows[0][1])} columns: is a tab too many?"
            problems.append(Problem(Mark(name, number), message, "sssom"))
            continue
        row = _Row(Mark(name, number), cells, columns, prefixes, problems)
        link = row.link(authority, refused=refused)
        if link:
            yield link


def _curie_map(heading: str, name: str, problems: list[Problem]) -> dict[str, str]:
    tree = read_tree(heading, name, problems) if heading.strip() else None
    node = tree.get("curie_map") if tree else None
    if not isinstance(node, Mapping):
        problems.append(
            Problem(Mark(name), "the heading needs «curie_map:» with the prefixes that the rows use", "sssom")
        )
        return {}
    return {key.text: value.text for key, value in node.items if isinstance(value, Scalar)}


@dataclass(frozen=True, slots=True)
class _Row:
    mark: Mark
    cells: list[str]
    columns: dict[str, int]
    prefixes: dict[str, str]
    problems: list[Problem]

    def cell(self, column: str) -> str:
        place = self.columns.get(column)
        return self.cells[place].strip() if place is not None and place < len(self.cells) else ""

    def complain(self, column: str, message: str) -> None:
        place = self.columns.get(column, 0)
        start = 1 + sum(len(cell) + 1 for cell in self.cells[:place])
        self.problems.append(Problem(Mark(self.mark.file, self.mark.line, start), message, "sssom"))

    def expand(self, column: str) -> str:
        written = self.cell(column)
        match = _CURIE.match(written)
        if not match or match.group(1) not in self.prefixes:
            hint = nearest(written.partition(":")[0], self.prefixes)
            self.complain(column, f"«{written}» must be «prefix:name» with a prefix of the heading's curie_map{hint}")
            return ""
        return self.prefixes[match.group(1)] + match.group(2)

    def link(self, authority: Authority, *, refused: bool) -> Link | None:
        for column in (*REQUIRED, *EVIDENCE):
            if not self.cell(column):
                self.complain(
                    column, f"«{column}» is empty: every link says what, why, when, how surely and where it was seen"
                )
                return None
        if not any(self.cell(column) for column in _AUTHOR):
            self.complain("subject_id", "who made this link? fill author_id or author_label")
        self.expand("mapping_justification")
        if self.cell("predicate_id") != EXACT:
            self.complain("predicate_id", f"the predicate must be {EXACT}")
        if (self.cell("predicate_modifier") == "Not") is not refused:
            where = "the refused file, and only it, says «Not» in predicate_modifier"
            self.complain("predicate_modifier", where)
        try:
            canonical(self.cell("mapping_date"), "http://www.w3.org/2001/XMLSchema#date")
        except ValueError as error:
            self.complain("mapping_date", str(error))
        slug = self.cell("subject_id").partition(":")[2]
        subject = self.expand("subject_id")
        if slug not in authority.declared:
            self.complain("subject_id", f"no entity «{slug}»{nearest(slug, authority.declared)}")
        elif subject and f"<{subject}>" != authority.declared[slug].iri:
            self.complain("subject_id", f"«{self.cell('subject_id')}» is not an id of this graph: {subject}")
        target = self._target()
        confidence = self._confidence()
        if slug not in authority.declared or not target or confidence is None:
            return None
        return Link(
            slug,
            target,
            self.cell("object_id").partition(":")[0],
            self.cell("object_label"),
            confidence,
            self.cell("comment"),
            self.mark,
        )

    def _target(self) -> Term | None:
        written = self.expand("object_id")
        try:
            return iri(written) if written else None
        except ValueError as error:
            self.complain("object_id", str(error))
            return None

    def _confidence(self) -> float | None:
        written = self.cell("confidence")
        if re.fullmatch(r"0(\.\d+)?|1(\.0+)?", written):
            return float(written)
        self.complain("confidence", f"«{written}» must be a number between 0 and 1")
        return None
