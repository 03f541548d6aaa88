"""Where things are in the API of a cluster, and how pages of a list are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tui.domain import names
from tui.errors import InputError, Rejected
from tui.ports.collections import Scope

PAGE = 500
"""Items a page; at 20 kB each this is 10 MB, and 7 ms to decode."""


class Resource(NamedTuple):
    """A kind of object as the API addresses it."""

    group: str
    """ "" for the core API."""
    version: str
    plural: str
    singular: str
    """What messages call one of them."""
    namespaced: bool = True

    @property
    def root(self) -> str:
        """The beginning of every path of its API group."""
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"

    @property
    def everywhere(self) -> str:
        """The path of all of them, whatever their namespace."""
        return f"{self.root}/{self.plural}"

    def collection(self, namespace: str) -> str:
        """The path of those in a namespace, where the kind has namespaces.

        Raises: Rejected for a name that cannot be one.
        """
        if not self.namespaced:
            return self.everywhere
        return f"{self.root}/namespaces/{path_part(namespace, 'the namespace')}/{self.plural}"

    def object(self, namespace: str, name: str) -> str:
        """The path of one of them. Raises: Rejected for a name that cannot be one."""
        last = path_part(name, f"the name of the {self.singular}")
        return f"{self.collection(namespace)}/{last}"


ARGO = ("argoproj.io", "v1alpha1")
CORE = ("", "v1")
WORKFLOWS = Resource(*ARGO, "workflows", "workflow")
WORKFLOW_TEMPLATES = Resource(*ARGO, "workflowtemplates", "WorkflowTemplate")
CLUSTER_WORKFLOW_TEMPLATES = Resource(
    *ARGO, "clusterworkflowtemplates", "ClusterWorkflowTemplate", namespaced=False
)
CRON_WORKFLOWS = Resource(*ARGO, "cronworkflows", "CronWorkflow")
PODS = Resource(*CORE, "pods", "pod")
EVENTS = Resource(*CORE, "events", "event")
SECRETS = Resource(*CORE, "secrets", "secret")
CONFIG_MAPS = Resource(*CORE, "configmaps", "configmap")
NAMESPACES = Resource(*CORE, "namespaces", "namespace", namespaced=False)
POD_METRICS = Resource("metrics.k8s.io", "v1beta1", "pods", "pod")

RESOURCES: Mapping[str, Resource] = {
    "wf": WORKFLOWS,
    "wftmpl": WORKFLOW_TEMPLATES,
    "cwftmpl": CLUSTER_WORKFLOW_TEMPLATES,
    "cron": CRON_WORKFLOWS,
    "pod": PODS,
}
"""Id of a kind → how the API addresses it."""

TEMPLATES: Mapping[str, Resource] = {
    "WorkflowTemplate": WORKFLOW_TEMPLATES,
    "ClusterWorkflowTemplate": CLUSTER_WORKFLOW_TEMPLATES,
    "CronWorkflow": CRON_WORKFLOWS,
}
"""What workflows are made from: kind → how the API addresses it."""


SELF_SUBJECT_REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
"""Where the API says who we are."""

REVIEWS = ("/apis/authorization.k8s.io/", "/apis/authentication.k8s.io/")
"""Questions about us and our rights: POSTs that change nothing."""


def workflows_path(namespace: str) -> str:
    """The path of the workflows of a namespace, "" for all. Raises: Rejected."""
    return WORKFLOWS.collection(namespace) if namespace else WORKFLOWS.everywhere


def path_part(text: str, what: str) -> str:
    """A name as one part of a path; `what` is what to call it. Raises: Rejected."""
    try:
        return names.path_part(text, what)
    except InputError as error:
        # Whoever asks a source is ready for what sources raise.
        raise Rejected(error.what, reason="Name") from error


Asked = list[tuple[str, str]]
"""Names and values of a query."""


def selecting(labels: str, fields: str) -> Asked:
    """The query of selectors, those that there are."""
    both = (("labelSelector", labels), ("fieldSelector", fields))
    return [(name, value) for name, value in both if value]


def page_query(selectors: Sequence[tuple[str, str]], more: str = "") -> Asked:
    """The query of one page; `more` is where it begins, "" for the first one."""
    query = [*selectors, ("limit", str(PAGE))]
    return [*query, ("continue", more)] if more else query


def list_query(scope: Scope) -> Asked:
    """The query of the first page of a scope."""
    return page_query(selecting(scope.label_selector, scope.field_selector))
