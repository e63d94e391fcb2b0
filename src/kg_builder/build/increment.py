"""A release made of the one before: what changed is mapped anew and brought into a copy of its store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pyoxigraph as ox

from kg_builder.build.facts import Facts
from kg_builder.build.patch import Patch, apply
from kg_builder.build.pieces import Edit, Piece, recut
from kg_builder.build.reason import Known, Lines, Reasoner, rederive
from kg_builder.build.stage import by_subject
from kg_builder.build.work import Made, Work
from kg_builder.errors import ReleaseError, SourceError
from kg_builder.graph.layers import AUTHORITY, DERIVED, ONTOLOGY
from kg_builder.graph.quads import SUBJECT, TYPE
from kg_builder.model import Term, Triple
from kg_builder.release.store import STORE_FOLDER, open_store
from kg_builder.release.writer import Release


def build_on(base: Release, work: Work) -> Made:
    """Make the shards and the store of a release that follows another.

    Args:
        base: the release before.
        work: whose stage and state know `base`.

    Raises:
        SourceError: the sources are wrong; every problem at once.
        ReleaseError: the release before cannot be copied.
        OSError: a file cannot be read or written.
    """
    sources, state = work.sources, work.state
    renamed = _renamed(work)
    work.rows = state.articles()
    for article in [each for each in work.rows if each not in work.articles]:
        del work.rows[article]
        state.forget(article)
    stale = sorted(each for each in work.articles if _is_stale(work, each) or each in renamed)
    for article in stale:
        work.rows.pop(article, None)
    work.progress(f"facts of {len(stale)} of {len(work.articles)} articles")
    problems = [*sources.problems, *(problem for mapped in work.map(stale) for problem in mapped.problems)]
    problems.extend(work.twins())
    if problems:
        raise SourceError(problems)
    for article in work.articles.keys() - set(stale):
        work.stage.keep(article)
    for name, lines in sources.small_layers(ontology=False):
        work.stage.write(name, lines)
    work.stage.keep(ONTOLOGY)
    pieces = {AUTHORITY: _authority(work)}
    before = Facts(open_store(base.path / STORE_FOLDER), sources.project.iris)
    after = Facts(_copy(before.store, work), sources.project.iris)
    removed, added = set[bytes](), set[bytes]()
    for lost, gained in work.stage.differences(lambda name: name.partition(".")[0] != DERIVED):
        removed |= lost
        added |= gained
    patch = apply(before, after, removed, added)
    work.progress("rules")
    pieces[DERIVED], derived = _rederive(work, before, after, patch)
    after.store.flush()
    work.progress("shapes")
    checks = work.checks(after)
    changed = patch.changed | derived
    nodes = {subject for subject, _, _ in changed}
    retyped = {subject for subject, predicate, _ in changed if predicate == TYPE}
    nodes |= {target for _, predicate, target in changed if predicate in checks.judge.reach.inverse}
    judged = list(checks.judge.results(sorted(nodes | checks.judge.also(nodes, retyped))))
    if problems := list(checks.problems(judged)):
        raise SourceError(problems)
    counts = base.manifest.counts
    graphs = Counter({Term(f"<{graph}>"): number for graph, number in counts.graphs.items()})
    graphs.update({Term(f"<{graph}>"): number for graph, number in patch.graphs.items()})
    return work.made(pieces, graphs, counts.quads + patch.quads, counts.asserted + patch.facts)


def _is_stale(work: Work, article: str) -> bool:
    row, files = work.rows.get(article), work.articles[article]
    return row is None or (row.record, row.text) != (files.record, files.text)


def _renamed(work: Work) -> set[str]:
    """Return the articles that name an id whose kind is another than it was, or that was not declared then."""
    changes = work.sources.authority.changed_since(work.meta.get("authority", 0))
    if changes is None:
        return set(work.articles)
    return {
        article
        for change in changes
        if change.before != change.now
        for article, kind in work.state.naming(change.slug)
        if kind != (change.now or "")
    }


def _authority(work: Work) -> list[Piece]:
    sources, pieces = work.sources, work.pieces[AUTHORITY]
    iris = sources.project.iris
    changes = sources.authority.changed_since(work.meta.get("authority", 0))
    former = {term for piece in pieces for term in work.stage.units(piece)} if changes is None else set()
    slugs = {change.slug for change in changes or ()} | set(sources.authority.redirects)
    slugs |= set(work.meta.get("redirects", ()))
    edits = {iris.entity(slug): Edit(None, set(sources.authority_lines(slug))) for slug in slugs}
    if changes is None:
        edits = {term: Edit(None, set()) for term in former}
        edits |= {term: Edit(None, set(lines)) for term, lines in sources.authority_units()}
    return _recut(work, AUTHORITY, pieces, edits)


def _recut(work: Work, layer: str, pieces: list[Piece], edits: dict[Term, Edit]) -> list[Piece]:
    read = _derived_units if layer == DERIVED else by_subject
    done = recut(layer, pieces, edits, lambda piece: read(work.stage.old(piece.name).decode()))
    for piece in done.pieces:
        if piece in done.written:
            work.stage.write(piece.name, done.written[piece])
        else:
            work.stage.keep(piece.name)
    return done.pieces


def _derived_units(text: str) -> dict[Term, set[str]]:
    """Return lines of the derived layer by the subject of the conclusion that they belong to."""
    found: dict[Term, set[str]] = {}
    about = f" {SUBJECT} "
    for subject, lines in by_subject(text).items():
        # A derivation says what it concludes; anything else here is the conclusion itself.
        said = next((line.partition(about)[2] for line in lines if about in line), "")
        found.setdefault(Term(said.removesuffix(" .\n")) if said else subject, set()).update(lines)
    return found


def _rederive(work: Work, before: Facts, after: Facts, patch: Patch) -> tuple[list[Piece], set[Triple]]:
    pieces = work.pieces[DERIVED]
    rules = work.sources.rules()
    prefixes = work.sources.project.prefixes
    anew = Reasoner(rules, after, Known(after, work.state), prefixes)
    with work.state.before() as former:
        old, new = rederive(Reasoner(rules, before, Known(before, former), prefixes), anew, patch)
    edits = {term: Edit(old.get(term, set()), new.get(term, set())) for term in old.keys() | new.keys()}
    edits = {term: edit for term, edit in edits.items() if edit.lost != edit.gained}
    lost, gained = set(_derivations(old, after)), set(_derivations(new, after))
    for each in lost - gained:
        after.store.remove(each)
    after.store.extend(gained - lost)
    patch.quads += anew.quads + len(gained - lost) - len(lost - gained)
    patch.graphs[after.iris.graph(DERIVED)[1:-1]] += anew.derived
    return _recut(work, DERIVED, pieces, edits), anew.changed


def _derivations(lines: Lines, facts: Facts) -> Iterator[ox.Quad]:
    start = f"<{facts.iris.base}derivation/"
    text = "".join(line for each in lines.values() for line in each if line.startswith(start))
    yield from ox.parse(text, format=ox.RdfFormat.N_QUADS)


def _copy(store: ox.Store, work: Work) -> ox.Store:
    folder = str(work.stage.folder / STORE_FOLDER)
    try:
        store.backup(folder)
        return ox.Store(folder)
    except (OSError, RuntimeError) as error:
        message = f"the store of the release before cannot be copied: {error}; run `rujukan build --force`"
        raise ReleaseError(message) from error
