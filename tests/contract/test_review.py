"""Who may review: whoever holds the token, on this machine, from the page itself; and never on the public server."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.support import museum, newsroom
from tests.support.served import Served, served

PAGE = f"/review/{newsroom.ARTICLE}"
RECORD = f"data/articles/{newsroom.ARTICLE}.yaml"


@dataclass(frozen=True, slots=True)
class Desk:
    """A review that runs: its address, the token, and the project's folder."""

    running: Served
    base: str
    token: str
    root: Path

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.base, timeout=30)

    @contextmanager
    def entered(self) -> Iterator[httpx.Client]:
        with self.client() as client:
            assert client.get(PAGE, params={"token": self.token}).status_code == 303
            yield client

    def record(self) -> bytes:
        return (self.root / RECORD).read_bytes()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("newsroom")
    newsroom.write(root)
    command = [sys.executable, "-m", "kg_builder.cli.main", "--project", str(root), "review", "--no-browser"]
    with served([*command, newsroom.ARTICLE], tmp_path_factory.mktemp("review") / "log") as running:
        address, _, token = running.url.partition("?token=")
        yield Desk(running, address.removesuffix(PAGE), token, root)


def test_the_token_is_changed_for_a_cookie(desk: Desk) -> None:
    assert len(desk.token) >= 32
    with desk.client() as client:
        first = client.get(PAGE, params={"token": desk.token, "lang": "id"})
        assert first.status_code == 303
        assert first.headers["location"] == f"{PAGE}?lang=id"
        cookie = first.headers["set-cookie"]
        assert desk.token not in cookie
        assert {"HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
        page = client.get(first.headers["location"])
        assert page.status_code == 200
        assert "Tinjauan" in page.text
        assert desk.token not in page.text


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("/%5Cexample.org", "/%5Cexample.org"),
        ("/%2F%2Fexample.org", "/example.org"),
        ("/a%0D%0AX: b", "/a%0D%0AX%3A%20b"),
    ],
)
def test_the_token_leads_nowhere_else(desk: Desk, path: str, leads: str) -> None:
    with desk.client() as client:
        entered = client.get(path, params={"token": desk.token})
        assert (entered.status_code, entered.headers["location"]) == (303, leads)
        assert "x" not in entered.headers


@pytest.mark.parametrize("path", ["/", PAGE, f"{PAGE}/search?q=museum", f"{PAGE}/check", "/static/none.js", "/none"])
@pytest.mark.parametrize("token", ["", "?token=", "?token=wrong"])
def test_nothing_is_shown_without_it(desk: Desk, path: str, token: str) -> None:
    with desk.client() as client:
        found = client.get(path.partition("?")[0] + token)
        assert found.status_code == 403
        assert "rujukan review" in found.text
        assert "Bahari" not in found.text
        client.cookies.set(f"rujukan-review-{desk.base.rpartition(':')[2]}", "wrong")
        assert client.get(path).status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example"]
)
def test_another_host_is_refused(desk: Desk, host: str) -> None:
    with desk.entered() as client:
        for path in (PAGE, f"{PAGE}?token={desk.token}"):
            found = client.get(path, headers={"Host": host})
            assert found.status_code == 421
            assert "set-cookie" not in found.headers


