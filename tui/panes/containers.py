"""Which container's log to read: a small list of them, and how each of them is.

The names come from the template and are there at once; how they are is asked of the pod, and where
the pod is gone the workflow tells what it still knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.getters import query_one
from textual.message import Message

from tui.bindings import bind
from tui.bugs import caught_in_source
from tui.columns import Column
from tui.domain.artifact import archived_log
from tui.domain.logtargets import LogTarget
from tui.domain.node import ERROR, FAILED, SUCCEEDED, Node
from tui.domain.templates import MAIN, container_roles
from tui.domain.workflow import Workflow
from tui.errors import SourceError
from tui.keys import hint
from tui.panes.base import PaneContext
from tui.ports.connection import offered
from tui.ports.pods import ContainerState, Pod, Pods
from tui.view import ModalView
from tui.widgets.header import HeaderLine
from tui.widgets.table import Table

FRAME = 4
"""Rows of the box that are no containers: its border, the title, the names of the columns."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One container, as it is offered."""

    number: int
    name: str
    role: str
    state: str = ""
    look: str = ""
    """Name of a token."""


def choices(workflow: Workflow, target: LogTarget) -> list[Choice]:
    """The containers of a step's pod, with what the workflow alone knows of each."""
    inner = {
        node.display_name or node.name.rpartition(".")[2]: node
        for node in workflow.nodes.values()
        if node.type == "Container" and node.boundary_id == target.node.id
    }
    found = []
    for number, (name, role) in enumerate(container_roles(workflow, target.node), start=1):
        node = inner.get(name) or (target.node if name == MAIN else None)
        state, look = told_by(node) if node is not None else ("", "")
        found.append(Choice(number, name, role, state, look))
    return found


def told_by(node: Node) -> tuple[str, str]:
    """`Failed, exit 137`: what a step says of its container, and how that looks."""
    code = node.outputs.exit_code if node.outputs is not None else None
    words = node.phase or "Pending"
    if code and node.phase in (SUCCEEDED, FAILED, ERROR):
        words = f"{words}, exit {code}"
    return words, f"phase-{(node.phase or 'Pending').lower()}"


def told(state: ContainerState) -> tuple[str, str]:
    """`exit 137 (OOMKilled), 2 restarts`: what a pod says of a container, and how that looks."""
    if state.state == "terminated":
        is_good = state.exit_code == 0
        words = "ended" if state.exit_code is None else f"exit {state.exit_code}"
        reason = "" if state.reason in ("", "Completed", "Error") else f" ({state.reason})"
        words, look = f"{words}{reason}", "phase-succeeded" if is_good else "phase-failed"
    elif state.state == "running":
        words, look = "running", "phase-running"
    else:
        reason = f": {state.reason}" if state.reason else ""
        words, look = f"{state.state or 'waiting'}{reason}", "phase-pending"
    if state.restarts:
        words += f", {state.restarts} restart{'' if state.restarts == 1 else 's'}"
    return words, look


def with_pod(
    offered: Sequence[Choice], workflow: Workflow, target: LogTarget, pods: Sequence[Pod]
) -> list[Choice]:
    """The same containers, and how they are by what the cluster says of their pod."""
    pod = next((pod for pod in pods if pod.name == target.pod), None)
    if pod is None:
        return [_without_pod(choice, workflow, target) for choice in offered]
    states = {state.name: told(state) for state in pod.containers}
    found = []
    for choice in offered:
        words, look = states.pop(choice.name, ("not in its pod", "muted"))
        found.append(replace(choice, state=words, look=look))
    # What only the pod knows was put into it by somebody else: a mesh, a vault.
    for name, (words, look) in states.items():
        found.append(Choice(len(found) + 1, name, "added", words, look))
    return found


def _without_pod(choice: Choice, workflow: Workflow, target: LogTarget) -> Choice:
    if archived_log(workflow, target.node, choice.name) is not None:
        state = ", ".join(filter(None, (choice.state, "archived log")))
        return replace(choice, state=state)
    return choice if choice.state else replace(choice, state="gone with its pod", look="muted")


