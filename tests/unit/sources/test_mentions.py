"""What an article's facts imply of the nodes that articles share."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import Mark
from kg_builder.ids import Iris
from kg_builder.model import Attestation, Certainty, Rank, Span
from kg_builder.namespaces import RDF, RDFS, SKOS
from kg_builder.sources.mentions import MENTIONS, mentions
from kg_builder.terms import iri, text

IRIS = Iris("https://example.org/")
ARTICLE = IRIS.article("a")
TYPE, KIND = iri(f"{RDF}type"), iri("https://example.org/Kind")
NAMING = [iri(f"{RDFS}label"), iri(f"{SKOS}altLabel"), TYPE]
SHARED = {IRIS.entity(slug): (KIND,) for slug in ("a", "b", "c")}
nodes = st.sampled_from([*SHARED, IRIS.local("a", "this-x")])
attestations = st.builds(
    Attestation,
    triple=st.tuples(
        nodes, st.sampled_from([*NAMING, iri("https://example.org/p")]), nodes | st.just(KIND) | st.just(text("x"))
    ),
    article=st.just("a"),
    key=st.just("k"),
    spans=st.just((Span("a", 0, 1, "x"),)),
    mark=st.builds(Mark, st.just("a.yaml"), st.integers(1, 99)),
    certainty=st.sampled_from(Certainty),
    rank=st.sampled_from(Rank),
    note=st.just("n"),
    according_to=st.none() | nodes,
    conveyed_in=st.none() | nodes,
)


@given(st.lists(attestations, max_size=8))
def test_a_node_is_mentioned_on_the_words_that_name_it_or_the_first_about_it(found: list[Attestation]) -> None:
    made = mentions(ARTICLE, found, SHARED)
    asserted = [each for each in found if each.asserted]
    stated = {each.triple for each in asserted}
    for node in SHARED:
        about = [each for each in asserted if node in (each.triple[0], each.triple[2])]
        naming = [[each for each in about if each.triple[:2] == (node, predicate)] for predicate in NAMING]
        best = next((each for each in (*(some[0] for some in naming if some), *about)), None)
        wanted = [(ARTICLE, MENTIONS, node), (node, TYPE, KIND)] if best else []
        mine = [each for each in made if node in (each.triple[0], each.triple[2])]
        assert [each.triple for each in mine] == [triple for triple in wanted if triple not in stated]
        for each in mine:
            assert best is not None
            assert each == best._replace(triple=each.triple, key="mentions", note="", according_to=None)
