"""Every knob of the server, in one frozen dataclass."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kg_server.http.forwarded import NetworkError, parse_network
from kg_server.http.problems import StartError

ENV_PREFIX = "RUJUKAN_"
_RELEASE = Path("build/current")
_HIGHEST_PORT = 65535
_SECRET = re.compile(r"[!-~]{16,}")


class SettingsError(StartError):
    """A setting is unknown, its value is not of its type, or two of them exclude each other."""


def _setting(  # noqa: PLR0913 - one word for each thing that a setting may be
    default: Any,  # noqa: ANN401
    text: str,
    minimum: int | None = None,
    *,
    choices: tuple[str, ...] = (),
    secret: bool = False,
    path: bool = False,
    divided: bool = False,
) -> Any:  # noqa: ANN401
    metadata = {
        "help": text, "minimum": minimum, "choices": choices, "secret": secret, "path": path, "divided": divided,
    }  # fmt: skip
    return field(default=default, metadata=metadata, repr=not secret)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the server needs to know; `RUJUKAN_` and the name in capitals is the environment variable of each.

    A secret has no option, for whoever lists processes sees options; `<name>_file` names a file that holds it.

    >>> Settings(port=9000).port
    9000
    >>> "known-to-nobody-else" in repr(Settings(operator_token="known-to-nobody-else"))
    False
    """

    release: Path = _setting(_RELEASE, "folder of the release, or a symlink that a build moves", path=True)  # noqa: RUF009
    host: str = _setting("127.0.0.1", "address to listen on")
    port: int = _setting(8000, "port to listen on; 0 picks a free one", 0)
    server: str = _setting(
        "uvicorn",
        "what speaks HTTP; granian answers repeated questions faster, but does not limit slow clients so well",
        choices=("uvicorn", "granian"),
    )
    processes: int = _setting(1, "processes that serve, side by side; the limits below are those of all together", 1)
    public_url: str = _setting("", "address under which clients reach the server, when a proxy hides it")
    workers: int = _setting(4, "queries that run at the same time, each in a process of its own", 1, divided=True)
    spare: int = _setting(1, "query processes kept ready beyond these, to replace one that is killed", 0, divided=True)
    small_work: int = _setting(
        2000, "index entries that a question may read to be answered where it arrives; 0: never, see decision 0017", 0
    )
    queue: int = _setting(32, "queries that may wait for a worker; one more is answered 503", 0)
    client_queries: int = _setting(0, "queries of one client that run at the same time; 0 for one less than workers", 0)
    query_seconds: int = _setting(30, "seconds after which a query's process is killed and its client told so", 1)
    query_memory_mb: int = _setting(1024, "memory of one query process in MiB; a query that wants more is ended", 64)
    retry_seconds: int = _setting(2, "seconds that a 503 asks clients to wait", 1)
    max_query_bytes: int = _setting(65536, "longest request body or address that is read", 1024)
    max_answer_bytes: int = _setting(268435456, "largest answer; a larger one is answered 422", 1024)
    max_answer_rows: int = _setting(5000000, "rows or triples of the longest answer; a longer one is answered 422", 1)
    backend: str = _setting("", "SPARQL endpoint of an engine that answers in the place of the release's own store")
    backend_authorization: str = _setting(
        "", "what the engine is sent: Bearer and a token, or user:password", secret=True
    )
    backend_authorization_file: str = _setting("", "file that holds backend_authorization", path=True)
    backend_default_graph: str = _setting("", "graph that holds the default graph in an engine that has none")
    backend_failures: int = _setting(5, "failures of the engine in a row after which it is left alone", 1)
    backend_cache_seconds: int = _setting(60, "seconds for which an answer of an engine elsewhere is given again", 1)
    backend_pause_seconds: int = _setting(5, "seconds until an engine that cannot be reached is tried again", 1)
    service_allow: str = _setting("", "origins that SERVICE may ask, such as https://query.wikidata.org")
    cut_answers: int = _setting(0, "1: cut what is longer and say so, instead of answering 422", 0)
    cache_mb: int = _setting(64, "memory for answers that are given again, in MiB; 0 keeps none", 0, divided=True)
    spool_dir: str = _setting("", "folder for answers too long for memory; the system's for temporary files if empty")
    spool_mb: int = _setting(4096, "disk that answers on their way out may take together, in MiB", 1, divided=True)
    max_connections: int = _setting(1000, "connections open at the same time; one more is answered 503", 1)
    client_connections: int = _setting(
        100, "of these, from one address; one more is answered 429; 0 for no such limit, as behind a proxy", 0
    )
    head_seconds: int = _setting(10, "seconds for a request's headers to arrive (408)", 1)
    body_seconds: int = _setting(20, "seconds for a request's body to arrive (408)", 1)
    send_seconds: int = _setting(30, "seconds in which a client must take 64 KiB of its answer, or be cut off", 1)
    idle_seconds: int = _setting(5, "seconds for which a connection without a request is kept", 1)
    page_rows: int = _setting(500, "rows that a page shows; the other formats always hold all", 1)
    texts: str = _setting("", "folder of the articles' texts, shown with their facts; empty shows none", path=True)
    budget_seconds: int = _setting(60, "query seconds that a client gets each minute, then 429; 0: no budget", 0)
    budget_burst: int = _setting(120, "most query seconds that a client can save up", 1)
    trusted_proxies: tuple[str, ...] = _setting(
        (), "addresses and networks of proxies whose word on a client's address counts; unix: those on a unix socket"
    )
    client_header: str = _setting(
        "x-forwarded-for",
        "the header in which trusted proxies name their client",
        choices=("x-forwarded-for", "forwarded"),
    )
    operator_token: str = _setting("", "secret that opens /operator and /metrics; without one, 404", secret=True)
    operator_token_file: str = _setting("", "file that holds operator_token", path=True)
    log: str = _setting("json", "form of the log", choices=("json", "text", "off"))
    log_file: str = _setting("", "file that the log is added to; empty: standard error", path=True)
    log_key: str = _setting(
        "", "secret of the clients' names in the log; without one, a new one each start", secret=True
    )
    log_key_file: str = _setting("", "file that holds log_key", path=True)
    supervise: int = _setting(0, "1: start the server again when it is killed; `rujukan serve` does so", 0)
    drain_seconds: int = _setting(0, "seconds to go on answering after SIGTERM, while /ready says 503", 0)

    def __post_init__(self) -> None:
        """Refuse what makes no sense together.

        Raises:
            SettingsError: naming the settings.
        """
        for wrong in _nonsense(self):
            raise SettingsError(wrong)

    @property
    def public(self) -> bool:
        """Whether others than people at this machine are expected: through a proxy, or at an address not its own.

        >>> Settings().public, Settings(host="0.0.0.0").public, Settings(public_url="https://example.org").public
        (False, True, True)
        """
        return bool(self.public_url or self.trusted_proxies) or not _is_loopback(self.host)

    @property
    def one_client(self) -> int:
        """Queries of one client that run at the same time: whatever one asks, another finds a process."""
        return self.client_queries or max(1, self.workers - 1)

    def share(self, process: int) -> Settings:
        """Return the settings of one of the processes, which divide what they do not count together.

        >>> whole = Settings(processes=2, workers=5)
        >>> whole.share(0).workers, whole.share(1).workers
        (3, 2)
        """
        divided = [each.name for each in fields(self) if each.metadata["divided"]]
        if self.server == "granian":
            # It counts its connections by itself.
            divided.append("max_connections")
        most = self.processes - 1 - process
        parts = {name: (getattr(self, name) + most) // self.processes for name in divided}
        return replace(self, processes=1, **parts)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _nonsense(settings: Settings) -> Iterator[str]:
    if settings.port > _HIGHEST_PORT:
        yield f"port is {settings.port}; ports go from 0 to {_HIGHEST_PORT}."
    if settings.public_url:
        parts = urlsplit(settings.public_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            yield f"public_url is {settings.public_url!r}, not an http or https address without '?' and '#'."
    yield from _bad_proxies(settings.trusted_proxies)
    if settings.budget_seconds and settings.budget_burst < settings.budget_seconds:
        yield (
            f"budget_burst is {settings.budget_burst}, less than the {settings.budget_seconds} s that budget_seconds"
            " gives each minute."
        )
    if settings.log == "off" and settings.log_file:
        yield f"log is off, but log_file is {settings.log_file}; leave one of them out."
    yield from _bad_words(settings)
    yield from _too_few(settings)


def _too_few(settings: Settings) -> Iterator[str]:
    for each in fields(settings):
        value = getattr(settings, each.name)
        needed = each.metadata["divided"] and each.metadata["minimum"]
        if (needed or each.name == "max_connections") and value < settings.processes:
            yield f"{each.name} is {value}, which cannot be divided among {settings.processes} processes."


def _bad_words(settings: Settings) -> Iterator[str]:
    for each in fields(settings):
        value, choices = getattr(settings, each.name), each.metadata["choices"]
        if choices and value not in choices:
            yield f"{each.name} is {value!r}, not one of {', '.join(choices)}."
        # What an engine wants to hear is its own choice.
        chosen_here = each.metadata["secret"] and each.name != "backend_authorization"
        if chosen_here and value and not _SECRET.fullmatch(value):
            yield f"{each.name} is too easy to guess: give it 16 or more visible ASCII characters, without spaces."


def _bad_proxies(proxies: tuple[str, ...]) -> Iterator[str]:
    for each in proxies:
        try:
            network = parse_network(each)
        except NetworkError as error:
            yield f"trusted_proxies: {error}"
        else:
            if network is not None and network[2] == 0:
                yield f"trusted_proxies has {each}: who trusts everybody is told lies by everybody; name the proxies."


def describe_settings() -> list[tuple[str, str, str, str]]:
    """Return name, environment variable, default and meaning of every setting, for `--help` and the documentation.

    >>> describe_settings()[2][:3]
    ('port', 'RUJUKAN_PORT', '8000')
    """
    return [
        (each.name, ENV_PREFIX + each.name.upper(), shown(each.default), each.metadata["help"])
        for each in fields(Settings)
    ]


def shown(value: object) -> str:
    """Return a value as people write it."""
    return ", ".join(value) if isinstance(value, tuple) else str(value)
