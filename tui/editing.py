"""What somebody writes in an editor or names as a file, from there to the plan and the answer.

As `kubectl edit` has it: the file holds the object with the version that was read, what is wrong
with it is told on top of it and the editor opens again, and so it goes on after a conflict, with
what somebody else changed. Nothing typed is lost: where it ends without being sent, the file stays
and is named. What becomes a question and what is sent goes the way of every action.
"""

from __future__ import annotations

import asyncio
import difflib
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tui.actions.base import Action
from tui.actions.manifests import name_of, part
from tui.actions.verdict import Subject
from tui.bugs import caught
from tui.context import AppContext
from tui.domain.fields import Positions
from tui.domain.identity import ObjectKey, Target
from tui.domain.linting import KINDS as LINTED
from tui.domain.text import clean
from tui.domain.workflow import Manifest
from tui.domain.yamltext import to_yaml
from tui.errors import Conflict, InputError, Rejected, TuiError, Unreachable
from tui.kinds.registry import KINDS
from tui.ports.connection import Connection, offered
from tui.ports.objects import Objects
from tui.screens.action import ActionScreen
from tui.screens.editor import Draft
from tui.screens.plan_words import Planned
from tui.sources.files import read_manifests
from tui.sources.linter import Linter, Told
from tui.sources.positions import Placed, placed_in

Ask = Callable[[ActionScreen], Awaitable[Any]]
"""Shows a question, and waits for its answer."""
CarryOut = Callable[[Action, Sequence[Planned]], Awaitable[TuiError | None]]
"""Does what plans say, and tells of the only one what went wrong."""

MARK = "#! "
"""What the lines begin with that tell what is wrong; they are no part of the text."""
MOST_TOLD = 20
"""Faults that are told at a time, and …"""
MOST_NAMED = 3
"""Of objects with a fault, how many are told one by one, and …"""
MOST_LINES = 200
"""… lines of what somebody else changed."""


def without_notes(text: str) -> str:
    """A text without what was told on top of it."""
    return "".join(
        line for line in text.splitlines(keepends=True) if not line.startswith(MARK.rstrip())
    )


def with_notes(text: str, notes: Sequence[str]) -> str:
    """A text with sentences on top of it, each a comment."""
    told = [f"{MARK}{clean(line)}" for note in notes for line in note.split("\n")]
    return "".join(f"{line}\n" for line in told) + text


async def linted(context: AppContext, action: Action, subjects: Sequence[Subject]) -> None:
    """Say what is wrong with objects as they are."""
    found: list[str] = []
    for subject in subjects:
        try:
            told = await asyncio.to_thread(_faults_of, context, subject)
        except Exception as error:
            found.append(f"{subject.name}: {caught(error, 'linting')}")
            continue
        if told:
            more = f" and {len(told) - 1} more" if len(told) > 1 else ""
            found.append(f"{subject.name}: {told[0].text}{more}")
    if found:
        several = f"{len(found)} of {len(subjects)}: " if len(subjects) > 1 else ""
        context.say(f"{action.label}: {several}{'; '.join(found[:MOST_NAMED])}", "warning")
    else:
        what = subjects[0].name if len(subjects) == 1 else f"{len(subjects)} objects"
        context.say(f"{action.label}: {what}: nothing is wrong")


def _faults_of(context: AppContext, subject: Subject) -> list[Told]:
    connection = context.connection_of(subject.target.key)
    if connection is None:
        raise Unreachable("not connected")
    kind = KINDS[subject.target.key.kind].resource.kind
    found = offered(connection, Objects).get(subject.target)
    # What the controller adds is for it to know.
    manifest = {**{key: found[key] for key in found if key != "status"}, "kind": kind}
    placed = Placed("", manifest, Positions({}, ()))
    return Linter(connection).judge([placed], frozenset(LINTED))


