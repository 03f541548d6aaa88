"""Whether an action may be done, and if not, why: the only place that decides this.

Keys, hints, the palette, dialogs and commands all ask here, so they never disagree. What is asked
about is a subject (a target and what is known of it), under conditions (the connection, and whether
anything may be changed at all). The connection has a guard of its own as the last door, and the
last word is the server's: a right that is not known to lack denies nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.actions.base import Action
from tui.domain.identity import Target
from tui.domain.rights import Right, needs
from tui.ports.connection import Connection
from tui.ports.operations import Operation
from tui.ports.rights import Rights, Wanted

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
    namespace: str = ""
    """Where an action would be done that has no subject; "" where that is not known."""
    others: Mapping[str, Conditions] = field(default_factory=dict)
    """Where several clusters are shown in one list: the conditions of each by its connection."""

    def at(self, connection: str) -> Conditions:
        """Those that hold at a connection, by its id."""
        return self.others.get(connection, self)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The action may be done, as far as is known."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The action may not be done."""

    why: str
    """A sentence for a person."""
    lacks: tuple[Right, ...] = ()
    """The rights that the account lacks, if that is the reason."""


Verdict = Allowed | Denied


def verdict(action: Action, subject: Subject | None, conditions: Conditions) -> Verdict:
    """Whether an action may be done to a subject; None asks whether it could be to anything here.

    The first reason against it counts: we are read-only, the connection cannot do it, the account
    lacks a right for it, the subject is gone or not read yet, or it is not in a state for it.
    """
    if subject is not None:
        return _verdict(action, subject, conditions.at(subject.target.key.connection))
    answers = [_verdict(action, None, each) for each in conditions.others.values()]
    answers = answers or [_verdict(action, None, conditions)]
    return next((answer for answer in answers if isinstance(answer, Allowed)), answers[0])


def verdict_of_key(action: Action, subject: Subject, conditions: Conditions) -> Verdict:
    """The same where a key is pressed that several actions share, and one leaves it to another."""
    answer = verdict(action, subject, conditions)
    if isinstance(answer, Denied) or subject.known is None:
        return answer
    why = action.yields(subject.known, subject.target)
    return Denied(why) if why else answer


def _verdict(action: Action, subject: Subject | None, conditions: Conditions) -> Verdict:
    target = subject.target if subject is not None else None
    if why := _why_never(action, target, conditions):
        return Denied(why)
    if denied := _unauthorized(action, target, conditions):
        return denied
    why = _why_not_now(action, subject)
    return Denied(why) if why else Allowed()


def _why_never(action: Action, target: Target | None, conditions: Conditions) -> str:
    """Why it cannot be done here, whatever state its target is in and whoever asks."""
    connection = conditions.connection
    if conditions.read_only and action.consequence != "none":
        return READ_ONLY
    if connection is None:
        return "not connected yet" if target is not None else ""
    if target is not None and target.key.kind not in action.kinds:
        return f"{action.label} is not for this kind of object"
    return _unable(action, target, connection)


def _unauthorized(action: Action, target: Target | None, conditions: Conditions) -> Denied | None:
    """Which rights lack that it needs in any case; None if none is known to."""
    here = target.key.namespace if target is not None else ""
    asked = ((right, _name(right, target)) for right in action.rights)
    return _denied(asked, here or conditions.namespace, conditions.connection)


def _name(right: Right, target: Target | None) -> str | None:
    """The object that a right of an action is about; None where that may be any."""
    if right.verb == "create" and not right.subresource:
        return ""
    if target is None:
        return None
    return (target.pod or None) if right.resource == "pods" else target.key.name


def _denied(
    asked: Iterable[tuple[Right, str | None]], namespace: str, connection: Connection | None
) -> Denied | None:
    rights = connection.port(Rights) if connection is not None else None
    if rights is None:
        return None
    lacks = tuple(
        right
        for right, name in asked
        # What is not allowed in all namespaces at once may be allowed in some of them.
        if (namespace or right.of_cluster)
        and rights.known("" if right.of_cluster else namespace).allows(right, name) is False
    )
    return Denied(needs(lacks, namespace), lacks) if lacks else None


def verdict_of_plan(operation: Operation, conditions: Conditions) -> Verdict:
    """Whether the account has the rights to just the changes of a plan, as far as is known."""
    connection = conditions.connection
    rights = connection.port(Rights) if connection is not None else None
    needed = rights.needed(operation) if rights is not None else ()
    return _denied(needed, operation.target.key.namespace, connection) or Allowed()


def _why_not_now(action: Action, subject: Subject | None) -> str:
    """Why it cannot be done to the subject as it is."""
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
    if action.consequence == "none" or action.program is not None:
        return ""
    doer = connection.port(action.port)
    if doer is None:
        return connection.lacks(action.port)
    return doer.refusal(action.id, target)


def why_unchangeable(actions: Iterable[Action], conditions: Conditions) -> Denied | None:
    """Why nothing at all can be changed here; None if something can, as far as is known.

    What belongs to the whole cluster is not here.
    """
    denied: Denied | None = None
    for action in actions:
        of_cluster = any(right.of_cluster for right in action.rights)
        if action.consequence != "none" and not of_cluster:
            answer = verdict(action, None, conditions)
            if isinstance(answer, Allowed):
                return None
            denied = denied or answer
    return denied or Denied("nothing here changes anything")


def may_change(actions: Iterable[Action], conditions: Conditions) -> bool:
    """Whether anything can be changed here, as far as is known."""
    return why_unchangeable(actions, conditions) is None


def wanted_for(action: Action, targets: Iterable[Target]) -> dict[str, list[Wanted]]:
    """By namespace: the rights to change something that an action on these targets needs."""
    wanted: dict[str, list[Wanted]] = {}
    for target in targets:
        for right in action.rights:
            if not right.is_reading:
                each = Wanted(right, _name(right, target) or "")
                wanted.setdefault(target.key.namespace, []).append(each)
    return wanted


def wanted_by(actions: Iterable[Action]) -> tuple[Wanted, ...]:
    """The rights to change something, those that most actions need first."""
    counted = Counter(
        right for action in actions for right in action.rights if not right.is_reading
    )
    return tuple(Wanted(right) for right, _ in counted.most_common())
