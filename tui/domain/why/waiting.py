"""What a step, or a whole workflow, waits for: one function a cause.

Who or what could let it go is said with the key that does it, where there is one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tui.domain.attempts import attempts, is_hook
from tui.domain.branches import BOUNDARIES
from tui.domain.durations import compact, epoch_of, seconds_between, seconds_of
from tui.domain.node import AGENTS, FAILED, PENDING, RUNNING, SUCCEEDED, Node, NodeId
from tui.domain.progress import EXECUTABLE
from tui.domain.upcoming import coming_of, items_of
from tui.domain.why.evidence import (
    CLAIMS,
    NAMESPACE,
    NODES,
    OTHERS,
    PODS,
    QUOTAS,
    Evidence,
    Step,
    containers,
    event_at,
    list_at,
    map_at,
    number_at,
    tasks_at,
    text_at,
)
from tui.domain.why.failing import MAKING, image, making
from tui.domain.why.finding import POD, FieldAt, Finding, Weight
from tui.domain.why.kubelet import IMAGE, as_of, unmade, unplaced, without_image
from tui.domain.why.scheduler import groups, parsed
from tui.domain.workflow import LABEL, Workflow, workflow_of_holder


class Cause(NamedTuple):
    """A cause, and what finds it."""

    id: str
    find: Callable[[Step], Iterator[Finding]]


class Whole(NamedTuple):
    """A cause that keeps a whole workflow, and what finds it."""

    id: str
    find: Callable[[Evidence], Iterator[Finding]]


# --- locks ---------------------------------------------------------------------------------------


class Lock(NamedTuple):
    """A lock that something waits for, and where that stands."""

    name: str
    holders: tuple[str, ...]
    at: tuple[FieldAt, ...]


def _noun(lock: str) -> str:
    """`mutex schema`, `semaphore limits/training`, `database semaphore gpu` (argo.md 1.3)."""
    parts = lock.split("/")
    if len(parts) >= 3 and parts[1] == "Mutex":
        return f"mutex {'/'.join(parts[2:])}"
    if len(parts) >= 3 and parts[1] == "ConfigMap":
        return f"semaphore {'/'.join(parts[2:])}"
    if len(parts) >= 3 and parts[1] == "Database":
        return f"database lock {'/'.join(parts[2:])}"
    return f"lock {lock}"


def locks_of(evidence: Evidence, wanted: str = "") -> Iterator[Lock]:
    """The locks that a workflow waits for, or the one of that name."""
    told = evidence.workflow.status.synchronization
    if told is None:
        return
    for kind, waits in (("mutex", told.mutex), ("semaphore", told.semaphore)):
        for at, wait in enumerate(waits.waiting if waits is not None else ()):
            name = wait.mutex or wait.semaphore
            if not name or (wanted and name != wanted):
                continue
            path = ("status", "synchronization", kind, "waiting", at)
            pointers = [evidence.of_workflow(*path, kind, quote=name)]
            holders = wait.holders or ((wait.holder,) if wait.holder else ())
            if wait.holders:
                pointers += [
                    evidence.of_workflow(*path, "holders", n, quote=each)
                    for n, each in enumerate(wait.holders)
                ]
            elif wait.holder:
                pointers.append(evidence.of_workflow(*path, "holder", quote=wait.holder))
            yield Lock(name, holders, tuple(pointers))


_LOCK = re.compile(r"[Ww]aiting for (\S+) lock(?:\. Lock status: (\d+)/(\d+))?")


def lock(step: Step) -> Iterator[Finding]:
    """It waits for a mutex or a semaphore."""
    name, at = step.node.waits_for, list[FieldAt]()
    told = _LOCK.search(step.message)
    if name:
        path = ("synchronizationStatus", "waiting")
        at.append(step.evidence.of_node(step.node, *path, quote=name))
    elif told is not None and step.node.phase == PENDING:
        name = told[1]
        at.append(step.of_message())
    if name:
        found = next(locks_of(step.evidence, name), None)
        yield from _about_lock(step.evidence, name, found, at, told, step)


def workflow_lock(evidence: Evidence) -> Iterator[Finding]:
    """The whole workflow waits for a mutex or a semaphore."""
    workflow = evidence.workflow
    if workflow.phase not in ("", PENDING) or workflow.nodes:
        return
    message = workflow.status.message
    told = _LOCK.search(message)
    found = list(locks_of(evidence))
    if told is not None and not any(each.name == told[1] for each in found):
        at = [evidence.of_workflow("status", "message", quote=message)]
        yield from _about_lock(evidence, told[1], None, at, told, None)
    for each in found:
        yield from _about_lock(evidence, each.name, each, [], told, None)


def _about_lock(
    evidence: Evidence,
    name: str,
    known: Lock | None,
    at: list[FieldAt],
    told: re.Match[str] | None,
    step: Step | None,
) -> Iterator[Finding]:
    key = str(step.node.id) if step is not None else ""
    pointers = (*at, *(known.at if known is not None else ()))
    limit = f" of {told[3]}" if told is not None and told[3] not in (None, "1") else ""
    if limit and step is not None:
        pointers = (*pointers, step.of_message())
    elif limit:
        words = evidence.workflow.status.message
        pointers = (*pointers, evidence.of_workflow("status", "message", quote=words))
    noun = _noun(name)
    begun = step.node.started_at if step is not None else None
    since = _since(begun or evidence.workflow.metadata.creation_timestamp, evidence)
    holders = known.holders if known is not None else ()
    own = (evidence.workflow.ref.namespace, evidence.workflow.ref.name)
    if not holders:
        yield Finding(
            "lock",
            "waits for",
            f"{noun}{limit}{since}; who holds it is not known",
            "cause",
            pointers,
            step=key,
        )
    else:
        shown = ", ".join(_holder_named(each, evidence.workflow) for each in holders[:4])
        more = f" and {len(holders) - 4} more" if len(holders) > 4 else ""
        others = [workflow_of_holder(each, own[0]) for each in holders]
        outside = next((each for each in others if each != own), None)
        words = f"{noun}{limit}{since}, held by {shown}{more}"
        yield Finding(
            "lock",
            "waits for",
            words,
            "cause",
            pointers,
            "open" if outside is not None else "",
            key,
            "/".join(outside) if outside is not None else "",
        )
        yield from _holding_since(evidence, name, others, own)
    yield from _queue(evidence, name)


def _holder_named(holder: str, workflow: Workflow) -> str:
    own = workflow.ref.namespace, workflow.ref.name
    namespace, name = workflow_of_holder(holder, own[0])
    if (namespace, name) == own:
        last = holder.rpartition("/")[2]
        node = workflow.nodes.get(NodeId(last))
        shown = node.title if node is not None else last
        return f"another step of this workflow ({shown})" if last != name else "itself"
    return name if namespace == own[0] else f"{namespace}/{name}"


def _since(moment: str | None, evidence: Evidence) -> str:
    seconds = seconds_between(moment, None, evidence.now)
    return f" for {compact(seconds)}" if seconds is not None and seconds >= 1 else ""


def _other(evidence: Evidence, namespace: str, name: str) -> Any:
    for each in evidence.others:
        same = text_at(each, "metadata", "name") == name
        if same and text_at(each, "metadata", "namespace") == namespace:
            return each
    return None


def _holding_since(
    evidence: Evidence, lock: str, holders: list[tuple[str, str]], own: tuple[str, str]
) -> Iterator[Finding]:
    for namespace, name in dict.fromkeys(holders):
        if (namespace, name) == own:
            continue
        other = _other(evidence, namespace, name)
        begun = text_at(other, "status", "startedAt")
        seconds = seconds_between(begun, None, evidence.now)
        if seconds is None:
            why = evidence.unread.get(OTHERS, "")
            yield Finding(
                "lock",
                "holder",
                f"since when {name} has it is not known{f': {why}' if why else ''}",
                "unknown",
            )
            continue
        at = FieldAt("Workflow", name, ("status", "startedAt"), begun)
        yield Finding(
            "lock",
            "holder",
            f"{name} has run for {compact(seconds)}; the lock is free "
            "when it, or its step that has it, is over",
            "detail",
            (at,),
            "open",
            opens=f"{namespace}/{name}",
        )


def _queue(evidence: Evidence, lock: str) -> Iterator[Finding]:
    """The place in the queue: by priority, then by who was there first (argo.md 1.3)."""
    if not evidence.others:
        if OTHERS in evidence.unread:
            why = evidence.unread[OTHERS]
            yield Finding("lock", "queue", f"its place is not known: {why}", "unknown")
        return
    waiting: list[tuple[int, str, str]] = []
    own = evidence.workflow
    for each in evidence.others:
        if text_at(each, "metadata", "name") == own.metadata.name:
            continue
        if _waits_for(each, lock):
            waiting.append(
                (
                    -(number_at(each, "spec", "priority") or 0),
                    text_at(each, "metadata", "creationTimestamp"),
                    text_at(each, "metadata", "name"),
                )
            )
    mine = (-(own.spec.priority or 0), own.metadata.creation_timestamp or "", own.metadata.name)
    ahead = sorted(each for each in waiting if each < mine and each[1])
    total = len(waiting) + 1
    words = f"place {len(ahead) + 1} of {total} that wait for it in this namespace"
    if ahead:
        words += f", after {', '.join(name for *_, name in ahead[:4])}"
    at = [evidence.of_workflow("metadata", "creationTimestamp", quote=mine[1])] if mine[1] else []
    at += [
        FieldAt("Workflow", name, ("metadata", "creationTimestamp"), when)
        for _, when, name in ahead[:4]
    ]
    if at:
        yield Finding("lock", "queue", words, "detail", tuple(at))
    else:
        yield Finding(
            "lock",
            "queue",
            "its place is not known: it does not say since when it is there",
            "unknown",
        )


def _waits_for(manifest: Any, lock: str) -> bool:
    for kind in ("mutex", "semaphore"):
        for each in list_at(manifest, "status", "synchronization", kind, "waiting"):
            if lock in (text_at(each, "mutex"), text_at(each, "semaphore")):
                return True
    return False


# --- what Kubernetes has no room for -------------------------------------------------------------

_QUOTA = re.compile(
    r"exceeded quota: (?P<name>[\w.-]+), requested: (?P<asked>.*?), used: (?P<used>.*?), "
    r"limited: (?P<limit>[^\n]*)"
)


def quota(step: Step) -> Iterator[Finding]:
    """The quota of the namespace is used up."""
    found = _QUOTA.search(step.message)
    at: list[Any] = [step.of_message()]
    if found is None:
        events = [each for each in step.events() if _QUOTA.search(each.message)]
        if not events:
            return
        found, at = _QUOTA.search(events[-1].message), [event_at(events[-1])]
    if found is None:
        return
    words = (
        f"quota {found['name']}, which is used up: asks for {found['asked']}, used {found['used']} "
        f"of {found['limit']}"
    )
    yield step.finding("quota", "waits for", words, *at)
    yield from quota_now(step.evidence, found["name"])


def quota_now(evidence: Evidence, name: str) -> Iterator[Finding]:
    """What a quota says by now."""
    for each in evidence.quotas:
        if text_at(each, "metadata", "name") != name:
            continue
        hard, used = map_at(each, "status", "hard"), map_at(each, "status", "used")
        shown: list[str] = []
        at: list[FieldAt] = []
        for resource in hard:
            if isinstance(resource, str) and text_at(used, resource):
                has, most = text_at(used, resource), text_at(hard, resource)
                shown.append(f"{resource} {has} of {most}")
                at.append(FieldAt("ResourceQuota", name, ("status", "used", resource), has))
                at.append(FieldAt("ResourceQuota", name, ("status", "hard", resource), most))
        if shown:
            yield Finding("quota", "quota now", ", ".join(shown[:6]), "detail", tuple(at[:12]))
        return
    if QUOTAS in evidence.unread:
        yield Finding("quota", "quota now", f"not known: {evidence.unread[QUOTAS]}", "unknown")


def unschedulable(step: Step) -> Iterator[Finding]:
    """The scheduler finds no node for it."""
    told, at, when = _told_by_scheduler(step)
    if not told:
        return
    found = parsed(told)
    if found is None:
        words = told.removeprefix("Unschedulable: ") + when
        yield step.finding("unschedulable", "waits for", f"a node: {words}", *at)
    else:
        why = ", ".join(f"{count} {reason}" for count, reason in found.reasons[:6])
        why = why or found.sentence or "the scheduler does not say why"
        fits = "none" if not found.fit else str(found.fit)
        noun = "node" if found.nodes == 1 else "nodes"
        words = f"a node: of {found.nodes} {noun} {fits} fits: {why}{when}"
        yield step.finding("unschedulable", "waits for", words, *at)
    yield from _by_group(step)
    yield from claims(step)


def _told_by_scheduler(step: Step) -> tuple[str, list[Any], str]:
    """What it says, where, and when, where that may be over by now."""
    for at, each in enumerate(list_at(step.pod, "status", "conditions")):
        if text_at(each, "type") == "PodScheduled" and text_at(each, "status") == "False":
            message = text_at(each, "message")
            if message:
                path = ("status", "conditions", at, "message")
                return message, [step.of_pod(*path, quote=message)], ""
    event = unplaced(step)
    is_looked_at = bool(step.pod) and step.node.phase != PENDING
    if event is not None and not step.pod_text("spec", "nodeName") and not is_looked_at:
        return event.message, [event_at(event)], as_of(step, event)
    if parsed(step.message) is not None or step.message.startswith("Unschedulable"):
        return step.message, [step.of_message()], ""
    return "", [], ""


def _by_group(step: Step) -> Iterator[Finding]:
    evidence = step.evidence
    if not evidence.nodes:
        if NODES in evidence.unread:
            yield step.finding(
                "unschedulable", "nodes", f"not known: {evidence.unread[NODES]}", weight="unknown"
            )
        return
    for group in groups(evidence.nodes, step.pod):
        noun = "node" if group.size == 1 else "nodes"
        why = ", ".join(f"{count} {reason}" for count, reason in group.reasons)
        words = f"{group.size} {noun}: {why or 'nothing speaks against them but what is in use'}"
        at = FieldAt("Node", group.one, ("metadata", "name"), group.one)
        yield step.finding("unschedulable", group.name, words, at, weight="detail")


def claims(step: Step) -> Iterator[Finding]:
    """A volume that it wants is not there yet."""
    for at, each in enumerate(list_at(step.pod, "spec", "volumes")):
        name = text_at(each, "persistentVolumeClaim", "claimName")
        if not name:
            continue
        claim = step.evidence.claims.get(name)
        phase = text_at(claim, "status", "phase")
        where = step.of_pod("spec", "volumes", at, "persistentVolumeClaim", "claimName", quote=name)
        if phase and phase != "Bound":
            of = FieldAt("PersistentVolumeClaim", name, ("status", "phase"), phase)
            kind = text_at(claim, "spec", "storageClassName")
            storage = f" (storage class {kind})" if kind else ""
            words = f"volume claim {name} is {phase}, not bound{storage}"
            yield step.finding("claim", "volume", words, of, where, weight="problem")
        elif not phase and CLAIMS in step.evidence.unread:
            yield step.finding(
                "claim",
                "volume",
                f"whether claim {name} is bound is not known: {step.evidence.unread[CLAIMS]}",
                weight="unknown",
            )


def waits_for_image(step: Step) -> Iterator[Finding]:
    """Its image cannot be pulled."""
    yield from image(step)


def waits_for_container(step: Step) -> Iterator[Finding]:
    """A container cannot be made."""
    yield from making(step)


def on_a_node(step: Step) -> Iterator[Finding]:
    """It has a node, and its containers are being made there, or more than that."""
    node = step.pod_text("spec", "nodeName")
    phase = step.pod_text("status", "phase")
    if step.node.phase != PENDING or not node or step.node.type != POD:
        return
    if phase not in (PENDING, RUNNING, SUCCEEDED, FAILED):
        return
    if phase != PENDING:
        # Argo looks at a workflow every ten seconds or so: what is short is over by then.
        stands = f"runs on {node}" if phase == RUNNING else f"is over ({phase})"
        words = f"Argo to take note that its pod {stands} already"
        where = step.of_pod("status", "phase", quote=phase)
        yield step.finding("pod", "waits for", words, where)
        return
    waiting = list(containers(step, "waiting"))
    begun = step.pod_text("status", "startTime")
    since = _since(begun or step.node.started_at, step.evidence)
    reason = next((each for each in waiting if each.reason), None)
    words = f"its pod, which is on {node}{since}"
    at = [step.of_pod("spec", "nodeName", quote=node)]
    if reason is not None:
        words += f", {reason.container} is {reason.reason}"
        at += reason.at
    yield step.finding("pod", "waits for", words, *at)


_LIMITED = re.compile(r"rate.?limit", re.IGNORECASE)


def agent(step: Step) -> Iterator[Finding]:
    """The agent's pod has not come to it, or waits for the answer (argo.md 1.6)."""
    node = step.node
    if node.type in AGENTS and node.phase == PENDING and not node.message:
        words = f"the agent's pod {step.pod_name}, which does what is no pod of its own"
        if step.pod_text("status", "phase") == RUNNING:
            words = f"its answer; the agent's pod {step.pod_name} asks for it, or is to"
        yield step.finding(
            "agent", "waits for", words, step.evidence.of_node(node, "type", quote=node.type)
        )


