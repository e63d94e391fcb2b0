"""Names of terms that every graph uses and none of them labels."""

from __future__ import annotations

from collections.abc import Mapping

from kg_builder.namespaces import OA, ORG, PROV, RDF, RDFS, SCHEMA, SKOS

# By IRI and language.
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
