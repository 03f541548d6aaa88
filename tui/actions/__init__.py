"""What one can do: each a pure plan with the words about it (house.md 3.4).

Bindings, palette, menus, help and `argo-tui plan` are made from the registry. Actions may share
what their key means: suspend and resume are each other's opposite, and the verdict about what is
under the cursor says which of them applies.
"""

from __future__ import annotations

from collections.abc import Iterable

from tui.actions import cron
from tui.actions.base import Action, On
from tui.actions.definitions import (
    CREATES,
    DELETE_CLUSTER_TEMPLATE,
    DELETE_CRON,
    DELETE_TEMPLATE,
    EDITS,
    LINTS,
    RUN,
    RUN_CLUSTER,
    TRIGGER,
)
from tui.actions.delete import DELETE
from tui.actions.resubmit import RESUBMIT
from tui.actions.retry import RETRY
from tui.actions.set_node import SET_NODE
from tui.actions.shell import SHELL
from tui.actions.steps import ANSWER, FROM_HERE
from tui.actions.stop import STOP, TERMINATE
from tui.actions.submit import EDIT_COPY, SUBMIT
from tui.actions.suspend import RESUME, SUSPEND
from tui.registry import Registry

ACTIONS: Registry[Action] = Registry(
    "action",
    (
        RETRY,
        RESUBMIT,
        EDIT_COPY,
        SUSPEND,
        RESUME,
        STOP,
        TERMINATE,
        DELETE,
        SHELL,
        ANSWER,
        FROM_HERE,
        RUN,
        RUN_CLUSTER,
        TRIGGER,
        cron.BACKFILL,
        cron.SUSPEND,
        cron.RESUME,
        *EDITS.values(),
        *LINTS.values(),
        DELETE_CRON,
        DELETE_TEMPLATE,
        DELETE_CLUSTER_TEMPLATE,
        *CREATES.values(),
        SUBMIT,
    ),
)
"""What can be done to what is under the cursor, in the order of menus."""


def actions_of(kind: str, *on: On) -> tuple[Action, ...]:
    """The actions on objects of a kind, or on these parts of them."""
    return tuple(action for action in ACTIONS if kind in action.kinds and action.on in on)


def called(id: str, kinds: Iterable[str] = ()) -> tuple[Action, ...]:
    """The action of this id; or, if it is what a key means, all actions that share it.

    With `kinds` only those for objects of one of these, if there are any.
    """
    exact = ACTIONS.get(id)
    if exact:
        return (exact,)
    found = tuple(one for one in ACTIONS if one.binding_id == id)
    wanted = frozenset(kinds)
    return tuple(one for one in found if one.kinds & wanted) or found


__all__ = ["ACTIONS", "RESUBMIT", "RETRY", "SET_NODE", "SUBMIT", "Action", "actions_of", "called"]