def rate_limit(step: Step) -> Iterator[Finding]:
    """The controller makes no more pods just now (`resourceRateLimit`)."""
    if _LIMITED.search(step.message) and step.node.phase == PENDING:
        words = "its turn: the controller makes only so many pods a second (resourceRateLimit)"
        yield step.finding("rate", "waits for", words, step.of_message())


# --- what somebody or something has to let go ----------------------------------------------------


def gate(step: Step) -> Iterator[Finding]:
    """A suspend step waits for somebody, or for a time."""
    node, evidence = step.node, step.evidence
    if not node.is_active_suspend:
        return
    path, template = evidence.template_at(node)
    at: list[FieldAt] = [evidence.of_node(node, "type", quote="Suspend")]
    waited = _since(node.started_at, evidence)
    since = f",{waited} by now" if waited else ""
    words = f"somebody to resume it{since}"
    names = tuple(name for name in node.wanted_values if name)
    if names and node.outputs is not None:
        words = f"a value of {' and '.join(names)}{since}"
        at = [
            evidence.of_node(node, "outputs", "parameters", n, "name", quote=each.name)
            for n, each in enumerate(node.outputs.parameters)
            if each.name in names
        ]
    limit = text_at(template, "suspend", "duration")
    seconds = seconds_of(limit) if not limit.isdigit() else float(limit)
    begun = epoch_of(node.started_at or "")
    if limit and seconds is not None and begun is not None:
        left = begun + seconds - evidence.now.timestamp()
        until = f"in {compact(left)}" if left > 0 else "any moment"
        words += f"; goes on by itself {until} (after {limit})"
        at.append(evidence.of_workflow(*path, "suspend", "duration", quote=limit))
    yield step.finding("gate", "waits for", words, *at, key="act.suspend")


