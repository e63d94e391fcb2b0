"""The files of deploy/ work: real proxies before the real server, on the loopback address."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2 as httpx
import pytest
from tests.support.operations import BEARER, TOKEN, of_requests
from tests.support.release_fixture import running, wait_until

from kg_server.configuration import load
from kg_server.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
ASK = {"query": "ASK {}"}


def product(places: int, values: int) -> str:
    some = " ".join(str(number) for number in range(values))
    return " ".join(f"VALUES ?v{place} {{ {some} }}" for place in range(places))


BUSY = "ASK { " + product(6, 60) + " FILTER(?v0 + ?v1 + ?v2 + ?v3 < 0) }"
LONG = f"SELECT * {{ {product(3, 60)} }}"


def free_port() -> int:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        return port


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for graph.example.org and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, chain = folder / "key.pem", folder / "chain.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=graph.example.org", "-addext", "subjectAltName=DNS:graph.example.org",
         "-keyout", key, "-out", chain],
        check=True, capture_output=True,
    )  # fmt: skip
    return chain, key


def nginx(folder: Path, backend: int, port: int, plain: int) -> list[str]:
    chain, key = certificate(folder)
    text = replaced(
        (DEPLOY / "nginx.conf").read_text("utf-8"),
        ("pid /run/nginx.pid;", f"pid {folder}/pid;\nlock_file {folder}/lock;\ndaemon off;"),
        # Run by root it would give its worker to a user who may not enter a test's folder.
        ("worker_processes auto;", "worker_processes 1;" + (" user root;" if os.geteuid() == 0 else "")),
        ("127.0.0.1:8000", f"127.0.0.1:{backend}"),
        ("listen [::]:80;", ""),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen [::]:443 ssl http2;", ""),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;"),
        ("/etc/ssl/graph.example.org/fullchain.pem", str(chain)),
        ("/etc/ssl/graph.example.org/privkey.pem", str(key)),
        ("    access_log off;", "    access_log off;\n" + "".join(
            f"    {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )),
    )  # fmt: skip
    path = folder / "nginx.conf"
    path.write_text(text, "utf-8")
    return ["nginx", "-c", str(path), "-e", str(folder / "errors")]


def caddy(folder: Path, backend: int, port: int, plain: int) -> list[str]:
    chain, key = certificate(folder)
    text = replaced(
        (DEPLOY / "Caddyfile").read_text("utf-8"),
        (
            "\tadmin off\n",
            f"\tadmin off\n\tauto_https disable_redirects\n\thttp_port {plain}\n\tdefault_bind 127.0.0.1\n",
        ),
        ("graph.example.org {\n", f"https://graph.example.org:{port} {{\n\ttls {chain} {key}\n"),
        ("127.0.0.1:8000", f"127.0.0.1:{backend}"),
    )
    path = folder / "Caddyfile"
    path.write_text(text, "utf-8")
    return ["caddy", "run", "--config", str(path), "--adapter", "caddyfile"]


PROXIES: dict[str, Callable[[Path, int, int, int], list[str]]] = {"nginx": nginx, "caddy": caddy}


class Proxied:
    """A proxy, and the server behind it."""

    def __init__(self, port: int, plain: int, direct: httpx.Client, log: Path, folder: Path) -> None:
        self.port, self.plain, self.direct, self.log = port, plain, direct, log
        self._trust = ssl.create_default_context(cafile=str(folder / "chain.pem"))
        # The name is the certificate's, the address the proxy's.
        self._extensions = {"sni_hostname": "graph.example.org"}

    def ask(
        self, path: str, method: str = "GET", source: str = "127.0.0.1", timeout: float = 60, **how: object
    ) -> httpx.Response:
        transport = httpx.HTTPTransport(verify=self._trust, local_address=source)
        headers = {"Host": "graph.example.org", **dict(how.pop("headers", {}))}  # type: ignore[call-overload]
        with httpx.Client(transport=transport, timeout=timeout) as client:
            url = f"https://127.0.0.1:{self.port}{path}"
            return client.request(method, url, headers=headers, extensions=self._extensions, **how)  # type: ignore[arg-type]

    def get_long(self, path: str) -> int:
        """The status for an address that is longer than the HTTP client writes."""
        head = f"GET {path} HTTP/1.1\r\nHost: graph.example.org\r\nConnection: close\r\n\r\n"
        with (
            socket.create_connection(("127.0.0.1", self.port), 20) as plain,
            self._trust.wrap_socket(plain, server_hostname="graph.example.org") as line,
        ):
            line.sendall(head.encode())
            response = http.client.HTTPResponse(line)
            response.begin()
            return response.status

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def started(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module", params=list(PROXIES))
def proxied(
    request: pytest.FixtureRequest, release: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxied]:
    name = request.param
    if shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin") is None:
        pytest.skip(f"{name} is not installed")
    folder = tmp_path_factory.mktemp(name)
    log = folder / "log"
    settings = replace(
        load({}, {}, DEPLOY / "rujukan.toml").settings, release=release, operator_token=TOKEN, log_file=str(log),
        query_seconds=20, cache_mb=0, budget_seconds=2, budget_burst=2, workers=2,
    )  # fmt: skip
    with running(settings) as direct:
        port, plain = free_port(), free_port()
        command = PROXIES[name](folder, direct.base_url.port or 0, port, plain)
        with started(command, folder) as process:
            found = Proxied(port, plain, direct, log, folder)
            wait_until(lambda: process.poll() is not None or found.listens())
            assert process.poll() is None, (folder / "output").read_text() + (
                (folder / "errors").read_text() if (folder / "errors").exists() else ""
            )
            yield found


def under_way(proxied: Proxied) -> list[dict[str, object]]:
    found: list[dict[str, object]] = proxied.direct.get("/operator/queries", headers=BEARER).json()
    return found


def test_answers_pass_whole_and_with_their_headers(proxied: Proxied) -> None:
    params = {"query": LONG, "format": "csv"}
    direct, through = proxied.direct.get("/sparql", params=params), proxied.ask("/sparql", params=params)
    assert through.status_code == 200
    assert through.content == direct.content
    assert len(through.content) > 10**6
    for name in (
        "content-type",
        "vary",
        "content-disposition",
        "access-control-allow-origin",
        "content-security-policy",
    ):
        assert through.headers[name] == direct.headers[name]
    assert through.headers["strict-transport-security"]
    with_zstd = proxied.ask("/sparql", params=params, headers={"Accept-Encoding": "gzip"})
    assert with_zstd.headers["content-encoding"] == "gzip"
    assert with_zstd.content == direct.content


def test_every_method_passes(proxied: Proxied) -> None:
    sparql = {"Content-Type": "application/sparql-query", "Accept": "application/sparql-results+json"}
    for method in ("QUERY", "POST"):
        response = proxied.ask("/sparql", method, content="ASK {}", headers=sparql)
        assert response.json()["boolean"] is True
    assert proxied.ask("/sparql", "HEAD", params=ASK).status_code == 200
    assert "QUERY" in proxied.ask("/sparql", "OPTIONS").headers["access-control-allow-methods"]
    assert proxied.ask("/sparql", "PUT").status_code == 405


def test_problems_pass_as_they_are(proxied: Proxied) -> None:
    wrong = proxied.ask("/sparql", params={"query": "ASK"})
    assert (wrong.status_code, wrong.headers["content-type"]) == (400, "application/problem+json")
    assert wrong.json()["line"] == 1
    form = {"Content-Type": "application/sparql-query"}
    large = proxied.ask("/sparql", "POST", content="#" * 70_000, headers=form)
    assert (large.status_code, large.json()["limit"]) == (413, 65536)
    # The parser of uvicorn takes addresses up to 65,535 bytes, so a longer one never reaches our 414.
    assert proxied.get_long("/sparql?query=ASK%7B%7D%23" + "x" * 66_000) in {400, 414}
    assert proxied.get_long("/sparql?query=ASK%7B%7D%23" + "x" * 65_000) == 200


def test_the_operators_paths_do_not_pass(proxied: Proxied) -> None:
    for path in ("/metrics", "/operator/queries", "/operator/queries/1"):
        assert proxied.ask(path, headers=BEARER).status_code == 404
    assert proxied.direct.get("/metrics").status_code == 200


def test_the_address_is_the_public_one_whatever_a_client_says(proxied: Proxied) -> None:
    lies = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "Accept": "application/json"}
    home = proxied.ask("/", headers=lies)
    assert home.json()["endpoint"] == "https://graph.example.org/sparql"
    assert "evil" not in home.text


def test_requests_have_ids_of_the_proxy(proxied: Proxied) -> None:
    response = proxied.ask("/health", headers={"X-Request-Id": "chosen-by-me"})
    identity = response.headers["x-request-id"]
    assert identity != "chosen-by-me"
    assert re.fullmatch(r"[0-9a-f]{32}|[0-9a-f-]{36}", identity)
    wait_until(lambda: any(line["request"] == identity for line in of_requests(proxied.log)))


def test_each_client_behind_the_proxy_has_a_budget_of_its_own(proxied: Proxied) -> None:
    asked = threading.Thread(target=lambda: proxied.ask("/sparql", params={"query": BUSY}, source="127.0.0.2"))
    asked.start()
    wait_until(lambda: any(float(str(each["seconds"])) > 2.1 for each in under_way(proxied)))
    for each in under_way(proxied):
        proxied.direct.delete(f"/operator/queries/{each['id']}", headers=BEARER)
    asked.join()
    for claim in ({}, {"X-Forwarded-For": "198.51.100.1"}, {"Forwarded": "for=198.51.100.1"}):
        refused = proxied.ask("/sparql", params=ASK, source="127.0.0.2", headers=claim)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
    assert proxied.ask("/sparql", params=ASK, source="127.0.0.3").status_code == 200


def test_a_client_that_goes_away_stops_its_query(proxied: Proxied) -> None:
    with pytest.raises(httpx.ReadTimeout):
        proxied.ask("/sparql", params={"query": BUSY}, source="127.0.0.4", timeout=1)
    wait_until(lambda: not under_way(proxied))


def test_plain_http_leads_to_https(proxied: Proxied, request: pytest.FixtureRequest) -> None:
    if request.node.callspec.params["proxied"] != "nginx":
        pytest.skip("Caddy does so by itself; here it is kept from the ports that it would take")
    response = httpx.get(f"http://127.0.0.1:{proxied.plain}/sparql?query=x", headers={"Host": "graph.example.org"})
    assert response.status_code == 308
    assert response.headers["location"] == "https://graph.example.org/sparql?query=x"


def test_the_unit_is_one(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "rujukan.service"
    text = (DEPLOY / "rujukan.service").read_text("utf-8")
    # The program of the test machine stands elsewhere.
    unit.write_text(replaced(text, ("/opt/rujukan/.venv/bin/python", "/bin/true")), "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "rujukan" in line]
    assert not ours, done.stderr


def test_the_files_agree_with_each_other_and_with_the_defaults() -> None:
    settings = load({}, {}, DEPLOY / "rujukan.toml").settings
    unit, container = (DEPLOY / "rujukan.service").read_text(), (DEPLOY / "Containerfile").read_text()
    stop = re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert stop
    assert int(stop[1]) > settings.drain_seconds + settings.query_seconds + 5
    for name, pattern in (
        ("nginx.conf", r"proxy_read_timeout (\d+)s"),
        ("Caddyfile", r"response_header_timeout (\d+)s"),
    ):
        found = re.search(pattern, (DEPLOY / name).read_text())
        assert found
        assert int(found[1]) > Settings().query_seconds
    for variable in re.findall(r"RUJUKAN_(\w+)=", unit + container):
        assert hasattr(settings, variable.lower())
    assert "kg_server.run" in unit
    assert "kg_server.run" in container
    root = DEPLOY.parent
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", container, re.MULTILINE):
        assert all((root / source).exists() for source in sources.split())
    assert tomllib.loads((DEPLOY / "rujukan.toml").read_text())
