"""What is in the workflow under the cursor, beside the list: told once it was read whole.

Apart from `glance.py`, so that a list does not wait for what trees are made of to be imported.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from tui.columns.nodes import node_seconds, node_token
from tui.columns.words import compact
from tui.domain import decode
from tui.domain.durations import epoch_of
from tui.domain.logtargets import LogTarget, best_target
from tui.domain.node import RUNNING, Node
from tui.domain.progress import EXECUTABLE
from tui.domain.reason import failed, failed_of, stuck, stuck_of
from tui.domain.status import node_icon
from tui.domain.workflow import Manifest, Workflow
from tui.kinds.base import Told

PROBLEMS, UNDER_WAY = 8, 6
"""How many steps that failed or wait, and how many that run, are told one by one."""


def log_of_failure(manifest: Manifest) -> tuple[Workflow, LogTarget] | None:
    """The log to read of what failed first; None where no container of it has begun."""
    workflow = decode.from_manifest(manifest)
    first = next(iter(failed_of(workflow)), None)
    node = workflow.nodes.get(first) if first is not None else None
    target = best_target(workflow, node) if node is not None else None
    return (workflow, target) if target is not None and target.has_begun else None


def hangs_on(workflow: Workflow) -> Node | None:
    """The step that failed first, else the first that waits in a run that is not over."""
    waits = () if workflow.is_completed else stuck_of(workflow)
    first = next(iter((*failed_of(workflow), *waits)), None)
    return workflow.nodes[first] if first is not None else None


def began_last(workflow: Workflow) -> Node | None:
    """Of the pods, the one that began last of those that run, else of all that ran."""
    pods = [node for node in workflow.nodes.values() if node.type == "Pod" and node.started_at]
    began = [(node.phase == RUNNING, epoch_of(node.started_at) or 0.0, node) for node in pods]
    return max(began, key=lambda each: each[:2])[2] if began else None


def steps(manifest: Manifest, now: datetime, *, ascii: bool) -> list[Told]:
    """Its steps: those it hangs on, those that run, and how many there are of the others."""
    workflow = decode.from_manifest(manifest)
    nodes = workflow.nodes
    pods = {key: node for key, node in nodes.items() if node.type in EXECUTABLE}
    if not pods:
        return []
    waits = [] if workflow.is_completed else stuck(nodes)
    hangs = [*failed(nodes), *waits]
    runs = [key for key, node in pods.items() if node.phase == RUNNING and key not in hangs]
    count = "1 step" if len(pods) == 1 else f"{len(pods)} steps, problems first"
    told = [Told("", ""), Told("", count)]
    for key in (*hangs[:PROBLEMS], *runs[:UNDER_WAY]):
        node = nodes[key]
        took = compact(node_seconds(node, now))
        line = f"{node_icon(node, ascii=ascii)} {node.display_name}  {took}".rstrip()
        told.append(Told("", line, node_token(node)))
        if node.message:
            told.append(Told(" ", node.message, "problem" if node.is_problem else ""))
    named = {*hangs, *runs}
    others = Counter(node.phase for key, node in pods.items() if key not in named)
    more = [f"{len(hangs) - PROBLEMS} more problems"] if len(hangs) > PROBLEMS else []
    more += [f"{len(runs) - UNDER_WAY} more run"] if len(runs) > UNDER_WAY else []
    more += [f"{count} {phase.lower()}" for phase, count in others.most_common() if phase]
    return [*told, Told("", ", ".join(more), "muted")]
