"""Our widgets on full screens, moved by keys: what the byte budgets are measured on.

`python widgets_app.py (list|tree|graph|log) [--no-diff]`. Time stands still until `t` is pressed.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType

from tui.columns import workflow_columns
from tui.domain.logs import blocks_of
from tui.domain.node import Node, NodeId
from tui.domain.workflow import ListedStatus, ListedWorkflow, Metadata, Status, Workflow
from tui.logs.book import LogBook
from tui.terminal.capabilities import detect
from tui.terminal.output import CellDiffMixin
from tui.widgets.graph import GraphView
from tui.widgets.hints import Hints
from tui.widgets.line_view import LineView
from tui.widgets.status_line import StatusLine
from tui.widgets.step_tree import StepTree
from tui.widgets.table import Table
from tui.widgets.text_view import TextView

NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)
PHASES = ("Succeeded", "Failed", "Succeeded", "Running", "Pending")
ROWS = 500
RUNNING = 15
"""Steps that run."""


def moment(seconds: int) -> str:
    return (NOON - timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def workflow(number: int, done: int = 3) -> ListedWorkflow:
    phase = "Running" if number < 10 else PHASES[number % 5]
    return ListedWorkflow(
        metadata=Metadata(
            name=f"nightly-etl-{number:04}-x7k2p",
            namespace="ml",
            creation_timestamp=moment(4000 + number * 61),
        ),
        status=ListedStatus(
            phase=phase,
            progress=f"{done + 100}/480",
            started_at=moment(3000 + number * 7),
            finished_at=None if phase == "Running" else moment(1000),
            message="train(3): OOMKilled main (exit code 137)" if phase == "Failed" else "",
        ),
    )


def steps(message: str = "", ended: int = 0) -> Workflow:
    """Three hundred steps of which some run; so many of those have ended by now."""
    nodes = {
        NodeId("etl"): Node(
            id=NodeId("etl"), name="etl", display_name="etl", type="DAG", phase="Running"
        )
    }
    for number in range(300):
        key = NodeId(f"etl-{number}")
        nodes[key] = Node(
            id=key,
            name=f"etl.step-{number}",
            display_name=f"step-{number}",
            type="Pod",
            template_name="train",
            phase="Running" if ended <= number < RUNNING else "Succeeded",
            boundary_id=NodeId("etl"),
            started_at=moment(3000 - number),
            finished_at=(
                None if ended <= number < RUNNING else moment(0) if number < ended else moment(1000)
            ),
            message=message if number == 2 else "",
        )
    return Workflow(metadata=Metadata(name="etl"), status=Status(phase="Running", nodes=nodes))


def stages(phase: str = "Running") -> Workflow:
    """Twelve stages of sixteen steps, each of which leads to two of the next stage."""
    names = [[f"stage-{at}-step-{n}" for n in range(16)] for at in range(12)]
    nodes = {
        NodeId("etl"): Node(
            id=NodeId("etl"), name="etl", display_name="etl", type="DAG", phase="Running",
            children=tuple(map(NodeId, names[0])),
        )
    }  # fmt: skip
    for at, stage in enumerate(names):
        after = names[at + 1] if at + 1 < len(names) else []
        for n, name in enumerate(stage):
            nodes[NodeId(name)] = Node(
                id=NodeId(name),
                name=f"etl.{name}",
                display_name=name,
                type="Pod",
                template_name="train",
                phase=phase if (at, n) == (0, 8) else "Succeeded",
                boundary_id=NodeId("etl"),
                children=tuple(NodeId(each) for each in (after[n : n + 1] + after[-1:])),
                started_at=moment(3000 - at),
                finished_at=moment(1000),
            )
    return Workflow(metadata=Metadata(name="etl"), status=Status(phase="Running", nodes=nodes))


def log_line(number: int) -> bytes:
    return b"10:%02d:%02d epoch %d/40 step=%d lr=0.0003 loss=0.%03d shard %s\n" % (
        number // 60 % 60,
        number % 60,
        number // 40,
        number * 11,
        number * 37 % 1000,
        b"x" * (number * 13 % 40),
    )


class WidgetsApp(CellDiffMixin, App[None]):
    """One widget, a status line, a row of hints."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        ("q", "quit", "Quit"),
        ("8", "change_one", "One row"),
        ("2", "change_unseen", "Off the screen"),
        ("3", "say", "Say"),
        ("9", "end_one", "A step ends"),
        ("0", "no_bars", "No bars"),
        ("t", "tick", "Tick"),
    ]

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what
        self.count = 3
        self.ended = 0
        self.seconds = 0
        self.book = LogBook()
        self.workflows: Table[ListedWorkflow] = Table(
            workflow_columns(), key=lambda w: w.ref, now=NOON
        )
        self.forest = StepTree(now=NOON)
        self.graph = GraphView(now=NOON)
        self.log_lines = TextView(follow=True)

    def compose(self) -> ComposeResult:
        shown: dict[str, LineView] = {
            "list": self.workflows,
            "tree": self.forest,
            "graph": self.graph,
            "log": self.log_lines,
        }
        yield shown[self.what]
        yield StatusLine()
        yield Hints()

    def on_mount(self) -> None:
        if self.size.width >= 100:
            self.log_lines.styles.width = "50%"  # beside the tree, as on a workflow's screen
        self.workflows.replace([workflow(number) for number in range(ROWS)])
        self.forest.show(steps())
        self.graph.show(stages())
        self.book.append(blocks_of(log_line(number) for number in range(ROWS)))
        self.log_lines.show(self.book)

    def action_change_one(self) -> None:
        self.count += 1
        if self.what == "list":
            self.workflows.update_item(5, workflow(5, self.count))
        elif self.what == "tree":
            self.forest.show(steps(f"try {self.count}"))
        elif self.what == "graph":
            self.graph.show(stages("Failed" if self.count % 2 else "Running"))
        else:
            came = self.book.append(blocks_of([log_line(ROWS + self.count)]))
            self.log_lines.lines_appended(*came)

    def action_end_one(self) -> None:
        self.ended += 1
        self.forest.show(steps(ended=self.ended))

    def action_no_bars(self) -> None:
        self.forest.choose_column("timeline", False)

    def action_change_unseen(self) -> None:
        self.count += 1
        for number in range(100, 200):
            self.workflows.update_item(number, workflow(number, self.count))

    def action_say(self) -> None:
        self.count += 1
        self.query_one(StatusLine).say(f"{self.count} workflows deleted")

    def action_tick(self) -> None:
        self.seconds += 1
        now = NOON + timedelta(seconds=self.seconds)
        self.workflows.tick(now)
        self.forest.tick(now)


if __name__ == "__main__":
    app = WidgetsApp(sys.argv[1])
    app.use_terminal(detect(os.environ), diff="--no-diff" not in sys.argv)
    app.run(mouse=False)
