"""Derivation rules: SPARQL CONSTRUCTs of basic patterns and filters, whose every application names its premises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg_builder.errors import Mark, Problem, SourceError, not_utf8
from kg_builder.graph.quads import OBJECT, PREDICATE, SUBJECT, TYPE, line, twice
from kg_builder.ids import Iris
from kg_builder.model import Term, Triple
from kg_builder.namespaces import PROV, RJ
from kg_builder.sources.project import Project
from kg_builder.terms import iri, is_iri, text, typed

if TYPE_CHECKING:
    from rdflib.plugins.sparql.parserutils import CompValue

MOST_ROUNDS = 10_000
"""How often rules may feed each other before a build gives up.

A rule makes no new terms, so that all rules come to rest; a chain of facts may be as long as this.
"""

_CONSTRUCT = re.compile(r"^CONSTRUCT\s*\{[^{}]*\}\s*(?:WHERE\s*)?(?=\{)", re.MULTILINE)
_FICKLE = re.compile(r"Builtin_(RAND|NOW|UUID|STRUUID|BNODE)_\{")
# How the parser's messages end.
_PLACE = re.compile(r"\s*\(at char \d+\), \(line:\d+, col:\d+\)")
_ALLOWED = {"BGP", "Filter", "Join", "ConstructQuery", "Project"}

Bindings = dict[str, Term]
"""The values of variables, by their names with the question mark."""

Pattern = tuple[str, str, str]
"""A triple pattern: each part a term in N-Triples syntax or ``?variable``."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: why it holds, what it concludes, and what it needs."""

    name: str
    why: str
    select: str
    template: tuple[Pattern, ...]
    premises: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Derivation:
    """One application of a rule: the triple concluded and the premises it rests on."""

    rule: str
    triple: Triple
    premises: tuple[Triple, ...]


def load_rules(project: Project) -> tuple[Rule, ...]:
    """Read ``ontology/rules/*.rq``, sorted by name.

    Raises:
        SourceError: a rule is not UTF-8, no CONSTRUCT of basic patterns and filters, or does not say why it holds.
    """
    problems: list[Problem] = []
    rules = []
    for path in sorted((project.root / "ontology" / "rules").glob("[!.]*.rq")):
        name = project.name(path)
        try:
            rules.append(parse_rule(path.stem, path.read_text("utf-8"), project.prefixes))
        except UnicodeDecodeError as error:
            problems.append(not_utf8(name, error))
        except ValueError as error:
            place = error.__cause__
            mark = Mark(name, getattr(place, "lineno", 1), getattr(place, "column", 1))
            problems.append(Problem(mark, str(error), "rule"))
    if problems:
        raise SourceError(problems)
    return tuple(rules)


def parse_rule(name: str, source: str, prefixes: Mapping[str, str]) -> Rule:
    r"""Parse a rule's text, which may use the given prefixes without declaring them.

    Raises:
        ValueError: it is not of the form; the message is for people. Where it is no SPARQL, its cause is the parser's
            error, with `lineno` and `column`.

    >>> parse_rule("a", "# Why.\nCONSTRUCT { ?x <p:q> ?y } WHERE { ?y <p:q> ?x }", {}).premises
    (('?y', '<p:q>', '?x'),)
    """
    from rdflib.plugins.sparql import prepareQuery  # noqa: PLC0415 - rdflib is slow to import and only builds need it

    first = source.lstrip().partition("\n")[0]
    if not first.startswith("#") or not first.strip("# "):
        message = "the first line must be a comment that says why the rule holds"
        raise ValueError(message)
    try:
        algebra = prepareQuery(source, initNs=dict(prefixes)).algebra
    except Exception as error:
        # rdflib's parser raises several kinds of error that have no common root below Exception.
        message = f"not SPARQL: {_PLACE.sub('', str(error))}"
        raise ValueError(message) from error
    if algebra.name != "ConstructQuery":
        message = "a rule is a CONSTRUCT"
        raise ValueError(message)
    premises = tuple(_patterns(algebra.p))
    select, count = _CONSTRUCT.subn("SELECT * WHERE ", source)
    if count != 1:
        message = "write «CONSTRUCT { … } WHERE { … }» with CONSTRUCT at the start of its line"
        raise ValueError(message)
    template = tuple(_pattern(triple) for triple in algebra.template)
    bound = {part for pattern in premises for part in pattern if part.startswith("?")}
    loose = sorted({part for pattern in template for part in pattern if part.startswith("?")} - bound)
    if loose:
        message = f"{', '.join(loose)} is concluded but not bound in WHERE"
        raise ValueError(message)
    return Rule(name, first.strip("# "), select, template, premises)


