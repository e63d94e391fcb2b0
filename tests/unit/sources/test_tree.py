from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import Problem
from kg_builder.sources.tree import Mapping, Node, Scalar, Sequence, read_tree


def read(source: str) -> tuple[Mapping, list[str]]:
    problems: list[Problem] = []
    tree = read_tree(source, "x.yaml", problems)
    return tree, [str(problem) for problem in problems]


def scalar(tree: Mapping, key: str) -> Scalar:
    node = tree.get(key)
    assert isinstance(node, Scalar)
    return node


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a: &x 1\n", "x.yaml:1:4: anchors are not allowed (&x): write the value where it is used"),
        ("a: 1\nb: *x\n", "x.yaml:2:4: aliases are not allowed (*x): repeat the text itself"),
        (
            "a: !!str 1\n",
            "x.yaml:1:4: tags are not allowed (tag:yaml.org,2002:str): every value is text, remove the tag",
        ),
        ("a: !own {b: c}\n", "x.yaml:1:4: tags are not allowed (!own): every value is text, remove the tag"),
        ("a: 1\nb:\n  a: 2\n  a: 3\n", "x.yaml:4:3: «a» stands twice: here and in line 3; join the two or rename one"),
        ("[a, b]: 1\n", "x.yaml:1:1: a key must be a plain text, not a list or a mapping"),
        ("? {a: b}\n: 1\n", "x.yaml:1:3: a key must be a plain text, not a list or a mapping"),
        ("a: 1\n---\nb: 2\n", "x.yaml:2:1: a file holds one document: remove this «---» and what follows"),
        ("- a\n", "x.yaml:1:1: the file must be a mapping: «key: value» lines"),
        ("words\n", "x.yaml:1:1: the file must be a mapping: «key: value» lines"),
        (
            'a: "open\n',
            (
                "x.yaml:2:1: not YAML: found unexpected end of stream (what is read here began in line 1); "
                "a quote is not closed"
            ),
        ),
        ("a: 1\n\tb: 2\n", "x.yaml:2:1: not YAML: found a tab character that violates indentation; indent with spaces"),
        ("é: 1\n\na\x07: 2\n", "x.yaml:3:2: a character that YAML forbids: control characters are not allowed"),
        ("é\n" * 9 + "\x01", "x.yaml:10:1: a character that YAML forbids: control characters are not allowed"),
    ],
)
def test_what_is_outside_the_subset_is_named_with_its_place(source: str, message: str) -> None:
    assert read(source)[1] == [message]


def test_all_errors_are_found_at_once() -> None:
    _, problems = read("a: &x 1\na: *x\nb: !t c\n[c]: d\n")
    assert [problem.split(": ")[0] for problem in problems] == [
        "x.yaml:1:4",
        "x.yaml:2:4",
        "x.yaml:2:1",
        "x.yaml:3:4",
        "x.yaml:4:1",
    ]


@pytest.mark.parametrize("depth", [900, 5000])
def test_absurd_nesting_is_a_problem_not_a_crash(depth: int) -> None:
    _, problems = read("a: " + "[" * depth + "]" * depth)
    assert len(problems) == 1
    assert problems[0].startswith("x.yaml:1:")


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert read("") == read("# only a comment\n")
    assert read("")[1] == []


@pytest.mark.parametrize(
    "word", ["no", "NO", "yes", "on", "off", "null", "~", "1921", "2024-06-28", "1_000", "0x1f", "1e3"]
)
def test_nothing_is_given_a_type(word: str) -> None:
    tree, problems = read(f"language: {word}\n{word}: x\n")
    assert problems == []
    assert scalar(tree, "language").text == word
    assert tree.get(word) is not None


def test_merge_keys_are_plain_keys() -> None:
    tree, problems = read("<<: {a: 1}\n")
    assert problems == []
    assert isinstance(tree.get("<<"), Mapping)


def test_double_quotes_alone_are_an_articles_words() -> None:
    tree, _ = read("a: \"x\"\nb: 'x'\nc: x\nd: |\n  x\ne: >-\n  x\n")
    assert [key.text for key, node in tree.items if isinstance(node, Scalar) and node.words] == ["a"]


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_marks_and_offsets_count_code_points(start: str) -> None:
    source = start + '𝄞🏛é: {"😀": "x", b: "𝄞y"}\n'
    tree, problems = read(source)
    assert problems == []
    body = tree.get("𝄞🏛é")
    assert isinstance(body, Mapping)
    (first, _), (_, value) = body.items
    assert (first.mark.line, first.mark.column) == (1, 7)
    assert isinstance(value, Scalar)
    assert source[value.offset :].startswith('"𝄞y"')
    assert value.mark.column == 20


words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=12)
trees = st.recursive(
    words, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4), max_leaves=12
)


def plain(node: Node) -> object:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.items}


@given(st.dictionaries(words, trees, max_size=5), st.sampled_from([True, False, None]), st.booleans())
def test_plain_trees_read_as_pyyaml_reads_them(data: dict[str, object], flow: bool | None, unicode: bool) -> None:
    source = yaml.safe_dump(data, default_flow_style=flow, allow_unicode=unicode, sort_keys=False)
    tree, problems = read(source)
    assert problems == []
    assert plain(tree) == yaml.load(source, Loader=yaml.BaseLoader)  # noqa: S506 - it makes texts only
    assert plain(tree) == data


@given(st.dictionaries(words, words, max_size=5))
def test_an_offset_is_where_the_scalar_stands(data: dict[str, str]) -> None:
    source = yaml.safe_dump(data, default_style='"', allow_unicode=True)
    tree, _ = read(source)
    for _, node in tree.items:
        assert isinstance(node, Scalar)
        assert source[node.offset] == '"'
        line = source.split("\n")[node.mark.line - 1]
        assert line[node.mark.column - 1] == '"'


def placed(node: Node) -> object:
    """What is read, with the line, the column and the offset of each part."""
    if isinstance(node, Scalar):
        return node.text, node.mark.line, node.mark.column, node.offset, node.words
    where = (node.mark.line, node.mark.column)
    if isinstance(node, Sequence):
        return [placed(item) for item in node.items], where
    return [(placed(key), placed(value)) for key, value in node.items], where


def composed(node: yaml.Node) -> object:
    """The same of what PyYAML reads with no help of libyaml."""
    place = node.start_mark
    assert place is not None
    where = (place.line + 1, place.column + 1)
    if isinstance(node, yaml.SequenceNode):
        return [composed(item) for item in node.value], where
    if isinstance(node, yaml.MappingNode):
        return [(composed(key), composed(value)) for key, value in node.value], where
    assert isinstance(node, yaml.ScalarNode)
    return node.value, *where, place.index, node.style == '"'


@given(
    st.dictionaries(words, trees, min_size=1, max_size=5),
    st.sampled_from([True, False, None]),
    st.sampled_from([None, '"', "'", "|", ">"]),
    st.integers(2, 5),
)
def test_every_part_stands_where_another_reader_finds_it(
    data: dict[str, object], flow: bool | None, style: str | None, indent: int
) -> None:
    source = yaml.safe_dump(
        data, default_flow_style=flow, default_style=style, indent=indent, allow_unicode=True, sort_keys=False
    )
    tree, problems = read(source)
    assert problems == []
    root = yaml.compose(source, Loader=yaml.BaseLoader)
    assert root is not None
    assert placed(tree) == composed(root)
