"""Settings from file, environment and command line: one order, strict types, secrets kept."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_server.configuration import load
from kg_server.settings import Settings, SettingsError

SECRET = "known-to-nobody-else"  # noqa: S105 - looked for in what is printed
ROOT = Path(__file__).parents[3]


def write(folder: Path, text: str) -> Path:
    path = folder / "rujukan.toml"
    path.write_text(text, "utf-8", errors="surrogateescape")
    return path


def test_options_go_before_the_environment_that_before_the_file_that_before_defaults(tmp_path: Path) -> None:
    path = write(tmp_path, "port = 1\nworkers = 11\nqueue = 21\nhost = '::1'\n")
    environ = {"RUJUKAN_PORT": "2", "RUJUKAN_WORKERS": "12"}
    loaded = load(environ, {"port": "3", "workers": None}, path, {"host": "::", "spare": 5})
    settings = loaded.settings
    assert (settings.port, settings.workers, settings.queue, settings.host, settings.spare) == (3, 12, 21, "::1", 5)
    names = ("port", "workers", "queue", "spare", "page_rows")
    assert [loaded.origins[name] for name in names] == ["option", "RUJUKAN_WORKERS", str(path), "default", "default"]
    assert load({**environ, "RUJUKAN_CONFIG": str(path)}, {}).settings.queue == 21


def test_every_kind_of_setting_comes_from_a_file(tmp_path: Path) -> None:
    path = write(
        tmp_path, f"release = 'build/now'\ntrusted_proxies = ['::1', '10.0.0.0/8']\noperator_token = '{SECRET}'\n"
    )
    settings = load({}, {}, path).settings
    assert settings.release == tmp_path / "build/now"
    assert settings.trusted_proxies == ("::1", "10.0.0.0/8")
    assert settings.operator_token == SECRET
    assert load({"RUJUKAN_TRUSTED_PROXIES": "::1, 10.0.0.0/8  unix"}, {}).settings.trusted_proxies[2] == "unix"
    assert load({}, {"trusted_proxies": ""}).settings.trusted_proxies == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nworkrs = 3\n", "rujukan.toml:2: There is no setting 'workrs'; did you mean workers?"),
        ("# x\n[serving]\nport = 3\n", "rujukan.toml:2: There is no setting 'serving'"),
        ("port = '80'\n", "rujukan.toml:1: port is '80', not a whole number."),
        ("port = 80.0\n", "rujukan.toml:1: port is 80.0, not a whole number."),
        ("port = true\n", "rujukan.toml:1: port is True, not a whole number."),
        ("host = 1\n", "rujukan.toml:1: host is 1, not a string."),
        ("trusted_proxies = '::1'\n", "not a list of strings"),
        ("trusted_proxies = [1]\n", "not a list of strings"),
        ("\n\nport = -1\n", "rujukan.toml:3: port is '-1', not a whole number of at least 0."),
        ("port = \n", "is not TOML: Invalid value (at line 1"),
        ("port = 1\n# \udcff\n", "rujukan.toml:2: not UTF-8: save the file as UTF-8."),
        ("port = 1\nport = 2\n", "is not TOML: Cannot overwrite a value (at line 2"),
    ],
)
def test_a_wrong_file_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load({}, {}, write(tmp_path, text))
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        load({"RUJUKAN_CONFIG": str(tmp_path / "none.toml")}, {})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"port": 65536}, "65535"),
        ({"public_url": "example.org"}, "public_url"),
        ({"public_url": "ftp://example.org"}, "public_url"),
        ({"public_url": "https://example.org/?x"}, "public_url"),
        ({"trusted_proxies": "10.0.0.1/8"}, "trusted_proxies"),
        ({"trusted_proxies": "proxy.example.org"}, "trusted_proxies"),
        ({"trusted_proxies": "0.0.0.0/0"}, "everybody"),
        ({"trusted_proxies": "::/0"}, "everybody"),
        ({"budget_seconds": 100, "budget_burst": 50}, "budget_burst"),
        ({"log": "off", "log_file": "x"}, "log is off"),
        ({"log": "xml"}, "json, text, off"),
        ({"client_header": "x-real-ip"}, "x-forwarded-for, forwarded"),
    ],
)
def test_nonsense_is_refused(values: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load({}, values)


@pytest.mark.parametrize("token", ["short", "with spaces in the middle", "zwölf-und-noch-mehr-zeichen", "x" * 15])
def test_a_weak_secret_is_refused_and_not_repeated(token: str) -> None:
    for name in ("operator_token", "log_key"):
        with pytest.raises(SettingsError) as caught:
            load({"RUJUKAN_" + name.upper(): token}, {})
        assert token not in str(caught.value)


def test_a_secret_comes_from_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text(SECRET + "\n")
    loaded = load({"RUJUKAN_OPERATOR_TOKEN_FILE": str(path)}, {})
    assert loaded.settings.operator_token == SECRET
    assert loaded.origins["operator_token"] == str(path)
    with pytest.raises(SettingsError, match="Both operator_token and operator_token_file"):
        load({"RUJUKAN_OPERATOR_TOKEN_FILE": str(path), "RUJUKAN_OPERATOR_TOKEN": SECRET}, {})
    path.write_text("\n")
    with pytest.raises(SettingsError, match="empty"):
        load({"RUJUKAN_OPERATOR_TOKEN_FILE": str(path)}, {})
    with pytest.raises(SettingsError, match="cannot be read"):
        load({"RUJUKAN_OPERATOR_TOKEN_FILE": str(tmp_path / "none")}, {})


def test_secrets_are_never_shown(tmp_path: Path) -> None:
    environ = {"RUJUKAN_OPERATOR_TOKEN": SECRET, "RUJUKAN_LOG_KEY": SECRET}
    loaded = load(environ, {})
    for text in (repr(loaded), str(loaded.settings), loaded.table()):
        assert SECRET not in text
    assert "(set)" in loaded.table()
    with pytest.raises(SettingsError) as caught:
        load({}, {}, write(tmp_path, f"operator_token = ['{SECRET}']"))
    assert SECRET not in str(caught.value)


def test_a_misspelt_variable_is_refused_and_a_foreign_one_is_not() -> None:
    with pytest.raises(SettingsError, match="did you mean RUJUKAN_QUERY_SECONDS"):
        load({"RUJUKAN_QUERY_SECOND": "3"}, {})
    load({"RUJUKAN_HOMEPAGE": "x"}, {})


@given(st.dictionaries(st.sampled_from([each.name for each in fields(Settings)]), st.text(), max_size=4))
def test_any_text_gives_settings_or_a_settings_error(values: dict[str, str]) -> None:
    try:
        settings = load({f"RUJUKAN_{name.upper()}": value for name, value in values.items()}, {}).settings
    except SettingsError:
        return
    assert isinstance(settings.port, int)


def run(module: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT / "server")])
    return subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": path, **environment},
    )  # fmt: skip


@pytest.mark.parametrize("command", [("kg_server.run",), ("kg_builder.cli.main", "serve")])
def test_both_commands_take_and_explain_every_setting(command: tuple[str, ...]) -> None:
    shown = run(*command, "--help").stdout
    for each in fields(Settings):
        option, variable = "--" + each.name.replace("_", "-"), "RUJUKAN_" + each.name.upper()
        assert variable in shown
        if each.metadata["secret"]:
            assert f"{option} " not in shown
        elif each.name != "release":
            assert f"{option} " in shown
    assert "--config FILE" in shown
    done = run(*command, "--workers", "7", "--print-settings", RUJUKAN_LOG_KEY=SECRET)
    assert done.returncode == 0, done.stderr
    table = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert table["workers"] == ["7", "option"]
    assert table["log_key"] == ["(set)", "RUJUKAN_LOG_KEY"]
    assert table["queue"] == ["32", "default"]


@pytest.mark.parametrize("command", [("kg_server.run",), ("kg_builder.cli.main", "serve")])
def test_a_secret_is_not_taken_from_the_command_line(command: tuple[str, ...]) -> None:
    done = run(*command, "--operator-token", SECRET)
    assert done.returncode == 2
    assert "unrecognized" in done.stderr
    assert "cannot be read" not in done.stderr


def test_the_table_of_the_documentation_is_that_of_the_code() -> None:
    rows = {}
    for line in (ROOT / "docs/settings.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 4 and cells[1].startswith("`RUJUKAN_"):
            rows[cells[0].strip("`")] = (cells[1].strip("`"), cells[2].strip("`"), cells[3])
    assert list(rows) == [each.name for each in fields(Settings)]
    for each in fields(Settings):
        default = ", ".join(each.default) if isinstance(each.default, tuple) else str(each.default)
        assert rows[each.name][0] == "RUJUKAN_" + each.name.upper()
        assert rows[each.name][1] == (default or "empty")
        assert rows[each.name][2]


@pytest.mark.parametrize(
    ("environ", "shown"),
    [
        ({}, "data/texts"),
        ({"RUJUKAN_HOST": "::1"}, "data/texts"),
        ({"RUJUKAN_HOST": "localhost"}, "data/texts"),
        ({"RUJUKAN_HOST": "192.0.2.7"}, ""),
        ({"RUJUKAN_HOST": "graph.example.org"}, ""),
        ({"RUJUKAN_PUBLIC_URL": "https://graph.example.org"}, ""),
        ({"RUJUKAN_TRUSTED_PROXIES": "10.0.0.1"}, ""),
        ({"RUJUKAN_HOST": "192.0.2.7", "RUJUKAN_TEXTS": "elsewhere"}, "elsewhere"),
        ({"RUJUKAN_TEXTS": ""}, ""),
    ],
)
def test_texts_are_shown_to_others_only_when_somebody_says_so(environ: dict[str, str], shown: str) -> None:
    assert load(environ, {}, None, {"texts": "data/texts"}).settings.texts == shown


DIVIDED = ("workers", "spare", "cache_mb", "spool_mb")


@given(
    st.integers(1, 9), st.lists(st.integers(9, 5000), min_size=5, max_size=5), st.sampled_from(["uvicorn", "granian"])
)
def test_the_shares_of_processes_are_the_whole(processes: int, values: list[int], server: str) -> None:
    names = (*DIVIDED, "max_connections")
    given_values: dict[str, Any] = dict(zip(names, values, strict=True))
    whole = Settings(processes=processes, server=server, **given_values)
    shares = [whole.share(process) for process in range(processes)]
    for name in names if server == "granian" else DIVIDED:
        parts = [getattr(each, name) for each in shares]
        assert sum(parts) == getattr(whole, name)
        assert max(parts) - min(parts) <= 1
    for each in shares:
        assert replace(each, processes=processes, **given_values) == whole


@pytest.mark.parametrize("name", ["workers", "spool_mb", "max_connections"])
def test_what_cannot_be_divided_is_refused(name: str) -> None:
    given_values: dict[str, Any] = {name: 2}
    with pytest.raises(SettingsError, match=f"{name} is 2, which cannot be divided among 3 processes"):
        Settings(processes=3, **given_values)
    Settings(processes=2, **given_values)
