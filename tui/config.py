"""The settings file: `$XDG_CONFIG_HOME/argo-tui/config.toml`, read once when the program starts.

A wrong file never keeps the program from starting. The file is read statement by statement with
Python's own parser, so that each has a line number, and one that cannot be read leaves the others
alone. What is wrong with a line is a `Fault`, and the line is as if it were not there, except where
it protects something (`read-only`, `type-name`, `protected`): then the safe answer holds.

`ROWS` says what may be in the file: a row for each key, with what reads its value, what it is in
words, and what holds without it. Checks, `argo-tui config show` and the README's table come from
it. A reader imports what it checks against when it is called: a command that only prints reads no
row that is about the screen.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tui.domain.hidden import without_secrets
from tui.domain.links import is_address
from tui.domain.names import ALL, alike, typed_fault
from tui.errors import InputError, SettingsError
from tui.settings import (
    DESTROYS,
    EVERY_CHANGE,
    MOST_WAIT,
    OwnCommand,
    config_file,
    verb_of,
)

MOST_BYTES = 1 << 20
"""A file larger than this is none that somebody wrote."""

Key = tuple[str, ...]
ANY = "*"
"""In the key of a row: a name that somebody chooses. In that of a context: any text."""
EVERY_CONTEXT = ("contexts", ANY)


class Fault(NamedTuple):
    """What is wrong with one line."""

    line: int
    """From 1; 0 for what is wrong with the whole file."""
    key: str
    """`contexts.prod.read-only`; "" for a line that cannot be read."""
    what: str
    """A sentence: what is wrong, what is allowed, what was probably meant."""

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.key}: {self.what}" if self.key else f"{where}{self.what}"


class Given(NamedTuple):
    """A value of the file, as it was read, and where it stands."""

    value: Any
    line: int


class Wrong(Exception):
    """A value that cannot be one of a row; the words say what it is and what is allowed."""


Reader = Callable[[str, Any], Any]
"""From the last name of a key, and what stands there, to the setting. Raises: Wrong."""


@dataclass(frozen=True, slots=True)
class Row:
    """One key that may be in the file."""

    key: Key
    read: Reader
    about: str
    """What it does, for people."""
    allowed: str
    """What may stand there, in words."""
    default: str
    """What holds without it, in words."""
    safe: Any = None
    """What holds where the value is wrong; None where the line is left out then."""
    of_screens: bool = False
    """Whether it means something to the screens only."""


# --- the file ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Config:
    """What a settings file says."""

    path: Path
    is_there: bool = False
    given: Mapping[Key, Given] = field(default_factory=dict)
    """What holds of it, by its key."""
    faults: tuple[Fault, ...] = ()

    @property
    def said(self) -> tuple[str, ...]:
        """A sentence for each fault."""
        return tuple(str(fault) for fault in self.faults)

    def settings(self) -> dict[str, Any]:
        """What it sets, as fields of `Settings`."""
        found: dict[str, Any] = {"file_faults": self.said} if self.faults else {}
        for key, (value, _) in self.given.items():
            if len(key) == 1:
                found[key[0].replace("-", "_")] = value
            elif key[0] in ("columns", "filters", "keys"):
                found.setdefault(key[0], {})[key[1]] = value
            elif key[0] == "commands":
                found.setdefault("commands", {}).setdefault(key[1], {})[key[2]] = value
            elif key[0] == "prices" and len(key) == 2:
                found.setdefault("prices", {})[key[1].replace("-", "_")] = value
            elif key[0] == "prices":
                found.setdefault("prices", {}).setdefault("resources", {})[key[2]] = value
        if places := tuple(self._places()):
            found["places"] = places
        if commands := found.get("commands"):
            # One without a program says nothing; that it lacks one is a fault of its own.
            found["commands"] = {
                name: OwnCommand(**fields) for name, fields in commands.items() if "run" in fields
            }
        return found

    def _places(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """What is set by context: patterns before names, so that a name wins."""
        by_name: dict[str, dict[Key, Any]] = {}
        for key, (value, _) in self.given.items():
            if key[0] == "s3":
                by_name.setdefault(ANY, {})[key] = value
            elif key[0] == "contexts":
                by_name.setdefault(key[1], {})[key[2:]] = value
        for name in sorted(by_name, key=lambda name: (name != ANY, ANY not in name)):
            yield name, _fields(by_name[name])


def _fields(values: Mapping[Key, Any]) -> dict[str, Any]:
    """Nested keys as nested fields: `s3.path-style` is `path_style` of `s3`."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        inner = found
        for name in key[:-1]:
            inner = inner.setdefault(name.replace("-", "_"), {})
        # The last name of an endpoint is somebody's own.
        inner[key[-1] if len(key) > 2 else key[-1].replace("-", "_")] = value
    return found


