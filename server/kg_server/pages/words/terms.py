"""Names of terms that every graph uses and none of them labels."""

from __future__ import annotations

from collections.abc import Mapping

from kg_builder.namespaces import EDTF, OA, ORG, PROV, RDF, RDFS, SCHEMA, SKOS, SOSA, XSD

# By IRI and language.
COMMON_NAMES: Mapping[str, Mapping[str, str]] = {
    EDTF: {"en": "date, as far as it is known", "id": "tanggal, sejauh diketahui"},
    XSD + "string": {"en": "text", "id": "teks"},
    XSD + "integer": {"en": "whole number", "id": "bilangan bulat"},
    XSD + "decimal": {"en": "number", "id": "bilangan"},
    XSD + "date": {"en": "day", "id": "hari"},
    XSD + "duration": {"en": "duration", "id": "lama waktu"},
    XSD + "boolean": {"en": "yes or no", "id": "ya atau tidak"},
    RDF + "langString": {"en": "text in a language", "id": "teks dalam suatu bahasa"},
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
    SCHEMA + "QuantitativeValue": {"en": "figure", "id": "angka"},
    SCHEMA + "value": {"en": "value", "id": "nilai"},
    SCHEMA + "url": {"en": "address", "id": "alamat"},
    SCHEMA + "publisher": {"en": "publisher", "id": "penerbit"},
    SCHEMA + "name": {"en": "title", "id": "judul"},
    SCHEMA + "datePublished": {"en": "published on", "id": "tanggal terbit"},
    SOSA + "observedProperty": {"en": "what is counted", "id": "yang dihitung"},
    SOSA + "hasFeatureOfInterest": {"en": "figure of", "id": "angka tentang"},
    PROV + "wasDerivedFrom": {"en": "rests on the words", "id": "berdasarkan kata-kata"},
    PROV + "used": {"en": "premise", "id": "premis"},
    OA + "TextQuoteSelector": {"en": "phrase", "id": "frasa"},
    OA + "TextPositionSelector": {"en": "place in a text", "id": "tempat dalam teks"},
    OA + "exact": {"en": "words", "id": "kata-kata"},
    OA + "start": {"en": "begins at character", "id": "mulai pada karakter"},
    OA + "end": {"en": "ends before character", "id": "berakhir sebelum karakter"},
    ORG + "organization": {"en": "organisation", "id": "organisasi"},
    ORG + "role": {"en": "role", "id": "peran"},
    ORG + "hasMembership": {"en": "holds office", "id": "menjabat"},
    ORG + "unitOf": {"en": "unit of", "id": "bagian dari"},
}
