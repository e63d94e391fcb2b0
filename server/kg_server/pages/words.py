"""The words of the pages, in English and Indonesian. A test holds that both have the same keys."""

from __future__ import annotations

from collections.abc import Mapping

from kg_builder.namespaces import OA, ORG, PROV, RDF, RDFS, SCHEMA, SKOS

LANGUAGES: Mapping[str, str] = {"en": "English", "id": "Bahasa Indonesia"}

# Names of terms that every graph uses and none of them labels, by IRI and language.
COMMON_NAMES: Mapping[str, Mapping[str, str]] = {
    RDF + "type": {"en": "kind", "id": "jenis"},
    RDF + "Statement": {"en": "statement", "id": "pernyataan"},
    RDF + "subject": {"en": "subject", "id": "subjek"},
    RDF + "predicate": {"en": "predicate", "id": "predikat"},
    RDF + "object": {"en": "object", "id": "objek"},
    RDFS + "label": {"en": "name", "id": "nama"},
    RDFS + "comment": {"en": "explanation", "id": "penjelasan"},
    RDFS + "subClassOf": {"en": "is a kind of", "id": "adalah sejenis"},
    RDFS + "domain": {"en": "is said of", "id": "dikatakan tentang"},
    RDFS + "range": {"en": "has as value", "id": "nilainya"},
    SKOS + "altLabel": {"en": "other name", "id": "nama lain"},
    SKOS + "definition": {"en": "definition", "id": "definisi"},
    SCHEMA + "sameAs": {"en": "the same elsewhere", "id": "yang sama di tempat lain"},
    SCHEMA + "about": {"en": "about", "id": "tentang"},
    SCHEMA + "mentions": {"en": "mentions", "id": "menyebut"},
    SCHEMA + "inLanguage": {"en": "in language", "id": "dalam bahasa"},
    SCHEMA + "NewsArticle": {"en": "news article", "id": "artikel berita"},
    SCHEMA + "Person": {"en": "person", "id": "orang"},
    SCHEMA + "Organization": {"en": "organisation", "id": "organisasi"},
    SCHEMA + "Country": {"en": "country", "id": "negara"},
    SCHEMA + "City": {"en": "city", "id": "kota"},
    PROV + "wasDerivedFrom": {"en": "rests on the words", "id": "berdasarkan kata-kata"},
    PROV + "used": {"en": "premise", "id": "premis"},
    OA + "exact": {"en": "words", "id": "kata-kata"},
    OA + "start": {"en": "begins at character", "id": "mulai pada karakter"},
    OA + "end": {"en": "ends before character", "id": "berakhir sebelum karakter"},
    ORG + "organization": {"en": "organisation", "id": "organisasi"},
    ORG + "role": {"en": "role", "id": "peran"},
    ORG + "unitOf": {"en": "unit of", "id": "bagian dari"},
}

