"""Words of the home page; keys begin with `home_`."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {},
    "id": {},
}
