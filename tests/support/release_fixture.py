"""A small neutral release, and the real server on it, on a free port of the loopback address."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2 as httpx
import uvicorn
from pyoxigraph import RdfFormat, Store

from kg_server.app import create_app
from kg_server.listening import listen
from kg_server.run import uvicorn_config
from kg_server.settings import Settings

BASE = "https://example.org/loans/"
PREFIXES = {
    "ex": BASE + "vocab#",
    "id": BASE + "id/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
TRIG = """
PREFIX ex: <https://example.org/loans/vocab#>
PREFIX id: <https://example.org/loans/id/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
id:spring a ex:Loan ; rdfs:label "Spring loan"@en, "Pinjaman musim semi"@id ; ex:lender id:anna ; ex:items 12 ;
  ex:on "2024-03-20"^^xsd:date .
id:autumn a ex:Loan ; rdfs:label "Autumn & <loan>"@en ; ex:lender id:budi ; ex:items 7 ; ex:on "2024-10-01"^^xsd:date .
id:anna a ex:Person ; rdfs:label "Anna Berg" . id:budi a ex:Person ; rdfs:label "Budi Santoso" .
GRAPH <https://example.org/loans/article/one> { id:spring ex:lender id:anna . }
GRAPH <https://example.org/loans/article/two> { id:autumn ex:lender id:budi . }
"""
QUERIES = [
    {
        "name": "loans-of-a-lender",
        "title": {"en": "What did someone lend?", "id": "Apa yang dipinjamkan seseorang?"},
        "description": {"en": "Every loan of one lender.", "id": "Setiap pinjaman dari satu pemberi."},
        "parameters": [
            {"name": "lender", "type": "iri", "default": "id:anna", "label": {"en": "Lender", "id": "Pemberi"}},
        ],
        "query": "SELECT ?lender ?loan ?items WHERE { ?loan ex:lender ?lender ; ex:items ?items }",
    },
    {
        "name": "loans-before",
        "title": {"en": "Which loans were before a day?", "id": "Pinjaman mana sebelum suatu hari?"},
        "description": {"en": "Loans before a date, counted.", "id": "Pinjaman sebelum suatu tanggal."},
        "parameters": [
            {"name": "day", "type": "date", "default": "2024-06-01", "label": {"en": "Day", "id": "Hari"}},
            {"name": "least", "type": "integer", "default": "0", "label": {"en": "At least", "id": "Paling sedikit"}},
        ],
        "query": "SELECT ?day ?least (COUNT(*) AS ?n) WHERE { ?loan ex:on ?on ; ex:items ?items"
        " FILTER(?on < ?day && ?items >= ?least) } GROUP BY ?day ?least",
    },
    {
        "name": "names-of-loans",
        "title": {"en": "What are the loans called?", "id": "Apa nama pinjaman-pinjaman itu?"},
        "description": {},
        "parameters": [],
        "query": "SELECT ?name ?each { ?loan a ex:Loan ; rdfs:label ?name, ?each "
        'FILTER (LANG(?name) = "en") } ORDER BY ?name ?each',
    },
    {
        "name": "not-selected",
        "title": {"en": "A parameter that is not selected", "id": "Parameter yang tidak dipilih"},
        "description": {},
        "parameters": [{"name": "lender", "type": "iri", "default": "id:anna", "label": {"en": "Lender"}}],
        "query": "SELECT ?loan WHERE { ?loan ex:lender ?lender }",
    },
    {
        "name": "graph-of-loans",
        "title": {"en": "The loans as a graph", "id": "Pinjaman sebagai graf"},
        "description": {},
        "parameters": [],
        "query": "CONSTRUCT { ?loan ex:lender ?who } WHERE { ?loan ex:lender ?who }",
    },
]


def make_release(folder: Path, trig: str = TRIG, release: str = "aaaa1111") -> Path:
    folder.mkdir(parents=True)
    store = Store(str(folder / "store"))
    store.load(trig.encode(), format=RdfFormat.TRIG)
    store.flush()
    dump = b"".join(sorted((store.dump(format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)))
    (folder / "kg.nq").write_bytes(dump)
    (folder / "queries.json").write_text(json.dumps(QUERIES), "utf-8")
    manifest = {
        "format": 1,
        "release": release,
        "built": "2025-01-02T03:04:05Z",
        "title": {"en": "Museum loans in the news", "id": "Pinjaman museum dalam berita"},
        "base": BASE,
        "prefixes": PREFIXES,
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "counts": {
            "quads": len(store),
            "triples_default": len(store) - 2,
            "graphs": {BASE + "article/one": 1, BASE + "article/two": 1},
            "articles": 2,
            "entities": 4,
            "asserted": 13,
        },
        "dumps": {
            "kg.nq": {
                "sha256": hashlib.sha256(dump).hexdigest(),
                "bytes": len(dump),
                "media_type": "application/n-quads",
            }
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


_DEFAULT = (Settings().workers, Settings().spare)


@contextmanager
def running(settings: Settings) -> Iterator[httpx.Client]:
    """A client of the server, which is stopped whatever happens; it logs only where the settings name a file."""
    if (settings.workers, settings.spare) == _DEFAULT:
        # Each server begins with all of its query processes; where a test does not ask for a number, few will do.
        settings = replace(settings, workers=2, spare=0)
    app = create_app(settings if settings.log_file else replace(settings, log="off"))
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn_config(app, settings))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            wait_until(lambda: server.started)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join(20)


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
