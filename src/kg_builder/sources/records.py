"""A record, ``data/articles/<id>.yaml``: one article's head and its blocks of facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from pathlib import Path

from kg_builder.errors import Mark, Problem, SourceError
from kg_builder.ids import LOCAL, Iris, is_slug, nearest
from kg_builder.model import Article, Attestation, Record, Term, Triple
from kg_builder.namespaces import RJ, SCHEMA
from kg_builder.sources.edtf import parse_edtf
from kg_builder.sources.entities import LABEL, Authority
from kg_builder.sources.facts import Basis, FactReader, Subject, local
from kg_builder.sources.mentions import mentions
from kg_builder.sources.project import Project
from kg_builder.sources.reading import day, only_keys, read_text, scalar
from kg_builder.sources.schema import NodeShape, Schema
from kg_builder.sources.texts import Text, find_text, fingerprint
from kg_builder.sources.tree import Mapping, Node, Scalar, Sequence, read_tree
from kg_builder.sources.values import Declared, Scope, date_triples
from kg_builder.terms import iri, text

HEAD = "article"
HEAD_KEYS = (
    "id", "language", "sha256", "length", "fingerprint",
    "title", "url", "publisher", "published", "curator", "curated", "note",
)  # fmt: skip
REQUIRED = ("id", "language", "sha256", "length", "fingerprint", "curator", "curated")
BLOCK_SETTINGS = ("according-to", "conveys")

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a record is read by, beside its own words.

    Attributes:
        project: makes IRIs and names files.
        schema: the kinds of nodes and their keys.
        declared: what the authority file declares, by id.
    """

    project: Project
    schema: Schema
    declared: AbstractMapping[str, Declared]


@dataclass(frozen=True, slots=True)
class LoadedRecord:
    """A record and how far its quotes could be compared with the text."""

    record: Record
    verified: bool
    marks: dict[Term, Mark]


def load_record(
    path: Path, project: Project, schema: Schema, authority: Authority, problems: list[Problem]
) -> LoadedRecord | None:
    """Read one record strictly; None where its head cannot be made sense of.

    Where the article's text is present its hash and every phrase are compared with it.
    """
    written = read_text(path, project.name(path), problems)
    if written is None:
        return None
    setting = Setting(project, schema, authority.declared)
    return read_record(path.stem, written, _source(project, path.stem, problems), setting, problems)


def read_record(
    stem: str, written: str, source: Text | None, setting: Setting, problems: list[Problem]
) -> LoadedRecord | None:
    """Read one record from what its file holds; None where its head cannot be made sense of.

    Args:
        stem: the file's name without its suffix: the article's id.
        written: what the file holds.
        source: the article's text, where it is at hand; its hash and every phrase are then compared with it.
        setting: what it is read by.
        problems: takes everything that is wrong.
    """
    project, schema, declared = setting.project, setting.schema, setting.declared
    name = project.name(project.articles / f"{stem}.yaml")
    tree = read_tree(written, name, problems)
    head = tree.get(HEAD)
    if not isinstance(head, Mapping):
        if not any(problem.mark.file == name for problem in problems):
            problems.append(
                Problem(Mark(name), f"the record needs an «{HEAD}:» head; `rujukan text add` writes one", "head")
            )
        return None
    try:
        project.iris.article(stem)
    except ValueError:
        message = f"«{stem}» cannot be an article's id: name the file with letters, digits, «-» and «_»"
        problems.append(Problem(Mark(name), message, "slug"))
        return None
    article = _article(head, stem, project, declared, problems)
    matches = source is not None and _matches(head, article, source, problems)
    reader = FactReader(
        article=article.id,
        language=article.language,
        length=article.length,
        scope=Scope(schema, project.iris, declared, _locals(tree, article.id, project, schema)),
        source=source.text if matches and source else None,
        problems=problems,
        names=frozenset(_names(tree, schema.name_keys())),
    )
    for key, body in tree.items:
        if key.text != HEAD:
            _block(key, body, reader, Basis())
    spoken_of = mentions(article.iri, reader.attestations, _shared(reader.attestations, project.iris, declared))
    return LoadedRecord(Record(article, (*reader.attestations, *spoken_of)), matches, reader.nodes)


