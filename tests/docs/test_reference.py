"""Documentation that lags fails: every command, option, setting and make target is named where a reader looks."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

HEADING = re.compile(r"^(#+) (.*)$")
FENCE = re.compile(r"^\s*(```|~~~)")


def commands(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, list[str]]]:
    """Each command's full name and what it takes: options by their long names, positionals by their metavariables."""
    takes = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner, subparser in action.choices.items():
                yield from commands(subparser, f"{name} {inner}")
        elif action.help != argparse.SUPPRESS and not isinstance(action, argparse._HelpAction):
            takes += [option for option in action.option_strings if option.startswith("--")]
    yield name, takes


def sections(text: str) -> dict[str, str]:
    """Each heading's text, without backticks, and all below it up to the next heading of its level or a higher one."""
    found: dict[str, str] = {}
    open_headings: list[tuple[int, str]] = []
    fenced = False
    for line in text.splitlines():
        if FENCE.match(line):
            fenced = not fenced
        heading = None if fenced else HEADING.match(line)
        if heading:
            level = len(heading[1])
            open_headings = [(other, name) for other, name in open_headings if other < level]
            open_headings.append((level, heading[2].replace("`", "").strip()))
            found.setdefault(open_headings[-1][1], "")
        for _, name in open_headings:
            found[name] += line + "\n"
    return found


def undocumented_commands(parser: argparse.ArgumentParser, text: str) -> Iterator[str]:
    """A command has a heading that starts with its full name; its options stand in that section."""
    below = sections(text)
    for name, options in commands(parser, parser.prog):
        own = [section for title, section in below.items() if re.match(rf"{re.escape(name)}(?![\w-]| [a-z])", title)]
        if not own:
            yield f"docs/cli.md: no heading «{name}»"
        for option in options:
            if own and not any(re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", section) for section in own):
                yield f"docs/cli.md: section «{name}» does not name {option}"


def undocumented_settings(names: list[str], text: str) -> list[str]:
    return [f"docs/settings.md: `{name}` is not named" for name in names if f"`{name}`" not in text]


def targets(makefile: str) -> list[str]:
    declared = re.search(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)
    return declared[1].split() if declared else []


def undocumented_targets(makefile: str, text: str) -> list[str]:
    return [
        f"README.md: `make {target}` is not named"
        for target in targets(makefile)
        if not re.search(rf"\bmake {target}\b", text)
    ]


def test_every_command_and_option_is_in_the_reference(root: Path) -> None:
    from kg_builder.cli.main import build_parser

    found = list(undocumented_commands(build_parser(), (root / "docs/cli.md").read_text("utf-8")))
    assert not found, "\n".join(found)


def test_every_setting_is_in_the_reference(root: Path) -> None:
    from kg_server.settings import Settings

    names = [field.name for field in fields(Settings)]
    assert names
    found = undocumented_settings(names, (root / "docs/settings.md").read_text("utf-8"))
    assert not found, "\n".join(found)


def test_every_make_target_is_in_the_readme(root: Path) -> None:
    makefile = (root / "Makefile").read_text("utf-8")
    assert {"serve", "test", "build", "check", "bench"} <= set(targets(makefile))
    found = undocumented_targets(makefile, (root / "README.md").read_text("utf-8"))
    assert not found, "\n".join(found)


def example_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tool")
    inner = parser.add_subparsers()
    inner.add_parser("lend").add_argument("--until")
    loan = inner.add_parser("loan").add_subparsers()
    loan.add_parser("add").add_argument("--until-day")
    return parser


def test_a_missing_command_or_option_is_seen() -> None:
    whole = "# `tool`\n## `tool lend`\n`--until`\n## `tool loan`\n### `tool loan add`\n`--until-day DAY`\n"
    assert not list(undocumented_commands(example_parser(), whole))
    assert list(undocumented_commands(example_parser(), whole.replace("## `tool lend`\n", "")))
    assert list(undocumented_commands(example_parser(), whole.replace("\n`--until`", "\n`--untilx`")))
    assert list(undocumented_commands(example_parser(), whole.replace("### `tool loan add`\n", "")))
    elsewhere = "# `tool`\n## `tool lend`\n## `tool loan`\n`--until`\n### `tool loan add`\n`--until-day DAY`\n"
    assert list(undocumented_commands(example_parser(), elsewhere))
    fenced = whole.replace("## `tool lend`\n", "```\n## `tool lend`\n```\n")
    assert list(undocumented_commands(example_parser(), fenced))


def test_a_missing_setting_or_target_is_seen() -> None:
    assert undocumented_settings(["max_rows"], "max_rows")
    assert not undocumented_settings(["max_rows"], "| `max_rows` |")
    assert undocumented_targets(".PHONY: serve test\n", "make serve, make testing")
    assert not undocumented_targets(".PHONY: serve test\n", "`make serve`, `make test`")
