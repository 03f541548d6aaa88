"""The dialogs that list the containers and steps of a run: to mark whose logs are read as one, or
to choose one to read beside another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from textual import on

from tui.columns import Column
from tui.domain.node import Node
from tui.domain.order import natural
from tui.domain.templates import INIT, MAIN, WAIT, container_roles
from tui.domain.workflow import Workflow
from tui.keys import hint
from tui.panes.base import PaneContext
from tui.panes.row_box import RowBox
from tui.widgets.table import Table

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
    pods = sorted(pods, key=lambda node: (node.started_at or "9", natural(node.name)))
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


class LogStepsScreen(RowBox[LogRow, Wanted]):
    """The dialog over the log; its result is what was marked, or None."""

    def __init__(
        self, context: PaneContext, workflow: Workflow, pods: Sequence[Node], wanted: Wanted
    ) -> None:
        super().__init__(
            "Logs that are read as one",
            _columns(),
            rows_of(workflow, pods),
            key=lambda row: (row.kind, row.key),
            ascii=context.ascii,
            markable=True,
            now=context.now(),
        )
        self._wanted = wanted

    @property
    def keys_told(self) -> str:
        """Marks say what is read."""
        return (
            f"{hint('mark')} marks  {hint('take-back')} none  {hint('mark.all')} all  "
            f"{hint('containers.read')} reads  {hint('containers.close')} closes"
        )

    def opened(self) -> None:
        """What is read now is marked."""
        wanted, containers = self._wanted, self._wanted.containers or {MAIN}
        self.rows.marks = [
            (row.kind, row.key)
            for row in self.choices
            if (row.key in containers if row.kind == CONTAINER else row.key not in wanted.left_out)
        ]

    @on(Table.Chosen, "#container-rows")
    def choose(self) -> None:
        """Enter: read the logs that are marked; without a mark, that under the cursor."""
        marks = self.rows.marks
        steps = {row.key for row in self.choices if row.kind == STEP}
        chosen = {row.key for row in self.choices if (row.kind, row.key) in marks} & steps
        current = self.rows.current
        if not chosen and isinstance(current, LogRow) and current.kind == STEP:
            chosen = {current.key}
        containers = frozenset(
            row.key
            for row in self.choices
            if row.kind == CONTAINER and (row.kind, row.key) in marks
        )
        only_main = containers in (frozenset(), frozenset({MAIN}))
        left_out = frozenset(steps - chosen) if chosen else frozenset()
        self.dismiss(Wanted(frozenset() if only_main else containers, left_out))


class OtherLogScreen(RowBox[LogRow, str]):
    """The dialog that asks which log to read beside this one; its result is the id of a node."""

    def __init__(self, context: PaneContext, workflow: Workflow, pods: Sequence[Node]) -> None:
        rows = [row for row in rows_of(workflow, pods) if row.kind == STEP]
        # Whoever looks for one of many knows what it is called.
        rows.sort(key=lambda row: natural(row.name))
        super().__init__(
            "Log to read beside this one",
            _columns()[1:],
            rows,
            key=lambda row: row.key,
            ascii=context.ascii,
            now=context.now(),
        )

    @property
    def keys_told(self) -> str:
        """There is no key of its own that goes on."""
        return f"{hint('containers.read')} reads  {hint('containers.close')} closes"

    @on(Table.Chosen, "#container-rows")
    def choose(self) -> None:
        """Enter: that of the step under the cursor."""
        current = self.rows.current
        if isinstance(current, LogRow):
            self.dismiss(current.key)
