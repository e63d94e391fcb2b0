"""Words of the reconciliation service and its preview; keys begin with `reconcile_`."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "reconcile_also": "Also:",
        "reconcile_more": "All that is known, with its evidence",
        "reconcile_limit": "Most values",
        "reconcile_limit_help": "How many values of the property a row gets at most; 0 for all",
    },
    "id": {
        "reconcile_also": "Juga:",
        "reconcile_more": "Semua yang diketahui beserta buktinya",
        "reconcile_limit": "Nilai terbanyak",
        "reconcile_limit_help": "Berapa nilai sifat itu paling banyak untuk satu baris; 0 untuk semuanya",
    },
}
