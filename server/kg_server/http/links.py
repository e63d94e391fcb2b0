"""Link headers (RFC 8288), for Signposting (https://signposting.org/FAIR/) and for pages of an answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

# What RFC 3986 allows in an address, and the percent sign of what is encoded already.
_ALLOWED = "%:/?#[]@!$&'()*+,;=-._~"


@dataclass(frozen=True, slots=True)
class Link:
    """A link: where to, with the relation as it stands in the header (`rel="next"`), and a media type if known."""

    target: str
    relation: str
    media_type: str = ""


def link_header(links: Iterable[Link]) -> str:
    r"""Return the value of a `Link` header; what an address cannot hold is percent-encoded.

    >>> link_header([Link("https://example.org/é>", 'rel="next"'), Link("/a", 'rel="alternate"', "text/turtle")])
    '<https://example.org/%C3%A9%3E>; rel="next", </a>; rel="alternate"; type="text/turtle"'
    """
    return ", ".join(
        f"<{quote(each.target, safe=_ALLOWED)}>; {each.relation}"
        + (f'; type="{each.media_type}"' if each.media_type else "")
        for each in links
    )