_BACKOFF = re.compile(r"Backoff for (.+)")
_WORDS = re.compile(r"(\d+) (second|minute|hour|day)s?|(\d+)(s|m|h|d)")
_SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "s": 1,
    "m": 60,
    "h": 3600,
    "d": 86400,
}


def backoff(step: Step) -> Iterator[Finding]:
    """A retry waits before the next attempt."""
    found = _BACKOFF.match(step.message)
    if found is None or step.node.phase not in (RUNNING, PENDING, ""):
        return
    evidence = step.evidence
    seconds = sum(
        int(number or short) * _SECONDS[unit or sign]
        for number, unit, short, sign in _WORDS.findall(found[1])
    )
    keys = attempts(step.workflow.nodes, step.node)
    last = step.workflow.nodes[keys[-1]] if keys else None
    over = epoch_of(last.finished_at or "") if last is not None else None
    at = [step.of_message()]
    words = f"its next attempt, {found[1]} after the last"
    if last is not None and over is not None and seconds:
        left = over + seconds - evidence.now.timestamp()
        words += f": in {compact(left)}" if left > 0 else ": any moment"
        at.append(evidence.of_node(last, "finishedAt", quote=last.finished_at or ""))
    count = len(keys)
    words += f" ({count} {'attempt' if count == 1 else 'attempts'} so far)"
    yield step.finding("backoff", "waits for", words, *at)


