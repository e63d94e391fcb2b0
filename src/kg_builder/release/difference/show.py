"""A report as text for a terminal, and as Markdown for a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg_builder.release.difference.report import MOST_LINES, MOST_THINGS, SIGNS, Line, Report
from kg_builder.release.difference.words import say

_MARKUP = re.compile(r"([\\`*_\[\]<>|#~])")


def as_text(told: Report, language: str, *, everything: bool) -> str:
    """Return a report as text; what is cut is counted, unless everything is wanted."""
    return "\n".join(_text(told, language, everything=everything)) + "\n"


def _text(told: Report, language: str, *, everything: bool) -> Iterator[str]:
    yield told.title
    if not told.kinds and not told.totals:
        return
    yield ""
    for kind in told.kinds:
        counts = zip(SIGNS.values(), (kind.added, kind.removed, kind.changed), strict=True)
        yield f"  {' '.join(f'{sign}{count:,}' for sign, count in counts if count)} {kind.name}"
    totals = (f"{name} +{pair.added:,} -{pair.removed:,}" for name, pair in told.totals if pair.added or pair.removed)
    yield f"  {'; '.join(totals)}"
    things = told.things if everything else told.things[:MOST_THINGS]
    for thing in things:
        yield ""
        yield f"{thing.sign} {thing.title}"
        lines, more = _cut(thing.lines, everything=everything)
        for line in lines:
            yield f"{'  ' * line.depth}{line.sign} {line.text}"
        if more:
            yield f"  {say('more', language, count=f'{more:,}')}"
    if len(things) < len(told.things):
        yield ""
        yield say("more", language, count=f"{len(told.things) - len(things):,}")


def as_markdown(told: Report, language: str, *, everything: bool) -> str:
    """Return a report as Markdown (GitHub's, with a table and what can be folded)."""
    return "\n".join(_markdown(told, language, everything=everything)) + "\n"


def _markdown(told: Report, language: str, *, everything: bool) -> Iterator[str]:
    yield f"### {_plain(told.title)}" if told.kinds or told.totals else _plain(told.title)
    if not told.kinds and not told.totals:
        return
    yield ""
    if told.kinds:
        columns = (say(key, language) for key in ("kind", "added", "removed", "changed"))
        yield f"| {' | '.join(columns)} |"
        yield "|---|--:|--:|--:|"
        for kind in told.kinds:
            yield f"| {_plain(kind.name)} | {kind.added or ''} | {kind.removed or ''} | {kind.changed or ''} |"
        yield ""
    totals = (f"{name} +{pair.added:,} -{pair.removed:,}" for name, pair in told.totals if pair.added or pair.removed)
    yield _plain("; ".join(totals))
    things = told.things if everything else told.things[:MOST_THINGS]
    for thing in things:
        yield ""
        yield f"**{_plain(thing.sign)} {_plain(thing.title)}**"
        lines, more = _cut(thing.lines, everything=everything)
        if lines:
            yield ""
        for line in lines:
            sign = f"{_plain(line.sign)} " if line.sign.strip() else ""
            yield f"{'  ' * (line.depth - 1)}- {sign}{_plain(line.text)}"
        if more:
            yield f"- {_plain(say('more', language, count=f'{more:,}'))}"
    if len(things) < len(told.things):
        yield ""
        yield _plain(say("more", language, count=f"{len(told.things) - len(things):,}"))


def _cut(lines: tuple[Line, ...], *, everything: bool) -> tuple[tuple[Line, ...], int]:
    if everything or len(lines) <= MOST_LINES:
        return lines, 0
    return lines[:MOST_LINES], len(lines) - MOST_LINES


def _plain(text: str) -> str:
    r"""Return a text in which Markdown sees no markup.

    >>> _plain("a_b <c>")
    'a\\_b \\<c\\>'
    """
    marked = _MARKUP.sub(r"\\\1", " ".join(text.split()))
    return f"\\{marked}" if marked[:1] in {"+", "-"} else marked
