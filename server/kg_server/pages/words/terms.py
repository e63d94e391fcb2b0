"""Names of terms that every graph uses and none of them labels."""

from __future__ import annotations

from collections.abc import Mapping

from kg_builder.namespaces import OA, ORG, PROV, RDF, RDFS, RJ, SCHEMA, SKOS, SOSA

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
    ORG + "Role": {"en": "role", "id": "peran"},
    ORG + "Membership": {"en": "term of office", "id": "masa jabatan"},
    ORG + "OrganizationalUnit": {"en": "unit of an organisation", "id": "unit lembaga"},
    ORG + "hasMembership": {"en": "term of office", "id": "masa jabatan"},
    SOSA + "Observation": {"en": "figure", "id": "angka"},
    SOSA + "hasFeatureOfInterest": {"en": "figure of", "id": "angka tentang"},
    SOSA + "observedProperty": {"en": "counts", "id": "menghitung"},
    SKOS + "Concept": {"en": "concept", "id": "konsep"},
    SKOS + "prefLabel": {"en": "name", "id": "nama"},
    SCHEMA + "QuantitativeValue": {"en": "quantity", "id": "besaran"},
    SCHEMA + "Quotation": {"en": "quotation", "id": "kutipan"},
    SCHEMA + "Event": {"en": "event", "id": "peristiwa"},
    SCHEMA + "Place": {"en": "place", "id": "tempat"},
    SCHEMA + "PlaceOfWorship": {"en": "place of worship", "id": "tempat ibadah"},
    SCHEMA + "Language": {"en": "language", "id": "bahasa"},
    SCHEMA + "GovernmentOrganization": {"en": "government body", "id": "lembaga pemerintah"},
    SCHEMA + "NewsMediaOrganization": {"en": "news organisation", "id": "lembaga berita"},
    SCHEMA + "name": {"en": "title", "id": "judul"},
    SCHEMA + "value": {"en": "exactly", "id": "tepat"},
    SCHEMA + "url": {"en": "address", "id": "alamat"},
    SCHEMA + "publisher": {"en": "publisher", "id": "penerbit"},
}

# The same properties, read from their value: by IRI and language.
COMMON_INVERSES: Mapping[str, Mapping[str, str]] = {
    RDF + "type": {"en": "of this kind", "id": "yang berjenis ini"},
    SCHEMA + "about": {"en": "about this", "id": "tentang ini"},
    SCHEMA + "mentions": {"en": "mentioned in", "id": "disebut dalam"},
    SCHEMA + "publisher": {"en": "published", "id": "menerbitkan"},
    ORG + "organization": {"en": "in office here", "id": "menjabat di sini"},
    ORG + "role": {"en": "who has this role", "id": "pemegang peran ini"},
    ORG + "hasMembership": {"en": "in office", "id": "yang menjabat"},
    ORG + "unitOf": {"en": "its units", "id": "bagiannya"},
    SOSA + "hasFeatureOfInterest": {"en": "counted of it", "id": "yang dihitung darinya"},
    SOSA + "observedProperty": {"en": "where this is counted", "id": "yang menghitung ini"},
    RJ + "speaker": {"en": "says", "id": "mengatakan"},
    RJ + "occasion": {"en": "on this occasion", "id": "pada kesempatan ini"},
    RJ + "attestedAt": {"en": "seen in office here", "id": "terlihat menjabat di sini"},
    RJ + "curator": {"en": "curated", "id": "dikurasi"},
}
