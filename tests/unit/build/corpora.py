"""Made-up corpora of a few articles that say much the same, and edits of them: museums that lend, on record blocks."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from tests.support import museum as m

MUSEUMS, LOANS = ("north", "south", "east"), ("first", "second")
ARTICLES = ("a", "b", "c")

FACTS = {
    "north": ['named: "@0 Museum"', 'near south: "@0 dekat"', 'founded 1921: {quote: "@0 sejak 1921"}'],
    "south": [
        'named: "@0 Museum Selatan"',
        'is museum: "@0 museum"',
        'near this-show: "@0 dekat"',
        'near east: "@9 dekat"',
    ],
    "east": ['near north: "@0 dekat"', 'near south: {quote: "@9 dekat", rank: deprecated}', 'near east: "@0 dekat"'],
    "first": [
        'is loan: "@0 meminjamkan"',
        'date 2025-02-03: "@0 3/2/2025"',
        'party north: "@0 Utara"',
        'party south: "@0 Selatan"',
        'lender north: "@0 Utara"',
        'lender east: {quote: "@9 Timur", rank: deprecated}',
        'borrower south: "@0 Selatan"',
        'item mask: "@0 topeng"',
        'signature person: {quote: "@0 oleh", for: north, capacity: acting}',
    ],
    "second": [
        'is loan: "@0 meminjamkan"',
        'date 2025-03: "@0 Maret"',
        'party south: "@0 Selatan"',
        'party east: "@0 Timur"',
        'lender south: "@0 Selatan"',
        'lender north: "@9 Utara"',
        'borrower east: "@0 Timur"',
        'borrower south: "@9 Selatan"',
        'item mask: {quote: "@0 topeng", certainty: inferred, note: By its place.}',
    ],
    "this-show": ['is exhibition: "@0 pameran"', 'organiser east: "@0 Timur"', 'date 2026~: "@0 kira-kira 2026"'],
    "this-hope": [
        'is quotation: "@0 kata"',
        'speaker person: "@0 dia"',
        'manner direct: "@0 kata"',
        'conveys: {first: {lender south: "@0 Selatan"}}',
    ],
}
"""What a block may say, by its subject; an article takes some of it."""

STRICT = {
    "    sh:property [ sh:path rj:edtf ; sh:minCount 1 ] ;\n": "",
    "ml:party ; sh:class schema:Museum ; sh:minCount 2": "ml:party ; sh:class schema:Museum",
    "ml:lender ; sh:class schema:Museum ; sh:maxCount 1": "ml:lender ; sh:class schema:Museum",
    "ml:borrower ; sh:class schema:Museum ; sh:maxCount 1": "ml:borrower ; sh:class schema:Museum",
    "ml:item ; sh:class ml:Artefact ; sh:minCount 1": "ml:item ; sh:class ml:Artefact",
}
"""What the shapes of the museums ask of a loan, and what they ask where that is not wanted: most would not meet it."""

RULES = {
    "reach": (
        "# Near what is near is near; a conclusion that articles state too.\n"
        "CONSTRUCT { ?a ml:near ?c } WHERE { ?a ml:near ?b . ?b ml:near ?c }\n"
    ),
    "lenders": (
        "# Who lends is near to who borrows; it is stated too, and feeds the rule above.\n"
        "CONSTRUCT { ?a ml:near ?b } WHERE { ?loan ml:lender ?a . ?loan ml:borrower ?b FILTER(?a != ?b) }\n"
    ),
    "stated": (
        "# What no rule rests on, and articles state.\nCONSTRUCT { ?loan ml:party ?a } WHERE { ?loan ml:lender ?a }\n"
    ),
    "kinds": (
        "# A conclusion may be what something is.\n"
        "CONSTRUCT { ?item a ml:Condition . ?a a schema:Museum } WHERE { ?loan ml:item ?item . ?loan ml:lender ?a }\n"
    ),
    "matches": (
        "# Of what stands outside the graph, too, something may follow.\n"
        "CONSTRUCT { ?there ml:matches ?here } WHERE { ?here schema:sameAs ?there }\n"
    ),
    "matched": (
        "# And something of that.\n"
        "CONSTRUCT { ?here ml:matched ?there } WHERE { ?there ml:matches ?here . ?here a ?kind }\n"
    ),
    "shared": (
        "# Premises that many articles share, one of them twice.\n"
        "CONSTRUCT { ?a ml:beside ?b } WHERE { ?a ml:near ?b . ?a ml:near ?c . ?loan ml:lender ?a }\n"
    ),
}
"""Rules beside those of the museums."""

SHAPES = {
    "strict": "",
    "backwards": "s:Back sh:targetClass schema:Museum ;"
    " sh:property [ sh:path [ sh:inversePath ml:near ] ; sh:maxCount 1 ] .",
    "named": "s:Neighbours sh:targetClass schema:Museum ;"
    " sh:property [ sh:path ml:near ; sh:or ( s:Dated s:Known ) ] .\n"
    "s:Dated a sh:NodeShape ; sh:property [ sh:path rj:edtf ; sh:minCount 1 ] .\n"
    "s:Known a sh:NodeShape ; sh:property [ sh:path rdfs:label ; sh:minCount 2 ] .",
    "not": "s:Lone sh:targetClass schema:Museum ; sh:property [ sh:path ml:near ; "
    "sh:not [ sh:path ml:near ; sh:hasValue <" + m.BASE + "id/south> ] ] .",
    "two steps": "s:Far sh:targetClass ml:Loan ; sh:property [ sh:path ml:lender ; sh:node [ sh:property [ "
    "sh:path ml:near ; sh:node [ sh:property [ sh:path ml:near ; sh:maxCount 1 ] ] ] ] ] .",
    "back within": "s:Deep sh:targetClass ml:Loan ; sh:property [ sh:path ml:lender ; sh:node [ sh:property [ "
    "sh:path [ sh:inversePath ml:near ] ; sh:maxCount 1 ] ] ] .",
    "subjects": "s:Subjects a sh:NodeShape ; sh:targetSubjectsOf ml:near ;"
    " sh:property [ sh:path ml:near ; sh:maxCount 2 ] .",
}
"""Shapes beside those of the museums."""

KINDS = {"museum": "museum", "person": "person", "loan": "loan", "artefact": "artefact"}


@dataclass(frozen=True)
class Sources:
    """What a project's sources say at one moment.

    Attributes:
        articles: by id, the facts of each block.
        labels: of entities, beside the usual; a word.
        links: ids with a link, and refused: those whose link is refused.
        redirect: whether an id that is gone leads on.
        query: a word in the saved query's title.
        rules: the names of those that are there beside the museums' own; and shapes: likewise.
        least: loans that are expected at least, and at most.
    """

    articles: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    other_kind: bool = False
    links: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    redirect: bool = False
    query: str = "Who"
    rules: frozenset[str] = frozenset()
    shapes: frozenset[str] = frozenset()
    museums: int | None = None


def blocks() -> st.SearchStrategy[dict[str, frozenset[str]]]:
    # Most articles say most of it, so that they mostly fit together.
    some = {
        subject: st.one_of(st.just(frozenset(facts)), st.frozensets(st.sampled_from(facts)))
        for subject, facts in FACTS.items()
    }
    return st.fixed_dictionaries({}, optional=some)


def settings() -> st.SearchStrategy[dict[str, Any]]:
    """Give what bears on every article, so that a change of it makes everything anew."""
    return st.fixed_dictionaries(
        {
            "rules": st.frozensets(st.sampled_from(sorted(RULES))),
            "shapes": st.frozensets(st.sampled_from(sorted(SHAPES)), max_size=2),
            "museums": st.sampled_from([None, None, None, 4, 5]),
        }
    )


def sequences() -> st.SearchStrategy[list[Sources]]:
    """Give states of a project one after the other; what bears on every article changes seldom."""

    def under(given: list[dict[str, Any]]) -> st.SearchStrategy[list[Sources]]:
        some = st.tuples(sources(), st.sampled_from([given[0], given[0], given[0], given[1]]))
        return st.lists(some.map(lambda pair: replace(pair[0], **pair[1])), min_size=2, max_size=4)

    return st.tuples(settings(), settings()).map(list).flatmap(under)


def sources() -> st.SearchStrategy[Sources]:
    names = st.sampled_from(MUSEUMS)
    return st.builds(
        Sources,
        articles=st.dictionaries(st.sampled_from(ARTICLES), blocks()),
        labels=st.dictionaries(names, st.sampled_from(["Sea", "Land"]), max_size=2),
        other_kind=st.sampled_from([False, False, False, True]),
        links=st.frozensets(names, max_size=2),
        refused=st.frozensets(names, max_size=1),
        redirect=st.booleans(),
        query=st.sampled_from(["Who", "To whom"]),
    )


def write(root: Path, said: Sources) -> None:
    """Write a project's sources in place of those that are there; files that stay the same are left alone."""
    files = {
        "data/project.yaml": m.PROJECT.replace(
            "loan: {min: 1, max: 1}", "role: {min: 1}" if said.museums is None else f"museum: {{max: {said.museums}}}"
        ),
        "ontology/terms.ttl": m.VOCABULARY,
        "ontology/shapes.ttl": shapes(said.shapes),
        **{f"ontology/rules/{name}.rq": rule for name, rule in m.RULES.items()},
        **{f"ontology/rules/{name}.rq": RULES[name] for name in sorted(said.rules)},
        "queries/borrowers.rq": m.QUERY.replace("To whom", said.query),
        "data/entities/all.yaml": "\n".join(entities(said)),
        "data/links/accepted.sssom.tsv": m.links("accepted", *(m.row(each, f"wd:Q{each}") for each in said.links)),
        "data/links/refused.sssom.tsv": m.links(
            "refused", *(m.row(each, f"wd:Q{each}-not", refused=True) for each in said.refused)
        ),
        **{f"data/articles/{name}.yaml": record(name, facts) for name, facts in said.articles.items()},
    }
    if said.redirect:
        files["data/redirects.yaml"] = "old-museum: north\n"
    for folder in ("data", "ontology", "queries"):
        for path in (root / folder).rglob("*"):
            if path.is_file() and path.relative_to(root).as_posix() not in files:
                path.unlink()
    for name, content in files.items():
        path = root / name
        if not path.exists() or path.read_text("utf-8") != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
    (root / "data/articles").mkdir(exist_ok=True)


