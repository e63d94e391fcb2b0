"""Words of the data page; keys begin with `data_`."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {},
    "id": {},
}
