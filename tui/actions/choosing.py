"""The subjects that an action can be done to, and why not to the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.actions import called
from tui.actions.base import Action
from tui.actions.verdict import (
    Allowed,
    Conditions,
    Denied,
    Subject,
    Verdict,
    verdict,
    verdict_of_key,
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The subjects that an action can be done to, and a message about the others."""

    action: Action
    able: tuple[Subject, ...]
    said: str
    """Why some or all were left out; "" if none were."""
    left_out: tuple[tuple[Subject, Denied], ...] = ()
    """The subjects that were left out, each with its reason."""


def meant(id: str, subjects: Sequence[Subject], conditions: Conditions) -> Action:
    """The action for an id: the first one that may be done to one of the subjects.

    `id` is that of an action or of a binding. If none may be done, it is the first of them,
    so that its refusal can be shown. Raises: KeyError for an unknown id.
    """
    actions = called(id, {subject.target.key.kind for subject in subjects})
    if not actions:
        raise KeyError(f"there is no action {id!r}")
    judge = judge_of(actions)
    return next(
        (
            action
            for action in actions
            if any(isinstance(judge(action, one, conditions), Allowed) for one in subjects)
        ),
        actions[0],
    )


def judge_of(actions: Sequence[Action]) -> Callable[[Action, Subject, Conditions], Verdict]:
    """What says whether one of these may be done: they share a key, or are one that was named."""
    return verdict_of_key if len(actions) > 1 else verdict


def choose(id: str, subjects: Sequence[Subject], conditions: Conditions) -> Chosen:
    """Accept each subject or refuse it with a sentence; `id` is as for `meant`."""
    action = meant(id, subjects, conditions)
    anything = verdict(action, None, conditions)
    if isinstance(anything, Denied):
        return Chosen(action, (), anything.why)
    judge = judge_of(called(id, {subject.target.key.kind for subject in subjects}))
    able: list[Subject] = []
    left_out: list[tuple[Subject, Denied]] = []
    for subject in subjects:
        answer = judge(action, subject, conditions)
        if isinstance(answer, Denied):
            left_out.append((subject, answer))
        else:
            able.append(subject)
    refused = told(*left_out[0]) if left_out else ""
    if able and left_out:
        refused = f"{len(left_out)} left out; {refused}"
    return Chosen(action, tuple(able), refused, tuple(left_out))


def told(subject: Subject, denied: Denied) -> str:
    """The reason, with the subject's name, if it has one, unless the sentence begins with it."""
    name = subject.name
    is_said = not name or denied.why.startswith(f"{name} ")
    return denied.why if is_said else f"{name}: {denied.why}"
