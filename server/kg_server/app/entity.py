"""The page of one thing, and its facts as a table."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pyoxigraph as ox

from kg_server.app.replies import Site, language_of, page_values
from kg_server.describe.current import Release
from kg_server.describe.entity import COUNTED, FACTS, Entity, find_entity
from kg_server.describe.ontology import Ontologies, Ontology
from kg_server.describe.subject import Subject
from kg_server.pages.entity import FOLDED, view_of
from kg_server.pages.entity_table import table_of
from kg_server.pages.figures import script_words
from kg_server.pages.names import Namer
from kg_server.pages.neighbours import graph_of, offices_of, timeline_of
from kg_server.pages.view import View
from kg_server.pages.words import WORDS

if TYPE_CHECKING:
    from starlette.requests import Request

ROOT = "id/"
_TABLE_FACTS = 10_000
# The sections of a page that stand before its facts.
_BEFORE = ("conflicts", "conveyed", "names")


@dataclass(frozen=True, slots=True)
class Found:
    """What a release says of a thing, with the terms of its vocabulary."""

    release: Release
    entity: Entity
    ontology: Ontology


class EntityPages:
    """Pages of things."""

    def __init__(self, site: Site) -> None:
        self._site, self._ontologies = site, Ontologies()

    async def find(self, release: Release, iri: str, offset: int, *, table: bool) -> Found | None:
        """Return what a release says of an IRI if that is a thing's, else None.

        Args:
            release: to ask.
            iri: of its base.
            offset: facts to pass over, of those that lead to it.
            table: whether all its facts are wanted, and not what fits on a page.

        Raises:
            Problem: what the backend raises.
        """
        if not iri.startswith(release.manifest.base + ROOT):
            return None
        ontology = await self._ontologies.get(release)
        entity = await find_entity(release, ontology, iri, offset, _TABLE_FACTS if table else FACTS)
        return Found(release, entity, ontology) if entity else None

    async def table(self, found: Found, language: str) -> bytes:
        """Return the facts of a thing as CSV, with names in a language."""
        return await asyncio.to_thread(table_of, found.entity, self._namer(found, language))

    async def page(
        self, request: Request, found: Found, formats: list[tuple[str, str, str]], others: Mapping[str, str]
    ) -> bytes:
        """Return the page of a thing.

        Args:
            request: for its language, and the page's links to itself.
            found: what is known of it.
            formats: label, address and media type of the other forms of the same.
            others: by relation, the addresses of the pages of what leads here before and after this one.
        """
        return await asyncio.to_thread(self._render, request, found, formats, others)

    def _namer(self, found: Found, language: str) -> Namer:
        manifest = found.release.manifest
        return Namer(
            manifest.base, self._site.pages.root, language, manifest.prefixes, found.ontology, found.entity.nodes
        )

    def _render(
        self, request: Request, found: Found, formats: list[tuple[str, str, str]], others: Mapping[str, str]
    ) -> bytes:
        pages, entity, language = self._site.pages, found.entity, language_of(request)
        namer = self._namer(found, language)
        view = view_of(entity, namer)
        offices = next((offices_of(each, namer) for each in view.sections if each.key == "office"), None)
        timeline, graph = timeline_of(view, namer), graph_of(entity, view, namer)
        drawn = [each.view for each in (offices, timeline, graph) if each]
        return pages.render(
            "entity",
            language,
            script_words=("subject_close", *script_words(*drawn)),
            iri=entity.iri,
            view=view,
            contents=_contents(view, WORDS[language], timeline=bool(timeline), graph=bool(graph)),
            offices=offices,
            timeline=timeline,
            graph=graph,
            folded=FOLDED,
            counted=COUNTED,
            entity=entity,
            queries=[
                (name, query, f"{pages.root}/query?{urlencode({'query': query, 'lang': language})}")
                for name, query in entity.questions.items()
            ],
            formats=formats,
            first=f"?{urlencode({'lang': language})}",
            previous=pages.root + others["prev"] if "prev" in others else None,
            following=pages.root + others["next"] if "next" in others else None,
            **page_values(found.release, request, language),
        )


def _contents(view: View, words: Mapping[str, str], *, timeline: bool, graph: bool) -> list[tuple[str, str]]:
    """Return the anchors and titles of a page's sections, in their order."""
    there = {
        "conflicts": view.conflicts, "conveyed": view.conveyed, "names": view.named, "said": view.said,
        "reported": view.reported, "withdrawn": view.withdrawn, "timeline": timeline, "neighbours": graph,
        "incoming": view.listed, "take": True,
    }  # fmt: skip
    found = [(key, words[f"subject_{key}"]) for key, some in there.items() if some]
    place = next((at for at, (key, _) in enumerate(found) if key not in _BEFORE), len(found))
    return [*found[:place], *((each.key, each.title) for each in view.sections), *found[place:]]


def subject_of(found: Found) -> Subject:
    """Return what the headers of a reply say of a thing."""
    entity = found.entity
    node = ox.NamedNode(entity.iri)
    own = tuple(ox.Triple(node, ox.NamedNode(name), each) for name, each in entity.facts)
    return Subject(entity.iri, own, cut=entity.more, moved=entity.moved)
