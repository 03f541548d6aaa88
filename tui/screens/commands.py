"""The commands that screens offer, made from what is registered: actions, panes and columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from tui.actions import actions_of
from tui.actions.base import Action, Consequence, On
from tui.actions.verdict import Conditions, Denied, Subject, verdict, verdict_of_key
from tui.columns import Column
from tui.commands import Command, Danger, alone, among, files_like, is_file, one_of
from tui.context import AppContext
from tui.keys import KEYS, hint, key_name
from tui.kinds.base import Kind
from tui.kinds.registry import KINDS
from tui.menu import Choice, Menu, lettered
from tui.messages import OpenObject, RunAction
from tui.panes import panes_of
from tui.view import View

DANGERS: Mapping[Consequence, Danger] = {
    "none": "none",
    "reversible": "changes",
    "runs": "changes",
    "destroys": "destroys",
}
BESIDE = ("write", "copy")
"""Ids of what the menu of actions has besides actions."""
MOVING = ("move.", "text.")
"""How ids of keys begin that only move: whoever types a line for that is slower than by keys."""
NEWEST = "newest"
"""What the order is called that a list begins with."""


def bound_commands(view: View[Any], others: Iterable[Command]) -> Iterator[Command]:
    """What keys do here that none of the other commands does, so that all of it can be typed."""
    from tui.screens.help import idle_keys  # not each start needs it

    keys = {each.key for each in others}
    titles = {each.title for each in others}
    for active in view.active_bindings.values():
        binding = active.binding
        if not binding.id or binding.system or not active.enabled:
            continue
        if binding.id.startswith(MOVING) or binding.id in idle_keys(active.node):
            continue
        key, title = hint(binding.id), binding.description[:1].upper() + binding.description[1:]
        if key in keys or title in titles:
            continue
        keys.add(key)
        titles.add(title)
        yield Command(
            title,
            alone(partial(view.app.run_action, binding.action, active.node)),
            help=active.tooltip,
            key=key,
        )


def action_commands(view: View[Any], kind: str, conditions: Conditions) -> Iterator[Command]:
    """What can be done to what the cursor is on, or to what is marked."""
    for action in actions_of(kind, *view.ACTS_ON):
        subjects = view.subjects(action.on)
        answers = [verdict(action, subject, conditions) for subject in subjects or (None,)]
        denied = [answer.why for answer in answers if isinstance(answer, Denied)]
        by_key = [verdict_of_key(action, subject, conditions) for subject in subjects]
        # Where it can be done, and its key means another of those that share it.
        is_left = bool(by_key) and not denied and all(isinstance(one, Denied) for one in by_key)
        if not denied and not subjects:
            denied = [view.nothing_there(action.on)]
        run = alone(partial(view.action_act, action.id))
        taking: dict[str, Any] = {}
        if action.of_files:
            run = partial(_with_file, view, action, subjects)
            taking = {"argument": "a file", "is_needed": action.draft is None}
            taking |= {"complete": files_like, "check": is_file}
        yield Command(
            action.label,
            run,
            names=(action.id.rpartition(".")[2], *action.also),
            **taking,
            help=action.help,
            key="" if is_left else key_of(action.binding_id),
            refusal=denied[0] if len(denied) == len(answers) else "",
            subject=subjects[0].name if len(subjects) == 1 and action.on == "object" else "",
            danger=DANGERS[action.consequence],
        )


def _with_file(view: View[Any], action: Action, subjects: tuple[Subject, ...], path: str) -> None:
    """Do an action to the manifests of a file, or without one what its key would."""
    if path:
        view.post_message(RunAction(action.id, subjects, path))
    else:
        view.action_act(action.id)


def pane_commands(
    kind: Kind[Any, Any], run: Callable[[str], object], refusal: str = ""
) -> Iterator[Command]:
    """To each of the panes; `run` takes a pane's id. `refusal` says why none can be."""
    for pane in panes_of(kind):
        yield Command(
            f"Show {pane.title}",
            alone(partial(run, pane.id)),
            names=tuple(dict.fromkeys((pane.id, pane.title.lower()))),
            help="open this pane",
            key=key_of(pane.binding_id),
            refusal=refusal,
        )


def sort_commands(
    columns: Sequence[Column[Any]], run: Callable[[str], object]
) -> Iterator[Command]:
    """By each column that can be sorted by; `run` takes a column's id, "" for newest first."""
    by_title = {c.title.casefold(): c.id for c in columns if c.order is not None and c.title}
    by_title[NEWEST] = ""

    yield Command(
        "Sort",
        lambda title: run(by_title[title.casefold()]),
        names=("sort",),
        argument="a column",
        is_needed=True,
        complete=lambda typed: among(by_title, typed),
        check=one_of(lambda: list(by_title), "column"),
        help="by a column",
    )
    yield Command("Sort by newest", alone(partial(run, "")), help="as the list begins")
    for column in columns:
        if column.order is not None and column.title:
            yield Command(
                f"Sort by {column.title}",
                alone(partial(run, column.id)),
                help="the same again turns the order round",
            )


def objects_called(
    context: AppContext, text: str, post: Callable[[OpenObject], object]
) -> Iterable[Command]:
    """To each object of the watched lists that has a text in its name."""
    sought = text.casefold()
    for kind in KINDS if text else ():
        if not context.lists.has(kind):
            continue
        for row in list(context.lists.of(kind).known.values()):
            if sought in row.key.name.casefold():
                where = context.where(row.key)
                group = kind.group(row.value)
                yield Command(
                    f"Go to {row.key.name}",
                    alone(partial(post, OpenObject(row.key, row.uid))),
                    help=f"{kind.noun}{where}{f', {group}' if group else ''}",
                )


def action_menu(view: View[Any], *, ascii: bool) -> tuple[Menu, Mapping[str, Command]]:
    """A menu of what can be done to what the cursor is on, and its commands by their titles.

    The actions stand first, each with its own key as its letter, then what copies and what writes.
    Of those that share a key the first that may be done has it; others get letters that are no keys
    here, or none.
    """
    commands = {command.title: command for command in view.actions()}
    for active in view.active_bindings.values():
        binding = active.binding
        if binding.id in BESIDE and active.enabled:
            run = partial(view.app.run_action, binding.action, active.node)
            command = Command(binding.description, alone(run), key=hint(binding.id))
            commands.setdefault(command.title, command)
    for command in view.commands():
        if command.in_menu:
            commands.setdefault(command.title, command)
    names = [each for on in view.ACTS_ON[:2] if on != "kind" for each in _named(view, on)]
    owners: dict[str, Command] = {}
    for command in sorted(commands.values(), key=lambda each: bool(each.refusal)):
        if len(command.key) == 1:
            owners.setdefault(command.key, command)
    choices = lettered(
        (
            Choice(
                command.title,
                command.title,
                command.key if owners.get(command.key) is command else "",
                command.help,
                # The heading says whose reason it is.
                command.refusal.removeprefix(f"{names[0]} " if names else ""),
            )
            for command in commands.values()
        ),
        taken=(key for key in map(key_name, view.active_bindings) if len(key) == 1),
    )
    heading = ", ".join(dict.fromkeys(names)) or view.nothing_there("object")
    return Menu(heading, choices, ascii=ascii), commands


def _named(view: View[Any], on: On) -> list[str]:
    subjects = view.subjects(on)
    if len(subjects) > 1:
        return [f"{len(subjects)} marked"]
    return [subject.name for subject in subjects]


def key_of(binding: str) -> str:
    """How the key of a binding is called; "" where it has none."""
    return hint(binding) if binding in KEYS else ""