def _columns() -> tuple[Column[Choice], ...]:
    def number(choice: Choice, now: datetime) -> str:
        return str(choice.number) if choice.number < 10 else ""

    return (
        Column(
            id="number",
            title="",
            text=number,
            width=1,
            style=lambda choice: "muted",
            joined=True,
        ),
        Column(
            id="name",
            title="CONTAINER",
            text=lambda choice, now: choice.name,
            width=12,
            grow=2,
            cut="middle",
        ),
        Column(
            id="role",
            title="",
            text=lambda choice, now: choice.role,
            width=8,
            style=lambda choice: "muted",
        ),
        Column(
            id="state",
            title="STATE",
            text=lambda choice, now: choice.state,
            width=18,
            least=10,
            grow=3,
            style=lambda choice: choice.look,
        ),
    )


class ContainerScreen(ModalView[str | None]):
    """The list over the log; answers with the name of a container, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("containers.next", "next", "Next"),
        bind("containers.close", "cancel", "Close"),
        *(bind(f"containers.read-{n}", f"take_number({n})", system=True) for n in range(1, 10)),
    ]

    rows = query_one("#container-rows", Table)

    @dataclass
    class Told(Message):
        """What the cluster says of the workflow's pods."""

        pods: tuple[Pod, ...]

    @dataclass
    class NotTold(Message):
        """Why it says nothing."""

        error: SourceError

    def __init__(self, context: PaneContext, workflow: Workflow, target: LogTarget) -> None:
        super().__init__()
        self.context = context
        self._workflow = workflow
        self._target = target
        self._choices = choices(workflow, target)

    def compose(self) -> ComposeResult:
        """A box with the list in it."""
        with Vertical(id="containers"):
            yield HeaderLine(ascii=self.context.ascii)
            yield Table[Choice](
                _columns(),
                key=lambda choice: choice.name,
                ascii=self.context.ascii,
                markable=False,
                now=self.context.now(),
                id="container-rows",
            )

    def on_mount(self) -> None:
        """The names at once, the cursor on what is read now; how they are comes after."""
        box = self.query_one("#containers")
        node = self._target.node
        of = f"Containers of {node.title}"
        self.query_one(HeaderLine).show([(of, "heading")])
        box.border_subtitle = (
            f"{hint('containers.read')} reads  "
            f"{hint('containers.read-1')}-{hint('containers.read-9')} at once  "
            f"{hint('containers.next')} next  {hint('containers.close')} closes"
        )
        self._show(self._choices)
        self.rows.move_to(self._target.container)
        self.rows.focus()
        source = self.context.source
        if source is not None and source.port(Pods) is not None:
            self._ask()

    def _show(self, found: Sequence[Choice]) -> None:
        self._choices = list(found)
        self.query_one("#containers").styles.height = len(found) + FRAME
        self.rows.replace(self._choices)

    @work(thread=True, group="containers", exclusive=True)
    def _ask(self) -> None:
        source = self.context.source
        if source is None:
            return
        try:
            pods = offered(source, Pods).pods(self._workflow.ref)
        except Exception as error:
            self.post_message(self.NotTold(caught_in_source(error, "asking for pods")))
        else:
            self.post_message(self.Told(pods))

    @on(Told)
    def take_states(self, message: Told) -> None:
        """How each of them is; the cursor stays where it is."""
        found = choices(self._workflow, self._target)
        self._show(with_pod(found, self._workflow, self._target, message.pods))

    @on(NotTold)
    def say_why_not(self, message: NotTold) -> None:
        """Their names will do; the reason is told below."""
        self.context.say(f"how the containers are is not known: {message.error}", "warning")

    # --- keys ------------------------------------------------------------------------------

    @on(Table.Chosen, "#container-rows")
    def take(self) -> None:
        """Enter: this one."""
        choice = self.rows.current
        if isinstance(choice, Choice):
            self.dismiss(choice.name)

    def action_take_number(self, number: int) -> None:
        """A digit: that one, without going there."""
        if number <= len(self._choices):
            self.dismiss(self._choices[number - 1].name)

    def action_next(self) -> None:
        """The key that opened the list goes on in it."""
        self.rows.move_to_line((self.rows.cursor + 1) % max(1, len(self._choices)))

    def action_cancel(self) -> None:
        """The log that is read goes on."""
        self.dismiss(None)
