"""Where things are in the API of a cluster, and how pages of a list are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from tui.ports.collections import Scope

ARGO = "/apis/argoproj.io/v1alpha1"
PAGE = 500
"""Items a page; at 20 kB each this is 10 MB, and 7 ms to decode."""


def workflows_path(namespace: str, name: str = "") -> str:
    """The path of the workflows of a namespace ("" for all), or of one of them."""
    within = f"/namespaces/{path_part(namespace)}" if namespace else ""
    return f"{ARGO}{within}/workflows" + (f"/{path_part(name)}" if name else "")


TEMPLATES = {
    "WorkflowTemplate": "workflowtemplates",
    "ClusterWorkflowTemplate": "clusterworkflowtemplates",
    "CronWorkflow": "cronworkflows",
}
"""What workflows are made from: kind → its name in paths."""


def template_path(kind: str, namespace: str, name: str) -> str:
    """The path of a template or cron workflow; those of the cluster are in no namespace."""
    is_cluster = kind == "ClusterWorkflowTemplate"
    within = "" if is_cluster else f"/namespaces/{path_part(namespace)}"
    return f"{ARGO}{within}/{TEMPLATES[kind]}/{path_part(name)}"


def path_part(text: str) -> str:
    """A name as one part of a path, whatever it holds."""
    return quote(text, safe="")


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