def not_made(step: Step) -> Iterator[Finding]:
    """Whatever Argo says of a step that has not begun."""
    if step.node.phase == PENDING and step.message:
        yield step.finding("told", "waits for", step.message, step.of_message())


def cannot_begin(step: Step) -> bool:
    """Whether its pod says that a container cannot begin, whatever phase Argo gives the step; where
    nobody may look at the pod, or it is gone, whether the events about it do."""
    if not step.pod:
        found = unplaced(step), without_image(step), unmade(step)
        return any(each is not None for each in found)
    return any(each.reason in (*IMAGE, *MAKING) for each in containers(step, "waiting"))


WAITS = (
    Cause("gate", gate),
    Cause("lock", lock),
    Cause("backoff", backoff),
    Cause("quota", quota),
    Cause("image", waits_for_image),
    Cause("container", waits_for_container),
    Cause("unschedulable", unschedulable),
    Cause("pod", on_a_node),
    Cause("rate", rate_limit),
    Cause("agent", agent),
    Cause("told", not_made),
)
"""Of a step, in the order in which they explain."""


# --- a whole workflow ----------------------------------------------------------------------------

_POSTPONED = re.compile(r"postponed because too many workflows|too many workflows are already")


def postponed(evidence: Evidence) -> Iterator[Finding]:
    """The controller lets only so many workflows run, in all or of a namespace."""
    workflow = evidence.workflow
    message = workflow.status.message
    if not _POSTPONED.search(message) or workflow.phase not in ("", PENDING):
        return
    at = [evidence.of_workflow("status", "message", quote=message)]
    label = f"{LABEL}parallelism-limit"
    limit = text_at(map_at(evidence.namespace, "metadata", "labels"), label)
    running = [each for each in evidence.others if text_at(each, "status", "phase") == RUNNING]
    since = _since(workflow.metadata.creation_timestamp, evidence)
    if limit:
        name = workflow.ref.namespace
        at.append(FieldAt("Namespace", name, ("metadata", "labels", label), limit))
        words = f"its turn{since}: namespace {name} lets {limit} workflows run at a time"
    elif evidence.namespace is not None:
        words = f"its turn{since}: the controller lets only so many workflows run at a time"
    else:
        words = f"its turn{since}: too many workflows run; whose limit that is, is not known"
        why = evidence.unread.get(NAMESPACE, "")
        words += f" ({why})" if why else ""
    yield Finding("parallelism", "waits for", words, "cause", tuple(at))
    if running:
        names = [text_at(each, "metadata", "name") for each in running]
        shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
        where = tuple(
            FieldAt("Workflow", text_at(each, "metadata", "name"), ("status", "phase"), RUNNING)
            for each in running[:6]
        )
        yield Finding(
            "parallelism",
            "run now",
            f"{len(names)} in this namespace: {shown}",
            "detail",
            where,
            "open",
            opens=f"{workflow.ref.namespace}/{names[0]}",
        )
    elif OTHERS in evidence.unread:
        why = evidence.unread[OTHERS]
        yield Finding("parallelism", "run now", f"which run is not known: {why}", "unknown")


