"""The only place with keys: which keys a binding has, by the id of what they mean.

One key has one meaning, wherever the focus is, and one meaning has one id on every screen; so an id
can be given other keys in one place. Exceptions are digits, Space, and whatever keys do inside
dialogs and fields. Bindings are made with `tui.bindings.bind`; a sentence that names a key asks
`hint`.

What is registered (a pane, an action, a kind) may bring a key of its own: `KEYS.bring` takes it in,
and refuses one that means something else already.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from types import MappingProxyType

from tui.errors import SettingsError

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "escape": "Esc",
        "enter": "Enter",
        "space": "Space",
        "tab": "Tab",
        "slash": "/",
        "backslash": "\\",
        "at": "@",
        "minus": "-",
        "plus": "+",
        "underscore": "_",
        "less_than_sign": "<",
        "greater_than_sign": ">",
        "equals_sign": "=",
    }
)
"""Textual's name of a key → how it is called in tables and in the row of hints, where that is not
the character of this name in Unicode."""
IN_SENTENCES: Mapping[str, str] = MappingProxyType(
    {"pagedown": "PgDn", "pageup": "PgUp", "left": "Left", "right": "Right"}
)
"""Keys that sentences spell otherwise than tables do."""


PRESETS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "k9s": {
            "sort.by-name": "N",
            "sort.by-age": "A",
            "sort.by-namespace": "P",
            "zoom": "z,f",
            "write": "ctrl+s",
        }
    }
)
"""Keys that people know from elsewhere, by the name of a preset. None of them destroys anything or
stands in the place of one that does; those that sort are those of lists alone."""


class KeyTable(Mapping[str, str]):
    """Binding id → its keys, separated by commas, in Textual's names."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = dict(keys)
        self._brought: dict[str, str] = {}

    def __getitem__(self, id: str) -> str:
        return self._keys[id] if id in self._keys else self._brought[id]

    def __iter__(self) -> Iterator[str]:
        yield from self._keys
        yield from self._brought

    def __len__(self) -> int:
        return len(self._keys) + len(self._brought)

    def remap(self, changes: Mapping[str, str]) -> None:
        """Give ids other keys; call it before anything that has bindings is imported.

        Raises: KeyError for an id that the table does not have.
        """
        for meaning, keys in changes.items():
            self._keys[meaning]  # not one that is brought
            self._keys[meaning] = keys

    def use(self, preset: str) -> None:
        """Add the keys of a preset; call it before `remap`. "" is none of them."""
        self._keys.update(PRESETS.get(preset, {}))

    def clashes(self, changes: Mapping[str, str], preset: str = "") -> dict[str, str]:
        """Which of these changes would give one key two meanings, and a sentence why.

        Of two changes the later one is at fault. Space, which marks in lists and turns pages in
        texts, may keep its two meanings.
        """
        if preset:
            with_preset = KeyTable(self._keys)
            with_preset.use(preset)
            return with_preset.clashes(changes)
        found: dict[str, str] = {}
        followed = dict(changes)
        while fault := self._clash(followed):
            found[fault[0]] = fault[1]
            del followed[fault[0]]
        return found

    def _clash(self, changes: Mapping[str, str]) -> tuple[str, str] | None:
        """The last of these changes that clashes, and why."""
        now = {**self._keys, **changes}
        for meaning in reversed(list(changes)):
            for key, (other, keys) in product(each(changes[meaning]), now.items()):
                if other == meaning or key not in each(keys) or not meet(meaning, other):
                    continue
                before = {key} & {*each(self._keys[meaning])} & {*each(self._keys[other])}
                if not before:
                    return meaning, f"the key {key_name(key)} is that of {other} already"
        return None

    def meaning(self, key: str) -> str:
        """What a key means outside of dialogs, those that registrations brought left aside; "" for
        nothing."""
        own = (meaning for meaning in self._keys if is_shared(meaning))
        return next((meaning for meaning in own if key in each(self._keys[meaning])), "")

    def bring(self, defaults: Mapping[str, str]) -> None:
        """Take in the keys that registrations bring, in place of those that were brought before.

        An id that the table has keeps the table's keys.

        Raises: SettingsError if two meanings would have one key.
        """
        brought: dict[str, str] = {}
        taken = {
            key: known
            for known, keys in self._keys.items()
            if is_shared(known)
            for key in each(keys)
        }
        for wanted, keys in defaults.items():
            if wanted in self._keys:
                continue
            for key in each(keys):
                other = taken.setdefault(key, wanted)
                if other != wanted:
                    raise SettingsError(
                        f"the key {key_name(key)} of {wanted} is that of {other} already",
                        hint="a key has one meaning: register it with another key, or with none",
                    )
            brought[wanted] = keys
        self._brought = brought


