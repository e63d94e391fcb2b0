"""IRIs as people read them: `prefix:local`, or relative to the base, or whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kg_builder.errors import ReleaseError

_CACHE_LIMIT = 1 << 17
_PREFIX = re.compile(r"[A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
# Narrower than PN_LOCAL of Turtle: a name that would need a backslash is easier to read whole, or against the base.
_LOCAL = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?"
# No segment of dots alone, so that RFC 3986 resolution gives the IRI back; no colon, because rdflib takes whatever
# holds one for an absolute IRI.
_SEGMENT = r"(?!\.+(?:[/#]|$))[\w.~%-]+"
_RELATIVE = re.compile(rf"{_SEGMENT}(?:/{_SEGMENT})*/?(?:#[\w.~%!$&'()*+,;=/?-]+)?")


@dataclass(frozen=True, slots=True)
class Short:
    """One IRI as written in Turtle, the declaration it needs there ('' for none), and as written in JSON-LD."""

    turtle: str
    declaration: str
    key: str
    reference: str


@dataclass(frozen=True, slots=True)
class Names:
    """Shortens IRIs by the given prefixes (name to namespace) and, if not empty, relative to `base`.

    Takes and returns text; a base is an http(s) IRI that ends in '/'. Raises ReleaseError for another base, for a
    prefix that Turtle or JSON-LD cannot write and for two prefixes of one namespace.

    >>> names = Names({"schema": "https://schema.org/"}, "https://example.org/")
    >>> names.short("<https://schema.org/Person>").turtle
    'schema:Person'
    >>> names.short("<https://example.org/article/a1#char=9,17>").turtle
    '<article/a1#char=9,17>'
    >>> names.short("<https://schema.org/a/b>").turtle
    '<https://schema.org/a/b>'
    """

    prefixes: Mapping[str, str]
    base: str = ""
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)
    _names: dict[str, str] = field(init=False, repr=False, compare=False)
    _cache: dict[str, Short] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Check the prefixes, and make the one pattern that tries the longest namespace first."""
        for prefix in self.prefixes:
            if not _PREFIX.fullmatch(prefix):
                raise ReleaseError(f"«{prefix}» cannot be a prefix: letters, digits, '-' and '_' only")
        names = {namespace: prefix for prefix, namespace in sorted(self.prefixes.items())}
        if len(names) < len(self.prefixes):
            raise ReleaseError("two prefixes stand for one namespace")
        if self.base and not (self.base.startswith(("http://", "https://")) and self.base.endswith("/")):
            raise ReleaseError(f"the base must be an http(s) IRI that ends in '/': {self.base}")
        longest_first = sorted(names, key=lambda namespace: (-len(namespace), namespace))
        pattern = f"<({'|'.join(map(re.escape, longest_first))})({_LOCAL})>" if names else r"(?!)()()"
        object.__setattr__(self, "_pattern", re.compile(pattern))
        object.__setattr__(self, "_names", names)

    def short(self, term: str) -> Short:
        """Return how an IRI in N-Triples form is written; raises ReleaseError where JSON-LD would misread it."""
        known = self._cache.get(term)
        if known is None:
            if len(self._cache) >= _CACHE_LIMIT:
                self._cache.clear()
            known = self._cache[term] = self._make(term)
        return known

    def _make(self, term: str) -> Short:
        iri = term[1:-1]
        match = self._pattern.fullmatch(term)
        if match:
            prefix = self._names[match[1]]
            name = f"{prefix}:{match[2]}"
            return Short(name, f"@prefix {prefix}: <{match[1]}> .\n", name, name)
        scheme, _, rest = iri.partition(":")
        if scheme in self.prefixes and not rest.startswith("//"):
            raise ReleaseError(f"{term}: the prefix «{scheme}:» hides the scheme of this IRI in JSON-LD")
        if self.base and iri.startswith(self.base) and _RELATIVE.fullmatch(iri, len(self.base)):
            relative = iri[len(self.base) :]
            return Short(f"<{relative}>", f"@base <{self.base}> .\n", iri, relative)
        return Short(term, "", iri, iri)
