"""The fields of a dialog: one a choice of the action, one a parameter of the workflow."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.actions.base import Choice, ChoiceKind
from tui.actions.parameters import key_in, outside, source_of, value_of
from tui.artifacts.saving import safe_name
from tui.domain.text import clean
from tui.keys import hint
from tui.messages import Said
from tui.widgets.cells import width_of
from tui.widgets.form_fields import CheckboxField, LongField, SelectField, is_long
from tui.widgets.query_bar import QueryInput

ValueEntry = Input | SelectField | LongField
Entry = ValueEntry | CheckboxField
MOST_OF_A_NAME = 23
"""Cells of a name that stand on one row; a longer one takes several."""


def entry_for(choice: Choice, start: Any, *, ascii: bool) -> Entry:
    """What a choice of an action is answered with."""
    known_as = f"choice-{choice.name}"
    if choice.kind == "flag":
        return CheckboxField(choice.label, bool(start), id=known_as)
    if choice.options:
        return SelectField(choice.options, str(start or ""), ascii=ascii, id=known_as)
    return _begun(QueryInput(placeholder=choice.help, id=known_as), str(start or ""))


def _begun(field: QueryInput, text: str) -> QueryInput:
    """A field with a text in it that nobody typed: nothing has changed by it."""
    with field.prevent(Input.Changed):
        field.value = text
    return field


class ValueInput(QueryInput):
    """What a value is typed into, which may have several lines where they are pasted."""

    @dataclass
    class Lines(Message):
        """Several lines were pasted."""

        field: ValueInput
        text: str

    def take_lines(self, lines: Sequence[str]) -> bool:
        """They are for whoever this stands in."""
        text = "\n".join(lines)
        self.post_message(self.Lines(self, text))
        return True


class ChoiceField(Horizontal):
    """One choice of the action, with its name in front where the entry has none itself."""

    def __init__(self, choice: Choice, start: Any, *, ascii: bool) -> None:
        super().__init__(classes="parameter")
        self.trouble = ""
        """What the cluster has against it."""
        self._help = choice.help
        self._label = "" if choice.kind == "flag" else choice.label
        self.set_class(width_of(self._label) > MOST_OF_A_NAME, "-tall")
        self.entry = entry_for(choice, start, ascii=ascii)
        self.start = self.value
        """What was chosen at first."""

    @property
    def about(self) -> str:
        """What the cluster has against it, and what it is for."""
        return " · ".join(part for part in (clean(self.trouble), self._help) if part)

    @property
    def value(self) -> str | bool:
        """What is chosen."""
        return self.entry.value

    def choose(self, value: Any) -> None:
        """Have this chosen from now on."""
        self.entry.value = value

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
    changed.

    It can be asked before it is on a screen, and what is typed into is made when it comes there.
    """

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
        self.set_class(width_of(clean(self.parameter_name)) > MOST_OF_A_NAME, "-tall")
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
        self._begins = self._original
        """What the entry has at first."""
        self._entry: ValueEntry | None = None

    @property
    def entry(self) -> ValueEntry:
        """What its value is typed into, or chosen in."""
        if self._entry is None:
            self._entry = self._made(self._begins)
        return self._entry

    def _made(self, value: str) -> ValueEntry:
        if self.enum:
            # What it has now is offered even where it is none of them: one may want to see it.
            offered = list(self.enum) if self.before in self.enum else [self.before, *self.enum]
            return SelectField(offered, clean(value), ascii=self._ascii)
        if is_long(value):
            return LongField(value, ascii=self._ascii)
        kind = QueryInput if self.kind == "artifacts" else ValueInput
        return _begun(kind(placeholder=clean(self._asks)), clean(value))

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
        if self.enum or is_long(self._begins):
            entry = self.entry
            return entry.shows if isinstance(entry, SelectField | LongField) else ""
        return self.before or f"({clean(self._asks)})"

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
        if self._entry is None:
            return self._begins
        if isinstance(self._entry, LongField):
            return self._entry.value
        shown = self._entry.value
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
        self._begins, self._entry = value, None

    @on(ValueInput.Lines)
    async def take_lines(self, message: ValueInput.Lines) -> None:
        """Several lines are a value, too, with what stands around the cursor."""
        message.stop()
        field = message.field
        begin, end = sorted(field.selection)
        before, after = field.value[:begin], field.value[end:]
        await self.put(f"{before}{message.text}{after}")
        count = message.text.count("\n") + 1
        self.post_message(
            Said(f"{count} lines pasted, all of them kept; {hint('dialog.edit')} shows them")
        )

    @on(LongField.Refused)
    def refuse_lines(self, message: LongField.Refused) -> None:
        """What is there would be lost."""
        message.stop()
        said = f"nothing was pasted into it; {hint('dialog.edit')} opens it in $EDITOR"
        self.post_message(Said(said, "warning"))

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
        before, self._entry = self.entry, entry
        await self.mount(entry)
        await before.remove()
        if had_focus:
            entry.focus()


