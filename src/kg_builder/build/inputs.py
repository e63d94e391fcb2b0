"""What a build is made from: the files, their hashes, and which of them bear on every article."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import translate
from importlib import metadata
from pathlib import Path
from typing import Final

from kg_builder.sources.project import Project
from kg_builder.sources.stamps import Stamps

PACKAGES: Final = ("rujukan", "pyoxigraph", "rdflib", "shacl")
"""Packages whose version may change what a build gives."""

SOURCES: Final = (
    ("data", ".yaml"),
    ("data", ".txt"),
    ("data/articles", ".yaml"),
    ("data/entities", ".yaml"),
    ("data/texts", ".txt"),
    ("ontology", ".ttl"),
    ("ontology/rules", ".rq"),
    ("queries", ".rq"),
)
"""What a build reads, below the project's folder: folders, and how the names of their files end."""

_LINKS: Final = ("data/links/accepted.sssom.tsv", "data/links/refused.sssom.tsv")
_OF_ARTICLES: Final = ("data/articles", "data/texts")
_OF_ALL: Final = ("data/project.yaml", "ontology/*", "kg_builder/*")


def input_hashes(project: Project, stamps: Stamps) -> dict[str, str]:
    """Return the SHA-256 of every file that a build reads: the project's and the builder's own, by name."""
    return dict(sorted((_hashes(project, stamps, SOURCES) | builder_hashes(stamps.digest)).items()))


def changed_since(inputs: Mapping[str, str], project: Project, stamps: Stamps) -> list[str]:
    """Return the names of the project's files, but for those of its articles, that came, went or have another hash.

    Articles are compared where they are mapped, and may be very many.
    """
    now = _hashes(project, stamps, [source for source in SOURCES if source[0] not in _OF_ARTICLES])
    before = {name for name in inputs if not name.startswith((*(f"{each}/" for each in _OF_ARTICLES), "kg_builder/"))}
    return sorted(name for name in before | now.keys() if inputs.get(name) != now.get(name))


def _hashes(project: Project, stamps: Stamps, sources: Iterable[tuple[str, str]]) -> dict[str, str]:
    found = {}
    for folder, ending in sources:
        digests = stamps.digests(project.root / folder, ending)
        # Such as what an editor keeps beside a file that is being written.
        found.update({f"{folder}/{name}": value for name, value in digests.items() if not name.startswith(".")})
    for name in _LINKS:
        if value := stamps.digest(project.root / name):
            found[name] = value
    return found


def builder_hashes(digest: Callable[[Path], str]) -> dict[str, str]:
    """Return the SHA-256, as `digest` gives it, of every file of the builder that may change what a build gives."""
    package = Path(__file__).parent.parent
    own = (path for suffix in ("py", "ttl") for path in package.rglob(f"*.{suffix}"))
    return {f"kg_builder/{path.relative_to(package).as_posix()}": digest(path) for path in own}


def package_versions() -> dict[str, str]:
    """Return the versions of the packages that a release depends on."""
    return dict(_versions())


def _versions() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        try:
            yield package, metadata.version(package)
        except metadata.PackageNotFoundError:
            yield package, "not installed"


def context_hash(inputs: Mapping[str, str], versions: Mapping[str, str]) -> str:
    """Return one hash over all that bears on every article: the project, the ontology, its rules, and the builder.

    >>> one = context_hash({"data/articles/a.yaml": "01", "ontology/shapes.ttl": "02"}, {})
    >>> one == context_hash({"ontology/shapes.ttl": "02"}, {}), one == context_hash({"ontology/shapes.ttl": "03"}, {})
    (True, False)
    """
    of_all = re.compile("|".join(map(translate, _OF_ALL)))
    shared = [f"{name} {value}" for name, value in inputs.items() if of_all.match(name)]
    shared.extend(f"{package}=={version}" for package, version in versions.items())
    return hashlib.sha256("\n".join(sorted(shared)).encode()).hexdigest()
