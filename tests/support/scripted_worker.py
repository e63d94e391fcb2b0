"""A query process that does what a question says, in the place of evaluating it; all else is the real one."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from kg_server.backends import worker
from kg_server.backends.base import Question, Wanted
from kg_server.backends.evaluate import Result
from kg_server.backends.sink import Spool, Written
from kg_server.http.problems import EvaluationFailed


class Scripted:
    """Takes questions of a word, a number of milliseconds, and a text that is the answer."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def answer(self, question: Question, wanted: Wanted) -> Result:
        del wanted
        word, milliseconds, text = question.query.split(" ")
        began = time.process_time()
        if word == "wait":
            time.sleep(int(milliseconds) / 1000)
        while word != "wait" and time.process_time() - began < int(milliseconds) / 1000:
            pass
        if word == "refuse":
            raise EvaluationFailed(text)
        if word == "memory":
            raise MemoryError
        if word == "surprise":
            raise KeyError(text)
        if word == "die":
            os.abort()
        body, name = text.encode(), None
        if word == "file":
            name, file = self._spool.open()
            with file:
                file.write(body)
        written = Written(b"" if name else body, name, f'"{hashlib.sha256(body).hexdigest()}"', None)
        return Result("bindings", written, 1, 1, lasting=True)


def main() -> None:
    worker._make_evaluator = lambda config, outside: Scripted(Spool(Path(config["spool"]), os.getpid()))  # type: ignore[assignment,return-value] # noqa: ARG005
    worker.main()


if __name__ == "__main__":
    main()
