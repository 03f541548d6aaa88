"""Where things are in the API of a cluster, and how pages of a list are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tui.domain import names
from tui.domain.resource import Resource
from tui.domain.workflow import POD
from tui.errors import InputError, Rejected
from tui.ports.collections import Scope

PAGE = 500
"""Items a page; at 20 kB each this is 10 MB, and 7 ms to decode."""


def root_path(resource: Resource) -> str:
    """The beginning of every path of an API group."""
    return f"/apis/{resource.api_version}" if resource.group else f"/api/{resource.version}"


def collection_path(resource: Resource, namespace: str) -> str:
    """The path of the objects in a namespace, where the kind has namespaces.

    Raises: Rejected for a name that cannot be one.
    """
    within = f"/namespaces/{path_part(namespace, 'the namespace')}" if resource.namespaced else ""
    return f"{root_path(resource)}{within}/{resource.plural}"


def list_path(resource: Resource, namespace: str = "") -> str:
    """The same, or with no namespace the path of all of them. Raises: Rejected."""
    if namespace:
        return collection_path(resource, namespace)
    return f"{root_path(resource)}/{resource.plural}"


def object_path(resource: Resource, namespace: str, name: str) -> str:
    """The path of one object. Raises: Rejected for a name that cannot be one."""
    last = path_part(name, f"the name of the {resource.kind}")
    return f"{collection_path(resource, namespace)}/{last}"


# --- what is addressed ---------------------------------------------------------------------------

CORE = ("", "v1")
PODS = Resource(*CORE, "pods", "Pod")
EVENTS = Resource(*CORE, "events", "Event")
SECRETS = Resource(*CORE, "secrets", "Secret")
CONFIG_MAPS = Resource(*CORE, "configmaps", "ConfigMap")
NAMESPACES = Resource(*CORE, "namespaces", "Namespace", namespaced=False)
POD_METRICS = Resource("metrics.k8s.io", "v1beta1", "pods", "Pod")


def resource_of(kind: str) -> Resource:
    """How the API addresses a kind, by its id. Raises: KeyError for one that is not registered."""
    from tui.kinds.registry import KINDS

    # Pods are no kind with a list of its own, and are deleted all the same.
    return PODS if kind == POD and kind not in KINDS else KINDS[kind].resource


SELF_SUBJECT_REVIEWS = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
"""Where the API says who we are."""
RULES_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
"""Where the API says what we may do in a namespace."""
ACCESS_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
"""Where the API says whether we may do one thing."""

REVIEWS = ("/apis/authorization.k8s.io/", "/apis/authentication.k8s.io/")
"""Questions about us and our rights: POSTs that change nothing."""


def path_part(text: str, what: str) -> str:
    """A name as one part of a path; `what` is what to call it. Raises: Rejected."""
    try:
        return names.path_part(text, what)
    except InputError as error:
        # Whoever asks a source is ready for what sources raise.
        raise Rejected(error.what, reason="Name") from error


class Wanted(NamedTuple):
    """A list that will be wanted."""

    resource: Resource
    scope: Scope
    as_table: bool = False
    """Whether as the server's Table, as lists of kinds that have a form for its rows."""


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


# --- tables --------------------------------------------------------------------------------------

JSON = "application/json"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
"""Forms of an answer: objects; a row of texts for each object, or else objects."""

TABLE_PAGE = 2000
"""Rows a page of a Table of names alone: 130 kB, and as many objects as a server that has no cache
for lists should have to look at for one answer."""


MOST_APART = 32
"""Namespaces that are watched one by one as Tables, each over a connection of its own."""


def includes(resource: Resource, namespace: str) -> str:
    """How much of each object a Table must have, so that it is known where the object is."""
    return "Metadata" if resource.namespaced and not namespace else "None"


def table_query(selectors: Sequence[tuple[str, str]], include: str) -> Asked:
    """What every list and watch as Table asks for."""
    return [*selectors, ("includeObject", include)]


def table_page_query(selectors: Sequence[tuple[str, str]], include: str, more: str = "") -> Asked:
    """The query of one page of a Table; `more` is where it begins, "" for the first one."""
    size = TABLE_PAGE if include == "None" else PAGE
    query = [*table_query(selectors, include), ("limit", str(size))]
    return [*query, ("continue", more)] if more else query


def first_page(wanted: Wanted) -> tuple[str, Asked, str]:
    """Path, query and form of the first page of a list, of its first namespace."""
    resource, scope, as_table = wanted
    namespaces = scope.namespaces if resource.namespaced else ()
    if as_table and len(namespaces) > MOST_APART:
        namespaces = ()
    namespace = namespaces[0] if namespaces else ""
    path = list_path(resource, namespace)
    selectors = selecting(scope.label_selector, scope.field_selector)
    if as_table:
        return path, table_page_query(selectors, includes(resource, namespace)), TABLE
    return path, page_query(selectors), JSON