def _shared(
    attestations: Iterable[Attestation], iris: Iris, declared: AbstractMapping[str, Declared]
) -> dict[Term, tuple[Term, ...]]:
    """Return the classes of the nodes that facts refer to and the authority file declares."""
    nodes = {node for subject, _, target in (each.triple for each in attestations) for node in (subject, target)}
    slugs = {node: iris.slug(node) for node in nodes}
    return {node: declared[slug].shape.classes for node, slug in slugs.items() if slug and slug in declared}


def _names(node: Node, keys: frozenset[str], *, inside: bool = False) -> Iterator[str]:
    if isinstance(node, Scalar):
        if inside and node.words:
            yield node.text.partition(" ")[2] if node.text.startswith("@") else node.text
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _names(item, keys, inside=inside)
    else:
        for key, value in node.items:
            within = key.text in keys or (inside and key.text == "quote")
            if within or not isinstance(value, Scalar):
                yield from _names(value, keys, inside=within)


def _source(project: Project, article: str, problems: list[Problem]) -> Text | None:
    try:
        return find_text(project.texts, article)
    except SourceError as error:
        problems.extend(error.problems)
        return None


def _article(
    head: Mapping, stem: str, project: Project, declared: AbstractMapping[str, Declared], problems: list[Problem]
) -> Article:
    only_keys(head, HEAD_KEYS, "an article", problems)
    problems.extend(
        Problem(head.mark, f"the head needs «{key}»", "missing") for key in REQUIRED if head.get(key) is None
    )
    values = {key.text: scalar(node, key.text, problems) for key, node in head.items}
    marks = {key.text: node.mark for key, node in head.items}
    article = values.get("id", stem)
    if article != stem:
        problems.append(Problem(marks["id"], f"the id «{article}» must be the file's name, «{stem}»", "head"))
    length = values.get("length", "0")
    if not (length.isascii() and length.isdigit()):
        problems.append(Problem(marks["length"], f"«length» must be a whole number, not «{length}»", "type"))
        length = "0"
    problems.extend(
        Problem(marks[key], f"«{key}» must be 64 hexadecimal digits; run `rujukan anchor`", "type")
        for key in ("sha256", "fingerprint")
        if key in values and not _SHA256.fullmatch(values[key])
    )
    curator = _reference(head, "curator", project, declared, problems)
    curated = head.get("curated")
    return Article(
        id=stem,
        iri=project.iris.article(stem),
        language=_language(values, marks, problems),
        sha256=values.get("sha256", ""),
        length=int(length),
        fingerprint=values.get("fingerprint", ""),
        curator=curator or Term(""),
        curated=day(curated, "curated", problems) if curated else "",
        mark=head.mark,
        statements=tuple(_statements(head, project.iris.article(stem), project, declared, problems)),
        note=values.get("note", ""),
    )


def _language(values: dict[str, str], marks: dict[str, Mark], problems: list[Problem]) -> str:
    language = values.get("language", "und")
    try:
        text("", language)
    except ValueError as error:
        problems.append(Problem(marks["language"], str(error), "value"))
        return "und"
    return language


def _reference(
    head: Mapping, key: str, project: Project, declared: AbstractMapping[str, Declared], problems: list[Problem]
) -> Term | None:
    node = head.get(key)
    slug = scalar(node, key, problems) if node else ""
    if node is None or not slug:
        return None
    if slug not in declared:
        hint = nearest(slug, declared) or "; declare it in data/entities/"
        problems.append(Problem(node.mark, f"no entity «{slug}»{hint}", "reference"))
        return None
    return project.iris.entity(slug)


def _statements(
    head: Mapping, subject: Term, project: Project, declared: AbstractMapping[str, Declared], problems: list[Problem]
) -> list[Triple]:
    values = {key.text: node.text for key, node in head.items if isinstance(node, Scalar)}
    found: list[Triple] = []
    for key, path in (("title", ""), ("url", f"{SCHEMA}url"), ("publisher", f"{SCHEMA}publisher"), ("published", "")):
        node = head.get(key)
        if node is None or not values.get(key):
            continue
        try:
            if key == "title":
                found.append((subject, LABEL, text(values[key], values.get("language", ""))))
            elif key == "url":
                found.append((subject, iri(path), iri(values[key])))
            elif key == "publisher":
                term = _reference(head, key, project, declared, problems)
                found.extend([(subject, iri(path), term)] if term else [])
            else:
                parse_edtf(values[key])
                found.extend(date_triples(subject, iri(f"{RJ}edtf"), values[key]))
        except ValueError as error:
            problems.append(Problem(node.mark, f"«{key}»: {error}", "value"))
    return found