AHEAD = 2
"""Fields beside the one with the focus that are there before it comes to them."""
UPLOADS = "@"
"""What a value begins with that names a local file, in place of a key."""
SHORT = 30
"""Characters of a value that are told beside a field."""


def _short(text: str) -> str:
    return clean(text if len(text) <= SHORT else f"{text[: SHORT - 1]}…")


class FieldRows:
    """Many fields in a box that scrolls: those in sight and beside the focus are there, the others
    are blank rows in their midst.

    A template may have a hundred parameters, and each field costs a screen as much as a small box.
    """

    def __init__(self, fields: Sequence[ParameterField]) -> None:
        self._fields = list(fields)
        self._blank = Static("")
        self._head, self._tail = 0, len(fields)
        """How many are there from the first on, and which is the first of the others there."""

    async def mount(self, box: Widget, before: int | None, rows: int) -> None:
        """Stand in a box, before the child at this place, or behind all; so many rows at first."""
        self._head = min(rows, self._tail)
        self._measure()
        await box.mount(*self._fields[: self._head], self._blank, before=before)

    def _measure(self) -> None:
        left = self._tail - self._head
        self._blank.display = left > 0
        self._blank.styles.height = left

    def _reach(self, head: int, tail: int) -> None:
        """Have those before `head`, and those from `tail` on."""
        box = self._blank.parent
        head = min(max(head, self._head), self._tail)
        tail = max(min(tail, self._tail), head)
        if not isinstance(box, Widget) or (head, tail) == (self._head, self._tail):
            return
        begins, ends = self._fields[self._head : head], self._fields[tail : self._tail]
        self._head, self._tail = head, tail
        self._measure()
        if begins:
            box.mount(*begins, before=self._blank)
        if ends:
            box.mount(*ends, after=self._blank)

    def reach_beside(self, field: object) -> None:
        """Have those that the focus may come to next, from this field or from none of these."""
        if field not in self._fields:
            self._reach(0, len(self._fields) - AHEAD)
            return
        at = self._fields.index(field)
        if at < self._tail:
            self._reach(at + AHEAD + 1, self._tail)
        else:
            self._reach(0, at - AHEAD)

    def go_to(self, field: ChoiceField | ParameterField) -> None:
        """Give it the focus, from wherever; one that is not there yet gets it once it is."""
        self.reach_beside(field)
        if field.entry.is_attached:
            field.entry.focus()
        elif isinstance(self._blank.parent, Widget):
            self._blank.parent.call_after_refresh(field.entry.focus)

    def reach_seen(self, first: int, last: int) -> None:
        """Have those that stand between these rows of the box."""
        blank = self._blank.virtual_region
        above, below = last + AHEAD - blank.y, blank.bottom - first + AHEAD
        if not self._blank.display or above <= AHEAD or below <= AHEAD:
            return
        if above <= below:
            self._reach(self._head + above, self._tail)
        else:
            self._reach(self._head, self._tail - below)


def field_of(entry: Widget | None) -> ChoiceField | ParameterField | None:
    """The field that a focused entry belongs to."""
    parent = entry.parent if entry is not None else None
    return parent if isinstance(parent, ChoiceField | ParameterField) else None
