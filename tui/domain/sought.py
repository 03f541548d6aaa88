"""Which steps of a run are looked for: those of a name, of a field selector, or that failed.

Tree and graph look for the same ones, and show each with what it is part of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from tui.domain.attempts import Superseded, superseded_of
from tui.domain.forest import forgiven
from tui.domain.node import Node, NodeId
from tui.domain.selectors import node_selector
from tui.domain.workflow import Workflow


class Sought(NamedTuple):
    """Which steps are looked for; they are shown with what they are below."""

    text: str
    """As it was typed; "" for all."""
    matches: Callable[[Node], bool]
    problems: bool = False
    """Whether only what failed is shown."""

    def among(self, workflow: Workflow, nodes: Mapping[NodeId, Node]) -> Iterator[NodeId]:
        """Those of some nodes that are looked for; `workflow` is what they are of, as it may know
        of fewer."""
        if self.problems:
            yield from (key for key in problems_of(workflow) if self.matches(nodes[key]))
            return
        for key, node in nodes.items():
            if self.matches(node):
                yield key


PROBLEMS = Sought("problems only", lambda node: True, problems=True)


def sought_by(text: str) -> Sought | None:
    """What a typed text looks for: a field selector of nodes, `phase=Failed`, or a part of a name.

    None for nothing.
    """
    wanted = text.strip()
    if not wanted:
        return None
    selector = node_selector(wanted)
    if selector is not None:
        return Sought(f"with {wanted}", selector.matches)
    part = wanted.casefold()
    return Sought(f"like {wanted}", lambda node: part in node.title.casefold())


def problems_of(workflow: Workflow) -> Iterator[NodeId]:
    """What failed, without attempts that were tried again and what was forgiven."""
    superseded = Superseded(workflow.nodes, superseded_of(workflow))
    pardoned = forgiven(workflow)
    for key, node in workflow.nodes.items():
        if node.is_problem and key not in superseded and key not in pardoned:
            yield key
