"""Where settings come from: a TOML file, the environment, the command line; each goes before what stands before it."""

from __future__ import annotations

import argparse
import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, fields, replace
from pathlib import Path
from typing import Any

from kg_server.settings import ENV_PREFIX, Settings, SettingsError, describe_settings, shown

CONFIG = ENV_PREFIX + "CONFIG"
_FILE_SUFFIX = "_file"
_LIST = re.compile(r"[^\s,]+")
# A variable that is so like one of ours is a misspelt one.
_ALIKE = 0.85

Known = Mapping[str, Field[Any]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and where each of them comes from: `default`, a file's name, an environment variable or `option`."""

    settings: Settings
    origins: Mapping[str, str]

    def table(self) -> str:
        """Return name, value and origin of each, a line for each; secrets are not shown."""
        lines = []
        for each in fields(Settings):
            value = getattr(self.settings, each.name)
            text = ("(set)" if value else "(not set)") if each.metadata["secret"] else shown(value)
            lines.append(f"{each.name:<20} {text or '(empty)':<28} {self.origins[each.name]}")
        return "\n".join(lines)


def load(
    environ: Mapping[str, str],
    options: Mapping[str, object],
    config: Path | None = None,
    defaults: Mapping[str, object] | None = None,
) -> Loaded:
    """Return the settings: options before the environment, the environment before the file, the file before defaults.

    Args:
        environ: usually `os.environ`.
        options: values by name, of the field's type or as text; None counts as not given.
        config: a TOML file; otherwise the one that `RUJUKAN_CONFIG` names, if any.
        defaults: other values than those of `Settings`, where nothing else is said.

    Raises:
        SettingsError: naming the setting, its value and what it should be, and the line of a file.

    >>> loaded = load({"RUJUKAN_PORT": "8080", "RUJUKAN_WORKERS": "2"}, {"workers": 3})
    >>> loaded.settings.port, loaded.settings.workers, loaded.origins["workers"]
    (8080, 3, 'option')
    >>> load({"RUJUKAN_PORT": "high"}, {})
    Traceback (most recent call last):
    kg_server.settings.SettingsError: RUJUKAN_PORT is 'high', not a whole number of at least 0.
    """
    known = {each.name: each for each in fields(Settings)}
    if unknown := sorted(set(options) - set(known)):
        message = f"There is no setting {unknown[0]!r}; the settings are {', '.join(known)}."
        raise SettingsError(message)
    _refuse_misspelt(environ, known)
    path = config or (Path(environ[CONFIG]) if environ.get(CONFIG) else None)
    filed = {} if path is None else _read_file(path, known)
    values: dict[str, Any] = dict(defaults or {})
    origins = dict.fromkeys(known, "default")
    for name, each in known.items():
        variable = ENV_PREFIX + name.upper()
        if (raw := options.get(name)) is not None:
            values[name], origins[name] = _convert(name, raw, each), "option"
        elif (raw := environ.get(variable)) is not None:
            values[name], origins[name] = _convert(variable, raw, each), variable
        elif name in filed:
            values[name], origins[name] = filed[name], str(path)
    _read_secrets(values, origins, known)
    settings = Settings(**values)
    if settings.public and origins["texts"] == "default":
        # Whoever opens a server to others decides about the publishers' texts too.
        settings = replace(settings, texts="")
    return Loaded(settings, origins)


def _refuse_misspelt(environ: Mapping[str, str], known: Known) -> None:
    variables = {ENV_PREFIX + name.upper() for name in known} | {CONFIG}
    for name in sorted(environ):
        if name.startswith(ENV_PREFIX) and name not in variables and (found := _closest(name, variables, _ALIKE)):
            raise SettingsError(f"There is no setting {name}{found}")


def _closest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    found = difflib.get_close_matches(name, list(known), 1, cutoff)
    return f"; did you mean {found[0]}?" if found else ""


def _read_file(path: Path, known: Known) -> dict[str, object]:
    try:
        text = path.read_text("utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path}:{line}: not UTF-8: save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}.") from error
    values: dict[str, object] = {}
    for name, raw in document.items():
        place = f"{path}{_line_of(name, text)}"
        if name not in known:
            raise SettingsError(f"{place}: There is no setting {name!r}{_closest(name, known) or '.'}")
        values[name] = _convert_strictly(f"{place}: {name}", raw, known[name], path.parent)
    return values


def _line_of(name: str, text: str) -> str:
    pattern = re.compile(rf"""\s*\[*\s*["']?{re.escape(name)}["']?\s*[=.\]]""")
    return next((f":{number}" for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)), "")


