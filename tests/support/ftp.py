"""A server of FTP on loopback: `python -m tests.support.ftp FOLDER` says its port and serves until it is ended."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER, PASSWORD = "kg", "word"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder that is served, with user and password."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.support.ftp", str(folder)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            yield f"ftp://{USER}:{PASSWORD}@127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()


def main(folder: str) -> None:
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer

    logging.basicConfig(level=logging.CRITICAL)
    users = DummyAuthorizer()
    users.add_user(USER, PASSWORD, folder, perm="elradfmw")
    handler = FTPHandler
    handler.authorizer = users
    server = FTPServer(("127.0.0.1", 0), handler)
    print(server.address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
