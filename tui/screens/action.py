"""The question before an action: what will happen, what can be chosen, and Cancel.

One dialog for all actions: an action declares its choices, this asks for them, and the plan is made
anew after each answer, so that what one reads is what will be sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.scrollbar import ScrollBarRender
from textual.widgets import Button, Input, Static

from tui.actions import meant
from tui.actions.base import Action, Choice, Plan
from tui.domain import decode
from tui.domain.text import clean
from tui.domain.workflow import Manifest, WorkflowRef
from tui.errors import PlanError, TuiError
from tui.screens.desk import Desk
from tui.widgets.cells import plain
from tui.widgets.query_bar import QueryInput
from tui.widgets.tick import Tick

PlannedWorkflow = tuple[WorkflowRef, Plan]
AROUND_BODY = 9
"""Rows of the dialog and of the screen that are not its body."""
MOST_LINES = 12
"""Lines of a plan that are shown; the rest is counted."""


def parameters_of(manifest: Manifest) -> list[dict[str, Any]]:
    """The arguments a person may change: name, value, enum, description."""
    status = manifest.get("status") or {}
    spec = status.get("storedWorkflowTemplateSpec") or manifest.get("spec") or {}
    own = ((manifest.get("spec") or {}).get("arguments") or {}).get("parameters") or []
    stored = (spec.get("arguments") or {}).get("parameters") or []
    named = {p["name"]: p for p in stored if isinstance(p, dict) and p.get("name")}
    for parameter in own:
        if isinstance(parameter, dict) and parameter.get("name"):
            named[parameter["name"]] = {**named.get(parameter["name"], {}), **parameter}
    return list(named.values())


def value_of(parameter: Mapping[str, Any]) -> str:
    """A parameter's value as text, its default if it has none."""
    value = parameter.get("value", parameter.get("default"))
    return "" if value is None else str(value)


class ParameterField(Horizontal):
    """One parameter: its name and an input; knows whether it was changed."""

    def __init__(self, parameter: Mapping[str, Any]) -> None:
        super().__init__(classes="parameter")
        self.parameter_name = str(parameter["name"])
        self.before = clean(value_of(parameter))
        """What stands in the field at first; the value itself may hold what no field can show."""
        enum = parameter.get("enum") or ()
        self.enum = {clean(str(option)): str(option) for option in enum}
        self.description = clean(str(parameter.get("description") or ""))

    def compose(self) -> ComposeResult:
        """Name, value, and what values there are."""
        yield Static(Content(clean(self.parameter_name)), classes="parameter-name")
        hint = " | ".join(self.enum) or self.description
        field = QueryInput(placeholder=clean(hint))
        field.value = self.before
        yield field
        if self.enum:
            yield Static(Content(clean(hint)), classes="parameter-hint")

    @property
    def change(self) -> str | None:
        """`NAME=VALUE` if it was changed."""
        value = self.query_one(Input).value
        if value == self.before:
            return None
        return f"{self.parameter_name}={self.enum.get(value, value)}"

    @property
    def problem(self) -> str:
        """What is wrong with the value; "" if nothing is."""
        value = self.query_one(Input).value
        if self.change is not None and self.enum and value not in self.enum:
            return f"{clean(self.parameter_name)} must be one of {', '.join(self.enum)}"
        return ""


