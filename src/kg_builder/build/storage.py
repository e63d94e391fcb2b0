"""A folder that several machines reach, by an address of fsspec: what goes there is whole or not there at all."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from kg_builder.errors import ReleaseError

FOLDER: Final = "build/engine"
"""Where a build's own files lie below the storage."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A file that another machine reads.

    Attributes:
        url: its address.
        sha256: of its content, in hex; empty where the file is read as it is found.
    """

    url: str
    sha256: str = ""


class Storage:
    """A folder of files named by their content, and one for each run, which goes when the run ends."""

    def __init__(self, url: str) -> None:
        """Find the file system.

        Args:
            url: of a folder, such as ``s3://bucket/kg``; what a file system wants beside it (keys, options) stands
                in the configuration of fsspec.

        Raises:
            ReleaseError: there is no such file system, or its package is missing.
        """
        with _told(url):
            self._files, self._root = url_to_fs(url)
        self._url = f"{url.rstrip('/')}/{FOLDER}"
        self._inputs = f"{self._root.rstrip('/')}/{FOLDER}/inputs"
        self._known: set[str] | None = None

    def put(self, content: bytes) -> Piece:
        """Bring bytes there under their hash, unless they are there; raises OSError and ReleaseError."""
        digest = hashlib.sha256(content).hexdigest()
        url = f"{self._url}/inputs/{digest}"
        with _told(self._url):
            if self._known is None:
                self._files.makedirs(self._inputs, exist_ok=True)
                found = self._files.ls(self._inputs, detail=False)
                self._known = {str(path).rstrip("/").rpartition("/")[2] for path in found}
        if digest not in self._known:
            write(url, content)
            self._known.add(digest)
        return Piece(url, digest)

    def send(self, path: Path) -> Piece:
        """Return where others read a file of this machine: at its place if that is in the storage, or at a copy.

        Raises OSError and ReleaseError.
        """
        if isinstance(self._files, LocalFileSystem) and path.absolute().is_relative_to(self._root):
            return Piece(str(path.absolute()))
        return self.put(path.read_bytes())

    @contextmanager
    def run(self) -> Iterator[str]:
        """Yield the address of a new folder; it is removed at the end, with all that is in it."""
        name = uuid.uuid4().hex
        path = f"{self._root.rstrip('/')}/{FOLDER}/runs/{name}"
        with _told(self._url):
            self._files.makedirs(path, exist_ok=True)
        try:
            yield f"{self._url}/runs/{name}"
        finally:
            # What stays where the storage has gone in the meantime is rubbish that harms nobody.
            with suppress(OSError, ReleaseError), _told(self._url):
                self._files.rm(path, recursive=True)


def read(piece: Piece) -> bytes:
    """Return the content of a file.

    Raises:
        OSError: it cannot be read.
        ReleaseError: it is not what it should be, or the file system refuses.
    """
    with _told(piece.url):
        files, path = url_to_fs(piece.url)
        content: bytes = files.cat_file(path)
    if piece.sha256 and hashlib.sha256(content).hexdigest() != piece.sha256:
        raise ReleaseError(f"{shown(piece.url)}: {len(content):,} bytes that are not those that were written there")
    return content


def write(url: str, content: bytes) -> None:
    """Write a file whole or not at all: under another name first; raises OSError and ReleaseError."""
    with _told(url):
        files, path = url_to_fs(url)
        growing = f"{path}.{uuid.uuid4().hex}.part"
        files.pipe_file(growing, content)
        files.mv(growing, path)


def remove(url: str) -> None:
    """Remove a file; raises OSError and ReleaseError."""
    with _told(url):
        files, path = url_to_fs(url)
        files.rm_file(path)


def take(piece: Piece, path: Path) -> None:
    """Bring a file to this machine, whole or not at all, and remove it there; raises OSError and ReleaseError."""
    growing = path.with_name(f"{path.name}.part")
    growing.write_bytes(read(piece))
    growing.replace(path)
    remove(piece.url)


def shown(url: str) -> str:
    """Return an address as messages may name it: without user and password.

    >>> shown("ftp://anna:secret@example.org/kg")
    'ftp://example.org/kg'
    """
    user, at, _ = urlsplit(url).netloc.rpartition("@")
    return url.replace(f"{user}{at}", "", 1) if at else url


@contextmanager
def _told(url: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ReleaseError):
        raise
    except Exception as error:  # file systems have errors of their own, which only their packages know
        raise ReleaseError(f"{shown(url)}: {type(error).__name__}: {error}") from error
