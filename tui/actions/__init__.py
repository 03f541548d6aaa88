"""What one can do: each a pure plan with the words about it (house.md 3.4).

Bindings, palette, menus, help and `argo-tui plan` are made from the registry. Actions may share
what their key means: suspend and resume are each other's opposite, and the verdict about what is
under the cursor says which of them applies.
"""

from __future__ import annotations

from tui.actions.base import Action, On
from tui.actions.delete import DELETE
from tui.actions.resubmit import RESUBMIT
from tui.actions.retry import RETRY
from tui.actions.set_node import SET_NODE
from tui.actions.shell import SHELL
from tui.actions.stop import STOP, TERMINATE
from tui.actions.submit import SUBMIT
from tui.actions.suspend import RESUME, SUSPEND
from tui.registry import Registry

ACTIONS: Registry[Action] = Registry(
    "action", (RETRY, RESUBMIT, SUSPEND, RESUME, STOP, TERMINATE, DELETE, SHELL)
)
"""What can be done to what is under the cursor, in the order of menus."""


def actions_of(kind: str, *on: On) -> tuple[Action, ...]:
    """The actions on objects of a kind, or on these parts of them."""
    return tuple(action for action in ACTIONS if kind in action.kinds and action.on in on)


def called(id: str) -> tuple[Action, ...]:
    """The action of this id; or, if it is what a key means, all actions that share it."""
    exact = ACTIONS.get(id)
    return (exact,) if exact else tuple(one for one in ACTIONS if one.binding_id == id)


__all__ = ["ACTIONS", "RESUBMIT", "RETRY", "SET_NODE", "SUBMIT", "Action", "actions_of", "called"]
