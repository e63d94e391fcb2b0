"""One page from the network, asked for politely: who asks is named, robots.txt is heeded, everything has a limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from importlib import metadata
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import urllib3

from kg_builder.assist.line import Line, PrivateAddressError, leads_home, pool_on
from kg_builder.errors import FetchError

AGENT = "rujukan"
"""The product token by which robots.txt may name us (RFC 9309, section 2.2.1)."""

ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.8"
_ROBOTS_BYTES = 500 * 1024
_CHUNK = 1 << 16
_SAVE = "open it in a browser, save the page, and add the file"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one fetch may take: seconds in all, bytes after decompression, redirects; seconds between two pages."""

    seconds: float = 30.0
    bytes: int = 10 * 1024 * 1024
    redirects: int = 5
    pause: float = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """What came: the address in the end, the bytes, the media type in lower case, the charset of the header or ''."""

    url: str
    content: bytes
    media_type: str
    charset: str


@dataclass(slots=True)
class Fetcher:
    """Fetches pages; keeps what each host's robots.txt says, and waits between two pages of one host.

    Attributes:
        limits: how much a fetch may take.
        wait: how to wait for a number of seconds.
        leads_home: how to tell that a host that somebody named is one of a private network. Only from there may a
            redirect lead into one.
    """

    limits: Limits = field(default_factory=Limits)
    wait: Callable[[float], None] = time.sleep
    leads_home: Callable[[str], bool] = leads_home
    _line: Line = field(init=False, default_factory=Line)
    _pool: urllib3.PoolManager = field(init=False)
    _robots: dict[str, RobotFileParser] = field(init=False, default_factory=dict)
    _asked: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        """Make the pool of connections."""
        headers = {"User-Agent": user_agent(), "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate"}
        self._pool = pool_on(self._line, headers)

    def close(self) -> None:
        """Close what connections are open."""
        self._pool.clear()

    def fetch(self, url: str) -> Page:
        """Return a page.

        Raises:
            FetchError: it cannot be had, is too large, or the host asks programs to leave it alone.
        """
        deadline = time.monotonic() + self.limits.seconds
        home = self.leads_home(urlsplit(_host(url)).hostname or "")
        self._line.public_only = False
        for _ in range(self.limits.redirects + 1):
            host = _host(url)
            self._heed(url, host, deadline, home=home)
            if host in self._asked and self.limits.pause:
                self.wait(self.limits.pause)
                deadline += self.limits.pause
            self._asked.add(host)
            status, headers, content = self._get(url, deadline, self.limits.bytes)
            if _redirected(status, headers):
                url = urljoin(url, headers["Location"])
                self._leave(home=home)
                continue
            _refused(url, status)
            media_type, charset = content_type(headers.get("Content-Type", ""))
            return Page(url, content, media_type, charset)
        raise FetchError(
            f"more than {self.limits.redirects} redirects: give the address that a browser shows in the end"
        )

    def _leave(self, *, home: bool) -> None:
        """Go on where a redirect leads: not into a private network, unless the way began in one."""
        self._line.public_only = not home

    def _heed(self, url: str, host: str, deadline: float, *, home: bool) -> None:
        """Raise FetchError where robots.txt asks programs not to fetch an address (RFC 9309)."""
        if host not in self._robots:
            asked = self._line.public_only
            self._robots[host] = self._rules(host, deadline, home=home)
            self._line.public_only = asked
        if not self._robots[host].can_fetch(AGENT, url):
            raise FetchError(f"{host}/robots.txt asks programs not to fetch this page: {_SAVE}")

    def _rules(self, host: str, deadline: float, *, home: bool) -> RobotFileParser:
        rules = RobotFileParser()
        url = f"{host}/robots.txt"
        status, headers, content = self._get(url, deadline, _ROBOTS_BYTES, cut=True)
        for _ in range(self.limits.redirects):
            if not _redirected(status, headers):
                break
            url = urljoin(url, headers["Location"])
            _host(url)
            self._leave(home=home)
            status, headers, content = self._get(url, deadline, _ROBOTS_BYTES, cut=True)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            # Section 2.3.1.4: who cannot say what may be fetched is left alone.
            raise FetchError(f"{url} answers {_named(status)}, so it is not known what may be fetched: try again later")
        # Section 2.3.1.3: where there are no rules, everything may be fetched.
        rules.parse(content.decode("utf-8", "replace").splitlines() if status == HTTPStatus.OK else [])
        return rules

    def _get(self, url: str, deadline: float, most: int, *, cut: bool = False) -> tuple[int, dict[str, str], bytes]:
        left = deadline - time.monotonic()
        if left <= 0:
            raise FetchError(self._late(url))
        try:
            with self._line.until(left):
                return self._read(url, left, most, cut=cut)
        except PrivateAddressError as error:
            raise FetchError(f"it redirects to {url}, an address of a private network ({error}): {_SAVE}") from error
        except urllib3.exceptions.HTTPError as error:
            refused = isinstance(error, urllib3.exceptions.NewConnectionError)  # which is one of the time-outs here
            late = isinstance(error, urllib3.exceptions.TimeoutError) and not refused
            if late or self._line.over:
                raise FetchError(self._late(url)) from error
            raise FetchError(f"{url} cannot be had: {_reason(error)}") from error

    def _read(self, url: str, left: float, most: int, *, cut: bool) -> tuple[int, dict[str, str], bytes]:
        self._pool.clear()  # each request has a connection of its own, which can be cut
        response = self._pool.request(
            "GET", url, redirect=False, preload_content=False, timeout=urllib3.Timeout(total=left)
        )
        try:
            content = bytearray()
            for chunk in response.stream(_CHUNK):
                content += chunk
                if len(content) > most:
                    if cut:
                        break
                    raise FetchError(f"the page is larger than {most:,} bytes: save its text as a file and add that")
            if self._line.over:  # without a length, what was cut looks whole
                raise FetchError(self._late(url))
            headers = {key.title(): value for key, value in response.headers.items()}
            return response.status, headers, bytes(content[:most])
        finally:
            response.close()

    def _late(self, url: str) -> str:
        return f"{url} took longer than {self.limits.seconds:g} seconds: try again, or {_SAVE}"


