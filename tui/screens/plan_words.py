"""The words of a question: what a plan would do, or several together, and every call that does it.

All of it can be read, so nothing is left out to make it short: what is true of each workflow is
said once, what is its own stands under its name, and the box scrolls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tui.actions.base import Plan
from tui.actions.manifests import API_VERSION
from tui.actions.words import calls, counted
from tui.domain.workflow import WorkflowRef

PlannedWorkflow = tuple[WorkflowRef, Plan]
MOST_WORKFLOWS = 100
"""Workflows that are told of one by one, and …"""
MOST_CALLS = 300
"""… calls; nobody reads more, and each choice makes these words anew."""
GROUP, SHORT = f"/apis/{API_VERSION}", "…"
"""What the path of every workflow begins with would leave no room for its name."""


def words_of_one(plan: Plan) -> list[str]:
    """What it would do, and how."""
    return [*plan.lines, *_calls([plan])]


def words_of_several(
    planned: Sequence[PlannedWorkflow], phases: Mapping[WorkflowRef, str]
) -> list[str]:
    """What they would do in sum, then what is true of each, then each by itself, then the calls."""
    if not planned:
        return []
    plans = [plan for _, plan in planned]
    namespaces = {ref.namespace for ref, _ in planned}
    others = [set(plan.lines) for plan in plans[1:]]
    shared = [line for line in plans[0].lines if all(line in lines for lines in others)]
    told = [_sum(plans, namespaces), *shared]
    for ref, plan in planned[:MOST_WORKFLOWS]:
        where = f" in {ref.namespace}" if len(namespaces) > 1 else ""
        told.append(f"{plan.title}{where} ({phases.get(ref, 'gone')})")
        told += [f"  {line}" for line in plan.lines if line not in shared]
    told += _rest(len(planned) - MOST_WORKFLOWS)
    return [*told, *_calls(plans)]


def _sum(plans: Sequence[Plan], namespaces: set[str]) -> str:
    writes = [write for plan in plans for write in plan.writes]
    pods = sum(write.method == "DELETE" and "/pods/" in write.path for write in writes)
    parts = [counted(len(plans), "workflow")]
    if len(namespaces) > 1:
        parts[0] += f" in {counted(len(namespaces), 'namespace')}"
    if pods:
        parts.append(f"{counted(pods, 'pod')} deleted with their logs")
    return f"In all: {', '.join([*parts, counted(len(writes), 'API call')])}"


def _calls(plans: Sequence[Plan]) -> Iterable[str]:
    writes = [write for plan in plans for write in plan.writes]
    if writes:
        yield f"Calls, one after the other ({SHORT} is {GROUP}):"
        for call in calls(writes[:MOST_CALLS]):
            yield f"  {call.strip().replace(f' {GROUP}/', f' {SHORT}/', 1)}"
        yield from _rest(len(writes) - MOST_CALLS)


def _rest(more: int) -> list[str]:
    return [f"… and {more} more"] if more > 0 else []
