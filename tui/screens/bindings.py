"""Bindings of what is registered: actions, panes and kinds, so that no screen repeats a table.

They are made when a screen is, not when its class is defined, so that what is registered later has
its key too. Actions that share what their key means (suspend and resume are each other's opposite)
are bound once, and whichever is not refused is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.binding import Binding

from tui.actions import ACTIONS, actions_of, called
from tui.actions.base import On
from tui.actions.choosing import judge_of
from tui.actions.verdict import Denied, verdict
from tui.bindings import bind
from tui.context import AppContext
from tui.domain.names import ALL
from tui.keys import KEYS
from tui.kinds.base import Kind
from tui.kinds.registry import KINDS
from tui.panes import PANES, panes_of
from tui.view import View
from tui.widgets.hints import Hints


def bring_keys() -> None:
    """Let `KEYS` take in what registrations bring. Raises: SettingsError if keys clash."""
    registered = [(action.binding_id, action.key) for action in ACTIONS]
    registered += [(pane.binding_id, pane.key) for pane in PANES]
    registered += [(kind.binding_id, kind.key) for kind in KINDS]
    KEYS.bring({binding: key for binding, key in registered if key})


def action_bindings(kind: str, *on: On) -> tuple[Binding, ...]:
    """One binding a meaning, for actions on objects of a kind or on these parts of them.

    `act` is the screen's, with the id of the meaning.
    """
    bring_keys()
    made: dict[str, Binding] = {}
    for action in actions_of(kind, *on):
        means = action.binding_id
        if means not in KEYS:
            continue
        label, tooltip = action.label, action.help
        if means in made and action.on != "object":
            # What it means for just what the cursor is on needs no word in the hints.
            label = made[means].description
            tooltip = f"{made[means].tooltip} {tooltip}"
        elif means in made:
            label = f"{made[means].description}/{label.lower()}"
            tooltip = f"{made[means].tooltip} {tooltip}"
        act = f"act('{means}')"
        made[means] = bind(means, act, label, group="workflow", shown=True, tooltip=tooltip)
    return tuple(made.values())


def lacks(kind: Kind[Any, Any], meaning: str) -> str:
    """Why a key that opens a pane or begins an action means nothing for a kind; "" for others."""
    for pane in PANES:
        if pane.binding_id == meaning:
            return f"a {kind.noun} has no {pane.title}"
    labels = dict.fromkeys(each.label for each in ACTIONS if each.binding_id == meaning)
    return f"{'/'.join(labels)}: not of {kind.nouns}" if labels else ""


def kind_bindings() -> tuple[Binding, ...]:
    """To the lists of those kinds that have a key; the action is the app's."""
    bring_keys()
    return tuple(
        bind(kind.binding_id, f"app.show_kind('{kind.id}')", kind.nouns.capitalize(), group="app")
        for kind in KINDS
        if kind.binding_id in KEYS
    )


def opening_bindings(kind: Kind[Any, Any]) -> tuple[Binding, ...]:
    """From a list: open what is under the cursor with a pane in front; `open` is the screen's."""
    bring_keys()
    panes = sorted(panes_of(kind), key=lambda pane: not pane.is_hinted)
    opening = [
        bind(
            pane.binding_id,
            f"open('{pane.id}')",
            pane.title,
            group="workflow",
            shown=pane.is_hinted,
        )
        for pane in panes
        if pane.binding_id in KEYS
    ]
    if any(pane.of_step for pane in panes):
        opening.append(bind("failed-log", "failed_log", "Log of what failed", group="workflow"))
    return tuple(opening)


