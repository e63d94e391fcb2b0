"""Answers that are given again, in bounded memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """What can be kept."""

    @property
    def size(self) -> int:
        """Its length in bytes."""
        ...


Kept = TypeVar("Kept", bound=Sized)
Ready = TypeVar("Ready")

# What an entry takes besides its bytes: keys, headers, and what holds them.
_OVERHEAD = 2048


@dataclass(slots=True)
class _Entry(Generic[Kept]):
    value: Kept
    size: int
    expires: float
    shortcuts: list[Hashable] = field(default_factory=list)


class AnswerCache(Generic[Kept, Ready]):
    """Keeps the answers that were used last.

    An answer is found by its key. A request that was answered from the cache may leave a shortcut: a second key, found
    without working out the first one, to something made from the answer. Shortcuts go when their answer goes.

    Args:
        size: of all that is kept, in bytes; 0 keeps nothing.
        seconds: for how long an answer is kept at most; 0 sets no end.

    >>> from types import SimpleNamespace
    >>> cache: AnswerCache[SimpleNamespace, str] = AnswerCache(100_000)
    >>> cache.put("question", SimpleNamespace(size=6, text="answer"))
    >>> cache.remember("request", "question", "reply")
    >>> cache.get("question").text, cache.shortcut("request"), cache.hits
    ('answer', 'reply', 2)
    """

    def __init__(self, size: int, seconds: float = 0) -> None:
        self.size, self.seconds = size, seconds
        self.used = self.hits = self.misses = 0
        self._entries: OrderedDict[Hashable, _Entry[Kept]] = OrderedDict()
        self._shortcuts: dict[Hashable, tuple[Hashable, Ready]] = {}

    def __len__(self) -> int:
        """How many answers are kept."""
        return len(self._entries)

    def get(self, key: Hashable) -> Kept | None:
        """Return the answer with this key, None when there is none."""
        entry = self._entries.get(key)
        if entry is None or self._over(key, entry):
            self.misses += 1
            return None
        self.hits += 1
        self._entries.move_to_end(key)
        return entry.value

    def lacks(self, key: Hashable) -> bool:
        """Tell whether there is no answer with this key, which is counted as `get` does; nothing else is."""
        if key in self._entries:
            return False
        self.misses += 1
        return True

    def put(self, key: Hashable, value: Kept, weight: int = 0) -> None:
        """Keep an answer; one that would push out most of the others is not kept.

        Args:
            key: to find it by.
            value: the answer.
            weight: of the key, in bytes.
        """
        size = value.size + weight + _OVERHEAD
        if size * 8 > self.size:
            return
        self._drop(key)
        expires = time.monotonic() + self.seconds if self.seconds else 0.0
        self._entries[key] = _Entry(value, size, expires)
        self.used += size
        self._shrink()

    def shortcut(self, request: Hashable) -> Ready | None:
        """Return what was left for a request, None when there is nothing."""
        found = self._shortcuts.get(request)
        if found is None:
            return None
        key, ready = found
        if self.seconds and self._over(key, self._entries[key]):
            return None
        self.hits += 1
        self._entries.move_to_end(key)
        return ready

    def remember(self, request: Hashable, key: Hashable, ready: Ready, weight: int = 0) -> None:
        """Leave something for a request that this answer answers.

        Args:
            request: to find it by.
            key: of the answer; when it is not kept any more, nothing is left.
            ready: what to find.
            weight: of the request, in bytes.
        """
        entry = self._entries.get(key)
        if entry is None or request in self._shortcuts:
            return
        self._shortcuts[request] = key, ready
        entry.shortcuts.append(request)
        entry.size += weight + _OVERHEAD
        self.used += weight + _OVERHEAD
        self._shrink()

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._shortcuts.clear()
        self.used = 0

    def _over(self, key: Hashable, entry: _Entry[Kept]) -> bool:
        if entry.expires and time.monotonic() > entry.expires:
            self._drop(key)
            return True
        return False

    def _shrink(self) -> None:
        while self.used > self.size:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.used -= entry.size
            for request in entry.shortcuts:
                del self._shortcuts[request]
