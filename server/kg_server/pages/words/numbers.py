"""Numbers as people of a language write them."""

from __future__ import annotations


def number(value: int, language: str) -> str:
    """Write a whole number as people of a language do.

    >>> number(1234567, "en"), number(1234567, "id")
    ('1,234,567', '1.234.567')
    """
    text = f"{value:,}"
    return text.replace(",", ".") if language == "id" else text


def size(value: int, language: str) -> str:
    """Write a number of bytes in decimal units.

    >>> size(532, "en"), size(1_480_000, "id")
    ('532 B', '1,5 MB')
    """
    amount, unit = float(value), "B"
    for each in ("kB", "MB", "GB", "TB"):
        if amount < 1000:  # noqa: PLR2004 - the step between decimal units
            break
        amount, unit = amount / 1000, each
    text = f"{value}" if unit == "B" else f"{amount:.1f}"
    return f"{text.replace('.', ',') if language == 'id' else text} {unit}"
