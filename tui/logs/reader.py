"""Reading the log of one container, wherever it is by now: its pod, else the archive."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from tui.domain.artifact import archived_log
from tui.domain.logs import (
    NO_TIME,
    LogBlock,
    LogSource,
    Origin,
    Position,
    blocks_of,
    own_lines,
    seam,
)
from tui.domain.logtargets import (
    LogTarget,
    attempts_before,
    has_begun,
    may_begin,
    name_among_pods,
)
from tui.domain.node import AGENTS, PENDING, RUNNING, Node
from tui.domain.templates import may_restart
from tui.domain.workflow import Workflow
from tui.errors import Busy, Missing, NotOffered, Rejected, SourceError, Unreachable
from tui.logs.pods import runs_since
from tui.ports.connection import Connection, offered
from tui.ports.logs import NOTHING, ArchivedLogs, LogRequest, PodLogs
from tui.ports.pods import Around
from tui.ports.threads import CancelToken

TRIES = 5
"""How often a log is opened in a row without a line between, by who does not wait for ever."""
LONGEST_PAUSE = 5.0
"""Seconds between two tries at the most."""
WAITING = "waiting to start"
"""What the API says of a container that has not started, in an answer of 400."""
NO_HOST = "does not have a host assigned"
"""What it says of one whose pod is on no machine yet."""
LOOK_AGAIN = 1.0
"""Seconds until a container that has not started is asked for again."""

Number = Callable[[LogSource], int]
"""Gives the next number to a source of lines, which their blocks bear."""

OnTrouble = Callable[[SourceError, float], object]
"""Is told why a log broke, and in how many seconds it is tried again."""

LATEST = 20
"""Lines that were shown last by which the place in the archive is found where not all were read."""
NO_TIMES = "its archived log has no times, so all of it is there, whenever it was written"

OnNotice = Callable[[LogTarget, str], object]
"""Is told, on the thread that reads, what is not as it was asked for."""

OnWaiting = Callable[[SourceError], object]
"""Is told what the API says of a container that has not started; once for each thing it says."""


class LogReader:
    """Reads logs of one workflow, for the command that prints them and the pane that shows them."""

    def __init__(
        self,
        source: Connection,
        workflow: Workflow,
        *,
        tail: int | None = None,
        previous: bool = False,
        since_time: str | None = None,
        is_patient: bool = False,
        is_alone: bool = False,
        wants_times: bool = True,
        noted: OnNotice = lambda target, words: None,
    ) -> None:
        """With `is_alone` a log stands for itself, not among others: it begins with what its
        container said before it was started again, and that of an agent with the lines of the step
        that is meant.

        Without `wants_times` a log that is read once, whole and alone comes without them: that is a
        quarter of its bytes, and as much of the work. After a break it is read from its beginning,
        and as many lines are left out as were read.
        """
        self.workflow = workflow
        """The workflow as it is now; a new version may be put here while logs are read."""
        self._source = source
        self._tail = tail
        self._previous = previous
        self._since = since_time
        self._noted = noted
        self._wants_times = wants_times or tail is not None or since_time is not None
        self._is_patient = is_patient
        """Whether a connection that broke is waited for as long as it takes."""
        self._is_single = is_alone and not previous
        self._is_alone = is_alone and not previous and tail is None and since_time is None

    def blocks(
        self,
        target: LogTarget,
        stop: CancelToken,
        *,
        number: Number,
        is_followed: bool = False,
        told: OnTrouble = lambda error, seconds: None,
        waits: OnWaiting = lambda error: None,
        resumed: Callable[[], object] = lambda: None,
    ) -> Iterator[LogBlock]:
        """Its lines, until its end or stopped; a log that broke goes on where it broke.

        A followed log whose container has not started is asked for until it has, and while its
        step has not begun so is one that is not there, less and less often. `resumed` is
        called when it has started, and when lines come again after trouble, be they all read
        before: as the server repeats the last second, that is soon, however long no new line comes.

        Raises: TuiError, where it cannot be read, or not to its end.
        """
        shown, last = 0, NO_TIME
        earlier: set[int] = set()
        is_part = self._tail is not None or self._since is not None
        latest: deque[bytes] = deque(maxlen=LATEST)
        is_after_own = False
        found = self._of_pod(target, stop, number, is_followed, told, waits, resumed, earlier)
        if self._is_alone and target.is_agents:
            found = self._own_first(target, stop, number, found)
        try:
            for block in found:
                if block.source not in earlier:
                    own = own_lines(block, is_after_own=is_after_own)
                    if len(block):
                        is_after_own = bool(own) and own[-1] == len(block) - 1
                    shown += len(block) - len(own)
                    if is_part:
                        latest.extend(_last_but(block, own, LATEST))
                last = max(last, block.last_time)
                yield block
        except Missing as error:
            if self._previous:
                raise
            if is_followed and not has_begun(target.node) and not has_begun(self._now(target)):
                return  # it never came to that
            gone = error
        else:
            return
        while is_followed and self._may_be_archived_yet(target) and not stop.is_set:
            # What has no archived log yet may have one when its step is over.
            waits(Missing(f"{gone.what}; its step is not over yet", reason="NoLog"))
            stop.sleep(LOOK_AGAIN)
        if stop.is_set:
            return
        # What was read of the pod stands in the archive too, less the lines of Argo's own.
        try:
            if shown and is_part:
                known = self._place_in_archive(target, latest)
                archive = _without_first(self._whole_archive(target, number), known)
            else:
                archive = _without_first(self._of_archive(target, number), shown)
            first = next(archive, None)
        except Missing as error:
            if gone.reason == NOTHING:
                raise gone from None
            if isinstance(gone, NotOffered):
                # Nobody was asked: its pod may well be there.
                raise NotOffered(
                    f"{gone.what}, and this one was not archived", reason=gone.reason
                ) from None
            if shown:
                raise Missing(f"{error.what}: it may end early", reason=error.reason) from None
            raise
        if self._since is not None and not shown:
            self._noted(target, NO_TIMES)
        if shown:
            words = f"{target.node.title}: its pod is gone, from the archive on"
            yield seam(words, number(self._source_of(target, "seam")), last)
        if first is not None:
            yield first
            yield from archive

    def _source_of(self, target: LogTarget, origin: Origin) -> LogSource:
        node = target.node
        step = "agent" if node.type in AGENTS else name_among_pods(self.workflow, node)
        return LogSource(step, target.pod, target.container, node.id, origin)

    def _now(self, target: LogTarget) -> Node:
        """The step as it is now."""
        return self.workflow.nodes.get(target.node.id, target.node)

    def _may_begin(self, target: LogTarget) -> bool:
        """Whether its pod may come yet, or run before its step is said to."""
        return may_begin(self._now(target)) and not self.workflow.is_completed

    def _may_be_archived_yet(self, target: LogTarget) -> bool:
        """Whether a step that still runs has no archived log so far."""
        node = self.workflow.nodes.get(target.node.id)
        if node is None or node.phase not in ("", PENDING, RUNNING):
            return False
        return archived_log(self.workflow, node, target.container) is None

    def _own_first(
        self, target: LogTarget, stop: CancelToken, number: Number, whole: Iterator[LogBlock]
    ) -> Iterator[LogBlock]:
        """The lines of an agent that name the step, then all others, as they come from then on.

        The log is read twice: of one that is as long as may be nothing is kept.
        """
        name = str(target.node.id).encode()
        source = number(self._source_of(target, "pod"))
        request = self._request(target, source, follow=False, after="")
        shown, until = 0, NO_TIME
        try:
            for block in offered(self._source, PodLogs).log(request, stop):
                until = max(until, block.last_time)
                lines = block.data[:-1].split(b"\n") if len(block) else []
                mine = [at for at, line in enumerate(lines) if name in line]
                shown += len(mine)
                if mine:
                    yield block.chosen(mine)
        except (Unreachable, Busy, Rejected):
            pass  # whoever reads all of it says so
        except Missing:
            if not self._may_begin(target):
                raise
        is_first = shown > 0
        for block in whole:
            others = block
            if shown:
                lines = block.data[:-1].split(b"\n")
                known = [
                    at for at, line in enumerate(lines) if name in line and block.times[at] <= until
                ][:shown]
                shown -= len(known)
                if known:
                    rest = set(range(len(block))).difference(known)
                    others = block.chosen(sorted(rest))
            if not len(others):
                continue
            if is_first:
                is_first = False
                words = f"of the agent, for all steps that it does: {target.pod}"
                yield seam(words, number(self._source_of(target, "seam")), others.times[0])
            yield others

    def _before_restart(
        self, target: LogTarget, stop: CancelToken, number: Number, earlier: set[int]
    ) -> Iterator[LogBlock]:
        """What the container said before it was started again, and a seam; else nothing."""
        source = number(self._source_of(target, "previous"))
        earlier.add(source)
        request = self._request(target, source, follow=False, after="", previous=True)
        last = NO_TIME
        is_any = False
        try:
            for block in offered(self._source, PodLogs).log(request, stop):
                if len(block):
                    is_any = True
                    last = max(last, block.last_time)
                    yield block
        except SourceError:
            pass  # there is none, or it is gone: what runs now matters more
        if is_any:
            seam_source = number(self._source_of(target, "seam"))
            earlier.add(seam_source)
            yield seam(f"{target.container} was started again", seam_source, last)

    def _of_pod(
        self,
        target: LogTarget,
        stop: CancelToken,
        number: Number,
        is_followed: bool,
        told: OnTrouble,
        waits: OnWaiting,
        resumed: Callable[[], object],
        earlier: set[int],
    ) -> Iterator[LogBlock]:
        source = number(self._source_of(target, "previous" if self._previous else "pod"))
        position: Position | _Counted = Position()
        if not (self._wants_times or is_followed):
            position = _Counted()
        tries = 0
        pause = LOOK_AGAIN
        is_troubled = False
        waits_for = ""
        # Attempts of a retry strategy are pods of their own (argo.md 1.6).
        is_attempt = attempts_before(self.workflow, target.node) is not None
        asks_earlier = self._is_alone and not is_attempt and not target.is_agents
        while not stop.is_set:
            request = self._request(
                target,
                source,
                follow=is_followed,
                after=position.since,
                stamped=isinstance(position, Position),
            )
            position.begin_again()
            may_come = is_followed and self._may_begin(target)
            try:
                for block in offered(self._source, PodLogs).log(request, stop):
                    if asks_earlier:
                        # Only now is it known that there is such a pod.
                        asks_earlier = False
                        yield from self._before_restart(target, stop, number, earlier)
                    if waits_for or (is_troubled and len(block)):
                        is_troubled, waits_for = False, ""
                        resumed()
                    if not len(block):
                        continue
                    unread = position.unread(block)
                    if unread is not None:
                        tries = 0
                        may_come = False
                        yield unread
                if may_come and not stop.is_set:
                    # Whether that was all of it is known when the step has begun, or is over.
                    pause = self._wait_longer(stop, pause)
                    continue
                restarted = self._restarted(target, stop, waits) if is_followed else None
                if restarted is None:
                    return
                last = position.last if isinstance(position, Position) else NO_TIME
                waits_for = waits_for or "its start"
                if restarted > last:
                    again = number(self._source_of(target, "seam"))
                    earlier.add(again)
                    yield seam(f"{target.container} was started again", again, last)
            except Missing as error:
                if not may_come:
                    raise
                if error.what != waits_for:
                    waits_for = error.what
                    waits(error)
                pause = self._wait_longer(stop, pause)
            except (Unreachable, Busy, Rejected) as error:
                is_waiting = isinstance(error, Rejected) and WAITING in error.what
                is_nowhere = may_come and isinstance(error, Rejected) and NO_HOST in error.what
                if is_followed and (is_waiting or is_nowhere):
                    if error.what != waits_for:
                        waits_for = error.what
                        waits(error)
                    pause = self._wait_longer(stop, pause if is_nowhere else LOOK_AGAIN)
                    continue
                tries += 1
                if isinstance(error, Rejected) or (not self._is_patient and tries > TRIES):
                    raise
                seconds = error.wait(min(LONGEST_PAUSE, 2.0 ** min(tries - 1, 8)))
                is_troubled, waits_for = True, ""
                told(error, seconds)
                stop.sleep(seconds)

    @staticmethod
    def _wait_longer(stop: CancelToken, pause: float) -> float:
        """Wait until it is asked for again; returns how long to wait the time after."""
        stop.sleep(pause)
        return min(LONGEST_PAUSE, pause * 1.5)

    def _restarted(self, target: LogTarget, stop: CancelToken, waits: OnWaiting) -> int | None:
        """When a container began that runs on although its log ended; None for one that is over.

        The kubelet starts containers again where the pod's restart policy says so, and a server may
        end a stream that nobody wrote into for hours. Asked by who reads one log, for itself, and
        of many logs where containers of the pod may be started again.
        """
        asks = self._is_single or (
            not self._previous and may_restart(self.workflow, self._now(target))
        )
        around = self._source.port(Around) if asks else None
        told = ""
        while around is not None and not stop.is_set:
            try:
                pod = around.pod(self.workflow.metadata.namespace, target.pod)
            except SourceError:
                return None
            state = runs_since(pod, target.container)
            if isinstance(state, str):
                if not state:
                    return None
                if state != told:
                    told = state
                    waits(Rejected(f"{target.container} {state}"))
            # What the API says comes later than the end of a log: it may not run any more.
            stop.sleep(LOOK_AGAIN)
            if not isinstance(state, str):
                return state
        return None

    def _request(
        self,
        target: LogTarget,
        source: int,
        *,
        follow: bool,
        after: str,
        previous: bool | None = None,
        stamped: bool = True,
    ) -> LogRequest:
        return LogRequest(
            self.workflow.metadata.namespace,
            target.pod,
            target.container,
            follow=follow,
            previous=self._previous if previous is None else previous,
            tail_lines=None if after else self._tail,
            since_time=after or self._since,
            source=source,
            stamped=stamped,
            workflow=self.workflow.metadata.name,
        )

    def _of_archive(self, target: LogTarget, number: Number) -> Iterator[LogBlock]:
        """The archived log, or as many of its last lines as are asked for."""
        found = self._whole_archive(target, number)
        return found if self._tail is None else _last_lines(found, max(self._tail, 0))

    def _whole_archive(self, target: LogTarget, number: Number) -> Iterator[LogBlock]:
        """The archived log. What looks like times in it the program wrote itself."""
        source = number(self._source_of(target, "archive"))
        return self._archived_blocks(target, source)

    def _archived_blocks(self, target: LogTarget, source: int = 0) -> Iterator[LogBlock]:
        from tui.logs.archived import archived  # a log in its pod needs no store

        pieces = archived(self._source, self.workflow, target)
        found = blocks_of(pieces, source, stamped=False)
        own = self._source.port(ArchivedLogs)
        if own is None:
            return found
        return own.archived_log(self._request(target, source, follow=False, after=""), found)

    def _place_in_archive(self, target: LogTarget, latest: Sequence[bytes]) -> int:
        """How many lines of the archive were read of the pod, or stand before those.

        Where only the end of the pod's log was read, the last lines of it say so: as far as they
        stand there, the last time they do. All are new where they do not.
        """
        wanted, window = tuple(latest), deque[bytes](maxlen=len(latest))
        at = place = 0
        for block in self._archived_blocks(target):
            for line in block.data[:-1].split(b"\n"):
                at += 1
                window.append(line)
                if line == wanted[-1] and tuple(window) == wanted:
                    place = at
        if not place:
            self._noted(target, "what its pod said last is not in its archived log: all of that")
        return place


class _Counted:
    """The position up to which a log was read that is read from its beginning each time."""

    since = ""

    def __init__(self) -> None:
        self._read = self._to_skip = 0

    def begin_again(self) -> None:
        """The log comes anew, from its first line on."""
        self._to_skip = self._read

    def unread(self, block: LogBlock) -> LogBlock | None:
        """The part of a block that was not read before; None if there is none."""
        first = min(self._to_skip, len(block))
        self._to_skip -= first
        if first == len(block):
            return None
        self._read += len(block) - first
        return block.part(first, len(block))


def _last_but(block: LogBlock, own: Iterable[int], count: int) -> list[bytes]:
    """The last lines of a block but for some."""
    left_out = set(own)
    lines: list[bytes] = []
    at = len(block) - 1
    while at >= 0 and len(lines) < count:
        if at not in left_out:
            lines.append(block.line(at))
        at -= 1
    return lines[::-1]


def _last_lines(blocks: Iterable[LogBlock], count: int) -> Iterator[LogBlock]:
    kept: deque[LogBlock] = deque()
    lines = 0
    for block in blocks:
        kept.append(block)
        lines += len(block)
        while kept and lines - len(kept[0]) >= count:
            lines -= len(kept.popleft())
    yield from _without_first(kept, lines - count)


def _without_first(blocks: Iterable[LogBlock], count: int) -> Iterator[LogBlock]:
    """The blocks without so many lines at their beginning."""
    for block in blocks:
        skipped = min(max(count, 0), len(block))
        count -= skipped
        if skipped < len(block):
            yield block.part(skipped, len(block))
