"""What there is to know of a failure besides its cause.

The way down from the workflow, the attempts beside each other, events, the last lines of the log,
what was given to this step and not to its siblings, what never ran because of it, and what a retry
would do. Of a run of fifty thousand steps no more than `MOST_SIBLINGS` are looked at.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import islice
from statistics import median

from tui.domain.attempts import attempts
from tui.domain.branches import group_parents_of
from tui.domain.durations import compact, seconds_between
from tui.domain.levels import level_of
from tui.domain.node import AGENTS, OMITTED, PENDING, SKIPPED, Node, NodeId
from tui.domain.once import once
from tui.domain.order import natural
from tui.domain.why.evidence import (
    EVENTS,
    LOGS,
    PODS,
    RETRYING,
    Evidence,
    Step,
    event_at,
    said,
    tasks_at,
)
from tui.domain.why.finding import FieldAt, Finding, LogAt, Path
from tui.domain.workflow import Workflow

MOST_SIBLINGS = 2000
MOST_ATTEMPTS = 12
MOST_EVENTS = 6
LAST_LINES = 5
"""Of a log, how many of its last lines are told."""
FAR = 2.0
"""How many times as much as the median is far from it."""
_OF_NO_USE = frozenset({"Killing", "Pulled", "Created", "Started", "Scheduled", "Pulling"})


def chain(step: Step) -> Iterator[Finding]:
    """The way from the workflow down to the step, with what each says."""
    evidence, workflow = step.evidence, step.workflow
    way = evidence.above(step.node)
    told = workflow.status.message
    if told and told != step.message:
        at = evidence.of_workflow("status", "message", quote=told)
        yield Finding("chain", "workflow", told, "detail", (at,))
    shown = [each for each in way if each.type != "StepGroup" and each.name != workflow.ref.name]
    if len(shown) > 1:
        words = " > ".join(each.title for each in shown)
        pointers = tuple(
            evidence.of_node(each, "message", quote=each.message) for each in shown if each.message
        )
        yield Finding("chain", "step", words, "detail", pointers, step=str(step.node.id))


def tries(step: Step) -> Iterator[Finding]:
    """The attempts of a step that was tried again, beside each other."""
    evidence = step.evidence
    retry = evidence.retry_around(step.node)
    if retry is None:
        return
    nodes = step.workflow.nodes
    keys = attempts(nodes, retry)
    if len(keys) < 2:
        return
    left_out = len(keys) - MOST_ATTEMPTS
    if left_out > 0:
        yield Finding(
            "attempts",
            "attempts",
            f"{len(keys)} in all, the last {MOST_ATTEMPTS} are:",
            "detail",
            (evidence.of_node(retry, "type", quote=retry.type),),
        )
    for number, key in list(enumerate(keys, 1))[-MOST_ATTEMPTS:]:
        node = nodes[key]
        took = seconds_between(node.started_at, node.finished_at, evidence.now)
        words = node.message or node.phase
        after = f" after {compact(took)}" if took is not None else ""
        at = (
            evidence.of_node(node, "message", quote=node.message)
            if node.message
            else evidence.of_node(node, "phase", quote=node.phase)
        )
        yield Finding(
            "attempts", f"attempt {number}", f"{words}{after}", "detail", (at,), step=str(key)
        )
    if retry.message and retry.is_problem:
        at = evidence.of_node(retry, "message", quote=retry.message)
        yield Finding("attempts", "attempts", retry.message, "detail", (at,), step=str(retry.id))


def told_events(step: Step) -> Iterator[Finding]:
    """What the cluster warned of, each thing once and counted, the latest last."""
    name, unread = step.pod_name, step.evidence.unread
    if not name:
        return
    counts: Counter[tuple[str, str]] = Counter()
    last = {}
    for each in step.events():
        if each.reason in _OF_NO_USE:
            continue
        counts[each.reason, each.message] += max(1, each.count)
        last[each.reason, each.message] = each
    for what in list(last)[-MOST_EVENTS:]:
        event = last[what]
        times = f" ({counts[what]:,} times)" if counts[what] > 1 else ""
        yield step.finding(
            "events",
            "event",
            f"{event.reason}{times}: {said(event.message)}",
            event_at(event),
            weight="detail",
        )
    if not last and EVENTS in unread:
        yield step.finding("events", "events", f"not known: {unread[EVENTS]}", weight="unknown")


_NEVER_MADE = re.compile(r'pods? "[^"]*" is forbidden')


def pod_is_gone(step: Step) -> Iterator[Finding]:
    """Whether its pod could be looked at."""
    name = step.pod_name
    if not name or step.pod or _NEVER_MADE.match(step.message) or is_said_by_agent(step.node):
        return
    why = step.evidence.unread.get(PODS, "")
    if name in step.evidence.pods:
        why = "its pod is gone, so that what Kubernetes said of it is not known"
        if step.node.phase == PENDING:
            why = "there is no pod of it; whether it was made by now is not known"
    if why:
        yield step.finding(
            "pod", "pod", why if "not known" in why else f"not known: {why}", weight="unknown"
        )


_AGENT_FAILED = "agent pod failed"


def is_said_by_agent(node: Node) -> bool:
    """Whether an agent did it and said what came of it: its pod, which goes with the run, and its
    log are not missed."""
    is_told = node.is_problem and bool(node.message) and _AGENT_FAILED not in node.message
    return node.type in AGENTS and is_told


def log_lines(step: Step) -> Iterator[Finding]:
    """The first error among the last lines of its log, then the last of them."""
    name = step.pod_name
    found = [(c, tail) for (pod, c), tail in step.evidence.logs.items() if pod == name and name]
    for container, tail in found:
        lines = tail.lines
        place = "archived log" if tail.is_archived else "log"
        of = f"{place} of {container}" if container != "main" else place
        if not lines:
            if not is_said_by_agent(step.node):
                yield step.finding("log", of, "it is empty", weight="unknown")
            continue

        def pointer(at: int, of: str = container, of_lines: tuple[str, ...] = lines) -> LogAt:
            line = of_lines[at]
            return LogAt(str(step.node.id), name, of, len(of_lines) - at, said(line))

        meant = _of_step(step, lines)
        first = next((at for at in meant if level_of(lines[at]) == "error"), None)
        if first is not None:
            yield Finding(
                "log",
                "first error",
                said(lines[first]),
                "problem",
                (pointer(first),),
                "pane.logs",
                str(step.node.id),
            )
        last = meant[-LAST_LINES:]
        for at in last:
            if at != first:
                yield Finding(
                    "log",
                    of if at == last[0] else "",
                    said(lines[at]),
                    "detail",
                    (pointer(at),),
                    step=str(step.node.id),
                )
    is_missed = not found and not is_said_by_agent(step.node)
    if is_missed and LOGS in step.evidence.unread and name:
        yield step.finding(
            "log", "log", f"not known: {step.evidence.unread[LOGS]}", weight="unknown"
        )


def _of_step(step: Step, lines: Sequence[str]) -> Sequence[int]:
    """The lines that tell of a step: of an agent, which does several, those that name it."""
    if step.node.type in AGENTS:
        mine = [at for at, line in enumerate(lines) if str(step.node.id) in line]
        return mine or range(len(lines))
    return range(len(lines))


# --- what is different about it ------------------------------------------------------------------


def siblings(workflow: Workflow, node: Node) -> list[Node]:
    """Other items of the same loop: steps of the same template in the same place."""
    groups = group_parents_of(workflow)
    around = groups.get(node.id)
    base = node.display_name.partition("(")[0]
    if not base or base == node.display_name:
        return []
    group = workflow.nodes.get(around) if around is not None else None
    keys = group.children if group is not None else _inside(workflow, node.boundary_id)
    found: list[Node] = []
    for key in islice(keys, MOST_SIBLINGS):
        each = workflow.nodes.get(key)
        if each is None or each.id == node.id or each.type != node.type:
            continue
        if each.template == node.template and each.display_name.partition("(")[0] == base:
            found.append(each)
    return found


@once
def _inside(workflow: Workflow, boundary: NodeId) -> tuple[NodeId, ...]:
    return tuple(key for key, each in workflow.nodes.items() if each.boundary_id == boundary)


_UNITS = {
    "": 1.0,
    "k": 1e3,
    "K": 1e3,
    "M": 1e6,
    "G": 1e9,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
}


def number_of(text: str) -> float | None:
    """`2.8M`, `17`, `1e6`, `8Gi` as a number; None for anything else."""
    digits = text.strip().rstrip("kKMGi")
    try:
        return float(digits) * _UNITS[text.strip()[len(digits) :]]
    except (ValueError, KeyError, OverflowError):
        return None


def short_number(value: float) -> str:
    """A number in few characters: 9.1M, 2,800, 0.5."""
    for size, unit in ((1e9, "G"), (1e6, "M")):
        if abs(value) >= size:
            return f"{value / size:.1f}{unit}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def inputs(step: Step) -> Iterator[Finding]:
    """What it was given that is far from what its siblings were."""
    evidence = step.evidence
    # Attempts of a loop's item are compared as the item.
    node = evidence.retry_around(step.node) or step.node
    others = siblings(step.workflow, node)
    if node.inputs is None or len(others) < 2:
        return
    given: dict[str, list[str]] = {}
    for each in others:
        for parameter in each.inputs.parameters if each.inputs is not None else ():
            if parameter.value is not None:
                given.setdefault(parameter.name, []).append(parameter.value)
    for at, parameter in enumerate(node.inputs.parameters):
        value, among = parameter.value, given.get(parameter.name, [])
        if value is None or len(among) < 2:
            continue
        where = evidence.of_node(node, "inputs", "parameters", at, "value", quote=value)
        own, numbers = number_of(value), [x for x in map(number_of, among) if x is not None]
        if own is not None and len(numbers) == len(among):
            middle = median(numbers)
            # Items are numbered: a number that only counts them is far from nothing.
            counts = len(set(numbers)) == len(numbers) and max(numbers) <= len(numbers) * 2
            if not counts and middle and not 1 / FAR < own / middle < FAR:
                shown = short_number(own) if own >= 1e6 else value
                yield step.finding(
                    "inputs",
                    "input",
                    f"{parameter.name}={shown}, median of its {len(among)} siblings "
                    f"{short_number(middle)}",
                    where,
                    weight="problem",
                )
        elif len(set(among)) == 1 and among[0] != value:
            yield step.finding(
                "inputs",
                "input",
                f"{parameter.name}={said(value)[:80]}, of its {len(among)} siblings "
                f"{said(among[0])[:80]}",
                where,
                weight="problem",
            )


# --- what came of it -----------------------------------------------------------------------------


def blocked(evidence: Evidence) -> Iterator[Finding]:
    """What never ran because of it: what was omitted, and what is not there at all."""
    workflow = evidence.workflow
    omitted = [
        node
        for node in workflow.nodes.values()
        if node.phase == OMITTED or (node.phase == SKIPPED and "depends" in node.message)
    ]
    omitted = _in_turn(omitted)
    never = list(unreached(evidence)) if workflow.is_completed else []
    names = [node.title for node in omitted] + [name for name, _ in never]
    if not names:
        return
    shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    verb = "was" if len(names) == 1 else "were"
    at: list[FieldAt] = [evidence.of_node(node, "phase", quote=node.phase) for node in omitted[:6]]
    at += [evidence.of_workflow(*path, quote=name) for name, path in never[:6]]
    yield Finding("blocked", "blocked", f"{shown} {verb} not reached", "detail", tuple(at))


def _in_turn(nodes: Sequence[Node]) -> list[Node]:
    """Some nodes, each before those that it leads to; else as a person would order them."""
    known = {node.id: node for node in sorted(nodes, key=lambda node: natural(node.title))}
    into = Counter(child for node in nodes for child in node.children if child in known)
    found: dict[NodeId, Node] = {}
    waiting = deque(key for key in known if not into[key])
    while waiting:
        key = waiting.popleft()
        found[key] = known[key]
        for child in known[key].children:
            into[child] -= 1
            if child in known and not into[child] and child not in found:
                waiting.append(child)
    return list({**found, **known}.values())  # those in a circle, which nobody writes, come last


def unreached(evidence: Evidence) -> Iterator[tuple[str, Path]]:
    """Steps of the entrypoint that have no node, and where their name stands in the spec."""
    workflow = evidence.workflow
    root = workflow.nodes.get(NodeId(workflow.metadata.name))
    path, template = evidence.template_at(root) if root is not None else ((), {})
    if root is None or not path:
        return
    begun = {
        node.display_name.partition("(")[0]
        for node in workflow.nodes.values()
        if node.boundary_id == root.id
    }
    for name, where, _ in tasks_at(path, template):
        if name not in begun:
            yield name, (*where, "name")


def retried(evidence: Evidence) -> Iterator[Finding]:
    """What a retry would run again."""
    facts = evidence.retry
    phase = evidence.workflow.phase
    if not phase:
        return  # nothing says that it is over
    at = (evidence.of_workflow("status", "phase", quote=phase),)
    if facts is None:
        if RETRYING in evidence.unread:
            why = evidence.unread[RETRYING]
            yield Finding("retry", "retry", f"not known: {why}", "unknown")
        return
    if facts.refused:
        yield Finding("retry", "retry", f"it cannot be retried: {facts.refused}", "help", at)
        return
    if not facts.again and not facts.kept and is_invalid(evidence.workflow):
        yield _not_helped(evidence, at)
        return
    again = f"{facts.again:,} {'step' if facts.again == 1 else 'steps'}"
    words = f"a retry runs {again} again and keeps {facts.kept:,}"
    yield Finding("retry", "retry", words, "help", at, "act.retry")


def is_invalid(workflow: Workflow) -> bool:
    """Whether Argo refused it as it is written, so that it cannot run at all."""
    return workflow.status.message.startswith("invalid spec")


def _not_helped(evidence: Evidence, at: tuple[FieldAt, ...]) -> Finding:
    """What helps a run of which no step began: again the same is as wrong."""
    ref = evidence.workflow.spec.workflow_template_ref
    nothing = "a retry does not help, as no step began"
    if ref is None or not ref.name:
        return Finding("retry", "retry", f"{nothing}: edit a copy and submit that", "help", at)
    words = f"{nothing}: mend {ref.name}, from which it was made, then resubmit"
    return Finding("retry", "retry", words, "help", at, "act.new-run")
