"""Start the server: listen, say where and what to try first, serve until told to stop."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import uvicorn

from kg_server.app import create_app
from kg_server.connections import connection_limits, http_protocol, raise_descriptor_limit
from kg_server.describe.queries import read_queries
from kg_server.http.problems import AddressError, StartError
from kg_server.settings import Settings, describe_settings, load_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

_BACKLOG = 2048
_HIGHEST_PORT = 65535


def serve(
    release_dir: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    *,
    out: TextIO | None = None,
    err: TextIO | None = None,
    **overrides: object,
) -> int:
    """Serve a release until the process is told to stop (SIGINT, SIGTERM).

    Args:
        release_dir: the release's folder, or a symlink to it that a build moves.
        host: address to listen on.
        port: port to listen on; 0 picks a free one.
        out: where to say what is being served; standard output by default.
        err: where to say why it is not; standard error by default.
        **overrides: further settings by name. What is None comes from the environment (see `Settings`).

    Returns:
        The exit code: 0 after a stop, 2 for a wrong setting, 3 without a release, 5 when the address cannot be had.
    """
    try:
        settings = load_settings(os.environ, release=release_dir, host=host, port=port, **overrides)
        app = create_app(settings)
        listener = listen(settings.host, settings.port)
    except StartError as error:
        print(f"error: {error}", file=err or sys.stderr)
        return error.exit_code
    with listener:
        print(announcement(settings, listener), file=out or sys.stdout, flush=True)
        config = uvicorn_config(app, settings)
        try:
            uvicorn.Server(config).run(sockets=[listener])
        except KeyboardInterrupt:
            return 0
    return 0


def uvicorn_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """Return how uvicorn serves the application: guarded connections, and nothing but HTTP/1.1."""
    # Addresses are taken as they come; a proxy is told of by RUJUKAN_PUBLIC_URL, never by a header.
    return uvicorn.Config(
        app,
        http=http_protocol(connection_limits(settings, raise_descriptor_limit())),
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        timeout_keep_alive=settings.idle_seconds,
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        AddressError: when the port is taken or the address is not this machine's.
    """
    if not 0 <= port <= _HIGHEST_PORT:
        raise AddressError(f"{port} is not a port; ports go from 0 to {_HIGHEST_PORT}.")
    listener: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        if listener is not None:
            listener.close()
        raise AddressError(
            f"Cannot listen on {host} port {port}: {error.strerror}. Stop what holds it, or choose another port."
        ) from error
    return listener


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
    for name, variable, default, meaning in describe_settings():
        if name != "release":
            option = "--" + name.replace("_", "-")
            parser.add_argument(option, dest=name, help=f"{meaning} ({variable}; {default or 'empty'})")
    options = vars(parser.parse_args(arguments))
    return serve(options.pop("release"), options.pop("host"), options.pop("port"), **options)


if __name__ == "__main__":
    sys.exit(main())
