"""Versions of one workflow, one after the other: what did not change stays the same object.

A running workflow of fifty thousand steps comes anew whenever one of them changes. Whoever shows it
looks for what is different; where unchanged nodes are the very objects they were, that takes a look
at their identity, not at their fields. Comparing the fields, once, is work for the thread of the
watch.
"""

from __future__ import annotations

from tui.domain.workflow import Workflow


def keep_nodes(workflow: Workflow, before: Workflow | None) -> int:
    """Put nodes of the version before in the place of equal ones; how many were not equal.

    Only for a version that was just read and that nobody else has seen.
    """
    nodes = workflow.nodes
    known = before.nodes if before is not None else {}
    changed = 0
    for key, node in nodes.items():
        old = known.get(key)
        if old is not None and old == node:
            nodes[key] = old
        else:
            changed += 1
    return changed
