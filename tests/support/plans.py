"""The calls that a plan comes down to on a cluster."""

from __future__ import annotations

from tui.actions.base import Plan
from tui.ports.operations import Call
from tui.sources.kubernetes_operations import calls


def calls_of(plan: Plan) -> tuple[Call, ...]:
    """What a cluster would be sent; nothing where there is nothing to do."""
    return calls(plan.operation) if plan.operation is not None else ()
