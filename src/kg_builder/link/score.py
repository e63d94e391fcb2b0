"""How well a candidate fits an entity, and whether that is enough to propose it: a name alone never decides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kg_builder.link.settings import LinkSettings
from kg_builder.link.subjects import Subject
from kg_builder.spelling import ALMOST, SAME, SOUNDS_SAME, Spelt, likeness

LEAST_NAME = 0.5
"""Whatever else agrees, names less alike than this are no proposal."""
_ADDRESS = re.compile(r"^(?:[a-z]+://)?(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:[/?#].*)?$", re.IGNORECASE)
_BY_NAME = 0.6


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item of the authority.

    Attributes:
        id: its identifier.
        label: its name, as its source has it.
        names: that and others.
        kinds: ids of its classes, as far as known.
        evidence: values by key, as far as known.
        seen: where id and label were seen together.
    """

    id: str
    label: str
    names: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A candidate compared with an entity.

    Attributes:
        candidate: the item.
        name: how alike the names are, from 0 to 1.
        of_kind: whether it is known to be of a class that fits.
        agreed, disagreed: keys of evidence that both have.
        telling: keys among those agreed that tell things of one kind apart.
        named: whether its kind is one whose names are enough.
    """

    candidate: Candidate
    name: float
    of_kind: bool
    agreed: tuple[str, ...]
    disagreed: tuple[str, ...]
    telling: tuple[str, ...]
    named: bool

    @property
    def confirmed(self) -> bool:
        """Whether something besides the name says that it is the thing, and nothing speaks against it."""
        if self.disagreed or self.name < LEAST_NAME:
            return False
        return bool(self.telling) or (self.named and self.of_kind and self.name >= SOUNDS_SAME)

    @property
    def confidence(self) -> float:
        """How sure the proposal is, from 0 to 1; only a person makes it more than 0.9.

        >>> item = Candidate("Q1", "Fair", ("Fair",))
        >>> Judgement(item, 1.0, True, ("head",), (), ("head",), named=False).confidence
        0.85
        """
        if not self.telling:
            return _BY_NAME
        return round(min(0.9, 0.5 + 0.2 * self.name + 0.1 * len(self.telling) + 0.05 * self.of_kind), 2)

    def words(self) -> str:
        """Return the reasons, for a person."""
        parts = [f"name {self.name:.2f}"]
        parts += [f"{key} agrees" for key in self.agreed]
        parts += [f"{key} differs" for key in self.disagreed]
        if self.of_kind:
            parts.append("kind fits")
        if not self.agreed and not self.disagreed:
            parts.append("nothing besides the name is known")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is proposed for an entity; None where nothing is, and why."""

    subject: Subject
    proposed: Judgement | None
    reason: str
    judgements: tuple[Judgement, ...]


def judge(subject: Subject, candidate: Candidate, settings: LinkSettings) -> Judgement:
    """Compare an entity with an item.

    >>> from kg_builder.link.subjects import Name
    >>> from kg_builder.model import Term
    >>> settings = LinkSettings("wd", "", "", "", "", ())
    >>> fair = Subject("fair", Term("<urn:fair>"), (Name("Spring fair", "en", True),), ())
    >>> found = judge(fair, Candidate("Q1", "Spring Fair", ("Spring Fair",)), settings)
    >>> found.name, found.confirmed
    (1.0, False)
    """
    names = [Spelt.read(each.text) for each in subject.names]
    others = [Spelt.read(each) for each in candidate.names]
    name = max((likeness(one, other) for one in names for other in others), default=0.0)
    wanted = {each for kind in subject.kinds if kind in settings.kinds for each in settings.kinds[kind].all}
    results = {
        each.key: _agrees(subject.evidence.get(each.key, ()), candidate.evidence.get(each.key, ()))
        for each in settings.evidence
    }
    agreed = tuple(key for key, result in results.items() if result is True)
    return Judgement(
        candidate,
        round(name, 3),
        bool(wanted.intersection(candidate.kinds)),
        agreed,
        tuple(key for key, result in results.items() if result is False),
        tuple(each.key for each in settings.evidence if each.telling and each.key in agreed),
        named=any(settings.kinds[kind].named for kind in subject.kinds if kind in settings.kinds),
    )


def _agrees(mine: Sequence[Iterable[str]], theirs: Sequence[str]) -> bool | None:
    """Tell whether one of our values is one of theirs; None where one side has none."""
    if not mine or not theirs:
        return None
    known = [text for names in mine for text in names]
    return any(_same(one, other) for one in known for other in theirs)


def _same(one: str, other: str) -> bool:
    mine, theirs = _ADDRESS.match(one.strip()), _ADDRESS.match(other.strip())
    if mine and theirs:
        return mine[1].lower() == theirs[1].lower()
    return likeness(Spelt.read(one), Spelt.read(other)) > ALMOST


def decide(subject: Subject, candidates: Iterable[Candidate], settings: LinkSettings) -> Verdict:
    """Choose among candidates, or abstain: the best one where it alone is confirmed.

    Args:
        subject: the entity.
        candidates: without those that a person has refused.
        settings: what is compared.
    """
    found = sorted(
        (judge(subject, each, settings) for each in candidates),
        key=lambda each: (not each.confirmed, -each.confidence, -each.name, each.candidate.id),
    )
    found = [each for each in found if each.confirmed or each.name >= LEAST_NAME]
    confirmed = [each for each in found if each.confirmed]
    if not found:
        return Verdict(subject, None, "no candidate", ())
    if not confirmed:
        return Verdict(subject, None, "a name alone does not decide", tuple(found))
    best, rest = confirmed[0], found[1:]
    if len(confirmed) > 1:
        return Verdict(subject, None, "several candidates are confirmed", tuple(found))
    if not best.telling and any(each.name >= ALMOST and not each.disagreed for each in rest):
        return Verdict(subject, None, "another one has this name too", tuple(found))
    if best.name < SAME and not best.telling:
        return Verdict(subject, None, "the name is spelt otherwise", tuple(found))
    return Verdict(subject, best, best.words(), tuple(found))
