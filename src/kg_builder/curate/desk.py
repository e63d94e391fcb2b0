"""The desk at which articles are reviewed: what a page shows, what a decision changes, and what is undone.

Everything that goes in and out is plain data, so that a server need know nothing of records.
"""

from __future__ import annotations

import difflib
import fcntl
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from kg_builder.assist.gazetteer import published_day, suggester
from kg_builder.assist.memory import Answer, memory_file, not_answered, remember
from kg_builder.assist.proposals import Proposal
from kg_builder.assist.suggest import Suggester
from kg_builder.curate.decisions import Decision, UnusableError, read_decision, written
from kg_builder.curate.drafts import Drafts, Places, is_said
from kg_builder.curate.names import Names
from kg_builder.curate.reading import Opened, content, open_article, overlaid, record_file, version
from kg_builder.curate.record import NotWritableError
from kg_builder.curate.shown import proposal_id, show, show_named
from kg_builder.curate.templates import load_templates
from kg_builder.errors import SourceError
from kg_builder.graph.assemble import assemble
from kg_builder.model import Attestation
from kg_builder.sentences import sentences
from kg_builder.sources.corpus import load_corpus
from kg_builder.sources.files import write_whole
from kg_builder.sources.project import Project

_KEPT = 64
Files = dict[Path, bytes | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended: ``done``, ``refused`` (nothing written), ``conflict`` or ``missing``; and what to show."""

    state: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Step:
    before: Files
    after: Files


class Desk:
    """Reviews the articles of a project. Several threads may use it; another process is noticed, not overwritten."""

    def __init__(self, project: Project) -> None:
        """Read all names that the project knows.

        Raises:
            SourceError: a source is wrong; it must be mended before anything is reviewed.
        """
        self._project = project
        self._templates = load_templates(project.root)
        self._lock = threading.Lock()
        self._steps: dict[str, list[_Step]] = {}
        self._versions: dict[tuple[str, str], bytes] = {}
        self._suggester: Suggester = suggester(project)
        self._suggested: tuple[tuple[str, date | None], list[Proposal]] | None = None
        self._attested: list[tuple[str, Attestation]] = [
            (loaded.record.article.id, each)
            for loaded in load_corpus(project).records
            for each in loaded.record.attestations
        ]

    def articles(self) -> list[dict[str, Any]]:
        """Return the articles that have a record, and whether their texts are here."""
        found = sorted(self._project.articles.glob("*.yaml"))
        return [{"id": path.stem, "text": (self._project.texts / f"{path.stem}.txt").is_file()} for path in found]

    def view(self, article: str) -> Outcome:
        """Return what the page of an article shows."""
        if not self._known(article):
            return _missing(article)
        with self._alone():
            try:
                return Outcome("done", self._shown(open_article(self._project, article)))
            except SourceError as error:
                return _refused(error)

    def decide(self, article: str, asked: Mapping[str, Any]) -> Outcome:
        """Write what was decided, if the page was made from what lies on disk and the record stays right."""
        if not self._known(article):
            return _missing(article)
        with self._alone():
            try:
                stale = self._stale(article, asked)
                if stale:
                    return stale
                opened = open_article(self._project, article)
                step = self._tried(opened, self._files(opened, asked))
            except (UnusableError, NotWritableError, SourceError) as error:
                return _refused(error)
            self._steps.setdefault(article, []).append(step)
            return Outcome("done", self._shown(open_article(self._project, article)))

    def _tried(self, opened: Opened, files: Files) -> _Step:
        """Write files, if what is read of them brings no problem that was not there before."""
        with overlaid(self._project, files) as trial:
            after = open_article(trial, opened.article)
        known = {each.message for each in opened.problems}
        fresh = [each for each in after.problems if each.message not in known]
        if fresh:
            raise SourceError(fresh)
        step = _Step({path: content(path) for path in files}, files)
        _write(step.after, step.before)
        return step

    def undo(self, article: str, asked: Mapping[str, Any]) -> Outcome:
        """Put back what the last decision changed, byte for byte, if nobody has changed it since."""
        if not self._known(article):
            return _missing(article)
        with self._alone():
            try:
                return self._stale(article, asked) or self._undone(article)
            except (UnusableError, SourceError) as error:
                return _refused(error)

    def _undone(self, article: str) -> Outcome:
        steps = self._steps.get(article, [])
        if not steps:
            raise UnusableError("There is nothing to undo.")
        step = steps[-1]
        touched = [path for path, new in step.after.items() if content(path) != new]
        if touched:
            return self._conflict(article, [self._difference(path, step.after[path]) for path in touched])
        _write(step.before, step.after)
        steps.pop()
        return Outcome("done", self._shown(open_article(self._project, article)))

    def check(self, article: str) -> list[dict[str, Any]]:
        """Return what ``rujukan check`` says now, of the article's record first; nothing where all is well."""
        name = self._project.name(record_file(self._project, article))
        try:
            assemble(load_corpus(self._project), lambda _: None)
        except SourceError as error:
            return [each.as_json() for each in sorted(error.problems, key=lambda each: each.mark.file != name)]
        return []

    def search(self, article: str, text: str, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return the entities that are called like a text, the nearest first."""
        if not self._known(article):
            return []
        opened = open_article(self._project, article)
        return [show_named(each) for each in self._names(opened).search(text, kinds)]

    def _known(self, article: str) -> bool:
        # A name is looked for among those of files, and never made into a path before.
        return article in {each["id"] for each in self.articles()}

    def _files(self, opened: Opened, asked: Mapping[str, Any]) -> Files:
        answered = _named(self._proposals(opened), asked)
        action = asked.get("action")
        if action == "reject":
            return self._remembered(opened, answered, Answer.REFUSED)
        if action != "accept":
            raise UnusableError("a decision is «accept» or «reject»")
        decision = read_decision(asked)
        files: Files = dict(written(opened, decision))
        if files == {path: content(path) for path in files}:
            raise UnusableError("there is nothing to write: choose at least one line")
        with overlaid(self._project, files) as trial:
            after = open_article(trial, opened.article)
        said, drafts = after.said(), self._drafts(after)
        naming = after.schema.name_keys()
        open_still = [each for each in answered if not is_said(each, drafts.of(each), said, naming)]
        return files | self._remembered(opened, open_still, Answer.OTHERWISE)

    def _remembered(self, opened: Opened, proposals: list[Proposal], answer: Answer) -> Files:
        if not proposals:
            return {}
        path = memory_file(self._project, opened.article)
        source = (content(path) or b"").decode()
        for each in proposals:
            source = remember(source, each, answer, datetime.now(UTC).date().isoformat())
        return {path: source.encode()}

    def _proposals(self, opened: Opened) -> list[Proposal]:
        if opened.text is None:
            return []
        day = published_day(self._project, opened.article)
        if self._suggested is None or self._suggested[0] != (opened.text.sha256, day):
            self._suggested = (opened.text.sha256, day), self._suggester.suggest(opened.text.text, day)
        return list(self._suggested[1])

    def _names(self, opened: Opened) -> Names:
        own = opened.record.record.attestations if opened.record else ()
        others = [each for article, each in self._attested if article != opened.article]
        return Names(opened.schema, opened.authority, [*others, *own])

    def _drafts(self, opened: Opened) -> Drafts:
        text = opened.text.text if opened.text else ""
        language = opened.record.record.article.language if opened.record else ""
        places = Places(self._proposals(opened), text)
        names = self._names(opened)
        return Drafts(self._templates, opened.schema, names, opened.said(), list(sentences(text)), places, language)

    def _shown(self, opened: Opened) -> dict[str, Any]:
        known = version(self._project, opened.article)
        self._versions[opened.article, known] = content(record_file(self._project, opened.article)) or b""
        while len(self._versions) > _KEPT:
            self._versions.pop(next(iter(self._versions)))
        every = self._proposals(opened)
        offered = not_answered(every, opened.memory)
        body = show(opened, offered, self._drafts(opened), self._names(opened))
        steps = len(self._steps.get(opened.article, []))
        return body | {"version": known, "undo": steps, "refused": len(every) - len(offered)}

    def _stale(self, article: str, asked: Mapping[str, Any]) -> Outcome | None:
        known = str(asked.get("version", ""))
        if known == version(self._project, article):
            return None
        path = record_file(self._project, article)
        return self._conflict(article, [self._difference(path, self._versions.get((article, known)))])

    def _conflict(self, article: str, differences: list[str]) -> Outcome:
        body = self._shown(open_article(self._project, article))
        return Outcome("conflict", {"difference": "\n".join(filter(None, differences)), "view": body})

    def _difference(self, path: Path, known: bytes | None) -> str:
        name = self._project.name(path)
        old, new = ((each or b"").decode(errors="replace").splitlines() for each in (known, content(path)))
        return "\n".join(difflib.unified_diff(old, new, f"{name} (this page)", f"{name} (on disk)", n=1, lineterm=""))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one decision at a time compare and write, also where another process reviews the same project."""
        with self._lock:
            handle = os.open(self._project.root / "data", os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
            finally:
                os.close(handle)


def _missing(article: str) -> Outcome:
    message = f"There is no record «{article}»."
    return Outcome("missing", {"problem": message, "problems": [], "message": message})


def _named(proposals: list[Proposal], asked: Mapping[str, Any]) -> list[Proposal]:
    wanted = asked.get("proposals")
    if not isinstance(wanted, list):
        raise UnusableError("the decision names no proposals: load the page again")
    known = {proposal_id(each): each for each in proposals}
    missing = [each for each in wanted if not isinstance(each, str) or each not in known]
    if missing:
        raise UnusableError("a proposal is gone: load the page again")
    return [known[each] for each in wanted]


def _refused(error: Exception) -> Outcome:
    if isinstance(error, SourceError):
        told = "\n".join(map(str, error.problems))
        return Outcome(
            "refused", {"problem": told, "problems": [each.as_json() for each in error.problems], "message": ""}
        )
    return Outcome("refused", {"problem": str(error), "problems": [], "message": str(error)})


def _write(new: Files, old: Files) -> None:
    """Write every file, or none: what was written is put back where a later one fails."""
    done: list[Path] = []
    try:
        for path, whole in new.items():
            _put(path, whole)
            done.append(path)
    except OSError as error:
        for path in done:
            _put(path, old[path])
        raise UnusableError(f"{error.filename}: {error.strerror}") from error


def _put(path: Path, whole: bytes | None) -> None:
    if whole is None:
        path.unlink(missing_ok=True)
    else:
        write_whole(path, whole)


__all__ = ["Decision", "Desk", "Outcome"]
