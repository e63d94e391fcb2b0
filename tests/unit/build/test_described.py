"""What the default graph says of nodes is kept by groups of them: all of it, but for evidence."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.build.described import Descriptions
from kg_builder.model import Term

GRAPH = Term("<https://example.org/article/a>")
STATEMENT = b"<https://example.org/statement/"
OTHER = Term("<https://example.org/graph/entities>")
NODES = [*(f"<https://example.org/id/{each}>" for each in "abc"), "<https://other.example/x>", GRAPH]
EVIDENCE = [f"{STATEMENT.decode()}{each}>" for each in "01"]
VALUES = [*NODES, '"a"', '"two words"@en', f'"ends {GRAPH} ."', f'"x"^^{NODES[0]}', '"a\\"b c"']
BACK = Term("<https://example.org/vocab#back>")
PREDICATES = ["<https://example.org/vocab#p>", BACK]
TRIPLES = st.sets(st.tuples(st.sampled_from(NODES + EVIDENCE), st.sampled_from(PREDICATES), st.sampled_from(VALUES)))


def lines(triples: set[tuple[str, ...]]) -> bytes:
    plain = [f"{' '.join(each)} .\n" for each in triples]
    named = [f"{' '.join(each)} {GRAPH} .\n" for each in triples if each[0] not in EVIDENCE]
    named += [f"{' '.join(each)} {OTHER} .\n" for each in triples if each[0] == GRAPH]
    return "".join(sorted(plain + named)).encode()


@given(TRIPLES, TRIPLES, st.sampled_from([0, 100, 1_000, 100_000]))
def test_groups_hold_what_is_said_of_their_nodes(
    one: set[tuple[str, ...]], two: set[tuple[str, ...]], most: int
) -> None:
    with TemporaryDirectory() as folder, Descriptions(Path(folder), most, [BACK]) as described:
        for each in (one, two):
            described.add(lines(each), [GRAPH, OTHER], [STATEMENT])
        groups = list(described.groups())
    told = {f"{' '.join(each)} .\n" for each in one | two if each[0] not in EVIDENCE}
    assert sorted(line for group in groups for line in group.about) == sorted(told)
    of: dict[str, int] = {}
    for number, group in enumerate(groups):
        for line in group.about:
            assert of.setdefault(line.split(" ", 1)[0], number) == number
    back = {line for group in groups for line in group.back}
    assert back == {line for line in told if f" {BACK} " in line}
    for number, group in enumerate(groups):
        for line in group.back:
            assert of.get(line.rsplit(" ", 2)[1], number) == number or '"' in line
