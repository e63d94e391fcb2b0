"""``rujukan suggest`` and ``rujukan eval``: what a text seems to say, and how well that is read."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg_builder.cli.common import Commands, command, json_option, project_of
from kg_builder.cli.output import OK, counted, say, say_json
from kg_builder.errors import Mark, Problem, QueryError, SourceError, not_utf8

if TYPE_CHECKING:
    from datetime import date

    from kg_builder.assist.evaluate import Result, Score
    from kg_builder.assist.proposals import Proposal


def add(commands: Commands) -> None:
    """Add the commands."""
    parser = command(
        commands,
        "suggest",
        run_suggest,
        "Propose what an article says: dates, figures, people, bodies, places, agreements, speech. Nothing is written.",
        "rujukan suggest my-article\n  rujukan suggest my-article --kind date --json",
    )
    parser.add_argument("article", help="an article's id, or a UTF-8 text file")
    parser.add_argument(
        "--kind", action="append", default=[], type=_kind, help="only proposals of this kind (may be repeated)"
    )
    parser.add_argument("--least", type=float, default=0.0, help="only proposals with at least this score (0 to 1)")
    parser.add_argument("--all", action="store_true", help="also what a reviewer has answered already")
    parser.add_argument(
        "--published", type=_day, default=None, metavar="DAY", help="the article's day, from which years are inferred"
    )
    json_option(parser)
    parser = command(
        commands,
        "eval",
        run_eval,
        "Score the suggester against a folder of texts with gold.json: precision, recall, F1, and every error.",
        "rujukan eval tests/eval/held-out",
    )
    parser.add_argument("folder", nargs="*", type=Path, metavar="DIR", help="a folder with gold.json and its texts")
    parser.add_argument(
        "--records", action="store_true", help="also score the curated articles whose texts are here, names not known"
    )
    json_option(parser)


def _kind(written: str) -> str:
    from kg_builder.assist.proposals import KINDS

    if written not in KINDS:
        raise argparse.ArgumentTypeError(f"no kind «{written}»: there are {', '.join(KINDS)}")
    return written


def _day(written: str) -> date:
    from datetime import date

    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"«{written}» is no day: write 2024-06-28") from error


def run_suggest(options: argparse.Namespace) -> int:
    """Print an article's proposals."""
    from kg_builder.assist.gazetteer import published_day, suggester
    from kg_builder.assist.memory import not_answered, read_memory
    from kg_builder.sources.texts import decode, find_text

    project = project_of(options)
    path = Path(options.article)
    text = find_text(project.texts, options.article)
    if text is None and path.is_file():
        try:
            text = decode(path.read_bytes())
        except UnicodeDecodeError as error:
            raise SourceError([not_utf8(options.article, error)]) from error
    if text is None:
        message = f"no text «{options.article}» on this machine; run `rujukan text add FILE` first, or name a file"
        raise SourceError([Problem(Mark("data/texts"), message)])
    day = options.published or published_day(project, options.article)
    problems: list[Problem] = []
    memory = read_memory(project, options.article, problems)
    if problems:
        raise SourceError(problems)
    every = suggester(project).suggest(text.text, day)
    offered = every if options.all else not_answered(every, memory)
    proposals = [
        proposal
        for proposal in offered
        if proposal.score >= options.least and (not options.kind or proposal.kind in options.kind)
    ]
    if options.json:
        say_json({"article": options.article, "sha256": text.sha256, "proposals": [p.as_json() for p in proposals]})
        return OK
    for proposal in proposals:
        say(_line(proposal))
    answered = f"; {len(every) - len(offered)} answered before left out" if len(every) > len(offered) else ""
    say(f"{counted(len(proposals), 'proposal')}; none is a fact until somebody accepts it{answered}")
    return OK


def _line(proposal: Proposal) -> str:
    shown = proposal.exact if len(proposal.exact) <= 60 else f"{proposal.exact[:28]} … {proposal.exact[-28:]}"  # noqa: PLR2004
    said = ", ".join(f"{name} {_plain(value)}" for name, value in proposal.value.items() if name != "mentions")
    words = " ".join(shown.split())
    head = f"@{proposal.start}-{proposal.end} {proposal.kind} {proposal.score:.2f} «{words}»"
    return f"{head}\n    {said}  [{proposal.rule}]"


def _plain(value: Any) -> str:  # noqa: ANN401 - a value of JSON
    if isinstance(value, (list, tuple)):
        return "; ".join(map(_plain, value))
    if isinstance(value, dict):
        return " ".join(str(entry) for entry in value.values() if entry)
    return "yes" if value is True else str(value)


def run_eval(options: argparse.Namespace) -> int:
    """Print scores and errors."""
    from kg_builder.assist.curated import curated_gold
    from kg_builder.assist.evaluate import evaluate, read_gold
    from kg_builder.assist.gazetteer import suggester
    from kg_builder.assist.matching import Matcher
    from kg_builder.assist.suggest import Suggester
    from kg_builder.sources.corpus import load_corpus

    if not (options.folder or options.records):
        raise QueryError("eval of what? name folders with gold.json, or give --records")
    project = project_of(options)
    reader = suggester(project)
    matcher = Matcher(reader.lexicon)
    told = []
    for folder in options.folder:
        result = evaluate(read_gold(folder), reader.suggest, matcher)
        if options.json:
            told.append(_as_json(folder, result))
        else:
            _show(folder, result)
    if options.records:
        # With the names of these very records known, the score would say nothing.
        unknowing = Suggester(reader.lexicon)
        result = evaluate(curated_gold(load_corpus(project), reader.lexicon), unknowing.suggest, matcher)
        if options.json:
            told.append(_as_json(project.articles, result))
        else:
            _show(project.articles, result)
    if options.json:
        say_json(told)
    return OK


def _show(folder: Path, result: Result) -> None:
    say(f"{folder}")
    say(f"  {'field':44} {'P':>6} {'R':>6} {'F1':>6}  right/gold/found")
    for name, score in result.scores.items():
        counts = f"{score.right}/{score.expected}/{score.found}"
        say(f"  {name:44} {score.precision:6.3f} {score.recall:6.3f} {score.f1:6.3f}  {counts}")
    for miss in result.misses:
        if miss.expected and miss.found:
            say(f"  {miss.text} {miss.field}: expected {miss.expected}; found {miss.found}")
        elif miss.expected:
            say(f"  {miss.text} {miss.field}: missed {miss.expected}")
        else:
            say(f"  {miss.text} {miss.field}: too much {miss.found}")


def _as_json(folder: Path, result: Result) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "scores": {name: _counts(score) for name, score in result.scores.items()},
        "errors": [{"text": m.text, "field": m.field, "expected": m.expected, "found": m.found} for m in result.misses],
    }  # fmt: skip


def _counts(score: Score) -> dict[str, Any]:
    shares = {"precision": score.precision, "recall": score.recall, "f1": score.f1}
    counts = {"right": score.right, "gold": score.expected, "found": score.found}
    return {name: round(share, 4) for name, share in shares.items()} | counts
