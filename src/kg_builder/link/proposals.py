"""``data/links/proposed.sssom.tsv``: what is proposed; a person moves each row to the accepted or the refused ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg_builder.errors import QueryError
from kg_builder.link.score import Verdict
from kg_builder.link.settings import LinkSettings
from kg_builder.sources.links import EXACT, FILES, PROPOSED
from kg_builder.sources.project import Project

COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mapping_justification",
    "author_label", "mapping_date", "confidence", "comment",
)  # fmt: skip
TOOL = "rujukan link"
# An equivalence that several matchers found together (SEMAPV); a name alone would be semapv:LexicalMatching.
COMPOSITE, MANUAL = "semapv:CompositeMatching", "semapv:ManualMappingCuration"
_MODIFIER = "predicate_modifier"

Row = dict[str, str]


@dataclass(slots=True)
class Table:
    """A table of SSSOM as it stands: heading, columns, rows."""

    path: Path
    heading: list[str]
    columns: list[str]
    rows: list[Row]

    @classmethod
    def read(cls, path: Path) -> Table:
        """Read a table; one that is not there is empty."""
        lines = path.read_text("utf-8").removeprefix("\ufeff").splitlines() if path.is_file() else []
        heading = [line for line in lines if line.startswith("#")]
        body = [line.split("\t") for line in lines if line and not line.startswith("#")]
        columns = body[0] if body else []
        return cls(path, heading, columns, [dict(zip(columns, cells, strict=False)) for cells in body[1:]])

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows, each where its subject and object belong."""
        known = {(each["subject_id"], each["object_id"]): each for each in self.rows}
        known |= {(each["subject_id"], each["object_id"]): each for each in rows}
        self.rows = [known[key] for key in sorted(known)]

    def take(self, subject: str, target: str) -> Row | None:
        """Remove a row and return it; None where there is none."""
        found = next((each for each in self.rows if (each["subject_id"], each["object_id"]) == (subject, target)), None)
        if found is not None:
            self.rows.remove(found)
        return found

    def write(self) -> None:
        """Write the table at once, so that a crash leaves the old one or the new one."""
        lines = [*self.heading, "\t".join(self.columns)]
        lines += ["\t".join(_cell(row.get(column, "")) for column in self.columns) for row in self.rows]
        temporary = self.path.with_name(f".{self.path.name}.new")
        temporary.write_text("\n".join(lines) + "\n", "utf-8")
        temporary.replace(self.path)


def _cell(text: str) -> str:
    return " ".join(text.split())


class Links:
    """The three tables of a project.

    Args:
        project: whose.
        settings: of its authority.
    """

    def __init__(self, project: Project, settings: LinkSettings) -> None:
        folder = project.root / "data" / "links"
        self._project, self._settings = project, settings
        self.accepted, self.refused, self.proposed = (Table.read(folder / each) for each in (*FILES, PROPOSED))
        if not self.proposed.columns:
            self.proposed.columns = list(COLUMNS)
            self.proposed.heading = self._heading(
                "proposed",
                "Matches that a tool proposes. The build does not read them; a person accepts or refuses each.",
            )

    def _heading(self, name: str, description: str) -> list[str]:
        settings, base = self._settings, self._project.base
        return [
            "# curie_map:",
            f"#   id: {base}id/",
            "#   semapv: https://w3id.org/semapv/vocab/",
            "#   skos: http://www.w3.org/2004/02/skos/core#",
            f"#   {settings.prefix}: {settings.namespace}",
            f"# license: {self._project.license}",
            f"# mapping_set_description: {description}",
            f"# mapping_set_id: {base}links/{name}",
            f"# mapping_set_title: {name.capitalize()} links to {settings.name}",
        ]

    def target(self, id_: str) -> str:
        """Return an item's id as the tables write it."""
        return id_ if id_.startswith(f"{self._settings.prefix}:") else f"{self._settings.prefix}:{id_}"

    def linked(self) -> frozenset[str]:
        """Return the ids of the entities that have an accepted match."""
        prefix = f"{self._settings.prefix}:"
        return frozenset(
            each["subject_id"].removeprefix("id:")
            for each in self.accepted.rows
            if each["object_id"].startswith(prefix)
        )

    def barred(self, slug: str) -> frozenset[str]:
        """Return the ids of items that a person has refused for an entity, or accepted for another."""
        refused = (each["object_id"] for each in self.refused.rows if each["subject_id"] == f"id:{slug}")
        taken = (each["object_id"] for each in self.accepted.rows if each["subject_id"] != f"id:{slug}")
        return frozenset(each.partition(":")[2] for each in (*refused, *taken))

    def ids(self) -> dict[str, list[Row]]:
        """Return the rows of all three tables by the id of their item."""
        found: dict[str, list[Row]] = {}
        for table in (self.accepted, self.refused, self.proposed):
            for row in table.rows:
                prefix, _, id_ = row["object_id"].partition(":")
                if prefix == self._settings.prefix:
                    found.setdefault(id_, []).append(row)
        return found

    def propose(self, verdicts: Sequence[Verdict], date: str) -> int:
        """Write what is proposed, in place of what was proposed for these entities before; return how many rows.

        Args:
            verdicts: on the entities.
            date: of today (ISO 8601).
        """
        asked = {f"id:{each.subject.slug}" for each in verdicts}
        self.proposed.rows = [each for each in self.proposed.rows if each["subject_id"] not in asked]
        rows = [self._row(each, date) for each in verdicts if each.proposed]
        self.proposed.add(rows)
        if rows or self.proposed.path.is_file():
            self.proposed.write()
        return len(rows)

    def _row(self, verdict: Verdict, date: str) -> Row:
        judgement = verdict.proposed
        assert judgement is not None  # noqa: S101 - the caller chose those that have one
        cells = (
            f"id:{verdict.subject.slug}", verdict.subject.label, EXACT, self.target(judgement.candidate.id),
            judgement.candidate.label, COMPOSITE, TOOL, date, f"{judgement.confidence:g}",
            f"Seen in: {judgement.candidate.seen}. {judgement.words().capitalize()}",
        )  # fmt: skip
        return dict(zip(COLUMNS, cells, strict=True))

    def settle(self, slug: str, id_: str, person: str, date: str, *, accept: bool) -> Row:
        """Move a proposed row to the accepted or the refused ones, in a person's name.

        Raises:
            QueryError: it is not proposed.
        """
        row = self.proposed.take(f"id:{slug}", self.target(id_))
        if row is None:
            message = f"«{slug}» and {self.target(id_)} are not proposed; see data/links/{PROPOSED}"
            raise QueryError(message)
        row = {**row, "mapping_justification": MANUAL, "author_label": person, "mapping_date": date}
        table = self.accepted if accept else self.refused
        if not accept:
            row[_MODIFIER] = "Not"
        if not table.columns:
            table.columns = [*COLUMNS] if accept else [*COLUMNS[:3], _MODIFIER, *COLUMNS[3:]]
            name, said = (
                ("accepted", "Published as schema:sameAs.") if accept else ("refused", "Matches that are wrong.")
            )
            table.heading = self._heading(name, said)
        table.add([row])
        # First where it goes, then where it was: a crash between leaves it twice, never nowhere.
        table.write()
        self.proposed.write()
        return row
