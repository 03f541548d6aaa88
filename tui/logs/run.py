"""The log of a run: all of its steps as one stream, those that begin later join it.

What is read is bounded: so many logs at a time, in the order in which their steps began. A step
whose log is not read yet bounds what may be shown, so lines stand in the order of time however many
steps there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nlargest
from time import monotonic
from typing import NamedTuple

from tui.domain.logs import NO_TIME, LogBlock, LogSource, seam, time_of
from tui.domain.logtargets import (
    MOST_COMING,
    LogTarget,
    Within,
    attempts_before,
    begun_pods,
    coming_pods,
    count_of_begun,
    count_of_logs,
    ends_early,
    has_begun,
    matters,
    targets_of_pod,
    telling_most,
    tells,
)
from tui.domain.node import AGENTS, RUNNING, Node, NodeId
from tui.domain.workflow import Workflow
from tui.errors import TuiError
from tui.logs.follower import LogDelayed, LogEnded, LogEvent, LogFollower, LogResumed, LogWaiting
from tui.logs.merging import NO_BOUND, WINDOW, Merge
from tui.logs.reader import Number

AT_ONCE = 24
"""Logs that are read at a time, not counting those that are silent."""
MOST = 400
"""Logs that are open at a time at the most."""
MOST_READ = 500
"""Logs of one run that are read: whoever looks at a run of thousands does not ask for each."""
PENDING = 4 << 20
"""Bytes of one log that may wait for their turn before no more of it is read."""


class Waiting(NamedTuple):
    """A step whose log is not read yet; sorted by when it began."""

    began: int
    order: int
    target: LogTarget


def look_for(workflow: Workflow, within: Within, containers: frozenset[str] = frozenset()) -> None:
    """Work out what `want_begun` asks first of a version; on any thread, once for each."""
    if len(telling_most(workflow, within, MOST_READ)) < len(begun_pods(workflow, within)):
        count_of_begun(workflow, within, containers)
    coming_pods(workflow, within)


class RunLogs:
    """The logs of several steps that are read, merged by time."""

    def __init__(
        self,
        follower: LogFollower,
        workflow: Workflow,
        *,
        follows: bool = True,
        awaits: bool = True,
        now: Callable[[], float] = monotonic,
    ) -> None:
        """`follows` says whether the logs of steps that still run are followed, `awaits` whether
        those of some that have not begun are asked for, since their pods may run before that."""
        self.follower = follower
        self.workflow = workflow
        self._follows = follows
        self._awaits = awaits
        self._now = now
        self._merge = Merge()
        self._waiting: list[Waiting] = []
        self._known: set[tuple[str, str]] = set()
        self._open: set[int] = set()
        self._others: set[NodeId] = set()
        """Steps whose logs are known here though they are not, or no more, among those begun."""
        self._begun: Mapping[NodeId, None] = {}
        """The pods that had begun when somebody looked last."""
        self.skipped = 0
        """How many logs are not read, since there are too many."""
        self.targets: list[LogTarget] = []
        """Those whose logs were begun, by the number of the log."""
        self.failed: dict[int, TuiError] = {}
        """Why logs could not be read, or not to their end."""
        self.troubled: dict[int, TuiError] = {}
        """Why nothing comes of logs at the moment."""
        self._ended_well: set[int] = set()
        """Logs that came to their end, of which it may yet turn out that this was too early."""
        self._announced: set[int] = set()
        """Logs of which there are lines."""
        self._awaited: dict[int, NodeId] = {}
        """The logs that were asked for before their steps had begun, and that have no line."""
        self._asked: set[NodeId] = set()
        """The steps that were asked for so, with lines or without."""
        self._coming: tuple[NodeId, ...] = ()

    @property
    def count(self) -> int:
        """How many logs are read, or are to be."""
        return len(self.targets) + len(self._waiting) - sum(map(self.is_awaited, self._awaited))

    @property
    def nodes(self) -> set[NodeId]:
        """The steps whose logs are known here, read or not."""
        return self._others | self._begun.keys()

    @property
    def is_over(self) -> bool:
        """Whether nothing more can come of what is wanted by now."""
        return not self._waiting and all(map(self.is_awaited, self._open))

    def is_awaited(self, log: int) -> bool:
        """Whether it has no line, and its step has not begun."""
        node = self.workflow.nodes.get(self._awaited[log]) if log in self._awaited else None
        return node is not None and not has_begun(node)

    @property
    def read_nothing(self) -> bool:
        """Whether there were logs and none of them could be read."""
        return bool(self.failed) and len(self.failed) == self.count

    @property
    def _room(self) -> int:
        """How many more logs are read."""
        return max(0, MOST_READ - self.count)

    def want_begun(
        self, within: Within, pod_names: str, containers: frozenset[str] = frozenset()
    ) -> None:
        """Read the logs of all pods inside a node, or some, or of all, that have begun by now.

        A version in which no more have begun costs nothing, and only those that are read cost the
        name of their pod. The first look costs no more than those where `look_for` was called.
        """
        self._want_begun(within, pod_names, containers)
        workflow = self.workflow
        coming = coming_pods(workflow, within) if self._follows else ()
        if not self._awaits:
            # Of an agent that was at work when a run was saved the log was saved, too.
            coming = tuple(key for key in coming if workflow.nodes[key].type in AGENTS)
        if coming != self._coming and self._room:
            self._coming = coming
            self._await(
                target
                for key in coming
                for target in targets_of_pod(workflow, workflow.nodes[key], pod_names, containers)
            )

    def _want_begun(self, within: Within, pod_names: str, containers: frozenset[str]) -> None:
        workflow = self.workflow
        begun = begun_pods(workflow, within)
        if begun is self._begun:
            self._open_more()
            return
        before, self._begun = self._begun, begun
        if not before and not self._known:
            chosen: Sequence[Node] = telling_most(workflow, within, MOST_READ)
            if len(chosen) < len(begun):
                read = count_of_logs(workflow, chosen, containers)
                self.skipped += count_of_begun(workflow, within, containers) - read
        else:
            # Sets are compared in a tenth of the time that a look at each would take.
            if not before.keys() <= begun.keys():
                self._others |= before.keys() - begun.keys()
            fresh = begun.keys() - before.keys() - self._others - self._asked
            new = [workflow.nodes[key] for key in begun if key in fresh] if fresh else []
            chosen = new
            if len(new) > self._room:
                chosen = nlargest(self._room, new, key=tells)
                taken = {node.id for node in chosen}
                others = [node for node in new if node.id not in taken]
                self.skipped += count_of_logs(workflow, others, containers)
        self.want(
            target
            for node in chosen
            for target in targets_of_pod(workflow, node, pod_names, containers)
        )

    def want(self, targets: Iterable[LogTarget]) -> None:
        """Read the logs of these steps, too, as far as they are not known and have begun.

        Of those that have not, the first are asked for: their pods may run before that is known.
        """
        new: list[Waiting] = []
        coming: list[LogTarget] = []
        for target in targets:
            if target.may_begin:
                coming.append(target)
            key = (target.pod, target.container)
            if key not in self._known and target.has_begun:
                self._known.add(key)
                if target.node.id not in self._begun:
                    self._others.add(target.node.id)
                new.append(Waiting(_began(target), len(self._known), target))
        room = self._room
        if len(new) > room:
            # What failed and what runs tells most, then what came last.
            new.sort(key=lambda each: (matters(each.target.node), each.began), reverse=True)
            self.skipped += len(new) - room
            del new[room:]
        if new:
            self._waiting = sorted([*self._waiting, *new])
        self._open_more()
        if self._awaits and self._follows and not self.workflow.is_completed:
            self._await(coming)

    def _await(self, targets: Iterable[LogTarget]) -> None:
        """Ask for the logs of some steps that have not begun, each at once: none is in the way."""
        asked = {self.targets[log].pod for log in self._open if self.is_awaited(log)}
        for target in targets:
            key = (target.pod, target.container)
            is_more = len(asked) >= MOST_COMING and target.pod not in asked
            if key in self._known or is_more or not self._room:
                continue
            asked.add(target.pod)
            self._known.add(key)
            self._asked.add(target.node.id)
            self._awaited[len(self.targets)] = target.node.id
            # Nobody waits for a line of it.
            at = self._now() - WINDOW
            self._begin(target, _began(target), at, is_followed=self._awaits)

    def _begin(self, target: LogTarget, began: int, now: float, *, is_followed: bool) -> None:
        log = len(self.targets)
        self.targets.append(target)
        self._open.add(log)
        self._merge.open(log, began, now)
        begun = self.follower.begin(target, is_followed=is_followed)
        assert begun == log

    def _open_more(self) -> None:
        now = self._now()
        busy = sum(1 for log in self._open if not self._merge.is_silent(log, now))
        while self._waiting and busy < AT_ONCE and len(self._open) < MOST:
            began, _, target = self._waiting.pop(0)
            # The agent goes on after each of its steps.
            is_agents = target.is_agents and not self.workflow.is_completed
            follows = self._follows and (target.node.phase == RUNNING or is_agents)
            self._begin(target, began, now, is_followed=follows)
            busy += 1

    def take(self, most: int | None = None) -> tuple[list[LogBlock], list[LogEvent]]:
        """Lines that may be shown now, in order, and what else happened to the logs.

        `most` is how many bytes of what came are looked at, as for the follower's `take`.
        """
        now = self._now()
        events: list[LogEvent] = []
        for event in self.follower.take(most):
            if isinstance(event, LogBlock):
                log = self.follower.log_of[event.source]
                self.troubled.pop(log, None)
                self._announce(log, event, now)
                self._merge.put(log, event, now)
                continue
            events.append(event)
            if isinstance(event, LogEnded):
                self._open.discard(event.log)
                self._merge.end(event.log)
                self.troubled.pop(event.log, None)
                if event.error is not None:
                    self.failed[event.log] = event.error
                else:
                    self._ended_well.add(event.log)
            elif isinstance(event, LogDelayed | LogWaiting):
                if not self.is_awaited(event.log):
                    self.troubled[event.log] = event.error
            elif isinstance(event, LogResumed):
                self.troubled.pop(event.log, None)
        self._open_more()
        bound = self._waiting[0].began if self._waiting else NO_BOUND
        blocks = [*self._merge.take(now, bound), *self.early_ends()]
        self.follower.hold(
            frozenset(log for log in self._open if self._merge.waiting(log) > PENDING)
        )
        return blocks, events

    def early_ends(self) -> list[LogBlock]:
        """A sentence about each log that ended since its pod was deleted, once that is known.

        Argo knows it some time after the last line came.
        """
        told: list[LogBlock] = []
        for log in sorted(self._ended_well):
            if self._merge.waiting(log):
                continue
            target = self.targets[log]
            node = self.workflow.nodes.get(target.node.id, target.node)
            if words := ends_early(self.workflow, target):
                told.append(seam(words, self.follower.number(seam_source(target), log)))
            if node.is_completed:
                self._ended_well.discard(log)
        return told

    def due(self) -> float | None:
        """In how many seconds to take again though nothing comes; None if that is needless."""
        return self._merge.due(self._now())

    def _announce(self, log: int, block: LogBlock, now: float) -> None:
        """Before the first line of an attempt that is not the first: a rule between them."""
        if log in self._announced:
            return
        self._announced.add(log)
        self._awaited.pop(log, None)
        target = self.targets[log]
        rule = rule_before(self.workflow, target, block, lambda of: self.follower.number(of, log))
        if rule is not None:
            self._merge.put(log, rule, now)


def rule_before(
    workflow: Workflow, target: LogTarget, block: LogBlock, number: Number
) -> LogBlock | None:
    """What parts an attempt from the one before, and stands before its first lines; None for a
    first one, and for what is no attempt."""
    before = attempts_before(workflow, target.node)
    if not before:
        return None
    first = next((moment for moment in block.times if moment != NO_TIME), NO_TIME)
    words = f"{target.node.title}: attempt {len(before) + 1}"
    return seam(words, number(seam_source(target)), first)


def seam_source(target: LogTarget) -> LogSource:
    """The source of a sentence of ours about a log."""
    node = target.node
    return LogSource(node.title, target.pod, target.container, node.id, "seam")


def _began(target: LogTarget) -> int:
    """When its step began."""
    return time_of((target.node.started_at or "").encode("ascii", "replace"))