def read_config(environ: Mapping[str, str] | None = None, *, screens: bool = True) -> Config:
    """The settings file of this user; rows about screens only where `screens` are wanted."""
    path = Path(config_file(os.environ if environ is None else environ))
    try:
        # A pipe in its place would keep the program waiting for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            return Config(path, True, faults=(Fault(0, "", "is not a file"),))
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return Config(path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        return Config(path, True, faults=(Fault(0, "", f"cannot be read: {why}"),))
    if len(data) > MOST_BYTES:
        return Config(path, True, faults=(Fault(0, "", "is larger than 1 MB, so it is not read"),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Config(path, True, faults=(Fault(line, "", "is not UTF-8: nothing is read"),))
    given, faults = parse(text, screens=screens)
    return Config(path, True, given, tuple(faults))


# --- statement by statement ----------------------------------------------------------------------


class Statement(NamedTuple):
    """A table's header, or a key with its value, with the line on which it begins."""

    line: int
    values: dict[str, Any]
    """As the parser reads it alone; of a header nested empty tables."""
    is_header: bool


class Unread(NamedTuple):
    """Lines that are not TOML."""

    line: int
    text: str
    """The first of them."""
    why: str
    is_header: bool


QUOTES = 'a name with other signs than letters, digits, - and _ stands in quotes: [contexts."…"]'
VALUES = 'one is true, false, a number, or a text in quotes: "…"'
ENDS_EARLY = "(at end of document)"
"""What the parser says of a text that would go on."""
MOST_LINES = 400
"""Lines that one value may take."""


def statements(text: str) -> Iterator[Statement | Unread]:
    """What a text says, one after the other."""
    lines = text.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        first = lines[at].strip()
        if not first or first.startswith("#"):
            at += 1
            continue
        is_header = first.startswith("[")
        values, taken, why = _statement(lines, at)
        if values is None:
            yield Unread(at + 1, first, why, is_header)
        else:
            yield Statement(at + 1, values, is_header)
        at += taken


def _statement(lines: Sequence[str], at: int) -> tuple[dict[str, Any] | None, int, str]:
    """The statement that begins on a line, how many lines it takes, and why it cannot be read.

    A value that is not finished at the end of its line may go on over the next ones.
    """
    first_error = ""
    for taken in range(1, min(MOST_LINES, len(lines) - at) + 1):
        try:
            return tomllib.loads("\n".join(lines[at : at + taken])), taken, ""
        except tomllib.TOMLDecodeError as error:
            first_error = first_error or str(error)
            if ENDS_EARLY not in str(error):
                break
        except (ValueError, RecursionError) as error:
            # Numbers of thousands of digits, lists nested a thousand deep.
            return None, 1, str(error)
    why = first_error.partition(" (at ")[0]
    return None, 1, f"{why}; {VALUES}" if why == "Invalid value" else why


def parse(text: str, *, screens: bool = True) -> tuple[dict[Key, Given], list[Fault]]:
    """What holds of a text, and what is wrong with it, in the order of its lines."""
    return _Reading(screens).read(text)


class _Reading:
    """Reading one text."""

    def __init__(self, screens: bool) -> None:
        self._screens = screens
        self._given: dict[Key, Given] = {}
        self._faults: list[Fault] = []
        self._lines: dict[Key, int] = {}
        """Where each key, and each table, was set first."""
        self._table: Key | None = ()
        """The table that is being filled; None below a header that cannot be followed."""

    def read(self, text: str) -> tuple[dict[Key, Given], list[Fault]]:
        for each in statements(text):
            if isinstance(each, Unread):
                self._skip(each)
            elif each.is_header:
                self._open(each)
            elif self._table is None:
                for key, _ in _leaves(each.values):
                    if said := self._protect(key, each.line):
                        self._tell(each.line, key, f"stands in a table that is not read{said}")
            else:
                for key, value in _leaves(each.values):
                    self._take(_whole(self._table + key), value, each.line)
        self._settle_keys()
        self._settle_commands()
        return self._given, self._faults

    def _tell(self, line: int, key: Key, what: str) -> None:
        self._faults.append(Fault(line, ".".join(key), what))

    def _skip(self, unread: Unread) -> None:
        """Tell what cannot be read; a line that protects something protects all the same."""
        name, sign, _ = unread.text.partition("=")
        # What was to be the value may be what nobody should read.
        shown = f"{name.strip()} = …" if sign and not unread.is_header else unread.text
        what = f"{_quoted(without_secrets(shown))}: {unread.why}"
        if unread.is_header:
            self._table = None
            what += f"; nothing below it is read ({QUOTES})"
        else:
            key = tuple(part.strip(" \t\"'") for part in name.split("."))
            what += self._protect((*(self._table or ()), *key), unread.line)
        self._tell(unread.line, (), what)

    def _protect(self, key: Key, line: int) -> str:
        """Hold to the safe answer of a row that has one, everywhere if it is not known where.

        Returns what there is to say about that; "" where there is no such row.
        """
        anywhere = [(*EVERY_CONTEXT, key[-1])] if self._table is None else []
        for protecting in [key, *anywhere]:
            row = _row(protecting)
            if row is not None and row.safe is not None:
                self._given[protecting] = Given(row.safe, line)
                return f"; until it is mended it counts as {toml(row.safe)}"
        return ""

    def _open(self, header: Statement) -> None:
        key, value = _innermost(header.values)
        self._table = None
        if isinstance(value, list):
            self._tell(header.line, key, f"is one table: write [{'.'.join(key)}]")
        elif not _is_table(key):
            what = _unknown(key) if _row(key) is None else "is a value, not a table"
            self._tell(header.line, key, f"{what}; nothing below it is read")
        else:
            self._table = key
            first = self._lines.setdefault(key, header.line)
            if first != header.line:
                self._tell(header.line, key, f"is there twice, the first time on line {first}")

    def _take(self, key: Key, value: Any, line: int) -> None:
        row = _row(key)
        if row is None:
            what = "is a table, not a value" if _is_table(key) else _unknown(key)
            meant = _meant(key)
            self._tell(line, key, what + (self._protect(meant, line) if meant else ""))
        elif key in self._lines:
            self._tell(line, key, f"is set twice; line {self._lines[key]} holds")
        else:
            self._lines[key] = line
            if self._screens or not row.of_screens:
                self._read_row(row, key, value, line)

    def _read_row(self, row: Row, key: Key, value: Any, line: int) -> None:
        try:
            self._given[key] = Given(row.read(key[-1], value), line)
        except Wrong as error:
            said = ""
            if row.safe is not None:
                self._given[key] = Given(row.safe, line)
                said = f"; until it is mended it counts as {toml(row.safe)}"
            self._tell(line, key, f"{error}{said}")

    def _settle_commands(self) -> None:
        """A command without a program is told; so is a list of arguments that a shell is to read,
        and a text that none is."""
        names = {key[1]: line for key, (_, line) in reversed(self._given.items()) if _own(key)}
        for name, line in names.items():
            run = self._given.get((COMMANDS, name, "run"))
            shell = self._given.get((COMMANDS, name, "shell"))
            if run is None:
                what = "names no program: it has to have a line run = […]"
                self._tell(line, (COMMANDS, name), what)
            elif shell is not None and shell.value and len(run.value) != 1:
                del self._given[COMMANDS, name, "run"]
                what = "is read by a shell, so that it is one text and no list"
                self._tell(run.line, (COMMANDS, name, "run"), what)
        self._faults.sort(key=lambda fault: fault.line)

    def _settle_keys(self) -> None:
        """Two meanings of one key are told, and the later line is not followed."""
        changed = {key[1]: given for key, given in self._given.items() if key[0] == "keys"}
        if not changed:
            return
        from tui.keys import KEYS

        wanted = {meaning: given.value for meaning, given in changed.items()}
        preset = self._given.get(PRESET)
        name = preset.value if preset is not None else ""
        for meaning, why in KEYS.clashes(wanted, name).items():
            del self._given["keys", meaning]
            self._tell(changed[meaning].line, ("keys", meaning), why)
        self._faults.sort(key=lambda fault: fault.line)


def _whole(key: Key) -> Key:
    """The key with the ids of meanings, which have dots in them, as one name."""
    return key if key[0] != "keys" else ("keys", *([".".join(key[1:])] if key[1:] else []))


def _leaves(values: Mapping[str, Any], before: Key = ()) -> Iterator[tuple[Key, Any]]:
    """The values of nested tables, each with its whole key."""
    for name, value in values.items():
        key = (*before, name)
        if isinstance(value, dict) and value and len(key) < 8:
            yield from _leaves(value, key)
        else:
            yield key, value


def _innermost(values: Mapping[str, Any]) -> tuple[Key, Any]:
    """The key that a header names."""
    key: list[str] = []
    value: Any = values
    while isinstance(value, dict) and value:
        name, value = next(iter(value.items()))
        key.append(name)
    return tuple(key), value


def _quoted(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


# --- names of keys -------------------------------------------------------------------------------


def _fits(key: Key, pattern: Key) -> bool:
    return len(key) == len(pattern) and all(
        wanted in (ANY, name) for name, wanted in zip(key, pattern, strict=True)
    )


def _row(key: Key) -> Row | None:
    return next((row for row in ROWS if _fits(key, row.key)), None)


def _is_table(key: Key) -> bool:
    return any(_fits(key, row.key[: len(key)]) for row in ROWS if len(row.key) > len(key))


def _unknown(key: Key) -> str:
    """Why there is no such key: the first name of it that is none, and those there are instead."""
    for depth, name in enumerate(key):
        before, names = key[:depth], _names_below(key[:depth])
        if not names:
            return f"{'.'.join(before)} is a value, not a table"
        if name in names or ANY in names:
            continue
        if before and _row((name,)) is not None:
            return f"belongs above the first [table]; here it would be in [{'.'.join(before)}]"
        near, where = nearest(name, names), f" in [{'.'.join(before)}]" if before else ""
        return f"there is no {name}{where}{near}; there are {listed(names)}"
    return "there is no such key"


def _names_below(before: Key) -> list[str]:
    """The names that may stand in a table, () for the file itself."""
    depth = len(before)
    rows = (row.key for row in ROWS if len(row.key) > depth and _fits(before, row.key[:depth]))
    return list(dict.fromkeys(key[depth] for key in rows))


def _meant(key: Key) -> Key | None:
    """The key that was probably meant by one that there is not."""
    near = alike(key[-1], (each for each in _names_below(key[:-1]) if each != ANY))
    return (*key[:-1], near) if near else None


def nearest(name: str, names: Iterable[str]) -> str:
    """` (did you mean theme?)`, for the name that is most alike; "" if none is."""
    found = alike(name, (other for other in names if other != ANY))
    return f" (did you mean {found}?)" if found else ""


def listed(names: Iterable[str]) -> str:
    """`a, b and c`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


# --- readers -------------------------------------------------------------------------------------


def _shown(value: Any) -> str:
    """A value as one would write it, not too long."""
    return _quoted(toml(value))


def toml(value: Any) -> str:
    """A value of the file, as one writes it there."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, frozenset):
        value = sorted(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    return "a table" if isinstance(value, dict) else str(value)


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"{_shown(value)} is neither true nor false")
    return value


def _seconds(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_WAIT:
        raise Wrong(f"{_shown(value)} is no number of seconds from 0 to {MOST_WAIT}")
    return value


MOST_PRICE = 1_000_000
"""A price above this is a slip."""


def _price(name: str, value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= MOST_PRICE:
        raise Wrong(f"{_shown(value)} is no price; write a number from 0 to {MOST_PRICE:,}")
    return float(value)


def _price_of_resource(name: str, value: Any) -> float:
    from tui.domain.prices import STORAGE

    if name in ("cpu", "memory"):
        wanted = "cpu-hour" if name == "cpu" else "memory-gib-hour"
        raise Wrong(f"is {wanted} in [prices]")
    domain, sign, last = name.partition("/")
    is_named = bool(sign and domain and last) and "." in domain
    if not is_named and name not in STORAGE and not name.startswith("hugepages-"):
        raise Wrong(f'{_shown(name)} is no resource of Kubernetes, as "nvidia.com/gpu" is')
    return _price(name, value)


def _currency(name: str, value: Any) -> str:
    text = _text(name, value).strip()
    if len(text) > MOST_CURRENCY:
        raise Wrong(f"{_shown(text)} is too long; write EUR or €")
    return text


MOST_CURRENCY = 8


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Wrong(f"{_shown(value)} is no text; write it in quotes")
    if not value.isprintable():
        raise Wrong("the text holds characters that cannot be printed")
    return value


def _texts(value: Any, what: str) -> tuple[str, ...]:
    """A list of texts, or one text alone."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise Wrong(f'{_shown(value)} is no list of {what}; write ["…", "…"]')
    if not values:
        raise Wrong(f"the list is empty; leave the line out, or name {what}")
    twice = next((each for each in values if values.count(each) > 1), None)
    if twice is not None:
        raise Wrong(f"{twice} is there twice")
    return tuple(values)


def one_of(names: Sequence[str]) -> Reader:
    """A reader that takes only these."""

    def read(name: str, value: Any) -> str:
        if value not in names or not isinstance(value, str):
            near = nearest(value, names) if isinstance(value, str) else ""
            raise Wrong(f"{_shown(value)} is none of {listed(names)}{near}")
        return value

    return read


def _namespace_list(value: Any) -> tuple[str, ...]:
    names = _texts(value, "namespaces")
    for each in names:
        for name in each.split(","):
            if fault := typed_fault(name.strip()):
                raise Wrong(f"the namespace {_shown(name)} {fault}")
    return names


def _namespaces(name: str, value: Any) -> tuple[str, ...]:
    names = tuple(each.strip() for text in _namespace_list(value) for each in text.split(","))
    if ALL in names and len(names) > 1:
        raise Wrong(f'"{ALL}" stands alone: it means every namespace')
    return names


def _favourites(name: str, value: Any) -> tuple[str, ...]:
    names = _namespace_list(value)
    if len(names) > 9:
        raise Wrong(f"{len(names)} are too many: there are the keys 1 to 9")
    return names


def _color(name: str, value: Any) -> str:
    from tui.themes import HEADER_COLOURS

    if isinstance(value, str):
        digits = value.removeprefix("#")
        if value in HEADER_COLOURS:
            return value
        is_hex = set(digits.casefold()) <= set("0123456789abcdef")
        if value.startswith("#") and len(digits) == 6 and is_hex:
            return value
    near = nearest(value, HEADER_COLOURS) if isinstance(value, str) else ""
    raise Wrong(f"{_shown(value)} is no colour{near}; write #rrggbb, or {listed(HEADER_COLOURS)}")


def _type_name(name: str, value: Any) -> frozenset[str]:
    from tui.actions import ACTIONS

    verbs = [verb_of(action.id) for action in ACTIONS if action.consequence != "none"]
    known = list(dict.fromkeys((*verbs, DESTROYS, EVERY_CHANGE)))
    texts = _texts(value, "actions")
    for each in texts:
        if each not in known:
            raise Wrong(f"{_shown(each)} is no action{nearest(each, known)}; {listed(known)} are")
    return frozenset(texts)


def _theme(name: str, value: Any) -> str:
    from tui.themes import NAMES

    return str(one_of(NAMES)(name, value))


def _columns(name: str, value: Any) -> tuple[str, ...]:
    from tui.kinds.base import Look
    from tui.kinds.registry import KINDS

    kind, ids = KINDS.get(name), [kind.id for kind in KINDS]
    if kind is None:
        other = KINDS.named(name)
        near = f" (did you mean {other.id}?)" if other is not None else nearest(name, ids)
        raise Wrong(f"there is no list {name}{near}; there are {listed(ids)}")
    known = [column.id for column in kind.columns(Look(namespaces=True, hidden=True))]
    names = _texts(value, "columns")
    for each in names:
        if each not in known:
            near = nearest(each, known)
            raise Wrong(f"there is no column {each}{near}; there are {listed(known)}")
    if "name" not in names:
        raise Wrong('without "name" nobody could tell the rows apart')
    return names


def _filter(name: str, value: Any) -> str:
    from tui.domain.query import parse as parse_query
    from tui.kinds.registry import KINDS

    text = _text(name, value)
    if not name.replace("-", "").replace("_", "").isalnum():
        raise Wrong("the name of a filter has letters, digits, - and _ only")
    errors = []
    for kind in KINDS:
        try:
            parse_query(text, kind.fields)
        except InputError as error:
            errors.append(error.what)
        else:
            return text
    raise Wrong(f"{_shown(text)} is no filter: {errors[0]}")


def _keys(name: str, value: Any) -> str:
    from tui.keys import KEYS, checked_keys

    if name not in KEYS:
        near = nearest(name, KEYS)
        raise Wrong(f"there is no {name}{near}; argo-tui config keys lists them")
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        raise Wrong(f"{_shown(value)} is no key; write one in quotes, or a list of them")
    try:
        return checked_keys(texts)
    except SettingsError as error:
        raise Wrong(error.what) from error


COMMANDS = "commands"


def _own(key: Key) -> bool:
    return key[0] == COMMANDS


def _program(name: str, value: Any) -> tuple[str, ...]:
    from tui.domain.programs import check

    texts = [value] if isinstance(value, str) else value
    is_list = isinstance(texts, list) and all(isinstance(each, str) for each in texts)
    if not is_list or not texts or not texts[0].strip():
        raise Wrong(f'{_shown(value)} is no program; write ["kubectl", "describe", …]')
    try:
        check(texts)
    except InputError as error:
        raise Wrong(error.what) from error
    return tuple(texts)


def _key(name: str, value: Any) -> str:
    from tui.keys import KEYS, checked_keys

    try:
        keys = checked_keys([_text(name, value)])
    except SettingsError as error:
        raise Wrong(error.what) from error
    if taken := KEYS.meaning(keys):
        raise Wrong(f"the key {_shown(value)} is that of {taken}")
    return keys


def _kinds(name: str, value: Any) -> tuple[str, ...]:
    from tui.kinds.registry import KINDS

    ids = [kind.id for kind in KINDS]
    texts = _texts(value, "kinds")
    for text in texts:
        if text not in ids:
            raise Wrong(f"there is no kind {text}{nearest(text, ids)}; there are {listed(ids)}")
    return texts


def _phases(name: str, value: Any) -> tuple[str, ...]:
    from tui.domain.soundness import NODE_PHASES

    known = sorted(NODE_PHASES - {""})
    texts = _texts(value, "phases")
    for text in texts:
        if text not in known:
            raise Wrong(f"there is no phase {text}{nearest(text, known)}; {listed(known)} are")
    return texts


def _endpoint(name: str, value: Any) -> str:
    text = _text(name, value)
    if "@" in text:
        raise Wrong("no login belongs here; the credentials are those of the workflow or a profile")
    if " " in text:
        raise Wrong(f"{_shown(text)} is no address; write host:port or https://host:port")
    return text


def _web_ui(name: str, value: Any) -> str:
    text = _endpoint(name, value)
    if not is_address(text):
        raise Wrong(f"{_shown(text)} is no address of the web; write https://host/base")
    return text


def _s3_rows(before: Key) -> tuple[Row, ...]:
    """The rows about stores: for all contexts, or for one."""
    return (
        Row(
            (*before, "s3", "region"),
            _text,
            "the region of a bucket, where the workflow names none",
            "a region",
            "us-east-1",
        ),
        Row(
            (*before, "s3", "path-style"),
            _flag,
            "whether the bucket stands in the path of an address, where the workflow does not say",
            "true or false",
            "as the host needs it",
        ),
        Row(
            (*before, "s3", "credentials"),
            one_of(("workflow", "machine")),
            "whose credentials are used: those the workflow names, or those of this machine",
            "workflow or machine",
            "workflow",
        ),
        Row(
            (*before, "s3", "profile"),
            _text,
            "the AWS profile that credentials of this machine are taken from",
            "the name of a profile",
            "as the AWS command line",
        ),
        Row(
            (*before, "s3", "endpoints", ANY),
            _endpoint,
            "where an endpoint of workflows is reached from here, as through a port-forward",
            "host:port, or a URL",
            "as the workflow says",
        ),
    )


def _server_rows(before: Key) -> tuple[Row, ...]:
    """The rows about the Argo Server of a context."""
    at = (*before, "server")
    return (
        Row(
            (*at, "address"),
            _endpoint,
            "an Argo Server beside this cluster, or alone where no kubeconfig has the context",
            "host:port, or https://host:port/base; http:// for one without TLS",
            "none",
        ),
        Row(
            (*at, "token-command"),
            _text,
            "a command that prints a token for it; run again when the token is refused",
            "a command, which no shell reads",
            "none",
        ),
        Row(
            (*at, "token-file"),
            _text,
            "a file with a token for it; read again when the token is refused",
            "a path",
            "none",
        ),
        Row(
            (*at, "certificate-authority"),
            _text,
            "the file of who vouches for its certificate",
            "a path",
            "whom this machine trusts",
        ),
        Row(
            (*at, "client-certificate"),
            _text,
            "the file of a certificate to show to it",
            "a path",
            "none",
        ),
        Row((*at, "client-key"), _text, "the file of the key of that", "a path", "none"),
        Row(
            (*at, "insecure-skip-verify"),
            _flag,
            "whether its certificate is taken whoever it is of",
            "true or false",
            "false",
        ),
    )


def _command_rows() -> tuple[Row, ...]:
    """The rows about commands of one's own."""

    def row(field: str, read: Reader, about: str, allowed: str, default: str) -> Row:
        return Row((COMMANDS, ANY, field), read, about, allowed, default, of_screens=True)

    return (
        row(
            "run",
            _program,
            "a program to be offered for what the cursor is on: its arguments, with `{name}` and "
            "other values in them, which no shell reads",
            "a list of texts; one text where a shell reads it",
            "none; a command has to have it",
        ),
        row("label", _text, "what menus call it", "a text", "its name"),
        row("help", _text, "a sentence about it", "a text", "the program"),
        row("key", _key, "its key", "a key that means nothing else", "none"),
        row("kinds", _kinds, "what it is offered for", "ids of kinds", "all kinds"),
        row(
            "phases",
            _phases,
            "the phases that the workflow, or the step, has to be in",
            "phases",
            "any",
        ),
        row(
            "changes",
            _flag,
            "whether it changes something: then it asks first, and read-only refuses it",
            "true or false",
            "false",
        ),
        row(
            "shell",
            _flag,
            "whether `sh` reads it; values are quoted before they are put in",
            "true or false",
            "false",
        ),
        row(
            "output",
            one_of(("terminal", "screen")),
            "whether it gets the terminal, or what it prints is shown on a screen of its own",
            "terminal or screen",
            "terminal",
        ),
    )


PRESET: Key = ("key_preset",)

ROWS: tuple[Row, ...] = (
    Row(
        ("theme",),
        _theme,
        "the colours of the app; `:theme` tries them",
        "the name of a theme",
        "textual-dark, or the terminal's own colours over SSH",
        of_screens=True,
    ),
    Row(
        ("remember-place",),
        _flag,
        "whether a start on a context, or `:ctx` to it, goes on where it was left the last time, "
        "with the columns that were chosen for the tree",
        "true or false",
        "false",
        of_screens=True,
    ),
    Row(
        ("read-only",),
        _flag,
        "whether every change is refused, as with `--read-only`",
        "true or false",
        "false",
        safe=True,
    ),
    Row(
        ("delete-wait",),
        _seconds,
        "how many seconds a delete on the screen waits, in which `u` takes it back",
        f"a number from 0 to {MOST_WAIT}",
        "5",
        of_screens=True,
    ),
    Row(
        ("audit-file",),
        _text,
        "the file that every change is written to, a line of JSON each",
        "a path",
        "none",
    ),
    Row(("ascii",), _flag, "as `--ascii`", "true or false", "false"),
    Row(("mouse",), _flag, "as `--mouse`", "true or false", "false", of_screens=True),
    Row(
        ("columns", ANY),
        _columns,
        "the columns of a list and their order; of workflows also `started`, `finished`, "
        "`entrypoint`, `priority` and `labels`, which are not shown otherwise",
        "ids of columns, which `argo-tui config columns` lists",
        "all but those",
        of_screens=True,
    ),
    Row(
        ("filters", ANY),
        _filter,
        "a filter with a name: `.` in a list offers it, and `:filter @NAME`",
        "a filter as one types it",
        "none",
        of_screens=True,
    ),
    Row(
        ("keys", ANY),
        _keys,
        "other keys for a meaning",
        "a key or several",
        "those of the tables above",
        of_screens=True,
    ),
    *_command_rows(),
    Row(
        ("prices", "currency"),
        _currency,
        "what stands before an amount",
        "a short text, as EUR",
        "nothing",
        of_screens=True,
    ),
    Row(
        ("prices", "cpu-hour"),
        _price,
        "what a core costs by the hour: runs and steps then tell what they cost",
        "a number",
        "none",
        of_screens=True,
    ),
    Row(
        ("prices", "memory-gib-hour"),
        _price,
        "what a GiB of memory costs by the hour",
        "a number",
        "none",
        of_screens=True,
    ),
    Row(
        ("prices", "resources", ANY),
        _price_of_resource,
        "what one of an extended resource costs by the hour, or a GiB of storage",
        "a number",
        "none",
        of_screens=True,
    ),
    Row(
        PRESET,
        one_of(("k9s", "none")),
        "keys of another program, besides: `k9s` sorts lists with `N`, `A` and `P` by name, age "
        "and namespace, and `f` gives one side the whole screen",
        "k9s or none",
        "none",
        of_screens=True,
    ),
    Row(
        ("contexts", ANY, "read-only"),
        _flag,
        "whether every change to this cluster is refused",
        "true or false",
        "false",
        safe=True,
    ),
    Row(
        ("contexts", ANY, "header-color"),
        _color,
        "the colour of the header, so that one sees where one is",
        "a colour",
        "that of the theme",
        of_screens=True,
    ),
    Row(
        ("contexts", ANY, "namespaces"),
        _namespaces,
        "the namespaces that lists begin with, unless `-n` or `-A` say it",
        'namespaces, or ["all"]',
        "that of the kubeconfig",
    ),
    Row(
        ("contexts", ANY, "favourites"),
        _favourites,
        "the namespaces of the keys 1 to 9",
        "up to nine; one may be several with commas",
        "none",
        of_screens=True,
    ),
    Row(
        ("contexts", ANY, "type-name"),
        _type_name,
        "before which actions the name has to be typed",
        "ids of actions, destroys, all",
        "none; what destroys always asks",
        safe=frozenset({EVERY_CHANGE}),
        of_screens=True,
    ),
    Row(
        ("contexts", ANY, "protected"),
        _flag,
        "whether the context's name has to be typed before anything is changed there",
        "true or false",
        "true for a name with `prod` in it",
        safe=True,
        of_screens=True,
    ),
    Row(
        ("contexts", ANY, "web-ui"),
        _web_ui,
        "where Argo's web pages are: `C` then copies the address of what is shown there",
        "https://host/base",
        "the Argo Server of the context, where it has one",
        of_screens=True,
    ),
    *_server_rows(("contexts", ANY)),
    *_s3_rows(("contexts", ANY)),
    *_s3_rows(()),
)
"""What may be in the file."""
