"""Start the server: listen, say where and what to try first, serve until told to stop."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from types import FrameType
from typing import TextIO

import uvicorn

from kg_server.app import Application, create_app
from kg_server.configuration import add_options, load
from kg_server.connections import connection_limits, raise_descriptor_limit
from kg_server.describe.queries import read_queries
from kg_server.http.problems import StartError
from kg_server.listening import Listeners, listen_together
from kg_server.multiprocess.common import Common, Member
from kg_server.prompt import http_protocol
from kg_server.review.app import Desk
from kg_server.review.serve import serve_review
from kg_server.settings import Settings
from kg_server.supervise import Turn, keep

# Beyond the longest query: for clients that are still reading when the server stops.
_LAST_BYTES_SECONDS = 5


def serve(
    options: Mapping[str, object],
    *,
    defaults: Mapping[str, object] | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Serve a release until the process is told to stop (SIGINT, SIGTERM).

    Args:
        options: what `add_options` took from a command line. What is None comes from the environment, the file or the
            defaults (see `load`).
        defaults: other ones than those of `Settings`.
        out: where to say what is being served; standard output by default.
        err: where to say why it is not; standard error by default.

    Returns:
        The exit code: 0 after a stop, 2 for a wrong setting, 3 without a release, 5 when the address cannot be had.
    """
    given = dict(options)
    file, print_only = given.pop("config", None), given.pop("print_settings", False)
    try:
        loaded = load(os.environ, given, None if file is None else Path(str(file)), defaults)
        if print_only:
            print(loaded.table(), file=out or sys.stdout)
            return 0
        settings = loaded.settings
        listeners = listen_together(settings.host, settings.port, settings.processes)
    except StartError as error:
        print(f"error: {error}", file=err or sys.stderr)
        return error.exit_code
    with listeners:
        if settings.processes > 1:
            return _serve_together(settings, listeners, out or sys.stdout, err or sys.stderr)
        (listener,) = listeners.sockets

        def run(turn: Turn) -> int:
            return _run(settings, listener, turn, out or sys.stdout, err or sys.stderr)

        return keep(run, told=listeners.close) if settings.supervise else run(Turn())


def review(desk: Desk, path: PurePosixPath, port: int, *, browser: bool, err: TextIO | None = None) -> int:
    """Serve the review page until the process is told to stop.

    Args:
        desk: that decides.
        path: the page to begin with.
        port: on the loopback interface; 0 is any free one.
        browser: whether to open it.
        err: where to say why it is not served; standard error by default.

    Returns:
        The exit code, as that of `serve`.
    """
    try:
        serve_review(desk, path, port, browser=browser)
    except StartError as error:
        print(f"error: {error}", file=err or sys.stderr)
        return error.exit_code
    return 0


def _serve_together(settings: Settings, listeners: Listeners, out: TextIO, err: TextIO) -> int:
    # Clients have one name in the log, whichever process they come to.
    settings = replace(settings, log_key=settings.log_key or secrets.token_urlsafe())
    common = Common(settings, listeners)

    def run(turn: Turn) -> int:
        listeners.close(but=turn.process)
        member = Member(common, turn.process)
        return _run(settings.share(turn.process), listeners.of(turn.process), turn, out, err, member)

    return keep(run, settings.processes, ended=common.ended, told=listeners.close)


def _run(  # noqa: PLR0913, PLR0917 - what `serve` has put together
    settings: Settings, listener: socket.socket, turn: Turn, out: TextIO, err: TextIO, member: Member | None = None
) -> int:
    try:
        app = create_app(settings, member)
    except StartError as error:
        print(f"error: {error}", file=err)
        return error.exit_code
    turn.ready()
    with listener:
        if turn.first:
            print(announcement(settings, listener), file=out, flush=True)
        if settings.server == "granian":
            # Slow to import, and few ask for it.
            from kg_server.rsgi import serve_granian  # noqa: PLC0415

            serve_granian(app, settings, listener)
            return 0
        server = DrainingServer(uvicorn_config(app, settings, member), app, settings.drain_seconds)
        try:
            server.run([listener])
        except KeyboardInterrupt:
            return 0
    return 0


class DrainingServer(uvicorn.Server):
    """Goes on answering for a while after it was told to stop, so that load balancers learn of it from `/ready`.

    Args:
        config: of uvicorn.
        app: told at the first signal.
        seconds: to go on; a second signal ends them.
    """

    def __init__(self, config: uvicorn.Config, app: Application, seconds: int) -> None:
        super().__init__(config)
        self._app, self._seconds = app, seconds

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop, or stop now if that has begun."""
        if self._seconds and not self._app.stopping.is_set():
            timer = threading.Timer(self._seconds, super().handle_exit, (sig, frame))
            timer.daemon = True
            timer.start()
        else:
            super().handle_exit(sig, frame)
        self._app.stop()


def uvicorn_config(app: Application, settings: Settings, member: Member | None = None) -> uvicorn.Config:
    """Return how uvicorn serves the application: guarded connections, and nothing but HTTP/1.1."""
    # Addresses are taken as they come: whose word on a client's address counts is decided in `operations.clients`, and
    # nothing else of a proxy's headers does. What uvicorn says goes into our own log.
    return uvicorn.Config(
        app,
        http=http_protocol(connection_limits(settings, raise_descriptor_limit()), app.front.at_hand.reply, member),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=settings.query_seconds + _LAST_BYTES_SECONDS,
    )


def announcement(settings: Settings, listener: socket.socket) -> str:
    """Return what to tell the person who started the server."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    url = settings.public_url.rstrip("/") or f"http://{shown}:{port}"
    saved = next(iter(read_queries(settings.release.resolve())), None)
    question = f"{url}/queries/{saved}?format=csv" if saved else f"{url}/queries"
    release = settings.release
    here = release.relative_to(Path.cwd()) if release.is_relative_to(Path.cwd()) else release
    return f"""Serving {here} at {url}/  (Ctrl-C stops)

Try first:
  in a browser   {url}/
  saved queries  curl {url}/queries
  one of them    curl '{question}'
  your own       curl {url}/sparql -H 'Accept: text/csv' --data-urlencode 'query=SELECT * {{ ?s ?p ?o }} LIMIT 5'"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse a command line and serve; every setting has an option.

    Returns:
        The exit code, as in `serve`.
    """
    parser = argparse.ArgumentParser(
        prog="python -m kg_server.run",
        description="Serve a release as a read-only SPARQL endpoint.",
        epilog="example: python -m kg_server.run build/current --port 8080",
    )
    parser.add_argument("release", nargs="?", type=Path, help="folder of the release (RUJUKAN_RELEASE; build/current)")
    add_options(parser, but=("release",))
    return serve(vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    sys.exit(main())
