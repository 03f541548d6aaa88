"""Successive versions of one workflow, in which unchanged nodes stay the same objects.

A running workflow of fifty thousand steps is read again whenever one of them changes. A widget
looks for differences; where unchanged nodes are the same objects, that takes a comparison
of identities, not of fields. Comparing the fields, once, is done on the thread of the
watch.
"""

from __future__ import annotations

from tui.domain.workflow import Workflow


def keep_nodes(workflow: Workflow, before: Workflow | None) -> int:
    """Replace nodes by equal ones of the version before; returns how many were not equal.

    Only for a version that was just read and is not used anywhere else yet.
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
