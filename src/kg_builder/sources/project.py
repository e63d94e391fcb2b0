"""The project file ``data/project.yaml``: the one place that knows the graph's own namespaces and bounds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg_builder.errors import Mark, Problem, SourceError
from kg_builder.ids import Iris, nearest
from kg_builder.namespaces import PREFIXES
from kg_builder.sources.files import sources_in
from kg_builder.sources.reading import only_keys, read_yaml, relative, scalar
from kg_builder.sources.tree import Mapping, Scalar
from kg_builder.terms import iri, text

_KEYS = ("base", "prefix", "vocabulary", "title", "description", "license", "expect", "keep", "most-quoted")
_REQUIRED = ("base", "prefix", "vocabulary", "title", "license")
_KEEP = 5
_MOST_QUOTED = 40
_ALL = 100
# What a file that cannot be read as a mapping lacks need not be told.
_NO_TREE = frozenset({"file", "encoding", "syntax"})


@dataclass(frozen=True, slots=True)
class Expectation:
    """How many of a class (by its record key) a build must hold; None is no bound."""

    key: str
    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Project:
    """Where a graph's sources lie and what its namespaces are called."""

    root: Path
    base: str
    prefix: str
    vocabulary: str
    title: dict[str, str]
    description: dict[str, str]
    license: str
    expectations: tuple[Expectation, ...]
    keep: int
    most_quoted: int

    @property
    def iris(self) -> Iris:
        """The maker of the graph's IRIs."""
        return Iris(self.base)

    @property
    def prefixes(self) -> dict[str, str]:
        """Prefix to namespace: the engine's and the graph's own."""
        return PREFIXES | {"id": f"{self.base}id/", self.prefix: f"{self.base}{self.vocabulary}"}

    @property
    def articles(self) -> Path:
        """The folder of the records."""
        return self.root / "data" / "articles"

    @property
    def texts(self) -> Path:
        """The folder of the articles' texts, local to this machine."""
        return self.root / "data" / "texts"

    @property
    def build(self) -> Path:
        """The folder of the releases."""
        return self.root / "build"

    def name(self, path: Path) -> str:
        """Return a path as messages name it."""
        return relative(path, self.root)


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above ``start`` that holds ``data/project.yaml``.

    Raises:
        SourceError: there is none.
    """
    for folder in (start, *start.parents):
        if (folder / "data" / "project.yaml").is_file():
            return folder
    message = "no data/project.yaml here or above: run this in the project's folder or name it with --project"
    raise SourceError([Problem(Mark(str(start)), message, "project")])


def record_of(project: Project, article: str) -> Path:
    """Return an article's record.

    Args:
        project: where it lies.
        article: its id, or the name of its record's file.

    Raises:
        SourceError: there is none.
    """
    name = Path(article).name.removesuffix(".yaml")
    path = project.articles / f"{name}.yaml"
    if not path.is_file():
        known = (each.stem for each in sources_in(project.articles, ".yaml"))
        hint = nearest(name, known) or "; begin one with `rujukan text add FILE --new`"
        raise SourceError([Problem(Mark(project.name(project.articles)), f"no record «{name}»{hint}", "file")])
    return path


def load_project(root: Path) -> Project:
    """Read the project file below a folder.

    Raises:
        SourceError: it is missing or wrong; every problem at once.
    """
    path = root / "data" / "project.yaml"
    problems: list[Problem] = []
    tree = read_yaml(path, relative(path, root), problems)
    if any(problem.code in _NO_TREE for problem in problems):
        raise SourceError(problems)
    only_keys(tree, _KEYS, "a project", problems)
    problems.extend(
        Problem(tree.mark, f"a project needs «{key}»", "missing") for key in _REQUIRED if tree.get(key) is None
    )
    base = _text(tree, "base", problems)
    if base and not base.endswith("/"):
        problems.append(Problem(_mark(tree, "base"), "«base» must end in «/»", "base"))
    if (prefix := _text(tree, "prefix", [])) in {"id", *PREFIXES}:
        message = f"the prefix «{prefix}» stands for something else already: choose another for the vocabulary"
        problems.append(Problem(_mark(tree, "prefix"), message, "prefix"))
    if (vocabulary := _text(tree, "vocabulary", [])) and not vocabulary.endswith(("/", "#")):
        problems.append(Problem(_mark(tree, "vocabulary"), "«vocabulary» must end in «#» or «/»", "base"))
    for key in ("base", "license"):
        node = tree.get(key)
        try:
            if isinstance(node, Scalar):
                iri(node.text)
        except ValueError as error:
            problems.append(Problem(node.mark if node else tree.mark, f"«{key}»: {error}", "value"))
    project = Project(
        root=root,
        base=base,
        prefix=_text(tree, "prefix", problems),
        vocabulary=_text(tree, "vocabulary", problems),
        title=_languages(tree, "title", problems),
        description=_languages(tree, "description", problems),
        license=_text(tree, "license", problems),
        expectations=_expectations(tree, problems),
        keep=_keep(tree, problems),
        most_quoted=_share(tree, problems),
    )
    if problems:
        raise SourceError(problems)
    return project


def _mark(tree: Mapping, key: str) -> Mark:
    node = tree.get(key)
    return node.mark if node else tree.mark


def _text(tree: Mapping, key: str, problems: list[Problem]) -> str:
    node = tree.get(key)
    return scalar(node, key, problems) if node is not None else ""


def _number(tree: Mapping, key: str, problems: list[Problem]) -> int | None:
    node = tree.get(key)
    if node is None:
        return None
    written = scalar(node, key, problems)
    if written.isascii() and written.isdigit():
        return int(written)
    problems.append(Problem(node.mark, f"«{key}» must be a whole number, not «{written}»", "type"))
    return None


def _keep(tree: Mapping, problems: list[Problem]) -> int:
    number = _number(tree, "keep", problems)
    if number == 0:
        problems.append(Problem(_mark(tree, "keep"), "«keep» is how many releases stay: at least 1", "value"))
    return _KEEP if number is None else number


def _share(tree: Mapping, problems: list[Problem]) -> int:
    number = _number(tree, "most-quoted", problems)
    if number is not None and not 0 < number <= _ALL:
        message = "«most-quoted» is a percentage of a text: 1 to 100"
        problems.append(Problem(_mark(tree, "most-quoted"), message, "value"))
    return _MOST_QUOTED if number is None else number


def _languages(tree: Mapping, key: str, problems: list[Problem]) -> dict[str, str]:
    node = tree.get(key)
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        problems.append(Problem(node.mark, f"«{key}» must name languages: {{en: …, id: …}}", "type"))
        return {}
    for name, _ in node.items:
        try:
            text("", name.text)
        except ValueError as error:
            problems.append(Problem(name.mark, str(error), "value"))
    return {name.text: scalar(value, key, problems) for name, value in node.items}


def _expectations(tree: Mapping, problems: list[Problem]) -> tuple[Expectation, ...]:
    node = tree.get("expect")
    if node is None:
        return ()
    if not isinstance(node, Mapping):
        problems.append(Problem(node.mark, "«expect» must be a mapping of record keys: {agreement: {min: 1}}", "type"))
        return ()
    found = []
    for name, bounds in node.items:
        if not isinstance(bounds, Mapping):
            problems.append(Problem(bounds.mark, f"«{name.text}» needs {{min: …, max: …}}", "type"))
            continue
        only_keys(bounds, ("min", "max"), "an expectation", problems)
        found.append(Expectation(name.text, _number(bounds, "min", problems), _number(bounds, "max", problems)))
    return tuple(found)
