"""Templates to bytes. Everything that is put into a page is escaped; there are no inline scripts or styles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from kg_server.http.negotiation import choose_language
from kg_server.pages.assets import Assets
from kg_server.pages.words import HEADLINE_COUNTS, LANGUAGES, WORDS, number, size

# Scripts, styles and answers come from here and from nowhere else; text cannot become markup even by a script's
# mistake (Trusted Types).
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
# A page that others show inside their own; it has no script, no form, and nothing that a stolen click could do.
FRAMED_POLICY = "default-src 'none'; style-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors *"
LANGUAGE_CODES = tuple(LANGUAGES)
# Words of every page's scripts.
_SITE_WORDS = (
    "script_failed", "search_all", "search_failed", "search_found", "search_later", "search_list", "search_names",
    "search_none", "search_phrase", "search_question",
)  # fmt: skip


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
        assets: what the pages load.
    """

    def __init__(self, root: str, assets: Assets) -> None:
        self.root = root
        self.assets = assets
        self._environment = Environment(
            loader=PackageLoader("kg_server.pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        # `{{ value|tojson }}` in a block of data: `<`, `>` and `&` are escaped, letters stay letters.
        self._environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}

    def static(self, name: str) -> tuple[bytes, str] | None:
        """Return a file that the pages need, with its media type; None when there is no such file."""
        return self.assets.files.get(name)

    def render(self, template: str, language: str, *, script_words: Sequence[str] = (), **values: object) -> bytes:
        """Render a template.

        Args:
            template: its name without `.html`.
            language: one of `LANGUAGES`.
            script_words: keys of the words that the page's scripts say, beyond those of every page.
            **values: what it shows.
        """
        words = WORDS[language]
        page = self._environment.get_template(f"{template}.html").render(
            language=language,
            languages=LANGUAGES,
            w=words,
            root=self.root,
            asset=self.asset,
            loads=self.loads,
            script_words={key: words[key] for key in (*_SITE_WORDS, *script_words)},
            number=partial(number, language=language),
            size=partial(size, language=language),
            text=partial(pick, language=language),
            url=self.url,
            headline=HEADLINE_COUNTS,
            **values,
        )
        return page.encode()

    def word(self, key: str, language: str) -> str:
        """Return one of the pages' words."""
        return WORDS[language][key]

    def asset(self, name: str) -> str:
        """Return the path of an entry of the bundles, such as `site.css`."""
        return f"{self.root}/static/{self.assets.entries[name].file}"

    def loads(self, name: str) -> list[str]:
        """Return the paths of what a script loads at once, so that the browser need not read it first."""
        return [f"{self.root}/static/{each}" for each in self.assets.entries[name].chunks]

    def url(self, path: str, **query: str | None) -> str:
        """Return the address of a page, with those parameters that have a value."""
        pairs = {name: value for name, value in query.items() if value is not None}
        return self.root + path + ("?" + urlencode(pairs) if pairs else "")


def pick(texts: Mapping[str, str], language: str) -> str:
    """Return the text in a language, or whatever there is.

    >>> pick({"en": "fair"}, "id")
    'fair'
    """
    return texts.get(language) or next(iter(texts.values()), "")
