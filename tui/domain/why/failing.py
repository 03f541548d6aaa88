"""Why a step failed: one function a cause, asked in order; the first that answers is the cause.

What others find besides stays, as a problem. Each function reads what Kubernetes says of the pod
first and what Argo made of it (the message of the step) where the pod is gone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tui.domain.allowance import MEMORY, template_allowance
from tui.domain.durations import compact, epoch_of
from tui.domain.logtargets import was_deleted
from tui.domain.quantity import memory
from tui.domain.why.evidence import (
    End,
    Step,
    Told,
    containers,
    ended,
    event_at,
    list_at,
    number_at,
    own_containers,
    text_at,
)
from tui.domain.why.exits import EXECUTOR, meaning
from tui.domain.why.finding import EventAt, FieldAt, Finding, Path, SampleAt
from tui.domain.why.kubelet import IMAGE, as_of, container_of, image_of, unmade, without_image
from tui.domain.workflow import LABEL


class Cause(NamedTuple):
    """A cause, and what finds it."""

    id: str
    find: Callable[[Step], Iterator[Finding]]


# --- stopped, and too late -----------------------------------------------------------------------

_STOPPED = re.compile(r"(?:[Ss]topped with strategy|workflow shutdown with strategy:)\s*'?(\w+)'?")


def stopped(step: Step) -> Iterator[Finding]:
    """Somebody stopped or terminated the workflow."""
    workflow, evidence = step.workflow, step.evidence
    told = workflow.status.message
    found = _STOPPED.search(told) or _STOPPED.search(step.message)
    if found is None:
        return
    at = [
        evidence.of_workflow("status", "message", quote=told)
        if _STOPPED.search(told)
        else step.of_message()
    ]
    label = f"{LABEL}actor"
    who = workflow.metadata.labels.get(label, "")
    did = workflow.metadata.labels.get(f"{LABEL}action", "")
    if who and did in ("Stop", "Terminate", ""):
        at.append(evidence.of_workflow("metadata", "labels", label, quote=who))
        by = f"by {who}"
    else:
        by = "by whom is not known"
    verb = "terminated" if found[1].startswith("Term") else "stopped"
    # A step that failed by itself had failed before somebody stopped the rest.
    is_own = _STOPPED.search(step.message) is None and any(
        end.code not in (137, 143, None) or end.reason == "OOMKilled" for end in ended(step)
    )
    words = f"the workflow was {verb}, {by}"
    yield step.finding("stopped", "stopped", words, *at, weight="problem" if is_own else "cause")


_TOO_LONG = "active on the node longer than the specified deadline"
_STEP_DEADLINE = "exceeded its deadline"
_RETRIES_DEADLINE = "Max duration limit exceeded"


def deadline(step: Step) -> Iterator[Finding]:
    """It took longer than it may: which deadline that was."""
    message = step.message
    of_pod = step.pod_text("status", "reason") == "DeadlineExceeded"
    retry = step.evidence.retry_around(step.node)
    by_retry = _RETRIES_DEADLINE in (retry.message if retry is not None else "")
    if not (of_pod or _TOO_LONG in message or _STEP_DEADLINE in message or by_retry):
        return
    at: list[FieldAt] = []
    if of_pod:
        at.append(step.of_pod("status", "reason", quote="DeadlineExceeded"))
    if message and (_TOO_LONG in message or _STEP_DEADLINE in message):
        at.append(step.of_message())
    if by_retry and not at and retry is not None:
        at.append(step.evidence.of_node(retry, "message", quote=retry.message))
    which, pointers = _which_deadline(step)
    weight: Any = "cause" if which else "unknown"
    words = which or "which deadline is not known: neither its template nor the workflow names one"
    yield step.finding(
        "deadline",
        "deadline",
        f"ended by a deadline; {words}",
        *pointers,
        *at,
        weight="cause" if at else weight,
    )


def _which_deadline(step: Step) -> tuple[str, list[FieldAt]]:
    """Which deadline is over, and where it stands; "" where none is to be found.

    The pod's is the template's, or what is left of the workflow's where that is less.
    """
    evidence, workflow = step.evidence, step.workflow
    path, template = evidence.template_at(step.node)
    of_template = number_at(template, "activeDeadlineSeconds")
    whole = number_at(workflow.exec_spec.active_deadline_seconds)
    took = _took(workflow.status.started_at, step.node.finished_at or workflow.status.finished_at)
    is_whole = whole is not None and took is not None and took >= whole - 2
    if whole is not None and (is_whole or of_template is None):
        at = evidence.of_workflow(*evidence.spec_path, "activeDeadlineSeconds", quote=whole)
        return f"the workflow may take {compact(whole)} in all (activeDeadlineSeconds)", [at]
    if of_template is not None:
        at = evidence.of_workflow(*path, "activeDeadlineSeconds", quote=of_template)
        name = step.node.template or step.node.title
        return f"template {name} may take {compact(of_template)} (activeDeadlineSeconds)", [at]
    retry = evidence.retry_around(step.node)
    if retry is not None:
        outer, of_retry = evidence.template_at(retry)
        most = text_at(of_retry, "retryStrategy", "backoff", "maxDuration")
        if most and _RETRIES_DEADLINE in retry.message:
            where = (*outer, "retryStrategy", "backoff", "maxDuration")
            return f"all its attempts together may take {most} (backoff.maxDuration)", [
                evidence.of_workflow(*where, quote=most)
            ]
    own = number_at(step.pod, "spec", "activeDeadlineSeconds")
    if own is not None:
        at = step.of_pod("spec", "activeDeadlineSeconds", quote=own)
        return f"its pod may take {compact(own)} (activeDeadlineSeconds)", [at]
    return "", []


def _took(begun: str | None, over: str | None) -> float | None:
    start, end = epoch_of(begun or ""), epoch_of(over or "")
    return None if start is None or end is None else end - start


# --- the pod was taken away ----------------------------------------------------------------------

_GONE = {
    "NodeLost": "its node does not answer any more",
    "NodeShutdown": "its node was shut down",
    "Terminated": "its node was shut down",
    "NodeAffinity": "its node no longer fits it",
    "DeletionByTaintManager": "its node was taken out of use, and its pod with it",
    "DeletionByPodGC": "its node is gone, and its pod with it",
    "PreemptionByScheduler": "a pod of higher priority took its place",
    "EvictionByEvictionAPI": "its node was drained",
    "TerminationByKubelet": "its node had to end it",
}
"""Reason of a pod, or of its condition DisruptionTarget → what happened."""
_LOW = re.compile(r"The node was low on resource: ([\w.-]+)")


def evicted(step: Step) -> Iterator[Finding]:
    """Its node ran short of something and ended the pod."""
    reason = step.pod_text("status", "reason")
    message = step.pod_text("status", "message")
    events = step.events("Evicted")
    at: list[Any] = []
    told = ""
    if reason == "Evicted":
        at.append(step.of_pod("status", "reason", quote=reason))
        told = message
        if message:
            at.insert(0, step.of_pod("status", "message", quote=message))
    elif events:
        at.append(event_at(events[-1]))
        told = events[-1].message
    elif _LOW.search(step.message) or step.message.startswith("Evicted"):
        at.append(step.of_message())
        told = step.message
    if not at:
        return
    short = _LOW.search(told)
    words = f"ran short of {short[1].rstrip('.')}" if short else "had to end it"
    tail = f": {told}" if told else "; it does not say why"
    yield step.finding("evicted", "evicted", f"its node{_node_named(step)} {words}{tail}", *at)


def node_gone(step: Step) -> Iterator[Finding]:
    """Its node is gone, drained or shut down, or its pod was deleted."""
    reason = step.pod_text("status", "reason")
    for at, each in enumerate(list_at(step.pod, "status", "conditions")):
        why = text_at(each, "reason")
        if text_at(each, "type") == "DisruptionTarget" and why in _GONE:
            where = step.of_pod("status", "conditions", at, "reason", quote=why)
            yield step.finding("node", "node", f"{_GONE[why]}{_node_named(step)}", where)
            return
    if reason in _GONE:
        where = step.of_pod("status", "reason", quote=reason)
        yield step.finding("node", "node", f"{_GONE[reason]}{_node_named(step)}", where)
        return
    events = step.events("NodeNotReady", "TaintManagerEviction", "Preempted", "NodeShutdown")
    may_be_lost = step.node.is_problem or not step.pod
    if events and may_be_lost and not ended(step):
        last = events[-1]
        yield step.finding(
            "node", "node", f"{last.reason}: {last.message}{_node_named(step)}", event_at(last)
        )
        return
    if was_deleted(step.node):
        yield step.finding(
            "node",
            "pod",
            "its pod was deleted before it was over; by whom is not known",
            step.of_message(),
        )


def _node_named(step: Step) -> str:
    name = step.node.host_node_name or step.pod_text("spec", "nodeName")
    return f" ({name})" if name else ""


# --- the pod could not begin ---------------------------------------------------------------------

MAKING = (
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "ContainerCannotRun",
    "StartError",
    "CrashLoopBackOff",
)
"""Reasons of a container that cannot begin, other than for its image."""
_BEFORE = re.compile(r"Pod failed before (\S+) container starts due to (\w+): (.*)", re.DOTALL)
_ANSWER = re.compile(
    r"(?:failed to resolve reference \"[^\"]*\": |rpc error: code = \w+ desc = )|: ErrImagePull: "
)
_WITHOUT_ANSWER = re.compile(
    rf"Error: (?:{'|'.join(IMAGE)})|Back-off pulling image \"[^\"]*\"(?:: ErrImagePull)?"
)


def image(step: Step) -> Iterator[Finding]:
    """Its image could not be pulled: what the registry answered."""
    for each in containers(step, "waiting"):
        if each.reason in IMAGE:
            of = _image_of(step, each)
            event = _registry_event(step)
            told = event.message if event is not None else each.message
            at: list[FieldAt | EventAt] = [*each.at, *of[1]]
            if event is not None:
                at.insert(0, event_at(event))
            yield step.finding("image", "image", _pulled(each.container, of[0], told), *at)
            return
    event = without_image(step) if not ended(step) else None
    if event is not None:
        words = _pulled(container_of(event), image_of(event), event.message)
        words += as_of(step, event)
        yield step.finding("image", "image", words, event_at(event))
    elif any(reason in step.message for reason in IMAGE):
        yield step.finding("image", "image", _pulled("", "", step.message), step.of_message())


def _registry_event(step: Step) -> Told | None:
    found = [each for each in step.events("Failed") if "pull image" in each.message]
    return found[-1] if found else None


def _image_of(step: Step, end: End) -> tuple[str, list[FieldAt]]:
    for at, each in enumerate(list_at(step.pod, "spec", "containers")):
        if text_at(each, "name") == end.container and (image := text_at(each, "image")):
            return image, [step.of_pod("spec", "containers", at, "image", quote=image)]
    return "", []


def _pulled(container: str, image: str, told: str) -> str:
    parts = _ANSWER.split(told)
    answer = parts[-1].strip() if len(parts) > 1 else told.strip()
    of = f" of {container}" if container and container != "main" else ""
    what = f"the image {image}" if image else "the image" if of else "its image"
    if _WITHOUT_ANSWER.fullmatch(answer):
        answer = f"what its registry answered is not known ({answer.removeprefix('Error: ')})"
    return f"{what}{of} could not be pulled: {answer or 'the registry said nothing'}"


def making(step: Step) -> Iterator[Finding]:
    """A container could not be made: a secret, a config map, a volume that is not there."""
    for each in containers(step, "waiting"):
        if each.reason in MAKING:
            why = each.message or "nothing says why"
            yield step.finding("container", each.container, f"{each.reason}: {why}", *each.at)
            return
    if found := _BEFORE.search(step.message):
        words = f"{found[1]} could not begin: {found[2]}: {found[3]}"
        yield step.finding("container", found[1], words, step.of_message())
        return
    if ended(step):
        return
    event = unmade(step)
    if event is not None:
        # Where the pod is gone, or nobody tells of it, the kubelet's event has the same words.
        words = f"{_what_is_unmade(event)}{event.message.removeprefix('Error: ')}"
        words += as_of(step, event)
        yield step.finding("container", _label_of(event), words, event_at(event))


def _what_is_unmade(event: Told) -> str:
    if event.reason == "Failed":
        return f"{container_of(event) or 'a container'} could not be made: "
    of = container_of(event)
    return f"{of}: {event.reason}: " if of else f"{event.reason}: "


def _label_of(event: Told) -> str:
    if "Volume" in event.reason or "Mount" in event.reason:
        return "volume"
    if "SandBox" in event.reason or "Network" in event.reason:
        return "sandbox"
    return container_of(event) or "container"


# --- a container ended badly ---------------------------------------------------------------------


def memory_short(step: Step) -> Iterator[Finding]:
    """A container took more memory than it may."""
    for end in ended(step):
        if end.reason != "OOMKilled":
            continue
        limit, at = _limit_of(step, end.container)
        of = f"its limit of {limit}" if limit else "it may; its limit is not known"
        code = f", exit code {end.code}" if end.code is not None else ""
        yield step.finding(
            "oom",
            end.container,
            f"{end.container} was killed for taking more memory than {of} (OOMKilled{code})",
            *end.at,
            *at,
            key="act.new-run",
        )
        peak = step.evidence.peaks.get((step.pod_name, end.container))
        if peak:
            of = f" of {limit}" if limit else ""
            yield step.finding(
                "oom",
                "memory",
                f"peak {peak}{of}, as measured while it ran: it may have been higher in between",
                SampleAt(step.pod_name, end.container, "memory", peak),
                *at,
                weight="detail",
            )
        else:
            yield step.finding(
                "oom",
                "memory",
                _not_measured(step),
                weight="unknown",
            )
        return


def _not_measured(step: Step) -> str:
    """That nobody knows the peak, and that what Argo says of the step's memory is no measure."""
    said = "its peak was not measured while it ran"
    if not step.node.resources_duration.get(MEMORY):
        return said
    return f"{said}: what Argo estimates (~) comes from requests and limits, not from use"


