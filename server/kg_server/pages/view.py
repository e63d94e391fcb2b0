"""The parts of the page of one thing."""

from __future__ import annotations

from dataclasses import dataclass

from kg_server.describe.statements import Target
from kg_server.pages.evidence import Proof, Quote, Speech
from kg_server.pages.names import Name

Triple = tuple[str, str, Target]
Side = tuple[Name, tuple[Proof, ...]]
"""A value, and what says so."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A fact in full, for what is said rather than stated: subject, property and value by name, and who says so."""

    key: Triple
    subject: Name
    property: Name
    value: Name
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Saying:
    """What one quotation says of a thing: who says it and how, in which words."""

    speech: Speech
    quotes: tuple[Quote, ...]
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """The other end of a fact.

    Attributes:
        key: the triple.
        value: what the fact leads to, or comes from.
        lead: what a term of office says in one line.
        when: its date in words.
        quotes: the words of a quotation.
        speech: how they are said, in words.
        rows: what a part says beyond its line.
        conveys: what a quotation says without its being asserted.
        proofs: what the fact rests on.
        certainty: how surely, in words, where no source states it.
        speakers: whose claim it is, where no article says so itself.
        planned, derived, conflict: how it is meant.
    """

    key: Triple
    value: Name
    lead: str = ""
    when: str = ""
    quotes: tuple[Quote, ...] = ()
    speech: str = ""
    rows: tuple[Row, ...] = ()
    conveys: tuple[Sentence, ...] = ()
    proofs: tuple[Proof, ...] = ()
    certainty: str = ""
    speakers: tuple[Name, ...] = ()
    planned: bool = False
    derived: bool = False
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Facts with one property in one direction; `total` says how many there are where not all are here."""

    name: Name
    predicate: str
    inverse: bool
    facts: tuple[Fact, ...]
    total: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one kind."""

    key: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Called:
    """A name of the thing as it is printed, its languages, and whether it is the preferred one in them."""

    name: Name
    languages: tuple[str, ...]
    preferred: bool
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Values of which only one can be true, each with the articles that say so."""

    property: Name
    values: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the page shows of a thing.

    Attributes:
        name: of the thing.
        kinds: its classes.
        called: its names in all languages.
        owner: the thing that it is a part of.
        of: for a figure, what it is a figure of.
        spoken: for a quotation, its words and how they are said.
        planned: whether it has not happened as far as is known.
        sections: its facts.
        conveyed: what a quotation says.
        said: what is said of it without being asserted.
        reported: what is stated according to it.
        withdrawn: what a curator does not follow.
        elsewhere: links to the same thing.
        listed: a page of all that leads to it, where it is too much to stand among the facts.
        conflicts: where sources disagree.
    """

    name: Name
    kinds: tuple[Name, ...] = ()
    called: tuple[Called, ...] = ()
    owner: Name | None = None
    of: tuple[Name, ...] = ()
    spoken: Fact | None = None
    planned: bool = False
    sections: tuple[Section, ...] = ()
    conveyed: tuple[Sentence, ...] = ()
    said: tuple[Saying, ...] = ()
    reported: tuple[Sentence, ...] = ()
    withdrawn: tuple[Sentence, ...] = ()
    elsewhere: tuple[Fact, ...] = ()
    listed: tuple[Row, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    @property
    def named(self) -> bool:
        """Whether the names say more than the page's title."""
        return any(each.name.text != self.name.text or each.proofs for each in self.called)
