"""Asking why: how a workflow stands, and what was found about that.

`wanted` says what has to be read for an answer, so that whoever reads asks for nothing else;
`explain` makes the answer of what was read. Both ask `domain.reason` which step it hangs on, as
lists do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from tui.domain.decode import without_nodes
from tui.domain.durations import compact, seconds_between
from tui.domain.logtargets import LogTarget, best_target
from tui.domain.node import AGENTS, PENDING, RUNNING, SUCCEEDED, Node, NodeId
from tui.domain.podname import V2
from tui.domain.reason import failed_of, reasons_of, said, stuck_of
from tui.domain.why.besides import (
    blocked,
    chain,
    inputs,
    is_invalid,
    log_lines,
    pod_is_gone,
    retried,
    told_events,
    tries,
)
from tui.domain.why.evidence import Evidence, Step, list_at, text_at
from tui.domain.why.failing import failures, lost
from tui.domain.why.finding import Answer, Finding, Pointer, Verdict
from tui.domain.why.slow import (
    earlier_unread,
    is_slow,
    longer_steps,
    path,
    usual,
    usual_words,
    where_time_went,
)
from tui.domain.why.waiting import WHOLE_WAITS, cannot_begin, parallelism, waits
from tui.domain.workflow import OFFLOADED, Manifest, Workflow

MOST_STEPS = 5
"""Of the steps that failed, or that wait, how many are told of besides the first."""


class Wanted(NamedTuple):
    """What has to be read for an answer about a workflow."""

    step: Node | None = None
    """The step it is about."""
    pods: tuple[str, ...] = ()
    """Pods to read, with their events."""
    log: LogTarget | None = None
    others: bool = False
    """Whether unfinished workflows of the namespace matter: who holds and waits for what."""
    namespace: bool = False
    quotas: bool = False
    nodes: bool = False
    retry: bool = False
    earlier: bool = False
    """Whether earlier runs matter: how long its steps take as a rule."""


def wanted(workflow: Workflow, now: datetime, focus: str = "", pod_names: str = V2) -> Wanted:
    """What to read; `focus` is the id of the step that is asked about, "" for the whole."""
    evidence = Evidence(workflow, now, pod_names=pod_names)
    verdict, node = _stand(evidence, focus)
    is_timed = workflow.phase in (RUNNING, SUCCEEDED) and bool(workflow.nodes)
    if verdict is Verdict.WAITS:
        message = node.message if node is not None else workflow.status.message
        is_lock = bool(node is not None and node.waits_for) or " lock" in message
        pod = evidence.pod_of(node) if node is not None else ""
        is_postponed = node is None and "too many workflows" in message
        asks_pod = bool(pod) and not is_lock
        return Wanted(
            node,
            (pod,) if asks_pod else (),
            _agents_log(workflow, node, pod_names),
            others=is_lock or is_postponed,
            namespace=is_postponed,
            quotas="quota" in message,
            nodes=asks_pod and "nodes are available" in message,
        )
    if node is not None and node.is_problem:
        target = best_target(workflow, node, pod_names)
        pod = evidence.pod_of(node)
        return Wanted(
            node,
            (pod,) if pod else (),
            target if pod else None,
            retry=workflow.is_completed and workflow.phase != SUCCEEDED,
        )
    if verdict is Verdict.FAILED:
        return Wanted(None, retry=True)
    if verdict is Verdict.RUNS and node is not None:
        pod = evidence.pod_of(node)
        log = _agents_log(workflow, node, pod_names)
        return Wanted(node, (pod,) if pod else (), log, earlier=is_timed)
    if verdict in (Verdict.SLOW, Verdict.RUNS):
        pods = tuple(map(evidence.pod_of, _going(evidence)))
        return Wanted(node, pods, earlier=is_timed)
    return Wanted(node, earlier=is_timed)


def _agents_log(workflow: Workflow, node: Node | None, pod_names: str) -> LogTarget | None:
    """The log of who does a step that goes on, where that is the agent.

    What it does is pending for as long as its request takes: its log alone tells of that.
    """
    if node is None or node.type not in AGENTS:
        return None
    return best_target(workflow, node, pod_names)


def wanted_claims(pod: Manifest) -> tuple[str, ...]:
    """The volume claims of a pod that waits."""
    names = (
        text_at(each, "persistentVolumeClaim", "claimName")
        for each in list_at(pod, "spec", "volumes")
    )
    return tuple(dict.fromkeys(name for name in names if name))


def is_asked(workflow: Workflow, now: datetime) -> bool:
    """Whether somebody who opens it will ask why: it failed, waits for something or is slow."""
    if workflow.is_completed:
        return workflow.phase != SUCCEEDED
    evidence = Evidence(workflow, now)
    if reasons_of(workflow) or next(_whole_waits(evidence), None) is not None:
        return True
    return is_slow(evidence)


def explain(evidence: Evidence, focus: str = "") -> Answer:
    """Why a workflow, or one step of it, stands as it does."""
    workflow = evidence.workflow
    verdict, node = _stand(evidence, focus)
    is_whole = focus in ("", workflow.metadata.name)
    findings = tuple(_once(_findings(evidence, verdict, node, is_whole=is_whole)))
    return Answer(
        verdict,
        _headline(evidence, verdict, node, findings),
        findings,
        str(node.id) if node is not None else "",
        without_nodes(workflow).reason,
    )


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Without what only repeats the words that an earlier sentence quotes."""
    quoted: set[Pointer] = set()
    for each in findings:
        if each.label == "workflow" and each.at and quoted.issuperset(each.at):
            continue
        quoted.update(each.at)
        yield each


