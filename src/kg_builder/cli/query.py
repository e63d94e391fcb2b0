"""``rujukan query`` and ``rujukan export``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kg_builder.cli.common import Commands, command, json_option, project_of
from kg_builder.cli.output import OK, counted, say, say_json, tell
from kg_builder.errors import QueryError
from kg_builder.sources.files import replaced

if TYPE_CHECKING:
    from kg_builder.release.query import Reader

FORMATS = ("table", "json", "xml", "csv", "tsv", "turtle", "ntriples", "rdfxml", "jsonld")
EXPORTS = ("nquads", "trig", "turtle", "jsonld", "facts", "ids", "schema", "quickstatements")


def add(commands: Commands) -> None:
    """Add the commands."""
    parser = command(
        commands,
        "query",
        run_query,
        "Ask the current release a saved query, or any SPARQL query.",
        "rujukan query --list\n  rujukan query my-query --param person=id:someone --format csv\n"
        "  rujukan query 'SELECT * WHERE { ?s ?p ?o } LIMIT 5'",
    )
    parser.add_argument(
        "query", nargs="?", help="a saved query's name, a file.rq, the query itself, or - for standard input"
    )
    parser.add_argument("--list", action="store_true", help="list the saved queries")
    parser.add_argument(
        "--param", action="append", default=[], metavar="NAME=VALUE", help="bind a parameter of a saved query"
    )
    parser.add_argument(
        "--format", choices=FORMATS, default=None, help="format of the answer (default: table or turtle)"
    )
    json_option(parser)
    parser = command(
        commands,
        "export",
        run_export,
        "Write a dump of the current release, the ids it publishes, the records' JSON Schema, or QuickStatements.",
        "rujukan export facts --output facts.ttl",
    )
    parser.add_argument("what", choices=EXPORTS, help="which dump")
    parser.add_argument(
        "--output", type=Path, default=None, metavar="FILE", help="file to write (default: standard output)"
    )


def run_query(options: argparse.Namespace) -> int:
    """Run a query and print its answer."""
    from kg_builder.release.query import open_release

    reader = open_release(project_of(options).build)
    if options.list:
        return _list(reader, as_json=options.json)
    if not options.query:
        raise QueryError("which query? name one, or --list them")
    text, bound = _query(reader, options.query, _values(options.param))
    _refuse_other_codings(text)
    form = "json" if options.json else options.format
    try:
        return _answer(reader, reader.solutions(text, bound), form)
    except (RuntimeError, ValueError) as error:
        # What parses may still not be evaluated, such as an unknown function; the store says so as it goes.
        raise QueryError(f"the query cannot be evaluated: {error}") from error


def _list(reader: Reader, *, as_json: bool) -> int:
    if as_json:
        say_json(list(reader.saved))
        return OK
    for query in reader.saved:
        title = query["title"]
        say(f"{query['name']}: {title['en'] if isinstance(title, dict) else ''}")
    return OK


def _values(written: list[str]) -> dict[str, str]:
    values = {}
    for item in written:
        name, equals, value = item.partition("=")
        if not equals:
            raise QueryError(f"--param takes NAME=VALUE, not «{item}»")
        values[name.lstrip("?")] = value
    return values


def _query(reader: Reader, written: str, values: dict[str, str]):  # type: ignore[no-untyped-def] # noqa: ANN202
    from kg_builder.release.query import saved_query

    free = written == "-" or written.endswith(".rq") or any(character in written for character in " {\n")
    if free and values:
        raise QueryError(
            "--param binds the parameters of a saved query; this one is not saved: write its values into it"
        )
    if written == "-":
        # A byte that is not UTF-8 stays one here, and is refused with the words of every other source.
        return sys.stdin.buffer.read().decode("utf-8", "surrogateescape"), {}
    if written.endswith(".rq"):
        try:
            return Path(written).read_bytes().decode("utf-8", "surrogateescape"), {}
        except OSError as error:
            raise QueryError(f"{written} cannot be read: {error.strerror}") from error
    if free:
        return written, {}
    return saved_query(reader, written, values)


def _refuse_other_codings(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        column = error.start - text.rfind("\n", 0, error.start)
        raise QueryError(f"the query is not UTF-8: {line}:{column} is no character") from error


def _answer(reader: Reader, found: object, form: str | None) -> int:
    import pyoxigraph as ox

    from kg_builder.release.query import GRAPH_FORMATS, RESULT_FORMATS, table

    if isinstance(found, ox.QueryTriples):
        if form is not None and form not in GRAPH_FORMATS:
            form = {"json": "jsonld", "table": "turtle"}.get(form, form)
        if form is not None and form not in GRAPH_FORMATS:
            raise QueryError(f"a graph cannot be written as {form}; choose one of {', '.join(GRAPH_FORMATS)}")
        data = ox.serialize(found, format=GRAPH_FORMATS[form or "turtle"], prefixes=dict(reader.manifest.prefixes))
        sys.stdout.write((data or b"").decode())
        return OK
    if form in RESULT_FORMATS:
        assert isinstance(found, (ox.QuerySolutions, ox.QueryBoolean))  # noqa: S101 - the third kind returned above
        sys.stdout.write((found.serialize(format=RESULT_FORMATS[form]) or b"").decode() + "\n")
        return OK
    if form not in {None, "table"}:
        raise QueryError(f"this answer is a table; choose one of table, {', '.join(RESULT_FORMATS)}")
    if isinstance(found, ox.QuerySolutions):
        header = [variable.value for variable in found.variables]
        rows = [["" if term is None else str(term) for term in solution] for solution in found]
        say(table(reader, header, rows))
        say(f"({len(rows)} rows)" if len(rows) != 1 else "(1 row)")
    else:
        say("yes" if found else "no")
    return OK


def run_export(options: argparse.Namespace) -> int:
    """Write a dump."""
    project = project_of(options)
    made = {"ids": _ids, "schema": _schema, "quickstatements": _quickstatements}
    if options.what in made:
        text = made[options.what](options)
        if options.output:
            with replaced(options.output) as out:
                out.write(text.encode())
        else:
            sys.stdout.write(text)
        return OK
    from kg_builder.release.export import export
    from kg_builder.release.query import open_release

    open_release(project.build)
    current = (project.build / "current").resolve()
    if options.output is None:
        export(current, options.what, sys.stdout.buffer)
        return OK
    with replaced(options.output) as out:
        export(current, options.what, out)
    return OK


def _ids(options: argparse.Namespace) -> str:
    from kg_builder.sources.corpus import load_corpus

    authority = load_corpus(project_of(options)).authority
    ids = sorted({*authority.ledger, *authority.entities})
    heading = "# Every id that a release has published. Written by: rujukan export ids --output data/released-ids.txt\n"
    return heading + "".join(f"{slug}\n" for slug in ids)


def _quickstatements(options: argparse.Namespace) -> str:
    from kg_builder.link.quickstatements import quickstatements
    from kg_builder.link.settings import load_settings
    from kg_builder.release.query import open_release

    project = project_of(options)
    found = quickstatements(open_release(project.build), load_settings(project))
    tell(f"{counted(len(found.lines), 'statement')} with their references.")
    if found.without_address:
        tell(f"{counted(found.without_address, 'fact')} left out: no article of theirs has an address.")
    if found.without_link:
        tell(f"{counted(found.without_link, 'fact')} left out: their object has no link.")
    return "".join(f"{line}\n" for line in found.lines)


def _schema(options: argparse.Namespace) -> str:
    from kg_builder.errors import Problem, SourceError
    from kg_builder.sources.jsonschema import render
    from kg_builder.sources.schema import load_schema

    problems: list[Problem] = []
    schema = load_schema(project_of(options).root, problems)
    if problems:
        raise SourceError(problems)
    return render(schema)
