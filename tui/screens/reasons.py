"""Why a workflow failed, where the list does not tell.

Of many that failed `status.message` is empty: the words are those of a step, and a list comes
without steps. So the one the cursor rests on is read, once for each of its versions, and the list
says it from then on.
"""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen
from textual.timer import Timer

from tui.domain import decode
from tui.domain.changes import ChangeSet
from tui.domain.forest import first_problem, rows
from tui.domain.node import ERROR, FAILED
from tui.domain.workflow import ListedWorkflow, Workflow, WorkflowRef
from tui.errors import TuiError
from tui.screens.desk import Desk

RESTS = 0.5
"""Seconds the cursor stays on a row before its workflow is read: rows passed cost nothing."""
MOST_KEPT = 1000


def why_failed(workflow: Workflow) -> str:
    """`train(3): OOMKilled (exit code 137)`: the step to look at first, and what it says."""
    problem = first_problem(workflow, rows(workflow))
    if problem is None:
        return ""
    node = workflow.nodes[problem]
    return f"{node.display_name or node.name}: {node.message or node.phase}"


class Reasons:
    """What is known of why workflows failed."""

    def __init__(
        self, screen: Screen[None], desk: Desk, told: Callable[[ChangeSet], object]
    ) -> None:
        self._screen = screen
        self._desk = desk
        self._told = told
        self._known: dict[tuple[WorkflowRef, str], str] = {}
        self._resting: Timer | None = None
        self._rests_on: tuple[WorkflowRef, str] | None = None

    def of(self, workflow: ListedWorkflow) -> str:
        """Its own message, else why it failed as far as that was read."""
        return workflow.status.message or self._known.get((workflow.ref, workflow.version), "")

    def rest_on(self, workflow: ListedWorkflow | None) -> None:
        """The cursor is here: read why, if nothing tells it and the cursor stays."""
        key = (workflow.ref, workflow.version) if workflow is not None else None
        if key == self._rests_on:
            return
        self._rests_on = key
        if self._resting is not None:
            self._resting.stop()
            self._resting = None
        if workflow is None or workflow.phase not in (FAILED, ERROR) or self.of(workflow):
            return
        if key not in self._known:
            self._resting = self._screen.set_timer(RESTS, lambda: self._begin(workflow))

    def _begin(self, workflow: ListedWorkflow) -> None:
        self._screen.run_worker(
            lambda: self._read(workflow), thread=True, group="reason", exclusive=True
        )

    def _read(self, workflow: ListedWorkflow) -> None:
        source = self._desk.source
        if source is None:
            return
        try:
            reason = why_failed(decode.from_manifest(source.get(workflow.ref)))
        except TuiError:
            return  # its own screen says why it cannot be read; here nothing is missed
        self._screen.app.call_from_thread(self._take, workflow, reason)

    def _take(self, workflow: ListedWorkflow, reason: str) -> None:
        if len(self._known) >= MOST_KEPT:
            del self._known[next(iter(self._known))]
        self._known[workflow.ref, workflow.version] = reason
        if reason:
            # Its row says it from now on, if it is still there.
            known = workflow.ref in self._desk.live
            self._told(ChangeSet(changed=(workflow.ref,) if known else ()))
