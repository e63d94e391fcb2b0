"""What browsers may and may not do with answers: CORS for research tools, security headers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.markup import asset_path
from tests.support.release_fixture import running

from kg_server.settings import Settings

if TYPE_CHECKING:
    import httpx2 as httpx

PATHS = [
    "/",
    "/sparql?query=ASK{}",
    "/sparql?query=ASK",
    "/queries/none",
    "/health",
    asset_path("site.css"),
    "/dumps/kg.nq",
]


def listed(response: httpx.Response, name: str) -> set[str]:
    return {each.strip().lower() for each in response.headers[name].split(",")}


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_may_be_read_by_scripts_of_any_site(client: httpx.Client, path: str) -> None:
    response = client.get(path, headers={"Origin": "https://tool.example"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers
    exposed = listed(response, "access-control-expose-headers")
    assert {
        "x-request-id",
        "content-disposition",
        "rujukan-cut",
        "link",
        "etag",
        "retry-after",
        "content-range",
    } <= exposed
    assert "*" not in exposed


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_safe_to_show(client: httpx.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "strict-transport-security" not in headers
    assert "server" not in headers
    assert headers.get_list("x-request-id") == [headers["x-request-id"]]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "QUERY"])
@pytest.mark.parametrize("header", ["accept", "content-type", "if-none-match", "range", "cache-control"])
def test_a_preflight_allows_what_the_protocol_needs(client: httpx.Client, method: str, header: str) -> None:
    asking = {
        "Origin": "https://yasgui.example",
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": header,
    }
    response = client.options("/sparql", headers=asking)
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "*"
    assert method.lower() in listed(response, "access-control-allow-methods")
    assert header in listed(response, "access-control-allow-headers")
    assert int(response.headers["access-control-max-age"]) > 0


def test_credentials_of_other_sites_are_never_allowed(client: httpx.Client) -> None:
    response = client.options("/sparql", headers={"Origin": "https://x.example"})
    assert "authorization" not in listed(response, "access-control-allow-headers")
    assert "put" not in listed(response, "access-control-allow-methods")


def test_hsts_is_sent_where_https_is_known_to_work(release: Path) -> None:
    with running(Settings(release=release, public_url="https://graph.example")) as client:
        assert client.get("/health").headers["strict-transport-security"] == "max-age=31536000"
    with running(Settings(release=release, public_url="http://graph.example")) as client:
        response = client.get("/health", headers={"X-Forwarded-Proto": "https"})
        assert "strict-transport-security" not in response.headers


def test_forwarded_scheme_and_host_are_never_taken(release: Path) -> None:
    settings = Settings(release=release, trusted_proxies=("127.0.0.1",))
    lies = {
        "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=192.0.2.1;host=evil.example;proto=https",
    }  # fmt: skip
    with running(settings) as client:
        response = client.get("/", headers={**lies, "Accept": "application/json"})
        assert "evil" not in response.text + str(response.headers)
        assert response.json()["endpoint"] == f"{str(client.base_url).rstrip('/')}/sparql"
