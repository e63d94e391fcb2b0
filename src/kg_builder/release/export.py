"""A release in the format that somebody asks for."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import IO, Final

from kg_builder.errors import ReleaseError
from kg_builder.release.dumps import FACTS_TTL, KG_JSONLD, KG_NQ, KG_TRIG, KG_TTL

FORMATS: Final = {
    "nquads": KG_NQ,
    "trig": KG_TRIG,
    "turtle": KG_TTL,
    "jsonld": KG_JSONLD,
    "facts": FACTS_TTL,
}
"""The formats and the dump that has each; `turtle` is the default graph, `facts` its direct layer alone."""


def export(release: Path, name: str, out: IO[bytes]) -> None:
    """Copy a dump of the release in that directory to a binary stream.

    Raises ReleaseError for a format that is not in FORMATS and for a release without that dump.
    """
    file = FORMATS.get(name)
    if file is None:
        raise ReleaseError(f"no format «{name}»; there are {', '.join(sorted(FORMATS))}")
    try:
        source = (release / file).open("rb")
    except OSError as error:
        raise ReleaseError(f"{release.name}: no {file}: {error.strerror}") from error
    with source:
        shutil.copyfileobj(source, out)
