"""What a problem is called, and what to do about it, in the languages of the pages; a test holds none is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """The name of a kind of problem, and what its reader can do."""

    title: str
    text: str


ADVICE: Mapping[str, Mapping[str, Advice]] = {
    "en": {
        "internal": Advice("Something went wrong here", "It is not your fault, and it has been logged."),
        "bad-request": Advice("The request cannot be read", "Check the address or the form, and send it again."),
        "malformed-query": Advice("The query is not valid SPARQL", "Correct it where the mark stands."),
        "unknown-function": Advice("Unknown function", "Use a function of SPARQL 1.1, with all of its arguments."),
        "bad-parameter": Advice("A parameter is not right", "Correct it and ask again."),
        "update-refused": Advice("Updates are refused", "A release never changes; ask with SELECT, ASK or CONSTRUCT."),
        "service-refused": Advice("SERVICE is refused", "Ask both endpoints yourself and put the answers together."),
        "dump-pending": Advice("The file is still being made", "Come back in a while; the pages have it all already."),
        "not-found": Advice("Not found", "Look for it from the home page, or ask in SPARQL."),
        "method-not-allowed": Advice("Method not allowed", "This address can only be read."),
        "not-acceptable": Advice("No such format for this result", "Choose one of the formats below."),
        "precondition-failed": Advice("It has changed", "What you have is of another release; fetch it anew."),
        "range-not-satisfiable": Advice("Beyond the end of the file", "Fetch the whole file."),
        "request-too-large": Advice("The request is too large", "Ask for less at once."),
        "uri-too-long": Advice("The address is too long", "Send the query by POST, from a program."),
        "unsupported-media-type": Advice("The body is of an unknown type", "Send a form or a SPARQL query, in UTF-8."),
        "answer-too-large": Advice("The answer is too large", "Add a LIMIT, or download a dump."),
        "memory-exceeded": Advice("The query needs too much memory", "Narrow it, or download a dump."),
        "evaluation-failed": Advice("The query could not be evaluated", "Try a simpler query."),
        "overloaded": Advice("Too many queries at the moment", "Wait a little and ask again."),
        "query-refused": Advice("The query is not passed on", "Use http, https or urn IRIs and standard functions."),
        "backend-refused": Advice("The engine refused the query", "Write it with fewer features; engines differ."),
        "backend-failed": Advice("The engine failed", "Try again; if it fails again, ask for less."),
        "backend-unreachable": Advice("The engine cannot be reached", "Come back in a while."),
        "backend-unavailable": Advice("The engine is not available", "Come back in a while."),
        "worker-lost": Advice("The query was interrupted", "Ask again."),
        "unauthorised": Advice("For whoever runs this server", "Send the operator's token."),
        "query-stopped": Advice("The query was stopped", "Ask for less, or ask whoever runs this server why."),
        "budget-spent": Advice("Your share of query time is used up", "Wait as long as it says, then ask again."),
        "too-many-connections": Advice("Too many connections", "Close some, and ask again over those that are open."),
        "request-timeout": Advice("The request took too long to arrive", "Send it again."),
        "head-too-large": Advice("The headers are too large", "Send fewer of them, or delete cookies."),
        "spool-full": Advice("No room for the answer", "Ask for less, or again in a while."),
        "unavailable": Advice("No release is being served", "Come back in a while."),
        "search-unavailable": Advice("The search is not ready yet", "Wait a moment and search again."),
        "query-timeout": Advice("The query took too long", "Narrow it: name a class, a property or a LIMIT."),
    },
    "id": {
        "internal": Advice("Ada yang salah di sini", "Ini bukan kesalahan Anda, dan sudah dicatat."),
        "bad-request": Advice("Permintaan tidak dapat dibaca", "Periksa alamat atau formulirnya, lalu kirim lagi."),
        "malformed-query": Advice("Kueri bukan SPARQL yang sah", "Perbaiki di tempat yang ditandai."),
        "unknown-function": Advice("Fungsi tidak dikenal", "Pakailah fungsi SPARQL 1.1 dengan semua argumennya."),
        "bad-parameter": Advice("Ada parameter yang tidak tepat", "Perbaiki lalu tanyakan lagi."),
        "update-refused": Advice(
            "Perubahan ditolak", "Rilis tidak pernah berubah; bertanyalah dengan SELECT, ASK, atau CONSTRUCT."
        ),
        "service-refused": Advice("SERVICE ditolak", "Tanyai kedua titik akhir sendiri, lalu gabungkan jawabannya."),
        "dump-pending": Advice("Berkas masih dibuat", "Kembalilah beberapa saat lagi; halamannya sudah lengkap."),
        "not-found": Advice("Tidak ditemukan", "Carilah dari beranda, atau bertanyalah dengan SPARQL."),
        "method-not-allowed": Advice("Metode tidak diizinkan", "Alamat ini hanya dapat dibaca."),
        "not-acceptable": Advice("Format itu tidak ada untuk hasil ini", "Pilih salah satu format di bawah."),
        "precondition-failed": Advice("Isinya sudah berubah", "Yang Anda miliki berasal dari rilis lain; ambil lagi."),
        "range-not-satisfiable": Advice("Melewati akhir berkas", "Ambil seluruh berkasnya."),
        "request-too-large": Advice("Permintaan terlalu besar", "Mintalah lebih sedikit sekaligus."),
        "uri-too-long": Advice("Alamat terlalu panjang", "Kirim kuerinya dengan POST dari sebuah program."),
        "unsupported-media-type": Advice(
            "Jenis isi tidak dikenal", "Kirim formulir atau kueri SPARQL dalam UTF-8."
        ),
        "answer-too-large": Advice("Jawabannya terlalu besar", "Tambahkan LIMIT, atau unduh salah satu berkas."),
        "memory-exceeded": Advice("Kueri memerlukan terlalu banyak memori", "Persempit, atau unduh salah satu berkas."),
        "evaluation-failed": Advice("Kueri tidak dapat dievaluasi", "Cobalah kueri yang lebih sederhana."),
        "overloaded": Advice("Terlalu banyak kueri saat ini", "Tunggu sebentar lalu tanyakan lagi."),
        "query-refused": Advice("Kueri tidak diteruskan", "Pakailah IRI http, https, atau urn dan fungsi baku."),
        "backend-refused": Advice("Mesin menolak kueri", "Tulislah lebih sederhana; tiap mesin berbeda."),
        "backend-failed": Advice("Mesin gagal", "Coba lagi; bila gagal lagi, mintalah lebih sedikit."),
        "backend-unreachable": Advice("Mesin tidak terjangkau", "Kembalilah beberapa saat lagi."),
        "backend-unavailable": Advice("Mesin tidak tersedia", "Kembalilah beberapa saat lagi."),
        "worker-lost": Advice("Kueri terputus", "Tanyakan lagi."),
        "unauthorised": Advice("Untuk pengelola peladen ini", "Kirimkan token pengelola."),
        "query-stopped": Advice("Kueri dihentikan", "Mintalah lebih sedikit, atau tanyakan sebabnya kepada pengelola."),
        "budget-spent": Advice("Jatah waktu kueri Anda habis", "Tunggu selama yang disebutkan, lalu tanyakan lagi."),
        "too-many-connections": Advice("Terlalu banyak sambungan", "Tutup beberapa, lalu tanyakan lagi."),
        "request-timeout": Advice("Permintaan terlalu lama tiba", "Kirimkan lagi."),
        "head-too-large": Advice("Tajuk permintaan terlalu besar", "Kirimkan lebih sedikit, atau hapus kuki."),
        "spool-full": Advice("Tidak ada tempat untuk jawaban", "Mintalah lebih sedikit, atau coba lagi nanti."),
        "unavailable": Advice("Tidak ada rilis yang disajikan", "Kembalilah beberapa saat lagi."),
        "search-unavailable": Advice("Pencarian belum siap", "Tunggu sebentar lalu cari lagi."),
        "query-timeout": Advice("Kueri terlalu lama", "Persempit: sebut kelas, properti, atau LIMIT."),
    },
}  # fmt: skip


def advise(slug: str, title: str, language: str) -> Advice:
    """Return name and advice for a kind of problem; a kind that is not listed keeps its own title.

    >>> advise("query-timeout", "", "id").title
    'Kueri terlalu lama'
    """
    return ADVICE[language].get(slug, Advice(title, ""))
