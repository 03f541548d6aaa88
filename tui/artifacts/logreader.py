"""Reading the log of one container, wherever it is by now: its pod, else the archive."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing

from tui.artifacts import open_store
from tui.artifacts.repository import find_repository
from tui.domain.artifact import archived_log
from tui.domain.logs import LogLine, order_key, split_line
from tui.domain.logtargets import LogTarget
from tui.domain.workflow import Workflow
from tui.errors import (
    ArtifactError,
    Busy,
    Missing,
    Rejected,
    SourceError,
    TuiError,
    Unreachable,
)
from tui.ports.connection import Source
from tui.ports.logs import LogRequest
from tui.ports.threads import CancelToken

PIECE = 1 << 20
TRIES = 5
"""How often a followed log is opened again in a row without a line between."""
WAITING = "waiting to start"
"""What the kubelet says of a container that has not begun."""


class Reader:
    """Reads logs of one workflow, for the command that prints them and the pane that shows them."""

    def __init__(
        self,
        source: Source,
        workflow: Workflow,
        *,
        tail: int | None = None,
        previous: bool = False,
        since_time: str | None = None,
        told: Callable[[str], object],
    ) -> None:
        self.source = source
        self.workflow = workflow
        self.failed = 0
        """How many targets gave nothing, each told."""
        self._told = told
        self._tail = tail
        self._previous = previous
        self._since = since_time
        self._archived: dict[tuple[str, str], int] = {}
        """Targets read from the archive → length of the time lent to their next line."""

    def lines(
        self, target: LogTarget, stop: CancelToken, *, is_followed: bool = False
    ) -> Iterator[bytes]:
        """Its lines, each beginning with its time where that is known."""
        try:
            if is_followed:
                yield from self._followed(target, stop)
            else:
                yield from self._of_pod(target, stop)
        except Missing as gone:
            yield from self._instead(target, gone)
        except SourceError as error:
            # One log that cannot be read must not cost the others.
            self._fail(target, error)

    def _instead(self, target: LogTarget, gone: Missing) -> Iterator[bytes]:
        """The archived log of a pod that is gone."""
        if self._previous:
            self._fail(target, gone)
            return
        try:
            yield from self._of_archive(target)
        except (ArtifactError, SourceError) as error:
            self._fail(target, error)

    def _of_pod(self, target: LogTarget, stop: CancelToken) -> Iterator[bytes]:
        yield from split_lines(self.source.log(self._request(target), stop))

    def _followed(self, target: LogTarget, stop: CancelToken) -> Iterator[bytes]:
        """A log that is being written: opened again where it broke, no line twice."""
        last, tries = b"", 0
        while not stop.is_set:
            request = self._request(target, follow=True, after=last.decode("ascii", "replace"))
            try:
                for line in split_lines(self.source.log(request, stop)):
                    key = order_key(split_line(line).stamp)
                    if key and key <= last:
                        continue
                    last, tries = key or last, 0
                    yield line
            except (Unreachable, Busy, Rejected) as error:
                tries += 1
                has_not_begun = isinstance(error, Rejected) and WAITING in error.what
                if not has_not_begun and (isinstance(error, Rejected) or tries > TRIES):
                    raise
                stop.sleep(1.0)
            else:
                return

    def _request(self, target: LogTarget, *, follow: bool = False, after: str = "") -> LogRequest:
        return LogRequest(
            self.workflow.metadata.namespace,
            target.pod,
            target.container,
            follow=follow,
            previous=self._previous,
            tail_lines=None if after else self._tail,
            since_time=after or self._since,
        )

    def _of_archive(self, target: LogTarget) -> Iterator[bytes]:
        """The archived log. It has no times: its first line is lent the step's, to be merged by."""
        found = split_lines(archived(self.source, self.workflow, target))
        kept = found if self._tail is None else deque(found, maxlen=max(self._tail, 0))
        stamp = b"%s " % (target.node.started_at or "").encode()
        for place, line in enumerate(kept):
            lent = stamp if place == 0 and len(stamp) > 1 else b""
            self._archived[target.pod, target.container] = len(lent)
            yield lent + line

    def parted(self, target: LogTarget, line: bytes) -> LogLine:
        """Time and text of one of its lines; archived lines are all text, whatever they say."""
        key = (target.pod, target.container)
        if key not in self._archived:
            return split_line(line)
        lent, self._archived[key] = self._archived[key], 0
        return LogLine(b"", line[lent:])

    def _fail(self, target: LogTarget, error: TuiError) -> None:
        self.failed += 1
        self._told(f"{target.pod}/{target.container}: {error}")


def archived(source: Source, workflow: Workflow, target: LogTarget) -> Iterator[bytes]:
    """An archived log, piece by piece.

    Raises: Missing where none was written, ArtifactError where it cannot be read.
    """
    repository = find_repository(workflow, source.config_map)
    location = archived_log(workflow, target.node, target.container, repository)
    if location is None:
        raise Missing("its pod is gone, and its log was not archived", reason="NoLog")
    with closing(open_store(location, source.secret_value)) as store:
        offset = 0
        while piece := store.read(location, offset, PIECE):
            yield piece
            offset += len(piece)
            if len(piece) < PIECE:
                return


def split_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines without their ends; the last one may have none."""
    begun: list[bytes] = []
    for piece in pieces:
        first, *rest = piece.split(b"\n")
        begun.append(first)
        if rest:
            yield b"".join(begun)
            yield from rest[:-1]
            begun = [rest[-1]]
    last = b"".join(begun)
    if last:
        yield last
