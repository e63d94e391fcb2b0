"""The page of the release's vocabulary: its terms, what they mean, where they are used."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pyoxigraph as ox
from starlette.requests import Request  # noqa: TC002 - as the other modules of the application

from kg_builder.namespaces import OWL
from kg_server.app.replies import Site, page_values
from kg_server.app.terms_view import MOST, Terms, tree
from kg_server.describe.beside import Beside
from kg_server.describe.current import Release
from kg_server.describe.release import SHAPES_FILE
from kg_server.describe.shapes import Shapes, read_shapes
from kg_server.describe.statistics import Counted, Statistics
from kg_server.describe.vocabulary import Vocabulary, VocabularyWork
from kg_server.http.problems import Overloaded
from kg_server.http.protocol import decode_form, single
from kg_server.pages.names import Namer

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATIENCE = 2.0
_TRIES, _RETRY_SECONDS = 5, 2
_ASKED = 200
_VERSION = OWL + "versionInfo"


class VocabularyPage:
    """Makes the page; its address is the vocabulary's own, so `LinkedData` serves it.

    Args:
        site: the application.
        counted: how often terms are used.
    """

    def __init__(self, site: Site, counted: Counted) -> None:
        self._site = site
        self._counted = counted
        self._work = Beside(VocabularyWork, _PATIENCE)

    async def render(
        self, request: Request, release: Release, language: str, formats: Sequence[tuple[str, str, str]]
    ) -> bytes:
        """Return the page; raises what the backend raises when the ontology cannot be read.

        Args:
            request: may search by `q=`.
            release: whose vocabulary it is.
            language: of the page.
            formats: the label, address and media type of each of its other forms.
        """
        work, statistics = await asyncio.gather(self._work.get(release), self._counted.get(release, _PATIENCE))
        for _ in range(_TRIES):
            if work.vocabulary is not None or work.problem is not None:
                break
            # In a large graph a request waits but shortly for the examples; without the terms there is no page.
            work = await self._work.get(release)
        if work.vocabulary is None:
            later = {"Retry-After": str(_RETRY_SECONDS)}
            raise work.problem or Overloaded("The vocabulary is being read; try again in a moment.", headers=later)
        shapes = await asyncio.to_thread(read_shapes, release.folder)
        # The examples are found beside this: what the page says, it says of one moment.
        asked = (single(decode_form(request.scope["query_string"]), "q") or "")[:_ASKED].strip()
        return await asyncio.to_thread(self._page, request, release, language, asked, formats, work, statistics, shapes)

    def _page(  # noqa: PLR0913, PLR0917 - what the page is made of
        self,
        request: Request,
        release: Release,
        language: str,
        asked: str,
        formats: Sequence[tuple[str, str, str]],
        work: VocabularyWork,
        statistics: Statistics,
        shapes: Shapes,
    ) -> bytes:
        pages, manifest = self._site.pages, release.manifest
        vocabulary = work.vocabulary or Vocabulary(f"{manifest.base}{manifest.vocabulary or ''}")
        namer = Namer(
            manifest.base, pages.root, language, manifest.prefixes, work.ontology, dict(work.nodes)
        )  # fmt: skip
        terms = Terms(
            vocabulary, shapes, statistics, dict(work.examples), release.queries, manifest.prefixes, namer
        )  # fmt: skip
        sections, found = terms.sections(asked)
        version = next((each.value for each in vocabulary.about.get(_VERSION, ()) if isinstance(each, ox.Literal)), "")
        return pages.render(
            "vocabulary",
            language,
            script_words=("vocabulary_shown", "vocabulary_none"),
            here="vocabulary",
            iri=vocabulary.iri,
            name=namer.name(vocabulary.iri) if vocabulary.iri in work.ontology.labels else None,
            version=version,
            sections=sections,
            trees={(each.origin, each.kind): tree(each, sections) for each in sections},
            found=found,
            cut=vocabulary.cut or found > MOST,
            asked=asked,
            counted=statistics.classes is not None and statistics.properties is not None,
            complete=work.complete,
            shapes=any(each.name == SHAPES_FILE for each in manifest.dumps),
            formats=formats,
            **page_values(release, request, language),
        )
