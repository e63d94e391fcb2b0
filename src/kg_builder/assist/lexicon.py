"""The words that the suggester knows, ``data/lexicon/*.yaml``: classes of words, each a mapping of keys to terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kg_builder.errors import Problem, SourceError
from kg_builder.sources import tree
from kg_builder.sources.reading import read_yaml, relative, scalar


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Classes of words: class to term (lower case) to key. A key is what the suggester writes or computes with."""

    classes: Mapping[str, Mapping[str, str]]
    spelled: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def terms(self, name: str) -> Mapping[str, str]:
        """Return a class's terms with their keys; an unknown class has none."""
        return self.classes.get(name, {})

    def has(self, name: str, term: str) -> bool:
        """Tell whether a class holds a term, which is given in lower case."""
        return term in self.classes.get(name, {})


def load_lexicon(root: Path) -> Lexicon:
    """Read a project's lexicon; a project without one has an empty one, and nothing is suggested.

    Raises:
        SourceError: a file is not right; every problem at once.
    """
    problems: list[Problem] = []
    classes: dict[str, dict[str, str]] = {}
    spelled: dict[str, dict[str, tuple[str, ...]]] = {}
    for path in sorted((root / "data" / "lexicon").glob("*.yaml")):
        for name, body in read_yaml(path, relative(path, root), problems).items:
            if not isinstance(body, tree.Mapping):
                problems.append(Problem(body.mark, f"«{name.text}» needs {{key: [terms]}}", "type"))
                continue
            for key, listed in body.items:
                terms = tuple(_terms(listed, name.text, problems))
                known = spelled.setdefault(name.text, {})
                known[key.text] = (*known.get(key.text, ()), *terms)
                for term in terms:
                    classes.setdefault(name.text, {}).setdefault(term.lower(), key.text)
    if problems:
        raise SourceError(problems)
    return Lexicon(classes, spelled)


def _terms(listed: tree.Node, name: str, problems: list[Problem]) -> Iterable[str]:
    if not isinstance(listed, tree.Sequence):
        problems.append(Problem(listed.mark, f"the terms of «{name}» must be a list: [one, two]", "type"))
        return
    for item in listed.items:
        term = scalar(item, "a term", problems).strip()
        if term:
            yield term
