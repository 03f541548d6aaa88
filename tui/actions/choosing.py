"""Which of several workflows an action can be done to, and why not to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.actions import ACTIONS, meant
from tui.actions.base import Action
from tui.domain.workflow import ListedWorkflow, WorkflowRef
from tui.ports.connection import Capabilities

Wanted = Sequence[tuple[WorkflowRef, ListedWorkflow | None]]
"""What was marked, each with what is known of it; None for what is gone."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What can be done, and what is to be said about the rest."""

    action: Action
    able: tuple[WorkflowRef, ...]
    said: str
    """Why some (or all) were left out; "" if none was."""


def named(action_id: str) -> Action:
    """The action of that id."""
    return next(action for action in ACTIONS if action.id == action_id)


def choose(action_id: str, wanted: Wanted, capabilities: Capabilities) -> Chosen:
    """Refuse each workflow with a sentence, or take it.

    For a single workflow the key decides: `s` on a suspended one means resume.
    """
    action = named(action_id)
    only = wanted[0][1] if len(wanted) == 1 else None
    is_key = action is next(each for each in ACTIONS if each.binding_id == action.binding_id)
    if only is not None and is_key:
        action = meant(action.binding_id, only, capabilities) or action
    able: list[WorkflowRef] = []
    refused = ""
    for ref, workflow in wanted:
        why = "it is gone" if workflow is None else action.refusal(workflow, capabilities)
        if why is None:
            able.append(ref)
        else:
            refused = refused or (why if why.startswith(f"{ref.name} ") else f"{ref.name}: {why}")
    left_out = len(wanted) - len(able)
    if able and left_out:
        refused = f"{left_out} left out; {refused}"
    return Chosen(action, tuple(able), refused)
