"""One article's share of the graph: a pure function from its record and its text to sorted lines, whatever runs it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kg_builder.build.evidence import EvidenceJudge
from kg_builder.errors import Mark, Problem, not_utf8
from kg_builder.graph.about import ontology_lines
from kg_builder.graph.coverage import coverage
from kg_builder.graph.layers import ONTOLOGY, RESERVED
from kg_builder.graph.quads import TYPE, ArticleQuads, article_quads, line
from kg_builder.graph.rules import Pattern, Premises, Rule
from kg_builder.graph.validate import flat_shapes, kind_problems
from kg_builder.model import Record, Term, Triple
from kg_builder.sources.project import Project
from kg_builder.sources.records import LoadedRecord, Setting, read_record
from kg_builder.sources.schema import Schema, engine_vocabulary, ontology_files, shapes_file
from kg_builder.sources.texts import Text, decode
from kg_builder.sources.values import Declared

DIGEST: Final = 8
"""Bytes of a fact's digest; two of ten million facts are taken for one with a chance of three in a million."""
_LOOKED_UP: Final = 16
"""Bytes of a fact's digest by which it is looked up."""


@dataclass(frozen=True, slots=True)
class Context:
    """What every article is mapped by; plain data, which another process can be given.

    Attributes:
        project: names files and makes IRIs.
        schema: the kinds of nodes and their keys.
        declared: what the authority file declares, by id.
        shapes: N-Triples of the shapes, from `flat_shapes`.
        premises: the patterns of facts that rules may rest on.
        hierarchy: N-Triples of the vocabularies, by which shapes know subclasses.
    """

    project: Project
    schema: Schema
    declared: Mapping[str, Declared]
    shapes: str
    hierarchy: str = ""
    premises: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What an article is mapped from.

    Attributes:
        article: its id, the name of its record's file without the suffix.
        record: the bytes of the record.
        text: the bytes of its text, where it is at hand.
    """

    article: str
    record: bytes
    text: bytes | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """One article's share of the graph.

    Attributes:
        article: its id.
        lines: its shard: N-Quads, sorted, each line once.
        sha256: of the lines, in hex.
        quads: how many lines there are.
        problems: what is wrong; where there is anything, the lines are not to be used.
        named: the ids that the record refers to outside itself, each with the key of its kind, or nothing where none
            is declared. The same record and text give other lines only where one of these has another kind.
        head: how many triples say what is known of the article itself.
        facts: how many triples it asserts.
        digests: eight bytes of the SHA-256 of each of them, by which those of many articles are counted once.
        attests: for each fact that rules may rest on, 16 bytes of its digest and 12 of an attestation's of it.
        attestations: how many attestations it makes.
        conveyed: how many triples it merely conveys.
        spans: how many phrases it quotes.
        verified: whether they were compared with the text.
        text_sha256: of the text that the record is about.
        given: of the record and the text that it was mapped from, in hex; empty for no text.
    """

    article: str
    lines: bytes = b""
    sha256: str = ""
    quads: int = 0
    problems: tuple[Problem, ...] = ()
    named: tuple[tuple[str, str], ...] = ()
    head: int = 0
    facts: int = 0
    digests: bytes = b""
    attests: bytes = b""
    attestations: int = 0
    conveyed: int = 0
    spans: int = 0
    verified: bool = False
    text_sha256: str = ""
    given: tuple[str, str] = ("", "")


@dataclass(slots=True)
class _Asked(Mapping[str, Declared]):
    """What is declared, and which of it was asked for."""

    declared: Mapping[str, Declared]
    named: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, slug: str) -> Declared:
        found = self.declared.get(slug)
        self.named[slug] = found.shape.key if found else ""
        if found is None:
            raise KeyError(slug)
        return found

    def __contains__(self, slug: object) -> bool:
        return isinstance(slug, str) and self.get(slug) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self.declared)

    def __len__(self) -> int:
        return len(self.declared)


class Mapper:
    """Maps articles; made once in each process that does."""

    def __init__(self, context: Context) -> None:
        """Compile the shapes."""
        self._context = context
        self._premises = Premises(context.premises)
        self._evidence = EvidenceJudge(context.shapes, context.hierarchy, context.schema)

    def map(self, given: Given) -> Mapped:
        """Return an article's share of the graph, or what is wrong with it; never raises for what people wrote."""
        problems: list[Problem] = []
        asked = _Asked(self._context.declared)
        loaded = self._load(given, asked, problems)
        named = tuple(sorted(asked.named.items()))
        if loaded is None or problems:
            return Mapped(given.article, problems=tuple(sorted(set(problems))), named=named, given=_hashes(given))
        record, iris = loaded.record, self._context.project.iris
        made = article_quads(record, iris)
        digests = {fact: hashlib.sha256(line(fact).encode()).digest() for fact in made.facts}
        kinds = set(self._kinds(asked.named))
        problems.extend(kind_problems(record.attestations, made.facts | kinds, {record.article.iri}))
        problems.extend(self._evidence.problems(record.article, made, kinds))
        return Mapped(
            article=given.article,
            lines=made.lines,
            sha256=hashlib.sha256(made.lines).hexdigest(),
            quads=made.lines.count(b"\n"),
            problems=tuple(sorted(set(problems))),
            named=named,
            head=len(made.head),
            facts=len(made.facts),
            digests=b"".join(sorted(digest[:DIGEST] for digest in digests.values())),
            attests=self._attests(made, digests),
            attestations=len(made.attestations),
            conveyed=len({each.triple for each in record.attestations if each.conveyed_in}),
            spans=len(made.spans),
            verified=loaded.verified,
            text_sha256=record.article.sha256,
            given=_hashes(given),
        )

    def load(self, given: Given) -> tuple[LoadedRecord | None, tuple[Problem, ...]]:
        """Return the record itself, with the places of all it says, and what is wrong with it."""
        problems: list[Problem] = []
        return self._load(given, self._context.declared, problems), tuple(problems)

    def _load(self, given: Given, declared: Mapping[str, Declared], problems: list[Problem]) -> LoadedRecord | None:
        project = self._context.project
        name = project.name(project.articles / f"{given.article}.yaml")
        if given.article in RESERVED:
            problems.append(Problem(Mark(name), f"«{given.article}» names a layer of the graph: rename the file"))
        written = _decoded(given.record, name, problems)
        source = _text(given, problems)
        if written is None:
            return None
        setting = Setting(project, self._context.schema, declared)
        loaded = read_record(given.article, written, source, setting, problems)
        if loaded:
            problems.extend(_quoted_problems(loaded.record, project))
        return loaded

    def _attests(self, made: ArticleQuads, digests: Mapping[Triple, bytes]) -> bytes:
        """Return what `Mapped.attests` holds."""
        premises = {fact: digest[:_LOOKED_UP] for fact, digest in digests.items() if self._premises.match(fact)}
        found = {
            premises[each.triple] + bytes.fromhex(statement_digits(node))
            for node, each in made.attestations.items()
            if each.asserted and each.triple in premises
        }
        return b"".join(sorted(found))

    def _kinds(self, named: Mapping[str, str]) -> Iterator[Triple]:
        """Yield what the authority file says of the kinds of what is named."""
        for slug, key in named.items():
            if key:
                entity = self._context.project.iris.entity(slug)
                yield from ((entity, TYPE, kind) for kind in self._context.schema.shapes[key].classes)