def _limit_of(step: Step, container: str) -> tuple[str, list[FieldAt]]:
    """The memory that a container may take, as its pod says, else its template."""
    for place in ("containers", "initContainers"):
        for at, each in enumerate(list_at(step.pod, "spec", place)):
            limit = text_at(each, "resources", "limits", "memory")
            if text_at(each, "name") == container and limit:
                inner: Path = ("spec", place, at, "resources", "limits", "memory")
                return limit, [step.of_pod(*inner, quote=limit)]
    path, template = step.evidence.template_at(step.node)
    patches = [
        (where, patch)
        for where, patch in (
            ((*path, "podSpecPatch"), text_at(template, "podSpecPatch")),
            ((*step.evidence.spec_path, "podSpecPatch"), _spec_patch(step)),
        )
        if patch
    ]
    if patches:
        allowed = template_allowance(step.workflow, step.node).of(container)
        found = allowed.limits.get(MEMORY) if allowed is not None else None
        told = [step.evidence.of_workflow(*where, quote=patch) for where, patch in patches]
        return (memory(found), told) if found else ("", [])
    for kind in ("container", "script"):
        limit = text_at(template, kind, "resources", "limits", "memory")
        if container in own_containers(step) and limit and "{{" not in limit:
            where = (*path, kind, "resources", "limits", "memory")
            return limit, [step.evidence.of_workflow(*where, quote=limit)]
    return "", []


