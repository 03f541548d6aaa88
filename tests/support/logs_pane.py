"""A logs pane on the bench, and logs that are written while a test watches."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from threading import Lock

from tests.support.panes import Bench, On
from tests.support.runs import ETL, container, run, step
from tests.support.scripted import ScriptedSource, never_restarted
from tui.domain.logs import LogBlock, blocks_of
from tui.domain.podname import node_id
from tui.domain.workflow import Manifest
from tui.panes.logs import LogsPane
from tui.ports.logs import LogRequest
from tui.ports.threads import CancelToken

RUN = "serve-q1w2e"


def pod(name: str, workflow: str = RUN) -> str:
    """The name of a step's pod."""
    number = node_id(workflow, f"{workflow}.{name}").rpartition("-")[2]
    return f"{workflow}-{name.partition('(')[0]}-{number}"


POD_OF_ETL = pod("transform(2:shard:2)(1)", ETL)
"""The pod of the step that made `nightly_etl` fail."""


def running(*steps: str, phase: str = "Running", sidecar: bool = False) -> Manifest:
    """A run whose steps all go on."""
    nodes = [step(RUN, "", "Running", type="Steps", children=steps)]
    nodes += [step(RUN, name, phase, began=5 - i) for i, name in enumerate(steps)]
    templates = [{"name": "main", "steps": []}]
    for name in steps:
        more = {"sidecars": [{"name": "proxy", "image": "p"}]} if sidecar else {}
        templates.append(container(name, **more))
    return run(RUN, "Running", nodes=nodes, spec={"entrypoint": "main", "templates": templates})


def line(second: int, text: str) -> bytes:
    """A line as the API sends it, with its time."""
    return b"2026-03-17T06:29:%02d.000000000Z %s\n" % (second, text.encode())


class Pipe:
    """What one container writes: whoever begins to read gets all of it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._said: list[bytes | None] = []
        self._readers: list[queue.SimpleQueue[bytes | None]] = []

    def put(self, piece: bytes | None) -> None:
        """Write something; None ends the log."""
        with self._lock:
            self._said.append(piece)
            for reader in self._readers:
                reader.put(piece)

    def reader(self) -> queue.SimpleQueue[bytes | None]:
        """A way to read it from its beginning."""
        mine: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        with self._lock:
            for piece in self._said:
                mine.put(piece)
            self._readers.append(mine)
        return mine


class Written(ScriptedSource):
    """Logs that go on for as long as somebody reads them."""

    def __init__(self, *manifests: Manifest) -> None:
        super().__init__(*manifests)
        self.pipes: dict[tuple[str, str], Pipe] = {}
        self._making = Lock()
        self.reading: list[LogRequest] = []

    def pipe(self, name: str, container: str = "main") -> Pipe:
        """Where a container of a pod writes."""
        with self._making:  # a test and a reader may both be the first to ask
            return self.pipes.setdefault((name, container), Pipe())

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        self._ask("log", request)
        if request.previous and (request.pod, request.container) not in self.previous_logs:
            raise never_restarted(request)
        return blocks_of(self._pieces(request, stop), request.source)

    def _pieces(self, request: LogRequest, stop: CancelToken) -> Iterator[bytes]:
        mine = self.pipe(request.pod, request.container).reader()
        self.reading.append(request)
        take_back = stop.on_set(lambda: mine.put(None))
        try:
            while not stop.is_set and (piece := mine.get()) is not None:
                yield piece
        finally:
            take_back()
            self.reading.remove(request)


def head(on: On[LogsPane]) -> str:
    """The line above the log."""
    return on.pane.head.text


def asked(source: ScriptedSource) -> list[LogRequest]:
    """The logs that were asked for."""
    return [about for what, about in source.asked if what == "log"]


def new(context: Bench[LogsPane]) -> LogsPane:
    """The pane, for `bench`."""
    return LogsPane(context)
