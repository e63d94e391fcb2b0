"""Candidates from a reconciliation service (Reconciliation Service API 0.2): asked once, remembered in the cache."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg_builder.link.cache import Cache, Question
from kg_builder.link.client import Client, ServiceError
from kg_builder.link.score import Candidate
from kg_builder.link.settings import LinkSettings
from kg_builder.link.subjects import Subject

_NAMES, _LIMIT, _BATCH = 3, 10, 10
_CELLS = ("name", "str", "float", "int", "date")


@dataclass(frozen=True, slots=True)
class Service:
    """A reconciliation service.

    Args:
        address: of it.
        client: to ask with; None where only what was recorded may be used.
        cache: of answers.
        settings: what is compared.
        again: whether to ask what was answered before, too.
    """

    address: str
    client: Client | None
    cache: Cache
    settings: LinkSettings
    again: bool = False

    def candidates(self, subjects: Sequence[Subject]) -> dict[str, list[Candidate]]:
        """Return the candidates of each entity, with what the service knows of them.

        Raises:
            ServiceError: it does not answer, speaks of other things, or nothing is recorded and nothing may be asked.
        """
        manifest = self._manifest()
        queries = {each.slug: self._queries(each) for each in subjects}
        results = self._answers("query", [query for some in queries.values() for query in some])
        of_subject: dict[str, dict[str, Mapping[str, Any]]] = {}
        for slug, some in queries.items():
            found = of_subject.setdefault(slug, {})
            for query in some:
                for each in results[_text(query)].get("result", ()):
                    found.setdefault(each["id"], each)
        ids = sorted({id_ for found in of_subject.values() for id_ in found})
        known = self._properties(ids) if "extend" in manifest else {}
        return {
            slug: [self._candidate(each, known.get(id_, {})) for id_, each in found.items()]
            for slug, found in of_subject.items()
        }

    def _manifest(self) -> Mapping[str, Any]:
        question: Question = {"manifest": True}
        manifest = self._recorded(question)
        if manifest is None:
            manifest = self._client().get(self.address)
            self.cache.put(self.address, question, manifest)
        if not isinstance(manifest, dict) or manifest.get("identifierSpace") != self.settings.namespace:
            space = manifest.get("identifierSpace") if isinstance(manifest, dict) else None
            message = f"{self.address} identifies things by {space}, and the mapping file by {self.settings.namespace}"
            raise ServiceError(message)
        return manifest

    def _queries(self, subject: Subject) -> list[Question]:
        kinds = sorted(
            {id_ for kind in subject.kinds if kind in self.settings.kinds for id_ in self.settings.kinds[kind].ids}
        )
        properties = [
            {"pid": each.property, "v": [names[0] for names in subject.evidence[each.key]]}
            for each in self.settings.evidence
            if each.property and subject.evidence.get(each.key)
        ]
        names = dict.fromkeys(each.text for each in subject.names)
        return [
            {"query": name, "limit": _LIMIT, **({"type": kinds} if kinds else {}),
             **({"properties": properties} if properties else {})}
            for name in list(names)[:_NAMES]
        ]  # fmt: skip

    def _properties(self, ids: Sequence[str]) -> dict[str, dict[str, list[Any]]]:
        wanted = [each.property for each in self.settings.evidence if each.property]
        questions = [{"id": id_, "properties": wanted} for id_ in ids]
        rows = self._answers("extend", questions)
        return {str(question["id"]): rows[_text(question)] for question in questions}

    def _answers(self, what: str, questions: Sequence[Question]) -> dict[str, Any]:
        """Return the answer to each question, by its text; those that are not recorded are asked in batches."""
        found = {_text(each): self._recorded({what: each}) for each in questions}
        missing = list({_text(each): each for each in questions if found[_text(each)] is None}.values())
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            answers = self._ask_queries(batch) if what == "query" else self._ask_extension(batch)
            for question, answer in zip(batch, answers, strict=True):
                self.cache.put(self.address, {what: question}, answer)
                found[_text(question)] = answer
        return found

    def _ask_queries(self, batch: Sequence[Question]) -> list[Any]:
        form = {f"q{place}": each for place, each in enumerate(batch)}
        document = self._client().post(self.address, {"queries": json.dumps(form, ensure_ascii=False)})
        try:
            return [{"result": [_checked(each) for each in document[key]["result"]]} for key in form]
        except (KeyError, TypeError) as error:
            message = f"{self.address} does not answer queries as the specification says: {error!r}"
            raise ServiceError(message) from error

    def _ask_extension(self, batch: Sequence[Question]) -> list[Any]:
        asked = {"ids": [each["id"] for each in batch], "properties": [{"id": each} for each in batch[0]["properties"]]}
        document = self._client().post(self.address, {"extend": json.dumps(asked, ensure_ascii=False)})
        try:
            return [dict(document["rows"][each["id"]]) for each in batch]
        except (KeyError, TypeError) as error:
            message = f"{self.address} does not tell properties as the specification says: {error!r}"
            raise ServiceError(message) from error

    def _candidate(self, found: Mapping[str, Any], row: Mapping[str, Sequence[Any]]) -> Candidate:
        evidence = {
            each.key: tuple(_texts(row.get(each.property, ()))) for each in self.settings.evidence if each.property
        }
        kinds = [each["id"] if isinstance(each, dict) else str(each) for each in found.get("type") or ()]
        return Candidate(
            found["id"],
            found["name"],
            (found["name"],),
            tuple(kinds),
            {key: values for key, values in evidence.items() if values},
            f"{self.address}, asked {self.cache.date(self.address, {'manifest': True})}",
        )

    def _recorded(self, question: Question) -> Any | None:  # noqa: ANN401 - whatever a service said
        return None if self.again and self.client is not None else self.cache.get(self.address, question)

    def _client(self) -> Client:
        if self.client is None:
            message = f"the cache has no answer of {self.address} to this; ask without --offline"
            raise ServiceError(message)
        return self.client


def _checked(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a candidate; its score is not ours."""
    kinds = found.get("type") or found.get("types") or []
    return {"id": str(found["id"]), "name": str(found["name"]), "type": kinds}


def _texts(cells: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for cell in cells:
        yield from (str(cell[key]) for key in _CELLS if key in cell)


def _text(question: Question) -> str:
    return json.dumps(question, ensure_ascii=False, sort_keys=True)