def user_agent() -> str:
    """Return who asks: the project, its version, and where to read of it.

    >>> user_agent().startswith("rujukan/")
    True
    """
    try:
        version = metadata.version("rujukan")
    except metadata.PackageNotFoundError:
        version = "unreleased"
    return f"{AGENT}/{version} (+https://w3id.org/rujukan/)"


def content_type(header: str) -> tuple[str, str]:
    """Return the media type and the charset of a Content-Type header, in lower case; '' for what it does not say.

    >>> content_type('Text/HTML; Charset="Windows-1252"')
    ('text/html', 'windows-1252')
    >>> content_type("")
    ('', '')
    """
    message = Message()
    message["Content-Type"] = header
    return (message.get_content_type() if header.strip() else "", (message.get_content_charset() or ""))


def _host(url: str) -> str:
    """Return scheme and authority of an address that may be fetched."""
    try:
        parts = urlsplit(url)
        allowed = parts.scheme in {"http", "https"} and parts.hostname
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise FetchError(f"«{url}» is not an address: {error}") from error
    if not allowed or parts.hostname is None:
        raise FetchError(f"«{url}» is not an address of the web: it must begin with https:// or http://")
    if parts.username or parts.password:
        raise FetchError(f"the address of {parts.hostname} holds a name or a password: {_SAVE}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def _redirected(status: int, headers: dict[str, str]) -> bool:
    return status in {301, 302, 303, 307, 308} and bool(headers.get("Location"))


def _refused(url: str, status: int) -> None:
    if status in {401, 402, 403, 407, 429, 451}:
        raise FetchError(f"{url} answers {_named(status)}: it is not given to programs; {_SAVE}")
    if status in {404, 410}:
        raise FetchError(f"{url} answers {_named(status)}: check the address")
    if status != HTTPStatus.OK:
        raise FetchError(f"{url} answers {_named(status)}: try again later, or {_SAVE}")


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _reason(error: urllib3.exceptions.HTTPError) -> str:
    said = str(error)
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "no machine of that name is known; check the address and the connection"
    if isinstance(error, urllib3.exceptions.SSLError):
        return f"its certificate is not good ({said}); {_SAVE}"
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return "it does not accept the connection; check the address, or try again later"
    return said.rpartition(": ")[2] or type(error).__name__
