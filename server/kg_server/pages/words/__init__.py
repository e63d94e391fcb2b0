"""The words of the pages, in English and Indonesian: one module for each feature, and `base` for all.

A test holds that both languages have the same keys, and that no key is in two modules.
"""

from __future__ import annotations

from collections.abc import Mapping

from kg_server.pages.words import (
    article,
    base,
    data,
    editor,
    explore,
    figure,
    gaps,
    home,
    licences,
    query_list,
    reconcile,
    review,
    search,
    subject,
    vocabulary,
)
from kg_server.pages.words.numbers import number, size
from kg_server.pages.words.terms import COMMON_NAMES

__all__ = ["COMMON_NAMES", "HEADLINE_COUNTS", "LANGUAGES", "MODULES", "WORDS", "number", "size"]

LANGUAGES: Mapping[str, str] = {"en": "English", "id": "Bahasa Indonesia"}

# The counts that open the page, in this order; the manifest may hold more or fewer.
HEADLINE_COUNTS = ("asserted", "articles", "entities", "spans", "derived", "quads")

MODULES = (
    base,
    article,
    data,
    editor,
    explore,
    figure,
    gaps,
    home,
    licences,
    query_list,
    reconcile,
    review,
    search,
    subject,
    vocabulary,
)

WORDS: Mapping[str, Mapping[str, str]] = {
    language: {key: text for module in MODULES for key, text in module.WORDS[language].items()}
    for language in LANGUAGES
}
