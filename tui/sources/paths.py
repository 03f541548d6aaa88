"""Where things are in the API of a cluster, and how pages of a list are asked for."""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain import names
from tui.errors import InputError, Rejected
from tui.ports.collections import Scope

ARGO = "/apis/argoproj.io/v1alpha1"
PAGE = 500
"""Items a page; at 20 kB each this is 10 MB, and 7 ms to decode."""


def workflows_path(namespace: str) -> str:
    """The path of the workflows of a namespace, "" for all. Raises: Rejected."""
    within = f"/namespaces/{path_part(namespace, 'the namespace')}" if namespace else ""
    return f"{ARGO}{within}/workflows"


def workflow_path(namespace: str, name: str) -> str:
    """The path of one workflow. Raises: Rejected for a name that cannot be one."""
    within = path_part(namespace, "the namespace")
    return f"{ARGO}/namespaces/{within}/workflows/{path_part(name, 'the name of the workflow')}"


TEMPLATES = {
    "WorkflowTemplate": "workflowtemplates",
    "ClusterWorkflowTemplate": "clusterworkflowtemplates",
    "CronWorkflow": "cronworkflows",
}
"""What workflows are made from: kind → its name in paths."""


def template_path(kind: str, namespace: str, name: str) -> str:
    """The path of a template or cron workflow; those of the cluster are in no namespace.

    Raises: Rejected for a name that cannot be one.
    """
    is_cluster = kind == "ClusterWorkflowTemplate"
    within = "" if is_cluster else f"/namespaces/{path_part(namespace, 'the namespace')}"
    return f"{ARGO}{within}/{TEMPLATES[kind]}/{path_part(name, f'the name of the {kind}')}"


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
