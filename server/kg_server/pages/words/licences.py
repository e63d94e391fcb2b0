"""Words of the page of licences; keys begin with `licences_`."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "licences_title": "Licences",
        "licences_lede": "What may be done with the data, with this software, and whose work is in these pages.",
        "licences_data": "The data",
        "licences_data_text": "This release may be used under",
        "licences_data_none": "This release names no licence.",
        "licences_own": "The software",
        "licences_own_text": "Rujukan, which makes and serves this graph, may be used under",
        "licences_third": "In these pages",
        "licences_third_text": "What runs in your browser holds these packages. All of it comes from this server.",
        "licences_package": "Package",
        "licences_version": "Version",
        "licences_licence": "Licence",
        "licences_full": "The licence of {name} in full",
        "licences_none": "Nothing but our own.",
    },
    "id": {
        "licences_title": "Lisensi",
        "licences_lede": "Apa yang boleh dilakukan dengan data dan perangkat lunak ini, dan karya siapa di dalamnya.",
        "licences_data": "Data",
        "licences_data_text": "Rilis ini boleh dipakai menurut",
        "licences_data_none": "Rilis ini tidak menyebut lisensi.",
        "licences_own": "Perangkat lunak",
        "licences_own_text": "Rujukan, yang membuat dan menyajikan graf ini, boleh dipakai menurut",
        "licences_third": "Di halaman-halaman ini",
        "licences_third_text": "Di peramban Anda berjalan paket-paket ini, semuanya dari peladen ini.",
        "licences_package": "Paket",
        "licences_version": "Versi",
        "licences_licence": "Lisensi",
        "licences_full": "Lisensi {name} selengkapnya",
        "licences_none": "Tidak ada selain milik kami sendiri.",
    },
}
