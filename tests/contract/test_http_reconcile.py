"""The reconciliation service, as OpenRefine and others use it (Reconciliation Service API 0.2)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jsonschema
import pytest
from tests.contract.test_http_limits import SLOW
from tests.support.reconciliation import specification, validator
from tests.support.release_fixture import BASE, TRIG, make_release, running

from kg_server.app.documented_reconcile import RECONCILE_SCHEMAS
from kg_server.http.reconciliation import MOST_BYTES
from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

Document = dict[str, Any]

# Two museums whose names are nearly one, in two towns, with two heads.
PAIR = """
PREFIX ex: <https://example.org/loans/vocab#>
PREFIX id: <https://example.org/loans/id/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
GRAPH <https://example.org/loans/graph/ontology> {
  ex:Museum a owl:Class ; rdfs:label "museum"@en, "museum"@id ; rdfs:subClassOf ex:Body .
  ex:Body a owl:Class ; rdfs:label "body"@en .
  ex:city a owl:ObjectProperty ; rdfs:label "city"@en, "kota"@id .
  ex:head a owl:ObjectProperty ; rdfs:label "head"@en .
}
id:northern a ex:Museum ; rdfs:label "State Museum of the North"@en ; skos:altLabel "Museum Nasional Utara"@id ;
  ex:city id:kota-karang ; ex:head id:anna ; ex:founded "1921-05-01"^^xsd:date ; ex:items 4500000 ; ex:share 0.5 ;
  schema:url "https://www.north.example/" .
id:southern a ex:Museum ; rdfs:label "National Museum of the North"@en ; ex:city id:bandar-baru ; ex:head id:budi .
id:kota-karang a ex:City ; rdfs:label "Coral Town"@en, "Kota Karang"@id .
id:bandar-baru a ex:City ; rdfs:label "Newport"@en .
id:fair-one a ex:Fair ; rdfs:label "Spring fair"@en . id:fair-two a ex:Fair ; rdfs:label "Spring fair"@en .
id:gigin a ex:Person ; rdfs:label "Vadim Gigin"@en ; skos:altLabel "Вадим Гигин"@ru .
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    release = make_release(tmp_path_factory.mktemp("pair") / "release", TRIG + PAIR)
    with running(Settings(release=release)) as client:
        yield client


def post(client: httpx.Client, **fields: object) -> Document:
    response = client.post("/reconcile", data={name: json.dumps(value) for name, value in fields.items()})
    assert response.status_code == 200, response.text
    document: Document = response.json()
    return document


def ask(client: httpx.Client, text: str | None = None, **query: object) -> list[Document]:
    asked = query if text is None else {"query": text, **query}
    document = post(client, queries={"q": asked})
    jsonschema.validate(document, RECONCILE_SCHEMAS["results"])
    found: list[Document] = document["q"]["result"]
    scores = [each["score"] for each in found]
    assert scores == sorted(scores, reverse=True)
    assert not any(each["match"] for each in found[1:])
    return found


def having(pid: str, *values: object) -> Document:
    return {"pid": pid, "v": list(values) if len(values) > 1 else values[0]}


def test_the_manifest_says_what_there_is(served: httpx.Client) -> None:
    response = served.get("/reconcile")
    manifest = response.json()
    jsonschema.validate(manifest, RECONCILE_SCHEMAS["manifest"])
    assert manifest["identifierSpace"] == BASE + "id/"
    assert manifest["schemaSpace"] == BASE + "vocab#"
    assert {"id": "ex:Museum", "name": "museum"} in manifest["defaultTypes"]
    for kind in ("entity", "type", "property"):
        paths = manifest["suggest"][kind]
        assert served.get(paths["service_url"] + paths["service_path"], params={"prefix": "a"}).status_code == 200
    for template in (manifest["view"]["url"], manifest["preview"]["url"]):
        address = template.replace("{{id}}", quote("northern", safe=""))
        assert served.get(address, headers={"Accept": "text/html"}, follow_redirects=True).status_code == 200
    assert response.headers["access-control-allow-origin"] == "*"


def test_a_name_alone_never_decides(served: httpx.Client) -> None:
    best, other = ask(served, "National Museum of the North")[:2]
    assert (best["id"], best["score"], best["match"]) == ("southern", 100.0, False)
    assert other["id"] == "northern"
    # The city and the head are those of the other one.
    best, other = ask(
        served,
        "National Museum of the North",
        type="ex:Museum",
        properties=[having("ex:city", "Coral Town"), having("ex:head", "Anna Berg")],
    )[:2]
    assert best["id"] == "northern"
    assert best["score"] > other["score"]
    assert not best["match"]