def _stand(evidence: Evidence, focus: str) -> tuple[Verdict, Node | None]:
    """The verdict, and the step that it hangs on."""
    workflow = evidence.workflow
    node = workflow.nodes.get(NodeId(focus)) if focus else None
    if node is not None and node.id != workflow.metadata.name:
        return _stand_of(evidence, node)
    if workflow.phase == SUCCEEDED:
        return Verdict.SUCCEEDED, None
    first_failed = next(iter(failed_of(workflow)), None)
    if workflow.is_completed:
        found = workflow.nodes.get(first_failed) if first_failed is not None else None
        return Verdict.FAILED, found
    stuck = next(iter(stuck_of(workflow)), None)
    if stuck is not None:
        return Verdict.WAITS, workflow.nodes[stuck]
    if next(_whole_waits(evidence), None) is not None:
        return Verdict.WAITS, None
    looked_at = {*evidence.pods, *(each.object_name for each in evidence.events)} - {""}
    for each in workflow.nodes.values() if looked_at else ():
        is_open = each.phase in (RUNNING, PENDING) and evidence.pod_of(each) in looked_at
        if is_open and cannot_begin(Step(evidence, each)):
            return Verdict.WAITS, each
    found = workflow.nodes.get(first_failed) if first_failed is not None else None
    if found is None and is_slow(evidence):
        return Verdict.SLOW, None
    waiting = next((each for each in workflow.nodes.values() if each.phase == PENDING), None)
    if found is None and waiting is not None and not _any_runs(workflow):
        return Verdict.WAITS, waiting
    return Verdict.RUNS, found


def _stand_of(evidence: Evidence, node: Node) -> tuple[Verdict, Node]:
    workflow = evidence.workflow
    if node.is_problem:
        # What holds others together failed for what is in it.
        return Verdict.FAILED, _inner(workflow, node)
    if node.phase in (PENDING, RUNNING) and (
        node.phase == PENDING or node.id in stuck_of(workflow)
    ):
        return Verdict.WAITS, node
    if node.phase == RUNNING:
        is_held = bool(evidence.pod_of(node)) and cannot_begin(Step(evidence, node))
        return Verdict.WAITS if is_held else Verdict.RUNS, node
    return Verdict.SUCCEEDED, node


def _inner(workflow: Workflow, node: Node) -> Node:
    """The step inside a group that made it fail; itself where it is no group."""
    if node.type in ("Pod", "Container", "HTTP", "Plugin", "Suspend", "Skipped"):
        return node
    evidence = Evidence(workflow, _NEVER)
    for key in failed_of(workflow):
        found = workflow.nodes[key]
        if any(each.id == node.id for each in evidence.above(found)):
            return found
    return node


_NEVER = datetime.min


