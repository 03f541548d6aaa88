"""Workflows that failed or wait, each for one cause, with the pods and events that go with it.

Written after what a real API server and controller told of such runs; smaller, and under names of
their own.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from tui.domain import decode
from tui.domain.usual import Usual
from tui.domain.why.evidence import EARLIER, EVENTS, OTHERS, PODS, Evidence, RetryFacts, Tail
from tui.domain.why.finding import EventAt, FieldAt, LogAt, Pointer, SampleAt, Verdict, value_at
from tui.domain.workflow import LABEL
from tui.ports.events import Event

NOW = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
BEGAN, ENDED = "2026-11-29T09:50:00Z", "2026-11-29T09:53:02Z"

Json = dict[str, Any]


def step(id: str, phase: str = "Failed", type: str = "Pod", **more: Any) -> Json:
    """A node of the workflow `w`; its template is `train`."""
    found = {
        "id": id,
        "name": id if id == "w" else f"w.{id}",
        "displayName": id,
        "type": type,
        "templateName": "train",
        "phase": phase,
        "startedAt": BEGAN,
        **more,
    }
    if phase in ("Failed", "Error", "Succeeded"):
        found.setdefault("finishedAt", ENDED)
    return found


def run(*nodes: Json, phase: str = "Failed", message: str = "", **more: Any) -> Json:
    """The workflow `w`; `template`, `spec`, `status` and `metadata` take further fields."""
    template = {"name": "train", "container": {"image": "trainer:4", "command": ["train.py"]}}
    status: Json = {"phase": phase, "startedAt": BEGAN, "nodes": {n["id"]: n for n in nodes}}
    if message:
        status["message"] = message
    if phase in ("Failed", "Error", "Succeeded"):
        status["finishedAt"] = ENDED
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {
            "name": "w",
            "namespace": "etl",
            "uid": "u1",
            "creationTimestamp": BEGAN,
            **more.get("metadata", {}),
        },
        "spec": {
            "entrypoint": "train",
            "templates": [{**template, **more.get("template", {})}, *more.get("templates", [])],
            **more.get("spec", {}),
        },
        "status": {**status, **more.get("status", {})},
    }


def timed(name: str, day: int, minutes: int, phase: str = "Succeeded") -> Json:
    """A run of the template `etl` that began at 9:00 of a day of November; its one step, `load`,
    took so many minutes, or has begun and goes on."""
    began = f"2026-11-{day:02}T09:00:00Z"
    times = {"startedAt": began}
    if phase == "Succeeded":
        times["finishedAt"] = f"2026-11-{day:02}T09:{minutes:02}:00Z"
    found = run(
        step(name, phase, "DAG", name=name, children=["load"], **times),
        step("load", phase, name=f"{name}.load", boundaryID=name, **times),
        phase=phase,
        status=times,
        metadata={"name": name, "uid": f"uid-{name}", "creationTimestamp": began},
    )
    labels = {f"{LABEL}workflow-template": "etl", f"{LABEL}phase": phase}
    found["metadata"]["labels"] = labels
    return found


def before(usual: Mapping[str, Usual], labels: Json) -> Iterator[Json]:
    """The runs that told how long steps take as a rule, as the one with these labels is one."""
    for at in range(5):
        name, day = f"before-{at}", f"2026-11-{20 + at}"
        began = {"startedAt": f"{day}T09:00:00Z"}
        times = [
            {**began, "finishedAt": f"{day}T09:{_spread(each)[at]}Z"} for each in usual.values()
        ]
        steps = [
            step(path, "Succeeded", name=f"{name}{path}", boundaryID=name, **each)
            for path, each in zip(usual, times, strict=True)
        ]
        top = step(name, "Succeeded", "DAG", name=name, children=list(usual), **times[0])
        found = run(
            top,
            *steps,
            phase="Succeeded",
            status=times[0],
            metadata={
                "name": name,
                "uid": f"uid-{name}",
                "creationTimestamp": times[0]["startedAt"],
            },
        )
        found["metadata"]["labels"] = {**labels, f"{LABEL}phase": "Succeeded"}
        yield found


def _spread(usual: Usual) -> tuple[str, ...]:
    """Minutes and seconds of five runs of which that is usual."""
    median, low, high = usual.median, usual.low, usual.high
    found = (low, (low + median) / 2, median, (median + high) / 2, high)
    return tuple(f"{int(each) // 60:02}:{int(each) % 60:02}" for each in found)


def pod(
    name: str = "w",
    main: Json | None = None,
    *,
    init: Json | None = None,
    wait: Json | None = None,
    status: Json | None = None,
    spec: Json | None = None,
    limit: str = "",
) -> Json:
    """A pod with the containers that Argo makes; each is given its state."""
    container: Json = {"name": "main", "image": "trainer:4"}
    if limit:
        container["resources"] = {"limits": {"memory": limit}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "etl"},
        "spec": {"containers": [{"name": "wait", "image": "argoexec"}, container], **(spec or {})},
        "status": {
            "phase": "Failed",
            "initContainerStatuses": [{"name": "init", "state": init or DONE}],
            "containerStatuses": [
                {"name": "wait", "state": wait or DONE},
                {"name": "main", "state": main or DONE},
            ],
            **(status or {}),
        },
    }


DONE = {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": BEGAN}}


def over(code: int, reason: str = "Error", message: str = "") -> Json:
    """The state of a container that ended."""
    told: Json = {"exitCode": code, "reason": reason, "startedAt": BEGAN, "finishedAt": ENDED}
    return {"terminated": {**told, "message": message} if message else told}


def waits(reason: str, message: str = "") -> Json:
    """The state of a container that has not begun."""
    return {"waiting": {"reason": reason, **({"message": message} if message else {})}}


def warning(
    reason: str,
    message: str,
    *,
    count: int = 1,
    name: str = "w",
    kind: str = "Pod",
    container: str = "",
    type: str = "Warning",
    at: str = ENDED,
) -> Event:
    """An event that warns, or one of another type."""
    about = f"spec.containers{{{container}}}" if container else ""
    uid = f"e-{reason}-{message[:12]}-{container}"
    return Event(type, reason, message, at, count, kind, name, "", uid, about)


@dataclass(frozen=True)
class Case:
    """One cause, what is known of it, and what has to be said."""

    id: str
    cause: str
    says: str
    workflow: Json
    pods: tuple[Json, ...] = ()
    events: tuple[Event, ...] = ()
    logs: tuple[str, ...] = ()
    others: tuple[Json, ...] = ()
    objects: tuple[Json, ...] = ()
    """Quotas, volume claims, the namespace."""
    unread: Mapping[str, str] | None = None
    peaks: tuple[tuple[str, str, str], ...] = ()
    """Pod, container, and the most memory that was measured of it."""
    usual: Mapping[str, Usual] | None = None
    """How long steps took in earlier runs."""
    retry: RetryFacts | None = None
    gone: tuple[str, ...] = ()
    """Pods of which it is known that they are gone."""
    stands: Verdict | None = None
    """How it stands; None for failed, or waits if it is not over."""

    @property
    def verdict(self) -> Verdict:
        """How it stands."""
        is_over = self.workflow["status"]["phase"] in ("Failed", "Error")
        return self.stands or (Verdict.FAILED if is_over else Verdict.WAITS)

    def evidence(self) -> Evidence:
        """What is known."""
        raw = msgspec.json.encode(self.workflow)
        return Evidence(
            decode.workflow(raw),
            NOW,
            pods={
                **{each: {} for each in self.gone},
                **{each["metadata"]["name"]: each for each in self.pods},
            },
            events=self.events,
            logs={("w", "main"): Tail(self.logs)} if self.logs else {},
            others=self.others,
            quotas=self._of("ResourceQuota"),
            claims={c["metadata"]["name"]: c for c in self._of("PersistentVolumeClaim")},
            namespace=next(iter(self._of("Namespace")), None),
            unread=self.unread or {},
            peaks={(pod, container): peak for pod, container, peak in self.peaks},
            usual=self.usual or {},
            retry=self.retry,
        )

    def _of(self, kind: str) -> tuple[Json, ...]:
        return tuple(each for each in self.objects if each["kind"] == kind)

    def quoted(self, pointer: Pointer) -> Any:
        """What stands where a pointer leads; None where nothing does."""
        if isinstance(pointer, EventAt):
            found = [e for e in self.events if e.uid == pointer.uid and e.reason == pointer.reason]
            return found[0].message if found else None
        if isinstance(pointer, LogAt):
            at = len(self.logs) - pointer.line
            return self.logs[at] if 0 <= at < len(self.logs) else None
        if isinstance(pointer, SampleAt):
            return next(
                (p for *of, p in self.peaks if of == [pointer.pod, pointer.container]), None
            )
        for each in (self.workflow, *self.pods, *self.others, *self.objects):
            kind, name = each.get("kind"), value_at(each, ("metadata", "name"))
            if (kind, name) == (pointer.kind, pointer.name):
                return value_at(each, pointer.path)
        return None

    def without(self, pointer: Pointer) -> Case:
        """The same with what the pointer leads to taken away."""
        if isinstance(pointer, EventAt):
            kept = tuple(e for e in self.events if e.uid != pointer.uid)
            return replace(self, events=kept)
        if isinstance(pointer, LogAt):
            at = len(self.logs) - pointer.line
            return replace(self, logs=self.logs[:at] + self.logs[at + 1 :])
        if isinstance(pointer, SampleAt):
            of_it = (pointer.pod, pointer.container)
            return replace(self, peaks=tuple(each for each in self.peaks if each[:2] != of_it))

        def cut(each: Json) -> Json:
            name = value_at(each, ("metadata", "name"))
            if (each.get("kind"), name) != (pointer.kind, pointer.name):
                return each
            changed = copy.deepcopy(each)
            outer = value_at(changed, pointer.path[:-1])
            if isinstance(outer, dict):
                outer.pop(pointer.path[-1], None)
            elif isinstance(outer, list):
                del outer[int(pointer.path[-1])]
            return changed

        changes: Json = {
            "workflow": cut(self.workflow),
            "pods": tuple(map(cut, self.pods)),
            "others": tuple(map(cut, self.others)),
            "objects": tuple(map(cut, self.objects)),
        }
        return replace(self, **changes)


def pointer_names(pointers: Sequence[Pointer]) -> list[str]:
    """Where pointers lead, in words."""
    return [each.where for each in pointers]


def field(kind: str, name: str, *path: str | int, quote: str = "") -> FieldAt:
    """A pointer to a field."""
    return FieldAt(kind, name, path, quote)


# --- what failed ---------------------------------------------------------------------------------

_KILLED = over(137, "OOMKilled")
_DEADLINE = "Pod was active on the node longer than the specified deadline"
_NO_KEY = "artifact rows failed to load: The specified key does not exist."
_NO_FILE = "open /var/run/argo/outputs/artifacts/tmp/model.tgz: no such file or directory"
_NO_COMMAND = 'failed to find name in PATH: exec: "trian": executable file not found in $PATH'
_DENIED = "pull access denied, repository does not exist or may require authorization"
_PULL = f'failed to pull image "trainer:5": failed to resolve reference "trainer:5": {_DENIED}'
_QUOTA = (
    'pods "w" is forbidden: exceeded quota: team, requested: limits.memory=8Gi, '
    "used: limits.memory=60Gi, limited: limits.memory=64Gi"
)


def failed_cases() -> Iterator[Case]:
    """Each cause of a failure once, or once for each way in which it is told."""

    def one(message: str = "", phase: str = "Failed", **more: Any) -> Json:
        own = {"message": message} if message else {}
        return run(
            step("w", phase, **own, **more.pop("node", {})), phase=phase, message=message, **more
        )

    oom = "main: OOMKilled (exit code 137)"
    yield Case(
        "oom",
        "oom",
        "more memory than its limit of 8Gi (OOMKilled, exit code 137)",
        one(oom),
        (pod(main=_KILLED, limit="8Gi"),),
    )
    yield Case(
        "oom that was measured",
        "oom",
        "peak 7.9Gi of 8Gi, as measured while it ran",
        one(oom),
        (pod(main=_KILLED, limit="8Gi"),),
        peaks=(("w", "main", "7.9Gi"), ("w", "wait", "20Mi"), ("v", "main", "1Gi")),
    )
    yield Case(
        "oom under a patched limit",
        "oom",
        "its limit of 2.0Gi",
        one(
            oom,
            template={
                "container": {"image": "a", "resources": {"limits": {"memory": "16Gi"}}},
                "podSpecPatch": "containers: [{name: main, resources: {limits: {memory: 2Gi}}}]",
            },
        ),
    )
    yield Case(
        "oom of which the pod is gone",
        "oom",
        "its limit of 16Gi",
        one(
            oom, template={"container": {"image": "a", "resources": {"limits": {"memory": "16Gi"}}}}
        ),
    )
    yield Case(
        "oom without a limit", "oom", "its limit is not known", one(oom), (pod(main=_KILLED),)
    )
    for code, words in (
        (139, "memory that is not its own (SIGSEGV)"),
        (1, "exit code 1"),
        (143, "asked to end (SIGTERM)"),
        (134, "gave itself up"),
        (137, "Kubernetes does not say that it was for memory"),
    ):
        yield Case(
            f"exit {code}",
            "exit",
            words,
            one(f"main: Error (exit code {code})"),
            (pod(main=over(code)),),
        )
    yield Case(
        "exit 127",
        "exit",
        "its command train.py was not found",
        one("main: Error (exit code 127)"),
        (pod(main=over(127)),),
    )
    yield Case(
        "exit 126",
        "exit",
        "its command train.py is there but could not be executed",
        one("main: Error (exit code 126)"),
        (pod(main=over(126)),),
    )
    yield Case(
        "no such command",
        "exit",
        "its command train.py was not found: failed to find",
        one(f"main: Error (exit code 64): {_NO_COMMAND}"),
        (pod(main=over(64, message=_NO_COMMAND)),),
    )
    yield Case(
        "exit code in the old form",
        "exit",
        "main ended with exit code 3",
        one("Error (exit code 3)"),
    )
    rows = {"inputs": {"artifacts": [{"name": "rows", "s3": {"key": "etl/rows.parquet"}}]}}
    yield Case(
        "input not there",
        "artifact",
        "input artifact rows (etl/rows.parquet) is not in the store",
        one(f"init: Error (exit code 64): {_NO_KEY}", "Error", node=rows),
        (
            pod(
                init=over(64, message=_NO_KEY),
                main=waits("PodInitializing"),
                wait=waits("PodInitializing"),
            ),
        ),
    )
    yield Case(
        "input denied",
        "artifact",
        "the store refused input artifact rows",
        one(
            "init: Error (exit code 64): artifact rows failed to load: Access Denied.",
            "Error",
            node=rows,
        ),
    )
    yield Case(
        "output not there",
        "artifact",
        "output artifact model (/tmp/model) was not where",
        one(
            f"wait: Error (exit code 64): {_NO_FILE}",
            "Error",
            template={"outputs": {"artifacts": [{"name": "model", "path": "/tmp/model"}]}},
        ),
        (pod(wait=over(64, message=_NO_FILE)),),
    )
    yield Case(
        "deadline of the template",
        "deadline",
        "template train may take 3m (activeDeadlineSeconds)",
        one(_DEADLINE, template={"activeDeadlineSeconds": 180}),
        (pod(main=over(143), status={"reason": "DeadlineExceeded", "message": _DEADLINE}),),
    )
    yield Case(
        "deadline of the workflow",
        "deadline",
        "the workflow may take 3m in all",
        one("Step exceeded its deadline", spec={"activeDeadlineSeconds": 180}),
    )
    yield Case(
        "deadline of whom is not known", "deadline", "which deadline is not known", one(_DEADLINE)
    )
    yield Case(
        "evicted",
        "evicted",
        "(gpu-17) ran short of memory",
        one("The node was low on resource: memory.", node={"hostNodeName": "gpu-17"}),
        (
            pod(
                main=over(137),
                status={"reason": "Evicted", "message": "The node was low on resource: memory."},
            ),
        ),
    )
    yield Case(
        "evicted as an event says",
        "evicted",
        "ran short of ephemeral-storage",
        one("main: Error (exit code 137)"),
        events=(warning("Evicted", "The node was low on resource: ephemeral-storage."),),
    )
    yield Case(
        "node gone",
        "node",
        "its node was taken out of use",
        one("pod deleted", "Error", node={"hostNodeName": "gpu-17"}),
        (
            pod(
                main=over(137),
                status={
                    "conditions": [
                        {
                            "type": "DisruptionTarget",
                            "status": "True",
                            "reason": "DeletionByTaintManager",
                        }
                    ]
                },
            ),
        ),
    )
    yield Case("pod deleted", "node", "its pod was deleted", one("pod deleted", "Error"))
    yield Case(
        "no image",
        "image",
        f"trainer:5 could not be pulled: {_DENIED}",
        one(_DEADLINE, template={"activeDeadlineSeconds": 180}),
        (
            pod(
                main=waits("ImagePullBackOff", _PULL),
                spec={"containers": [{"name": "main", "image": "trainer:5"}]},
            ),
        ),
        (warning("Failed", f"Failed to pull image: {_PULL}", count=3),),
    )
    yield Case(
        "no secret",
        "container",
        'secrets "db" not found',
        one(_DEADLINE),
        (pod(main=waits("CreateContainerConfigError", 'secrets "db" not found')),),
        (warning("Failed", 'Error: secrets "db" not found', count=9),),
    )
    yield Case(
        "no secret, and the pod is not known",
        "container",
        'could not be made: secrets "db" not found',
        one(_DEADLINE),
        events=(warning("Failed", 'Error: secrets "db" not found', count=9),),
    )
    yield Case(
        "a secret that came late",
        "exit",
        "main ended with exit code 3",
        one("main: Error (exit code 3)"),
        events=(warning("Failed", 'Error: secrets "db" not found', count=2),),
    )
    yield Case(
        "no image, and the pod is not known",
        "image",
        f"the image trainer:5 could not be pulled: {_DENIED}",
        one(_DEADLINE),
        events=(warning("Failed", f'Failed to pull image "trainer:5": {_PULL}', count=3),),
    )
    yield Case(
        "no image, and not what its registry answered",
        "deadline",
        "may take 3m",
        one(_DEADLINE, template={"activeDeadlineSeconds": 180}),
        events=(warning("Failed", "Error: ImagePullBackOff", count=3),),
    )
    yield Case(
        "before a container began",
        "container",
        "main could not begin: StartError",
        one("Pod failed before main container starts due to StartError: no runtime", "Error"),
    )
    yield Case(
        "stopped by somebody",
        "stopped",
        "the workflow was stopped, by ann",
        one(
            "Stopped with strategy 'Stop'",
            metadata={"labels": {f"{LABEL}actor": "ann", f"{LABEL}action": "Stop"}},
        ),
        (pod(main=over(143)),),
    )
    yield Case(
        "stopped after it had failed",
        "exit",
        "main ended with exit code 3",
        run(step("w", message="main: Error (exit code 3)"), message="Stopped with strategy 'Stop'"),
        (pod(main=over(3)),),
    )
    yield Case(
        "terminated by nobody known",
        "stopped",
        "terminated, by whom is not known",
        one("workflow shutdown with strategy:  Terminate"),
    )
    yield Case(
        "pod refused for a quota",
        "quota",
        "quota team is used up: asked limits.memory=8Gi",
        one(_QUOTA, "Error"),
    )
    yield Case(
        "refused",
        "refused",
        "Kubernetes refused it",
        one('pods "w" is forbidden: violates PodSecurity "restricted"', "Error"),
    )
    yield Case(
        "HTTP",
        "condition",
        "evaluated false",
        run(
            step(
                "w",
                "Failed",
                "HTTP",
                message="successCondition 'response.statusCode == 200' evaluated false",
            ),
            message="",
        ),
    )
    yield Case(
        "expression",
        "condition",
        "could not decide whether it runs",
        run(
            step("w", "Failed", "DAG"),
            step("b", "Error", "Skipped", boundaryID="w", message="failed to evaluate 'x >'"),
        ),
    )
    yield Case(
        "invalid spec",
        "spec",
        "template name 'nothing' undefined",
        run(message="invalid spec: template name 'nothing' undefined"),
    )
    yield Case(
        "words of another version", "told", "no idea what this is", one("no idea what this is")
    )
    yield Case("nothing said", "unknown", "Argo says Failed and nothing more", one())


def waiting_cases() -> Iterator[Case]:
    """Each cause of waiting once."""

    def one(message: str = "", **more: Any) -> Json:
        own = {"message": message} if message else {}
        node = step("w", "Pending", **own, **more.pop("node", {}))
        return run(node, phase="Running", **more)

    def locked(kind: str, name: str, **holder: Any) -> Json:
        return {"synchronization": {kind: {"waiting": [{kind: name, **holder}]}}}

    holder: Json = {
        "kind": "Workflow",
        "metadata": {
            "name": "big",
            "namespace": "etl",
            "creationTimestamp": "2026-11-29T09:00:00Z",
        },
        "status": {"phase": "Running", "startedAt": "2026-11-29T09:00:00Z"},
    }
    first: Json = {
        "kind": "Workflow",
        "metadata": {
            "name": "other",
            "namespace": "etl",
            "creationTimestamp": "2026-11-29T09:40:00Z",
        },
        "status": {"phase": "Pending", **locked("mutex", "etl/Mutex/db", holder="etl/big")},
    }
    told = "Waiting for etl/Mutex/db lock. Lock status: 0/1"
    yield Case(
        "mutex",
        "lock",
        "mutex db for 10m, held by big",
        run(
            phase="Pending",
            message=told,
            status={"nodes": {}, **locked("mutex", "etl/Mutex/db", holder="etl/big")},
        ),
        others=(holder, first),
    )
    yield Case(
        "mutex of which nothing else is known",
        "lock",
        "who holds it is not known",
        run(phase="Pending", message=told),
        unread={OTHERS: "you may not list workflows"},
    )
    sema = "etl/ConfigMap/limits/gpu"
    yield Case(
        "semaphore of a step",
        "lock",
        "semaphore limits/gpu of 3 for 10m, held by big",
        one(
            f"Waiting for {sema} lock. Lock status: 0/3",
            node={"synchronizationStatus": {"waiting": sema}},
            status=locked("semaphore", sema, holders=["etl/big/big-123", "etl/w/w-9"]),
        ),
    )
    base = "etl/Database/gpu"
    yield Case(
        "database",
        "lock",
        "database lock gpu for 10m, held by cluster-b/big",
        one(
            f"Waiting for {base} lock. Lock status: 0/1",
            node={"synchronizationStatus": {"waiting": base}},
            status=locked("semaphore", base, holders=["cluster-b/big"]),
        ),
    )
    yield Case(
        "lock in the old form",
        "lock",
        "lock etl/old for 10m, held by big",
        one(
            "Waiting for etl/old lock. Lock status: 0/1",
            node={"synchronizationStatus": {"waiting": "etl/old"}},
            status=locked("mutex", "etl/old", holder="big-1234567890"),
        ),
    )
    quota: Json = {
        "kind": "ResourceQuota",
        "metadata": {"name": "team", "namespace": "etl"},
        "status": {"hard": {"limits.memory": "64Gi"}, "used": {"limits.memory": "63Gi"}},
    }
    yield Case(
        "quota",
        "quota",
        "asks for limits.memory=8Gi, used limits.memory=60Gi of",
        one(_QUOTA),
        objects=(quota,),
    )
    nowhere = (
        "0/12 nodes are available: 3 Insufficient nvidia.com/gpu, 9 node(s) had untolerated taint "
        "{dedicated: db, more}. preemption: 0/12 nodes are available: 12 Preemption is not helpful."
    )
    yield Case(
        "unschedulable",
        "unschedulable",
        "of 12 nodes none fits: 9 had untolerated taint {dedicated: db, more}, "
        "3 Insufficient nvidia.com/gpu",
        one(f"Unschedulable: {nowhere}"),
        (
            pod(
                status={
                    "phase": "Pending",
                    "conditions": [{"type": "PodScheduled", "status": "False", "message": nowhere}],
                }
            ),
        ),
    )
    yield Case(
        "unschedulable of which the pod is not known",
        "unschedulable",
        "of 12 nodes none",
        one(f"Unschedulable: {nowhere}"),
        unread={PODS: "you may not get pods"},
    )
    claim: Json = {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": "etl"},
        "spec": {"storageClassName": "fast"},
        "status": {"phase": "Pending"},
    }
    unbound = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."
    yield Case(
        "volume claim",
        "claim",
        "volume claim data is Pending, not bound",
        one(f"Unschedulable: {unbound}"),
        (
            pod(
                spec={"volumes": [{"persistentVolumeClaim": {"claimName": "data"}}]},
                status={
                    "phase": "Pending",
                    "conditions": [{"type": "PodScheduled", "status": "False", "message": unbound}],
                },
            ),
        ),
        objects=(claim,),
    )
    yield Case(
        "image",
        "image",
        f"trainer:4 could not be pulled: {_DENIED}",
        one(f"ImagePullBackOff: {_PULL}"),
        (pod(main=waits("ImagePullBackOff", _PULL), status={"phase": "Pending"}),),
    )
    yield Case(
        "image while Argo says it runs",
        "image",
        "trainer:4 could not be pulled",
        run(step("w", "Running"), phase="Running"),
        (pod(main=waits("ErrImagePull", _PULL), status={"phase": "Running"}),),
    )
    yield Case(
        "on a node",
        "pod",
        "its pod, which is on gpu-17 for 9m50s, main is Container",
        one("ContainerCreating"),
        (
            pod(
                main=waits("ContainerCreating"),
                spec={"nodeName": "gpu-17"},
                status={"phase": "Pending", "startTime": "2026-11-29T09:50:10Z"},
            ),
        ),
    )
    for phase in ("Succeeded", "Failed"):
        yield Case(
            f"{phase.lower()} before Argo looked",
            "pod",
            f"Argo to take note that its pod is over ({phase}) already",
            one(),
            (pod(main=over(0), spec={"nodeName": "gpu-17"}, status={"phase": phase}),),
        )
    yield Case(
        "gate",
        "gate",
        "somebody to resume it, for 10m by now",
        run(step("w", "Running", "Suspend"), phase="Running"),
    )
    yield Case(
        "gate that wants a value",
        "gate",
        "a value of answer, for 10m by now",
        run(
            step(
                "w",
                "Running",
                "Suspend",
                outputs={"parameters": [{"name": "answer", "valueFrom": {"supplied": {}}}]},
            ),
            phase="Running",
        ),
    )
    yield Case(
        "gate with an end",
        "gate",
        "goes on by itself in 10m (after 20m)",
        run(
            step("w", "Running", "Suspend"),
            phase="Running",
            template={"suspend": {"duration": "20m"}},
        ),
    )
    yield Case(
        "back-off",
        "backoff",
        "its next attempt, 10 minutes after the last: in 3m2s",
        run(
            step("w", "Running", "Retry", message="Backoff for 10 minutes", children=["w0"]),
            step("w0", name="w(0)", displayName="w(0)"),
            phase="Running",
        ),
    )
    yield Case(
        "rate limit",
        "rate",
        "only so many pods a second",
        one("resource creation rate-limit reached"),
    )
    yield Case(
        "agent",
        "agent",
        "the agent's pod w-1340600742-agent",
        run(step("w", "Pending", "HTTP"), phase="Running"),
    )
    yield Case(
        "agent at work",
        "agent",
        "its answer; the agent's pod w-1340600742-agent asks for it",
        run(step("w", "Pending", "HTTP"), phase="Running"),
        pods=(pod("w-1340600742-agent", {"running": {}}, status={"phase": "Running"}),),
    )
    yield Case(
        "suspended",
        "suspended",
        "it was suspended by ann",
        run(phase="Running", spec={"suspend": True}, metadata={"labels": {f"{LABEL}actor": "ann"}}),
    )
    namespace: Json = {
        "kind": "Namespace",
        "metadata": {"name": "etl", "labels": {f"{LABEL}parallelism-limit": "5"}},
    }
    many = "Workflow processing has been postponed because too many workflows are already running"
    yield Case(
        "parallelism of the namespace",
        "parallelism",
        "namespace etl lets 5 workflows run",
        run(phase="Pending", message=many),
        others=(holder,),
        objects=(namespace,),
    )
    yield Case(
        "parallelism of the controller",
        "parallelism",
        "the controller lets only so many",
        run(phase="Pending", message=many),
        objects=({"kind": "Namespace", "metadata": {"name": "etl"}},),
    )
    yield Case(
        "parallelism of whom is not known",
        "parallelism",
        "whose limit that is, is not",
        run(phase="Pending", message=many),
    )
    yield Case(
        "no controller",
        "unseen",
        "a controller to take it up for 10m",
        run(phase="", status={"startedAt": None}),
    )
    yield Case(
        "pending for nothing known",
        "unknown",
        "nothing says why",
        one(),
        unread={EVENTS: "events are gone"},
    )


def unseen_cases() -> Iterator[Case]:
    """A step that runs, as Argo says, of whose pod nothing is known but events: each kind of what
    keeps a pod from beginning once, then what is none of that."""
    blind = {PODS: "you may not get pods"}

    def going(phase: str = "Running", **more: Any) -> Json:
        return run(step("w", phase, **more), phase="Running")

    def told(id: str, cause: str, says: str, *events: Event, **more: Any) -> Case:
        more.setdefault("unread", blind)
        return Case(f"{id}, and nobody may see the pod", cause, says, going(), (), events, **more)

    no_secret = warning("Failed", 'Error: secrets "db" not found', count=9, container="main")
    yield told(
        "no secret while it runs",
        "container",
        'main could not be made: secrets "db" not found (told 6m58s ago)',
        warning("Started", "Started container wait", container="wait", type="Normal"),
        no_secret,
    )
    yield Case(
        "no secret while it runs, and the pod is gone",
        "container",
        'could not be made: secrets "db" not found',
        going(),
        events=(warning("Failed", 'Error: secrets "db" not found'),),
    )
    yield told(
        "no command",
        "container",
        "main could not be made: failed to create containerd task",
        warning("Created", "Created container: main", container="main", type="Normal"),
        warning("Failed", "Error: failed to create containerd task: no runc", container="main"),
    )
    yield told(
        "crashes",
        "container",
        "side: BackOff: Back-off restarting failed container",
        warning("BackOff", "Back-off restarting failed container side", container="side"),
    )
    yield told(
        "no image",
        "image",
        f"the image trainer:5 could not be pulled: {_DENIED} (told 6m58s ago)",
        warning("Failed", f'Failed to pull image "trainer:5": {_PULL}', container="main"),
        warning("Failed", "Error: ErrImagePull", container="main"),
        warning("BackOff", 'Back-off pulling image "trainer:5"', container="main", type="Normal"),
    )
    yield told(
        "no image, and not what the registry answered",
        "image",
        "the image of side could not be pulled: what its registry answered is not known",
        warning("Failed", "Error: ImagePullBackOff", container="side"),
    )
    yield told(
        "no image for long",
        "image",
        f"the image trainer:5 could not be pulled: {_DENIED}",
        warning("BackOff", f'Back-off pulling image "trainer:5": ErrImagePull: {_PULL}'),
    )
    yield told(
        "an image that is no name",
        "image",
        "the image a:b:c could not be pulled: Failed to apply default image tag",
        warning("InspectFailed", 'Failed to apply default image tag "a:b:c": cannot parse it'),
    )
    yield told(
        "an image that must be there",
        "image",
        "the image trainer:5 could not be pulled: Container image",
        warning(
            "ErrImageNeverPull",
            'Container image "trainer:5" is not present with pull policy of Never',
        ),
    )
    for reason, message in (
        ("FailedMount", 'MountVolume.SetUp failed for volume "c": configmap "limits" not found'),
        ("FailedAttachVolume", "Multi-Attach error for volume: it is used by another node"),
        ("FailedCreatePodSandBox", "Failed to create pod sandbox: plugin type=calico failed"),
        ("NetworkNotReady", "network is not ready: cni plugin not initialized"),
        ("FailedPrepareDynamicResources", "Failed to prepare dynamic resources: no driver"),
        ("OutOfcpu", "Node didn't have enough resource: cpu, requested: 4000"),
    ):
        yield told(reason, "container", f"{reason}: {message}", warning(reason, message))
    yield told(
        "no node",
        "unschedulable",
        "a node: of 3 nodes none fits: 3 Insufficient cpu (told 6m58s ago)",
        warning("FailedScheduling", "0/3 nodes are available: 3 Insufficient cpu."),
    )
    yield told(
        "evicted",
        "evicted",
        "its node ran short of memory",
        warning("Evicted", "The node was low on resource: memory."),
        stands=Verdict.RUNS,
    )
    yield told(
        "node not ready",
        "node",
        "NodeNotReady: Node is not ready",
        warning("NodeNotReady", "Node is not ready"),
        stands=Verdict.RUNS,
    )
    yield told(
        "warned of what keeps nothing",
        "pod",
        "not known: you may not get pods",
        warning("Unhealthy", "Readiness probe failed: 503"),
        stands=Verdict.RUNS,
    )
    started = warning(
        "Started", "Started container main", container="main", type="Normal", at=_LATER
    )
    yield told(
        "a secret that came while it runs",
        "pod",
        "not known: you may not get pods",
        no_secret,
        started,
        stands=Verdict.RUNS,
    )
    yield told(
        "a node, a volume and an image that came",
        "pod",
        "not known: you may not get pods",
        warning("FailedScheduling", "0/3 nodes are available: 3 Insufficient cpu."),
        warning("FailedMount", "timed out waiting for the condition"),
        warning("Failed", f'Failed to pull image "trainer:5": {_PULL}', container="main"),
        warning("Pulled", 'Successfully pulled image "trainer:5"', container="main", at=_LATER),
        stands=Verdict.RUNS,
    )
    yield Case(
        "a step that runs, and whose pod is gone",
        "pod",
        "its pod is gone, so that what Kubernetes said of it is not known",
        going(),
        gone=("w",),
        stands=Verdict.RUNS,
    )


_LATER = "2026-11-29T09:54:00Z"

RETRY = RetryFacts(again=2, kept=37)


def besides_cases() -> Iterator[Case]:
    """What is told besides the cause of a failure."""

    def item(at: int, rows: str, **more: Any) -> Json:
        name = f"load({at}:s{at})"
        given = {"parameters": [{"name": "rows", "value": rows}]}
        phase = "Failed" if more else "Succeeded"
        return step(
            f"l{at}", phase, name=f"w.{name}", displayName=name, boundaryID="w", inputs=given,
            **more,
        )  # fmt: skip

    oom = "main: OOMKilled (exit code 137)"
    tasks = [{"name": name} for name in ("load", "train", "merge", "send")]
    yield Case(
        "with attempts, siblings and all that it blocked",
        "blocked",
        "merge, send were not reached",
        run(
            step("w", "Failed", "DAG", templateName="main", message="child 'load' failed"),
            *(item(at, str(2_700_000 + at * 50_000)) for at in range(5)),
            item(5, "9100000", message=oom),
            step("train", "Failed", "Retry", boundaryID="w", children=["t0", "t1"],
                 message="No more retries left"),
            step("t0", name="w.train(0)", displayName="train(0)", boundaryID="w", message=oom),
            step("t1", name="w.train(1)", displayName="train(1)", boundaryID="w",
                 message="main: Error (exit code 1)"),
            message="child 'load' failed",
            templates=[{"name": "main", "dag": {"tasks": tasks}}],
        ),
        logs=("epoch 1", "ERROR: disk is full", "bye"),
        retry=RETRY,
    )  # fmt: skip
    yield Case(
        "attempts of one step",
        "attempts",
        "No more retries left",
        run(
            step("w", "Failed", "Retry", children=["w0", "w1"], message="No more retries left"),
            step("w0", name="w(0)", displayName="w(0)", message=oom),
            step("w1", name="w(1)", displayName="w(1)", message="main: Error (exit code 1)"),
            message="No more retries left",
        ),
        retry=RETRY,
    )


def slow_cases() -> Iterator[Case]:
    """Each cause of slowness once, and limits on how many steps run at a time."""

    def at(minute: int) -> str:
        return f"2026-11-29T09:{minute:02}:00Z"

    def going(template: Json | None = None, **more: Any) -> Json:
        return run(
            step("w", "Running", "DAG", templateName="main", children=["a", "b"]),
            step("a", "Succeeded", boundaryID="w", children=["b"], finishedAt=at(53)),
            step("b", "Running", boundaryID="w", startedAt=at(54)),
            phase="Running",
            templates=[{"name": "main", **(template or {})}],
            **more,
        )

    yield Case(
        "slower than estimated",
        "usual",
        "10m, usually 1m: +900 %",
        going(status={"estimatedDuration": 60}),
        stands=Verdict.SLOW,
    )
    yield Case(
        "a step slower than in earlier runs",
        "longer",
        "6m, usually 1m (5 runs): +500 %",
        going(),
        usual={".b": Usual(5, 60.0, 50.0, 70.0)},
        stands=Verdict.RUNS,
    )
    yield Case(
        "earlier runs that nobody may read",
        "unknown",
        "earlier runs could not be read: you may not list workflows",
        going(),
        unread={EARLIER: "you may not list workflows"},
        stands=Verdict.RUNS,
    )
    began = {"state": {"running": {"startedAt": at(57)}}, "name": "main"}
    yield Case(
        "where the time goes",
        "path",
        "70%: ran 3m, waited 4m, goes on",
        going(),
        (pod("w-train-222765470", status={"containerStatuses": [began]}),),
        stands=Verdict.RUNS,
    )
    tasks: list[Json] = [
        {"name": "a", "template": "train"},
        {"name": "b", "template": "train", "depends": "a"},
        {"name": "c", "template": "train"},
        {"name": "d", "template": "train", "depends": "b"},
        {"name": "e", "template": "train", "depends": "a"},
    ]
    yield Case(
        "parallelism of a template",
        "parallelism",
        "c, e, which could begin otherwise",
        going({"parallelism": 1, "dag": {"tasks": tasks}}),
        stands=Verdict.RUNS,
    )
    yield Case(
        "parallelism of the workflow",
        "parallelism",
        "the workflow lets 1 of its steps run at a time; now b",
        going({"dag": {"tasks": tasks}}, spec={"parallelism": 1}),
        stands=Verdict.RUNS,
    )
    yield Case(
        "parallelism of which the template is not known",
        "parallelism",
        "not known: the template of w is not in the workflow",
        going(spec={"parallelism": 1, "templates": []}),
        stands=Verdict.RUNS,
    )

    def looped(**items: Any) -> Json:
        loop = {"name": "load", "template": "train", **items}
        group = step("g", "Running", "TaskGroup", name="w.load", displayName="load",
                     boundaryID="w", children=["l0", "l1"])  # fmt: skip
        return run(
            step("w", "Running", "DAG", templateName="main", children=["g"]),
            group,
            *(
                step(f"l{n}", "Running", name=f"w.load({n}:{n})", displayName=f"load({n}:{n})",
                     boundaryID="w")
                for n in range(2)
            ),
            phase="Running",
            templates=[{"name": "main", "parallelism": 2, "dag": {"tasks": [loop]}}],
        )  # fmt: skip

    yield Case(
        "parallelism of a loop",
        "parallelism",
        "18 of the 20 items of load, which could begin otherwise",
        looped(withItems=list(range(20))),
        stands=Verdict.RUNS,
    )
    yield Case(
        "parallelism of a loop over a value",
        "parallelism",
        "not known: whether more items of load come",
        looped(withParam="{{inputs.parameters.rows}}"),
        stands=Verdict.RUNS,
    )


def cases() -> list[Case]:
    """All of them."""
    return [*failed_cases(), *besides_cases(), *waiting_cases(), *unseen_cases(), *slow_cases()]
