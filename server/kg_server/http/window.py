"""The part of an answer that a request wants."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """The rows that a request wants: how many to leave out, and how many to keep after these (None keeps all).

    >>> Window().whole, Window(limit=5).whole
    (True, False)
    """

    offset: int = 0
    limit: int | None = None

    @property
    def whole(self) -> bool:
        """Whether these are all rows."""
        return not self.offset and self.limit is None
