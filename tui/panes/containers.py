"""The dialog that lists the containers of a step with their states, to choose a log.

The names come from the template and are shown at once. The states are read from the pod; if the pod
is gone, they are what the workflow still knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
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
from tui.panes.row_box import RowBox
from tui.ports.connection import offered
from tui.ports.pods import ContainerState, Pod, Pods
from tui.widgets.table import Table


@dataclass(frozen=True, slots=True)
class ContainerRow:
    """One row of the list."""

    number: int
    name: str
    role: str
    state: str = ""
    look: str = ""
    """A style token."""


def container_rows(workflow: Workflow, target: LogTarget) -> list[ContainerRow]:
    """The containers of a step's pod, with the states that the workflow knows."""
    inner = {
        node.display_name or node.name.rpartition(".")[2]: node
        for node in workflow.nodes.values()
        if node.type == "Container" and node.boundary_id == target.node.id
    }
    found = []
    for number, (name, role) in enumerate(container_roles(workflow, target.node), start=1):
        node = inner.get(name) or (target.node if name == MAIN else None)
        state, look = node_state(node) if node is not None else ("", "")
        found.append(ContainerRow(number, name, role, state, look))
    return found


def node_state(node: Node) -> tuple[str, str]:
    """The state of a container by its node, such as `Failed, exit 137`, and its style token."""
    code = node.outputs.exit_code if node.outputs is not None else None
    words = node.phase or "Pending"
    if code and node.phase in (SUCCEEDED, FAILED, ERROR):
        words = f"{words}, exit {code}"
    return words, f"phase-{(node.phase or 'Pending').lower()}"


def pod_state(state: ContainerState) -> tuple[str, str]:
    """The state by the pod, such as `exit 137 (OOMKilled), 2 restarts`, and its style token."""
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
    offered: Sequence[ContainerRow], workflow: Workflow, target: LogTarget, pods: Sequence[Pod]
) -> list[ContainerRow]:
    """The same containers, with the states that their pod has in the cluster."""
    pod = next((pod for pod in pods if pod.name == target.pod), None)
    if pod is None:
        return [_without_pod(choice, workflow, target) for choice in offered]
    states = {state.name: pod_state(state) for state in pod.containers}
    found = []
    for choice in offered:
        words, look = states.pop(choice.name, ("not in its pod", "muted"))
        found.append(replace(choice, state=words, look=look))
    # Containers that only the pod has were injected, for example by a service mesh.
    for name, (words, look) in states.items():
        found.append(ContainerRow(len(found) + 1, name, "added", words, look))
    return found


def _without_pod(choice: ContainerRow, workflow: Workflow, target: LogTarget) -> ContainerRow:
    if archived_log(workflow, target.node, choice.name) is not None:
        state = ", ".join(filter(None, (choice.state, "archived log")))
        return replace(choice, state=state)
    return choice if choice.state else replace(choice, state="gone with its pod", look="muted")


def _columns() -> tuple[Column[ContainerRow], ...]:
    def number(choice: ContainerRow, now: datetime) -> str:
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


class ContainerScreen(RowBox[ContainerRow, str]):
    """The dialog over the log; its result is the name of a container, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(bind(f"containers.read-{n}", f"choose_number({n})", system=True) for n in range(1, 10)),
    ]

    @dataclass
    class PodsRead(Message):
        """The pods of the workflow were read."""

        pods: tuple[Pod, ...]

    @dataclass
    class PodsUnreadable(Message):
        """The pods of the workflow could not be read."""

        error: SourceError

    def __init__(self, context: PaneContext, workflow: Workflow, target: LogTarget) -> None:
        super().__init__(
            f"Containers of {target.node.title}",
            _columns(),
            container_rows(workflow, target),
            key=lambda choice: choice.name,
            ascii=context.ascii,
            now=context.now(),
        )
        self.context = context
        self._workflow = workflow
        self._target = target

    @property
    def keys_told(self) -> str:
        """A digit chooses at once."""
        return (
            f"{hint('containers.read')} reads  "
            f"{hint('containers.read-1')}-{hint('containers.read-9')} at once  "
            f"{hint('containers.next')} next  {hint('containers.close')} closes"
        )

    def opened(self) -> None:
        """The cursor is on the container that is read; states follow."""
        self.rows.move_to(self._target.container)
        source = self.context.source
        if source is not None and source.port(Pods) is not None:
            self._ask()

    @work(thread=True, group="containers", exclusive=True)
    def _ask(self) -> None:
        source = self.context.source
        if source is None:
            return
        try:
            pods = offered(source, Pods).pods(self._workflow.ref)
        except Exception as error:
            self.post_message(self.PodsUnreadable(caught_in_source(error, "asking for pods")))
        else:
            self.post_message(self.PodsRead(pods))

    @on(PodsRead)
    def show_states(self, message: PodsRead) -> None:
        """Show the states; the cursor stays where it is."""
        found = container_rows(self._workflow, self._target)
        self.put(with_pod(found, self._workflow, self._target, message.pods))

    @on(PodsUnreadable)
    def show_problem(self, message: PodsUnreadable) -> None:
        """Say on the status line why there are no states; the names stay."""
        self.context.say(f"cannot read the states of the containers: {message.error}", "warning")

    # --- keys ------------------------------------------------------------------------------

    @on(Table.Chosen, "#container-rows")
    def choose(self) -> None:
        """Enter: read the log of the container under the cursor."""
        choice = self.rows.current
        if isinstance(choice, ContainerRow):
            self.dismiss(choice.name)

    def action_choose_number(self, number: int) -> None:
        """A digit: read the log of the container with this number."""
        if number <= len(self.choices):
            self.dismiss(self.choices[number - 1].name)