def _matches(head: Mapping, article: Article, source: Text, problems: list[Problem]) -> bool:
    if source.sha256 == article.sha256:
        mark_of_text = fingerprint(source.text)
        if source.length != article.length:
            node = head.get("length")
            mark = node.mark if node else head.mark
            problems.append(Problem(mark, f"the text has {source.length} code points, not {article.length}", "head"))
        if mark_of_text != article.fingerprint:
            node = head.get("fingerprint")
            mark = node.mark if node else head.mark
            problems.append(Problem(mark, f"the fingerprint is not the text's: write {mark_of_text}", "head"))
        return True
    same = fingerprint(source.text) == article.fingerprint
    what = "only in white space or normalisation" if same else "in its words"
    node = head.get("sha256")
    message = (
        f"data/texts/{article.id}.txt is not the text of this record: it differs {what}; "
        "restore it, or run `rujukan anchor` to renumber"
    )
    problems.append(Problem(node.mark if node else head.mark, message, "stale"))
    return False


def _locals(tree: Mapping, article: str, project: Project, schema: Schema) -> dict[str, Declared]:
    """Return the record's own ids: a ``this-…`` block declares one by its ``is``, also below ``conveys``."""
    found: dict[str, Declared] = {}
    queue = [item for item in tree.items if item[0].text != HEAD]
    while queue:
        key, body = queue.pop(0)
        if not isinstance(body, Mapping):
            continue
        if local(key.text):
            kinds = [name.text[3:] for name, _ in body.items if name.text.startswith("is ")]
            shape: NodeShape | None = schema.shapes.get(kinds[0]) if kinds else None
            if shape and is_slug(key.text):
                found.setdefault(key.text, Declared(project.iris.local(article, key.text), shape))
        inner = body.get("conveys")
        if isinstance(inner, Mapping):
            queue.extend(inner.items)
    return found


def _block(key: Scalar, body: Node, reader: FactReader, basis: Basis) -> None:
    found = reader.scope.find(key.text)
    if found is None:
        reader.complain(*_undeclared(key, body, reader.scope))
        return
    if not isinstance(body, Mapping) or not body.items:
        reader.complain(body.mark, 'a block holds facts: `relation value: "words"`, indented', "type")
        return
    reader.nodes.setdefault(found.iri, key.mark)
    spoken = reader.speaker(body)
    held = basis._replace(according_to=spoken) if spoken else basis
    prefix = "" if basis.conveyed_in is None else f"{basis.conveyed_in}/"
    subject = Subject(found.iri, found.shape, f"{prefix}{key.text}")
    for name, value in body.items:
        if name.text == "conveys":
            _conveyed(found, value, reader, basis)
        elif name.text not in BLOCK_SETTINGS:
            reader.fact(subject, name, value, held)


def _undeclared(key: Scalar, body: Node, scope: Scope) -> tuple[Mark, str, str]:
    """Return why a block's key names nothing: where, what to do, and the kind of problem."""
    if not is_slug(key.text):
        return key.mark, f"«{key.text}» is not an id: write lower-case words joined by hyphens", "reference"
    if not local(key.text):
        hint = f"; declare it in data/entities/, or name it «{LOCAL}…» if only this article speaks of it"
        return key.mark, f"no entity «{key.text}»{scope.nearest(key.text) or hint}", "reference"
    if not isinstance(body, Mapping):
        return body.mark, 'a block holds facts: `relation value: "words"`, indented', "type"
    for name, _ in body.items:
        if name.text.startswith("is "):
            kind = name.text[3:]
            return name.mark, f"no kind «{kind}»{nearest(kind, scope.schema.shapes)}", "kind"
    return key.mark, f'«{key.text}» does not say what it is: add `is <kind>: "words"`', "kind"


def _conveyed(found: Declared, value: Node, reader: FactReader, basis: Basis) -> None:
    if basis.conveyed_in is not None:
        reader.complain(
            value.mark, "«conveys» cannot stand inside «conveys»: give the inner speech a block of its own", "conveys"
        )
    elif f"<{SCHEMA}Quotation>" not in found.shape.classes:
        reader.complain(value.mark, f"only a quotation conveys; this is a {found.shape.key}", "conveys")
    elif not isinstance(value, Mapping) or not value.items:
        reader.complain(value.mark, "«conveys» holds blocks of facts", "type")
    else:
        for key, body in value.items:
            _block(key, body, reader, Basis(conveyed_in=found.iri))
