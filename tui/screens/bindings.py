"""Keys of actions and panes, made from `ACTIONS` and `PANES`, so that no screen repeats a table.

Two actions may share a key when they are each other's opposite (suspend and resume): the key is
bound once, and whichever is not refused is meant.
"""

from __future__ import annotations

from textual.binding import Binding

from tui.actions import ACTIONS
from tui.panes import PANES
from tui.screens.desk import Desk
from tui.screens.headings import may_write


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


def refused_here(desk: Desk, action: str) -> bool:
    """Whether a bound action is one that writes, where nothing can be written.

    Its key stays bound, to say so, but is no hint.
    """
    return action.startswith("act(") and not may_write(desk)


ACTION_BINDINGS = _bindings()
"""One binding a key; `act` is the screen's, with the id of the first action of that key."""

PANE_BINDINGS = (
    *(
        Binding(p.key, f"pane('{p.id}')", p.title, id=f"pane.{p.id}", show=p.key in "la")
        for p in PANES
    ),
    Binding(
        "right_parenthesis", "next_pane(1)", "Next tab", show=False, key_display=")", id="pane.next"
    ),
    Binding(
        "left_parenthesis",
        "next_pane(-1)",
        "Previous tab",
        show=False,
        key_display="(",
        id="pane.previous",
    ),
    Binding("tab", "other_side", "Pane", id="pane.focus"),
    Binding("shift+tab", "other_side", "Pane", show=False, id="pane.focus-back"),
    Binding("z", "zoom", "Zoom", id="pane.zoom"),
    Binding("J", "scroll_pane(1)", "Scroll pane", show=False, id="pane.down"),
    Binding("K", "scroll_pane(-1)", "Scroll pane back", show=False, id="pane.up"),
)
"""Which pane is in front, and how much room it has; the actions are the screen's."""
