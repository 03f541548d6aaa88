"""Everything the app asks of a cluster, one function each, to see which rights it takes.

Each runs against a demo cluster as a user whose rules a test chose; what the cluster refuses is
told by a `Refused`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from tests.support.cluster import Cluster
from tui.actions import ACTIONS
from tui.actions.base import Action, Context, perform
from tui.actions.shell import SHELL
from tui.demo.resources import CONFIG_MAPS, PODS, SECRETS, Resource
from tui.demo.resources import CRON_WORKFLOWS as RESOURCES_CRON
from tui.demo.resources import WORKFLOW_TEMPLATES as RESOURCES_TEMPLATES
from tui.domain.identity import ObjectKey, Target
from tui.domain.workflow import WorkflowRef
from tui.errors import Missing, Rejected, SourceError
from tui.kinds.base import Kind
from tui.kinds.cron_workflows import CRON_WORKFLOWS
from tui.kinds.workflow_templates import WORKFLOW_TEMPLATES
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Collections, Scope, Stale, Stood, Unreadable
from tui.ports.connection import Connection, offered
from tui.ports.events import Events
from tui.ports.exec import Container, Exec
from tui.ports.logs import LogRequest, PodLogs
from tui.ports.metrics import Metrics
from tui.ports.objects import Objects
from tui.ports.operations import Operations
from tui.ports.pods import Pods
from tui.ports.secrets import Secrets
from tui.ports.threads import CancelToken

LABEL = "workflows.argoproj.io/"
FACTS = Context(now=datetime(2026, 1, 15, 12, tzinfo=UTC), suffix="x7k2p")

Use = Callable[[Cluster, Connection], None]


def _watch(cluster: Cluster, source: Connection) -> None:
    _watch_kind(source, WORKFLOWS)


def _watch_kind(source: Connection, kind: Kind[Any, Any]) -> None:
    stop, stale = CancelToken(), list[SourceError]()

    def take(event: object) -> None:
        standing = event.standing if isinstance(event, Stood) else None
        if isinstance(standing, Stale | Unreadable):
            stale.append(standing.error)
        if standing is not None:
            stop.set()

    offered(source, Collections).watch(kind, Scope(("argo",)), take, stop)
    if stale:
        raise stale[0]


def _watch_templates(cluster: Cluster, source: Connection) -> None:
    for kind in (WORKFLOW_TEMPLATES, CRON_WORKFLOWS):
        _watch_kind(source, kind)


def _template(cluster: Cluster, source: Connection) -> None:
    for kind in (WORKFLOW_TEMPLATES, CRON_WORKFLOWS):
        with suppress(Missing):
            offered(source, Objects).get(Target(ObjectKey("", kind.id, "argo", "any")))


def _pods(cluster: Cluster, source: Connection) -> None:
    offered(source, Pods).pods(WorkflowRef("argo", "any"))


def _read(cluster: Cluster, source: Connection) -> None:
    cluster.workflow("read")
    try:
        offered(source, Objects).get(WorkflowRef("argo", "read").target)
    finally:
        cluster_delete(cluster, "read")


def _log(cluster: Cluster, source: Connection) -> None:
    list(offered(source, PodLogs).log(LogRequest("argo", "talking", "main"), CancelToken()))


def _events(cluster: Cluster, source: Connection) -> None:
    offered(source, Events).events(WorkflowRef("argo", "any"))


def _usage(cluster: Cluster, source: Connection) -> None:
    offered(source, Metrics).usage(WorkflowRef("argo", "any"))


def _secret(cluster: Cluster, source: Connection) -> None:
    offered(source, Secrets).secret_value("argo", "keys", "accesskey")


def _config_map(cluster: Cluster, source: Connection) -> None:
    offered(source, Secrets).config_map("argo", "artifact-repositories")


def furnish(cluster: Cluster) -> None:
    """What the functions look at."""
    cluster.pod("talking", phase="Succeeded")
    cluster.print_log("talking", "hello")
    cluster.end_log("talking")
    metadata = {"namespace": "argo", "name": "keys"}
    value = base64.b64encode(b"key").decode()
    cluster.create(SECRETS, {"metadata": metadata, "data": {"accesskey": value}})
    metadata = {"namespace": "argo", "name": "artifact-repositories"}
    cluster.create(CONFIG_MAPS, {"metadata": metadata, "data": {"default": "s3: {}"}})


def cluster_delete(cluster: Cluster, name: str) -> None:
    """Away with a workflow, if it is there."""
    from tui.demo.resources import WORKFLOWS

    if cluster.get(WORKFLOWS, name) is not None:
        cluster.delete(WORKFLOWS, name)


def _node(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": name, "displayName": name, "type": "Pod", **more}


STATES: Mapping[str, dict[str, Any]] = {
    "workflow.retry": {
        "phase": "Failed",
        "metadata": {"labels": {f"{LABEL}phase": "Failed", f"{LABEL}completed": "true"}},
        "status": {
            "phase": "Failed",
            "nodes": {
                "acted": _node("acted", phase="Failed", type="Steps", children=["acted-1"]),
                "acted-1": _node("acted-1", phase="Failed", boundaryID="acted", templateName="m"),
            },
        },
    },
    "workflow.resume": {
        "phase": "Running",
        "spec": {"entrypoint": "m", "suspend": True, "templates": [{"name": "m", "suspend": {}}]},
    },
    "workflow.resubmit": {"phase": "Succeeded", "status": {"phase": "Succeeded"}},
}
"""How a workflow must be for an action; any running one where nothing is said."""


def _action(id: str) -> Use:
    action = next(each for each in ACTIONS if each.id == id)

    def act(cluster: Cluster, source: Connection) -> None:
        state = dict(STATES.get(id, {"phase": "Running"}))
        made = cluster.workflow("acted", state.pop("phase"), **state)
        try:
            operations = offered(source, Operations)
            outcome = perform(
                action.plan(made, _edited(action, made), FACTS), operations, action.said
            )
            created = (outcome.manifest or {}).get("metadata", {}).get("name", "")
            if id in ("workflow.resubmit", "workflow.edit") and created:
                cluster_delete(cluster, created)
        except Missing:
            pass
        finally:
            cluster_delete(cluster, "acted")

    return act


def _edited(action: Action, manifest: dict[str, Any]) -> dict[str, Any]:
    """What somebody made of it in an editor, where an action has one."""
    if action.draft is None:
        return {}
    draft = action.draft(manifest, FACTS)
    metadata = {**draft["metadata"], "labels": {"edited": "yes"}}
    if action.on == "kind":
        metadata |= {"name": "made", "namespace": "argo"}
    return {"new": {**draft, "metadata": metadata}}


SPEC = {"entrypoint": "m", "templates": [{"name": "m", "suspend": {}}]}
DEFINITIONS: Mapping[str, tuple[Resource, dict[str, Any]]] = {
    "wftmpl": (RESOURCES_TEMPLATES, SPEC),
    "cron": (RESOURCES_CRON, {"schedules": ["@daily"], "workflowSpec": SPEC}),
}
"""Id of a kind → where such objects are, and what is in one."""
SPAN = {"start": "2026-01-14T12:00:00Z", "end": "2026-01-15T12:00:00Z"}
"""What a backfill is asked for, which has one day in it."""


def _definition(id: str) -> Use:
    action = next(each for each in ACTIONS if each.id == id)
    resource, spec = DEFINITIONS[next(iter(action.kinds))]

    def act(cluster: Cluster, source: Connection) -> None:
        is_suspended = {"suspend": True} if id == "cron.resume" else {}
        metadata = {"namespace": "argo", "name": "acted"}
        made = cluster.create(resource, {"metadata": metadata, "spec": {**spec, **is_suspended}})
        given = {**made, "kind": resource.kind}
        try:
            operations = offered(source, Operations)
            asked = {**SPAN, **_edited(action, given)}
            outcome = perform(action.plan(given, asked, FACTS), operations, action.said)
            created = (outcome.manifest or {}).get("metadata", {}).get("name", "")
            if created == "made":
                cluster.delete(resource, "made")
            elif created != "acted":
                cluster_delete(cluster, created)
        finally:
            if cluster.get(resource, "acted") is not None:
                cluster.delete(resource, "acted")

    return act


def _enter(cluster: Cluster, source: Connection) -> None:
    """As far as containers can be entered that do not really run."""
    cluster.pod("entered")
    try:
        (name,) = offered(source, Exec).running("argo", "entered")
        session = offered(source, Exec).session(Container("argo", "entered", name), SHELL.session)
        with suppress(Rejected):
            session.run()
    finally:
        cluster.delete(PODS, "entered")


USES: Mapping[str, Use] = {
    "the live list, and one workflow live": _watch,
    "reading a workflow before an action": _read,
    "live lists of templates and cron workflows": _watch_templates,
    "reading a template or cron workflow": _template,
    "logs of pods": _log,
    "the containers of pods": _pods,
    "events": _events,
    "CPU and memory": _usage,
    "the keys of an artifact store": _secret,
    "an artifact repository that is only named": _config_map,
    **{
        action.id.removeprefix("workflow."): _action(action.id)
        for action in ACTIONS
        if action is not SHELL and "wf" in action.kinds and action.on == "object"
    },
    **{
        action.id: _definition(action.id)
        for action in ACTIONS
        if not action.kinds.isdisjoint(DEFINITIONS) and not action.lints
    },
    "a shell in a pod": _enter,
}
"""What is done → doing it once."""
