"""Where a query process writes an answer: limits, compression, hashing, and a file when it is long."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from kg_server.http.encoding import Coding, Encoder, make_encoder
from kg_server.http.problems import AnswerTooLarge, SpoolFull

# Below this a header costs what compression saves.
WORTH_CODING = 860


@dataclass(frozen=True, slots=True)
class Written:
    """An answer's bytes, or the name of the spool file that holds them.

    Attributes:
        body: the bytes; empty when they are in a file.
        file: the file's name in the spool folder.
        etag: a strong entity tag of the bytes, in quotes.
        coding: how they are coded.
    """

    body: bytes
    file: str | None
    etag: str
    coding: Coding | None


class Spool:
    """Makes spool files for one process.

    Args:
        folder: of the server.
        process: the number that the names begin with.
    """

    def __init__(self, folder: Path, process: int) -> None:
        self._folder, self._process, self._numbers = folder, process, itertools.count()

    def open(self) -> tuple[str, BinaryIO]:
        """Return a new file and its name."""
        name = f"{self._process}-{next(self._numbers)}"
        return name, (self._folder / name).open("xb", buffering=0)

    def remove(self, name: str) -> None:
        """Remove a file that nobody will read."""
        (self._folder / name).unlink(missing_ok=True)


class Sink:
    """Takes an answer's bytes as they are written.

    Args:
        limit: the largest answer, in bytes before compression.
        held: up to which size it is kept here and not in a file.
        spool: where longer answers go; None keeps all of them here.
        coding: for what is long enough.
    """

    def __init__(self, limit: int, held: int, spool: Spool | None, coding: Coding | None) -> None:
        self._limit, self._held, self._spool, self._coding = limit, held, spool, coding
        self._parts: list[bytes] = []
        self.size = 0
        self._file: BinaryIO | None = None
        self._name = ""
        self._hash = hashlib.sha256()
        self._encode: Encoder | None = None

    def write(self, data: bytes) -> int:
        """Take some bytes.

        Raises:
            AnswerTooLarge: beyond the limit.
            SpoolFull: when the disk is full.
        """
        self.size += len(data)
        if self.size > self._limit:
            message = f"The answer has more than {self._limit} bytes. Add a LIMIT, or use one of the dumps."
            raise AnswerTooLarge(message, limit=self._limit)
        if self._file is None:
            self._parts.append(data)
            if self.size > self._held and self._spool is not None:
                self._begin_file(self._spool)
        else:
            self._put(self._encode.feed(data) if self._encode else data)
        return len(data)

    def flush(self) -> None:
        """Nothing to do: the bytes stay here until they are whole."""

    def held(self) -> bytes:
        """Return what has been written and is kept here, before compression."""
        return b"".join(self._parts)

    def close(self) -> Written:
        """Return the answer; raises as `write` does."""
        if self._file is None:
            body, coding = b"".join(self._parts), None
            if self._coding is not None and len(body) >= WORTH_CODING:
                encoder, coding = make_encoder(self._coding), self._coding
                body = encoder.feed(body) + encoder.end()
            return Written(body, None, _tag(hashlib.sha256(body)), coding)
        if self._encode is not None:
            self._put(self._encode.end())
        self._file.close()
        return Written(b"", self._name, _tag(self._hash), self._coding)

    def __enter__(self) -> Self:
        """Return this."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Remove what has been written when something went wrong."""
        if kind is not None and self._file is not None and self._spool is not None:
            self._file.close()
            self._spool.remove(self._name)

    def _begin_file(self, spool: Spool) -> None:
        try:
            self._name, self._file = spool.open()
        except OSError as error:
            raise _no_room(error) from error
        self._encode = make_encoder(self._coding) if self._coding else None
        parts, self._parts = self._parts, []
        for part in parts:
            self._put(self._encode.feed(part) if self._encode else part)

    def _put(self, data: bytes) -> None:
        if not data or self._file is None:
            return
        self._hash.update(data)
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise _no_room(error) from error


def _tag(digest: hashlib._Hash) -> str:
    return f'"{digest.hexdigest()[:32]}"'


def _no_room(error: OSError) -> SpoolFull | AnswerTooLarge:
    if error.errno == errno.EFBIG:
        return AnswerTooLarge("The answer is larger than a file here may be. Add a LIMIT, or use one of the dumps.")
    return SpoolFull(f"There is no room for the answer: {os.strerror(error.errno or errno.EIO)}. Try again later.")