def test_only_the_page_itself_changes_anything(desk: Desk) -> None:
    before = desk.record()
    with desk.entered() as client:
        view = view_of(client)
        body = rejection(view)
        own = {"Origin": desk.base, "Content-Type": "application/json"}
        wrong: list[tuple[dict[str, str], int]] = [
            ({"Content-Type": "application/json"}, 403),
            (own | {"Origin": "https://evil.example"}, 403),
            (own | {"Origin": "null"}, 403),
            (own | {"Origin": desk.base.replace("127.0.0.1", "localhost")}, 403),
            (own | {"Sec-Fetch-Site": "cross-site"}, 403),
            (own | {"Sec-Fetch-Site": "same-site"}, 403),
            (own | {"Content-Type": "text/plain"}, 415),
            (own | {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ]
        for headers, status in wrong:
            for path in ("decide", "undo"):
                assert client.post(f"{PAGE}/{path}", json=body, headers=headers).status_code == status, headers
        assert client.get(f"{PAGE}/decide").status_code == 405
        with desk.client() as stranger:
            assert stranger.post(f"{PAGE}/decide", json=body, headers=own).status_code == 403
        for content in (b"", b"{", b"[]", b"[" * 100_000, b" " * 2_000_000):
            found = client.post(f"{PAGE}/decide", content=content, headers=own)
            assert found.status_code == 400
        assert not (desk.root / f"data/review/{newsroom.ARTICLE}.yaml").exists()
        done = client.post(f"{PAGE}/decide", json=body, headers=own)
        assert done.status_code == 200
        late = client.post(f"{PAGE}/decide", json=body, headers=own)
        assert late.status_code == 409
        assert late.json()["view"]["version"] == done.json()["version"]
        back = client.post(f"{PAGE}/undo", json={"version": done.json()["version"]}, headers=own)
        assert back.status_code == 200
        wrong_line = body | {"action": "accept", "blocks": [], "new": []}
        assert client.post(f"{PAGE}/decide", json=wrong_line, headers=own).status_code == 422
    assert desk.record() == before


def view_of(client: httpx.Client) -> dict[str, object]:
    page = client.get(PAGE).text
    block = page.partition('<script type="application/json" class="data">')[2].partition("</script>")[0]
    found: dict[str, object] = json.loads(block)
    return found


def rejection(view: dict[str, object]) -> dict[str, object]:
    proposals = view["proposals"]
    assert isinstance(proposals, list)
    return {"action": "reject", "version": view["version"], "proposals": [proposals[0]["id"]]}


def test_every_reply_is_for_this_page_alone(desk: Desk) -> None:
    with desk.entered() as client:
        replies = [
            client.get(PAGE),
            client.get("/none"),
            client.get("/review/none"),
            client.get(PAGE, headers={"Host": "x"}),
        ]
    assert [each.status_code for each in replies] == [200, 404, 404, 421]
    for each in replies:
        assert each.headers["cache-control"] == "no-store"
        assert each.headers["x-frame-options"] == "DENY"
        assert each.headers["referrer-policy"] == "no-referrer"
        policy = each.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "access-control-allow-origin" not in each.headers


def test_names_are_searched(desk: Desk) -> None:
    with desk.entered() as client:
        found = client.get(f"{PAGE}/search", params={"q": "sea mus", "kind": "museum"}).json()
        assert [each["id"] for each in found][:1] == ["museum-laut"]
        assert client.get(f"{PAGE}/check").json() == []


def test_it_listens_on_this_machine_alone(desk: Desk) -> None:
    port = int(desk.base.rpartition(":")[2])
    tables = [
        Path(f"/proc/net/{name}").read_text("ascii") for name in ("tcp", "tcp6") if Path(f"/proc/net/{name}").exists()
    ]
    listening = [line.split()[1] for table in tables for line in table.splitlines()[1:] if line.split()[3] == "0A"]
    assert [address for address in listening if address.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]


def test_the_public_server_has_no_review(client: httpx.Client) -> None:
    for path in ("/review", PAGE, f"{PAGE}/check"):
        assert client.get(path).status_code == 404
    for path in ("decide", "undo"):
        own = {"Origin": str(client.base_url).rstrip("/")}
        assert client.post(f"{PAGE}/{path}", json={}, headers=own).status_code in {404, 405}


def test_a_port_that_is_taken_is_told(desk: Desk, taken_port: int) -> None:
    found = museum.rujukan(desk.root, "review", "--no-browser", "--port", str(taken_port))
    assert found.returncode == 5
    assert str(taken_port) in found.stderr


def test_an_article_that_is_not_there_is_told(desk: Desk) -> None:
    found = museum.rujukan(desk.root, "review", "berita-tigo", "--no-browser")
    assert found.returncode == 1
    assert "did you mean «berita-tiga»" in found.stderr
