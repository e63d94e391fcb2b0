"""Every knob of the server, in one frozen dataclass, from the environment and from what the caller overrides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from kg_server.http.problems import StartError

ENV_PREFIX = "RUJUKAN_"
_RELEASE = Path("build/current")


class SettingsError(StartError):
    """A setting is unknown or its value is not of its type."""


def _setting(default: Any, text: str, minimum: int | None = None) -> Any:  # noqa: ANN401
    return field(default=default, metadata={"help": text, "minimum": minimum})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the server needs to know; `RUJUKAN_` and the name in capitals is the environment variable of each.

    >>> Settings(port=9000).port
    9000
    """

    release: Path = _setting(_RELEASE, "folder of the release, or a symlink that a build moves")  # noqa: RUF009
    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _setting(8000, "port to listen on; 0 picks a free one", 0)
    public_url: str = _setting("", "address under which clients reach the server, when a proxy hides it")
    workers: int = _setting(4, "queries that run at the same time, each in a process of its own", 1)
    spare: int = _setting(1, "query processes kept ready beyond these, to replace one that is killed", 0)
    queue: int = _setting(32, "queries that may wait for a worker; one more is answered 503", 0)
    query_seconds: int = _setting(30, "seconds after which a query's process is killed and its client told so", 1)
    query_memory_mb: int = _setting(1024, "memory of one query process in MiB; a query that wants more is ended", 64)
    retry_seconds: int = _setting(2, "seconds that a 503 asks clients to wait", 1)
    max_query_bytes: int = _setting(65536, "longest request body or address that is read", 1024)
    max_answer_bytes: int = _setting(268435456, "largest answer; a larger one is answered 422", 1024)
    max_answer_rows: int = _setting(5000000, "rows or triples of the longest answer; a longer one is answered 422", 1)
    backend: str = _setting("", "SPARQL endpoint of an engine that answers in the place of the release's own store")
    backend_authorization: str = _setting("", "what the engine is sent as Authorization, such as Bearer and a token")
    backend_default_graph: str = _setting("", "graph that holds the default graph in an engine that has none")
    backend_failures: int = _setting(5, "failures of the engine in a row after which it is left alone", 1)
    backend_pause_seconds: int = _setting(5, "seconds until an engine that cannot be reached is tried again", 1)
    service_allow: str = _setting("", "origins that SERVICE may ask, such as https://query.wikidata.org")
    cut_answers: int = _setting(0, "1: cut what is longer and say so, instead of answering 422", 0)
    cache_mb: int = _setting(64, "memory for answers that are given again, in MiB; 0 keeps none", 0)
    spool_dir: str = _setting("", "folder for answers too long for memory; the system's for temporary files if empty")
    spool_mb: int = _setting(4096, "disk that answers on their way out may take together, in MiB", 1)
    page_rows: int = _setting(500, "rows that a page shows; the other formats always hold all", 1)


def load_settings(environ: Mapping[str, str], **overrides: object) -> Settings:
    """Return the settings: the overrides that are not None, else the environment, else the defaults.

    Args:
        environ: usually `os.environ`.
        **overrides: values by name, of the field's type or as text.

    Raises:
        SettingsError: naming the setting, its value and what it should be.

    >>> load_settings({"RUJUKAN_PORT": "8080", "RUJUKAN_WORKERS": "2"}, workers=3).port
    8080
    >>> load_settings({"RUJUKAN_PORT": "high"})
    Traceback (most recent call last):
    kg_server.settings.SettingsError: RUJUKAN_PORT is 'high', not a whole number of at least 0.
    """
    known = {each.name: each for each in fields(Settings)}
    if unknown := sorted(set(overrides) - set(known)):
        message = f"There is no setting {unknown[0]!r}; the settings are {', '.join(known)}."
        raise SettingsError(message)
    values: dict[str, Any] = {}
    for name, each in known.items():
        raw, label = overrides.get(name), name
        if raw is None:
            label = ENV_PREFIX + name.upper()
            raw = environ.get(label)
        if raw is not None:
            values[name] = _convert(label, raw, type(each.default), each.metadata["minimum"])
    return Settings(**values)


def _convert(label: str, raw: object, kind: type, minimum: int | None) -> object:
    if kind is int:
        text = str(raw).strip()
        number = int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else -1
        if number < (minimum or 0):
            message = f"{label} is {str(raw)!r}, not a whole number of at least {minimum or 0}."
            raise SettingsError(message)
        return number
    return Path(str(raw)) if issubclass(kind, Path) else str(raw)


def describe_settings() -> list[tuple[str, str, str, str]]:
    """Return name, environment variable, default and meaning of every setting, for `--help` and the documentation.

    >>> describe_settings()[2][:3]
    ('port', 'RUJUKAN_PORT', '8000')
    """
    return [
        (each.name, ENV_PREFIX + each.name.upper(), str(each.default), each.metadata["help"])
        for each in fields(Settings)
    ]
