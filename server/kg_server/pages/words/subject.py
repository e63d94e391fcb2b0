"""Words of the page of one thing; keys begin with `subject_`."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {},
    "id": {},
}