# The counts that open the page, in this order; the manifest may hold more or fewer.
HEADLINE_COUNTS = ("asserted", "articles", "entities", "spans", "derived", "quads")

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "tagline": "A knowledge graph made from news. Each fact that an article states names the words it rests on.",
        "skip": "Skip to the content",
        "language": "Language",
        "home": "Home",
        "numbers": "In numbers",
        "count_asserted": "facts",
        "count_articles": "articles",
        "count_entities": "entities",
        "count_spans": "quoted passages",
        "count_derived": "derived facts",
        "count_quads": "quads in all",
        "ask": "Ask in SPARQL",
        "ask_help": "The common prefixes are declared already. Queries read, they never change anything.",
        "query": "Query",
        "answer_as": "Answer as",
        "page": "page",
        "run": "Run the query",
        "questions": "Questions with their answers",
        "questions_help": "Each opens its answer as a table; there it can be changed, or taken as CSV or JSON.",
        "questions_none": "This release holds no saved queries.",
        "downloads": "Download everything",
        "downloads_help": "The whole graph as files. Compare the SHA-256 to be sure of what you have.",
        "file": "File",
        "type": "Type",
        "size": "Size",
        "machines": "For programs",
        "endpoint": "SPARQL endpoint",
        "description": "Service description",
        "saved": "Saved queries as JSON",
        "manifest": "Manifest",
        "try_it": "Try it",
        "prefixes": "Prefixes that need no declaration",
        "graphs": "Named graphs and their sizes",
        "graph": "Graph",
        "triples": "Triples",
        "release": "Release",
        "built": "built",
        "licence": "Licence",
        "answer": "Answer",
        "rows_none": "No rows.",
        "rows_one": "1 row.",
        "rows": "{n} rows.",
        "rows_cut": "{n} rows, of which the first {shown} are shown here. The other formats hold all of them.",
        "text_cut": "Only the beginning is shown here. The other formats hold all of it.",
        "true": "Yes.",
        "false": "No.",
        "take_as": "Take it as",
        "parameters": "Change the question",
        "ask_again": "Ask again",
        "show_query": "The query",
        "edit": "Edit the query",
        "problem_back": "Back to the home page",
        "problem_again": "The question as it was saved",
        "problem_retry": "Ask again in {seconds} seconds.",
        "problem_line": "Line {line}, column {column}",
        "problem_available": "Possible are",
        "table_scroll": "Table of results, scrollable",
        "table_wide": "A wide table scrolls to the side.",
        "checksums": "All checksums, for sha256sum -c",
        "read_only": "read-only",
        "facts": "Facts, and the words they rest on",
        "facts_plain": "What is known",
        "said_not_asserted": "Said, but not asserted",
        "said_help": "Somebody says, hopes or promises it, or a curator withdrew it; the graph does not state it.",
        "parts": "In detail",
        "parts_cut": "{shown} of {n} are shown here. The other formats hold all of them.",
        "incoming": "What leads here",
        "incoming_cut": "Not all of them are shown here; the next page holds more.",
        "derived_by": "Derived by the rule:",
        "who_says": "The statement in full",
        "why": "Why",
        "void": "The dataset in numbers (VoID)",
        "dcat": "Downloads as DCAT",
        "examples": "Query examples (SHACL)",
        "page_previous": "Previous page",
        "page_next": "Next page",
    },
    "id": {
        "tagline": "Graf pengetahuan dari artikel berita. Setiap fakta dari artikel menunjukkan kata-kata dasarnya.",
        "skip": "Langsung ke isi",
        "language": "Bahasa",
        "home": "Beranda",
        "numbers": "Dalam angka",
        "count_asserted": "fakta",
        "count_articles": "artikel",
        "count_entities": "entitas",
        "count_spans": "kutipan bukti",
        "count_derived": "fakta turunan",
        "count_quads": "kuad seluruhnya",
        "ask": "Bertanya dengan SPARQL",
        "ask_help": "Prefiks yang umum sudah dideklarasikan. Kueri hanya membaca dan tidak mengubah apa pun.",
        "query": "Kueri",
        "answer_as": "Jawaban sebagai",
        "page": "halaman",
        "run": "Jalankan kueri",
        "questions": "Pertanyaan beserta jawabannya",
        "questions_help": "Setiap tautan membuka jawaban berupa tabel, yang dapat diubah atau diambil sebagai CSV.",
        "questions_none": "Rilis ini tidak memuat kueri tersimpan.",
        "downloads": "Unduh semuanya",
        "downloads_help": "Seluruh graf sebagai berkas. Bandingkan SHA-256 untuk memastikan keutuhannya.",
        "file": "Berkas",
        "type": "Jenis",
        "size": "Ukuran",
        "machines": "Untuk program",
        "endpoint": "Titik akhir SPARQL",
        "description": "Deskripsi layanan",
        "saved": "Kueri tersimpan sebagai JSON",
        "manifest": "Manifes",
        "try_it": "Coba",
        "prefixes": "Prefiks yang tidak perlu dideklarasikan",
        "graphs": "Graf bernama dan ukurannya",
        "graph": "Graf",
        "triples": "Tripel",
        "release": "Rilis",
        "built": "dibangun",
        "licence": "Lisensi",
        "answer": "Jawaban",
        "rows_none": "Tidak ada baris.",
        "rows_one": "1 baris.",
        "rows": "{n} baris.",
        "rows_cut": "{n} baris; {shown} baris pertama ditampilkan di sini. Format lain memuat semuanya.",
        "text_cut": "Hanya bagian awal yang ditampilkan di sini. Format lain memuat semuanya.",
        "true": "Ya.",
        "false": "Tidak.",
        "take_as": "Ambil sebagai",
        "parameters": "Ubah pertanyaan",
        "ask_again": "Tanyakan lagi",
        "show_query": "Kueri",
        "edit": "Ubah kueri",
        "problem_back": "Kembali ke beranda",
        "problem_again": "Pertanyaan sebagaimana tersimpan",
        "problem_retry": "Tanyakan lagi dalam {seconds} detik.",
        "problem_line": "Baris {line}, kolom {column}",
        "problem_available": "Yang tersedia",
        "table_scroll": "Tabel hasil, dapat digulir",
        "table_wide": "Tabel yang lebar dapat digulir ke samping.",
        "checksums": "Semua jumlah pemeriksa, untuk sha256sum -c",
        "read_only": "hanya baca",
        "facts": "Fakta beserta kata-kata dasarnya",
        "facts_plain": "Yang diketahui",
        "said_not_asserted": "Dikatakan, tetapi tidak dinyatakan",
        "said_help": "Seseorang mengatakan, mengharapkan, atau menjanjikannya, atau kurator menariknya; "
        "graf ini tidak menyatakannya.",
        "parts": "Rincian",
        "parts_cut": "{shown} dari {n} ditampilkan di sini. Format lain memuat semuanya.",
        "incoming": "Yang mengarah ke sini",
        "incoming_cut": "Tidak semuanya ditampilkan di sini; halaman berikutnya memuat selebihnya.",
        "derived_by": "Diturunkan dengan aturan:",
        "who_says": "Pernyataan selengkapnya",
        "why": "Mengapa",
        "void": "Himpunan data dalam angka (VoID)",
        "dcat": "Unduhan sebagai DCAT",
        "examples": "Contoh kueri (SHACL)",
        "page_previous": "Halaman sebelumnya",
        "page_next": "Halaman berikutnya",
    },
}


def number(value: int, language: str) -> str:
    """Write a whole number as people of a language do.

    >>> number(1234567, "en"), number(1234567, "id")
    ('1,234,567', '1.234.567')
    """
    text = f"{value:,}"
    return text.replace(",", ".") if language == "id" else text


def size(value: int, language: str) -> str:
    """Write a number of bytes in decimal units.

    >>> size(532, "en"), size(1_480_000, "id")
    ('532 B', '1,5 MB')
    """
    amount, unit = float(value), "B"
    for each in ("kB", "MB", "GB", "TB"):
        if amount < 1000:  # noqa: PLR2004 - the step between decimal units
            break
        amount, unit = amount / 1000, each
    text = f"{value}" if unit == "B" else f"{amount:.1f}"
    return f"{text.replace('.', ',') if language == 'id' else text} {unit}"
