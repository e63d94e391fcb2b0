"""Serving the review page on this machine until it is stopped."""

from __future__ import annotations

import socket
import sys
import webbrowser
from typing import TYPE_CHECKING, TextIO

import uvicorn

from kg_server.http.problems import AddressError
from kg_server.review.app import Desk, create_review
from kg_server.review.guard import Keys

if TYPE_CHECKING:
    from pathlib import PurePosixPath

_LOOPBACK = "127.0.0.1"


def serve_review(desk: Desk, path: PurePosixPath, port: int, *, browser: bool, out: TextIO | None = None) -> None:
    """Serve until the process is told to stop.

    Args:
        desk: that decides.
        path: the page to begin with.
        port: to listen on, on the loopback interface alone; 0 is any free one.
        browser: whether to open the page in the reader's browser.
        out: where the address is printed; standard output by default.

    Raises:
        AddressError: the port cannot be had.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_LOOPBACK, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise AddressError(f"port {port} cannot be had: {str(error).rstrip('.')}; name another with --port") from error
    with listener:
        port = listener.getsockname()[1]
        keys = Keys()
        app = create_review(desk, port, keys)
        address = f"http://{_LOOPBACK}:{port}{path}?token={keys.token}"
        listener.listen()
        print(f"Review at {address} (Ctrl+C stops it)", file=out or sys.stdout, flush=True)
        if browser:
            webbrowser.open(address)
        config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="off")
        uvicorn.Server(config).run([listener])