def test_a_name_and_what_agrees_decide(served: httpx.Client) -> None:
    found = ask(served, "State Museum of the North", type="ex:Museum")[0]
    assert (found["id"], found["match"], found["type"]) == ("northern", True, [{"id": "ex:Museum", "name": "museum"}])
    # Another name of it decides with a property that agrees, not with its type alone.
    assert not ask(served, "Museum Nasional Utara", type="ex:Museum")[0]["match"]
    assert ask(served, "Museum Nasional Utara", properties=[having("ex:city", "Kota Karang")])[0]["match"]
    assert not ask(served, "State Museum of the North", type="ex:Museum", properties=[having("ex:city", "Newport")])[0][
        "match"
    ]


def test_namesakes_are_left_to_a_person(served: httpx.Client) -> None:
    found = ask(served, "Spring fair", type="ex:Fair")
    assert [(each["id"], each["score"], each["match"]) for each in found[:2]] == [
        ("fair-one", 100.0, False),
        ("fair-two", 100.0, False),
    ]


@pytest.mark.parametrize("text", ["Vadzim Hihin", "Гигин, Вадим", "vadim gigin"])
def test_romanisation_is_no_hindrance(served: httpx.Client, text: str) -> None:
    assert ask(served, text, type=["ex:Person"])[0]["id"] == "gigin"


@pytest.mark.parametrize("text", ["northern", BASE + "id/northern", "id:northern"])
def test_an_identifier_is_found(served: httpx.Client, text: str) -> None:
    found = ask(served, text)[0]
    assert (found["id"], found["score"], found["match"]) == ("northern", 100.0, True)


def test_types_and_how_strict_they_are(served: httpx.Client) -> None:
    # What is of a class is of those above it.
    assert ask(served, "State Museum of the North", type="ex:Body", type_strict="any")[0]["id"] == "northern"
    assert ask(served, "State Museum of the North", type="ex:Person", type_strict="any") == []
    assert ask(served, "State Museum of the North", type=["ex:Body", "ex:Fair"], type_strict="all") == []
    weak = ask(served, "State Museum of the North", type="ex:Person")[0]
    assert (weak["id"], weak["score"], weak["match"]) == ("northern", 60.0, False)


@pytest.mark.parametrize(
    ("pid", "value", "agrees"),
    [
        ("ex:city", {"id": "kota-karang"}, True),
        ("ex:city", {"id": "bandar-baru"}, False),
        ("ex:city", "kota-karang", True),
        ("ex:city/rdfs:label", "Coral Town", True),
        (f"<{BASE}vocab#city>", "Kota Karang", True),
        (BASE + "vocab#head", "Anna Berg", True),
        ("ex:items", 4500000, True),
        ("ex:items", "4500000.0", True),
        ("ex:items", "many", False),
        ("ex:founded", "1921", True),
        ("ex:founded", "1921-05-02", False),
        ("schema:url", "http://north.example", True),
        ("ex:city", ["Coral Town", "Newport"], None),
        ("ex:unheard", "x", None),
    ],
)
def test_properties_are_evidence(served: httpx.Client, pid: str, value: object, agrees: bool | None) -> None:
    found = ask(served, "State Museum of the North", properties=[{"pid": pid, "v": value}])[0]
    features = {each["id"]: each["value"] for each in found["features"]}
    assert found["id"] == "northern"
    assert features.get(f"property {pid}") == ({True: 100.0, False: 0.0, None: None}[agrees] if value != [
        "Coral Town", "Newport"] else 50.0)  # fmt: skip
    assert found["match"] is (agrees is True)


def test_properties_without_a_name_find_what_has_them(served: httpx.Client) -> None:
    assert [each["id"] for each in ask(served, properties=[having("ex:city", {"id": "kota-karang"})])] == ["northern"]
    assert [each["id"] for each in ask(served, properties=[having("ex:city", "Newport")])] == ["southern"]
    assert [each["id"] for each in ask(served, properties=[having("^ex:head", "State Museum of the North")])] == [
        "anna"
    ]


