"""Everything that screens ask about all nodes of a run, asked on the thread that reads it.

The event loop then finds the answers with the version it is given (`domain.once`), so that one more
update of a run costs it no more for fifty thousand nodes than for fifty.
"""

from __future__ import annotations

from tui.domain import progress
from tui.domain.attempts import superseded_of
from tui.domain.branches import group_parents_of, inside
from tui.domain.fans import keep_grove
from tui.domain.forest import forgiven, gaps_of
from tui.domain.load import asked_in
from tui.domain.logtargets import POD, best_pod, best_target, coming_pods, keep_begun, shared_titles
from tui.domain.node import NodeId
from tui.domain.once import once
from tui.domain.reason import reasons_of
from tui.domain.slowest import keep_durations, slowest
from tui.domain.status import has_active_suspend
from tui.domain.timeline import begun_and_over
from tui.domain.versions import keep_nodes
from tui.domain.workflow import Workflow

INSIDE = ("DAG", "Steps")
"""Types of nodes that contain other nodes."""
MOST = 10
"""Number of slowest steps that are shown."""


def prepare(
    version: Workflow,
    before: Workflow | None,
    selected: NodeId | None = None,
    marked: frozenset[NodeId] = frozenset(),
) -> None:
    """Work out what will be asked about a version, about the node that is looked at, and about
    those that are marked.

    Nodes that are equal to those of the version before become those. Only for a version that was
    just read and is not used anywhere else yet.
    """
    keep_nodes(version, before)
    if before is not None:
        keep_durations(version, before)
    else:
        superseded_of(version)
        forgiven(version)
    has_active_suspend(version)
    reasons_of(version)
    slowest(version, None, MOST)
    begun_and_over(version)
    if before is not None:
        keep_grove(version, before)
    gaps_of(version, True)
    node = version.nodes.get(selected) if selected else None
    if node is not None and node.name == version.metadata.name and node.type != POD:
        node = None  # the root stands for the whole
    best_target(version, node)
    shared_titles(version)
    asked_in(version, "" if node is None else node.id)
    group_parents_of(version)  # of which step a log is an attempt
    keep_begun(version, before, None if node is None else node.id)
    coming_pods(version, None if node is None else node.id)
    if marked:
        within = marked if len(marked) > 1 else next(iter(marked))
        keep_begun(version, before, within)
        coming_pods(version, within)
        best_pod(version, within)
    if node is not None and node.type in INSIDE:
        progress_within(version, node.id)
        slowest(version, node.id, MOST)


@once
def progress_within(workflow: Workflow, key: NodeId) -> tuple[int, int]:
    """Done and all of what executes inside a node, at any depth."""
    nodes = workflow.nodes
    keys = inside(workflow, nodes[key]) if key in nodes else []
    known = [found for each in keys if (found := progress.of_node(nodes[each])) is not None]
    return sum(done for done, _ in known), sum(total for _, total in known)
