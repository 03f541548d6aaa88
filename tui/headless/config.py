"""`argo-tui config`: where the settings file is, what is in effect, what is wrong with a line."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator

from tui.config import ANY, ROWS, Config, Given, Key, read_config, toml
from tui.domain.text import clean
from tui.headless.output import say, write
from tui.keys import KEYS, each, key_name
from tui.kinds.base import Look
from tui.kinds.registry import KINDS
from tui.settings import Settings

BARE = re.compile(r"[A-Za-z0-9_-]+")
"""A name that needs no quotes in a file."""
FLAGS = (
    ("kubeconfig", "--kubeconfig", "KUBECONFIG"),
    ("context", "--context", ""),
    ("namespace", "-n", "ARGO_NAMESPACE"),
    ("all_namespaces", "-A", ""),
    ("instance_id", "--instanceid", "ARGO_INSTANCEID"),
    ("no_color", "", "NO_COLOR"),
)
"""What flags and environment alone can say: field of the settings, flag, variable."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `config`."""
    parser.add_argument(
        "what",
        choices=("path", "show", "check", "keys", "columns"),
        help="where the file is; what is in effect, and from where; what is wrong with it; "
        "the ids of keys and of columns",
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print what was asked for; 1 where a check finds something."""
    config = read_config()
    match args.what:
        case "path":
            write(f"{clean(str(config.path))}\n")
        case "keys":
            write("".join(_keys()))
        case "columns":
            write("".join(_columns()))
        case "show":
            write("".join(f"{line}\n" for line in _shown(config, settings)))
            _tell(config)
        case _:
            return _check(config)
    return 0


def _check(config: Config) -> int:
    if not config.is_there:
        say(f"{clean(str(config.path))}: there is no such file, so there is nothing to check")
        return 0
    _tell(config)
    if config.faults:
        return 1
    write(f"{clean(str(config.path))}: all lines can be followed\n")
    return 0


def _tell(config: Config) -> None:
    """Each fault as compilers tell them: file, line, what is wrong."""
    for fault in config.faults:
        line = f":{fault.line}" if fault.line else ""
        key = f"{fault.key}: " if fault.key else ""
        say(clean(f"{config.path}{line}: {key}{fault.what}"))


def _keys() -> Iterator[str]:
    for meaning, keys in KEYS.items():
        shown = " ".join(key_name(key) for key in each(keys))
        yield f"{meaning:<24}{shown}\n"


def _columns() -> Iterator[str]:
    for kind in KINDS:
        shown = {column.id for column in kind.columns(Look(namespaces=True))}
        for column in kind.columns(Look(namespaces=True, hidden=True)):
            hidden = "" if column.id in shown else "shown where the settings name it"
            yield f"{kind.id:<8}{column.id:<14}{column.title:<14}{hidden}".rstrip() + "\n"


# --- what is in effect ---------------------------------------------------------------------------


def _shown(config: Config, settings: Settings) -> Iterator[str]:
    """All that is in effect, as a file one could write, with where each line comes from."""
    file = config.path.name
    for key, given, source in _alone(config, settings):
        yield _line(key[-1], given, source.format(file=file))
    for field, flag, variable in FLAGS:
        value = getattr(settings, field)
        if value:
            source = variable if variable and os.environ.get(variable) else flag
            yield f"# {field.replace('_', '-')} = {_value(value)}  # {source}"
    table: Key = ()
    for key, given in sorted(config.given.items(), key=lambda item: (item[0][:-1], item[1].line)):
        if len(key) == 1:
            continue
        if key[:-1] != table:
            table = key[:-1]
            yield ""
            yield f"[{'.'.join(map(_name, table))}]"
        value = each(given.value) if key[0] == "keys" else given.value
        yield _line(_name(key[-1]), value, f"{file}:{given.line}")


def _alone(config: Config, settings: Settings) -> Iterator[tuple[Key, object, str]]:
    """The rows outside of tables: key, value, and where it comes from."""
    for row in ROWS:
        if len(row.key) > 1 or ANY in row.key:
            continue
        given: Given | None = config.given.get(row.key)
        in_effect = getattr(settings, row.key[0].replace("-", "_"), None)
        if row.key == ("theme",):
            asked = os.environ.get("TEXTUAL_THEME", "")
            in_effect = asked or (given.value if given else "textual-dark")
            if asked:
                yield row.key, in_effect, "TEXTUAL_THEME"
                continue
        if given is not None and (in_effect == given.value or row.of_screens):
            yield row.key, given.value, f"{{file}}:{given.line}"
        elif str(in_effect) == row.default:
            yield row.key, in_effect, "default"
        elif in_effect:
            flag = "default" if row.key == ("theme",) else f"--{row.key[0]}"
            yield row.key, in_effect, flag
        elif row.default == "false":
            yield row.key, False, "default"


def _line(name: str, value: object, source: str) -> str:
    return f"{name} = {_value(value)}  # {source}"


def _value(value: object) -> str:
    return clean(toml(value))


def _name(text: str) -> str:
    return text if BARE.fullmatch(text) else clean(toml(text))
