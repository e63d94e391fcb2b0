"""Which kinds of things come first in a dump, and which are no facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg_builder.model import Term


@dataclass(frozen=True, slots=True)
class TypeOrder:
    """The order of the kinds of subjects.

    `kinds` (class IRIs in N-Triples form) come first, in that order; then whatever has none of these types; then
    `apparatus`, the kinds that `facts.ttl` leaves out because they speak about facts.

    >>> order = TypeOrder((Term("<x:Event>"), Term("<x:Person>")), (Term("<x:Statement>"),))
    >>> [order.rank({Term(t)}) for t in ("<x:Person>", "<x:Event>", "<x:Other>", "<x:Statement>")]
    [1, 0, 2, 3]
    >>> order.is_fact(2), order.is_fact(3), order.kind(1)
    (True, False, '<x:Person>')
    """

    kinds: tuple[Term, ...] = ()
    apparatus: tuple[Term, ...] = ()
    _ranks: Mapping[Term, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Number the kinds once; the first mention of a class counts."""
        ranks = {kind: number for number, kind in reversed(tuple(enumerate(self.kinds)))}
        ranks |= {kind: number for number, kind in enumerate(self.apparatus, len(self.kinds) + 1)}
        object.__setattr__(self, "_ranks", ranks)

    def rank(self, types: Iterable[Term]) -> int:
        """Return the place of a subject of these types, counted from 0; a subject of the apparatus stays there."""
        other = len(self.kinds)
        ranks = [self._ranks[kind] for kind in types if kind in self._ranks]
        return min((rank for rank in ranks if rank > other), default=min(ranks, default=other))

    def is_fact(self, rank: int) -> bool:
        """Return whether subjects of this rank belong into `facts.ttl`."""
        return rank <= len(self.kinds)

    def kind(self, rank: int) -> Term | None:
        """Return the class that gives this rank, or None for subjects of no listed kind."""
        other = len(self.kinds)
        if rank == other:
            return None
        return self.kinds[rank] if rank < other else self.apparatus[rank - other - 1]
