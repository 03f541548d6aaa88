"""From what a reflector tells to the events of the port: of a list, of one workflow, of several
lists at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tui.domain.workflow import ListedWorkflow, WorkflowRef
from tui.errors import Missing, SourceError
from tui.ports.collections import (
    Changed,
    DetailSink,
    ListEvent,
    ListSink,
    Live,
    Opened,
    Page,
    Removed,
    Stale,
)
from tui.ports.threads import CancelToken
from tui.sources.collections import Whole


class ListAudience:
    """Tells a list's sink; silent once stopped."""

    def __init__(self, sink: ListSink, stop: CancelToken, namespace: str = "") -> None:
        self._sink = sink
        self._stop = stop
        self._namespace = namespace

    def page(self, items: tuple[ListedWorkflow, ...], *, first: bool, last: bool) -> None:
        """Part of a list."""
        self._tell(Page(items, first, last, self._namespace))

    def changed(self, item: ListedWorkflow) -> None:
        """One is new or different."""
        self._tell(Changed(item))

    def removed(self, item: ListedWorkflow) -> None:
        """One is gone."""
        self._tell(Removed(item.ref))

    def live(self) -> None:
        """The watch is open."""
        self._tell(Live())

    def stale(self, error: SourceError, retry_in: float, attempt: int) -> None:
        """The watch broke."""
        self._tell(Stale(error, retry_in, attempt))

    def _tell(self, event: ListEvent) -> None:
        if not self._stop.is_set:
            self._sink(event)


class DetailAudience:
    """Tells the sink of one workflow; a workflow made again under the same name is another one."""

    def __init__(self, ref: WorkflowRef, sink: DetailSink, stop: CancelToken) -> None:
        self._ref = ref
        self._sink = sink
        self._stop = stop
        self._shown: tuple[str, str] | None = None
        """uid and version of what was told last."""

    def page(self, items: tuple[Whole, ...], *, first: bool, last: bool) -> None:
        """What the list has of it. Raises: Missing when it was never there."""
        wanted = [item for item in items if self._is_wanted(item)]
        if wanted:
            self._open(wanted[0])
        elif self._shown is None:
            raise Missing(
                f"there is no workflow {self._ref.name} in {self._ref.namespace}",
                hint="it may have been deleted",
                status=404,
                reason="NotFound",
            )
        else:
            self._gone()

    def changed(self, item: Whole) -> None:
        """It is different."""
        if self._is_wanted(item):
            self._open(item)

    def removed(self, item: Whole) -> None:
        """It is gone."""
        if self._is_wanted(item):
            self._gone()

    def live(self) -> None:
        """The watch is open."""
        if not self._stop.is_set:
            self._sink(Live())

    def stale(self, error: SourceError, retry_in: float, attempt: int) -> None:
        """The watch broke."""
        if not self._stop.is_set:
            self._sink(Stale(error, retry_in, attempt))

    def _is_wanted(self, item: Whole) -> bool:
        return self._ref.uid in ("", item.workflow.ref.uid)

    def _open(self, item: Whole) -> None:
        seen = (item.workflow.ref.uid, item.workflow.version)
        if self._stop.is_set or (seen[1] and seen == self._shown):
            return
        self._shown = seen
        self._sink(Opened(item.workflow, item.raw, item.fits))

    def _gone(self) -> None:
        uid = self._shown[0] if self._shown else self._ref.uid
        if not self._stop.is_set and self._shown != ("", ""):
            self._shown = ("", "")
            self._sink(Removed(WorkflowRef(self._ref.namespace, self._ref.name, uid)))


class Together:
    """Several lists told to one sink: live when all are, stale when one is."""

    def __init__(self, sink: ListSink) -> None:
        self._sink = sink
        self._lock = threading.Lock()
        self._states: dict[str, Live | Stale | None] = {}

    def part(self, namespace: str) -> ListSink:
        """The sink of one of the lists; take all before the first of them begins."""
        self._states[namespace] = None

        def tell(event: ListEvent) -> None:
            with self._lock:
                if isinstance(event, Live | Stale):
                    self._states[namespace] = event
                    if isinstance(event, Live) and not self._are_live():
                        return
                self._sink(event)

        return tell

    def _are_live(self) -> bool:
        return all(isinstance(state, Live) for state in self._states.values())


def all_at_once(jobs: dict[str, Callable[[CancelToken], None]], stop: CancelToken) -> None:
    """Run endless jobs side by side until stopped; the first that fails ends them all."""
    inner = CancelToken()
    take_back = stop.lead(inner)
    failed: list[BaseException] = []

    def work(job: Callable[[CancelToken], None]) -> None:
        try:
            job(inner)
        except BaseException as error:  # handed to the caller's thread, which raises it
            failed.append(error)
            inner.set()

    threads = [
        threading.Thread(target=work, args=(job,), name=f"watch {name}", daemon=True)
        for name, job in jobs.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    take_back()
    if failed:
        raise failed[0]