def _spec_patch(step: Step) -> str:
    patch = step.workflow.exec_spec.pod_spec_patch
    return patch if isinstance(patch, str) else ""


_MISSING = re.compile(
    r"specified key does not exist|NoSuchKey|no such file or directory|not found|"
    r"could not be found|does not exist|404 not found|status code: 404",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"AccessDenied|Access Denied|Forbidden|InvalidAccessKeyId|SignatureDoesNotMatch|"
    r"unauthori[sz]ed|permission denied|status code: 40[13]",
    re.IGNORECASE,
)
_ARTIFACT = re.compile(
    r"artifact (\S+) failed to (load|save)|failed to (?:save|put|get|load) .*?"
    r"artifact:? '?([\w.-]+)",
    re.IGNORECASE,
)


def artifacts(step: Step) -> Iterator[Finding]:
    """Argo's own containers failed: an input could not be loaded, an output could not be saved."""
    for end in ended(step):
        if end.kind not in ("init", "wait") or end.container not in ("init", "wait", "supervisor"):
            continue
        if not end.message:
            # Its log says more.
            code = f" (exit code {end.code})" if end.code is not None else ""
            yield step.finding(
                "artifact",
                end.container,
                f"Argo's container {end.container} failed{code}; it left no message, its log may",
                *end.at,
            )
            return
        loads = end.kind == "init"
        named = _ARTIFACT.search(end.message)
        name = (named[1] or named[3]) if named else ""
        name, key, at = _key_of(step, name, end.message, inputs=loads)
        what = f"{'input' if loads else 'output'} artifact{f' {name}' if name else ''}"
        stands = f" ({key})" if key else ""
        if _REFUSED.search(end.message):
            words = f"the store refused {what}{stands}: {end.message}"
        elif _MISSING.search(end.message):
            there = "is not in the store" if loads else "was not where its step should have put it"
            words = f"{what}{stands} {there}: {end.message}"
        else:
            verb = "loaded" if loads else "saved"
            words = f"{what}{stands} could not be {verb}: {end.message}"
        yield step.finding("artifact", end.container, words, *end.at, *at)
        return


