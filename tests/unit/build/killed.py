"""A process that builds a project on request, and ends itself where it is told to.

    killed.py ROOT       for each line "STEP" on stdin: forks a build and prints how it ended

The build ends by SIGKILL at STEP: at 0 before its first change to what lies on the disk, at 1 after it, and so on. Such
changes are renames, links and what the state is told. A negative number stands for never.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from kg_builder.build import mapping, run, state
from kg_builder.sources.project import load_project

WATCHED = (
    (os, ("rename", "replace", "symlink", "link")),
    (state.State, ("begin", "take", "forget", "finish", "note")),
)


def end_at(step: int) -> None:
    boundaries = iter(range(1_000_000))

    def watched(change: Callable[..., object]) -> Callable[..., object]:
        def wrapper(*arguments: object, **options: object) -> object:
            if next(boundaries) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            result = change(*arguments, **options)
            if next(boundaries) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return wrapper

    for where, names in WATCHED:
        for name in names:
            setattr(where, name, watched(getattr(where, name)))


def serve(root: Path) -> None:
    assert mapping.__file__  # imported once, so that forks are quick
    for request in sys.stdin:
        process = os.fork()
        if process == 0:
            try:
                if int(request) >= 0:
                    end_at(int(request))
                run.build(load_project(root), lambda _: None)
            except BaseException as error:  # noqa: BLE001 - the child must not return into the loop
                print(repr(error), file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