def shapes(names: frozenset[str]) -> str:
    own = m.SHAPES
    if "strict" not in names:
        for each, instead in STRICT.items():
            assert each in own
            own = own.replace(each, instead)
    return "\n".join([own, *(SHAPES[name] for name in sorted(names))])


def entities(said: Sources) -> list[str]:
    kinds = dict.fromkeys(MUSEUMS, "museum") | dict.fromkeys(LOANS, "loan")
    kinds |= {"person": "person", "mask": "artefact", "curators": "museum", "no": "role"}
    if said.other_kind:
        kinds["east"] = "person"
    return [
        f"{slug}: {{is: {kind}, label: {{en: {said.labels.get(slug, '')}{slug}, id: {slug}}}}}"
        for slug, kind in kinds.items()
    ]


def record(name: str, facts: Mapping[str, frozenset[str]]) -> str:
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    head = (
        f"article:\n  id: {name}\n  language: id\n  sha256: {sha256}\n  length: 9999\n  fingerprint: {sha256}\n"
        "  curator: curators\n  curated: 2026-01-02\n"
    )
    return head + "".join(
        f"{subject}:\n" + "".join(f"  {fact}\n" for fact in sorted(some)) for subject, some in facts.items() if some
    )


def fresh(root: Path) -> None:
    """Remove what was built."""
    shutil.rmtree(root / "build", ignore_errors=True)
