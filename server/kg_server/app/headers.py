"""Headers that every reply carries, and those of CORS; docs/operations.md says what each is for."""

from __future__ import annotations

from collections.abc import Mapping

from kg_server.http.protocol import BODY_TYPES, METHODS
from kg_server.pages.render import CONTENT_SECURITY_POLICY, LANGUAGE_CODES

READ = "GET, HEAD, OPTIONS"
# The reconciliation service takes its questions by POST too; its preview is made to stand in pages of others.
RECONCILE, PREVIEW = "/reconcile", "/reconcile/preview/"
RECONCILING = "GET, HEAD, POST, OPTIONS"
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


def framed(public_url: str) -> dict[str, str]:
    """Return the headers of replies that pages of other sites may show inside themselves.

    `X-Frame-Options` has no value that permits that; `frame-ancestors` says it (Content Security Policy 3, 6.4.2).
    """
    return {name: value for name, value in everywhere(public_url).items() if name != "X-Frame-Options"}


def operators(public_url: str) -> dict[str, str]:
    """Return the headers of replies to an operator: no other site may read them, and nothing keeps them."""
    mine = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}
    return {name: value for name, value in everywhere(public_url).items() if name not in _CORS} | mine


def allowed_at(path: str) -> str:
    """Return the methods that a path takes, `/sparql` excepted.

    >>> allowed_at("/queries"), allowed_at("/reconcile/id")
    ('GET, HEAD, OPTIONS', 'GET, HEAD, POST, OPTIONS')
    """
    return RECONCILING if path == RECONCILE or is_language_of(path) else READ


def is_language_of(path: str) -> bool:
    """Tell whether a path is that of the reconciliation service in one language."""
    root, _, language = path.rpartition("/")
    return root == RECONCILE and language in LANGUAGE_CODES


def of_options(path: str, *, sparql: bool) -> Mapping[str, str]:
    """Return the headers of the answer to OPTIONS, a preflight (Fetch, section 4.8) or not."""
    allowed = ", ".join(METHODS) if sparql else allowed_at(path)
    return {
        **(BODY_TYPES if sparql else {}),
        "Allow": allowed,
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": ", ".join(SENT),
        "Access-Control-Max-Age": "86400",
    }
