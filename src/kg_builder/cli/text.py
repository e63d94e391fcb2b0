"""``rujukan text`` and ``rujukan anchor``: the articles' texts, and where the records' phrases stand in them."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime
from pathlib import Path

from kg_builder.cli.common import Commands, command, json_option, project_of
from kg_builder.cli.output import INVALID, OK, counted, say, say_json, tell
from kg_builder.errors import Mark, Problem, SourceError
from kg_builder.sources.files import write_whole


def add(commands: Commands) -> None:
    """Add the commands."""
    parser = command(
        commands,
        "text",
        run_text,
        "Keep articles' texts on this machine; they are never committed.",
        "rujukan text add article.txt",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    adding = command(
        actions,
        "add",
        run_text,
        "Add a text: matched to its record by SHA-256, or by its words with the difference reported.",
        "rujukan text add article.txt\n  rujukan text add new-article.txt --new --curator someone",
    )
    adding.add_argument("file", nargs="+", type=Path, help="a UTF-8 text file")
    adding.add_argument("--new", action="store_true", help="make a record for a text that has none")
    adding.add_argument("--language", default="id", help="language of a new record (default: %(default)s)")
    adding.add_argument("--curator", default="", help="id of a new record's curator")
    json_option(adding)
    parser = command(
        commands,
        "anchor",
        run_anchor,
        "Write the positions of phrases into records, comments and order kept; list what it cannot decide.",
        "rujukan anchor\n  rujukan anchor my-article --dry-run",
    )
    parser.add_argument("article", nargs="*", help="article ids (default: every record whose text is here)")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")
    json_option(parser)


def run_text(options: argparse.Namespace) -> int:
    """Add texts."""
    outcomes: list[dict[str, object]] = []
    for path in options.file:
        try:
            outcomes.append(_add(options, path))
        except SourceError as error:
            # One text that cannot be added is no reason to leave out those that can.
            outcomes.append({"file": str(path), "added": False, "problems": [p.as_json() for p in error.problems]})
            for problem in error.problems:
                tell(str(problem))
    if options.json:
        say_json(outcomes)
    return OK if all(outcome["added"] for outcome in outcomes) else INVALID


def _add(options: argparse.Namespace, path: Path) -> dict[str, object]:
    from kg_builder.sources.intake import Match, heads, match
    from kg_builder.sources.texts import decode, find_text, first_difference

    project = project_of(options)
    content = path.read_bytes()
    try:
        text = decode(content)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SourceError(
            [Problem(Mark(str(path), line), "not UTF-8: save the file as UTF-8 and add it again")]
        ) from error
    how, head = match(text, heads(project))
    outcome: dict[str, object] = {
        "file": str(path),
        "match": how.value,
        "added": False,
        "article": head.article if head else None,
    }
    remark = say if not options.json else tell
    if how is Match.EXACT and head:
        write_whole(project.texts / f"{head.article}.txt", content)
        remark(f"{path}: the text of {head.article}, byte for byte; its quotes can be verified now")
        return outcome | {"added": True}
    if how is Match.WHITE_SPACE and head:
        known = find_text(project.texts, head.article)
        where = ""
        if known:
            place = first_difference(known.text, text.text)
            where = f", first at code point {place} (line {text.text.count(chr(10), 0, place) + 1})"
        tell(
            f"{path}: the words of {head.article}, but its white space differs{where}; not added, since positions "
            f"hold for the recorded text alone. To take this one instead: copy it to data/texts/{head.article}.txt "
            "and run `rujukan anchor`"
        )
        return outcome
    if not options.new:
        tell(f"{path}: no record has this text; to begin one: rujukan text add {path} --new --curator <id>")
        return outcome
    return outcome | _begin(options, path, content)


def _begin(options: argparse.Namespace, path: Path, content: bytes) -> dict[str, object]:
    from kg_builder.ids import nearest
    from kg_builder.sources.anchor import new_record
    from kg_builder.sources.entities import load_authority
    from kg_builder.sources.schema import load_schema
    from kg_builder.sources.texts import decode

    project = project_of(options)
    problems: list[Problem] = []
    declared = load_authority(project, load_schema(project.root, problems), problems).declared
    if problems:
        raise SourceError(problems)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", path.stem):
        message = f"«{path.stem}» cannot be an article's id: name the file with letters, digits, «-» and «_»"
        raise SourceError([Problem(Mark(str(path)), message)])
    if not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", options.language):
        raise SourceError([Problem(Mark(str(path)), f"--language: «{options.language}» is not a language tag")])
    if options.curator not in declared:
        hint = nearest(options.curator, declared) or "; declare who curates in data/entities/"
        raise SourceError([Problem(Mark(str(path)), f"--curator: no entity «{options.curator}»{hint}")])
    record = project.articles / f"{path.stem}.yaml"
    if record.exists():
        message = f"{project.name(record)} exists and has another text; rename this file"
        raise SourceError([Problem(Mark(str(path)), message)])
    today = datetime.now(UTC).date().isoformat()
    write_whole(record, new_record(path.stem, options.language, decode(content), options.curator, today).encode())
    write_whole(project.texts / f"{path.stem}.txt", content)
    (say if not options.json else tell)(
        f"{path}: new record {project.name(record)}; write its facts, then run `rujukan anchor`"
    )
    return {"added": True, "article": path.stem, "match": "new"}


def run_anchor(options: argparse.Namespace) -> int:
    """Anchor records."""
    from kg_builder.ids import nearest

    project = project_of(options)
    known = {path.stem: path for path in sorted(project.articles.glob("*.yaml"))}
    for article in options.article:
        if article not in known:
            message = f"no record «{article}»{nearest(article, known)}"
            raise SourceError([Problem(Mark("data/articles"), message)])
    outcomes = [_anchor(options, known[article]) for article in options.article or known]
    if options.json:
        say_json(outcomes)
    return INVALID if any(outcome["open"] for outcome in outcomes) else OK


def _anchor(options: argparse.Namespace, path: Path) -> dict[str, object]:
    from kg_builder.sources.anchor import anchor
    from kg_builder.sources.reading import read_text
    from kg_builder.sources.texts import find_text

    project = project_of(options)
    text = find_text(project.texts, path.stem)
    if text is None:
        if options.article:
            tell(f"{path.stem}: its text is not on this machine; run `rujukan text add FILE` first")
        return {"article": path.stem, "text": False, "open": ["no text"] if options.article else []}
    problems: list[Problem] = []
    source = read_text(path, project.name(path), problems)
    if source is None:
        raise SourceError(problems)
    found = anchor(source, project.name(path), text, problems)
    if problems:
        raise SourceError(problems)
    if found.source != source and not options.dry_run:
        write_whole(path, found.source.encode())
    for problem in found.open:
        tell(str(problem))
    remark = tell if options.json else say
    would = "would be " if options.dry_run else ""
    remark(
        f"{path.stem}: {counted(found.placed, 'phrase')} {would}placed, {found.moved} moved, {found.lost} lost, "
        f"{len(found.open)} for you to decide"
    )
    return {
        "article": path.stem,
        "text": True,
        "placed": found.placed,
        "moved": found.moved,
        "lost": found.lost,
        "open": [problem.as_json() for problem in found.open],
    }
