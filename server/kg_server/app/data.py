"""The data page: files and checksums, licence, how to cite a release, what changed since the one before."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox
from starlette.requests import Request  # noqa: TC002 - FastAPI reads the annotations
from starlette.responses import Response

from kg_builder.namespaces import DCTERMS, RDFS
from kg_server.app.dumps import later_headers
from kg_server.app.replies import Site, language_of, page_reply, page_values
from kg_server.describe.beside import Beside
from kg_server.describe.changes import Amount, Changes, read_changes
from kg_server.describe.citation import Citation, CuratorsWork, spdx
from kg_server.describe.current import Release
from kg_server.describe.entity import Node, find_nodes
from kg_server.describe.ontology import Ontologies
from kg_server.describe.release import CHANGES_FILE, LANGUAGES, QUADS_FILE
from kg_server.describe.statistics import Counted
from kg_server.http.problems import NotFound
from kg_server.pages.names import Name, Namer
from kg_server.pages.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi import APIRouter

_PATIENCE = 1.5
_SHOWN_ROWS = 30
_LICENCES = {"CC-BY-": "data_licence_by", "CC-BY-SA-": "data_licence_by_sa", "CC0-": "data_licence_zero"}


@dataclass(frozen=True, slots=True)
class Row:
    """How much of something came and went."""

    name: Name
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of most change, and how many there are beside them."""

    title: str
    column: str
    rows: tuple[Row, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact in words."""

    subject: Name
    property: Name
    value: Name


class DataPage:
    """What is served at `/data`.

    Args:
        site: the application.
        counted: what the release says of its dataset.
    """

    def __init__(self, site: Site, counted: Counted) -> None:
        self._site = site
        self._counted = counted
        self._curators = Beside(CuratorsWork, _PATIENCE)
        self._ontologies = Ontologies()

    def add_to(self, router: APIRouter) -> None:
        """Add the routes."""
        for path, view, summary in (
            ("/data", self.page, "Files, licence, citation, and what changed"),
            ("/data/citation.bib", self.bibtex, "The citation of the release for BibTeX"),
            ("/data/CITATION.cff", self.cff, "The citation of the release in the Citation File Format"),
        ):
            router.add_api_route(path, view, methods=["GET"], response_class=Response, summary=summary)
            router.add_api_route(path, view, methods=["HEAD"], include_in_schema=False)
        # A release may have none, so it has no example that is always answered.
        router.add_api_route("/data/changes.json", self.changes, methods=["GET", "HEAD"], include_in_schema=False)

    async def page(self, request: Request) -> Response:
        """Show the page."""
        site, language = self._site, language_of(request)
        release = await site.current.get()
        manifest, words, address = release.manifest, WORDS[language], site.address(request)
        citation = await self._citation(release, language)
        changes = await asyncio.to_thread(read_changes, release.folder, manifest.release)
        namer = await self._namer(release, changes, language)
        body = site.pages.render(
            "data",
            language,
            here="data",
            address=address,
            dumps=[(each, words.get(f"data_{each.name.replace('.', '_')}", "")) for each in manifest.dumps],
            later=[(name, words.get(f"data_{name.replace('.', '_')}", "")) for name in manifest.later],
            licence_help=words[_licence(citation.licence)],
            plain=words["data_cite_text"].format(
                authors="; ".join(citation.authors),
                year=citation.year or citation.day,
                title=citation.title,
                release=citation.release,
                url=citation.url,
                licence=citation.licence_name,
            ),
            bibtex=citation.bibtex(),
            cff=citation.cff(_artifact(release, address)),
            changes=changes,
            tables=_tables(changes, namer) if changes else (),
            added=_facts(changes.added, namer) if changes else (),
            removed=_facts(changes.removed, namer) if changes else (),
            **page_values(release, request, language),
        )
        return page_reply(body, language, headers={"Cache-Control": "no-cache", **later_headers(manifest)})

    async def bibtex(self, request: Request) -> Response:
        """Send the citation for BibTeX."""
        release = await self._site.current.get()
        citation = await self._citation(release, language_of(request))
        return _file(citation.bibtex(), "citation.bib", "application/x-bibtex; charset=utf-8")

    async def cff(self, request: Request) -> Response:
        """Send the citation in the Citation File Format."""
        release = await self._site.current.get()
        citation = await self._citation(release, language_of(request))
        text = citation.cff(_artifact(release, self._site.address(request)))
        return _file(text, "CITATION.cff", "application/yaml; charset=utf-8")

    async def changes(self) -> Response:
        """Send what changed as the release has it."""
        release = await self._site.current.get()
        if await asyncio.to_thread(read_changes, release.folder, release.manifest.release) is None:
            raise NotFound("No release before this one is known here, so nothing is known of what changed.")
        body = await asyncio.to_thread((release.folder / CHANGES_FILE).read_bytes)
        return Response(body, headers={"Cache-Control": "no-cache"}, media_type="application/json")

    async def _citation(self, release: Release, language: str) -> Citation:
        manifest = release.manifest
        curators, statistics = await asyncio.gather(
            self._curators.get(release), self._counted.get(release, _PATIENCE)
        )  # fmt: skip
        title = manifest.text(manifest.title, language)
        authors = tuple(_in_language(each, language) for each in curators.names)
        described = {
            each.language or "": each.value
            for name, each in statistics.about
            if name == DCTERMS + "description" and isinstance(each, ox.Literal)
        }
        return Citation(
            title=title,
            authors=authors or (WORDS[language]["data_contributors"].format(title=title),),
            release=manifest.release,
            day=manifest.built[:10],
            licence=manifest.licence,
            url=manifest.base,
            sha256=next((each.sha256 for each in manifest.dumps if each.name == QUADS_FILE), ""),
            abstract=_in_language(described, language),
        )

    async def _namer(self, release: Release, changes: Changes | None, language: str) -> Namer:
        manifest, ontology = release.manifest, await self._ontologies.get(release)
        nodes: dict[str, Node] = {}
        if changes is not None:
            amounts = (each.iri for each in (*changes.classes, *changes.properties))
            triples = (*changes.added, *changes.removed)
            things = (
                each.value for one in triples for each in (one.subject, one.object) if isinstance(each, ox.NamedNode)
            )
            nodes |= await find_nodes(release, ontology, filter(None, (*amounts, *things)))
            # What is gone has the names that it had.
            for iri, texts in changes.names.items():
                labels = tuple(ox.Literal(text, language=code or None) for code, text in texts.items())
                nodes[iri] = {RDFS + "label": labels, **nodes.get(iri, {})}
        return Namer(manifest.base, self._site.pages.root, language, manifest.prefixes, ontology, nodes)


def _licence(licence: str) -> str:
    name = spdx(licence).rstrip("0123456789.")
    return _LICENCES.get(name, "data_licence_other")


def _artifact(release: Release, address: str) -> str:
    return f"{address}/dumps/{QUADS_FILE}" if any(each.name == QUADS_FILE for each in release.manifest.dumps) else ""


def _in_language(texts: Mapping[str, str], language: str) -> str:
    return next((texts[code] for code in (language, *LANGUAGES, "", *texts) if code in texts), "")


def _tables(changes: Changes, namer: Namer) -> list[Table]:
    words = namer.words
    some: tuple[tuple[str, str, Sequence[Amount]], ...] = (
        ("data_by_class", "data_class", changes.classes),
        ("data_by_property", "data_property", changes.properties),
        ("data_by_graph", "graph", changes.graphs),
    )
    return [
        Table(
            words[title],
            words[column],
            tuple(
                Row(namer.name(each.iri) if each.iri else Name(words["data_default_graph"]), each.added, each.removed)
                for each in amounts[:_SHOWN_ROWS]
            ),
            max(0, len(amounts) - _SHOWN_ROWS),
        )
        for title, column, amounts in some
        if amounts
    ]


def _facts(triples: Sequence[ox.Triple], namer: Namer) -> list[Fact]:
    return [Fact(*(_name(each, namer) for each in (one.subject, one.predicate, one.object))) for one in triples]


def _name(node: object, namer: Namer) -> Name:
    return namer.value(node) if isinstance(node, (ox.NamedNode, ox.Literal)) else Name(str(node))


def _file(text: str, name: str, media_type: str) -> Response:
    headers = {
        "Cache-Control": "no-cache",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Vary": "Accept-Language",
    }
    return Response(text.encode(), headers={**headers, "Content-Type": media_type})
