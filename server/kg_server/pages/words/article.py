"""Words of the page of an article; keys begin with `article_`."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {},
    "id": {},
}
