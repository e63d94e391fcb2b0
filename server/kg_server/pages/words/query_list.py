"""Words of the list of saved queries; keys begin with `query_list_`."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "query_list_title": "Questions",
        "query_list_lede": "Each opens its answer as a table, where the question can be changed and the answer taken.",
        "query_list_filter": "Filter by words",
        "query_list_shown": "{n} of {total} questions",
        "query_list_none": "No question has these words.",
        "query_list_changes": "can be changed:",
        "query_list_json": "The same list for programs",
    },
    "id": {
        "query_list_title": "Pertanyaan",
        "query_list_lede": "Setiap tautan membuka jawaban berupa tabel; pertanyaan dapat diubah, jawaban diambil.",
        "query_list_filter": "Saring menurut kata",
        "query_list_shown": "{n} dari {total} pertanyaan",
        "query_list_none": "Tidak ada pertanyaan dengan kata-kata itu.",
        "query_list_changes": "dapat diubah:",
        "query_list_json": "Daftar yang sama untuk program",
    },
}
