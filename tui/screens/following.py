"""Following one workflow: its watch, and what its pods use while it runs."""

from __future__ import annotations

from collections.abc import Callable

from tui.domain.workflow import WorkflowRef
from tui.errors import Missing, Refused, SourceError
from tui.ports.collections import DetailEvent
from tui.ports.connection import Source
from tui.ports.metrics import PodUsage
from tui.ports.threads import CancelToken, endless
from tui.state.inbox import Inbox, Loop

USAGE_EVERY = 10.0
"""Seconds between readings of what pods use; metrics are no fresher than that."""


class Following:
    """Two threads, from `begin` to `end`."""

    def __init__(
        self,
        source: Source,
        ref: WorkflowRef,
        *,
        told: Callable[[list[DetailEvent]], None],
        failed: Callable[[SourceError], object],
        used: Callable[[dict[str, PodUsage]], object],
    ) -> None:
        self._source = source
        self._ref = ref
        self._told = told
        self._failed = failed
        self._used = used
        self._inbox: Inbox[DetailEvent] | None = None
        self._watch: CancelToken | None = None
        self._usage: CancelToken | None = None

    def begin(self, loop: Loop) -> None:
        """Watch; `told` is called on the loop, `failed` on a thread."""
        inbox: Inbox[DetailEvent] = Inbox(loop, self._told)
        self._inbox = inbox

        def watch(stop: CancelToken) -> None:
            self._source.watch_one(self._ref, inbox.put, stop)

        def fail(error: SourceError) -> None:
            self._failed(error)

        self._watch = endless(f"watch {self._ref.name}", watch, fail)

    def read_usage(self, is_running: bool) -> None:
        """Read what its pods use while it runs; `used` is called on a thread."""
        if is_running and self._usage is None and self._source.capabilities.has_pods:
            self._usage = endless(
                f"usage {self._ref.name}", self._read, lambda error: self._used({})
            )
        elif not is_running and self._usage is not None:
            self._usage.set()
            self._usage = None
            self._used({})

    def _read(self, stop: CancelToken) -> None:
        while not stop.is_set:
            try:
                usage = self._source.usage(self._ref)
            except (Missing, Refused):
                # No metrics here, or no right to them: the columns stay away, nothing else is lost.
                return
            except SourceError:
                usage = {}  # what was read before is no longer so
            if not stop.is_set:
                self._used(usage)
            stop.sleep(USAGE_EVERY)

    def try_again(self) -> None:
        """If its watch waits for the next try, that is now."""
        if self._watch is not None:
            self._watch.wake()

    def end(self) -> None:
        """Nothing of ours goes on."""
        if self._inbox is not None:
            self._inbox.close()
        for stop in (self._watch, self._usage):
            if stop is not None:
                stop.set()
