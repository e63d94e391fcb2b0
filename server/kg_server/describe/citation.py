"""How a release is cited: in words, for BibTeX, and as a file in the Citation File Format 1.2.0.

https://github.com/citation-file-format/citation-file-format/blob/1.2.0/schema-guide.md
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

import pyoxigraph as ox
import yaml

from kg_builder.namespaces import RDFS, RJ
from kg_server.describe.ask import rows
from kg_server.describe.current import Release
from kg_server.http.problems import Problem

_MOST_AUTHORS = 50
_CURATORS = f"""SELECT DISTINCT ?who ?name WHERE {{
  {{ SELECT DISTINCT ?who WHERE {{ ?article <{RJ}curator> ?who }} LIMIT {_MOST_AUTHORS} }} ?who <{RDFS}label> ?name
}} ORDER BY ?who ?name"""
_CREATIVE_COMMONS = re.compile(
    r"https?://creativecommons\.org/(?:licenses/(by(?:-nc)?(?:-sa|-nd)?)/([1-4]\.0|2\.5)|publicdomain/(zero)/(1\.0))/?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Citation:
    """What a citation of a release says.

    Attributes:
        title: of the dataset.
        authors: names, at least one.
        release: the id, which is the version.
        day: of the build, `YYYY-MM-DD`.
        licence: an IRI, or its name.
        url: the dataset's IRI.
        sha256: of `kg.nq`.
        abstract: what the dataset is; may be empty.
    """

    title: str
    authors: tuple[str, ...]
    release: str
    day: str
    licence: str
    url: str
    sha256: str = ""
    abstract: str = ""

    @property
    def year(self) -> str:
        """The year of the build; empty when the day is none."""
        found = _DAY.fullmatch(self.day)
        return found[1] if found else ""

    @property
    def licence_name(self) -> str:
        """The licence as people name it, such as `CC BY 4.0`; its address where that is not known."""
        return licence_name(self.licence)

    def bibtex(self) -> str:
        r"""Return an entry for BibTeX and BibLaTeX.

        >>> print(Citation("Loans & gifts", ("The curators",), "0a1b", "2025-01-02", "CC0", "https://example.org/").bibtex())
        @misc{rujukan-0a1b,
          author = {{The curators}},
          title = {{Loans \& gifts}},
          year = {2025},
          month = jan,
          version = {0a1b},
          url = {https://example.org/},
          note = {Dataset, release 0a1b, CC0},
        }
        <BLANKLINE>
        """
        found = _DAY.fullmatch(self.day)
        fields = {
            "author": "{" + " and ".join("{" + _latex(each) + "}" for each in self.authors) + "}",
            "title": "{{" + _latex(self.title) + "}}",
            "year": f"{{{found[1]}}}" if found else "",
            "month": _MONTHS[int(found[2]) - 1] if found and 1 <= int(found[2]) <= len(_MONTHS) else "",
            "version": f"{{{_latex(self.release)}}}",
            "url": f"{{{self.url}}}",
            "note": f"{{{_latex(', '.join(filter(None, ('Dataset', f'release {self.release}', self.licence_name))))}}}",
        }
        lines = "".join(f"  {name} = {value},\n" for name, value in fields.items() if value)
        return f"@misc{{rujukan-{re.sub('[^A-Za-z0-9-]', '', self.release)},\n{lines}}}\n"

    def cff(self, artifact: str = "") -> str:
        """Return the content of a `CITATION.cff`; `artifact` is where the release's quads can be had."""
        spdx_id = spdx(self.licence)
        licence = {"license": spdx_id} if spdx_id else {"license-url": self.licence} if "://" in self.licence else {}
        sums = [{"type": "other", "value": f"sha256:{self.sha256}", "description": "SHA-256 of kg.nq"}]
        document = {
            "cff-version": "1.2.0",
            "message": "If you use this dataset, please cite it as below.",
            "type": "dataset",
            "title": self.title,
            **({"abstract": self.abstract} if self.abstract else {}),
            "authors": [{"name": each} for each in self.authors],
            "version": _Quoted(self.release),
            **({"date-released": _Quoted(self.day)} if self.year else {}),
            "url": self.url,
            **({"repository-artifact": artifact} if artifact else {}),
            **licence,
            **({"identifiers": sums} if self.sha256 else {}),
        }
        return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


class _Quoted(str):
    """A text that is quoted: an id of digits and an e would be read as a number, and a day as a date."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes `_Quoted`."""


_Dumper.add_representer(_Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def spdx(licence: str) -> str:
    """Return the SPDX identifier of a licence of Creative Commons, empty for another one.

    >>> spdx("https://creativecommons.org/licenses/by-sa/4.0/"), spdx("https://example.org/mine")
    ('CC-BY-SA-4.0', '')
    """
    found = _CREATIVE_COMMONS.fullmatch(licence)
    if found is None:
        return ""
    return f"CC-{found[1].upper()}-{found[2]}" if found[1] else "CC0-1.0"


def licence_name(licence: str) -> str:
    """Return a licence as people name it; its address where that is not known.

    >>> licence_name("https://creativecommons.org/licenses/by/4.0/"), licence_name("https://example.org/mine")
    ('CC BY 4.0', 'https://example.org/mine')
    """
    name, _, version = spdx(licence).rpartition("-")
    return f"{name.replace('CC-', 'CC ', 1)} {version}" if name else licence


class CuratorsWork:
    """Finds out who curated the articles of a release: the authors of its graph.

    Attributes:
        names: of each, by language.
    """

    def __init__(self, release: Release) -> None:
        self._release = release
        self._whole = False
        self.names: tuple[dict[str, str], ...] = ()

    @property
    def complete(self) -> bool:
        """Whether they are known."""
        return self._whole

    async def run(self) -> None:
        """Ask."""
        found: dict[str, dict[str, str]] = {}
        try:
            for row in await rows(self._release.backend, _CURATORS):
                name = row["name"]
                if isinstance(name, ox.Literal):
                    found.setdefault(str(row["who"]), {})[name.language or ""] = name.value
        except Problem as problem:
            logging.getLogger("kg_server").warning("A citation goes without the curators: %s", problem.detail)
        else:
            self.names, self._whole = tuple(found.values()), True


def _latex(text: str) -> str:
    return "".join(_LATEX.get(each, each) for each in text)
