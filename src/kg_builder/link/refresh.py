"""Asks an authority whether the items that are linked are still there: redirected, deleted, or called otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kg_builder.link.cache import Cache, Question
from kg_builder.link.client import Client, ServiceError
from kg_builder.spelling import fold

State = Literal["there", "redirected", "deleted", "renamed"]
_BATCH = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of an item: its state, and where it went or what it is called now."""

    id: str
    state: State
    now: str = ""


def refresh(address: str, labels: Mapping[str, str], client: Client, cache: Cache) -> list[Finding]:
    """Ask for items by their ids, and record the answers.

    Args:
        address: of a MediaWiki with Wikibase (``action=wbgetentities``).
        labels: the label that each item had when it was linked, by id.
        client: to ask with.
        cache: keeps what was answered; it is not read.

    Raises:
        ServiceError: it does not answer, or passes an item over in silence.
    """
    ids = sorted(labels)
    found: list[Finding] = []
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        question: Question = {
            "action": "wbgetentities", "ids": "|".join(batch), "props": "labels|info", "languages": "en",
            "redirects": "yes", "format": "json",
        }  # fmt: skip
        answer = client.get(address, question)
        kept = {id_: _entry(answer, id_, address) for id_ in batch}
        for id_, entry in kept.items():
            cache.put(address, {"entity": id_}, entry)
            found.append(_finding(id_, entry, labels[id_]))
    return found


def _entry(answer: Any, id_: str, address: str) -> dict[str, Any]:  # noqa: ANN401 - whatever a service said
    """Return what is kept of an item: where it is, what it is called, or that it is missing."""
    try:
        entities: Mapping[str, Mapping[str, Any]] = answer["entities"]
        known: Sequence[Mapping[str, Any]] = list(entities.values())
        entry = entities.get(id_) or next(each for each in known if each.get("redirects", {}).get("from") == id_)
        if "missing" in entry:
            return {"missing": True}
        return {"id": entry["id"], "label": entry.get("labels", {}).get("en", {}).get("value", "")}
    except (KeyError, TypeError, AttributeError, StopIteration) as error:
        message = f"{address} does not say what became of {id_}"
        raise ServiceError(message) from error


def _finding(id_: str, entry: Mapping[str, Any], label: str) -> Finding:
    if entry.get("missing"):
        return Finding(id_, "deleted")
    if entry["id"] != id_:
        return Finding(id_, "redirected", entry["id"])
    now = str(entry["label"])
    # Sources add the kind in brackets: "French (language)".
    if now and fold(now) != fold(label.partition(" (")[0]):
        return Finding(id_, "renamed", now)
    return Finding(id_, "there", now)