def _key_of(step: Step, name: str, message: str, *, inputs: bool) -> tuple[str, str, list[FieldAt]]:
    """What an artifact is called, and where it should be: its key in the store, or its path in the
    container. One that is not named is found by the path that the message tells."""
    place = step.node.inputs if inputs else step.node.outputs
    for at, each in enumerate(place.artifacts if place is not None else ()):
        if each.name != name:
            continue
        for store in ("s3", "gcs", "azure", "oss", "hdfs", "http", "artifactory"):
            told: Any = getattr(each, store)
            field = next((x for x in ("key", "blob", "path", "url") if text_at(told, x)), "")
            if field and inputs:
                side = "inputs" if inputs else "outputs"
                key = text_at(told, field)
                inner: Path = (side, "artifacts", at, store, field)
                return name, key, [step.evidence.of_node(step.node, *inner, quote=key)]
    path, template = step.evidence.template_at(step.node)
    side = "inputs" if inputs else "outputs"
    for at, each in enumerate(list_at(template, side, "artifacts")):
        inside = text_at(each, "path")
        own = text_at(each, "name")
        is_meant = own == name if name else inside.strip("/") in message
        if not is_meant or not (name or inside):
            continue
        for store in ("s3", "gcs", "azure", "oss", "http"):
            key = text_at(each, store, "key") or text_at(each, store, "url")
            if key and inputs and "{{" not in key:
                field = "key" if text_at(each, store, "key") else "url"
                where: Path = (*path, side, "artifacts", at, store, field)
                return own, key, [step.evidence.of_workflow(*where, quote=key)]
        if inside:
            where = (*path, side, "artifacts", at, "path")
            return own, inside, [step.evidence.of_workflow(*where, quote=inside)]
    return name, "", []


