"""The authority file ``data/entities/*.yaml``: every id that articles share, with its kind and its labels."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as AbstractMapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from kg_builder.errors import Mark, Problem
from kg_builder.ids import LOCAL, is_slug, nearest
from kg_builder.model import CuratedTriple, Term, Triple
from kg_builder.namespaces import RDF, RDFS, SKOS
from kg_builder.sources.files import sources_in
from kg_builder.sources.project import Project
from kg_builder.sources.reading import only_keys, read_text, read_yaml, scalar
from kg_builder.sources.schema import Kind, NodeShape, Schema
from kg_builder.sources.tree import Mapping, Node, Scalar, Sequence
from kg_builder.sources.values import Declared, Scope, single_triple
from kg_builder.terms import iri, text

TYPE, LABEL, ALTERNATIVE = iri(f"{RDF}type"), iri(f"{RDFS}label"), iri(f"{SKOS}altLabel")


@dataclass(frozen=True, slots=True)
class Entity:
    """One entry of the authority file."""

    slug: str
    iri: Term
    shape: NodeShape
    labels: dict[str, str]
    mark: Mark
    triples: tuple[CuratedTriple, ...]


@dataclass(frozen=True, slots=True)
class Authority:
    """All entries by slug, and the redirects of ids that are gone."""

    entities: AbstractMapping[str, Entity]
    redirects: AbstractMapping[str, str]
    declared: AbstractMapping[str, Declared]
    ledger: AbstractSet[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is written: its kind is known, what it says is not read yet."""

    slug: str
    mark: Mark
    body: Mapping
    shape: NodeShape


def load_authority(project: Project, schema: Schema, problems: list[Problem]) -> Authority:
    """Read every authority file, the redirects and the ledger of released ids.

    Entries may refer to each other in any order. An id that stands in two files is a problem that names both places.
    """
    entries: dict[str, Entry] = {}
    for path in entity_files(project):
        tree = read_yaml(path, project.name(path), problems)
        for key, body in tree.items:
            entry = read_entry(key, body, schema, problems)
            if entry is None:
                continue
            if entry.slug in entries:
                first = entries[entry.slug].mark
                problems.append(
                    Problem(key.mark, f"«{key.text}» is declared twice: here and at {first}", "duplicate-key")
                )
            else:
                entries[entry.slug] = entry
    declared = {slug: Declared(project.iris.entity(slug), entry.shape) for slug, entry in entries.items()}
    path = redirects_file(project)
    redirects = (
        read_redirects(read_yaml(path, project.name(path), problems), declared.keys(), problems)
        if path.is_file()
        else {}
    )
    scope = Scope(schema, project.iris, declared)
    entities = {slug: read_entity(entry, scope, problems) for slug, entry in sorted(entries.items())}
    path = ledger_file(project)
    released = (read_text(path, project.name(path), problems) if path.is_file() else None) or ""
    _check_ledger(released, project.name(path), declared.keys() | redirects.keys(), declared, problems)
    ledger = read_ledger(released)
    return Authority(entities, redirects, declared, ledger)


def entity_files(project: Project) -> list[Path]:
    """Return the files of the authority file, in the order in which they are read."""
    return sources_in(project.root / "data" / "entities", ".yaml")


def read_entry(key: Scalar, body: Node, schema: Schema, problems: list[Problem]) -> Entry | None:
    """Return an entry whose id and kind are right; what is wrong goes to the problems."""
    if not is_slug(key.text) or key.text.startswith(LOCAL):
        message = f"«{key.text}» is not an id: write lower-case words joined by hyphens, not beginning with «{LOCAL}»"
        problems.append(Problem(key.mark, message, "slug"))
        return None
    if not isinstance(body, Mapping):
        problems.append(Problem(body.mark, f"«{key.text}» needs {{is: …, label: {{en: …, id: …}}}}", "type"))
        return None
    kind = body.get("is")
    name = scalar(kind, "is", problems) if kind else ""
    shape = schema.shapes.get(name)
    if shape is None:
        mark = kind.mark if kind else key.mark
        message = (
            f"no kind «{name}»{nearest(name, schema.shapes)}"
            if name
            else f"«{key.text}» does not say what it is: add «is: …»"
        )
        problems.append(Problem(mark, message, "kind"))
        return None
    return Entry(key.text, key.mark, body, shape)


def read_entity(entry: Entry, scope: Scope, problems: list[Problem]) -> Entity:
    """Read what an entry says; its references are looked up in the scope."""
    subject = scope.iris.entity(entry.slug)
    triples = [CuratedTriple((subject, TYPE, kind), entry.mark) for kind in entry.shape.classes]
    labels: dict[str, str] = {}
    for key, value in entry.body.items:
        if key.text == "is":
            continue
        if key.text == "label":
            for language, label in _languages(value, problems):
                labels[language] = label.text
                triples.extend(_name((subject, LABEL), label.text, language, label.mark, problems))
        elif key.text == "alt":
            triples.extend(_alternatives(subject, value, problems))
        else:
            triples.extend(_statements(subject, (key, value), entry.shape, scope, problems))
    return Entity(entry.slug, subject, entry.shape, labels, entry.mark, tuple(triples))


