"""What one can do to a workflow: one file an action, each a pure plan of API calls (house.md 3.4).

`ACTIONS` are those with a key; bindings, palette, menus and help are made from it. Two of them
share what their key means: suspend and resume are each other's opposite, and `meant` says which one
applies.
"""

from __future__ import annotations

from tui.actions.base import Action
from tui.actions.delete import DELETE
from tui.actions.resubmit import RESUBMIT
from tui.actions.resume import RESUME
from tui.actions.retry import RETRY
from tui.actions.set_node import SET_NODE
from tui.actions.stop import STOP
from tui.actions.submit import SUBMIT
from tui.actions.suspend import SUSPEND
from tui.actions.terminate import TERMINATE
from tui.domain.workflow import ListedWorkflow
from tui.ports.connection import Capabilities

ACTIONS: tuple[Action, ...] = (RETRY, RESUBMIT, SUSPEND, RESUME, STOP, TERMINATE, DELETE)
"""What can be done to the workflow under the cursor, in the order of menus."""


def meant(binding: str, workflow: ListedWorkflow, capabilities: Capabilities) -> Action | None:
    """The action that a key means for this workflow: the first that is not refused.

    `binding` is the id of what the key means. If all are refused it is the first of them, so that
    its refusal can be told; None for the key of no action.
    """
    bound = [action for action in ACTIONS if action.binding_id == binding]
    for action in bound:
        if action.refusal(workflow, capabilities) is None:
            return action
    return bound[0] if bound else None


__all__ = ["ACTIONS", "RESUBMIT", "RETRY", "SET_NODE", "SUBMIT", "Action", "meant"]
