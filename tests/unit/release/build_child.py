"""A process that builds synthetic releases, for tests that need one of its own.

    build_child.py DIR once SEED       builds one release, prints its id
    build_child.py DIR serve           for each line "SEED STEP DELAY" on stdin: forks a build and prints how it ended.
                                       The imports are done once, so that many builds can be killed quickly.

The build is killed after DELAY seconds, and by itself at STEP: at 0 before its first rename or link, at 1 after it, at
2 before the second, and so on. A negative number stands for never.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.unit.release.synthetic import description, shards
from tests.unit.release.writing import write_release


def build(folder: Path, seed: int, facts: int) -> str:
    return write_release(folder, shards(seed, facts=facts), description(seed)).id


def kill_at(step: int) -> None:
    boundaries = iter(range(1_000_000))

    def boundary() -> None:
        if next(boundaries) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(change: Callable[..., object]) -> Callable[..., object]:
        def wrapper(*arguments: object, **options: object) -> object:
            boundary()
            result = change(*arguments, **options)
            boundary()
            return result

        return wrapper

    for name in ("rename", "replace", "symlink"):
        setattr(os, name, watched(getattr(os, name)))


def serve(folder: Path, facts: int) -> None:
    for request in sys.stdin:
        seed, step, delay = request.split()
        process = os.fork()
        if process == 0:
            try:
                if int(step) >= 0:
                    kill_at(int(step))
                build(folder, int(seed), facts)
            except BaseException as error:  # noqa: BLE001 - the child must not return into the loop
                print(repr(error), file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        if float(delay) >= 0:
            time.sleep(float(delay))
            os.kill(process, signal.SIGKILL)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


if __name__ == "__main__":
    if sys.argv[2] == "once":
        os.umask(int(os.environ.get("TEST_UMASK", "022"), 8))
        print(build(Path(sys.argv[1]), int(sys.argv[3]), 30))
    else:
        serve(Path(sys.argv[1]), 100)
