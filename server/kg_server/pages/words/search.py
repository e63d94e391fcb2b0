"""Words of the page of search results, and of the box that searches; keys begin with `search_`."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {},
    "id": {},
}
