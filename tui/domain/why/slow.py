"""Where the time of a run goes: the critical path, waiting apart from running.

The path is walked from the step that ended last back to the one that had to end before it could
begin, along the edges that the nodes name (`children`, argo.md 1.5), past the groups they lead
through and past what never ran. Each step counts from the end of the one before, so the parts
never sum up to more than the run took. Every edge is looked at once at most, so fifty thousand
nodes cost one pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from tui.domain.attempts import RETRY, attempts
from tui.domain.durations import compact, epoch_of
from tui.domain.node import OMITTED, RUNNING, SKIPPED, SUCCEEDED, Node, NodeId
from tui.domain.once import once
from tui.domain.progress import EXECUTABLE
from tui.domain.steppath import step_path
from tui.domain.why.evidence import EARLIER, Evidence, Step, list_at, text_at
from tui.domain.why.finding import FieldAt, Finding
from tui.domain.workflow import Workflow

MUCH = 0.1
"""From what share of a run on it is told that nothing of its longest way ran or waited."""
MOST = 12
"""Steps of the path that are told."""


class Leg(NamedTuple):
    """A step of the path."""

    node: Node
    begun: float
    """In seconds since 1970."""
    over: float
    gap: float
    """Seconds between the end of the step before and its own beginning."""


@once
def edges(workflow: Workflow) -> dict[NodeId, list[NodeId]]:
    """Node → those that name it as what comes next; of a further attempt the one before it."""
    before: dict[NodeId, list[NodeId]] = {}
    nodes = workflow.nodes
    for key, node in nodes.items():
        for child in node.children:
            if child in nodes:
                before.setdefault(child, []).append(key)
    for node in nodes.values():
        if node.type == RETRY and len(node.children) > 1:
            tries = attempts(nodes, node)
            for one, other in pairwise(tries):
                before[other] = [one]
    return before


def path(workflow: Workflow, now: float) -> list[Leg]:
    """The critical path, the first step first; empty where no step has begun."""
    nodes = workflow.nodes
    last: tuple[float, NodeId] | None = None
    for key, node in nodes.items():
        if _took_time(node) and node.started_at and not _is_handler(node):
            over = _over(node, now)
            if over is not None and (last is None or over > last[0]):
                last = over, key
    if last is None:
        return []
    ahead = _Ahead(workflow, now)
    legs: list[Leg] = []
    seen: set[NodeId] = set()
    here: NodeId | None = last[1]
    while here is not None and here not in seen:
        node = nodes[here]
        begun, over = epoch_of(node.started_at), _over(node, now)
        seen.add(here)
        if begun is not None and over is not None:
            legs.append(Leg(node, begun, over, 0.0))
        here = ahead.of(here)
    end = epoch_of(workflow.status.finished_at)
    return _one_after_the_other(
        legs[::-1], epoch_of(workflow.status.started_at), now if end is None else end
    )


class _Ahead:
    """Of the steps that lead to one, past what is none, the one that ended last.

    What is found past a group is kept, as several may come after it.
    """

    def __init__(self, workflow: Workflow, now: float) -> None:
        self._nodes = workflow.nodes
        self._before = edges(workflow)
        self._now = now
        self._past: dict[NodeId, tuple[float, NodeId] | None] = {}
        """What is no step → the step that ended last of those that lead to it."""

    def of(self, key: NodeId) -> NodeId | None:
        """The one that ended last before a step; None for the first."""
        self._look_past(key)
        best = self._best(key)
        return best[1] if best is not None else None

    def _best(self, key: NodeId) -> tuple[float, NodeId] | None:
        found = [self._end_of(other) for other in self._before.get(key, ())]
        return max((each for each in found if each is not None), default=None)

    def _end_of(self, key: NodeId) -> tuple[float, NodeId] | None:
        over = _over(self._nodes[key], self._now) if _took_time(self._nodes[key]) else None
        return (over, key) if over is not None else self._past.get(key)

    def _look_past(self, key: NodeId) -> None:
        """Find out about all that is no step before this one; a circle is cut."""
        waiting, opened = [key], set[NodeId]()
        while waiting:
            at = waiting[-1]
            opened.add(at)
            unknown = [
                other
                for other in self._before.get(at, ())
                if other not in self._past and other not in opened and self._end_of(other) is None
            ]
            if unknown and at not in self._past:
                waiting += unknown
                continue
            waiting.pop()
            if at is not key and at not in self._past:
                self._past[at] = self._best(at)


def _over(node: Node, now: float) -> float | None:
    """When a step ended, or now while it goes on; None for one that has not begun."""
    if node.finished_at:
        return epoch_of(node.finished_at)
    if node.is_completed or not node.started_at:
        return epoch_of(node.started_at)
    return now


def _took_time(node: Node) -> bool:
    """Whether a node is a step that ran, or is about to, and no group of some."""
    return node.type in EXECUTABLE and node.phase not in (SKIPPED, OMITTED)


_HOOK = re.compile(r"\.(onExit|hooks\.[^.\[(]+)([.\[(]|$)")
"""In the name of a hook, and of all that is inside one (argo.md 1.5)."""


def _is_handler(node: Node) -> bool:
    """Whether a step is a hook, or inside one: what the run itself took does not hang on it."""
    flag = node.node_flag
    return (flag is not None and flag.hooked) or _HOOK.search(node.name) is not None


def _one_after_the_other(legs: list[Leg], begun: float | None, until: float) -> list[Leg]:
    """Each from the end of the one before on, so that no second counts twice, within the run."""
    found: list[Leg] = []
    end = begun
    for leg in legs:
        start = min(leg.begun if end is None else max(leg.begun, end), until)
        over = min(max(leg.over, start), until)
        gap = max(0.0, start - end) if end is not None else 0.0
        found.append(Leg(leg.node, start, over, gap))
        end = over
    return found


def where_time_went(evidence: Evidence) -> Iterator[Finding]:
    """Each step of the critical path with its share, the longest marked."""
    workflow = evidence.workflow
    legs = path(workflow, evidence.now.timestamp())
    begun = epoch_of(workflow.status.started_at)
    over = epoch_of(workflow.status.finished_at) or evidence.now.timestamp()
    if not legs or begun is None or over <= begun:
        return
    whole = over - begun
    waited = sum(leg.gap + waited_in(evidence, leg) for leg in legs)
    ran = sum(leg.over - leg.begun for leg in legs) - sum(waited_in(evidence, leg) for leg in legs)
    at = [evidence.of_workflow("status", "startedAt", quote=workflow.status.started_at or "")]
    if workflow.status.finished_at:
        at.append(evidence.of_workflow("status", "finishedAt", quote=workflow.status.finished_at))
    words = f"{compact(whole)} in all; its longest way ran {compact(ran)}"
    words += f" and waited {compact(waited)}"
    if (rest := whole - ran - waited) >= max(1.0, whole * MUCH):
        # Hooks and handlers run beside it, and the controller takes its time, too.
        words += f"; in the other {compact(rest)} none of its steps ran"
    yield Finding("path", "time", words, "detail", tuple(at))
    longest = sorted(legs, key=lambda leg: leg.over - leg.begun + leg.gap, reverse=True)[:MOST]
    chosen = {leg.node.id for leg in longest}
    for leg in legs:
        if leg.node.id in chosen:
            yield _of_leg(evidence, leg, whole, is_longest=leg is longest[0] and len(legs) > 1)
    if len(legs) > MOST:
        rest = sum(leg.over - leg.begun for leg in legs if leg.node.id not in chosen)
        yield Finding(
            "path",
            "",
            f"and {len(legs) - MOST} more steps of it, {compact(rest)}",
            "detail",
            (at[0],),
        )


def waited_in(evidence: Evidence, leg: Leg) -> float:
    """Seconds of a step in which its program had not begun, as its pod tells; 0 if not known."""
    begun = program_began(evidence, leg.node)
    return max(0.0, min(begun[0], leg.over) - leg.begun) if begun is not None else 0.0


def program_began(evidence: Evidence, node: Node) -> tuple[float, FieldAt] | None:
    """When the program of a step began, and where its pod says so; None if that is not known."""
    step = Step(evidence, node)
    for at, each in enumerate(list_at(step.pod, "status", "containerStatuses")):
        for state in ("running", "terminated"):
            told = text_at(each, "state", state, "startedAt")
            begun = epoch_of(told)
            if begun is not None and text_at(each, "name") == "main":
                where = ("status", "containerStatuses", at, "state", state, "startedAt")
                return begun, step.of_pod(*where, quote=told)
    return None


def _of_leg(evidence: Evidence, leg: Leg, whole: float, *, is_longest: bool) -> Finding:
    node = leg.node
    took = leg.over - leg.begun
    inside = waited_in(evidence, leg)
    share = round((took + leg.gap) * 100 / whole)
    words = f"{share}%: ran {compact(took - inside)}"
    if leg.gap + inside >= 1:
        words += f", waited {compact(leg.gap + inside)}"
    if not node.finished_at:
        words += ", goes on"
    if known := usual_words(evidence, node):
        words += f", {known}"
    at = [evidence.of_node(node, "startedAt", quote=node.started_at or "")]
    if node.finished_at:
        at.append(evidence.of_node(node, "finishedAt", quote=node.finished_at))
    began = program_began(evidence, node)
    if began is not None:
        at.append(began[1])
    weight = "problem" if is_longest and share >= 50 else "detail"
    return Finding(
        "path",
        node.title,
        words,
        "problem" if weight == "problem" else "detail",
        tuple(at),
        step=str(node.id),
    )


def usual_words(evidence: Evidence, node: Node) -> str:
    """How long a step took in earlier runs, and of how many that is known; "" where of none."""
    found = evidence.usual.get(step_path(evidence.workflow, node))
    if found is None:
        return ""
    runs = "1 run" if found.runs == 1 else f"{found.runs} runs"
    return f"usually {compact(found.median)} ({runs})"


MOST_LONGER = 5
"""Steps that took far longer than in earlier runs, of which so many are told."""


def longer_steps(evidence: Evidence) -> Iterator[Finding]:
    """Steps that take, or took, far longer than in earlier runs, the worst first."""
    workflow, now = evidence.workflow, evidence.now.timestamp()
    found: list[tuple[float, Node, str]] = []
    for node in workflow.nodes.values() if evidence.usual else ():
        known = evidence.usual.get(step_path(workflow, node))
        begun, over = epoch_of(node.started_at), _over(node, now)
        is_one = node.type in EXECUTABLE and node.phase in (RUNNING, SUCCEEDED)
        if known is None or begun is None or over is None or not is_one:
            continue
        took = over - begun
        far = known.far_off(took)
        if far.startswith("+"):
            words = f"{compact(took)}, {usual_words(evidence, node)}: {far}"
            found.append((took - known.median, node, words))
    found.sort(key=lambda each: -each[0])
    for _, node, words in found[:MOST_LONGER]:
        at = [evidence.of_node(node, "startedAt", quote=node.started_at or "")]
        if node.finished_at:
            at.append(evidence.of_node(node, "finishedAt", quote=node.finished_at))
        title = f"{node.title} takes long" if not node.finished_at else f"{node.title} took long"
        yield Finding("longer", title, words, "problem", tuple(at), step=str(node.id))


def earlier_unread(evidence: Evidence) -> Iterator[Finding]:
    """That earlier runs could not be read."""
    if why := evidence.unread.get(EARLIER):
        words = f"what is usual: earlier runs could not be read: {why}"
        yield Finding("unknown", "not known", words, "unknown")


SLOWER, BY = 1.5, 30.0
"""How many times as long as usual, and how many seconds longer, is slow."""


def usual(evidence: Evidence) -> Iterator[Finding]:
    """What takes longer than usual, as the controller estimated it from earlier runs."""
    workflow = evidence.workflow
    if is_slow(evidence):
        estimate = workflow.status.estimated_duration
        begun = epoch_of(workflow.status.started_at) or 0.0
        took = (epoch_of(workflow.status.finished_at) or evidence.now.timestamp()) - begun
        at = evidence.of_workflow("status", "estimatedDuration", quote=estimate)
        more = round((took - estimate) * 100 / estimate)
        words = f"{compact(took)}, usually {compact(estimate)}: +{more} %"
        yield Finding("usual", "takes long", words, "cause", (at,))


def is_slow(evidence: Evidence) -> bool:
    """Whether it runs, or ran, far longer than the controller estimated."""
    status = evidence.workflow.status
    begun = epoch_of(status.started_at)
    if status.estimated_duration <= 0 or begun is None:
        return False
    took = (epoch_of(status.finished_at) or evidence.now.timestamp()) - begun
    usual = status.estimated_duration
    return took > usual * SLOWER and took > usual + BY
