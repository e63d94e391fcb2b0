"""What would silently not be read, or only fail when it is used, is refused when the sources are loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import museum as m

from kg_builder.errors import SourceError
from kg_builder.graph.assemble import assemble


@pytest.fixture
def root(tmp_path: Path) -> Path:
    m.write(tmp_path)
    return tmp_path


def problems(root: Path) -> list[str]:
    with pytest.raises(SourceError) as caught:
        m.load(root)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("name", ["data/articles/b.yml", "data/entities/more.json", "queries/b.sparql"])
def test_a_file_with_another_ending_is_not_passed_over(root: Path, name: str) -> None:
    (root / name).write_text("x: y\n", "utf-8")
    ending = ".rq" if name.startswith("queries") else ".yaml"
    assert problems(root) == [f"{name}:1:1: only *{ending} files are read here: rename it, or move it elsewhere"]


@pytest.mark.parametrize(
    ("name", "place", "message"),
    [
        ("data/articles/2024/a.yaml", "data/articles/2024", "folders are not searched here: move its files up"),
        ("data/links/a.sssom.tsv", "data/links/a.sssom.tsv", "only accepted.sssom.tsv and refused.sssom.tsv are read"),
    ],
)
def test_a_file_in_a_place_that_is_not_read(root: Path, name: str, place: str, message: str) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("x: y\n", "utf-8")
    assert [problem.startswith(f"{place}:1:1: {message}") for problem in problems(root)] == [True]


def test_an_article_does_not_corroborate_itself(root: Path) -> None:
    record = (root / f"data/articles/{m.ONE}.yaml").read_text("utf-8")
    (root / "data/articles/copy.yaml").write_text(record.replace(f"id: {m.ONE}", "id: copy"), "utf-8")
    assert problems(root) == [
        "data/articles/copy.yaml:2:3: «berita-satu» is a record of the same text: keep one of the two"
    ]


@pytest.mark.parametrize("layer", ["entities", "derived"])
def test_an_article_cannot_have_the_name_of_a_layer(root: Path, layer: str) -> None:
    record = root / f"data/articles/{m.ONE}.yaml"
    content = record.read_text("utf-8").replace(f"id: {m.ONE}", f"id: {layer}")
    record.rename(record.with_stem(layer)).write_text(content, "utf-8")
    with pytest.raises(SourceError, match=f"«{layer}» names a layer of the graph: rename the file"):
        assemble(m.load(root), lambda _: None)


def test_notes_and_hidden_files_may_lie_beside_the_sources(root: Path) -> None:
    for name in ("data/articles/README.md", "data/entities/.people.yaml.swp"):
        (root / name).write_text("-\n", "utf-8")
    assert m.load(root).records


@pytest.mark.parametrize("key", ["sha256", "fingerprint"])
def test_a_hash_has_the_form_of_one_even_without_the_text(root: Path, key: str) -> None:
    record = next(iter(sorted((root / "data/articles").glob("*.yaml"))))
    lines = record.read_text("utf-8").splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if line.startswith(f"  {key}:"))
    lines[place] = f"  {key}: 12ab\n"
    record.write_text("".join(lines), "utf-8")
    for path in (root / "data/texts").glob("*"):
        path.unlink()
    wanted = f"{place + 1}:{len(key) + 5}: «{key}» must be 64 hexadecimal digits; run `rujukan anchor`"
    assert [problem for problem in problems(root) if wanted in problem]


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ("date 2024-13-01", "the default of ?x: «2024-13-01» is no day of the calendar (month must be in 1..12)"),
        ("integer many", "the default of ?x: «many» is not a whole number: write digits only, such as 4500000"),
        ("iri someone", "the default of ?x must be prefix:name or <iri>, not «someone»"),
        ("iri schma:a", "the default of ?x must be prefix:name or <iri>, not «schma:a»; did you mean «schema»?"),
    ],
)
def test_a_default_is_checked_when_the_query_is_loaded(root: Path, parameter: str, message: str) -> None:
    header = "".join(f"# {field}@{language}: -\n" for field in ("title", "description") for language in ("en", "id"))
    body = f"{header}# parameter ?x: {parameter} | x | x\nSELECT ?x WHERE {{ ?x ?y ?z }}\n"
    (root / "queries/one.rq").write_text(body, "utf-8")
    assert [problem for problem in problems(root) if message in problem]
