"""``rujukan link``: matches with another authority, proposed for a person to accept or refuse."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING

from kg_builder.cli.common import Commands, command, json_option, project_of
from kg_builder.cli.output import INVALID, OK, counted, say, say_json, tell
from kg_builder.errors import QueryError

if TYPE_CHECKING:
    from kg_builder.link.cache import Cache
    from kg_builder.link.client import Client
    from kg_builder.link.score import Candidate, Verdict
    from kg_builder.link.settings import LinkSettings
    from kg_builder.link.subjects import Subject
    from kg_builder.sources.project import Project

ACTIONS = ("refresh", "accept", "refuse")
_SHOWN = 3
# Of all entities, only those whose names are as alike as this are worth a person's look.
_WORTH_A_LOOK = 0.75


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "link",
        run_link,
        "Propose matches with another authority; accept or refuse them; ask whether they are still there.",
        "rujukan link\n  rujukan link some-body --service\n  rujukan link accept some-body Q7 --by 'A Curator'\n"
        "  rujukan link refresh",
    )
    parser.add_argument(
        "entity",
        nargs="*",
        help="ids of entities (default: all without a match); or refresh; or accept or refuse, an entity and an item",
    )
    parser.add_argument(
        "--service",
        nargs="?",
        const="",
        default=None,
        metavar="URL",
        help="ask a reconciliation service too, the mapping file's by default; with refresh, another address",
    )
    parser.add_argument("--offline", action="store_true", help="ask nothing that the cache has no answer to")
    parser.add_argument("--again", action="store_true", help="ask again what the cache has an answer to")
    parser.add_argument("--interval", type=_seconds, default=1.0, metavar="SECONDS", help="between two requests")
    parser.add_argument("--by", default="", metavar="NAME", help="who accepts or refuses")
    parser.add_argument("--dry-run", action="store_true", help="write nothing but the cache")
    json_option(parser)


def _seconds(written: str) -> float:
    try:
        found = float(written)
    except ValueError:
        found = -1.0
    if not 0 <= found < inf:
        raise argparse.ArgumentTypeError(f"«{written}» is no number of seconds, such as 1 or 0.5")
    return found


def run_link(options: argparse.Namespace) -> int:
    """Propose, settle or refresh."""
    from kg_builder.link.settings import load_settings

    project = project_of(options)
    settings = load_settings(project)
    action = options.entity[0] if options.entity and options.entity[0] in ACTIONS else ""
    if action == "refresh":
        if options.offline:
            raise QueryError("refresh asks the authority anew, so it cannot be --offline: leave one of the two out")
        return _refresh(options, project, settings)
    if action:
        return _settle(options, project, settings, accept=action == "accept")
    return _propose(options, project, settings)


def _propose(options: argparse.Namespace, project: Project, settings: LinkSettings) -> int:
    from kg_builder.link.proposals import Links
    from kg_builder.link.score import decide
    from kg_builder.link.snapshot import load_snapshot, near
    from kg_builder.link.subjects import all_slugs, read_subjects
    from kg_builder.release.query import open_release

    reader, links = open_release(project.build), Links(project, settings)
    linked = links.linked()
    for slug in options.entity:
        if slug in linked:
            tell(f"«{slug}» has a match already; it is passed over")
    wanted = [each for each in options.entity or all_slugs(reader) if each not in linked]
    subjects = [each for each in read_subjects(reader, wanted, settings) if each.names]
    if missing := {*wanted} - {each.slug for each in subjects}:
        raise QueryError(f"no entity «{min(missing)}» in the current release")
    snapshot = load_snapshot(project)
    asked = _ask(options, project, settings, subjects)
    verdicts = []
    for subject in subjects:
        barred = links.barred(subject.slug)
        found = {each.id: each for each in (*near(subject, snapshot), *asked.get(subject.slug, ()))}
        verdicts.append(decide(subject, (each for id_, each in found.items() if id_ not in barred), settings))
    written = 0 if options.dry_run else links.propose(verdicts, _today())
    if options.json:
        say_json([_plain(each) for each in verdicts])
    else:
        _tell_verdicts(verdicts, all_of_them=bool(options.entity))
        proposed = sum(1 for each in verdicts if each.proposed)
        say(f"{counted(len(verdicts), 'entity', 'entities')}: {proposed} proposed, the others left open.")
        if written:
            say("Look at data/links/proposed.sssom.tsv, then: rujukan link accept|refuse ENTITY ITEM --by NAME")
    return OK


def _ask(
    options: argparse.Namespace, project: Project, settings: LinkSettings, subjects: list[Subject]
) -> dict[str, list[Candidate]]:
    from kg_builder.link.service import Service

    if options.service is None:
        return {}
    address = options.service or settings.service
    client = None if options.offline else _client(options)
    service = Service(address, client, _cache(project), settings, again=options.again)
    return service.candidates(subjects)


def _client(options: argparse.Namespace) -> Client:
    from kg_builder.link.client import Client, Politeness

    return Client(Politeness(interval=options.interval))


def _cache(project: Project) -> Cache:
    from kg_builder.link.cache import Cache
    from kg_builder.link.settings import CACHE

    return Cache(project.root / CACHE)


def _tell_verdicts(verdicts: list[Verdict], *, all_of_them: bool) -> None:
    for each in verdicts:
        if each.proposed:
            found = each.proposed.candidate
            say(f"{each.subject.slug}  {found.id} {found.label}  {each.proposed.confidence:g}  ({each.reason})")
        elif all_of_them or any(judgement.name >= _WORTH_A_LOOK for judgement in each.judgements):
            say(f"{each.subject.slug}  left open: {each.reason}")
            for judgement in each.judgements[:_SHOWN]:
                say(f"    {judgement.candidate.id} {judgement.candidate.label}: {judgement.words()}")


def _plain(verdict: Verdict) -> dict[str, object]:
    return {
        "entity": verdict.subject.slug,
        "proposed": verdict.proposed.candidate.id if verdict.proposed else None,
        "confidence": verdict.proposed.confidence if verdict.proposed else None,
        "reason": verdict.reason,
        "candidates": [
            {
                "id": each.candidate.id, "label": each.candidate.label, "seen": each.candidate.seen,
                "name": each.name, "kind": each.of_kind, "agreed": each.agreed, "disagreed": each.disagreed,
            }
            for each in verdict.judgements
        ],
    }  # fmt: skip


def _settle(options: argparse.Namespace, project: Project, settings: LinkSettings, *, accept: bool) -> int:
    from kg_builder.link.proposals import Links

    if len(options.entity) != 3 or not options.by:  # noqa: PLR2004 - the action, an entity, an item
        raise QueryError("write: rujukan link accept|refuse ENTITY ITEM --by NAME")
    _, slug, id_ = options.entity
    row = Links(project, settings).settle(slug, id_, options.by, _today(), accept=accept)
    word = "accepted" if accept else "refused, and not offered again"
    if options.json:
        say_json(row)
    else:
        say(f"{row['subject_id']} = {row['object_id']} ({row['object_label']}): {word}.")
    return OK


def _refresh(options: argparse.Namespace, project: Project, settings: LinkSettings) -> int:
    from kg_builder.link.proposals import Links
    from kg_builder.link.refresh import refresh

    rows = Links(project, settings).ids()
    labels = {id_: found[0]["object_label"] for id_, found in rows.items()}
    address = options.service or settings.entities
    found = refresh(address, labels, _client(options), _cache(project))
    changed = [each for each in found if each.state != "there"]
    if options.json:
        say_json([{"id": each.id, "state": each.state, "now": each.now} for each in changed])
    else:
        for each in changed:
            subjects = ", ".join(sorted(row["subject_id"] for row in rows[each.id]))
            say(f"{each.id} {labels[each.id]} ({subjects}): {each.state}{f' to {each.now}' if each.now else ''}")
        say(f"{counted(len(found), 'item')} asked for, {len(changed)} to look at.")
    return INVALID if changed else OK


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