def suspended(evidence: Evidence) -> Iterator[Finding]:
    """Somebody suspended it."""
    workflow = evidence.workflow
    if not workflow.spec.suspend:
        return
    at = [evidence.of_workflow("spec", "suspend", quote=True)]
    label = f"{LABEL}actor"
    who = workflow.metadata.labels.get(label, "")
    did = workflow.metadata.labels.get(f"{LABEL}action", "")
    by = ""
    if who and did in ("Suspend", ""):
        by = f" by {who}"
        at.append(evidence.of_workflow("metadata", "labels", label, quote=who))
    words = f"somebody to resume it: it was suspended{by or ', by whom is not known'}"
    yield Finding("suspended", "waits for", words, "cause", tuple(at), "act.suspend")


def unseen(evidence: Evidence) -> Iterator[Finding]:
    """No controller has looked at it."""
    workflow = evidence.workflow
    if workflow.phase or workflow.nodes or workflow.spec.suspend:
        return
    created = workflow.metadata.creation_timestamp
    since = _since(created, evidence)
    instance = workflow.metadata.labels.get(f"{LABEL}controller-instanceid", "")
    of = f"controller {instance}" if instance else "a controller"
    at = (evidence.of_workflow("metadata", "creationTimestamp", quote=created),) if created else ()
    yield Finding(
        "unseen",
        "waits for",
        f"{of} to take it up{since}: none has looked at it yet",
        "cause" if at else "unknown",
        at,
    )