_NOT_THERE = re.compile(r"executable file not found|no such file or directory|not found in PATH")


def exit_code(step: Step) -> Iterator[Finding]:
    """A program ended with a code that says it failed: what the code means."""
    for end in ended(step):
        if end.kind in ("init", "wait") and end.container in ("init", "wait", "supervisor"):
            continue
        if end.reason == "OOMKilled":
            continue
        name = end.container
        if end.code is None:
            words = f"{name} ended: {end.reason or 'nothing says how'}"
            yield step.finding("exit", name, words, *end.at)
            return
        at: list[FieldAt] = list(end.at)
        if end.code == EXECUTOR and end.message:
            words = f"Argo's executor could not run it: {end.message}"
            if _NOT_THERE.search(end.message):
                command, where = _command(step, end)
                words = f"its command{command} was not found: {end.message}"
                at.extend(where)
            yield step.finding("exit", name, f"{name} ended with exit code 64: {words}", *at)
            return
        told = meaning(end.code)
        if end.code in (126, 127):
            command, where = _command(step, end)
            told = told.replace("its command", f"its command{command}")
            at.extend(where)
        if end.code == 137:
            told += ", and Kubernetes does not say that it was for memory"
        ends = f"{name} ended with exit code {end.code}"
        if told:
            ends += f": {told}"
        if end.message:
            ends += f": {end.message}"
        key = "pane.logs"
        yield step.finding("exit", name, ends, *at, key=key)
        return