def pane_bindings(kind: Kind[Any, Any]) -> tuple[Binding, ...]:
    """Which pane is in front, and how much room it has; the actions are the screen's."""
    bring_keys()
    beside_a_body = (
        bind("side.other", "other_side", "Pane", group="pane", shown=True),
        bind("zoom", "zoom", "Zoom", group="pane", shown=True),
        bind("border.more", "border(1)", "More room for this side", group="pane"),
        bind("border.less", "border(-1)", "Less room for this side", group="pane"),
    )
    return (
        *(
            bind(
                pane.binding_id,
                f"pane('{pane.id}')",
                pane.title,
                group="pane",
                shown=pane.is_hinted,
            )
            for pane in panes_of(kind)
            if pane.binding_id in KEYS
        ),
        bind("tab.next", "next_pane(1)", "Next tab", group="pane"),
        bind("tab.previous", "next_pane(-1)", "Previous tab", group="pane"),
        *(beside_a_body if kind.body else ()),
        bind("side.down", "scroll_pane(1)", "Other side on", group="pane"),
        bind("side.up", "scroll_pane(-1)", "Other side back", group="pane"),
    )


def preset_bindings() -> tuple[Binding, ...]:
    """What a preset adds to lists: a key for each of some columns to sort by."""
    columns = ("name", "age", "namespace")
    return tuple(
        bind(f"sort.by-{column}", f"order('{column}')", f"Sort by {column}", group="list")
        for column in columns
        if f"sort.by-{column}" in KEYS
    )


def favourite_bindings(favourites: Sequence[str]) -> tuple[Binding, ...]:
    """All namespaces, and one key for each favourite; hinted where there is something to choose."""
    is_choice = len(favourites) > 1
    names = dict(enumerate(favourites, 1))
    return (
        bind(
            "namespaces",
            "namespaces",
            ALL if is_choice else "All namespaces",
            group="list",
            shown=is_choice,
        ),
        *(
            bind(
                f"favourite-{digit}",
                f"favourite({digit})",
                names.get(digit, "Favourite"),
                group="list",
                shown=is_choice and digit in names,
            )
            for digit in range(1, 10)
        ),
    )


def hints(context: AppContext, view: View[Any], kind: str) -> Hints:
    """The row of hints of a view: keys of actions that the account has no right to, or that what
    the cursor is on is in no state for, are dimmed, and those of actions that nobody could do here,
    or to nothing, are left out. Each stays bound, to say why.

    What a key means for objects of other kinds than this does not count.
    """

    def denied(binding: Binding) -> list[Denied]:
        """Why none of its actions can be done to anything here; empty if one can."""
        conditions = context.conditions_in(view.namespace, view.connection)
        answers = [
            verdict(action, None, conditions) for action in called(binding.id or "", (kind,))
        ]
        found = [answer for answer in answers if isinstance(answer, Denied)]
        return found if len(found) == len(answers) else []

    def is_refused(binding: Binding) -> bool:
        """Whether none of its actions can be done here, or to what the cursor is on just now."""
        if denied(binding):
            return True
        found = called(binding.id or "", (kind,))
        judge = judge_of(found)
        conditions = context.conditions_in(view.namespace, view.connection)
        subjects = [(action, each) for action in found for each in view.subjects(action.on)]
        if found and not subjects:
            # The cursor is on no such thing: on a step without a pod there is no shell.
            return all(action.on in view.ACTS_ON and action.on != "kind" for action in found)
        return bool(subjects) and all(
            isinstance(judge(action, each, conditions), Denied) for action, each in subjects
        )

    def has_none(binding: Binding) -> bool:
        """Whether there is nothing here that its actions could be done to, or its pane be of."""
        if not view.has_subject and any(each.binding_id == binding.id for each in PANES):
            return True
        found = [] if view.has_subject else called(binding.id or "", (kind,))
        return bool(found) and all(action.on != "kind" for action in found)

    def is_no_use(binding: Binding) -> bool:
        if binding.id == "play.pause" and context.playback is not None and context.playback.is_over:
            return True
        if view.pane_with_keys and binding.action == f"pane('{view.pane_with_keys}')":
            return True  # one is there; others need the room more
        if view.form and binding.id == f"form.{view.form}":
            return True
        if binding.id == "unwind" and not view.unwinds:
            return True
        return has_none(binding) or any(not each.lacks for each in denied(binding))

    return Hints(
        hides=is_no_use,
        dims=is_refused,
        names=lambda binding: view.unwinds if binding.id == "unwind" else binding.description,
        ascii=context.ascii,
    )
