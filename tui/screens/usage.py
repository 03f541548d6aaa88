"""What the pods of a workflow use, read again and again while it runs."""

from __future__ import annotations

from collections.abc import Callable

from tui.domain.workflow import WorkflowRef
from tui.errors import Missing, Refused, SourceError
from tui.ports.connection import Connection
from tui.ports.metrics import Metrics, PodUsage
from tui.ports.threads import CancelToken, endless

USAGE_EVERY = 10.0
"""Seconds between readings of what pods use; metrics are no fresher than that."""


class UsageReader:
    """A thread while its workflow runs."""

    def __init__(
        self,
        connection: Connection,
        used: Callable[[dict[str, PodUsage]], object],
        refused: Callable[[str], object] = lambda why: None,
    ) -> None:
        """`used` is called on the thread, by pod name; with nothing once the workflow is over.
        `refused` is called there once, with the sentence, where a right lacks."""
        self._connection = connection
        self._used = used
        self._refused = refused
        self._stop: CancelToken | None = None

    def read(self, ref: WorkflowRef, *, is_running: bool) -> None:
        """Read while it runs, and end when it does not."""
        metrics = self._connection.port(Metrics)
        if is_running and self._stop is None and metrics is not None:
            self._stop = endless(
                f"usage {ref.name}",
                lambda stop: self._read(metrics, ref, stop),
                lambda error: self._used({}),
            )
        elif not is_running and self._stop is not None:
            self.end()
            self._used({})

    def end(self) -> None:
        """Nothing of ours goes on."""
        if self._stop is not None:
            self._stop.set()
            self._stop = None

    def _read(self, metrics: Metrics, ref: WorkflowRef, stop: CancelToken) -> None:
        while not stop.is_set:
            try:
                usage = metrics.usage(ref)
            except Missing:
                return  # no metrics here: the columns stay away
            except Refused as error:
                self._refused(error.what)
                return
            except SourceError:
                usage = {}  # what was read before is no longer so
            if not stop.is_set:
                self._used(usage)
            stop.sleep(USAGE_EVERY)