def parallelism(evidence: Evidence) -> Iterator[Finding]:
    """The workflow, or a template of it, lets only so many steps run at a time."""
    workflow = evidence.workflow
    active: dict[str, list[Node]] = {}
    for node in workflow.nodes.values():
        if node.phase in (RUNNING, PENDING) and node.type in EXECUTABLE:
            active.setdefault(node.boundary_id, []).append(node)
    every = [node for nodes in active.values() for node in nodes]
    most = number_at(workflow.exec_spec.parallelism)
    if most and len(every) >= most:
        at = evidence.of_workflow(*evidence.spec_path, "parallelism", quote=most)
        outers = [node for node in workflow.nodes.values() if _is_open(node)]
        yield from _at_once(evidence, "the workflow", most, every, at, outers)
    for boundary, nodes in active.items():
        outer = workflow.nodes.get(nodes[0].boundary_id)
        if outer is None:
            continue
        path, template = evidence.template_at(outer)
        most = number_at(template, "parallelism")
        if most and len(nodes) >= most:
            at = evidence.of_workflow(*path, "parallelism", quote=most)
            what = f"template {outer.template or outer.title}"
            yield from _at_once(evidence, what, most, nodes, at, [outer], boundary)


def _at_once(
    evidence: Evidence,
    what: str,
    most: int,
    nodes: list[Node],
    at: FieldAt,
    outers: list[Node],
    step: str = "",
) -> Iterator[Finding]:
    """A limit that is reached, and what waits behind it in these DAGs and Steps."""
    behind = [each for outer in outers for each in _behind(evidence, outer)]
    told = [each for each in behind if each.name]
    shown = ", ".join(node.title for node in nodes[:4])
    more = f" and {len(nodes) - 4} more" if len(nodes) > 4 else ""
    words = f"{what} lets {most} of its steps run at a time; now {shown}{more}"
    pointers = (at, *(evidence.of_node(n, "phase", quote=n.phase) for n in nodes[:4]))
    weight: Weight = "problem" if behind else "detail"
    yield Finding("parallelism", "parallelism", words, weight, pointers, step=step)
    if told:
        names = ", ".join(each.name for each in told[:6])
        names += f" and {len(told) - 6} more" if len(told) > 6 else ""
        where = (at, *(pointer for each in told[:6] for pointer in each.at))
        words = f"{names}, which could begin otherwise"
        yield Finding("parallelism", "behind it", words, "problem", where, step=step)
    for each in behind:
        if not each.name:
            words = f"not known: {each.why}"
            yield Finding("parallelism", "behind it", words, "unknown", each.at, step=step)


