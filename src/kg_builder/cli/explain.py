"""``rujukan explain``: why a fact is in the graph."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from kg_builder.cli.common import Commands, command, json_option, project_of
from kg_builder.cli.output import INVALID, OK, say, say_json, tell
from kg_builder.errors import QueryError

if TYPE_CHECKING:
    from kg_builder.release.explain import Explanation, Quote, Support
    from kg_builder.release.query import Reader

_SAID = "SELECT DISTINCT ?s ?p WHERE { { ?s ?p ?o } UNION { [] rdf:subject ?s ; rdf:predicate ?p } } ORDER BY ?p"


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "explain",
        run_explain,
        "Show why a fact is in the graph: rule, article, phrase in its context, position, curator's note.",
        "rujukan explain someone rdfs:label",
    )
    parser.add_argument("subject", help="an id, prefix:name or <iri>")
    parser.add_argument("predicate", help="prefix:name, <iri>, or a name of the graph's own vocabulary")
    parser.add_argument("object", nargs="?", help="an id, prefix:name, <iri> or a literal; all where left out")
    json_option(parser)


def run_explain(options: argparse.Namespace) -> int:
    """Explain and print."""
    from kg_builder.release.explain import explain
    from kg_builder.release.query import open_release
    from kg_builder.sources.texts import find_text

    project = project_of(options)
    reader = open_release(project.build)
    predicate = options.predicate
    if ":" not in predicate and not predicate.startswith("<"):
        predicate = f"{project.prefix}:{predicate}"
    subject = reader.iri(options.subject)
    texts = {}
    for path in project.texts.glob("*.txt"):
        found = find_text(project.texts, path.stem)
        if found:
            texts[path.stem] = found.text
    explanations = explain(reader, subject, reader.iri(predicate), None, texts)
    if options.object:
        explanations = [e for e in explanations if _is(reader, e.object, options.object)]
    if options.json:
        say_json([explanation.as_json() for explanation in explanations])
    elif explanations:
        say("\n\n".join(_render(reader, explanation) for explanation in explanations))
    if explanations:
        return OK
    tell(f"rujukan: {_nothing(reader, subject, predicate, options.object)}")
    return INVALID


def _nothing(reader: Reader, subject: str, predicate: str, target: str | None) -> str:
    from pyoxigraph import NamedNode

    from kg_builder.ids import nearest

    name = reader.short(f"<{subject}>")
    said = [reader.short(row[0]) for row in reader.rows(_SAID, {"s": NamedNode(subject)})]
    if not said:
        return f"the graph says nothing of {name}; `rujukan query` finds what it knows"
    written = reader.short(f"<{reader.iri(predicate)}>")
    if written in said:
        return f"the graph says nothing of {name} {written} {target}; leave the object out to see what it says"
    hint = nearest(written, said) or f"; it says {', '.join(said)}"
    return f"the graph says nothing of {name} {written}{hint}"


def _is(reader: Reader, term: str, written: str) -> bool:
    if term.startswith('"'):
        return written in {term, reader.short(term)}
    try:
        return term == f"<{reader.iri(written)}>"
    except QueryError:
        return False  # a literal's words, compared with a thing


def _render(reader: Reader, explanation: Explanation) -> str:
    said = " ".join(reader.short(term) for term in (explanation.subject, explanation.predicate, explanation.object))
    lines = [said if explanation.asserted else f"{said}   (not asserted: only conveyed, or deprecated)"]
    for support in explanation.supports:
        lines.extend(_support(reader, support, "  "))
    if not explanation.supports:
        lines.append(f"  stated by a curator, without an article: {', '.join(map(reader.short, explanation.graphs))}")
    return "\n".join(lines)


def _support(reader: Reader, support: Support, indent: str) -> list[str]:
    details = dict(support.details)
    if support.kind == "derivation":
        lines = [f"{indent}by rule {details['rule']}: {details['why']}"]
        for premise in support.premises:
            said = " ".join(reader.short(part) for part in premise.triple if part)
            if not premise.triple[1]:
                said = f"a curator states it without an article ({said})"
            lines.append(f"{indent}because {said}")
            for reason in premise.supports:
                lines.extend(_support(reader, reason, f"{indent}  "))
        return lines
    lines = [f"{indent}{quote.article} @{quote.start}–{quote.end}  {_words(quote)}" for quote in support.quotes]
    lines.extend(f"{indent}  {key.replace('_', ' ')}: {value}" for key, value in details.items())
    if support.quotes:
        lines.append(f"{indent}  curated by {support.quotes[0].curator}, {support.quotes[0].curated}")
    return lines


def _words(quote: Quote) -> str:
    words = f"{quote.before}«{quote.words}»{quote.after}" if quote.before or quote.after else f"«{quote.words}»"
    return " ".join(words.split())
