"""Templates to bytes. Everything that is put into a page is escaped; there are no scripts and no inline styles."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial
from importlib import resources
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from kg_server.http.negotiation import choose_language
from kg_server.pages.words import HEADLINE_COUNTS, LANGUAGES, WORDS, number, size

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STATIC = {"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
LANGUAGE_CODES = tuple(LANGUAGES)


def page_language(asked: str | None, accept_language: str | None) -> str:
    """Return the language of a page: the one asked for by `lang=`, else the one that the browser prefers.

    >>> page_language(None, "id, en;q=0.5"), page_language("en", "id"), page_language("xx", None)
    ('id', 'en', 'en')
    """
    if asked in LANGUAGE_CODES:
        return asked
    return choose_language(accept_language, LANGUAGE_CODES)


class Pages:
    """Renders pages.

    Args:
        root: the path under which the server is reached, without a slash at its end; usually empty.
    """

    def __init__(self, root: str = "") -> None:
        self.root = root
        self._environment = Environment(
            loader=PackageLoader("kg_server.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._files = {
            name: resources.files("kg_server.pages").joinpath("static", name).read_bytes() for name in STATIC
        }
        self._version = hashlib.sha256(b"".join(self._files.values())).hexdigest()[:12]

    def static(self, name: str) -> tuple[bytes, str] | None:
        """Return a file that the pages need, with its media type; None when there is no such file."""
        return (self._files[name], STATIC[name]) if name in STATIC else None

    def render(self, template: str, language: str, **values: object) -> bytes:
        """Render a template.

        Args:
            template: its name without `.html`.
            language: one of `LANGUAGES`.
            **values: what it shows.
        """
        words = WORDS[language]
        page = self._environment.get_template(f"{template}.html").render(
            language=language,
            languages=LANGUAGES,
            w=words,
            root=self.root,
            version=self._version,
            number=partial(number, language=language),
            size=partial(size, language=language),
            text=partial(pick, language=language),
            url=self._url,
            headline=HEADLINE_COUNTS,
            **values,
        )
        return page.encode()

    def word(self, key: str, language: str) -> str:
        """Return one of the pages' words."""
        return WORDS[language][key]

    def _url(self, path: str, **query: str | None) -> str:
        pairs = {name: value for name, value in query.items() if value is not None}
        return self.root + path + ("?" + urlencode(pairs) if pairs else "")


def pick(texts: Mapping[str, str], language: str) -> str:
    """Return the text in a language, or whatever there is.

    >>> pick({"en": "fair"}, "id")
    'fair'
    """
    return texts.get(language) or next(iter(texts.values()), "")