def each(keys: str) -> tuple[str, ...]:
    """The keys of a binding, one by one."""
    return tuple(key.strip() for key in keys.split(",") if key.strip())


MODIFIERS = ("ctrl", "shift", "alt")
SPELLED: Mapping[str, str] = MappingProxyType(
    {"esc": "escape", "return": "enter", "pgdn": "pagedown", "pgup": "pageup", "del": "delete"}
)
"""How people write the names of keys → how Textual does."""
NAMED = frozenset(
    {
        *("escape", "enter", "space", "tab", "backspace", "delete", "insert", "home", "end"),
        *("pageup", "pagedown", "up", "down", "left", "right"),
        *(f"f{number}" for number in range(1, 13)),
    }
)
"""Keys with a name that a meaning can have."""


def checked_keys(keys: Iterable[str]) -> str:
    """Keys as people write them, `ctrl-r`, `Esc`, `R`, in the form of this table.

    Raises: SettingsError for what is no key, and where there is none.
    """
    found = [_checked(key) for key in keys]
    if not found:
        raise SettingsError("a meaning needs a key")
    return ",".join(dict.fromkeys(found))


def _checked(text: str) -> str:
    """One key. Raises: SettingsError."""
    if len(text) == 1 and text.isprintable() and text not in " ,":
        return text
    *modifiers, name = text.replace("-", "+").split("+")
    modifiers = [modifier.casefold() for modifier in modifiers]
    last = name if len(name) == 1 else SPELLED.get(name.casefold(), name.casefold())
    is_letter = len(last) == 1 and last.isascii() and last.isalpha()
    if not set(modifiers) <= set(MODIFIERS) or not (last in NAMED or (modifiers and is_letter)):
        raise SettingsError(f"{text} is no key; there are r, R, ctrl+r, f5, enter, pagedown …")
    if modifiers == ["shift"] and is_letter:
        return last.upper()
    return "+".join([*(name for name in MODIFIERS if name in modifiers), last.lower()])


def meet(one: str, other: str) -> bool:
    """Whether two meanings can be asked for on one screen, so that they need different keys."""
    if is_shared(one) and is_shared(other):
        return True
    return one.partition(".")[0] == other.partition(".")[0]


def is_shared(id: str) -> bool:
    """Whether a meaning holds on all screens, so that its keys may mean nothing else there."""
    return id.partition(".")[0] not in OF_DIALOGS


OF_DIALOGS = frozenset(
    {
        *("dialog", "field", "palette", "picker", "menu", "containers", "filters", "jobs"),
        *("problem", "bulk", "play"),
    }
)
"""First parts of ids whose keys mean something inside a dialog or a field only, or, those of
`play`, only while a recording is played: in place of what they mean otherwise."""

