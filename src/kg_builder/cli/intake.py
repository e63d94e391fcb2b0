"""``rujukan text add``: bring an article in, notice one that is known, and say what a changed text leaves standing."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kg_builder.cli.common import project_of
from kg_builder.cli.output import INVALID, OK, counted, say, say_json, tell
from kg_builder.errors import FetchError, Mark, Problem, SourceError
from kg_builder.sources.files import write_whole

if TYPE_CHECKING:
    from kg_builder.assist.fetch import Fetcher
    from kg_builder.assist.incoming import Incoming
    from kg_builder.sources.anchor import Anchored, Shift
    from kg_builder.sources.entities import Authority
    from kg_builder.sources.intake import Head, Known
    from kg_builder.sources.project import Project

FORMER = "former"
"""The folder below the texts that keeps what an update replaces."""


def run_add(options: argparse.Namespace) -> int:
    """Add texts."""
    from kg_builder.assist.fetch import Fetcher

    if options.id and len(options.source) > 1:
        raise SourceError([Problem(Mark("--id"), "one id is for one article: add the others without it")])
    fetcher = Fetcher()
    try:
        outcomes = [_outcome(options, source, fetcher) for source in options.source]
    finally:
        fetcher.close()
    if options.json:
        say_json(outcomes)
    return OK if all(outcome["added"] and not outcome.get("open") for outcome in outcomes) else INVALID


def _outcome(options: argparse.Namespace, source: str, fetcher: Fetcher) -> dict[str, object]:
    # One text that cannot be added is no reason to leave out those that can.
    try:
        return _add(options, source, fetcher)
    except SourceError as error:
        problems = error.problems
        for problem in problems:
            tell(str(problem))
    except FetchError as error:
        problems = (Problem(Mark(source), str(error), "fetch"),)
        tell(f"{source}: {error}")
    return {"file": source, "added": False, "problems": [problem.as_json() for problem in problems]}


def _add(options: argparse.Namespace, source: str, fetcher: Fetcher) -> dict[str, object]:
    from kg_builder.assist.incoming import read_incoming
    from kg_builder.sources.intake import Match, heads, match

    project = project_of(options)
    incoming = read_incoming(source, fetcher)
    records = heads(project)
    how, head = match(incoming.text, records, url=incoming.page.url, article=options.id or incoming.stem)
    outcome: dict[str, object] = {
        "file": source,
        "match": how.value,
        "added": False,
        "article": head.article if head else None,
    }
    if how is Match.EXACT and head:
        return outcome | _same(options, project, incoming, head)
    if how is Match.WHITE_SPACE and head and not options.update:
        _tell_white_space(project, incoming, head)
        return outcome
    if head and not options.new:
        return outcome | _revise(options, project, incoming, head, update=options.update)
    if head:
        if options.id in {"", head.article}:
            record = project.name(head.path)
            message = (
                f"{record} exists and has another text: take this one with --update, or name another article with --id"
            )
            raise SourceError([Problem(Mark(source), message)])
        tell(f"{source}: {head.article} is of the same address; if it is the same article, keep one of the two")
        return outcome | _begin(options, project, incoming)
    return outcome | _unknown(options, project, incoming, records)


def _unknown(
    options: argparse.Namespace, project: Project, incoming: Incoming, records: list[Head]
) -> dict[str, object]:
    """Begin a record for a text that no record has, or say what it is like."""
    twin = _alike(project, incoming, records)
    if options.new:
        if twin:
            tell(f"{incoming.name}: much like {twin.article}; if it is the same article, keep one of the two")
        return _begin(options, project, incoming)
    if twin:
        # That two texts are alike is no proof: only --id, which a person writes, lets one take the other's place.
        found = _revise(options, project, incoming, twin, update=False)
        return found | {"match": "alike", "article": twin.article}
    tell(
        f"{incoming.name}: no record has this text; to begin one: rujukan text add {incoming.name} --new --curator <id>"
    )
    return {}


def _same(options: argparse.Namespace, project: Project, incoming: Incoming, head: Head) -> dict[str, object]:
    path = project.texts / f"{head.article}.txt"
    if path.is_file() and path.read_bytes() == incoming.content:
        said = "it is here already"
    else:
        write_whole(path, incoming.content)
        said = "its quotes can be verified now"
    (tell if options.json else say)(f"{incoming.name}: the text of {head.article}, byte for byte; {said}")
    return {"added": True}


def _tell_white_space(project: Project, incoming: Incoming, head: Head) -> None:
    from kg_builder.sources.texts import find_text, first_difference

    known = find_text(project.texts, head.article)
    where, what = "", "white space"
    if known:
        place = first_difference(known.text, incoming.text.text)
        where = f", first at code point {place} (line {incoming.text.text.count(chr(10), 0, place) + 1})"
        if "".join(known.text.split()) != "".join(incoming.text.text.split()):
            what = "Unicode normalisation"
    tell(
        f"{incoming.name}: the words of {head.article}, but its {what} differs{where}; not added, since positions "
        f"hold for the recorded text alone. To take this one instead: rujukan text add {incoming.name} "
        f"--id {head.article} --update"
    )


def _alike(project: Project, incoming: Incoming, records: list[Head]) -> Head | None:
    """Return the record whose text on this machine is much like another one."""
    from kg_builder.sources.intake import alike

    paths = {head.article: project.texts / f"{head.article}.txt" for head in records}
    texts = ((name, path.read_text("utf-8", "replace")) for name, path in paths.items() if path.is_file())
    article = alike(incoming.text.text, texts)
    return next((head for head in records if head.article == article), None)


def _revise(
    options: argparse.Namespace, project: Project, incoming: Incoming, head: Head, *, update: bool
) -> dict[str, object]:
    """Say what another text of an article leaves standing; take it where that is wanted."""
    from kg_builder.sources.anchor import anchor
    from kg_builder.sources.reading import read_text
    from kg_builder.sources.texts import find_text

    problems: list[Problem] = []
    name = project.name(head.path)
    former = find_text(project.texts, head.article)
    source = read_text(head.path, name, problems)
    found = anchor(source, name, incoming.text, problems, former) if source is not None else None
    if problems or found is None:
        raise SourceError(problems)
    remark = tell if options.json else say
    remark(f"{incoming.name}: another text of {head.article}: {_summary(found)}")
    for shift in found.shifts:
        remark(f"  {_shifted(shift)}")
    outcome: dict[str, object] = {
        "match": "changed",
        "phrases": found.phrases,
        "stand": found.phrases - len(found.shifts),
        "shifts": [shift.as_json() for shift in found.shifts],
    }
    if not update:
        tell(f"nothing was written; to take it: rujukan text add {incoming.name} --id {head.article} --update")
        return outcome
    kept = ""
    if former:
        folder = project.texts / FORMER
        write_whole(folder / f"{head.article}.{former.sha256[:12]}.txt", former.text.encode())
        kept = f"; the former one is kept in {project.name(folder)}"
    # The text goes first: a record that is left behind is seen by its hash, and `rujukan anchor` brings it along.
    write_whole(project.texts / f"{head.article}.txt", incoming.content)
    write_whole(head.path, found.source.encode())
    remark(f"{name}: has the new text now{kept}")
    for problem in found.open:
        tell(str(problem))
    if found.open:
        tell(
            f"{counted(len(found.open), 'phrase')} for you to decide: until then `rujukan check`, `build` and "
            "`status` report what rests on them"
        )
    return outcome | {"added": True, "open": [problem.as_json() for problem in found.open]}


def _summary(found: Anchored) -> str:
    moved = sum(shift.place is not None for shift in found.shifts)
    gone = sum(not shift.offered for shift in found.shifts)
    stand = found.phrases - len(found.shifts)
    unsure = len(found.shifts) - moved - gone
    shares = f"{moved} moved, {unsure} unsure, {gone} gone"
    return f"{stand:,} of {counted(found.phrases, 'phrase')} stand where they stood, {shares}"


def _shifted(shift: Shift) -> str:
    if shift.place is not None:
        became = f"→ @{shift.place}"
    elif shift.offered:
        became = f"→ {' or '.join(f'@{start}' for start in shift.offered[:6])}?"
    else:
        became = "gone"
    return f"{shift.mark}: @{shift.former} {became} «{shift.words}»  {shift.fact}"


def _begin(options: argparse.Namespace, project: Project, incoming: Incoming) -> dict[str, object]:
    """Write a new record and keep its text."""
    from kg_builder.assist.datelines import dateline_day
    from kg_builder.assist.dates import Dates
    from kg_builder.assist.lexicon import load_lexicon
    from kg_builder.ids import nearest
    from kg_builder.sources.entities import load_authority
    from kg_builder.sources.intake import new_record
    from kg_builder.sources.schema import load_schema

    problems: list[Problem] = []
    authority = load_authority(project, load_schema(project.root, problems), problems)
    if problems:
        raise SourceError(problems)
    article, language = options.id or incoming.stem, options.language or incoming.language
    mark = Mark(incoming.name)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", article):
        problems.append(
            Problem(mark, f"«{article}» cannot be an article's id: give --id with letters, digits, «-» and «_»")
        )
    if not language:
        problems.append(Problem(mark, "the words do not show which language it is: add --language, such as id or en"))
    elif not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", language):
        problems.append(Problem(mark, f"--language: «{language}» is not a language tag"))
    if options.curator not in authority.declared:
        hint = nearest(options.curator, authority.declared) or "; declare who curates in data/entities/"
        problems.append(Problem(mark, f"--curator: no entity «{options.curator}»{hint}"))
    if problems:
        raise SourceError(problems)
    record = project.articles / f"{article}.yaml"
    if record.exists():
        message = f"{project.name(record)} exists, and its head cannot be read: mend it, or give another --id"
        raise SourceError([Problem(mark, message)])
    dateline = dateline_day(incoming.text.text, Dates(load_lexicon(project.root)))
    known = _known(incoming, language, authority, dateline)
    today = datetime.now(UTC).date().isoformat()
    write_whole(record, new_record(article, incoming.text, options.curator, today, known).encode())
    write_whole(project.texts / f"{article}.txt", incoming.content)
    remark = tell if options.json else say
    remark(f"{incoming.name}: new record {project.name(record)}; next: rujukan review {article}")
    head = {name: getattr(known, name) for name in ("title", "url", "publisher", "published")}
    told = [f"language {language}{'' if options.language else ' (told by its words)'}"]
    told += [f"{name} {value}" for name, value in head.items() if value]
    remark(f"  {', '.join(told)}")
    if missing := [name for name, value in head.items() if not value]:
        remark(f"  unknown: {', '.join(missing)}; write what you know into the head")
    return {"added": True, "article": article, "match": "new", "language": language, **head, "remarks": known.remarks}


def _known(incoming: Incoming, language: str, authority: Authority, dateline: str) -> Known:
    from kg_builder.assist.datelines import heading
    from kg_builder.sources.intake import Known, one_line

    page = incoming.page
    publisher = publisher_of(page.site, authority)
    remarks = [f"By {page.author}."] if page.author else []
    if page.published and dateline and page.published != dateline:
        remarks.append(f"The day of publication is what the page says of itself; its dateline says {dateline}.")
    elif page.published:
        remarks.append("The day of publication is what the page says of itself: compare it with the article.")
    elif dateline:
        remarks.append("The day of publication is that of the dateline: correct it where you know better.")
    if page.site and not publisher:
        remarks.append(f"Published by {page.site}: declare it in data/entities/ and write its id as publisher.")
    title = one_line(page.title) or heading(incoming.text.text)
    if title and not page.title:
        remarks.append("The title is the text's first line: correct it where you know better.")
    return Known(language, title, page.url, publisher, page.published or dateline, tuple(remarks))


def publisher_of(name: str, authority: Authority) -> str:
    """Return the one entity of the authority file that bears a name; nothing where none does, or several."""
    from kg_builder.sources.entities import ALTERNATIVE, LABEL
    from kg_builder.terms import literal_parts

    wanted = " ".join(name.casefold().split())
    found = {
        slug
        for slug, entity in authority.entities.items()
        for item in entity.triples
        if wanted and item.triple[1] in {LABEL, ALTERNATIVE} and literal_parts(item.triple[2])[0].casefold() == wanted
    }
    return found.pop() if len(found) == 1 else ""
