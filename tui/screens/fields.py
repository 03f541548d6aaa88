"""The fields of a dialog: one a choice of the action, one a parameter of the workflow."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.actions.base import Choice, ChoiceKind
from tui.actions.parameters import key_in, outside, source_of, value_of
from tui.artifacts.saving import safe_name
from tui.domain.text import clean
from tui.keys import hint
from tui.widgets.form_fields import CheckboxField, LongField, SelectField, is_long
from tui.widgets.query_bar import QueryInput

ValueEntry = Input | SelectField | LongField
Entry = ValueEntry | CheckboxField


def entry_for(choice: Choice, start: Any, *, ascii: bool) -> Entry:
    """What a choice of an action is answered with."""
    known_as = f"choice-{choice.name}"
    if choice.kind == "flag":
        return CheckboxField(choice.label, bool(start), id=known_as)
    if choice.options:
        return SelectField(choice.options, str(start or ""), ascii=ascii, id=known_as)
    field = QueryInput(placeholder=choice.help, id=known_as)
    field.value = str(start or "")
    return field


class ChoiceField(Horizontal):
    """One choice of the action, with its name in front where the entry has none itself."""

    def __init__(self, choice: Choice, start: Any, *, ascii: bool) -> None:
        super().__init__(classes="parameter")
        self.about = choice.help
        self._label = "" if choice.kind == "flag" else choice.label
        self.entry = entry_for(choice, start, ascii=ascii)

    @property
    def shows(self) -> str:
        """What stands in it at first."""
        if isinstance(self.entry, SelectField):
            return self.entry.shows
        return self.entry.placeholder if isinstance(self.entry, Input) else ""

    def compose(self) -> ComposeResult:
        """Its name, and what one answers."""
        if self._label:
            yield Static(Content(self._label), classes="parameter-name")
        yield self.entry


class ParameterField(Horizontal):
    """One parameter, or the key of an artifact: its name and its value; knows whether it was
    changed."""

    def __init__(
        self,
        parameter: Mapping[str, Any],
        *,
        kind: ChoiceKind = "parameters",
        is_needed: bool = False,
        used: Sequence[str] = (),
        ascii: bool = False,
    ) -> None:
        """`kind` is that of the choice it belongs to; `is_needed` tells whether a value must be
        given where there is none; `used` are values it was given before, the latest first."""
        super().__init__(classes="parameter")
        self.kind = kind
        self._parameter = parameter
        self._is_needed = is_needed
        self._ascii = ascii
        self.used = tuple(used)
        self._recalled = -1
        self.parameter_name = str(parameter["name"])
        self._original = value_of(parameter) if kind == "parameters" else key_in(parameter)
        self.before = clean(self._original)
        """What stands in the field at first; the value itself may hold what no field can show."""
        self.enum = {clean(str(option)): str(option) for option in parameter.get("enum") or ()}
        self.trouble = ""
        """What the cluster said of it when it was asked; "" if nothing."""
        self._is_empty_on_purpose = False
        self._folder = f"uploads/{secrets.token_hex(4)}"
        self.place: Any = None
        """Where its file is uploaded to, once that is known."""
        self._placed: Path | None = None
        self.entry: ValueEntry = self._made(self._original)

    def _made(self, value: str) -> ValueEntry:
        if self.enum:
            # What it has now is offered even where it is none of them: one may want to see it.
            offered = list(self.enum) if self.before in self.enum else [self.before, *self.enum]
            return SelectField(offered, self.before, ascii=self._ascii)
        if is_long(value):
            return LongField(value, ascii=self._ascii)
        field = QueryInput(placeholder=clean(self._asks))
        field.value = clean(value)
        return field

    @property
    def _asks(self) -> str:
        """What stands in it while nothing else does."""
        described = str(self._parameter.get("description") or "")
        if self.kind == "artifacts":
            return described or f"a key in its store, or {UPLOADS}FILE"
        return described or source_of(self._parameter) or ("needed" if self._is_needed else "")

    def compose(self) -> ComposeResult:
        """Name and value."""
        yield Static(Content(clean(self.parameter_name)), classes="parameter-name")
        yield self.entry

    @property
    def shows(self) -> str:
        """What stands in it at first."""
        if isinstance(self.entry, SelectField | LongField):
            return self.entry.shows
        return self.before or self.entry.placeholder

    @property
    def about(self) -> str:
        """What is known of it: description, default, what it is now if it was changed."""
        default = self._parameter.get("default")
        offered = ", ".join(_short(each) for each in self.used[:2])
        parts = [
            self.trouble,
            clean(str(self._parameter.get("description") or "")),
            "needed" if self._is_needed else "",
            source_of(self._parameter),
            f"default {_short(str(default))}" if default is not None else "",
            f"was {_short(self.before)}" if self.change is not None and self.before else "",
            f"last used {offered} ({hint('dialog.older')})" if offered else "",
        ]
        return clean(" · ".join(part for part in parts if part))

    @property
    def value(self) -> str:
        """All of its value, as it is."""
        if isinstance(self.entry, LongField):
            return self.entry.value
        shown = self.entry.value
        if shown == self.before:
            return self._original
        return self.enum.get(shown, shown)

    @property
    def artifact(self) -> Mapping[str, Any]:
        """What is known of the artifact."""
        return self._parameter

    @property
    def file(self) -> Path | None:
        """The local file that is uploaded first; None where there is none."""
        is_file = self.kind == "artifacts" and self.value.startswith(UPLOADS)
        return Path(os.path.expanduser(self.value.removeprefix(UPLOADS))) if is_file else None

    @property
    def has_another_file(self) -> bool:
        """Whether it has another file than when this was asked last; where that goes is not known
        yet then."""
        file = self.file
        is_other, self._placed = file != self._placed, file
        if is_other:
            self.place = None
        return is_other and file is not None

    @property
    def key(self) -> str:
        """The key of an artifact: that of its file is one that nothing has yet."""
        file = self.file
        return self.value if file is None else f"{self._folder}/{safe_name(file.name)}"

    @property
    def upload_words(self) -> str:
        """What is uploaded, and where to; "" for nothing."""
        file = self.file
        if file is None or self.problem:
            return ""
        where = self.place.url if self.place is not None else "a place that is looked for …"
        return f"Uploaded first: {file} ({file.stat().st_size:,} bytes) to {where}"

    @property
    def change(self) -> str | None:
        """`NAME=VALUE` if it was changed."""
        value = self.value if self.kind == "parameters" else self.key
        is_same = value == self._original and not (self._is_empty_on_purpose and not value)
        if is_same or (self.kind == "artifacts" and not value):
            return None
        return f"{self.parameter_name}={value}"

    @property
    def problem(self) -> str:
        """What is wrong with the value; "" if nothing is."""
        file = self.file
        if file is not None and not file.is_file():
            return f"{self.parameter_name}: {file} is no file"
        if self._is_needed and self.change is None:
            return f"{self.parameter_name} is needed: it has no value and no default"
        return outside(self._parameter, self.value)

    def recall(self, step: int) -> None:
        """Take a value that it was given before: 1 for an older one, -1 for a newer one."""
        values = [self._original, *self.used]
        self._recalled = max(-1, min(self._recalled + step, len(values) - 2))
        wanted = clean(values[self._recalled + 1])
        if isinstance(self.entry, SelectField) and wanted not in self.enum:
            return
        if isinstance(self.entry, Input | SelectField):
            self.entry.value = wanted

    def begin_with(self, value: str) -> None:
        """Have this value from the beginning: it was given before a conflict."""
        if isinstance(self.entry, Input) and is_long(value):
            self.entry = LongField(value, ascii=self._ascii)
        else:
            self.entry.value = value

    async def put(self, value: str) -> None:
        """Have this value, however long it is; an empty text is one, too."""
        self._is_empty_on_purpose = not value
        if isinstance(self.entry, LongField):
            self.entry.value = value
        elif isinstance(self.entry, Input) and is_long(value):
            await self._replace(LongField(value, ascii=self._ascii))
        elif isinstance(self.entry, Input):
            self.entry.value = clean(value)

    async def _replace(self, entry: LongField) -> None:
        had_focus = self.entry.has_focus
        before, self.entry = self.entry, entry
        await self.mount(entry)
        await before.remove()
        if had_focus:
            entry.focus()


UPLOADS = "@"
"""What a value begins with that names a local file, in place of a key."""
SHORT = 30
"""Characters of a value that are told beside a field."""


def _short(text: str) -> str:
    return clean(text if len(text) <= SHORT else f"{text[: SHORT - 1]}…")


def field_of(entry: Widget | None) -> ChoiceField | ParameterField | None:
    """The field that a focused entry belongs to."""
    parent = entry.parent if entry is not None else None
    return parent if isinstance(parent, ChoiceField | ParameterField) else None
