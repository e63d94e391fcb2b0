"""What a page may hold of scripts, and what it must not."""

from __future__ import annotations

import re

from kg_server.pages.assets import packaged_assets

_SCRIPT = re.compile(r"<script[^>]*>", re.IGNORECASE)
# A file of ours, or a block of data; an attribute more is one too many.
_OWN = re.compile(
    r'<script(?: type="module")? src="[^"]*/static/[\w-]+\.js">'
    r'|<script type="application/json"(?: (?:id|class)="[\w -]+")?>'
)


def foreign_scripts(page: str) -> list[str]:
    """The script elements of a page that are neither files of ours nor blocks of data.

    >>> foreign_scripts('<script type="application/json" id="words">{}</script>')
    []
    >>> foreign_scripts("<p><SCRIPT>alert(1)</SCRIPT>")
    ['<SCRIPT>']
    """
    return [each for each in _SCRIPT.findall(page) if not _OWN.fullmatch(each)]


def main_of(page: str) -> str:
    """The content of a page, without what every page has around it."""
    return page[page.index("<main") : page.index("</main>")]


def asset_path(name: str) -> str:
    """The address of a bundle below a server's root, such as that of `site.css`."""
    return f"/static/{packaged_assets().entries[name].file}"
