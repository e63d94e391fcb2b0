"""The words that a difference is told in, beside those of the graph's own vocabulary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from kg_builder.namespaces import DCTERMS, ORG, OWL, RDF, RDFS, RJ, SCHEMA, SKOS, SOSA

LANGUAGES = ("en", "id")
SOURCES = "sources"
"""What a graph is called that was made of the sources as they are."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "changes": {"en": "Changes from {former} to {present}", "id": "Perubahan dari {former} ke {present}"},
    "nothing": {
        "en": "Nothing changed from {former} to {present}.",
        "id": "Tidak ada perubahan dari {former} ke {present}.",
    },
    "sources": {"en": "the sources", "id": "berkas sumber"},
    "facts": {"en": "facts", "id": "fakta"},
    "attestations": {"en": "attestations", "id": "atestasi"},
    "derivations": {"en": "derivations", "id": "penurunan"},
    "quads": {"en": "quads", "id": "quad"},
    "graph": {"en": "in {name}", "id": "di {name}"},
    "kind": {"en": "kind", "id": "jenis"},
    "added": {"en": "added", "id": "ditambah"},
    "removed": {"en": "removed", "id": "dihapus"},
    "changed": {"en": "changed", "id": "diubah"},
    "more": {"en": "… {count} more; --all shows them", "id": "… {count} lagi; --all menampilkannya"},
    "others": {"en": "and {count} more", "id": "dan {count} lagi"},
    "also": {"en": "now stated by {article}, too", "id": "kini juga dinyatakan oleh {article}"},
    "no-longer": {"en": "no longer stated by {article}", "id": "tidak lagi dinyatakan oleh {article}"},
    "conveyed": {"en": "conveyed by {article}, not asserted", "id": "disampaikan oleh {article}, tidak ditegaskan"},
    "conveyed-no-longer": {"en": "no longer conveyed by {article}", "id": "tidak lagi disampaikan oleh {article}"},
    "moved": {"en": "quote moved @{former} → @{present}", "id": "kutipan berpindah @{former} → @{present}"},
    "quote": {"en": "quote {former} → {present}", "id": "kutipan {former} → {present}"},
    "certainty": {"en": "certainty {former} → {present}", "id": "kepastian {former} → {present}"},
    "rank": {"en": "rank {former} → {present}", "id": "peringkat {former} → {present}"},
    "according-to": {"en": "according to {former} → {present}", "id": "menurut {former} → {present}"},
    "conveyed-in": {"en": "conveyed in {former} → {present}", "id": "disampaikan dalam {former} → {present}"},
    "note": {"en": "note: {former} → {present}", "id": "catatan: {former} → {present}"},
    "nobody": {"en": "–", "id": "–"},
    "stated": {"en": "stated", "id": "dinyatakan"},
    "normal": {"en": "normal", "id": "biasa"},
    "million": {"en": "million", "id": "juta"},
    "billion": {"en": "billion", "id": "miliar"},
    "thing": {"en": "thing", "id": "hal"},
}  # fmt: skip

COMMON: Mapping[str, Mapping[str, str]] = {
    RDF + "type": {"en": "kind", "id": "jenis"},
    RDFS + "label": {"en": "name", "id": "nama"},
    SKOS + "altLabel": {"en": "also called", "id": "juga disebut"},
    SKOS + "exactMatch": {"en": "same as", "id": "sama dengan"},
    SCHEMA + "sameAs": {"en": "same as", "id": "sama dengan"},
    OWL + "sameAs": {"en": "same as", "id": "sama dengan"},
    SCHEMA + "value": {"en": "", "id": ""},
    SCHEMA + "unitText": {"en": "unit", "id": "satuan"},
    SCHEMA + "mentions": {"en": "mentions", "id": "menyebut"},
    SCHEMA + "inLanguage": {"en": "language", "id": "bahasa"},
    SCHEMA + "url": {"en": "address", "id": "alamat"},
    SCHEMA + "publisher": {"en": "publisher", "id": "penerbit"},
    SCHEMA + "startDate": {"en": "start", "id": "mulai"},
    SCHEMA + "endDate": {"en": "end", "id": "selesai"},
    SCHEMA + "location": {"en": "place", "id": "tempat"},
    SOSA + "hasFeatureOfInterest": {"en": "of", "id": "dari"},
    SOSA + "observedProperty": {"en": "counts", "id": "menghitung"},
    ORG + "hasMembership": {"en": "in office", "id": "menjabat"},
    ORG + "member": {"en": "member", "id": "anggota"},
    ORG + "organization": {"en": "organisation", "id": "organisasi"},
    ORG + "role": {"en": "role", "id": "peran"},
    DCTERMS + "isReplacedBy": {"en": "is now", "id": "kini"},
    RJ + "edtf": {"en": "date", "id": "tanggal"},
    RJ + "asPrinted": {"en": "as printed", "id": "sebagaimana tertulis"},
}  # fmt: skip
"""Names of terms that come from elsewhere, where the graph's vocabulary gives none."""

IMPLIED = frozenset({RJ + "earliest", RJ + "latest", RJ + "date"})
"""What follows from a date, and need not be told beside it."""

BOUNDS = (
    SCHEMA + "value",
    RJ + "moreThan",
    RJ + "atLeast",
    RJ + "lessThan",
    RJ + "atMost",
    RJ + "about",
)
"""The properties that say how much."""

_SCALES = ((Decimal(10**9), "billion"), (Decimal(10**6), "million"))
_PLACES = 3
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?", re.ASCII)


def say(key: str, language: str, **parts: object) -> str:
    """Return a phrase with its parts filled in.

    >>> say("moved", "en", former=3, present=5)
    'quote moved @3 → @5'
    """
    return WORDS[key][language].format(**parts)


def number(written: str, language: str) -> tuple[str, str]:
    """Return a number as people write it, and its scale in words, which is empty for a small one.

    No digit is lost: what does not end within three places of a million is written out.

    >>> number("4500000", "en"), number("4500000", "id"), number("4500001", "en"), number("40.5", "id")
    (('4.5', 'million'), ('4,5', 'juta'), ('4,500,001', ''), ('40,5', ''))
    """
    if not _NUMBER.fullmatch(written):
        return written, ""
    value = Decimal(written)
    for scale, name in _SCALES:
        scaled = value / scale
        if abs(scaled) >= 1 and scaled == round(scaled, _PLACES):
            return _marked(scaled, language), WORDS[name][language]
    return _marked(value, language), ""


def _marked(value: Decimal, language: str) -> str:
    shown = f"{value:,f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return shown.translate(str.maketrans(",.", ".,")) if language == "id" else shown
