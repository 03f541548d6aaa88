"""Keys of the actions, made from `ACTIONS`, so that no screen repeats the table.

Two actions may share a key when they are each other's opposite (suspend and resume): the key is
bound once, and whichever is not refused is meant.
"""

from __future__ import annotations

from textual.binding import Binding

from tui.actions import ACTIONS


def _bindings() -> tuple[Binding, ...]:
    made: dict[str, Binding] = {}
    for action in ACTIONS:
        if not action.key:
            continue
        if action.key in made:
            first = made[action.key]
            label = f"{first.description}/{action.label.lower()}"
            made[action.key] = Binding(
                first.key,
                first.action,
                label,
                id=first.id,
                tooltip=f"{first.tooltip} {action.help}",
            )
            continue
        made[action.key] = Binding(
            action.key, f"act('{action.id}')", action.label, id=action.id, tooltip=action.help
        )
    return tuple(made.values())


ACTION_BINDINGS = _bindings()
"""One binding a key; `act` is the screen's, with the id of the first action of that key."""