def _any_runs(workflow: Workflow) -> bool:
    return any(
        node.phase == RUNNING and node.type in ("Pod", "HTTP", "Plugin")
        for node in workflow.nodes.values()
    )


def _whole_waits(evidence: Evidence) -> Iterator[Finding]:
    for cause in WHOLE_WAITS:
        yield from cause.find(evidence)


def _findings(
    evidence: Evidence, verdict: Verdict, node: Node | None, *, is_whole: bool
) -> Iterator[Finding]:
    if verdict is Verdict.WAITS:
        if is_whole:
            yield from _whole_waits(evidence)
        if node is not None:
            step = Step(evidence, node)
            yield from waits(step)
            yield from _of_agent(step)
            yield from pod_is_gone(step)
            yield from told_events(step)
        if is_whole:
            yield from _others(evidence, stuck_of(evidence.workflow), node, "waits too")
            yield from _others(evidence, failed_of(evidence.workflow), None, "failed")
            yield from parallelism(evidence)
            yield from _steps_elsewhere(evidence)
        return
    if node is not None and node.is_problem:
        yield from _of_failure(evidence, node, is_whole=is_whole)
        return
    if verdict is Verdict.FAILED:
        yield from _of_silent_failure(evidence)
        return
    if verdict is Verdict.SUCCEEDED and node is not None:
        yield from _of_success(evidence, node)
        return
    going = (node,) if node is not None and node.phase == RUNNING else _going(evidence)
    blind = [step for step in (Step(evidence, each) for each in going) if not step.pod]
    for step in blind:
        yield from lost(step)
    if node is not None and node.phase == RUNNING:
        yield from _of_agent(Step(evidence, node))
    if is_whole or node is None:
        yield from _steps_elsewhere(evidence)
        yield from usual(evidence)
        yield from longer_steps(evidence)
        yield from where_time_went(evidence)
        yield from earlier_unread(evidence)
        yield from parallelism(evidence)
    for step in blind:
        yield from told_events(step)
        yield from pod_is_gone(step)
    if is_whole or node is None:
        yield from _not_looked_at(evidence)


def _of_agent(step: Step) -> Iterator[Finding]:
    """What the agent said of a step that it does, as far as that was read."""
    if step.node.type in AGENTS and step.evidence.logs:
        yield from log_lines(step)


def _all_going(evidence: Evidence) -> list[Node]:
    """The steps that have a pod and go on: that at the end of the longest way first, then those
    that began before the others."""
    workflow = evidence.workflow
    if workflow.phase != RUNNING:
        return []
    legs = path(workflow, evidence.now.timestamp())
    longest = [leg.node for leg in legs if not leg.node.finished_at][-1:]
    others = (
        node
        for node in workflow.nodes.values()
        if node.phase == RUNNING and node.type == "Pod" and node not in longest
    )
    by_begin = sorted(others, key=lambda node: (node.started_at or "~", node.id))
    return [node for node in (*longest, *by_begin) if evidence.pod_of(node)]


def _going(evidence: Evidence) -> tuple[Node, ...]:
    """Those of them that are looked at."""
    return tuple(_all_going(evidence)[:MOST_STEPS])


def _not_looked_at(evidence: Evidence) -> Iterator[Finding]:
    """How many of those that go on nobody looked at."""
    count = len(_all_going(evidence))
    if count > MOST_STEPS:
        told = f"of {count:,} running steps the pods of {MOST_STEPS} were looked at"
        yield Finding("running", "steps", told, "unknown")


def _of_failure(evidence: Evidence, node: Node, *, is_whole: bool) -> Iterator[Finding]:
    step = Step(evidence, node)
    yield from failures(step)
    yield from log_lines(step)
    yield from tries(step)
    yield from inputs(step)
    yield from chain(step)
    yield from told_events(step)
    yield from pod_is_gone(step)
    if is_whole:
        yield from _others(evidence, failed_of(evidence.workflow), node, "failed too")
        yield from blocked(evidence)
        yield from retried(evidence)


