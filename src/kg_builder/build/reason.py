"""Rules applied in the store: to all of it, or only where something changed.

Derivations follow deletions and insertions by the way of «delete and rederive» (Gupta, Mumick and Subrahmanian 1993):
what rests on something that changed is taken away, and concluded anew as far as it still follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import pyoxigraph as ox

from kg_builder.build.facts import Facts, node, quad
from kg_builder.build.mapping import fact_digest
from kg_builder.build.narrow import narrow
from kg_builder.build.patch import Patch
from kg_builder.build.state import State
from kg_builder.errors import Mark, Problem, SourceError
from kg_builder.graph.layers import DERIVED
from kg_builder.graph.rules import (
    MOST_ROUNDS,
    Bindings,
    Derivation,
    Pattern,
    Premises,
    Rule,
    derivation_lines,
    fill,
    unify,
)
from kg_builder.graph.vouching import Vouching
from kg_builder.model import Term, Triple
from kg_builder.terms import iri, iri_text, is_iri

Lines = dict[Term, set[str]]
"""Lines of the derived layer by the subject of the conclusion they belong to."""

_TOGETHER = 10_000


@dataclass(frozen=True, slots=True)
class Known:
    """Who attests what, as witnesses know it: the state of a build, and the store.

    Attributes:
        facts: the store.
        state: knows attestations by their facts.
    """

    facts: Facts
    state: State

    def articles(self, triple: Triple, most: int | None = None) -> list[Term]:
        """Return the articles that assert a triple, in the order of their ids; `most` of them at most."""
        return [self.facts.iris.article(each) for each in self.state.attesting(fact_digest(triple), most)]

    def states(self, article: Term, triple: Triple) -> bool:
        """Tell whether an article asserts a triple."""
        return self.facts.states(article, triple)

    def attestations(self, triple: Triple, article: Term) -> tuple[Term, ...]:
        """Return the attestations by which an article asserts a triple, sorted."""
        name = iri_text(article).rpartition("/")[2]
        found = self.state.attestations(fact_digest(triple), name)
        return tuple(sorted(iri(f"{self.facts.iris.base}statement/{each.hex()}") for each in found))

    def curated(self, triple: Triple) -> tuple[Term, ...]:
        """Return the graph of the authority file or that of the links, where one of them states a triple."""
        return self.facts.curated(triple)


@dataclass(slots=True)
class Reasoner:
    """Rules over one store.

    Attributes:
        rules: the rules.
        facts: the store.
        known: who attests what it holds.
        prefixes: what the rules may use without declaring it.
        quads: how many more the store holds by the conclusions that were put into it and taken out.
        derived: the same for the graph of what is derived.
        changed: the conclusions that were put in or taken out.
    """

    rules: tuple[Rule, ...]
    facts: Facts
    known: Known
    prefixes: Mapping[str, str]
    quads: int = 0
    derived: int = 0
    changed: set[Triple] = field(default_factory=set)
    _premises: Premises = field(init=False)

    def __post_init__(self) -> None:
        """Sort the premises."""
        self._premises = Premises(pattern for rule in self.rules for pattern in rule.premises)

    def saturate(self) -> Iterator[Triple]:
        """Apply the rules to the whole store until nothing new follows.

        Yields:
            Each conclusion, which the store then holds.

        Raises:
            SourceError: the rules do not come to rest.
        """
        fresh: list[Triple] | None = None
        for _ in range(MOST_ROUNDS):
            found = self._all() if fresh is None else iter(self.touching(fresh))
            fresh = []
            while together := list(islice(found, _TOGETHER)):
                for triple in dict.fromkeys(each.triple for each in together):
                    if self.add(triple):
                        yield triple
                        if self.feeds(triple):
                            fresh.append(triple)
            if not fresh:
                return
        message = f"the rules do not come to rest after {MOST_ROUNDS} rounds: one of them concludes ever new triples"
        raise SourceError([Problem(Mark("ontology/rules"), message, "rule")])

    def derivations(self) -> Iterator[tuple[Term, str]]:
        """Yield the lines of the derived layer once the store is saturated.

        Each comes with the subject that it belongs to; in no order, some repeatedly.
        """
        for rule in self.rules:
            solutions = self._apply(rule)
            while together := list(islice(solutions, _TOGETHER)):
                for subject, lines in self.lines(together).items():
                    for each in lines:
                        yield subject, each

    def touching(self, triples: Iterable[Triple]) -> set[Derivation]:
        """Return the derivations that hold now and rest on one of the triples or conclude it."""
        found: set[Derivation] = set()
        for triple in triples:
            known = self.facts.is_known(triple)
            for rule in self.rules:
                if known:
                    for pattern in rule.premises:
                        found.update(self._bound(rule, pattern, triple))
                for pattern in rule.template:
                    found.update(each for each in self._bound(rule, pattern, triple) if each.triple == triple)
        return found

    def beside(self, triple: Triple, others: Sequence[Triple]) -> set[Derivation]:
        """Return the derivations that hold now and rest on a triple and on one of others, or on the triple alone."""
        if not self.facts.is_known(triple):
            return set()
        found: set[Derivation] = set()
        for rule in self.rules:
            for place, pattern in enumerate(rule.premises):
                bindings = unify(pattern, triple)
                if bindings is None:
                    continue
                if len(rule.premises) == 1:
                    found.update(self._apply(rule, bindings))
                rest = [each for number, each in enumerate(rule.premises) if number != place]
                for other in others:
                    for each in rest:
                        joined = unify(each, other, bindings)
                        if joined is not None:
                            found.update(self._apply(rule, joined))
        return found

    def holds(self, derivation: Derivation) -> bool:
        """Tell whether a derivation that held once holds now."""
        return self.facts.is_derived(derivation.triple) and all(map(self.facts.is_known, derivation.premises))

    def lines(self, derivations: Iterable[Derivation], concluded: Mapping[Triple, set[Term]] | None = None) -> Lines:
        """Return the lines of derivations, by the subject of the conclusion.

        Args:
            derivations: what holds.
            concluded: the derivations of some conclusions, which the store does not hold yet.
        """
        found: Lines = {}
        vouching = Vouching(self.known)
        for each in derivations:
            sources = vouching.sources(each, lambda premise: self._derivations_of(premise, concluded or {}))
            found.setdefault(each.triple[0], set()).update(derivation_lines([each], sources, self.facts.iris))
        return found

    def _derivations_of(self, triple: Triple, concluded: Mapping[Triple, set[Term]]) -> tuple[Term, ...]:
        if triple in concluded:
            return tuple(sorted(concluded[triple]))
        nodes = {self.node(each) for each in self.touching([triple]) if each.triple == triple}
        return tuple(sorted(nodes))

    def node(self, derivation: Derivation) -> Term:
        """Return the IRI of a derivation."""
        return self.facts.iris.derivation(derivation.rule, derivation.triple, derivation.premises)

    def add(self, conclusion: Triple) -> bool:
        """Put a conclusion into the store, unless it is there; tells whether it was put."""
        derived, plain = quad(conclusion, self.facts.iris.graph(DERIVED)), quad(conclusion)
        if derived in self.facts.store:
            return False
        self.derived += 1
        self.quads += 1 + (plain not in self.facts.store)
        self.facts.store.extend([derived, plain])
        return True

    def remove(self, conclusion: Triple) -> bool:
        """Take a conclusion out of the store, and tell whether it was there; where it is stated too, that stays."""
        derived, plain = quad(conclusion, self.facts.iris.graph(DERIVED)), quad(conclusion)
        if derived not in self.facts.store:
            return False
        self.facts.store.remove(derived)
        self.derived -= 1
        self.quads -= 1
        if not any(self.facts.graphs(conclusion)):
            self.facts.store.remove(plain)
            self.quads -= 1
        return True

    def feeds(self, triple: Triple) -> bool:
        """Tell whether a rule might rest on a triple."""
        return self._premises.match(triple)

    def _all(self) -> Iterator[Derivation]:
        for rule in self.rules:
            yield from self._apply(rule)

    def _bound(self, rule: Rule, pattern: Pattern, triple: Triple) -> Iterator[Derivation]:
        bindings = unify(pattern, triple)
        if bindings is not None:
            yield from self._apply(rule, bindings)

    def _apply(self, rule: Rule, bindings: Bindings | None = None) -> Iterator[Derivation]:
        if bindings is None:
            yield from self._ask(rule, {})
        else:
            for bound in narrow(self.facts, rule, bindings):
                yield from self._ask(rule, bound)

    def _ask(self, rule: Rule, given: Bindings) -> Iterator[Derivation]:
        substitutions: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple] = {
            ox.Variable(name[1:]): node(term) for name, term in given.items()
        }
        try:
            solutions = self.facts.store.query(rule.select, prefixes=dict(self.prefixes), substitutions=substitutions)
        except SyntaxError as error:
            mark = Mark(f"ontology/rules/{rule.name}.rq")
            raise SourceError([Problem(mark, f"not SPARQL: {error}", "rule")]) from error
        if not isinstance(solutions, ox.QuerySolutions):  # pragma: no cover - `select` is always a SELECT
            return
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            bound = {f"?{name}": Term(str(solution[name])) for name in names} | given
            premises = tuple(fill(pattern, bound) for pattern in rule.premises)
            if not all(map(self.facts.is_known, premises)):
                continue
            for template in rule.template:
                conclusion = fill(template, bound)
                # CONSTRUCT leaves out what is no RDF triple (SPARQL 1.1, 16.2): a literal as subject or predicate.
                if is_iri(conclusion[0]) and is_iri(conclusion[1]) and not self.facts.is_fact(conclusion):
                    yield Derivation(rule.name, conclusion, premises)


def rederive(before: Reasoner, after: Reasoner, patch: Patch) -> tuple[Lines, Lines]:
    """Bring the conclusions in a store up to date after its facts have changed.

    Args:
        before: the rules over the store as it was.
        after: the rules over the store with the facts as they are now, and the conclusions as they were.
        patch: what changed.

    Returns:
        The lines of the derived layer that no longer hold and those that hold instead, by subject; some may be in
        both. The store of `after` then holds the conclusions that follow now, but not these lines.
    """
    attested = {
        triple: articles
        for triple, articles in patch.attested.items()
        if triple not in patch.changed and after.feeds(triple)
    }
    seen = dict.fromkeys(patch.changed | patch.curated)
    # What an article states now is a conclusion no longer, though the default graph holds it as before.
    seen.update(dict.fromkeys(each for each in patch.attested if before.facts.is_derived(each)))
    # Another first article vouches for every derivation that has no better source.
    seen.update(dict.fromkeys(each for each in attested if _first(before.known, each) != _first(after.known, each)))
    while True:
        old = _closure(before, seen)
        size = len(seen)
        for triple in seen:
            if after.remove(triple):
                after.changed.add(triple)
        new = _conclude(after, seen)
        # What rests on a conclusion names all derivations of it, so that another one bears on it too.
        seen.update(dict.fromkeys(each.triple for each in new if after.feeds(each.triple)))
        if len(seen) == size:
            break
    beside: set[Derivation] = set()
    for side in (before, after):
        stated = {
            article: [triple for triple in side.facts.stated_by(article) if side.feeds(triple)]
            for article in set[Term]().union(*attested.values())
        }
        for triple, articles in attested.items():
            for article in articles:
                beside |= side.beside(triple, stated[article])
    old |= {each for each in beside if before.holds(each)}
    new |= {each for each in beside if after.holds(each)}
    concluded: dict[Triple, set[Term]] = {triple: set() for triple in seen}
    for each in new:
        concluded.setdefault(each.triple, set()).add(after.node(each))
    for triple in concluded.keys() - seen.keys():
        # Of these only some derivations are touched; the others conclude them too.
        concluded[triple].update(after.node(each) for each in after.touching([triple]) if each.triple == triple)
    return before.lines(old), after.lines(new, concluded)


def _first(known: Known, triple: Triple) -> Term | None:
    """Return the article that vouches for a triple where no better source does."""
    return None if known.curated(triple) else next(iter(known.articles(triple, 1)), None)


def _closure(before: Reasoner, seen: dict[Triple, None]) -> set[Derivation]:
    """Return the derivations that what was seen bore on, and those that bore on it; `seen` takes their conclusions."""
    found: set[Derivation] = set()
    frontier = list(seen)
    while frontier:
        found |= (fresh := before.touching(frontier) - found)
        frontier = [each.triple for each in fresh if each.triple not in seen]
        seen.update(dict.fromkeys(frontier))
    return found


def _conclude(after: Reasoner, seen: dict[Triple, None]) -> set[Derivation]:
    """Conclude anew what follows of what was seen, and return it; `seen` takes what is concluded for the first time."""
    for _ in range(MOST_ROUNDS):
        found = after.touching(list(seen))
        added = [each.triple for each in found if after.add(each.triple)]
        after.changed.update(added)
        seen.update(dict.fromkeys(added))
        if not added:
            return found
    message = f"the rules do not come to rest after {MOST_ROUNDS} rounds: one of them concludes ever new triples"
    raise SourceError([Problem(Mark("ontology/rules"), message, "rule")])
