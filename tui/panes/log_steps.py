"""The dialog that lists the containers and steps of a run, to mark whose logs are read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.getters import query_one

from tui.bindings import bind
from tui.columns import Column
from tui.domain.node import Node
from tui.domain.templates import INIT, MAIN, WAIT, container_roles
from tui.domain.workflow import Workflow
from tui.keys import hint
from tui.panes.base import PaneContext
from tui.view import ModalView
from tui.widgets.header import HeaderLine
from tui.widgets.table import Table

FRAME = 4
"""Rows of the box besides what is listed."""
MOST_ROWS = 18
STEP, CONTAINER = "step", "container"


class Wanted(NamedTuple):
    """What was chosen."""

    containers: frozenset[str]
    """Names of containers, `main` for the programs' own; none for that alone."""
    left_out: frozenset[str]
    """Ids of nodes whose logs are not shown."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the list."""

    kind: str
    key: str
    name: str
    state: str = ""
    look: str = ""
    """A style token."""


def rows_of(workflow: Workflow, pods: Iterable[Node]) -> list[LogRow]:
    """The containers that pods of these have, then the pods themselves, in the order they began."""
    pods = sorted(pods, key=lambda node: (node.started_at or "9", node.name))
    roles: dict[str, str] = {MAIN: "the programs' own"}
    for template in {node.template: node for node in pods}.values():
        for name, role in container_roles(workflow, template):
            if role in ("sidecar", "init", "Argo's"):
                roles.setdefault(name, role)
    last = [name for name in (INIT, WAIT) if name in roles]
    names = [name for name in roles if name not in last] + last
    rows = [LogRow(CONTAINER, name, name, roles[name], "muted") for name in names]
    return rows + [
        LogRow(STEP, node.id, node.title, node.phase, f"phase-{(node.phase or 'Pending').lower()}")
        for node in pods
    ]


def _columns() -> tuple[Column[LogRow], ...]:
    return (
        Column(
            id="kind", title="", text=lambda row, now: row.kind, width=9, style=lambda row: "muted"
        ),
        Column(
            id="name", title="NAME", text=lambda row, now: row.name, width=16, grow=2, cut="middle"
        ),
        Column(
            id="state",
            title="STATE",
            text=lambda row, now: row.state,
            width=18,
            least=9,
            style=lambda row: row.look,
        ),
    )


class LogStepsScreen(ModalView[Wanted | None]):
    """The dialog over the log; its result is what was marked, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("containers.next", "next", "Next"),
        bind("containers.close", "cancel", "Close"),
    ]

    rows = query_one("#container-rows", Table)

    def __init__(
        self, context: PaneContext, workflow: Workflow, pods: Sequence[Node], wanted: Wanted
    ) -> None:
        super().__init__()
        self.context = context
        self._choices = rows_of(workflow, pods)
        self._wanted = wanted

    def compose(self) -> ComposeResult:
        """A box with the list in it."""
        with Vertical(id="containers"):
            yield HeaderLine(ascii=self.context.ascii)
            yield Table[LogRow](
                _columns(),
                key=lambda row: (row.kind, row.key),
                ascii=self.context.ascii,
                now=self.context.now(),
                id="container-rows",
            )

    def on_mount(self) -> None:
        """Show all, what is read now marked."""
        box = self.query_one("#containers")
        self.query_one(HeaderLine).show([("Logs that are read as one", "heading")])
        box.border_subtitle = (
            f"{hint('mark')} marks  {hint('mark.none')} none  {hint('mark.all')} all  "
            f"{hint('containers.read')} reads  {hint('containers.close')} closes"
        )
        box.styles.height = min(MOST_ROWS, len(self._choices)) + FRAME
        self.rows.replace(self._choices)
        wanted, containers = self._wanted, self._wanted.containers or {MAIN}
        self.rows.marks = [
            (row.kind, row.key)
            for row in self._choices
            if (row.key in containers if row.kind == CONTAINER else row.key not in wanted.left_out)
        ]
        self.rows.focus()

    @on(Table.Chosen, "#container-rows")
    def choose(self) -> None:
        """Enter: read the logs that are marked; without a mark, that under the cursor."""
        marks = self.rows.marks
        steps = {row.key for row in self._choices if row.kind == STEP}
        chosen = {row.key for row in self._choices if (row.kind, row.key) in marks} & steps
        current = self.rows.current
        if not chosen and isinstance(current, LogRow) and current.kind == STEP:
            chosen = {current.key}
        containers = frozenset(
            row.key
            for row in self._choices
            if row.kind == CONTAINER and (row.kind, row.key) in marks
        )
        only_main = containers in (frozenset(), frozenset({MAIN}))
        left_out = frozenset(steps - chosen) if chosen else frozenset()
        self.dismiss(Wanted(frozenset() if only_main else containers, left_out))

    def action_next(self) -> None:
        """Move the cursor to the next row; the key is the one that opened the list."""
        self.rows.move_to_line((self.rows.cursor + 1) % max(1, len(self._choices)))

    def action_cancel(self) -> None:
        """Close the list and keep what is read."""
        self.dismiss(None)

    def tick(self, now: datetime) -> None:
        """Nothing here changes with the time."""