def _languages(value: Node, problems: list[Problem]) -> Iterator[tuple[str, Scalar]]:
    if not isinstance(value, Mapping):
        problems.append(Problem(value.mark, "«label» must name its languages: {en: …, id: …}", "type"))
        return
    for language, label in value.items:
        if isinstance(label, Scalar) and label.text.strip():
            yield language.text, label
        else:
            problems.append(Problem(label.mark, f"the label in «{language.text}» must be a text", "type"))


def _name(
    about: tuple[Term, Term], name: str, language: str, mark: Mark, problems: list[Problem]
) -> Iterator[CuratedTriple]:
    try:
        yield CuratedTriple((*about, text(name, language)), mark)
    except ValueError as error:
        problems.append(Problem(mark, str(error), "value"))


def _alternatives(subject: Term, value: Node, problems: list[Problem]) -> Iterator[CuratedTriple]:
    for item in value.items if isinstance(value, Sequence) else (value,):
        if isinstance(item, Mapping):
            name, language = item.get("text"), item.get("language")
            only_keys(item, ("text", "language"), "an alternative name", problems)
            if name and language:
                written, tag = scalar(name, "text", problems), scalar(language, "language", problems)
                if written.strip() and tag:
                    yield from _name((subject, ALTERNATIVE), written, tag, item.mark, problems)
                    continue
        problems.append(Problem(item.mark, "an alternative name needs {text: …, language: …}", "type"))


def _statements(
    subject: Term, item: tuple[Scalar, Node], shape: NodeShape, scope: Scope, problems: list[Problem]
) -> Iterator[CuratedTriple]:
    key, value = item
    relation = shape.properties.get(key.text)
    if relation is None or relation.kind in {Kind.NODE, Kind.WORDS}:
        allowed = [k for k, p in shape.properties.items() if p.kind not in {Kind.NODE, Kind.WORDS}]
        hint = nearest(key.text, ["is", "label", "alt", *allowed])
        message = f"a {shape.key} of the authority file has no key «{key.text}»{hint}"
        problems.append(Problem(key.mark, message, "unknown-key"))
        return
    for part in value.items if isinstance(value, Sequence) else (value,):
        written = scalar(part, key.text, problems)
        try:
            triples: list[Triple] = single_triple(subject, relation, written, scope) if written else []
        except ValueError as error:
            problems.append(Problem(part.mark, str(error), "value"))
            continue
        yield from (CuratedTriple(triple, part.mark) for triple in triples)


def redirects_file(project: Project) -> Path:
    """Return the file of ids that are gone and lead to others."""
    return project.root / "data" / "redirects.yaml"


def read_redirects(tree: Mapping, declared: AbstractSet[str], problems: list[Problem]) -> dict[str, str]:
    """Return the redirects of a file; each leads from an id that is gone to one that is declared."""
    found: dict[str, str] = {}
    for old, node in tree.items:
        new = scalar(node, "a redirect", problems)
        if not is_slug(old.text):
            problems.append(Problem(old.mark, f"«{old.text}» is not an id", "slug"))
        elif old.text in declared:
            problems.append(
                Problem(old.mark, f"«{old.text}» is still in use; only an id that is gone may redirect", "redirect")
            )
        elif tree.get(new):
            problems.append(Problem(node.mark, f"«{new}» is gone too: name the id that is left", "redirect"))
        elif new not in declared:
            problems.append(Problem(node.mark, f"no entity «{new}»{nearest(new, declared)}", "reference"))
        else:
            found[old.text] = new
    return found


def ledger_file(project: Project) -> Path:
    """Return the file of ids that were released."""
    return project.root / "data" / "released-ids.txt"


def read_ledger(content: str) -> frozenset[str]:
    """Return the ids that a file says were released."""
    return frozenset(line.strip() for line in content.splitlines() if line.strip() and not line.startswith("#"))


def _check_ledger(
    content: str, name: str, known: AbstractSet[str], declared: AbstractMapping[str, Declared], problems: list[Problem]
) -> None:
    for number, line in enumerate(content.splitlines(), 1):
        slug = line.strip()
        if slug and not slug.startswith("#") and slug not in known:
            hint = nearest(slug, declared)
            message = (
                f"«{slug}» was released and is gone: restore it, or add «{slug}: new-id» to data/redirects.yaml{hint}"
            )
            problems.append(Problem(Mark(name, number), message, "vanished"))
