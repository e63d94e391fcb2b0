"""Asks services elsewhere, politely: slowly, with a name, and again only when and as often as they permit."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3

from kg_builder.errors import KgError

AGENT = "rujukan (https://w3id.org/rujukan; links between knowledge graphs, each confirmed by a person)"
_BUSY = (429, 500, 502, 503, 504)
_OK = 200
_MOST_BYTES = 16 << 20


class ServiceError(KgError):
    """A service elsewhere cannot be reached, refuses, or does not speak as it should."""


@dataclass(frozen=True, slots=True)
class Politeness:
    """How a service is asked.

    Attributes:
        interval: seconds between two requests, at least.
        retries: how often a request is made again after the first time.
        back_off: seconds before the first of these; each further one waits twice as long, with up to as much at random.
        most: seconds that one wait lasts, also where `Retry-After` asks for more.
        patience: seconds for a connection, and for each part of an answer.
    """

    interval: float = 1.0
    retries: int = 4
    back_off: float = 1.0
    most: float = 120.0
    patience: float = 60.0


class Client:
    """Sends requests one after the other.

    Args:
        politeness: how.
    """

    def __init__(self, politeness: Politeness | None = None) -> None:
        self._polite = politeness or Politeness()
        polite = self._polite
        retry = urllib3.Retry(
            total=polite.retries,
            # A batch of questions changes nothing, whichever method carries it.
            allowed_methods=None,
            status_forcelist=_BUSY,
            backoff_factor=polite.back_off,
            backoff_jitter=polite.back_off,
            backoff_max=polite.most,
            retry_after_max=max(1, int(polite.most)),
        )
        timeout = urllib3.Timeout(connect=polite.patience, read=polite.patience)
        self._pool = urllib3.PoolManager(retries=retry, timeout=timeout, headers={"User-Agent": AGENT})
        self._last = float("-inf")
        self.requests = 0

    def get(self, address: str, fields: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON at an address; raises what `post` raises."""
        return self._ask("GET", address, fields)

    def post(self, address: str, fields: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        """Send a form and return the JSON that answers it.

        Raises:
            ServiceError: no answer after all tries, another status than 200, or no JSON.
        """
        return self._ask("POST", address, fields)

    def _ask(self, method: str, address: str, fields: Mapping[str, str] | None) -> Any:  # noqa: ANN401 - JSON
        if not address.startswith(("http://", "https://")):
            message = f"«{address}» is no address of a service"
            raise ServiceError(message)
        time.sleep(max(0.0, self._last + self._polite.interval - time.monotonic()))
        try:
            response = (
                self._pool.request(method, address, fields=fields or None, preload_content=False)
                if method == "GET"
                else self._pool.request(method, address, fields=fields, encode_multipart=False, preload_content=False)
            )
            body = response.read(_MOST_BYTES + 1)
            response.release_conn()
        except urllib3.exceptions.HTTPError as error:
            message = f"{address} does not answer: {getattr(error, 'reason', None) or error}"
            raise ServiceError(message) from error
        finally:
            self._last = time.monotonic()
            self.requests += 1
        if response.status != _OK:
            message = f"{address} answers with status {response.status}: {body[:200].decode('utf-8', 'replace')}"
            raise ServiceError(message)
        if len(body) > _MOST_BYTES:
            message = f"{address} answers with more than {_MOST_BYTES} bytes"
            raise ServiceError(message)
        try:
            return json.loads(body)
        except ValueError as error:
            message = f"{address} answers with something that is not JSON"
            raise ServiceError(message) from error
