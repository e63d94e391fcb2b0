"""How well a candidate fits a query: by its names, and by the values of its properties; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from kg_builder.namespaces import XSD
from kg_builder.spelling import ALMOST, SAME, SOUNDS_SAME, Spelt, likeness

_AGREED = 0.95
_WEIGHT = 0.3
_OTHER_TYPE = 0.6
_NUMBERS = frozenset(XSD + each for each in ("integer", "decimal", "double", "float"))
_SCHEME = re.compile(r"^[a-z]+://(www\.)?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}(-\d\d){0,2}")


@dataclass(frozen=True, slots=True)
class Target:
    """A value that a candidate has: a literal, or a thing with its names."""

    node: ox.NamedNode | ox.Literal
    names: tuple[Spelt, ...] = ()


def agreement(given: Iterable[str | float | bool | ox.NamedNode], found: Sequence[Target]) -> float | None:
    """Return how well the values that were given agree with those that a candidate has, from 0 to 1.

    Args:
        given: texts, numbers and truths; an IRI for an entity.
        found: values of the candidate; where it has none, nothing is known and None is returned.

    >>> agreement(["2024"], [Target(ox.Literal("2024-03-20", datatype=ox.NamedNode(XSD + "date")))])
    1.0
    >>> agreement([12], [Target(ox.Literal(7))]), agreement([12], [])
    (0.0, None)
    """
    if not found:
        return None
    best = [max(_agrees(each, target) for target in found) for each in given]
    return round(sum(best) / len(best), 3) if best else None


def _agrees(given: str | float | bool | ox.NamedNode, target: Target) -> float:  # noqa: FBT001 - a value
    node = target.node
    if isinstance(given, ox.NamedNode) or given == node.value:
        return float(given in {node, node.value})
    if isinstance(node, ox.Literal) and node.datatype.value in _NUMBERS:
        return float(_number(str(given)) == float(node.value))
    return _agrees_text(given.strip(), target) if isinstance(given, str) else float(str(given).lower() == node.value)


def _agrees_text(text: str, target: Target) -> float:
    node = target.node
    if isinstance(node, ox.Literal) and node.datatype.value.startswith(XSD + "date"):
        # A year or a month agrees with a day in it.
        return float(bool(_DATE.fullmatch(text)) and node.value.startswith(text))
    if _SCHEME.match(node.value) and not target.names:
        return float(_address(node.value) == _address(text))
    spelt = Spelt.read(text)
    names = target.names or ((Spelt.read(node.value),) if isinstance(node, ox.Literal) else ())
    alike = max((likeness(spelt, each) for each in names), default=0.0)
    # What is alike in part is another value, as one town's name may hold another's.
    return alike if alike >= ALMOST * _AGREED else 0.0


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _address(text: str) -> str:
    return _SCHEME.sub("", text.strip()).rstrip("/").lower()


@dataclass(frozen=True, slots=True)
class Fit:
    """How a candidate fits.

    Attributes:
        name: how alike the names are, from 0 to 1; None where no name was given.
        preferred: whether the name that fits best is a preferred one.
        of_type: whether it is of a type that was asked for; None where none was.
        agreements: for each property that was given, how well it agrees; None where nothing is known.
    """

    name: float | None
    preferred: bool
    of_type: bool | None
    agreements: tuple[float | None, ...] = ()

    @property
    def score(self) -> float:
        """From 0 to 100; what is not known of a property counts half, so that only what is confirmed reaches 100.

        >>> Fit(1.0, True, None).score, Fit(1.0, True, True, (None,)).score, Fit(1.0, True, True, (0.0,)).score
        (100.0, 88.5, 76.9)
        """
        if self.name is None:
            whole = sum(each or 0.0 for each in self.agreements) / len(self.agreements)
        else:
            evidence = sum(0.5 if each is None else each for each in self.agreements)
            whole = (self.name + _WEIGHT * evidence) / (1 + _WEIGHT * len(self.agreements))
        return round(100 * whole * (_OTHER_TYPE if self.of_type is False else 1), 1)

    @property
    def certain(self) -> bool:
        """Whether it can be no other, if no other has this name: a name alone never decides.

        A preferred name and its type, or any name and a property that agrees; and nothing may speak against it.

        >>> Fit(1.0, True, None).certain, Fit(1.0, True, True).certain, Fit(1.0, True, True, (0.0,)).certain
        (False, True, False)
        """
        known = [each for each in self.agreements if each is not None]
        if (
            self.name is None
            or self.name < SOUNDS_SAME
            or self.of_type is False
            or any(each < _AGREED for each in known)
        ):
            return False
        return bool(known) or (self.of_type is True and self.preferred and self.name == SAME and not self.agreements)
