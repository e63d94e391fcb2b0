"""What a page is shown, as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kg_builder.assist.memory import value_digest
from kg_builder.assist.proposals import Proposal
from kg_builder.curate.drafts import Draft, DraftFact, Drafts, Value, is_said
from kg_builder.curate.names import Named, Names
from kg_builder.curate.reading import Opened, Said
from kg_builder.sentences import sentences
from kg_builder.sources.schema import Kind, Schema


def proposal_id(proposal: Proposal) -> str:
    """Return what a page calls a proposal."""
    return f"{proposal.kind}-{proposal.start}-{proposal.end}-{value_digest(proposal)[:8]}"


def show(opened: Opened, proposals: Iterable[Proposal], drafts: Drafts, names: Names) -> dict[str, Any]:
    """Return an article with its proposals, its facts and the sentences that have none."""
    text = opened.text.text if opened.text else ""
    said = opened.said()
    covered = sorted({span for each in said for span in each.spans})
    naming = opened.schema.name_keys()
    shown = [(each, drafts.of(each)) for each in proposals]
    return {
        "article": opened.article,
        "language": opened.record.record.article.language if opened.record else "",
        "text": text,
        "present": opened.text is not None,
        "sentences": [
            {"start": s.start, "end": s.end, "bare": not any(a < s.end and s.start < b for a, b in covered)}
            for s in sentences(text)
        ],
        "proposals": [
            _proposal(each, made, text) | {"written": is_said(each, made, said, naming)} for each, made in shown
        ],
        "facts": [_said(each) for each in said],
        "blocks": [_block(slug, names) for slug in dict.fromkeys(each.block for each in said)],
        "kinds": kinds(opened.schema),
        "problems": [each.as_json() for each in opened.problems],
    }


def kinds(schema: Schema) -> dict[str, list[dict[str, Any]]]:
    """Return for each kind its keys, and whether they take words or a value."""
    return {
        name: [{"key": key, "words": each.kind is Kind.WORDS} for key, each in sorted(shape.properties.items())]
        for name, shape in sorted(schema.shapes.items())
    }


def show_named(named: Named) -> dict[str, Any]:
    """Return an entity as the search shows it."""
    return {"id": named.slug, "kind": named.kind, "label": named.names[0], "names": list(named.names[1:4])}


def _block(slug: str, names: Names) -> dict[str, Any]:
    known = names.all.get(slug)
    return show_named(known) if known else {"id": slug, "kind": "", "label": slug, "names": []}


def _said(said: Said) -> dict[str, Any]:
    return {"block": said.block, "key": said.key, "line": said.line, "spans": [list(each) for each in said.spans]}


def _proposal(proposal: Proposal, drafts: Iterable[Draft], text: str) -> dict[str, Any]:
    return proposal.as_json() | {"id": proposal_id(proposal), "drafts": [_draft(each, text) for each in drafts]}


def _draft(draft: Draft, text: str) -> dict[str, Any]:
    return {
        "block": draft.block,
        "kinds": list(draft.kinds),
        "own": draft.own,
        "called": draft.called,
        "facts": [_fact(each, text) for each in draft.facts],
    }


def _fact(fact: DraftFact, text: str) -> dict[str, Any]:
    return {
        "relation": fact.relation,
        "value": None if fact.value is None else _value(fact.value),
        "quotes": [{"words": text[start:end], "start": start} for start, end in fact.spans],
        "settings": {name: _value(each) for name, each in fact.settings.items()},
    }


def _value(value: Value) -> dict[str, Any]:
    return {
        "text": value.text,
        "said": value.said,
        "refers": value.refers,
        "kinds": list(value.kinds),
        "words": list(value.words),
    }
