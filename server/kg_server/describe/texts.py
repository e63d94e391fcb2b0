"""The articles' texts, where the operator has them: known by their hash, never part of a release."""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

_UTF8_MOST = 4
"""Bytes that UTF-8 takes for a code point at most (RFC 3629, section 3)."""


class Found(Enum):
    """What there is of an article's text."""

    OFF = "off"
    """This server shows no texts."""
    ABSENT = "absent"
    """The folder has no file for the article."""
    OTHER = "other"
    """There is a file, but it is not the text that was curated."""
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Text:
    """An article's text as hashed, with no newline or Unicode normalisation; empty unless it is `Found.PRESENT`."""

    found: Found
    text: str = ""


@dataclass(frozen=True, slots=True)
class TextFolder:
    """Where the texts lie, `<id>.txt` each, as `rujukan text add` puts them there.

    Args:
        folder: None where this server shows no texts.
    """

    folder: Path | None = None

    def read(self, article: str, sha256: str, length: int) -> Text:
        """Return the text of an article, if the file is that text, to the byte.

        Args:
            article: its id, the last part of its IRI.
            sha256: of the text's bytes, in hexadecimal.
            length: of the text in code points; of a file no more is read than these can take.

        >>> TextFolder().read("fair", "00", 10).found
        <Found.OFF: 'off'>
        """
        if self.folder is None:
            return Text(Found.OFF)
        name = f"{article}.txt"
        path = self.folder / name
        # An id comes from the graph: it must not lead out of the folder, nor to a hidden file.
        safe = not name.startswith(".") and path.name == name
        content = _content(path, length * _UTF8_MOST) if safe else None
        if content is None:
            return Text(Found.ABSENT)
        if hashlib.sha256(content).hexdigest() == sha256:
            with suppress(UnicodeDecodeError):
                return Text(Found.PRESENT, content.decode("utf-8"))
        return Text(Found.OTHER)


def _content(path: Path, most: int) -> bytes | None:
    """Return the bytes of a file, one more than `most` at most; None where there is no file that can be read."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        logging.getLogger("kg_server").warning("The text %s cannot be read: %s", path.name, error.strerror)
        return None
