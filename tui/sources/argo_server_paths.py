"""Where things are in the API of an Argo Server, and what is asked of each (argo.md 9).

Lists and watches of workflows ask by projection for what a list shows: no list carries nodes, which
are most of a workflow, and the server does not read offloaded ones from its database then.
"""

from __future__ import annotations

from tui.domain.resource import Resource
from tui.domain.workflow import ARCHIVING, PERSISTED, WORKFLOW_RESOURCE
from tui.errors import NotOffered
from tui.sources.paths import Asked, path_part

API = "/api/v1"
USER_INFO = f"{API}/userinfo"
INFO = f"{API}/info"
VERSION = f"{API}/version"

FIRST_PAGE = 100
"""Workflows of the first page, which are on the screen before the others are known."""
PAGE = 500

SSE = "text/event-stream"
"""Just this, or the stream is one of JSON lines, which says nothing until something happens."""

PLACES = {
    "workflows": "workflows",
    "workflowtemplates": "workflow-templates",
    "clusterworkflowtemplates": "cluster-workflow-templates",
    "cronworkflows": "cron-workflows",
}
"""Plural of a resource → how the server calls it."""
BODIES = {
    "workflows": "workflow",
    "workflowtemplates": "template",
    "clusterworkflowtemplates": "template",
    "cronworkflows": "cronWorkflow",
}
"""Plural of a resource → the name of the object in a body that creates or replaces it."""

_METADATA = (
    *("name", "namespace", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp"),
    *("labels", "finalizers"),
)
_SHOWN = (
    *(f"metadata.{name}" for name in _METADATA),
    *(f"spec.{name}" for name in ("suspend", "shutdown", "priority", "entrypoint")),
    *("spec.workflowTemplateRef", "spec.arguments"),
    *(f"status.{name}" for name in ("phase", "startedAt", "finishedAt", "message", "progress")),
    *("status.estimatedDuration", "status.conditions"),
)
"""What a list shows of a workflow, as `ListedWorkflow` has it."""

LISTED_FIELDS = ",".join(("metadata", *(f"items.{name}" for name in _SHOWN)))
"""Of a list. Without `metadata` it would lose its version."""
WATCHED_FIELDS = ",".join(("error", "result.type", *(f"result.object.{name}" for name in _SHOWN)))
"""Of a watch. Without `error` whatever goes wrong would be an empty frame."""
GLIMPSE_FIELDS = "metadata.name,metadata.uid,metadata.resourceVersion,status.phase,status.nodes"
"""Of one workflow of which only the steps are wanted."""
_IDENTITY = ("name", "namespace", "uid", "resourceVersion", "labels")
SIGNAL_FIELDS = ",".join(
    ("error", "result.type", *(f"result.object.metadata.{name}" for name in _IDENTITY))
)
"""Of a watch that only says that something happened."""

LIVE_ONLY = f"{ARCHIVING} notin ({PERSISTED})"
"""Selects what is in the cluster: the server's list goes on with its archive."""


def place_of(resource: Resource) -> str:
    """How the server calls objects of this kind. Raises: NotOffered for one it does not have."""
    found = PLACES.get(resource.plural) if resource.group == WORKFLOW_RESOURCE.group else None
    if found is None:
        raise NotOffered(
            f"an Argo Server gives no {resource.plural}: only Kubernetes does", reason="NotOffered"
        )
    return found


def collection(resource: Resource, namespace: str = "") -> str:
    """The path of the objects in a namespace, "" for all. Raises: NotOffered, Rejected."""
    root = f"{API}/{place_of(resource)}"
    if not resource.namespaced:
        return root
    # All namespaces are the same path with an empty name at its end: without the slash it is none.
    return f"{root}/{path_part(namespace, 'the namespace') if namespace else ''}"


def one(resource: Resource, namespace: str, name: str) -> str:
    """The path of one object. Raises: NotOffered, Rejected for a name that cannot be one."""
    last = path_part(name, f"the name of the {resource.kind}")
    if resource.namespaced:
        path_part(namespace, "the namespace")
    return f"{collection(resource, namespace)}/{last}"


def watch_path(namespace: str) -> str:
    """The path of the watch of workflows. Raises: Rejected."""
    return f"{API}/workflow-events/{path_part(namespace, 'the namespace') if namespace else ''}"


def events_path(namespace: str) -> str:
    """The path of the stream of Kubernetes events. Raises: Rejected."""
    return f"{API}/stream/events/{path_part(namespace, 'the namespace')}"


def options(prefix: str = "listOptions", /, **given: object) -> Asked:
    """The query of these options, those that are not empty."""
    return [(f"{prefix}.{name}", str(value)) for name, value in given.items() if value]


def joined(*selectors: str) -> str:
    """One selector of several."""
    return ",".join(each for each in selectors if each)


def projected(fields: str) -> Asked:
    """The query of a projection; none for everything."""
    return [("fields", fields)] if fields else []


ARCHIVE = f"{API}/archived-workflows"
"""The path of the list of the archive."""
LABEL_KEYS, LABEL_VALUES = f"{ARCHIVE}-label-keys", f"{ARCHIVE}-label-values"
"""The paths of the labels that archived runs have, and of the values of one."""


def archived_path(uid: str) -> str:
    """The path of the archive's copy of a workflow. Raises: Rejected."""
    return f"{ARCHIVE}/{path_part(uid, 'the uid')}"


def list_query(
    labels: str,
    fields: str,
    begin: int = 0,
    limit: int = FIRST_PAGE,
    projection: str = LISTED_FIELDS,
) -> Asked:
    """The query of some of the list of workflows, by default of what is shown first.

    `labels` and `fields` are selectors, `begin` is how many were received before.
    """
    return [
        *options(
            labelSelector=joined(labels, LIVE_ONLY),
            fieldSelector=fields,
            limit=limit,
            **{"continue": begin},
        ),
        *projected(projection),
    ]