class _Behind(NamedTuple):
    """A step that could begin but for a limit."""

    name: str
    """ "" where it is not known which those are."""
    at: tuple[FieldAt, ...]
    why: str = ""
    """Why that is not known."""


def _is_open(node: Node) -> bool:
    return node.type in BOUNDARIES and not node.is_fulfilled


def _behind(evidence: Evidence, outer: Node) -> Iterator[_Behind]:
    """The steps of a DAG or Steps that have no node though nothing else keeps them."""
    workflow = evidence.workflow
    path, template = evidence.template_at(outer)
    if not template:
        yield _Behind("", (), f"the template of {outer.title} is not in the workflow")
        return
    tasks = {name: (where, task) for name, where, task in tasks_at(path, template)}
    for node in _ready(workflow, outer):
        if (found := tasks.get(node.title)) is not None:
            yield _Behind(node.title, (evidence.of_workflow(*found[0], "name", quote=node.title),))
    begun = Counter(
        node.display_name.partition("(")[0]
        for node in workflow.nodes.values()
        if node.boundary_id == outer.id and "(" in node.display_name and not is_hook(node)
    )
    for name, (where, task) in tasks.items():
        if not begun[name]:
            continue
        at = evidence.of_workflow(*where, "name", quote=name)
        count = items_of(task)
        if count is None:
            why = f"whether more items of {name} come; a value says how many there are"
            yield _Behind("", (at,), why)
        elif count > begun[name]:
            yield _Behind(f"{count - begun[name]:,} of the {count:,} items of {name}", (at,))