def _command(step: Step, end: End) -> tuple[str, list[FieldAt]]:
    """The command of a container as its template says it, with a blank before; and where."""
    path, template = step.evidence.template_at(step.node)
    for kind in ("container", "script"):
        words = [text_at(x) for x in list_at(template, kind, "command")]
        if words and end.container == "main":
            where = (*path, kind, "command", 0)
            args = [text_at(x) for x in list_at(template, kind, "args")]
            shown = " ".join([*words, *args])
            shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
            return f" {shown}", [step.evidence.of_workflow(*where, quote=words[0])]
    for at, each in enumerate(list_at(template, "containerSet", "containers")):
        words = [text_at(x) for x in list_at(each, "command")]
        if text_at(each, "name") == end.container and words:
            where = (*path, "containerSet", "containers", at, "command", 0)
            return f" {' '.join(words)[:80]}", [step.evidence.of_workflow(*where, quote=words[0])]
    return "", []


# --- Argo itself ---------------------------------------------------------------------------------

_QUOTA = re.compile(r"exceeded quota: ([\w.-]+), requested: (.*?), used: (.*?), limited: (.*)")


def quota(step: Step) -> Iterator[Finding]:
    """Its pod was refused, since the quota of the namespace is used up."""
    found = _QUOTA.search(step.message)
    if found is not None and step.node.is_problem:
        words = f"quota {found[1]} is used up: asked {found[2]}, used {found[3]} of {found[4]}"
        yield step.finding("quota", "quota", words, step.of_message())


_FORBIDDEN = re.compile(r"is forbidden: (.*)", re.DOTALL)


def refused(step: Step) -> Iterator[Finding]:
    """Kubernetes would not make its pod, or do what its resource template asks for."""
    found = _FORBIDDEN.search(step.message)
    if found is not None and not _QUOTA.search(step.message):
        words = f"Kubernetes refused it: {step.message}"
        yield step.finding("refused", "refused", words, step.of_message())


def condition(step: Step) -> Iterator[Finding]:
    """A condition was not met: of an HTTP step, of a resource, of a `when` that cannot be read."""
    if step.node.type == "HTTP" and step.message:
        yield step.finding("condition", "HTTP", step.message, step.of_message())
    elif step.node.type == "Skipped" and step.message:
        yield step.finding(
            "condition",
            "expression",
            f"Argo could not decide whether it runs: {step.message}",
            step.of_message(),
        )
    elif "failureCondition" in step.message or "successCondition" in step.message:
        yield step.finding("condition", "condition", step.message, step.of_message())


def as_told(step: Step) -> Iterator[Finding]:
    """Whatever Argo says, word by word, where nothing of the above is known."""
    if step.message:
        yield step.finding("told", "Argo says", step.message, step.of_message())


def lost(step: Step) -> Iterator[Finding]:
    """What took the pod of a step away, where Argo has not taken note of that yet."""
    yield from evicted(step)
    yield from node_gone(step)


FAILURES = (
    Cause("stopped", stopped),
    Cause("evicted", evicted),
    Cause("node", node_gone),
    Cause("image", image),
    Cause("container", making),
    Cause("oom", memory_short),
    Cause("artifact", artifacts),
    Cause("deadline", deadline),
    Cause("quota", quota),
    Cause("exit", exit_code),
    Cause("condition", condition),
    Cause("refused", refused),
    Cause("told", as_told),
)
"""In the order in which they explain: what took the pod away explains the exit code of what was in
it, and not the other way round."""

_SILENT = frozenset({"told", "refused", "condition"})
"""Causes that say what Argo says, for where nothing else is known."""


def failures(step: Step) -> Iterator[Finding]:
    """Why a step failed: the cause first, then what is wrong besides.

    Where nothing is found, a sentence that says so.
    """
    causes: list[Finding] = []
    besides: list[Finding] = []
    for cause in FAILURES:
        if causes and cause.id in _SILENT:
            continue
        for each in cause.find(step):
            if each.weight != "cause":
                besides.append(each)
            elif causes:
                besides.append(_besides(each))
            else:
                causes.append(each)
    if not causes:
        quote = step.node.phase
        at = step.evidence.of_node(step.node, "phase", quote=quote)
        words = f"Argo says {quote} and nothing more"
        causes.append(step.finding("unknown", "not known", words, at, weight="unknown"))
    yield from causes
    yield from besides


def _besides(finding: Finding) -> Finding:
    return Finding(
        finding.cause,
        finding.label,
        finding.text,
        "problem",
        finding.at,
        finding.key,
        finding.step,
    )
