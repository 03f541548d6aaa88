"""Things that a test registers, to see that registering is all they need."""

from __future__ import annotations

from typing import Any

from tui.actions.base import Action, Choices, Context, Plan
from tui.actions.manifests import name_of, operation, patch
from tui.domain.workflow import WORKFLOW, Manifest


def made_up_action(id: str = "made.up", **more: Any) -> Action:
    """An action that writes into an annotation what was chosen."""

    def plan(manifest: Manifest, choices: Choices, context: Context) -> Plan:
        target = context.target
        part = (target.artifact or target.pod or target.node) if target is not None else ""
        note = {"metadata": {"annotations": {"made-up": part}}}
        changes = [patch(manifest, note, f"note {part}")] if name_of(manifest) else []
        return Plan(
            action=id,
            title=f"Note {part}",
            lines=(f"Notes: {part}",),
            operation=operation(id, manifest, changes, {}),
        )

    fields: dict[str, Any] = {
        "kinds": frozenset({WORKFLOW}),
        "label": "Note",
        "help": "Write it down.",
        "consequence": "reversible",
        "plan": plan,
        "said": lambda answer: "Noted",
    }
    return Action(id=id, **{**fields, **more})