def _of_silent_failure(evidence: Evidence) -> Iterator[Finding]:
    """Of a workflow that failed without a step that did: its spec, or what is said of it."""
    workflow = evidence.workflow
    message = workflow.status.message
    at = evidence.of_workflow("status", "message", quote=message)
    for n, condition in enumerate(workflow.status.conditions):
        if condition.type == "SpecError" and condition.message:
            where = evidence.of_workflow(
                "status", "conditions", n, "message", quote=condition.message
            )
            yield Finding("spec", "spec", condition.message, "cause", (where,))
    if is_invalid(workflow):
        yield Finding("spec", "spec", f"it cannot run at all: {message}", "cause", (at,))
    elif message:
        yield Finding("told", "Argo says", message, "cause", (at,))
    elif not workflow.is_offloaded:
        phase = evidence.of_workflow("status", "phase", quote=workflow.phase)
        yield Finding(
            "unknown",
            "not known",
            f"Argo says {workflow.phase} and nothing more",
            "unknown",
            (phase,),
        )
    yield from _steps_elsewhere(evidence)
    yield from blocked(evidence)
    yield from retried(evidence)


def _steps_elsewhere(evidence: Evidence) -> Iterator[Finding]:
    """That nothing is known of the steps, where Argo keeps them in its database."""
    workflow = evidence.workflow
    if workflow.is_offloaded:
        version = workflow.status.offload_node_status_version
        where = evidence.of_workflow("status", "offloadNodeStatusVersion", quote=version)
        yield Finding("unknown", "not known", OFFLOADED, "unknown", (where,))


def _of_success(evidence: Evidence, node: Node) -> Iterator[Finding]:
    took = seconds_between(node.started_at, node.finished_at, evidence.now)
    at = evidence.of_node(node, "phase", quote=node.phase)
    words = f"{node.phase or 'not begun'}" + (f" after {compact(took)}" if took else "")
    if known := usual_words(evidence, node):
        words += f", {known}"
    yield Finding("phase", "phase", words, "detail", (at,), step=str(node.id))
    if node.message:
        where = evidence.of_node(node, "message", quote=node.message)
        yield Finding("told", "Argo says", node.message, "detail", (where,), step=str(node.id))


def _others(
    evidence: Evidence, keys: Iterable[NodeId], first: Node | None, label: str
) -> Iterator[Finding]:
    """Further steps of the same fate, in the words of the list."""
    nodes = evidence.workflow.nodes
    others = [nodes[key] for key in keys if first is None or key != first.id]
    for node in others[:MOST_STEPS]:
        field, quote = ("message", node.message) if node.message else ("phase", node.phase)
        at = evidence.of_node(node, field, quote=quote)
        yield Finding("others", label, said(node), "problem", (at,), step=str(node.id))
    if len(others) > MOST_STEPS:
        rest = others[MOST_STEPS]
        at = evidence.of_node(rest, "phase", quote=rest.phase)
        left = len(others) - MOST_STEPS
        yield Finding(
            "others",
            label,
            f"and {left:,} more {'step' if left == 1 else 'steps'}",
            "detail",
            (at,),
            step=str(rest.id),
        )


def _headline(
    evidence: Evidence, verdict: Verdict, node: Node | None, findings: tuple[Finding, ...]
) -> str:
    """One line: how it stands, and what that comes from."""
    workflow = evidence.workflow
    cause = next((each for each in findings if each.weight == "cause"), None)
    title = node.title if node is not None and node.name != workflow.metadata.name else ""
    start = f"{title}: " if title else ""
    if verdict is Verdict.SUCCEEDED:
        return "nothing is wrong: it succeeded" if node is None else f"{title}: {node.phase}"
    if verdict is Verdict.RUNS and cause is None:
        longer = sum(each.cause == "longer" for each in findings)
        if not title and longer:
            what = "a step takes" if longer == 1 else "steps take"
            return f"it runs, and {what} longer than usual"
        if any(each.label == "pod" for each in findings):
            return f"{start}it runs; how its pod is doing is not known"
        if not title and workflow.is_offloaded:
            return "it runs; how its steps stand is not known"
        return f"{title}: it runs" if title else "it runs, and nothing is wrong so far"
    words = cause.text if cause is not None else "why is not known"
    if verdict is Verdict.WAITS:
        is_for = cause is not None and cause.label == "waits for"
        return f"{start}waits for {words}" if is_for else f"{start}waits: {words}"
    return f"{start}{words}"
