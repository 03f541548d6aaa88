"""The kinds of objects the demo cluster knows, and what discovery says of each.

A kind is a value, not a class: the store, the paths, the tables and the discovery documents are
all made from this one list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Obj = dict[str, Any]
"""A Kubernetes object as decoded JSON."""

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """One kind of object, under the name its paths have; each is made once, below."""

    group: str
    version: str
    plural: str
    kind: str
    singular: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    verbs: tuple[str, ...] = VERBS
    subresources: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Name and verbs, e.g. ("log", ("get",))."""
    selectable: tuple[str, ...] = ()
    """Field labels besides metadata.name and metadata.namespace."""
    printed: tuple[str, ...] = ()
    """The fields that its printer columns show after the name."""
    virtual: bool = False
    """Answered by code; no objects of it are kept."""

    @property
    def api_version(self) -> str:
        """What objects of it say in `apiVersion`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """What messages call it: `workflows.argoproj.io`, but plain `pods`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def custom(self) -> bool:
        """Whether a CustomResourceDefinition stands behind it."""
        return self.group == ARGO

    @property
    def list_kind(self) -> str:
        """The kind of a list of them."""
        return f"{self.kind}List"

    def has(self, subresource: str) -> bool:
        """Whether it has a subresource of that name."""
        return any(name == subresource for name, _ in self.subresources)


ARGO = "argoproj.io"
_STATUS = ("status", ("get", "patch", "update"))

NAMESPACES = Resource(
    "",
    "v1",
    "namespaces",
    "Namespace",
    "namespace",
    namespaced=False,
    short_names=("ns",),
    subresources=(_STATUS,),
    selectable=("status.phase",),
)
NODES = Resource(
    "",
    "v1",
    "nodes",
    "Node",
    "node",
    namespaced=False,
    short_names=("no",),
    subresources=(_STATUS,),
    selectable=("spec.unschedulable",),
)
SERVICES = Resource(
    "",
    "v1",
    "services",
    "Service",
    "service",
    short_names=("svc",),
    categories=("all",),
    subresources=(_STATUS,),
    selectable=("spec.clusterIP", "spec.type"),
)
PODS = Resource(
    "",
    "v1",
    "pods",
    "Pod",
    "pod",
    short_names=("po",),
    categories=("all",),
    subresources=(_STATUS, ("log", ("get",))),
    selectable=(
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "status.phase",
        "status.podIP",
    ),
)
EVENTS = Resource(
    "",
    "v1",
    "events",
    "Event",
    "event",
    short_names=("ev",),
    selectable=(
        "involvedObject.kind",
        "involvedObject.namespace",
        "involvedObject.name",
        "involvedObject.uid",
        "involvedObject.apiVersion",
        "involvedObject.resourceVersion",
        "involvedObject.fieldPath",
        "reason",
        "reportingComponent",
        "source",
        "type",
    ),
)
CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap", "configmap", short_names=("cm",))
SECRETS = Resource("", "v1", "secrets", "Secret", "secret", selectable=("type",))
SERVICE_ACCOUNTS = Resource(
    "", "v1", "serviceaccounts", "ServiceAccount", "serviceaccount", short_names=("sa",)
)

WORKFLOWS = Resource(
    ARGO,
    "v1alpha1",
    "workflows",
    "Workflow",
    "workflow",
    short_names=("wf",),
    printed=("status.phase", "status.startedAt", "status.message"),
)
WORKFLOW_TEMPLATES = Resource(
    ARGO,
    "v1alpha1",
    "workflowtemplates",
    "WorkflowTemplate",
    "workflowtemplate",
    short_names=("wftmpl",),
)
CLUSTER_WORKFLOW_TEMPLATES = Resource(
    ARGO,
    "v1alpha1",
    "clusterworkflowtemplates",
    "ClusterWorkflowTemplate",
    "clusterworkflowtemplate",
    namespaced=False,
    short_names=("clusterwftmpl", "cwft"),
)
CRON_WORKFLOWS = Resource(
    ARGO,
    "v1alpha1",
    "cronworkflows",
    "CronWorkflow",
    "cronworkflow",
    short_names=("cwf", "cronwf"),
)
WORKFLOW_TASK_RESULTS = Resource(
    ARGO, "v1alpha1", "workflowtaskresults", "WorkflowTaskResult", "workflowtaskresult"
)

DEFINITIONS = Resource(
    "apiextensions.k8s.io",
    "v1",
    "customresourcedefinitions",
    "CustomResourceDefinition",
    "customresourcedefinition",
    namespaced=False,
    short_names=("crd", "crds"),
)
ACCESS_REVIEWS = Resource(
    "authorization.k8s.io",
    "v1",
    "selfsubjectaccessreviews",
    "SelfSubjectAccessReview",
    "selfsubjectaccessreview",
    namespaced=False,
    verbs=("create",),
    virtual=True,
)
RULES_REVIEWS = Resource(
    "authorization.k8s.io",
    "v1",
    "selfsubjectrulesreviews",
    "SelfSubjectRulesReview",
    "selfsubjectrulesreview",
    namespaced=False,
    verbs=("create",),
    virtual=True,
)
SELF_REVIEWS = Resource(
    "authentication.k8s.io",
    "v1",
    "selfsubjectreviews",
    "SelfSubjectReview",
    "selfsubjectreview",
    namespaced=False,
    verbs=("create",),
    virtual=True,
)
POD_METRICS = Resource(
    "metrics.k8s.io",
    "v1beta1",
    "pods",
    "PodMetrics",
    "pod",
    verbs=("get", "list"),
    virtual=True,
)

RESOURCES: tuple[Resource, ...] = (
    NAMESPACES,
    NODES,
    PODS,
    SERVICES,
    EVENTS,
    CONFIG_MAPS,
    SECRETS,
    SERVICE_ACCOUNTS,
    WORKFLOWS,
    WORKFLOW_TEMPLATES,
    CLUSTER_WORKFLOW_TEMPLATES,
    CRON_WORKFLOWS,
    WORKFLOW_TASK_RESULTS,
    DEFINITIONS,
    ACCESS_REVIEWS,
    RULES_REVIEWS,
    SELF_REVIEWS,
    POD_METRICS,
)

_BY_PATH = {(each.group, each.version, each.plural): each for each in RESOURCES}
_BY_KIND = {(each.api_version, each.kind): each for each in RESOURCES}


def by_path(group: str, version: str, plural: str) -> Resource | None:
    """The resource a path names."""
    return _BY_PATH.get((group, version, plural))


def by_kind(api_version: str, kind: str) -> Resource | None:
    """The resource an object says it is of."""
    return _BY_KIND.get((api_version, kind))