class Editing:
    """How an action gets its manifests from a person."""

    def __init__(self, context: AppContext, *, ask: Ask, carry_out: CarryOut) -> None:
        self.context = context
        self._ask = ask
        self._carry_out = carry_out

    # --- in an editor ------------------------------------------------------------------------

    async def edit(self, action: Action, subject: Subject) -> None:
        """Have it edited, as often as it takes, and do what came of that."""
        draft: Draft | None = None
        try:
            connection = self._connection(subject)
            before = await asyncio.to_thread(self._read, action, subject, connection)
            text = to_yaml(self._drafted(action, subject, before))
            draft = Draft(subject.name or action.id, text)
            ended = await self._until_sent(action, subject, connection, before, text, draft)
        except Exception as error:
            kept = f"; what was typed is kept in {draft.path}" if draft is not None else ""
            self.context.say(f"{action.label}: {caught(error, 'editing')}{kept}", "error")
        else:
            if ended:
                draft.remove()

    async def _until_sent(
        self,
        action: Action,
        subject: Subject,
        connection: Connection,
        before: Manifest,
        text: str,
        draft: Draft,
    ) -> bool:
        """Whether the file is needed no more."""
        notes: Sequence[str] = ()
        while True:
            shown = with_notes(text, notes)
            draft.write(shown)
            await draft.edit(self.context)
            typed = draft.read()
            if typed == shown or not without_notes(typed).strip():
                return self._given_up(action, notes, draft)
            text, notes = without_notes(typed), ()
            new, notes = await asyncio.to_thread(
                self._judged, text, draft.path.name, action, connection
            )
            if notes:
                continue
            new = _placed_in(new, self._namespace(subject))
            question = ActionScreen(
                self.context,
                action,
                [subject],
                given=[before],
                choices={"new": new, "file": str(draft.path)},
            )
            plans = await self._ask(question)
            if not isinstance(plans, list):
                self.context.say(
                    f"{action.label}: nothing was sent; what was typed is kept in {draft.path}"
                )
                return False
            error = await self._carry_out(action, plans)
            if error is None:
                return True
            if isinstance(error, Conflict) and error.reason != "AlreadyExists":
                now = await asyncio.to_thread(self._read, action, subject, connection)
                notes = [
                    f"Nothing was sent: {subject.name} was changed meanwhile. What is different "
                    "there since you began:",
                    *self._difference(action, subject, before, now),
                    "Save it as it is to be; that takes the place of what is there.",
                ]
                text, before = self._of_version(text, before, now), now
            elif isinstance(error, Unreachable) or not isinstance(error, Rejected | Conflict):
                # Writing something else would not help.
                self.context.say(
                    f"{action.label}: {error}; what was typed is kept in {draft.path}", "error"
                )
                return False
            else:
                notes = [f"Nothing was done: {error}"]

    def _given_up(self, action: Action, notes: Sequence[str], draft: Draft) -> bool:
        if not notes:
            self.context.say(f"{action.label}: nothing was changed, so nothing is sent")
            return True
        first = notes[0].partition("\n")[0]
        self.context.say(
            f"{action.label}: nothing was sent: {first}; what was typed is kept in {draft.path}",
            "warning",
        )
        return False

    def _connection(self, subject: Subject) -> Connection:
        connection = self.context.connection_of(subject.target.key)
        if connection is None:
            raise Unreachable("not connected")
        return connection

    @staticmethod
    def _read(action: Action, subject: Subject, connection: Connection) -> Manifest:
        """The object as it is now; nothing for an action on a kind."""
        if action.on == "kind":
            return {}
        found = offered(connection, Objects).get(subject.target)
        kind = KINDS[subject.target.key.kind].resource.kind
        return {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, **found}

    def _drafted(self, action: Action, subject: Subject, before: Manifest) -> Manifest:
        assert action.draft is not None
        facts = replace(self.context.plan_context(), namespace=self._namespace(subject))
        return action.draft(before, facts)

    def _namespace(self, subject: Subject) -> str:
        """Where something new would be."""
        connection = self.context.connection_of(subject.target.key)
        named = connection.place.namespace if connection is not None else ""
        return subject.target.key.namespace or named.partition(",")[0]

    def _judged(
        self, text: str, name: str, action: Action, connection: Connection
    ) -> tuple[Manifest, Sequence[str]]:
        """The manifest of a text, and what is wrong with it."""
        try:
            placed = list(placed_in(name, text.encode("utf-8", "surrogateescape")))
        except InputError as error:
            return {}, [str(error).removeprefix(f"{name}: ")]
        if len(placed) != 1:
            return {}, [f"there are {len(placed)} manifests here: one is edited at a time"]
        kinds = {KINDS[each].resource.kind for each in action.kinds}
        found = str(placed[0].manifest.get("kind") or "")
        if found not in kinds:
            return {}, [
                f"its kind stays {' or '.join(sorted(kinds))}; here it is {found or 'none'}"
            ]
        told = Linter(connection).judge(placed, frozenset(LINTED))
        shown = told[:MOST_TOLD]
        # Each takes a line on top of what it is about.
        above = len(shown) + (len(told) > len(shown))
        notes = [f"line {each.line + above}: {each.text}" for each in shown]
        more = [f"and {len(told) - len(shown)} more"] if len(told) > len(shown) else []
        return placed[0].manifest, [*notes, *more]

    def _difference(
        self, action: Action, subject: Subject, before: Manifest, now: Manifest
    ) -> list[str]:
        old, new = (
            to_yaml(_unversioned(self._drafted(action, subject, each))).splitlines()
            for each in (before, now)
        )
        lines = [line for line in difflib.unified_diff(old, new, n=1, lineterm="")][2:]
        more = [f"… and {len(lines) - MOST_LINES} more lines"] if len(lines) > MOST_LINES else []
        return [*lines[:MOST_LINES], *more]

    @staticmethod
    def _of_version(text: str, before: Manifest, now: Manifest) -> str:
        """The text with the version that is there now in place of that of before."""
        was, new = (
            str(part(each, "metadata").get("resourceVersion") or "") for each in (before, now)
        )
        if not was:
            return text
        lines = text.splitlines(keepends=True)
        return "".join(
            line.replace(was, new) if line.lstrip().startswith("resourceVersion:") else line
            for line in lines
        )

    # --- from a file -------------------------------------------------------------------------

    async def submit(self, action: Action, path: str, subject: Subject) -> None:
        """Ask about the manifests of a file, and do what is answered."""
        path = os.path.expanduser(path)
        try:
            connection = self._connection(subject)
            found = await asyncio.to_thread(self._in_file, path, action, connection)
        except Exception as error:
            self.context.say(f"{action.label}: {caught(error, 'reading a file')}", "error")
            return
        given = [_placed_in(each, self._namespace(subject)) for each in found]
        subjects = [_subject_of(each, subject.target.key) for each in given]
        question = ActionScreen(self.context, action, subjects, given=given, choices={"file": path})
        plans = await self._ask(question)
        if isinstance(plans, list):
            wrong = await self._carry_out(action, plans)
            if wrong is not None and len(plans) == 1:
                self.context.say(f"{plans[0][1].title}: {wrong}", "error")

    @staticmethod
    def _in_file(path: str, action: Action, connection: Connection) -> list[Manifest]:
        """Raises: InputError for a file that cannot be read, or with a fault in it."""
        found = read_manifests(path)
        kinds = {KINDS[each].resource.kind for each in action.kinds}
        for each in found:
            kind = str(each.get("kind") or "")
            if kind not in kinds:
                wanted = " or a ".join(kinds)
                raise InputError(f"{path}: this is a {kind or 'manifest'}, not a {wanted}")
        if not found:
            raise InputError(f"{path}: there is no manifest in it")
        told = Linter(connection).lint([path], frozenset(LINTED))
        if told:
            more = f"; {len(told) - 1} more: argo-tui lint {path}" if len(told) > 1 else ""
            raise InputError(f"{path}:{told[0].line}:{told[0].column}: {told[0].text}{more}")
        return found


def _unversioned(manifest: Manifest) -> Manifest:
    gone = ("resourceVersion", "generation")
    metadata = {key: value for key, value in part(manifest, "metadata").items() if key not in gone}
    return {**manifest, "metadata": metadata}


def _placed_in(manifest: Manifest, namespace: str) -> Manifest:
    """It in the namespace one is in, where it names none and its kind has one."""
    metadata: Mapping[str, Any] = part(manifest, "metadata")
    kind = manifest.get("kind")
    is_placed = all(each.resource.namespaced for each in KINDS if each.resource.kind == kind)
    if metadata.get("namespace") or not namespace or not is_placed:
        return manifest
    return {**manifest, "metadata": {**metadata, "namespace": namespace}}


def _subject_of(manifest: Manifest, near: ObjectKey) -> Subject:
    """What is made of a manifest; it has a name only if that says one."""
    metadata = part(manifest, "metadata")
    name, prefix = name_of(manifest), str(metadata.get("generateName") or "")
    key = near._replace(namespace=str(metadata.get("namespace") or ""), name=name or prefix)
    return Subject(Target(key), title=name or f"{prefix}…")