KEYS = KeyTable(
    {
        # Moving.
        "move.down": "j,down",
        "move.up": "k,up",
        "move.first": "g,home",
        "move.last": "G,end",
        "move.half-down": "ctrl+d",
        "move.half-up": "ctrl+u",
        "move.page-down": "ctrl+f,pagedown",
        "move.page-up": "ctrl+b,pageup",
        "move.left": "left,h",
        "move.right": "right",
        "move.edge": "shift+left",
        "text.page-down": "space",
        "text.page-up": "b",
        # Looking for something, and at something.
        "filter": "/",
        "named-filters": ".",
        "find.next": "n",
        "find.previous": "N",
        "problems": "!",
        "problem-after": "}",
        "problem-before": "{",
        "open": "enter",
        "unwind": "escape",
        "back": "q,ctrl+q",
        "wide": "w,ctrl+w",
        "hide": "H",
        "follow": "F",
        "times": "t",
        "previous-attempt": "p",
        "containers": "A",
        "narrow": "&",
        "go-to-time": "@",
        "keep-line": "m",
        "next-kept-line": "'",
        "pager": "|",
        **{f"window-{digit}": str(digit) for digit in range(10)},
        "whole": "Y",
        "sort.next": ">",
        "sort.previous": "<",
        "sort": "S",
        "columns": "number_sign",
        "form.tree": "1",
        "form.graph": "2",
        "form.timeline": "3",
        "fold.one": "o",
        "fold.all": "O",
        "fold.problems": "E",
        "namespaces": "0",
        **{f"favourite-{digit}": str(digit) for digit in range(1, 10)},
        "last-place": "minus",
        "history.back": "[",
        "history.forward": "]",
        # Panes.
        "pane.why": "W",
        "pane.summary": "d",
        "pane.logs": "l",
        "pane.artifacts": "a",
        "pane.inout": "i",
        "pane.events": "e",
        "pane.manifest": "y",
        "pane.runs": "P",
        "origin": "circumflex_accent",
        "failed-log": "L",
        "tab.next": ")",
        "tab.previous": "(",
        "side.other": "tab,shift+tab",
        "side.down": "J",
        "side.up": "K",
        "zoom": "z",
        "border.more": "plus",
        "border.less": "underscore",
        "preview": "v",
        "beside": "v",
        # Marking, and doing something.
        "mark": "space",
        "mark.range": "V,ctrl+@,ctrl+space",
        "mark.all": "*",
        "take-back": "u",
        "actions": "x",
        "tell-end": "B",
        "compare": "equals_sign",
        "act.retry": "r",
        "act.new-run": "R",
        "act.suspend": "s",
        "act.stop": "X",
        "act.terminate": "T",
        "act.delete": "D",
        "act.shell": "$",
        "copy": "c",
        "copy.menu": "C",
        # Everywhere.
        "help": "?",
        "command": ":,ctrl+p",
        "aliases": "ctrl+a",
        "refresh": "ctrl+r",
        "header": "ctrl+e",
        "repaint": "ctrl+l",
        "write": "f,ctrl+s",
        "cancel": "ctrl+c",
        "to-the-shell": "ctrl+z",
        # While a recording is played, in place of what these keys mean otherwise.
        "play.pause": "space",
        "play.faster": "plus",
        "play.slower": "underscore",
        "play.to-time": "at",
        # Inside dialogs and fields.
        "dialog.cancel": "escape",
        "dialog.submit": "ctrl+s",
        "dialog.yes": "y",
        "dialog.no": "n",
        "dialog.close": "q",
        "dialog.leave": "q,ctrl+q",
        "dialog.before": "left,up",
        "dialog.after": "right,down",
        "dialog.next": "tab",
        "dialog.press": "enter",
        "dialog.details": "d,ctrl+o",
        "dialog.edit": "ctrl+g,f4",
        "dialog.copy": "c,ctrl+y",
        "dialog.older": "ctrl+p",
        "dialog.newer": "ctrl+n",
        "dialog.read-on": "pagedown,J",
        "dialog.read-back": "pageup,K",
        "dialog.tick": "space",
        "dialog.value-before": "left,h",
        "dialog.value-next": "right,l,space",
        "dialog.field-done": "enter",
        "field.cancel": "escape",
        "field.submit": "enter",
        "field.older": "up,ctrl+p",
        "field.newer": "down,ctrl+n",
        "palette.down": "down,ctrl+n",
        "palette.up": "up,ctrl+p",
        "palette.page-down": "pagedown",
        "palette.page-up": "pageup",
        "palette.complete": "tab",
        "palette.run": "enter",
        "palette.close": "escape",
        "picker.mark": "space",
        "menu.take": "enter",
        "menu.close": "escape,q",
        "containers.next": "A",
        "containers.read": "enter",
        "containers.close": "escape,q",
        **{f"containers.read-{digit}": str(digit) for digit in range(1, 10)},
        "jobs.stop": "X,delete",
        "jobs.close": "escape,q",
        "bulk.stop": "escape",
        "bulk.leave": "q",
        "filters.next": ".",
        "filters.put": "enter",
        "filters.close": "escape,q",
        **{f"filters.put-{digit}": str(digit) for digit in range(1, 10)},
        "problem.again": "r,enter",
        "problem.token": "t",
        "problem.demo": "d",
        "problem.back": "escape",
        "problem.quit": "q",
    }
)


def key_name(key: str) -> str:
    """How a key is called in tables and in the row of hints: `Esc`, `ctrl-d`, `/`."""
    modifier, plus, last = key.rpartition("+")
    if key == "ctrl+@":  # what terminals send for it
        last = "space"
    return f"{modifier}-{_last_name(last)}" if plus and last else _last_name(key)


def _last_name(key: str) -> str:
    if key in NAMES:
        return NAMES[key]
    try:
        sign = unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return key
    return sign if sign.isprintable() else key


def hint(id: str) -> str:
    """How a sentence names the key of a binding, the first if it has several: `Esc`, `ctrl-S`.

    Raises: KeyError for an id that has no keys.
    """
    key = each(KEYS[id])[0]
    modifier, plus, last = key.rpartition("+")
    if plus and last:
        return f"{modifier}-{last.upper() if len(last) == 1 else _last_name(last)}"
    return IN_SENTENCES.get(key) or _last_name(key)
