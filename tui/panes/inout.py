"""The In/Out pane: parameters, artifacts and results that went into a step and came out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui.domain.location import key_of, wired
from tui.domain.node import Artifact, Inputs, Node, Outputs
from tui.domain.workflow import OFFLOADED, Arguments, Workflow
from tui.panes.summary import field, parameters
from tui.panes.text_pane import TextPane


def artifacts(title: str, found: tuple[Artifact, ...]) -> Iterator[str]:
    """A block of artifacts with their paths."""
    if not found:
        return
    yield ""
    yield f"{title}:"
    for artifact in found:
        path = artifact.path or artifact.from_ or key_of(wired(artifact)) or ""
        deleted = " (deleted)" if artifact.deleted else ""
        yield field(f"  {artifact.name}", f"{path}{deleted}")


def of(inputs: Inputs | Arguments | None, outputs: Outputs | None) -> Iterator[str]:
    """The blocks of inputs and outputs."""
    if inputs:
        yield from parameters("input parameters", inputs.parameters)
        yield from artifacts("input artifacts", inputs.artifacts)
    if outputs:
        yield from parameters("output parameters", outputs.parameters)
        yield from artifacts("output artifacts", outputs.artifacts)
        if outputs.result is not None:
            yield ""
            yield field("result", outputs.result)
        if outputs.exit_code is not None:
            yield ""
            yield field("exit code", outputs.exit_code)


WRONG = re.compile(r"exit code: *[1-9]\d*")
"""An exit code of what failed."""


class InOutPane(TextPane):
    """Inputs and outputs of the step under the cursor; on the root, of the workflow."""

    def is_wrong(self, line: str) -> bool:
        """Whether it is an exit code that is not 0."""
        return WRONG.fullmatch(line) is not None

    def show(self, workflow: Workflow, node: Node | None, raw: bytes) -> None:
        """Show the inputs and outputs of a workflow or a step."""
        if node is None or node.id == workflow.metadata.name:
            outputs = workflow.status.outputs or (node.outputs if node else None)
            lines = list(of(workflow.exec_spec.arguments, outputs))
        else:
            lines = list(of(node.inputs, node.outputs))
        subject = (workflow.ref, node.id if node else "")
        if workflow.is_offloaded:
            lines += ["", f"inputs and outputs of its steps: {OFFLOADED}"]
        self.put(subject, "\n".join(lines).strip("\n") or "no inputs, no outputs")