def fact_digest(triple: Triple) -> bytes:
    """Return the sixteen bytes by which a fact is looked up."""
    return hashlib.sha256(line(triple).encode()).digest()[:_LOOKED_UP]


def statement_digits(statement: Term) -> str:
    """Return the hexadecimal digits in which the IRI of an attestation ends.

    >>> statement_digits(Term("<https://example.org/statement/0123456789abcdef01234567>"))
    '0123456789abcdef01234567'
    """
    return statement.rpartition("/")[2].removesuffix(">")


def _hashes(given: Given) -> tuple[str, str]:
    record, text = given.record, given.text
    return hashlib.sha256(record).hexdigest(), "" if text is None else hashlib.sha256(text).hexdigest()


def _decoded(content: bytes, name: str, problems: list[Problem]) -> str | None:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        problems.append(not_utf8(name, error))
        return None


def _text(given: Given, problems: list[Problem]) -> Text | None:
    if given.text is None:
        return None
    try:
        return decode(given.text)
    except UnicodeDecodeError as error:
        problems.append(not_utf8(f"data/texts/{given.article}.txt", error))
        return None


def _quoted_problems(record: Record, project: Project) -> Iterator[Problem]:
    share = coverage(record, None).share
    if 100 * share > project.most_quoted:
        message = (
            f"the record repeats {share:.1%} of its text; at most {project.most_quoted} % may be: "
            "shorten phrases, or write long ones as «first … last»"
        )
        yield Problem(record.article.mark, message, "quoted")


def context_of(
    project: Project, schema: Schema, declared: Mapping[str, Declared], rules: Iterable[Rule] = ()
) -> Context:
    """Return what the articles of a project are mapped by; without the rules, for those who only check.

    Raises:
        SourceError: a vocabulary is not Turtle.
    """
    premises = tuple(dict.fromkeys(pattern for rule in rules for pattern in rule.premises))
    return Context(project, schema, declared, flat_shapes(shapes_file(project.root)), hierarchy(project), premises)


def hierarchy(project: Project) -> str:
    """Return the vocabularies of a project as N-Triples; raises SourceError."""
    graph = f" {project.iris.graph(ONTOLOGY)} .\n"
    lines = ontology_lines([engine_vocabulary(), *ontology_files(project.root)], (), project.iris)
    return "".join(f"{each.removesuffix(graph)} .\n" for each in lines)


def given_of(project: Project, record: Path) -> Given:
    """Return what an article is mapped from, read from the project's folder; raises OSError."""
    text = project.texts / f"{record.stem}.txt"
    return Given(record.stem, record.read_bytes(), text.read_bytes() if text.is_file() else None)
