"""What ending or holding a workflow means for it just now: its pods, its exit handler, how long.

Nothing here fails a plan: where the steps are kept in a database they are not counted, and it is
said that they are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tui.actions.graph import RawNode, kind_of, name_of_node
from tui.actions.manifests import Json, items, name_of, part
from tui.actions.nodes import hydrated, nodes_of
from tui.actions.words import counted
from tui.domain.durations import parse_time
from tui.domain.node import PENDING, RUNNING
from tui.domain.text import clean
from tui.domain.workflow import Manifest
from tui.errors import InputError, PlanError

GRACE = 30
"""Seconds a pod is given to end by itself, where nothing says otherwise."""
GRACE_FIELD = re.compile(r"""["']?terminationGracePeriodSeconds["']?\s*:\s*["']?(\d{1,9})""")


@dataclass(frozen=True, slots=True)
class Going:
    """What of a workflow goes on just now."""

    running: int = 0
    """Pods that run."""
    pending: int = 0
    """Pods that have not begun."""
    gates: int = 0
    """Suspend steps that wait."""
    asking: int = 0
    """Those of them that lack a value, without which nothing is resumed (argo.md 5.7)."""
    is_known: bool = True
    """False where the steps are in a database."""

    @property
    def pods(self) -> int:
        """All of its pods that are not over."""
        return self.running + self.pending


def going_on(manifest: Manifest) -> Going:
    """How many pods and gates a workflow has that are not over."""
    try:
        nodes = nodes_of(hydrated(manifest)).values()
    except (PlanError, InputError):
        return Going(is_known=False)
    return Going(
        running=_count(nodes, "Pod", RUNNING),
        pending=_count(nodes, "Pod", PENDING),
        gates=_count(nodes, "Suspend", RUNNING),
        asking=sum(_lacks_value(node) for node in nodes),
    )


def _lacks_value(node: RawNode) -> bool:
    """Whether it waits for an output that has neither a value nor a default."""
    if kind_of(node) != "Suspend" or node.get("phase") != RUNNING:
        return False
    sources = (part(one, "valueFrom") for one in items(part(node, "outputs"), "parameters"))
    return any(
        source.get("supplied") is not None and source.get("default") is None for source in sources
    )


def _count(nodes: Iterable[RawNode], kind: str, phase: str) -> int:
    return sum(kind_of(node) == kind and node.get("phase") == phase for node in nodes)


def effective_spec(manifest: Manifest) -> Json:
    """The spec that it runs by: with that of its template, once the controller has put it there."""
    return part(part(manifest, "status"), "storedWorkflowTemplateSpec") or part(manifest, "spec")


def exit_handler(manifest: Manifest) -> str | None:
    """The template of its exit handler; "" for none, None where its template has not been read."""
    spec = effective_spec(manifest)
    handler = spec.get("onExit") or part(part(spec, "hooks"), "exit").get("template")
    if handler:
        return clean(str(handler))
    return None if part(spec, "workflowTemplateRef") and not items(spec, "templates") else ""


def has_exit_begun(manifest: Manifest) -> bool:
    """Whether its exit handler runs already."""
    try:
        nodes = nodes_of(hydrated(manifest)).values()
    except (PlanError, InputError):
        return False
    on_exit = f"{name_of(manifest)}.onExit"
    return any(name_of_node(node) == on_exit for node in nodes)


def grace_of(manifest: Manifest) -> int:
    """Seconds that its pods are given at most: the longest that it or a template of it asks for."""
    spec = effective_spec(manifest)
    owners = [spec, part(spec, "templateDefaults"), *items(spec, "templates")]
    asked = [
        int(found)
        for owner in owners
        for found in GRACE_FIELD.findall(str(owner.get("podSpecPatch") or ""))
    ]
    return max(asked, default=GRACE)


def deadline_of(manifest: Manifest) -> datetime | None:
    """When its `activeDeadlineSeconds` are over; None for never, or where it has not begun."""
    seconds = effective_spec(manifest).get("activeDeadlineSeconds")
    begun = parse_time(str(part(manifest, "status").get("startedAt") or ""))
    if isinstance(seconds, bool) or not isinstance(seconds, int) or begun is None or seconds <= 0:
        return None
    try:
        return begun + timedelta(seconds=seconds)
    except OverflowError:
        return None


# --- in words ------------------------------------------------------------------------------------


def pods_words(going: Going, killed: str) -> str:
    """`3 pods are stopped`, or that none runs."""
    if not going.is_known:
        return f"its pods are {killed} (its steps are in a database, so nobody counted them)"
    if not going.pods:
        return "no pod of it runs"
    return f"{counted(going.pods, 'pod')} {'is' if going.pods == 1 else 'are'} {killed}"


def exit_words(manifest: Manifest, *, runs: bool) -> str:
    """A line on its exit handler, when it is ended so that it still `runs` or does not."""
    handler = exit_handler(manifest)
    if handler is None:
        does = "runs" if runs else "does not run"
        return f"Exit handler: its template is not read yet; one that it has {does}."
    if not handler:
        return "Exit handler: it has none."
    if runs:
        return f"Exit handler: {handler} still runs, and it is over when that is."
    does = "has begun, and is killed too" if has_exit_begun(manifest) else "does not run"
    return f"Exit handler: {handler} {does}."


def end_lines(manifest: Manifest, going: Going, *, runs_exit: bool) -> Iterator[str]:
    """A line each on exit handler, pods and time, of one that is ended."""
    yield exit_words(manifest, runs=runs_exit)
    if going.pods or not going.is_known:
        seconds = grace_of(manifest)
        if seconds:
            yield (
                f"Pods: told to end, and killed after {seconds} s "
                "(terminationGracePeriodSeconds); what they had not saved is lost."
            )
        else:
            yield "Pods: killed at once (terminationGracePeriodSeconds is 0)."
    if part(manifest, "spec").get("suspend") is True:
        yield "It is suspended: none of this happens before it is resumed."


def hold_lines(manifest: Manifest, going: Going, now: datetime) -> Iterator[str]:
    """A line each on exit handler, pods and time, of one that is suspended."""
    if going.pods or not going.is_known:
        yield "Pods: none is killed; those that run go on to their end."
    handler = exit_handler(manifest)
    if handler:
        yield f"Exit handler: {handler} runs when it is over, not now."
    if going.gates:
        waits = "waits" if going.gates == 1 else "wait"
        gates = counted(going.gates, "suspend step")
        if going.asking:
            lacks = f"{going.asking} for want of a value, and nothing is resumed before it is given"
            yield f"Gates: {gates} {waits} on, {lacks}."
        else:
            yield f"Gates: {gates} {waits} on; resume passes them too."
    end = deadline_of(manifest)
    if end is None:
        yield "How long: until it is resumed; it has no activeDeadlineSeconds."
    else:
        at = end.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        ended = "is over already" if end <= now else "goes on"
        yield f"How long: until it is resumed; its deadline {ended}, and fails it at {at} UTC."
