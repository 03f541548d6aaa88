"""What the pods of a workflow use, read again and again while it runs and is on the screen.

One list of metrics.k8s.io for all its pods, whatever their number, each time. Where that names a
pod that is new, one list more, of the pods that run: what they may use is best told by themselves.
"""

from __future__ import annotations

from collections.abc import Callable

from tui.domain.allowance import PodAllowance
from tui.domain.workflow import WorkflowRef
from tui.errors import Missing, Refused, SourceError
from tui.ports.connection import Connection
from tui.ports.metrics import Metrics, PodUsage
from tui.ports.threads import CancelToken, endless

USAGE_EVERY = 10.0
"""Seconds between readings of what pods use; metrics are no fresher than that."""


class UsageReader:
    """A thread while its workflow runs and somebody looks."""

    def __init__(
        self,
        connection: Connection,
        used: Callable[[dict[str, PodUsage]], object],
        refused: Callable[[str], object] = lambda why: None,
        allowed: Callable[[dict[str, PodAllowance]], object] = lambda allowed: None,
        missing: Callable[[str], object] = lambda why: None,
    ) -> None:
        """`used` is called on the thread, by pod name; with nothing once the workflow is over.
        `refused` is called there once, with the sentence, where a right lacks, `missing` where
        nothing is measured; `allowed` with what pods say that they may use."""
        self._connection = connection
        self._used = used
        self._refused = refused
        self._allowed = allowed
        self._missing = missing
        self._stop: CancelToken | None = None
        self._ref: WorkflowRef | None = None
        """What runs; None where nothing does."""
        self._is_seen = True
        self._is_in_vain = False
        """Whether there is nothing to read, and will be nothing."""
        self._known: set[str] = set()
        """Pods of which is known what they may use, or that nobody tells it."""

    def read(self, ref: WorkflowRef, *, is_running: bool) -> None:
        """Read while it runs, and end when it does not."""
        was_running, self._ref = self._ref is not None, ref if is_running else None
        self._go_on()
        if was_running and not is_running:
            self._used({})

    def see(self, is_seen: bool) -> None:
        """Whether it is on the screen: what nobody looks at is not read."""
        self._is_seen = is_seen
        self._go_on()

    def _go_on(self) -> None:
        ref, metrics = self._ref, self._connection.port(Metrics)
        if ref is None or not self._is_seen:
            self.end()
        elif self._stop is None and metrics is not None and not self._is_in_vain:
            self._stop = endless(
                f"usage {ref.name}",
                lambda stop: self._read(metrics, ref, stop),
                lambda error: self._used({}),
            )

    def end(self) -> None:
        """Nothing of ours goes on."""
        if self._stop is not None:
            self._stop.set()
            self._stop = None

    def _read(self, metrics: Metrics, ref: WorkflowRef, stop: CancelToken) -> None:
        while not stop.is_set:
            try:
                usage = metrics.usage(ref)
            except Missing as error:
                self._is_in_vain = True
                self._missing(error.what)
                return  # no metrics here: the columns stay away
            except Refused as error:
                self._is_in_vain = True
                self._refused(error.what)
                return
            except SourceError:
                usage = {}  # what was read before is no longer so
            if not stop.is_set:
                self._used(usage)
            self._ask_pods(metrics, ref, usage.keys() - self._known, stop)
            stop.sleep(USAGE_EVERY)

    def _ask_pods(
        self, metrics: Metrics, ref: WorkflowRef, new: set[str], stop: CancelToken
    ) -> None:
        """What new pods may use; where that cannot be read their templates say it."""
        if not new or stop.is_set:
            return
        # Whatever the answer, they are asked about once.
        self._known |= new
        try:
            allowed = metrics.allowances(ref)
        except SourceError:
            return
        self._known |= allowed.keys()
        if not stop.is_set:
            self._allowed(allowed)