def _ready(workflow: Workflow, outer: Node) -> Iterator[Node]:
    """The steps to come right inside a DAG or Steps of which all is over that they come after."""
    coming, nodes = coming_of(workflow), workflow.nodes
    before: dict[str, list[Node | None]] = {}
    for key, after in coming.edges.items():
        for each in after:
            before.setdefault(each, []).append(nodes.get(key))
    for key, node in coming.nodes.items():
        if node.boundary_id != outer.id or is_hook(node) or node.type == "StepGroup":
            continue
        ahead = before.get(key, [])
        # What it is part of goes on meanwhile.
        groups = ("StepGroup", *BOUNDARIES)
        if ahead and all(
            each is not None
            and not each.is_problem  # after that it may not come at all
            and (each.is_fulfilled or (each.type in groups and _holds(each, node)))
            for each in ahead
        ):
            yield node


def _holds(group: Node, node: Node) -> bool:
    return group.id == node.boundary_id or group.type == "StepGroup"


WHOLE_WAITS = (
    Whole("suspended", suspended),
    Whole("lock", workflow_lock),
    Whole("parallelism", postponed),
    Whole("unseen", unseen),
)
"""Of a whole workflow, in the order in which they explain."""

_ROUTINE = frozenset({"told", "pod"})


def waits(step: Step) -> Iterator[Finding]:
    """What a step waits for; what Argo says word by word only where nothing else is known."""
    found = False
    for cause in WAITS:
        if found and cause.id in _ROUTINE:
            continue
        for each in cause.find(step):
            found = True
            yield each
        if found and cause.id in ("gate", "lock", "backoff"):
            return
    if not found:
        why = step.evidence.unread.get(PODS, "")
        at = step.evidence.of_node(step.node, "phase", quote=step.node.phase)
        yield step.finding(
            "unknown",
            "not known",
            f"it is {step.node.phase or 'not begun'} and "
            f"nothing says why{f': {why}' if why else ''}",
            at,
            weight="unknown",
        )