def _patterns(part: CompValue) -> Iterator[Pattern]:
    if part.name not in _ALLOWED:
        message = f"WHERE may hold only basic patterns and filters, not {part.name}"
        raise ValueError(message)
    if part.name == "BGP":
        yield from (_pattern(triple) for triple in part.triples)
        return
    if part.name == "Filter" and "EXISTS" in repr(part.expr).upper():
        message = "a filter may not ask for what exists: a conclusion must not depend on what is absent"
        raise ValueError(message)
    if part.name == "Filter" and _FICKLE.search(repr(part.expr)):
        message = "a filter may not depend on chance or on the time of the build"
        raise ValueError(message)
    for child in ("p", "p1", "p2"):
        if child in part:
            yield from _patterns(part[child])


def _pattern(triple: Iterable[object]) -> Pattern:
    parts = []
    for term in triple:
        name = type(term).__name__
        if name == "Variable":
            parts.append(f"?{term}")
        elif name == "BNode":
            message = "use variables, not blank nodes: every premise must be nameable"
            raise ValueError(message)
        elif name == "URIRef":
            parts.append(iri(str(term)))
        elif name == "Literal":
            language, datatype = getattr(term, "language", None), getattr(term, "datatype", None)
            # In the facts' own form, so that a premise is found among them.
            parts.append(typed(str(term), str(datatype)) if datatype else text(str(term), language or ""))
        else:
            message = f"property paths cannot be traced to premises: {name}"
            raise ValueError(message)
    return parts[0], parts[1], parts[2]


def derive(rules: Iterable[Rule], facts: Iterable[Triple], prefixes: Mapping[str, str]) -> list[Derivation]:
    """Apply the rules to the facts until nothing new follows.

    Args:
        rules: the rules.
        facts: the triples of the default graph's fact layer.
        prefixes: prefixes that a rule may use without declaring them.

    Returns:
        Every application whose conclusion is not itself a fact, in a stable order.

    Raises:
        SourceError: the rules do not come to rest.
    """
    known = set(facts)
    store = ox.Store()
    store.bulk_load(input="".join(map(line, known)).encode(), format=ox.RdfFormat.N_TRIPLES)
    found: dict[tuple[str, Triple, tuple[Triple, ...]], Derivation] = {}
    rules = tuple(rules)
    for _ in range(MOST_ROUNDS):
        new = {
            (item.rule, item.triple, item.premises): item
            for rule in rules
            for item in _apply(rule, store, prefixes)
            if item.triple not in known
        }
        fresh = {item.triple for key, item in new.items() if key not in found}
        if not fresh:
            return sorted(found.values(), key=lambda item: (item.rule, item.triple, item.premises))
        found |= new
        store.bulk_load(input="".join(map(line, fresh)).encode(), format=ox.RdfFormat.N_TRIPLES)
    message = f"the rules do not come to rest after {MOST_ROUNDS} rounds: one of them concludes ever new triples"
    raise SourceError([Problem(Mark("ontology/rules"), message, "rule")])