def test_batches_limits_and_what_finds_nothing(served: httpx.Client) -> None:
    found = post(served, queries={"a": {"query": "museum", "limit": 1}, "b": {"query": "zzyzx"}, "c": {"query": ""}})
    assert [len(found[key]["result"]) for key in "abc"] == [1, 0, 0]
    queries = json.dumps({"a": {"query": "museum", "limit": 1}})
    assert served.get("/reconcile", params={"queries": queries}).json()["a"] == found["a"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("queries", "{", "not JSON"),
        ("queries", "[" * 100_000, "not JSON"),
        ("queries", '{"a": {"query": "x", "limit": NaN}}', "not JSON"),
        ("queries", "[]", "not right"),
        ("queries", '{"a": {}}', "neither 'query' nor 'properties'"),
        ("queries", '{"a": {"query": "x", "type_strict": "never"}}', "a.type_strict"),
        ("queries", '{"a": {"query": "x", "properties": [{"p": "y", "v": 1}]}}', "a.properties.0.pid"),
        ("queries", '{"a": {"query": "x", "properties": [{"pid": "> } #", "v": 1}]}}', "no property"),
        ("queries", json.dumps({str(each): {"query": "x"} for each in range(51)}), "50 items"),
        ("extend", '{"ids": ["a"]}', "properties"),
        ("extend", '{"ids": ["a"], "properties": [{"id": "a b"}]}', "no property"),
    ],
)
def test_what_is_not_right_is_told(served: httpx.Client, field: str, value: str, said: str) -> None:
    response = served.post("/reconcile", data={field: value})
    problem = response.json()
    assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
    assert said in problem["detail"]
    assert problem["type"].endswith("#bad-parameter")


def test_other_requests_are_refused_as_elsewhere(served: httpx.Client) -> None:
    assert served.post("/reconcile", data={"other": "x"}).status_code == 400
    assert served.post("/reconcile", data={"queries": "{}", "extend": "{}"}).status_code == 400
    assert served.post("/reconcile", content=b"{}", headers={"Content-Type": "application/json"}).status_code == 415
    long = served.post("/reconcile", data={"queries": " " * (MOST_BYTES + 1)})
    assert long.status_code == 413
    refused = served.delete("/reconcile")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, POST, OPTIONS")
    preflight = served.options("/reconcile", headers={"Origin": "http://127.0.0.1:3333"})
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert served.get("/reconcile/suggest/entity?prefix=a&cursor=x").status_code == 400


def test_it_is_paid_for(tmp_path: Path) -> None:
    settings = Settings(release=make_release(tmp_path / "release"), budget_seconds=1, budget_burst=1, query_seconds=2)
    queries = {"queries": json.dumps({"a": {"query": "anna"}})}
    with running(settings) as client:
        assert client.post("/reconcile", data=queries).status_code == 200
        assert client.get(f"/sparql?query={quote(SLOW)}").status_code == 504
        refused = client.post("/reconcile", data=queries)
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)


def test_columns_are_filled(served: httpx.Client) -> None:
    properties = ["ex:city", "ex:items", "ex:share", "ex:founded", "ex:head/rdfs:label", "^ex:head", "rdfs:label"]
    document = post(
        served,
        extend={"ids": ["northern", "anna", "none", "a b"], "properties": [{"id": each} for each in properties]},
    )
    jsonschema.validate(document, RECONCILE_SCHEMAS["extension"])
    assert [each["id"] for each in document["meta"]] == properties
    assert document["meta"][0]["name"] == "city"
    row = document["rows"]["northern"]
    assert row["ex:city"] == [{"id": "kota-karang", "name": "Coral Town"}]
    assert row["ex:items"] == [{"int": 4500000}]
    assert row["ex:share"] == [{"float": 0.5}]
    assert row["ex:founded"] == [{"date": "1921-05-01T00:00:00Z"}]
    assert row["ex:head/rdfs:label"] == [{"str": "Anna Berg"}]
    assert document["rows"]["anna"]["^ex:head"] == [{"id": "northern", "name": "State Museum of the North"}]
    assert set(document["rows"]) == {"northern", "anna", "none", "a b"}
    assert all(values == [] for values in document["rows"]["none"].values())
    limited = post(served, extend={"ids": ["spring"], "properties": [{"id": "rdfs:label", "settings": {"limit": "1"}}]})
    assert limited["rows"]["spring"]["rdfs:label"] == [{"str": "Spring loan"}]


