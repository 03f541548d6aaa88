"""The fields of a dialog: one a choice of the action, one a parameter of the workflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.actions.base import Choice
from tui.actions.parameters import outside, value_of
from tui.domain.text import clean
from tui.widgets.form_fields import CheckboxField, SelectField
from tui.widgets.query_bar import QueryInput

Entry = Input | SelectField | CheckboxField


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
    """One parameter: its name and its value; knows whether it was changed."""

    def __init__(self, parameter: Mapping[str, Any], *, ascii: bool = False) -> None:
        super().__init__(classes="parameter")
        self._parameter = parameter
        self.parameter_name = str(parameter["name"])
        self.before = clean(value_of(parameter))
        """What stands in the field at first; the value itself may hold what no field can show."""
        self.enum = {clean(str(option)): str(option) for option in parameter.get("enum") or ()}
        self.entry = self._made(ascii)

    def _made(self, ascii: bool) -> Input | SelectField:
        if self.enum:
            # What it has now is offered even where it is none of them: one may want to see it.
            offered = list(self.enum) if self.before in self.enum else [self.before, *self.enum]
            return SelectField(offered, self.before, ascii=ascii)
        field = QueryInput(placeholder=clean(str(self._parameter.get("description") or "")))
        field.value = self.before
        return field

    def compose(self) -> ComposeResult:
        """Name and value."""
        yield Static(Content(clean(self.parameter_name)), classes="parameter-name")
        yield self.entry

    @property
    def shows(self) -> str:
        """What stands in it at first."""
        if isinstance(self.entry, SelectField):
            return self.entry.shows
        return self.before or (self.entry.placeholder if isinstance(self.entry, Input) else "")

    @property
    def about(self) -> str:
        """What is known of it: description, default, what it is now if it was changed."""
        default = self._parameter.get("default")
        parts = [
            clean(str(self._parameter.get("description") or "")),
            f"default {clean(str(default))}" if default is not None else "",
            f"was {self.before}" if self.change is not None and self.before else "",
        ]
        return " · ".join(part for part in parts if part)

    @property
    def change(self) -> str | None:
        """`NAME=VALUE` if it was changed."""
        value = self.entry.value
        if value == self.before:
            return None
        return f"{self.parameter_name}={self.enum.get(value, value)}"

    @property
    def problem(self) -> str:
        """What is wrong with the value; "" if nothing is."""
        value = self.entry.value
        return outside(self._parameter, self.enum.get(value, value))


def field_of(entry: Widget | None) -> ChoiceField | ParameterField | None:
    """The field that a focused entry belongs to."""
    parent = entry.parent if entry is not None else None
    return parent if isinstance(parent, ChoiceField | ParameterField) else None
