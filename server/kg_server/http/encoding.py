"""Content codings (RFC 9110, section 12.5.3; gzip RFC 1952, zstd RFC 8878), pure."""

from __future__ import annotations

import gzip
import sys
import zlib
from typing import Literal, Protocol

from kg_server.http.negotiation import parse_preferences

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Coding = Literal["zstd", "gzip"]

# The first wins where a client likes both the same.
CODINGS: tuple[Coding, ...] = ("zstd", "gzip")

_ZSTD_LEVEL, _GZIP_LEVEL = 3, 6
_ALIASES = {"x-gzip": "gzip"}


def choose_coding(header: str | None) -> Coding | None:
    """Return the coding that a client prefers, None for the bytes as they are.

    Args:
        header: the `Accept-Encoding` headers, joined with commas; None when there is none.

    >>> choose_coding("gzip, zstd, br")
    'zstd'
    >>> choose_coding("gzip, zstd;q=0.5")
    'gzip'
    >>> choose_coding("gzip;q=0.5, identity") is None
    True
    >>> choose_coding("*;q=0") is None
    True
    """
    if not header:
        return None
    weights = {_ALIASES.get(each.range, each.range): each.weight for each in parse_preferences(header)}
    others = weights.get("*", 0.0)
    best: Coding | None = None
    # What is not named may be sent as it is, but what is named is liked better (RFC 9110, section 12.5.3).
    best_weight = weights.get("identity", 0.0)
    for coding in CODINGS:
        weight = weights.get(coding, others)
        if weight > best_weight or (weight == best_weight > 0 and best is None):
            best, best_weight = coding, weight
    return best


def encode(body: bytes, coding: Coding) -> bytes:
    """Compress a body; the same bytes give the same bytes.

    >>> gzip.decompress(encode(b"a loan", "gzip"))
    b'a loan'
    >>> zstd.decompress(encode(b"a loan", "zstd"))
    b'a loan'
    """
    if coding == "zstd":
        return zstd.compress(body, level=_ZSTD_LEVEL)
    return gzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0)


class Encoder(Protocol):
    """Compresses a body that comes in pieces."""

    def feed(self, data: bytes) -> bytes:
        """Take a piece and return what is ready."""
        ...

    def end(self) -> bytes:
        """Return the rest."""
        ...


class _Zstd:
    def __init__(self) -> None:
        self._inner = zstd.ZstdCompressor(level=_ZSTD_LEVEL)

    def feed(self, data: bytes) -> bytes:
        return self._inner.compress(data)

    def end(self) -> bytes:
        return self._inner.flush()


class _Gzip:
    def __init__(self) -> None:
        # A header without a time of day: the same bytes give the same bytes (RFC 1952, section 2.3.1).
        self._inner = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)

    def feed(self, data: bytes) -> bytes:
        return self._inner.compress(data)

    def end(self) -> bytes:
        return self._inner.flush()


def make_encoder(coding: Coding) -> Encoder:
    """Return what compresses a body piece by piece.

    >>> encoder = make_encoder("gzip")
    >>> gzip.decompress(encoder.feed(b"a ") + encoder.feed(b"loan") + encoder.end())
    b'a loan'
    """
    return _Zstd() if coding == "zstd" else _Gzip()
