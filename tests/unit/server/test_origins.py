from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_server.http.origins import Origin, origin_of, parse_origins, ports

SAME = [
    "https://query.wikidata.org/sparql",
    "https://query.wikidata.org",
    "HTTPS://QUERY.Wikidata.ORG/",
    "https://query.wikidata.org:443/sparql?a=b#c",
    "https://query.wikidata.org:0443",
]
OTHER = [
    "http://query.wikidata.org/sparql",
    "https://query.wikidata.org:8443/",
    "https://wikidata.org/",
    "https://query.wikidata.org.evil.example/",
    "https://evil.example/query.wikidata.org",
    "https://evil.example?query.wikidata.org",
    "https://xquery.wikidata.org/",
]
NONE = [
    "https://query.wikidata.org@evil.example/",
    "https://query.wikidata.org:443@evil.example/",
    "https://user:password@query.wikidata.org/",
    "https://query.wikidata.org./",
    "https://query..wikidata.org/",
    "https://.query.wikidata.org/",
    "https://query.wikidata.org\\@evil.example/",
    "https:\\\\query.wikidata.org/",
    "https:/query.wikidata.org/",
    "https:query.wikidata.org",
    "//query.wikidata.org/",
    "https://query%2ewikidata.org/",
    "https://query.wikidata.org%00.evil.example/",
    "https://query\u3002wikidata\u3002org/",
    "https://\uff51uery.wikidata.org/",
    "https://query.wik\u0131data.org/",
    "https://query.wikidata.org:/",
    "https://query.wikidata.org:99999/",
    "https://query.wikidata.org:0/",
    "https://query.wikidata.org:443x/",
    "https://query.wikidata.org:-1/",
    "https://query.wikidata.org\n.evil.example/",
    "https://query.wikidata.org\t/",
    " https://query.wikidata.org/",
    "ftp://query.wikidata.org/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:70/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://127.1/",
    "http://127.0.0.1.2/",
    "http://[::1/",
    "http://::1/",
    "http://[fe80::1%25lo]/",
    "http://[127.0.0.1]/",
    "",
]


@pytest.mark.parametrize("iri", SAME)
def test_spellings_of_one_origin(iri: str) -> None:
    assert origin_of(iri) == Origin("https", "query.wikidata.org", 443)


@pytest.mark.parametrize("iri", OTHER)
def test_other_origins(iri: str) -> None:
    found = origin_of(iri)
    assert found is not None
    assert found != Origin("https", "query.wikidata.org", 443)


@pytest.mark.parametrize("iri", NONE)
def test_what_some_would_read_otherwise_is_no_origin(iri: str) -> None:
    assert origin_of(iri) is None


def test_addresses() -> None:
    assert str(origin_of("http://[0:0:0:0:0:0:0:1]:80/x")) == "http://[::1]"
    assert str(origin_of("http://127.0.0.1:7878/query")) == "http://127.0.0.1:7878"
    loopback = origin_of("http://[::1]/")
    assert loopback is not None
    assert loopback.literal


def test_a_list() -> None:
    listed = parse_origins("https://query.wikidata.org/, https://perpustakaan.bücher.example\n http://[::1]:7878")
    assert sorted(map(str, listed)) == [
        "http://[::1]:7878",
        "https://perpustakaan.xn--bcher-kva.example",
        "https://query.wikidata.org",
    ]
    assert ports(listed) == [443, 7878]
    assert parse_origins("") == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "query.wikidata.org",
        "https://query.wikidata.org/sparql",
        "https://a@b",
        "*",
        "https://*.org",
        "https://a?b",
        "https://" + "ü" * 70,
    ],
)
def test_what_is_no_list(text: str) -> None:
    with pytest.raises(ValueError, match="is not an origin"):
        parse_origins(text)


@given(st.text(alphabet="htps:/.@[]%\\#?0123456789abcxwikiöé \t", max_size=40))
def test_an_origin_reads_back_and_holds_no_tricks(text: str) -> None:
    for iri in (text, "https://" + text, "http://a.example" + text):
        found = origin_of(iri)
        if found is not None:
            assert origin_of(str(found)) == found
            assert iri.lower().startswith(f"{found.scheme}://")
            assert "@" not in iri.partition("//")[2].partition("/")[0].partition("?")[0].partition("#")[0]
