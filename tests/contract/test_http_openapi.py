"""The OpenAPI document is whole, and every example in it is executed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

import pytest

from kg_server.http.problems import TYPE_BASE

if TYPE_CHECKING:
    import httpx2 as httpx

Operation = dict[str, Any]
# A saved query of the fixture that no server can answer.
_BROKEN = "/queries/not-selected"


@pytest.fixture
def document(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, Operation]]:
    return [
        (path, method, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if path != _BROKEN
    ]


def examined(response: httpx.Response, operation: Operation) -> None:
    """A response has a status and a media type that the operation declares."""
    declared = operation["responses"]
    assert str(response.status_code) in declared, response.text
    media_type = response.headers["content-type"].partition(";")[0]
    assert media_type in declared[str(response.status_code)]["content"], media_type


def test_everything_that_is_served_is_described(client: httpx.Client, document: dict[str, Any]) -> None:
    paths = set(document["paths"])
    assert paths >= {"/", "/sparql", "/graphs", "/queries", "/dumps", "/dumps/{name}", "/dumps/SHA256SUMS", "/health"}
    assert set(document["paths"]["/sparql"]) == {"get", "post", "x-query"}
    named = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(named) == len(set(named))
    for path, _, operation in operations(document):
        assert operation["summary"], path
        assert operation["responses"]["200"]["content"], path
        assert "HTTPValidationError" not in str(operation), path
        declared = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert declared == {part[1:-1] for part in path.split("/") if part.startswith("{")}, path
    for name in ("evidence", "incoming", "offset"):
        assert name in {each["name"] for each in document["paths"]["/id/{path}"]["get"]["parameters"]}
    assert client.get("/openapi.json").headers["content-type"] == "application/json"


def test_every_example_request_is_answered(client: httpx.Client, document: dict[str, Any]) -> None:
    asked = 0
    for path, method, operation in operations(document):
        example = operation.get("x-example-request")
        if method != "get" or example is None:
            assert method != "get" or path.endswith("/{path}"), path
            continue
        response = client.get(example)
        assert response.status_code == 200, (example, response.text)
        examined(response, operation)
        asked += 1
    assert asked > 15


def test_every_example_of_a_parameter_is_answered(client: httpx.Client, document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        examples = [each for each in operation["parameters"] if "example" in each]
        if method != "get" or any(each["in"] == "path" and "example" not in each for each in operation["parameters"]):
            continue
        address = path
        for each in examples:
            if each["in"] == "path":
                address = address.replace(f"{{{each['name']}}}", quote(each["example"]))
        query = {
            each["name"]: str(each["example"]).lower() if isinstance(each["example"], bool) else each["example"]
            for each in examples
            if each["in"] == "query"
        }
        response = client.get(address, params=query)
        assert response.status_code == 200, (address, query, response.text)
        examined(response, operation)


def test_every_example_of_a_body_is_answered(client: httpx.Client, document: dict[str, Any]) -> None:
    item = document["paths"]["/sparql"]
    for method, operation in (("POST", item["post"]), ("QUERY", item["x-query"])):
        for media_type, content in operation["requestBody"]["content"].items():
            example = content["example"]
            if isinstance(example, dict):
                form = "&".join(f"{name}={quote(value)}" for name, value in example.items())
                response = client.request(method, "/sparql", content=form, headers={"Content-Type": media_type})
            else:
                response = client.request(method, "/sparql", content=example, headers={"Content-Type": media_type})
            assert response.status_code == 200, response.text
            examined(response, operation)


@pytest.mark.parametrize("path", ["/sparql", "/graphs", "/id/{path}", "/.well-known/void", "/queries/{name}", "/"])
def test_every_format_that_is_listed_is_taken_and_no_other(
    client: httpx.Client, document: dict[str, Any], path: str
) -> None:
    operation = document["paths"][path]["get"]
    (listed,) = [each["schema"]["enum"] for each in operation["parameters"] if each["name"] == "format"]
    addresses = {
        "/graphs": ["/graphs?default"],
        "/id/{path}": ["/id/spring"],
        "/queries/{name}": ["/queries/loans-of-a-lender", "/queries/graph-of-loans"],
        "/sparql": ["/sparql?query=ASK%7B%7D", "/sparql?query=DESCRIBE+id:spring"],
    }.get(path, [path])
    for name in listed:
        replies = [client.get(each, params={**dict(_pairs(each)), "format": name}) for each in addresses]
        assert 200 in {each.status_code for each in replies}, name
        for reply in replies:
            examined(reply, operation)
    for name in ("docx", "", "turtle,json"):
        for each in addresses:
            reply = client.get(each, params={**dict(_pairs(each)), "format": name})
            assert reply.status_code == 406, (each, name)
            examined(reply, operation)


def _pairs(address: str) -> list[tuple[str, str]]:
    return parse_qsl(address.partition("?")[2], keep_blank_values=True)


def test_problems_are_as_described(client: httpx.Client, document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["Problem"]
    types: dict[str, type | tuple[type, ...]] = {"string": str, "integer": int, "number": (int, float), "array": list}
    for path in (
        "/sparql?query=SELECT", "/sparql?query=SELECT+(%3Curn:f%3E()+AS+%3Fx)%7B%7D", "/id/none", "/queries/x",
        "/sparql?query=ASK%7B%7D&format=x", "/queries/loans-before?day=x",
        "/id/spring?incoming=2", "/graphs", "/sparql?query=LOAD+%3Curn:x%3E",
    ):  # fmt: skip
        problem = client.get(path).json()
        assert set(schema["required"]) <= set(problem) <= set(schema["properties"]), path
        assert problem["type"] in schema["properties"]["type"]["enum"]
        assert problem["type"].startswith(TYPE_BASE)
        for name, value in problem.items():
            assert isinstance(value, types[schema["properties"][name]["type"]]), name
