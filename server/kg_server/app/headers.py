"""Headers that every reply carries, and those of CORS; docs/operations.md says what each is for."""

from __future__ import annotations

from collections.abc import Mapping

from kg_server.http.protocol import BODY_TYPES, METHODS
from kg_server.pages.render import CONTENT_SECURITY_POLICY

READ = "GET, HEAD, OPTIONS"
# What scripts of other sites may read of an answer, beyond what they always may.
EXPOSED = (
    "Accept-Post", "Accept-Query", "Accept-Ranges", "Allow", "Content-Disposition", "Content-Encoding",
    "Content-Location", "Content-Range", "ETag", "Link", "Repr-Digest", "Retry-After", "Rujukan-Cut", "Vary",
    "X-Request-Id",
)  # fmt: skip
# What they may send, beyond what they always may. `*` would leave out Authorization, and older browsers.
SENT = (
    "Accept", "Accept-Language", "Cache-Control", "Content-Type", "If-Match", "If-Modified-Since", "If-None-Match",
    "If-Range", "Pragma", "Range", "X-Requested-With",
)  # fmt: skip
# The operator's paths are nobody else's business, whatever page the operator's browser has open.
OPERATOR = ("/operator", "/metrics")

_YEAR = 31_536_000
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": ", ".join(EXPOSED),
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_SECURITY = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def everywhere(public_url: str) -> dict[str, str]:
    """Return the headers of every reply.

    Args:
        public_url: the setting; HSTS is sent only where it says https, for otherwise nobody knows that https works.

    >>> "Strict-Transport-Security" in everywhere("http://x"), "Strict-Transport-Security" in everywhere("https://x")
    (False, True)
    """
    hsts = {"Strict-Transport-Security": f"max-age={_YEAR}"} if public_url.startswith("https://") else {}
    return _CORS | _SECURITY | hsts


def operators(public_url: str) -> dict[str, str]:
    """Return the headers of replies to an operator: no other site may read them, and nothing keeps them."""
    mine = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}
    return {name: value for name, value in everywhere(public_url).items() if name not in _CORS} | mine


def of_options(*, sparql: bool) -> Mapping[str, str]:
    """Return the headers of the answer to OPTIONS, a preflight (Fetch, section 4.8) or not."""
    allowed = ", ".join(METHODS) if sparql else READ
    return {
        **(BODY_TYPES if sparql else {}),
        "Allow": allowed,
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": ", ".join(SENT),
        "Access-Control-Max-Age": "86400",
    }