def _apply(rule: Rule, store: ox.Store, prefixes: Mapping[str, str]) -> Iterator[Derivation]:
    try:
        solutions = store.query(rule.select, prefixes=dict(prefixes))
    except SyntaxError as error:
        raise SourceError([Problem(Mark(f"ontology/rules/{rule.name}.rq"), f"not SPARQL: {error}", "rule")]) from error
    if not isinstance(solutions, ox.QuerySolutions):  # pragma: no cover - `select` is always a SELECT
        return
    names = [variable.value for variable in solutions.variables]
    for solution in solutions:
        bound = {f"?{name}": Term(str(solution[name])) for name in names}
        premises = tuple(fill(pattern, bound) for pattern in rule.premises)
        for pattern in rule.template:
            conclusion = fill(pattern, bound)
            # CONSTRUCT leaves out what is no RDF triple (SPARQL 1.1, section 16.2): a literal as subject or predicate.
            if is_iri(conclusion[0]) and is_iri(conclusion[1]):
                yield Derivation(rule.name, conclusion, premises)


def unify(pattern: Pattern, triple: Triple, bindings: Bindings | None = None) -> Bindings | None:
    """Return the values that a pattern's variables must have to be a triple; None where it cannot be.

    `bindings` are values that some have already.

    >>> unify(("?x", "<p:q>", "?x"), (Term("<e:a>"), Term("<p:q>"), Term("<e:a>")))
    {'?x': '<e:a>'}
    >>> unify(("?x", "<p:q>", "?x"), (Term("<e:a>"), Term("<p:q>"), Term("<e:b>"))) is None
    True
    """
    bound: Bindings = dict(bindings or {})
    for part, term in zip(pattern, triple, strict=True):
        if part.startswith("?"):
            if bound.setdefault(part, term) != term:
                return None
        elif part != term:
            return None
    return bound


class Premises:
    """What rules may rest on.

    >>> premises = Premises([("?x", "<p:q>", "?y"), ("?x", "<p:r>", "<e:a>")])
    >>> premises.match((Term("<e:b>"), Term("<p:q>"), Term("<e:c>")))
    True
    >>> premises.match((Term("<e:b>"), Term("<p:r>"), Term("<e:c>")))
    False
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        """Sort the premises by their predicate, which most triples have none with."""
        self._by_predicate: dict[str, list[Pattern]] = {}
        self._of_any: list[Pattern] = []
        for pattern in dict.fromkeys(patterns):
            if pattern[1].startswith("?"):
                self._of_any.append(pattern)
            else:
                self._by_predicate.setdefault(pattern[1], []).append(pattern)

    def match(self, triple: Triple) -> bool:
        """Tell whether a rule might rest on a triple."""
        patterns = (*self._by_predicate.get(triple[1], ()), *self._of_any)
        return any(unify(pattern, triple) is not None for pattern in patterns)


def fill(pattern: Pattern, bound: Mapping[str, Term]) -> Triple:
    """Return a pattern with the values of its variables in their places."""
    subject, predicate, target = (bound.get(part, Term(part)) for part in pattern)
    return subject, predicate, target


def derivation_lines(
    derivations: Iterable[Derivation], sources: Mapping[Triple, tuple[Term, ...]], iris: Iris
) -> list[str]:
    """Return the quads of derivations, sorted: conclusions in the default graph and ``graph/derived``, each node once.

    Args:
        derivations: the applications of rules.
        sources: what vouches for a fact: its attestations, or the graph of the authority or the links.
        iris: the maker of the graph's IRIs.
    """
    items = list(derivations)
    nodes = {item: iris.derivation(item.rule, item.triple, item.premises) for item in items}
    concluded: dict[Triple, list[Term]] = {}
    for item in items:
        concluded.setdefault(item.triple, []).append(nodes[item])
    lines: set[str] = set(twice((item.triple for item in items), iris.graph("derived")))
    for item in items:
        node = nodes[item]
        subject, predicate, target = item.triple
        lines.update(
            line(triple)
            for triple in [
                (node, TYPE, iri(f"{RJ}Derivation")),
                (node, iri(f"{RJ}rule"), iris.rule(item.rule)),
                (node, SUBJECT, subject),
                (node, PREDICATE, predicate),
                (node, OBJECT, target),
            ]
        )
        for premise in item.premises:
            for source in sources.get(premise) or tuple(concluded.get(premise, ())):
                lines.add(line((node, iri(f"{PROV}used"), source)))
    return sorted(lines)
