"""What changed between two releases, brought into a store: each fact stays as long as somebody states it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from kg_builder.build.facts import Facts, triple_of
from kg_builder.model import Term, Triple


@dataclass(slots=True)
class Patch:
    """What a change of lines came to.

    Attributes:
        quads: how many more there are now than before.
        graphs: the same for each named graph.
        facts: how many more triples articles assert.
        changed: triples of the default graph that came or went, but for those of attestations and phrases.
        curated: triples that the authority file or a link states and did not, or the other way round.
        attested: triples that an article attests otherwise than before, with the articles.
    """

    quads: int = 0
    graphs: Counter[str] = field(default_factory=Counter)
    facts: int = 0
    changed: set[Triple] = field(default_factory=set)
    curated: set[Triple] = field(default_factory=set)
    attested: dict[Triple, set[Term]] = field(default_factory=dict)


def apply(before: Facts, after: Facts, removed: Iterable[bytes], added: Iterable[bytes]) -> Patch:
    """Bring a store up to date.

    Args:
        before: the store as it was.
        after: a copy of it, which is changed.
        removed: lines that a shard lost, and added: lines that one gained; a line may be in both, of different shards.
    """
    lost, gained = set(removed), set(added)
    moved = lost & gained
    old, new = _Sides(lost - moved), _Sides(gained - moved)
    patch = Patch()
    article = f"<{after.iris.base}article/"
    for sign, side in ((-1, old), (1, new)):
        patch.graphs.update({graph: sign * number for graph, number in side.graphs.items()})
        patch.quads += sign * len(side.named)
    asserted = {
        triple_of(each) for side in (old, new) for each in side.named if str(each.graph_name).startswith(article)
    }
    stated_before = {triple for triple in asserted if before.stated(triple)}
    for each in old.named:
        after.store.remove(each)
    after.store.extend(new.named)
    patch.facts = sum(after.stated(triple) for triple in asserted) - len(stated_before)
    _leave(patch, old, before, after)
    _enter(patch, new, before, after)
    _attest(patch, old, before)
    _attest(patch, new, after)
    return patch


def _leave(patch: Patch, old: _Sides, before: Facts, after: Facts) -> None:
    """Take out of the default graph what nobody says any more."""
    facts = {triple_of(each) for each in old.named}
    for each in old.default:
        triple = triple_of(each)
        # Only a fact may be said by others too; attestations and phrases are one article's own.
        if triple not in facts or not any(after.graphs(triple)):
            after.store.remove(each)
            patch.quads -= 1
            _note(patch, triple, before)


def _enter(patch: Patch, new: _Sides, before: Facts, after: Facts) -> None:
    """Put into the default graph what is said now."""
    facts = {triple_of(each) for each in new.named}
    for each in new.default:
        triple = triple_of(each)
        if triple not in facts or each not in after.store:
            patch.quads += 1
            _note(patch, triple, before)
    after.store.extend(new.default)


def _attest(patch: Patch, side: _Sides, facts: Facts) -> None:
    """Note who attests what on a side of the change; `facts` is the store of that side."""
    article = f"<{facts.iris.base}article/"
    for statement in side.statements():
        about, by = facts.attested(statement), facts.article_of(statement)
        if about is not None and by is not None:
            patch.attested.setdefault(about, set()).add(by)
    for each in side.named:
        graph = Term(str(each.graph_name))
        if graph.startswith(article):
            patch.attested.setdefault(triple_of(each), set()).add(graph)
        else:
            patch.curated.add(triple_of(each))


def _note(patch: Patch, triple: Triple, before: Facts) -> None:
    subject = triple[0]
    if not subject.startswith(f"<{before.iris.base}statement/") and "#char=" not in subject:
        patch.changed.add(triple)


class _Sides:
    """Lines as quads, those of named graphs apart from those of the default graph."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self.named: list[ox.Quad] = []
        self.default: list[ox.Quad] = []
        self.graphs: Counter[str] = Counter()
        for each in ox.parse(b"".join(sorted(lines)), format=ox.RdfFormat.N_QUADS):
            if isinstance(each.graph_name, ox.NamedNode):
                self.named.append(each)
                self.graphs[each.graph_name.value] += 1
            else:
                self.default.append(each)

    def statements(self) -> Iterator[Term]:
        """Yield the attestations of which something is said here, each once."""
        found = {Term(str(each.subject)): None for each in self.default if "/statement/" in str(each.subject)}
        yield from found
