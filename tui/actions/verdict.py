"""Whether an action may be done, and if not, why: the only place that decides this.

Keys, hints, the palette, dialogs and commands all ask here, so they never disagree. What is asked
about is a subject (a target and what is known of it), under conditions (the connection, and whether
anything may be changed at all). The connection has a guard of its own as the last door.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tui.actions.base import Action
from tui.domain.identity import Target
from tui.ports.connection import Connection
from tui.ports.operations import Operations

ANOTHER = "it is gone, and another one has its name now"
READ_ONLY = "refused: started with --read-only"


@dataclass(frozen=True, slots=True)
class Subject:
    """A target, and what is known about it."""

    target: Target
    known: Any = None
    """The object as its list or screen has it; None before it is read and after it is gone."""
    is_gone: bool = False

    title: str = ""
    """Its title in questions; "" for its name."""

    @property
    def name(self) -> str:
        """Its name in sentences."""
        return self.title or self.target.key.name


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions that are independent of the subject."""

    connection: Connection | None
    """None until connected."""
    read_only: bool = False
    """Whether the user asked for no changes (`--read-only`)."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The action may be done, as far as is known."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The action may not be done."""

    why: str
    """A sentence for a person."""


Verdict = Allowed | Denied


def verdict(action: Action, subject: Subject | None, conditions: Conditions) -> Verdict:
    """Whether an action may be done to a subject; None asks whether it could be to anything here.

    The first reason against it counts: we are read-only, the connection cannot do it, the subject
    is gone or not read yet, or it is not in a state for it.
    """
    why = _why_not(action, subject, conditions)
    return Denied(why) if why else Allowed()


def _why_not(action: Action, subject: Subject | None, conditions: Conditions) -> str:
    connection = conditions.connection
    if conditions.read_only and action.consequence != "none":
        return READ_ONLY
    if connection is None:
        return "not connected yet" if subject is not None else ""
    target = subject.target if subject is not None else None
    if target is not None and target.key.kind not in action.kinds:
        return f"{action.label} is not for this kind of object"
    if unable := _unable(action, target, connection):
        return unable
    if subject is None:
        return ""
    if subject.is_gone:
        return "it is gone"
    if subject.known is None and action.on != "kind":
        return f"{subject.name} is not read yet"
    if _is_another(subject):
        return ANOTHER
    return action.refusal(subject.known, subject.target) or ""


def _is_another(subject: Subject) -> bool:
    """Whether the known object is not the chosen one, but a later one with the same name."""
    known = subject.known
    if known is None or not subject.target.uid:
        return False
    return known.metadata.uid not in ("", subject.target.uid)


def _unable(action: Action, target: Target | None, connection: Connection) -> str:
    """Why the connection cannot do it, whatever the target's state; "" if it can."""
    if action.consequence == "none":
        return ""
    operations = connection.port(Operations)
    if operations is None:
        return connection.lacks(Operations)
    return operations.refusal(action.id, target)


def may_change(actions: Iterable[Action], conditions: Conditions) -> bool:
    """Whether anything can be changed here, as far as is known; rights are not checked."""
    changing = [action for action in actions if action.consequence != "none"]
    return any(isinstance(verdict(one, None, conditions), Allowed) for one in changing)
