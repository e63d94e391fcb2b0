"""``rujukan build --watch``: a build after each save, in one process."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Protocol

from kg_builder.cli.output import problems_as_json, report, say, tell
from kg_builder.errors import KgError, SourceError

Outcome = dict[str, Any]

_IDLE = 4
"""How often nothing must have been saved, at half a second each, before the dumps of a release are written."""

_LONGEST = 64
"""After how many such times at most a build that could not be made is tried again."""


class Build(Protocol):
    """Builds once and returns what is told as JSON and what people read; raises as a build does."""

    def __call__(self, *, dumps: bool) -> tuple[Outcome, list[str]]:
        """Build; the dumps may be left to a later call."""


def run_watch(options: argparse.Namespace, root: Path, build: Build) -> int:
    """Build, and build again whenever sources are saved, until interrupted; the dumps follow when nothing is saved.

    Args:
        options: of the command.
        root: the project's folder.
        build: builds once.

    Raises:
        KeyboardInterrupt: it was interrupted.
    """
    from kg_builder.build.watch import FOLDERS, saved

    watcher = _Watcher(build, as_json=options.json)
    # The first build need not wait until the folders are watched: they are looked at again when they are.
    watcher.build()
    options.force = False
    tell(f"Watching {', '.join(f'{name}/' for name in FOLDERS)}; Ctrl-C ends it.")
    idle = 0
    for changed in saved(root):
        idle += 1
        if changed or idle == watcher.again:
            watcher.build()
            idle = 0
        elif idle == _IDLE and watcher.owes:
            watcher.build(dumps=True)
    return 0  # pragma: no cover - only an interrupt ends it


class _Watcher:
    def __init__(self, build: Build, *, as_json: bool) -> None:
        self._build, self._as_json = build, as_json
        self._last: object = None
        self.again = 0
        """After how many times that nothing was saved to try again what failed for a reason that may pass; 0: never."""
        self.owes = False
        """Whether the release is still without its dumps."""

    def build(self, *, dumps: bool = False) -> None:
        """Build and tell what came of it, unless that was told already."""
        again, self.again, self.owes = self.again, 0, False
        try:
            outcome, lines = self._build(dumps=dumps)
        except SourceError as error:
            if self._news(error.problems):
                self._tell_problems(error)
            return
        except (KgError, OSError) as error:
            # Another build runs, the disk is full, or a file went away while it was read.
            self.again = min(2 * again or 1, _LONGEST)
            if self._news(str(error)):
                self._tell({"ok": False, "error": str(error)}, [], f"rujukan: {error}")
            return
        self.owes = not dumps
        if self._news(outcome["release"]) or not outcome["unchanged"]:
            self._tell(outcome, lines)

    def _news(self, told: object) -> bool:
        if told == self._last:
            return False
        self._last = told
        return True

    def _tell_problems(self, error: SourceError) -> None:
        if self._as_json:
            self._tell(problems_as_json(error), [])
        else:
            report(error, as_json=False)

    def _tell(self, outcome: Outcome, lines: list[str], remark: str = "") -> None:
        if self._as_json:
            say(json.dumps(outcome, ensure_ascii=False))
        else:
            for line in lines:
                say(line)
            if remark:
                tell(remark)
        sys.stdout.flush()
