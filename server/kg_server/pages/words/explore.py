"""Words of the views; keys begin with `explore_`."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "explore_title": "Explore",
        "explore_lede": "See before you ask. Each picture is the answer to a saved question; "
        "its table and its query stand beside it.",
        "explore_graph": "Graph",
        "explore_graph_help": "Who is linked with whom. Search in it, walk from neighbour to neighbour, "
        "choose what is shown.",
        "explore_timeline": "Timeline",
        "explore_timeline_help": "What happened when, from a day to a decade. "
        "What is not known exactly is drawn so; plans are dashed.",
        "explore_map": "Map",
        "explore_map_help": "Where it is, by country. The map is ours: nothing is loaded from elsewhere.",
        "explore_figures": "Figures",
        "explore_figures_help": "Numbers side by side. «More than» is drawn as a bound, «about» with a soft end.",
        "explore_more": "Every question with its answer as a table:",
        "explore_none": "No saved query of this release is drawn.",
        "explore_others": "Other questions with this view",
        "explore_cut": "The answer has {n} rows; the first {shown} of them are drawn.",
        "explore_table": "The same as a table",
        "explore_columns": "All columns",
        "explore_query": "The query",
        "explore_edit": "Change the query",
    },
    "id": {
        "explore_title": "Jelajahi",
        "explore_lede": "Lihat dulu, baru bertanya. Tiap gambar adalah jawaban atas pertanyaan tersimpan; "
        "tabel dan kuerinya ada di sampingnya.",
        "explore_graph": "Graf",
        "explore_graph_help": "Siapa terhubung dengan siapa. Cari di dalamnya, telusuri dari tetangga ke tetangga, "
        "pilih yang ditampilkan.",
        "explore_timeline": "Garis waktu",
        "explore_timeline_help": "Apa yang terjadi dan kapan, dari hari hingga dasawarsa. "
        "Yang tidak diketahui pasti digambar demikian; rencana bergaris putus-putus.",
        "explore_map": "Peta",
        "explore_map_help": "Di mana letaknya, menurut negara. Petanya milik kami: tidak ada yang dimuat dari luar.",
        "explore_figures": "Angka",
        "explore_figures_help": "Bilangan yang disandingkan. «Lebih dari» digambar sebagai batas, "
        "«sekitar» dengan ujung yang lembut.",
        "explore_more": "Semua pertanyaan dengan jawaban berupa tabel:",
        "explore_none": "Tidak ada kueri tersimpan dalam rilis ini yang digambar.",
        "explore_others": "Pertanyaan lain dengan tampilan ini",
        "explore_cut": "Jawabannya {n} baris; {shown} baris pertama yang digambar.",
        "explore_table": "Hal yang sama sebagai tabel",
        "explore_columns": "Semua kolom",
        "explore_query": "Kuerinya",
        "explore_edit": "Ubah kueri",
    },
}
