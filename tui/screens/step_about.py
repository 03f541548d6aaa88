"""What the cursor is on, in the room that a short tree leaves below itself.

The tree says a message in one line; here it is whole, and beside it what one would otherwise open a
pane for: template, inputs, outputs, exit code, and why a container ran out of memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from textual.strip import Strip

from tui.columns.nodes import node_token
from tui.domain.allowance import allowance_of
from tui.domain.node import PROBLEM_PHASES, Artifact, Node, Parameter
from tui.domain.podname import pod_name
from tui.domain.quantity import memory
from tui.domain.status import node_icon
from tui.domain.templates import image_of
from tui.domain.workflow import LABEL, Workflow
from tui.panes.summary import hangs_on
from tui.widgets.cells import Piece, plain, printable, rule, strip_of, width_of, wrapped
from tui.widgets.line_view import LineView

LABEL_WIDTH = 11
"""Cells of the words before a value, the blank behind them included."""
LONGEST = 2000
"""Characters of one value that are told; the panes have the rest."""
MOST_WIDTH = 110
"""Cells of a line: longer ones are not read easily."""


class Fact(NamedTuple):
    """A line or more: words, a value, and the token of its style."""

    label: str
    value: str
    token: str = ""
    pane: str = "summary"
    """The pane that says it, too."""


def facts_of(
    workflow: Workflow, node: Node | None, pod_names: str, *, ascii: bool, front: str = ""
) -> list[Fact]:
    """What there is to know of a step, the most important first; of the whole for None.

    What the pane in front says stands there, and not twice.
    """
    found = _of_workflow(workflow) if node is None else _of_node(workflow, node, pod_names, ascii)
    return [fact for fact in found if fact.value and fact.pane != front]


def _of_workflow(workflow: Workflow) -> Iterator[Fact]:
    meta, ref = workflow.metadata, workflow.spec.workflow_template_ref
    is_problem = workflow.phase in PROBLEM_PHASES
    yield Fact("", workflow.status.message, "problem" if is_problem else "")
    for line in hangs_on(workflow):
        label, _, value = line.partition(":")
        yield Fact(label.strip(), value.strip()) if label.strip() else Fact("", line.strip())
    yield Fact("template", f"{ref.name}{' (cluster)' if ref.cluster_scope else ''}" if ref else "")
    yield Fact("cron", meta.labels.get(f"{LABEL}cron-workflow", ""))
    yield Fact("inputs", _values(workflow.exec_spec.arguments.parameters), pane="inout")
    outputs = workflow.status.outputs
    yield Fact("outputs", _values(outputs.parameters) if outputs else "", pane="inout")


def _of_node(workflow: Workflow, node: Node, pod_names: str, ascii: bool) -> Iterator[Fact]:
    icon = node_icon(node, ascii=ascii)
    said = f"{icon} {node.phase}  {node.message}".strip()
    yield Fact("", said, "problem" if node.is_problem else node_token(node))
    inputs, outputs = node.inputs, node.outputs
    code = outputs.exit_code if outputs and outputs.exit_code else ""
    yield Fact("exit code", code)
    yield Fact("memory", _memory(workflow, node))
    yield Fact("waits for", node.waits_for)
    yield Fact("template", node.template)
    if node.type == "Pod":
        yield Fact("pod", pod_name(workflow, node, pod_names))
        yield Fact("node", node.host_node_name)
        yield Fact("image", image_of(workflow, node) if node.is_problem else "")
    if inputs:
        given = _joined(_values(inputs.parameters), _names(inputs.artifacts))
        yield Fact("inputs", given, pane="inout")
    if outputs:
        made = _joined(_values(outputs.parameters), _names(outputs.artifacts))
        yield Fact("outputs", made, pane="inout")
        yield Fact("result", outputs.result or "", pane="inout")


def _memory(workflow: Workflow, node: Node) -> str:
    """What a container that ran out of memory had."""
    known = allowance_of(workflow, node).memory() if node.ran_out_of_memory else None
    return f"{known[1]} {memory(known[0])}" if known else ""


def _values(parameters: Iterable[Parameter]) -> str:
    found = ((p.name, p.value if p.value is not None else p.default) for p in parameters)
    return "  ".join(f"{name}={value}" for name, value in found if value is not None)


def _names(artifacts: Iterable[Artifact]) -> str:
    return ", ".join(artifact.name for artifact in artifacts)


def _joined(*parts: str) -> str:
    return "  ".join(part for part in parts if part)


class StepAbout(LineView, can_focus=False):
    """A rule with the name of what the cursor is on, and the facts of it below."""

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(id="about-step")
        self.ascii = ascii
        self._title = ""
        self._facts: Sequence[Fact] = ()
        self._rows: tuple[int, list[tuple[str, str, str]]] | None = None
        """The width that they were made for, and label, text and token of each row."""

    def show(self, title: str, facts: Sequence[Fact]) -> None:
        """Tell this."""
        if (title, facts) != (self._title, self._facts):
            self._title, self._facts, self._rows = title, facts, None
            self.repaint()

    def _made(self, width: int) -> list[tuple[str, str, str]]:
        if self._rows is None or self._rows[0] != width:
            self._rows = width, list(self._lines(width))
        return self._rows[1]

    def _lines(self, width: int) -> Iterator[tuple[str, str, str]]:
        for label, value, token, _ in self._facts:
            words = plain(printable(value[:LONGEST]), self.ascii)
            before = f"{label:<{LABEL_WIDTH - 1}} " if label else ""
            for row in wrapped(words, min(width, MOST_WIDTH) - len(before) - 2):
                yield before, row, token
                before = " " * len(before)

    def line_at(self, y: int) -> Strip:
        """The title on a rule, then a row of the facts."""
        width, base = self.size.width, self.token("")
        if not self._title:
            return Strip.blank(width, base)
        if y == 0:
            line = rule(False, ascii=self.ascii)
            title = plain(printable(self._title), self.ascii)
            pieces: list[Piece] = [(line, self.token("guide")), (f" {title} ", self.token("muted"))]
            left = max(0, width - width_of(title) - 3)
            return strip_of([*pieces, (line * left, self.token("guide"))], width, base)
        rows = self._made(width)
        if y > len(rows):
            return Strip.blank(width, base)
        if y == self.size.height - 1 and len(rows) > y:
            more = f" {plain('…', self.ascii)} {len(rows) - y + 1} more lines"
            return strip_of([(more, self.token("muted"))], width, base)
        label, text, token = rows[y - 1]
        return strip_of(
            [(" ", base), (label, self.token("muted")), (text, self.token(token))], width, base
        )
