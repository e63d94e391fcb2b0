"""Methods and headers that every address shares: HEAD, OPTIONS, 405, Vary, slashes, a path before all paths."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.markup import asset_path, main_of
from tests.support.release_fixture import BASE, running

from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

PATHS = (
    "/", "/sparql", "/sparql/", "/sparql?query=ASK%7B%7D", "/graphs?default", "/queries", "/queries/loans-before",
    "/id/spring", "/article/one", "/.well-known/void", "/.well-known/sparql-examples", "/dumps", "/dumps/kg.nq",
    "/dumps/SHA256SUMS", "/manifest.json", "/openapi.json", "/health", asset_path("site.css"),
)  # fmt: skip
WRONG = (
    "/nowhere",
    "/id/none",
    "/queries/none",
    "/dumps/none",
    "/graphs",
    "/sparql?query=x",
    "/queries/loans-before?x=1",
)
ACCEPTS = ("*/*", "text/html", "application/json", "text/turtle, */*;q=0.1")
# What changes from one request to the next.
_CHANGING = frozenset({"date", "x-request-id"})


@pytest.mark.parametrize("accept", ACCEPTS)
@pytest.mark.parametrize("path", PATHS + WRONG)
def test_head_is_get_without_its_body(client: httpx.Client, path: str, accept: str) -> None:
    headers = {"Accept": accept, "Accept-Encoding": "gzip"}
    head = client.head(path, headers=headers)
    with client.stream("GET", path, headers=headers) as got:
        raw = b"".join(got.iter_raw())
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert int(got.headers["content-length"]) == len(raw)

    def kept(response: httpx.Response) -> dict[str, str]:
        return {name: value for name, value in response.headers.items() if name not in _CHANGING}

    assert kept(head) == kept(got)


@pytest.mark.parametrize("path", PATHS)
def test_options_and_405_name_the_same_methods(client: httpx.Client, path: str) -> None:
    allowed = client.options(path).headers["allow"]
    assert {"GET", "HEAD", "OPTIONS"} <= set(allowed.split(", "))
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        response = client.request(method, path)
        assert (response.status_code, response.headers["content-type"]) == (405, "application/problem+json"), method
        assert response.headers["allow"] == allowed
    for method in ("POST", "QUERY"):
        response = client.request(method, path, content=b"x", headers={"Content-Type": "application/sparql-query"})
        assert (response.status_code == 405) == (method not in allowed), method


NEGOTIATED = [path for path in PATHS if path not in {"/queries", "/dumps/kg.nq", "/dumps/SHA256SUMS"}][:-4]


@pytest.mark.parametrize("path", NEGOTIATED)
def test_what_is_negotiated_varies(client: httpx.Client, path: str) -> None:
    for accept in ("text/html", "*/*"):
        vary = client.get(path, headers={"Accept": accept}).headers["vary"]
        named = {each.strip() for each in vary.split(",")}
        assert "Accept" in named
        assert accept != "text/html" or "Accept-Language" in named


@pytest.mark.parametrize("path", ["/queries", "/graphs", "/dumps", "/health", "/.well-known/void"])
def test_a_slash_too_many(client: httpx.Client, path: str) -> None:
    response = client.get(f"{path}/?default&format=nt&x=%C3%A9")
    assert (response.status_code, response.headers["location"]) == (308, f"{path}?default&format=nt&x=%C3%A9")
    assert client.get("/nowhere/").status_code == 404


def links_of(text: str) -> set[str]:
    found = re.findall(r'(?:href|action)="([^"]+)"', text)
    return {each.replace("&amp;", "&") for each in found if each.startswith("/")}


def test_a_path_before_all_paths(release: Path) -> None:
    public = "https://example.net/kg"
    with running(Settings(release=release, public_url=public + "/")) as client:
        for path in (
            "/",
            "/sparql",
            "/queries/loans-before?limit=1",
            "/id/spring",
            "/article/one",
            "/id/none",
            "/dumps",
        ):
            response = client.get(path, headers={"Accept": "text/html"})
            for each in links_of(main_of(response.text)):
                assert each.startswith("/kg/"), (path, each)
                # The small release of the tests describes neither its vocabulary nor what is not selected.
                if "not-selected" in each or each.startswith("/kg/vocab") or "none" in path:
                    continue
                inner = client.get(each.removeprefix("/kg"), headers={"Accept": "text/html, */*;q=0.1"})
                assert inner.status_code == 200, each
            for target in re.findall(r"<([^>]+)>; rel", response.headers.get("link", "")):
                outside = target.startswith((BASE, "https://creativecommons.org/", "https://schema.org/"))
                assert outside or target.startswith(public + "/"), target
        moved = client.get("/dumps/")
        assert moved.headers["location"] == "/kg/dumps"
        assert client.get("/id/spring").headers["content-location"].startswith("/kg/id/spring?")


@pytest.mark.parametrize("path", ["/id/spring", "/id/%73pring", "/id/spring?", "/id/spring?x=1"])
def test_spellings_of_an_address(client: httpx.Client, path: str) -> None:
    assert client.get(path, headers={"Accept": "text/turtle"}).status_code == 200


@pytest.mark.parametrize("path", ["/id/Spring", "/id/spring/", "/id/SPRING//"])
def test_a_near_miss_is_told(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json()["available"] == [BASE + "id/spring"]
    assert "Did you mean" in response.json()["detail"]
    assert "available" not in client.get("/id/nobody").json()


@example(b"\xff")
@example(b"\x00")
@example(b"> ?s")
@given(st.binary(max_size=12))
def test_no_address_is_too_strange(client: httpx.Client, raw: bytes) -> None:
    path = "/id/" + "".join(f"%{byte:02X}" for byte in raw)
    response = client.get(path, headers={"Accept": "text/turtle"})
    assert response.status_code == 404, response.text
    assert response.json()["type"].endswith("#not-found")