def _convert_strictly(label: str, raw: object, each: Field[Any], folder: Path) -> object:
    """Take a value of TOML: of the setting's type and of no other, be it as good as the right one."""
    kind = type(each.default)
    expected, words = {
        tuple: (list, "a list of strings"),
        int: (int, "a whole number"),
    }.get(kind, (str, "a string"))
    if type(raw) is not expected or (isinstance(raw, list) and not all(isinstance(one, str) for one in raw)):
        value = "what is given" if each.metadata["secret"] else repr(raw)
        raise SettingsError(f"{label} is {value}, not {words}.")
    if each.metadata["path"] and raw:
        # Relative to the file, so that it means the same wherever the server is started.
        raw = str(folder / str(raw))
    return _convert(label, raw, each)


def _convert(label: str, raw: object, each: Field[Any]) -> object:
    kind, minimum = type(each.default), each.metadata["minimum"] or 0
    if kind is int:
        text = str(raw).strip()
        number = int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else -1
        if number < minimum:
            message = f"{label} is {str(raw)!r}, not a whole number of at least {minimum}."
            raise SettingsError(message)
        return number
    if kind is tuple:
        return tuple(raw) if isinstance(raw, list | tuple) else tuple(_LIST.findall(str(raw)))
    return Path(str(raw)) if issubclass(kind, Path) else str(raw)


def _read_secrets(values: dict[str, Any], origins: dict[str, str], known: Known) -> None:
    for name, each in known.items():
        path = values.get(name + _FILE_SUFFIX)
        if not each.metadata["secret"] or not path:
            continue
        if values.get(name):
            raise SettingsError(f"Both {name} and {name}{_FILE_SUFFIX} are given; leave one of them out.")
        try:
            values[name] = Path(path).read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            # A ValueError: what is in the file is not UTF-8, or the path holds a character that none can.
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise SettingsError(f"{name}{_FILE_SUFFIX} is {path}, which cannot be read: {reason}.") from error
        if not values[name]:
            raise SettingsError(f"{name}{_FILE_SUFFIX} is {path}, which is empty.")
        origins[name] = str(path)


def add_options(parser: argparse.ArgumentParser, *, but: tuple[str, ...] = ()) -> None:
    """Add an option for every setting that is not a secret, `--config`, and `--print-settings`.

    Args:
        parser: of a command.
        but: settings that the command takes in another way.
    """
    # Otherwise `--operator-token` would be short for `--operator-token-file`, and a secret be on the command line.
    parser.allow_abbrev = False
    parser.add_argument("--config", type=Path, metavar="FILE", help=f"TOML file with settings ({CONFIG})")
    parser.add_argument(
        "--print-settings", action="store_true", help="print every setting with its value and origin, and end"
    )
    secrets = []
    group = parser.add_argument_group("settings")
    for name, variable, default, meaning in describe_settings():
        each = next(each for each in fields(Settings) if each.name == name)
        if each.metadata["secret"]:
            secrets.append(variable)
        elif name not in but:
            text = f"{meaning} ({variable}; {default or 'empty'})".replace("%", "%%")
            group.add_argument("--" + name.replace("_", "-"), dest=name, metavar=_metavar(each), help=text)
    group.description = (
        "An option goes before the environment variable (in brackets, with the default), that before the file.\n"
        f"Secrets have no option: {', '.join(secrets)}, the file, or a file of their own."
    )


def _metavar(each: Field[Any]) -> str:
    if each.metadata["choices"]:
        return "|".join(each.metadata["choices"])
    return {int: "N", tuple: "LIST"}.get(type(each.default), "PATH" if each.metadata["path"] else "TEXT")
