"""``rujukan text`` and ``rujukan anchor``: the articles' texts, and where the records' phrases stand in them."""

from __future__ import annotations

import argparse
from pathlib import Path

from kg_builder.cli.common import Commands, command, json_option, project_of
from kg_builder.cli.intake import run_add
from kg_builder.cli.output import INVALID, OK, counted, say, say_json, tell
from kg_builder.errors import Problem, SourceError
from kg_builder.sources.files import write_whole


def add(commands: Commands) -> None:
    """Add the commands."""
    parser = command(
        commands,
        "text",
        run_add,
        "Keep articles' texts on this machine; they are never committed.",
        "rujukan text add article.txt",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    adding = command(
        actions,
        "add",
        run_add,
        "Add the text of an article: a text file, a saved web page, or the address of one. What is known is noticed.",
        "rujukan text add article.txt\n"
        "  rujukan text add https://news.example.org/a-visit --new --curator someone\n"
        "  rujukan text add page.html --id a-visit --update",
    )
    adding.add_argument("source", nargs="+", metavar="FILE|URL", help="a UTF-8 text, a saved page, or an address")
    adding.add_argument("--new", action="store_true", help="make a record for a text that has none")
    adding.add_argument("--update", action="store_true", help="take a changed text of an article that has a record")
    adding.add_argument("--id", default="", help="id of the article (default: after the file, or the address)")
    adding.add_argument("--language", default="", help="language of a new record (default: told by its words)")
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


def run_anchor(options: argparse.Namespace) -> int:
    """Anchor records."""
    from kg_builder.sources.files import sources_in
    from kg_builder.sources.project import record_of

    project = project_of(options)
    named = [record_of(project, article) for article in options.article]
    outcomes = [_anchor(options, path) for path in named or sources_in(project.articles, ".yaml")]
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
