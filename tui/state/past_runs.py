"""What the archive knows of the runs of one template, for whoever shows a run of it.

A list has what is in the cluster, and of the archive what somebody scrolled to. How a template's
last runs went, and how long they take as a rule, is told of its newest archived runs as well: so
many as are told, read once a maker, in pages, the newest first. What is archived later the list
knows by itself.

One question at a time, on a thread; while it is under way only the last that is wanted counts, so
that moving over a list asks for nothing but where somebody rests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tui.domain.history import LAST, Maker, maker_of
from tui.domain.workflow import ListedWorkflow
from tui.errors import SourceError
from tui.ports.archive import History
from tui.ports.collections import Readable
from tui.ports.connection import Connection
from tui.ports.runs import archived_runs_of
from tui.ports.threads import CancelToken, endless
from tui.state.inbox import Loop, call_on

FRESH = 300.0
"""Seconds for which an answer counts: runs that are archived while nothing lists them are no part
of it."""
AGAIN = 60.0
"""Seconds until a question that failed is asked again."""

_Of = tuple[str, Maker]
"""A connection, and what made the runs."""


class _Wanted(NamedTuple):
    """A question that waits for the one before it."""

    of: _Of
    connection: Connection
    kind: Readable[ListedWorkflow, Any]
    run: ListedWorkflow
    loop: Loop
    heard: Callable[[], object]


class PastRuns:
    """The newest archived runs of what made a workflow."""

    def __init__(self) -> None:
        self._found: dict[_Of, Sequence[ListedWorkflow]] = {}
        self._until: dict[_Of, float] = {}
        """By the clock of the loop, until when it is not asked again."""
        self._stop: CancelToken | None = None
        """Of the question that is under way."""
        self._next: _Wanted | None = None

    def of(
        self,
        connection: Connection | None,
        kind: Readable[ListedWorkflow, Any],
        run: ListedWorkflow,
        loop: Loop,
        heard: Callable[[], object],
    ) -> Sequence[ListedWorkflow]:
        """Those that are known; where none were asked for yet, `heard` is called on the loop once
        more is known. Without an archive there are none. `kind` is that of workflows."""
        maker = maker_of(run)
        if maker is None or connection is None or connection.port(History) is None:
            return ()
        of = (connection.id, maker)
        if loop.time() >= self._until.get(of, 0.0):
            wanted = _Wanted(of, connection, kind, run, loop, heard)
            if self._stop is None:
                self._ask(wanted)
            else:
                self._next = wanted
        return self._found.get(of, ())

    def _ask(self, wanted: _Wanted) -> None:
        of, loop = wanted.of, wanted.loop
        self._until[of] = loop.time() + FRESH

        def work(stop: CancelToken) -> None:
            found = archived_runs_of(wanted.connection, wanted.kind, wanted.run, LAST, stop)
            call_on(loop, lambda: self._landed(wanted, stop, found))

        def failed(error: SourceError) -> None:
            call_on(loop, lambda: self._failed(wanted, stop))

        stop = self._stop = endless("past runs", work, failed)

    def _landed(self, wanted: _Wanted, stop: CancelToken, found: Sequence[ListedWorkflow]) -> None:
        if stop is self._stop:
            self._found[wanted.of] = tuple(found)
            self._go_on()
            wanted.heard()

    def _failed(self, wanted: _Wanted, stop: CancelToken) -> None:
        # What is known stays; that the archive cannot be read its list says.
        if stop is self._stop:
            self._until[wanted.of] = wanted.loop.time() + AGAIN
            self._go_on()

    def _go_on(self) -> None:
        self._stop = None
        wanted, self._next = self._next, None
        if wanted is not None and wanted.loop.time() >= self._until.get(wanted.of, 0.0):
            self._ask(wanted)

    def forget(self) -> None:
        """Ask anew whatever is wanted from now on; until it is answered what was known counts."""
        if self._stop is not None:
            self._stop.set()
        self._stop = self._next = None
        self._until.clear()
