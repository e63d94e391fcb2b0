"""``data/linking-snapshot.yaml``: items of the authority that were seen beside their labels in public sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg_builder.link.score import LEAST_NAME, Candidate
from kg_builder.link.settings import SNAPSHOT, plain, read_mapping, wrong
from kg_builder.link.subjects import Subject
from kg_builder.sources.project import Project
from kg_builder.spelling import Spelt, likeness


def load_snapshot(project: Project) -> list[Candidate]:
    """Return the items; none where the project has no snapshot.

    Raises:
        SourceError: the file is wrong.
    """
    path = project.root / SNAPSHOT
    if not path.is_file():
        return []
    found: list[Candidate] = []
    for id_, item in plain(read_mapping(path, project)).items():
        try:
            label, seen = str(item["label"]), item["seen"]
            others, kinds = item.get("others", []), item.get("kinds", [])
            evidence = {key: (value,) if isinstance(value, str) else tuple(value) for key, value in item.get("evidence", {}).items()}  # fmt: skip  # noqa: E501
        except (KeyError, TypeError, AttributeError) as error:
            message = f"«{id_}» needs «label» and «seen», where both stood together: {error}"
            raise wrong(SNAPSHOT, message) from error
        sources = "; ".join(seen) if isinstance(seen, list) else seen
        found.append(Candidate(id_, label, (label, *others), tuple(kinds), evidence, sources))
    return found


def near(subject: Subject, items: Iterable[Candidate]) -> Sequence[Candidate]:
    """Return the items whose names are like one of an entity's."""
    names = [Spelt.read(each.text) for each in subject.names]
    return [
        each
        for each in items
        if any(likeness(one, Spelt.read(other)) >= LEAST_NAME for one in names for other in each.names)
    ]
