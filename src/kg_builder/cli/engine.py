"""The options ``--engine`` and ``--storage``: who maps the articles of a build, and where that reads and writes."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, NamedTuple

from kg_builder.errors import ReleaseError

if TYPE_CHECKING:
    from kg_builder.build.engines import Engine
    from kg_builder.sources.project import Project

_FORM = re.compile(
    r"local(?::(?P<processes>[1-9]\d{0,3}))?|dask:(?:(?P<workers>[1-9]\d{0,3})|(?P<address>\S*[^\d\s]\S*))"
)


class Chosen(NamedTuple):
    """An engine as the command line names it: ``local`` or ``dask``, and how many processes or which address."""

    kind: str
    at: int | str


def chosen(written: str) -> Chosen:
    """Read an engine's name.

    >>> chosen("local:2"), chosen("dask:tcp://10.0.0.1:8786")
    (Chosen(kind='local', at=2), Chosen(kind='dask', at='tcp://10.0.0.1:8786'))

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    found = _FORM.fullmatch(written)
    if not found:
        message = f"«{written}» is no engine: local, local:PROCESSES, dask:WORKERS or dask:SCHEDULER-ADDRESS"
        raise argparse.ArgumentTypeError(message)
    if written.startswith("local"):
        return Chosen("local", int(found["processes"] or 0))
    return Chosen("dask", found["address"] or int(found["workers"]))


def engine_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--engine",
        type=chosen,
        default=Chosen("local", 0),
        metavar="ENGINE",
        help="who maps the articles: local[:PROCESSES], dask:WORKERS or dask:SCHEDULER-ADDRESS (default: local)",
    )
    parser.add_argument(
        "--storage",
        metavar="URL",
        help="folder that all workers of --engine dask reach, by fsspec (default: the project's)",
    )


def engine_of(options: argparse.Namespace, project: Project) -> Engine:
    """Return the engine that the options name.

    Raises:
        ReleaseError: its packages are not installed, or it has no use for a storage.
    """
    kind, at = options.engine
    if kind == "local":
        from kg_builder.build.engines import LocalEngine

        if options.storage:
            raise ReleaseError("--storage is for workers elsewhere: name them with --engine dask:SCHEDULER-ADDRESS")
        return LocalEngine(at)
    try:
        from kg_builder.build.engine_dask import DaskEngine
    except ModuleNotFoundError as error:
        raise ReleaseError(f"no package {error.name}: install the extra «dask» of rujukan") from error
    return DaskEngine(at, options.storage or project.root.as_uri())
