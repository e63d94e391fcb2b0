"""Downloads: conditions, ranges, digests and checksums."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx2 as httpx

DUMP = "/dumps/kg.nq"
BUILT = "Thu, 02 Jan 2025 03:04:05 GMT"


@pytest.fixture
def whole(client: httpx.Client) -> httpx.Response:
    return client.get(DUMP)


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("Bytes = 10-19", 10, 19),
        ("bytes=10-", 10, None),
        ("bytes=-5", -5, None),
        ("bytes=-99999999", 0, None),
        ("bytes=5-99999999", 5, None),
        ("bytes=10-19, 99999999-", 10, 19),
    ],
)
def test_a_range(client: httpx.Client, whole: httpx.Response, header: str, first: int, last: int | None) -> None:
    size = len(whole.content)
    start, stop = first % size, size if last is None else last + 1
    response = client.get(DUMP, headers={"Range": header})
    assert (response.status_code, response.content) == (206, whole.content[start:stop])
    assert response.headers["content-range"] == f"bytes {start}-{stop - 1}/{size}"
    assert response.headers["content-length"] == str(stop - start)
    for name in ("etag", "repr-digest", "last-modified", "content-type", "accept-ranges"):
        assert response.headers[name] == whole.headers[name]


def test_several_ranges(client: httpx.Client, whole: httpx.Response) -> None:
    response = client.get(DUMP, headers={"Range": "bytes=0-3, 10-12, -2"})
    assert response.status_code == 206
    head = f"Content-Type: {response.headers['content-type']}\n\n".encode()
    message = message_from_bytes(head + response.content.replace(b"\r\n", b"\n"))
    assert message.is_multipart()
    parts = list(message.walk())[1:]
    size = len(whole.content)
    spans = [(0, 3), (10, 12), (size - 2, size - 1)]
    assert [each["Content-Range"] for each in parts] == [f"bytes {one}-{two}/{size}" for one, two in spans]
    assert [each.get_content_type() for each in parts] == ["application/n-quads"] * 3
    assert int(response.headers["content-length"]) == len(response.content)


@pytest.mark.parametrize(
    "header", ["items=1-2", "bytes=5-2", "bytes=a-b", "bytes", "bytes=", "bytes=0-9,5-14", "bytes=" + "0-0," * 99]
)
def test_what_is_no_range_gives_the_whole(client: httpx.Client, whole: httpx.Response, header: str) -> None:
    response = client.get(DUMP, headers={"Range": header})
    assert (response.status_code, response.content) == (200, whole.content)


@pytest.mark.parametrize("header", ["bytes=99999999-", "bytes=-0", "bytes=99999999-,-0"])
def test_a_range_beyond_the_end(client: httpx.Client, whole: httpx.Response, header: str) -> None:
    response = client.get(DUMP, headers={"Range": header})
    assert (response.status_code, response.headers["content-type"]) == (416, "application/problem+json")
    assert response.headers["content-range"] == f"bytes */{len(whole.content)}"
    assert response.json()["limit"] == len(whole.content)


def test_head_knows_no_ranges(client: httpx.Client, whole: httpx.Response) -> None:
    response = client.head(DUMP, headers={"Range": "bytes=0-3"})
    assert (response.status_code, response.headers["content-length"]) == (200, str(len(whole.content)))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": "{etag}"}, 304),
        ({"If-None-Match": 'W/{etag}, "x"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"x"', "If-Modified-Since": BUILT}, 200),
        ({"If-Modified-Since": BUILT}, 304),
        ({"If-Modified-Since": "Wed, 01 Jan 2025 00:00:00 GMT"}, 200),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Match": "{etag}"}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": '"x"'}, 412),
        ({"If-Match": "W/{etag}"}, 412),
        ({"If-Unmodified-Since": BUILT}, 200),
        ({"If-Unmodified-Since": "Wed, 01 Jan 2025 00:00:00 GMT"}, 412),
        ({"Range": "bytes=0-3", "If-Range": "{etag}"}, 206),
        ({"Range": "bytes=0-3", "If-Range": "W/{etag}"}, 200),
        ({"Range": "bytes=0-3", "If-Range": '"x"'}, 200),
        ({"Range": "bytes=0-3", "If-Range": BUILT}, 206),
        ({"Range": "bytes=0-3", "If-Range": "Wed, 01 Jan 2025 00:00:00 GMT"}, 200),
        ({"Range": "bytes=99999999-", "If-Range": '"x"'}, 200),
    ],
)
def test_conditions(client: httpx.Client, whole: httpx.Response, headers: dict[str, str], status: int) -> None:
    sent = {name: value.replace("{etag}", whole.headers["etag"]) for name, value in headers.items()}
    response = client.get(DUMP, headers=sent)
    assert response.status_code == status
    if "Range" not in headers:
        assert client.head(DUMP, headers=sent).status_code == status
    if status == 304:
        assert response.content == b""
        assert response.headers["etag"] == whole.headers["etag"]


def test_digests_and_checksums(client: httpx.Client, whole: httpx.Response, tmp_path: Path) -> None:
    digest = base64.b64encode(hashlib.sha256(whole.content).digest()).decode()
    asked = client.get(DUMP, headers={"Want-Repr-Digest": "sha-256=10", "Range": "bytes=0-3"})
    assert whole.headers["repr-digest"] == asked.headers["repr-digest"] == f"sha-256=:{digest}:"
    assert whole.headers["last-modified"] == BUILT
    sums = client.get("/dumps/SHA256SUMS")
    assert sums.headers["content-type"] == "text/plain; charset=utf-8"
    (tmp_path / "SHA256SUMS").write_bytes(sums.content)
    (tmp_path / "kg.nq").write_bytes(whole.content)
    checked = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (checked.returncode, checked.stdout) == (0, "kg.nq: OK\n"), checked.stderr
    again = client.get("/dumps/SHA256SUMS", headers={"If-None-Match": sums.headers["etag"]})
    assert again.status_code == 304
