"""Log lines, written by a thread of their own: a full disk or a reader that stalls costs lines and never a request."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import stat
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from select import PIPE_BUF
from typing import Literal, Protocol

Fields = Mapping[str, object]
Form = Literal["json", "text"]


class Entry(Protocol):
    """What becomes a line, in the thread that writes."""

    def fields(self) -> Fields:
        """Return its fields."""
        ...

    def json(self) -> str:
        """Return the line, where it is to be JSON."""
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the server and not to a request."""

    line: Fields

    def fields(self) -> Fields:
        """Return its fields."""
        return self.line

    def json(self) -> str:
        """Return them in JSON."""
        return as_json(self.line)


_STANDARD_ERROR = 2
_MOST_WAITING = 50_000
_PIECE = 1000
_TURN = 25
_PAUSE_SECONDS = 0.1
_CLOSE_SECONDS = 2.0
# Making one for each line would take longer than the line.
_ENCODER = json.JSONEncoder(separators=(",", ":"), default=str)
_PLAIN = re.compile(r"[\w./:+@-]+", re.ASCII)
# What every record of the logging module has; the rest was given as `extra`.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def query_hash(query: str) -> str:
    """Return the name of a query in logs: the first 16 digits of the SHA-256 of its text.

    >>> query_hash("ASK {}")
    '819ea91ed5f12b38'
    """
    return hashlib.sha256(query.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def timestamp(seconds: float) -> str:
    """Return a time in UTC, to the millisecond (RFC 3339).

    >>> timestamp(0.5)
    '1970-01-01T00:00:00.500Z'
    """
    whole = int(seconds)
    return f"{_second(whole)}.{int((seconds - whole) * 1000):03d}Z"


@lru_cache(16)
def _second(whole: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))


def as_json(fields: Fields) -> str:
    r"""Return one line of JSON, ASCII only, whatever the values hold.

    >>> as_json({"method": "GET", "query": 'a"b'})
    '{"method":"GET","query":"a\\"b"}'
    """
    return _ENCODER.encode(fields)


def as_text(fields: Fields) -> str:
    r"""Return one line for people: values in the order given, quoted where they hold more than plain characters.

    >>> as_text({"time": "12:00", "event": "started", "why": "no reason\n"})
    'time=12:00 event=started why="no reason\\n"'
    """
    return " ".join(f"{name}={_shown(value)}" for name, value in fields.items())


def _shown(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


class Journal:
    """Takes what happened and has it written, in batches.

    Args:
        form: `json` or `text`.
        path: of the file to add to; standard error when None. A file that was moved away is made anew.
        process: number of this process among several that write to the same place; it stands in each line.

    Raises:
        OSError: when the file cannot be opened now. Later failures cost lines, which `lost` counts.
    """

    def __init__(self, form: Form = "json", path: Path | None = None, process: int | None = None) -> None:
        self._json = form == "json"
        self._process = process
        self._path = path
        self._file = _STANDARD_ERROR if path is None else _open(path)
        self._waiting: deque[Entry] = deque()
        self._done = threading.Event()
        self._flushed = threading.Condition()
        self.lost = 0
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def put(self, entry: Entry) -> None:
        """Have a line written soon; the writing thread makes it."""
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(entry)
        else:
            self.lost += 1

    def event(self, name: str, **fields: object) -> None:
        """Have the line of an event written: something that happened to the server and not to a request."""
        self.put(Event({"time": timestamp(time.time()), "event": name, **fields}))

    def close(self) -> None:
        """Write what waits, for two seconds at most, and write nothing more."""
        self._done.set()
        self._thread.join(_CLOSE_SECONDS)
        if self._path is not None and not self._thread.is_alive() and self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _run(self) -> None:
        while not self._done.wait(_PAUSE_SECONDS):
            self._flush()
        self._flush()

    def _flush(self) -> None:
        while self._waiting:
            lines: list[str] = []
            while self._waiting and len(lines) < _PIECE:
                entry = self._waiting.popleft()
                lines.append(self._line(entry))
                if len(lines) % _TURN == 0:
                    # Requests go before their lines: otherwise this thread would keep the interpreter for 5 ms.
                    time.sleep(0)
            try:
                self._write(lines)
            except OSError:
                # A full disk, a closed pipe: nobody can be told but the metrics.
                self.lost += len(lines)

    def _line(self, entry: Entry) -> str:
        line = entry.json() if self._json else as_text(entry.fields())
        if self._process is None:
            return line + "\n"
        return f'{line[:-1]},"process":{self._process}}}\n' if self._json else f"{line} process={self._process}\n"

    def _write(self, lines: list[str]) -> None:
        if self._path is not None:
            self._follow(self._path)
        alone = self._process is None or stat.S_ISREG(os.fstat(self._file).st_mode)
        for piece in ["".join(lines)] if alone else _pieces(lines):
            view = memoryview(piece.encode())
            while view:
                view = view[os.write(self._file, view) :]

    def _follow(self, path: Path) -> None:
        """Open the file anew when the path leads to another one: logrotate moves it away."""
        here = None
        with suppress(FileNotFoundError):
            here = path.stat()
        ours = os.fstat(self._file)
        if here is None or (here.st_dev, here.st_ino) != (ours.st_dev, ours.st_ino):
            fresh = _open(path)
            os.close(self._file)
            self._file = fresh


def _pieces(lines: list[str]) -> Iterator[str]:
    """Put lines together as far as a pipe takes them in one piece, with nothing of another process in between.

    >>> [len(piece) for piece in _pieces(["x" * 3000, "y" * 1000, "z" * 500, "w" * 5000])]
    [4000, 500, 5000]
    """
    piece = ""
    for line in lines:
        if piece and len(piece) + len(line) > PIPE_BUF:
            yield piece
            piece = ""
        piece += line
    yield piece


def _open(path: Path) -> int:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o640)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.set_blocking(handle, True)
    return handle


class JournalHandler(logging.Handler):
    """Takes what this process says through the logging module into the journal.

    A record's `extra` becomes fields; `event` among them names the line, `log` does otherwise.
    """

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.INFO)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a record on."""
        extra = {name: value for name, value in vars(record).items() if name not in _OWN}
        fields: dict[str, object] = {"level": record.levelname.lower(), "message": record.getMessage(), **extra}
        if record.exc_info:
            fields["trace"] = logging.Formatter().formatException(record.exc_info)
        self._journal.event(str(fields.pop("event", "log")), **fields)