def test_suggestions(served: httpx.Client) -> None:
    def suggest(kind: str, prefix: str, root: str = "/reconcile", **params: int) -> list[Document]:
        document = served.get(f"{root}/suggest/{kind}", params={"prefix": prefix, **params}).json()
        jsonschema.validate(document, RECONCILE_SCHEMAS["suggestions"])
        found: list[Document] = document["result"]
        return found

    assert suggest("entity", "state mus")[0]["id"] == "northern"
    assert suggest("entity", "northern")[0]["notable"] == [{"id": "ex:Museum", "name": "museum"}]
    every = [each["id"] for each in suggest("entity", "spring f")]
    assert [each["id"] for each in suggest("entity", "spring f", cursor=1)] == every[1:]
    museum = suggest("type", "mus")[0]
    assert (museum["id"], museum["broader"]) == ("ex:Museum", [{"id": "ex:Body", "name": "body"}])
    assert suggest("type", "ex:Museum")[0]["id"] == suggest("type", BASE + "vocab#Museum")[0]["id"] == "ex:Museum"
    assert suggest("property", "cit")[0] == {"id": "ex:city", "name": "city"}
    assert suggest("property", "kot", root="/reconcile/id")[0]["name"] == "kota"
    proposed = served.get("/reconcile/properties", params={"type": "ex:Museum", "limit": 3}).json()
    jsonschema.validate(proposed, RECONCILE_SCHEMAS["proposals"])
    assert len(proposed["properties"]) == 3
    assert proposed["type"] == "ex:Museum"


def test_each_language_is_a_service(served: httpx.Client) -> None:
    manifest = served.get("/reconcile/id").json()
    assert manifest["name"] == "Pinjaman museum dalam berita"
    assert manifest["suggest"]["type"]["service_path"] == "/reconcile/id/suggest/type"
    preview = served.get(manifest["preview"]["url"].replace("{{id}}", "kota-karang"))
    assert preview.headers["content-language"] == "id"
    assert "<h1>Kota Karang</h1>" in preview.text


def test_only_the_preview_may_stand_in_pages_of_others(served: httpx.Client) -> None:
    preview = served.get("/reconcile/preview/northern")
    policy = preview.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "x-frame-options" not in preview.headers
    assert "<script" not in preview.text
    assert "4500000" in preview.text
    assert all('rel="noopener"' in each for each in re.findall(r"<a [^>]*>", preview.text))
    for path in ("/reconcile", "/", "/id/northern?format=html", "/reconcile/preview"):
        headers = served.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
    assert served.get("/reconcile/preview/nobody").status_code == 404
    autumn = served.get("/reconcile/preview/autumn").text
    assert "Autumn &amp; &lt;loan&gt;" in autumn


def test_everything_fits_the_specifications_own_schemas(served: httpx.Client) -> None:
    folder = specification()
    batch: Document = {
        "a": {"query": "National Museum of the North", "type": ["ex:Museum"], "type_strict": "any", "limit": 5,
              "properties": [having("ex:city", {"id": "kota-karang", "name": "x"}, "y", 1)]},
        "b": {"properties": [having("ex:city", "Newport")]},
        "c": {"query": "zzyzx"},
    }  # fmt: skip
    extension: Document = {"ids": ["northern", "anna"], "properties": [{"id": each} for each in ("ex:city", "ex:founded", "rdfs:label", "ex:items", "ex:share")]}  # fmt: skip  # noqa: E501
    validator(folder, "reconciliation-query-batch").validate(batch)
    validator(folder, "data-extension-query").validate(extension)
    for name, document in {
        "manifest": served.get("/reconcile").json(),
        "reconciliation-result-batch": post(served, queries=batch),
        "data-extension-response": post(served, extend=extension),
        "data-extension-property-proposal": served.get("/reconcile/properties?type=ex:Museum").json(),
        "suggest-entities-response": served.get("/reconcile/suggest/entity?prefix=m").json(),
        "suggest-types-response": served.get("/reconcile/suggest/type?prefix=m").json(),
        "suggest-properties-response": served.get("/reconcile/suggest/property?prefix=c").json(),
    }.items():
        validator(folder, name).validate(document)


def test_the_specifications_own_examples_are_read(served: httpx.Client) -> None:
    folder = specification() / "examples"
    read = 0
    for kind, field in (("reconciliation-query-batch", "queries"), ("data-extension-query", "extend")):
        for path in sorted((folder / kind / "valid").glob("*.json")):
            # The properties of other services are none here, and are told so by name.
            response = served.post("/reconcile", data={field: path.read_text("utf-8")})
            assert response.status_code == 200 or "is no property" in response.json()["detail"], (path, response.text)
            read += 1
        for path in sorted((folder / kind / "invalid").glob("*.json")) if (folder / kind / "invalid").exists() else ():
            assert served.post("/reconcile", data={field: path.read_text("utf-8")}).status_code == 400, path
            read += 1
    assert read >= 9