class PlainScrollBar(ScrollBarRender):
    """A scroll bar of blanks in colours, for terminals that draw nothing finer."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * len(ScrollBarRender.VERTICAL_BARS)


class ActionScreen(ModalScreen[list[PlannedWorkflow] | Action | None]):
    """Asks about one action on one or several workflows.

    Answers with plans, or None; or with the action that the key means, now that all of the workflow
    is known: a list does not tell that a workflow waits at a suspend step.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", id="dialog.cancel"),
        Binding("ctrl+s", "go", "Do it", id="dialog.submit"),
        Binding("y", "yes", "Yes", show=False, id="dialog.yes"),
        Binding("n,q", "cancel", "No", show=False, id="dialog.no"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    @dataclass
    class Read(Message):
        """The workflows as they are now."""

        manifests: list[tuple[WorkflowRef, Manifest]]

    @dataclass
    class NotRead(Message):
        """Why there are none."""

        error: TuiError

    def __init__(
        self, desk: Desk, action: Action, refs: Sequence[WorkflowRef], *, choices: Mapping[str, Any]
    ) -> None:
        super().__init__()
        self.desk = desk
        self.action = action
        self.refs = tuple(refs)
        self._manifests: list[tuple[WorkflowRef, Manifest]] = []
        self._plans: list[PlannedWorkflow] = []
        self._given = dict(choices)
        self._facts = desk.context()

    # --- the box ---------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Title, plan, choices, command, buttons."""
        count = len(self.refs)
        title = (
            f"{self.action.label} {self.refs[0].name}"
            if count == 1
            else (f"{self.action.label} {count} workflows")
        )
        with Vertical(id="dialog"):
            yield Static(Content(clean(title)), id="dialog-title")
            with VerticalScroll(id="dialog-body", can_focus=False):
                yield Static(plain("reading …", self.desk.ascii), markup=False, id="dialog-plan")
                with Vertical(id="dialog-choices"):
                    for choice in self.action.choices:
                        if choice.kind != "parameters":
                            yield from self._field(choice)
            yield Static("", markup=False, id="dialog-command")
            with Horizontal(id="dialog-buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button(
                    self.action.label,
                    id="go",
                    compact=True,
                    disabled=True,
                    variant="error" if self.action.is_destructive else "primary",
                )

    def _field(self, choice: Choice) -> ComposeResult:
        start = self._given.get(choice.name, choice.default)
        if choice.kind == "flag":
            yield Tick(choice.label, bool(start), id=f"choice-{choice.name}")
            return
        with Horizontal(classes="parameter"):
            yield Static(Content(choice.label), classes="parameter-name")
            hint = " | ".join(choice.options) or choice.help
            field = QueryInput(placeholder=hint, id=f"choice-{choice.name}")
            field.value = str(start or "")
            yield field

    def on_resize(self, event: events.Resize) -> None:
        """The buttons are always on the screen; what does not fit above them scrolls."""
        body = self.query_one("#dialog-body")
        body.styles.max_height = max(3, event.size.height - AROUND_BODY)

    def on_mount(self) -> None:
        """Read the workflows as they are now; plans are never made from old ones."""
        box = self.query_one("#dialog")
        if self.desk.ascii:
            bar = self.query_one("#dialog-body").vertical_scrollbar
            bar.renderer = PlainScrollBar  # type: ignore[misc]
        box.border_subtitle = "Tab next  Space ticks  Enter presses  ctrl-S does it  Esc cancels"
        self.query_one("#cancel").focus()
        self._read()

    @work(thread=True, group="dialog")
    def _read(self) -> None:
        source = self.desk.source
        try:
            if source is None:
                raise TuiError("not connected")
            found = [(ref, source.get(ref)) for ref in self.refs]
        except TuiError as error:
            self.post_message(self.NotRead(error))
        else:
            self.post_message(self.Read(found))

    @on(NotRead)
    def say_why_not(self, message: NotRead) -> None:
        """Without the workflow as it is now there is no plan."""
        self._say(str(message.error))

    @on(Read)
    async def take(self, message: Read) -> None:
        """Now it can be planned."""
        found = self._manifests = message.manifests
        instead = self._meant_instead()
        if instead is not None:
            self.dismiss(instead)
            return
        if len(found) == 1 and any(c.kind == "parameters" for c in self.action.choices):
            fields = [ParameterField(parameter) for parameter in parameters_of(found[0][1])]
            if fields:
                await self.query_one("#dialog-choices").mount(*fields)
        self._make_plans()
        if not self.action.is_destructive and self._plans:
            inputs = self.query(ParameterField)
            (inputs.first().query_one(Input) if inputs else self.query_one("#go")).focus()

    def _meant_instead(self) -> Action | None:
        source = self.desk.source
        if len(self._manifests) != 1 or source is None:
            return None
        workflow = decode.from_manifest(self._manifests[0][1])
        if self.action.refusal(workflow, source.capabilities) is None:
            return None
        other = meant(self.action.key, workflow, source.capabilities)
        return other if other is not None and other.id != self.action.id else None

    # --- plans -----------------------------------------------------------------------------

    def _choices(self) -> dict[str, Any]:
        given = dict(self._given)
        for choice in self.action.choices:
            if choice.kind == "parameters":
                changes = [field.change for field in self.query(ParameterField)]
                given[choice.name] = tuple(change for change in changes if change is not None)
                continue
            field = self.query_one(f"#choice-{choice.name}")
            if isinstance(field, Tick | Input):
                given[choice.name] = field.value
        return given

    def _make_plans(self) -> None:
        problem = next((f.problem for f in self.query(ParameterField) if f.problem), "")
        plans: list[PlannedWorkflow] = []
        refused: list[str] = []
        self._facts = replace(self._facts, now=self.desk.now())
        for ref, manifest in [] if problem else self._manifests:
            try:
                plans.append((ref, self.action.plan(manifest, self._choices(), self._facts)))
            except PlanError as error:
                refused.append(f"{ref.name}: {error.what}" if len(self.refs) > 1 else error.what)
        self._plans = plans
        go = self.query_one("#go", Button)
        go.disabled = not plans
        if problem:
            self._say(problem)
            self.query_one("#dialog-command", Static).update(Content(""))
            return
        lines = self._lines(plans) + [f"✖ {line}" for line in refused]
        self._say("\n".join(lines))
        commands = [plan.command for _, plan in plans[:1] if plan.command]
        self.query_one("#dialog-command", Static).update(
            Content(plain(clean(f"$ {commands[0]}"), self.desk.ascii))
            if commands and len(plans) == 1
            else Content("")
        )

    @staticmethod
    def _lines(plans: Sequence[PlannedWorkflow]) -> list[str]:
        lines = [plan.title for _, plan in plans]
        if len(plans) == 1:
            lines = list(plans[0][1].lines)
        more = len(lines) - MOST_LINES
        return lines if more <= 0 else [*lines[:MOST_LINES], f"… and {more} more"]

    def _say(self, text: str) -> None:
        shown = "\n".join(plain(clean(line), self.desk.ascii) for line in text.split("\n"))
        self.query_one("#dialog-plan", Static).update(Content(shown))

    # --- answers ---------------------------------------------------------------------------

    @on(Input.Changed)
    @on(Tick.Changed)
    def plan_anew(self) -> None:
        """A choice changed: so does the plan."""
        if self._manifests:
            self._make_plans()

    @on(Input.Submitted)
    def next_field(self) -> None:
        """Enter in a field goes on to the next; only a button sends."""
        self.focus_next()

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Do nothing."""
        self.dismiss(None)

    @on(Button.Pressed, "#go")
    def action_go(self) -> None:
        """Do what the plans say."""
        self._make_plans()  # times in a plan are those of the answer, not of the question
        if self._plans:
            self.dismiss(self._plans)

    def action_yes(self) -> None:
        """`y`, where there is nothing but two buttons."""
        if not self.query(Input):
            self.action_go()
