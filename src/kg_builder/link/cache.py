"""``data/linking-cache.jsonl``: what a service was asked, what it answered, and when; committed, so nobody asks again.

One line for each question, in the order of the questions, so that a difference in git shows what is new.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kg_builder.errors import Mark, Problem, SourceError

Question = dict[str, Any]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Cache:
    """Answers by service and question.

    Args:
        path: of the file; it need not be there.
        now: says when an answer came.

    Raises:
        SourceError: the file is there and is none.
    """

    def __init__(self, path: Path, now: Callable[[], str] = _now) -> None:
        self._path, self._now = path, now
        self._lines: dict[tuple[str, str], dict[str, Any]] = {}
        text = path.read_text("utf-8") if path.is_file() else ""
        for number, line in enumerate(text.splitlines(), 1):
            try:
                entry = json.loads(line)
                self._lines[entry["service"], _key(entry["request"])] = entry
            except (ValueError, KeyError, TypeError) as error:
                message = "not a line of the cache: remove it, and the question is asked again"
                raise SourceError([Problem(Mark(path.name, number), message, "cache")]) from error

    def __len__(self) -> int:
        """Return how many answers there are."""
        return len(self._lines)

    def get(self, service: str, question: Question) -> Any | None:  # noqa: ANN401 - whatever a service said
        """Return the recorded answer; None where there is none."""
        entry = self._lines.get((service, _key(question)))
        return None if entry is None else entry["response"]

    def date(self, service: str, question: Question) -> str:
        """Return when that answer came, as a day; empty where there is none."""
        return str(self._lines.get((service, _key(question)), {}).get("date", ""))[:10]

    def put(self, service: str, question: Question, answer: object) -> None:
        """Record an answer and write the file, so that what was asked is kept whatever comes next."""
        entry = {"service": service, "request": question, "date": self._now(), "response": answer}
        self._lines[service, _key(question)] = entry
        lines = [json.dumps(each, ensure_ascii=False, sort_keys=True) for _, each in sorted(self._lines.items())]
        temporary = self._path.with_name(f".{self._path.name}.new")
        temporary.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        temporary.replace(self._path)


def _key(question: Question) -> str:
    return json.dumps(question, ensure_ascii=False, sort_keys=True)
