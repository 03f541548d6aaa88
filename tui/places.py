"""Finding what a text of a place means: which of its readings there is.

What is in the cluster comes first; an Argo Server looks in its archive, too. A name that no
workflow has may be that of a template or of a cron workflow, which stands for its last run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from tui.domain.decode import from_manifest
from tui.domain.identity import ObjectKey, Target
from tui.domain.links import LATEST, LATEST_FAILED, Link
from tui.domain.logtargets import nodes_called
from tui.domain.names import ALL
from tui.domain.node import ERROR, FAILED
from tui.domain.order import time_key
from tui.domain.workflow import LABEL, ListedWorkflow, Manifest, Workflow
from tui.errors import InputError, Missing, Refused, SourceError
from tui.kinds.registry import KINDS
from tui.kinds.workflows import WORKFLOWS
from tui.ports.archive import Archive
from tui.ports.collections import Collections, Scope
from tui.ports.connection import Connection, offered
from tui.ports.objects import Objects

ARCHIVING = f"{LABEL}workflow-archiving-status"
"""The label that says `Persisted` of a workflow which only the archive has."""

MADE_OF = (
    ("workflow-template", "template"),
    ("cron-workflow", "cron workflow"),
    ("cluster-workflow-template", "cluster template"),
)
"""Labels that name what made a run, and what that is called."""


_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Found:
    """An object that there is."""

    key: ObjectKey
    uid: str
    link: Link
    node: str = ""
    """The id of the step; "" for the whole."""
    said: str = ""
    """What somebody should know of it: that it is the last run of something, or archived."""
    problem: str = ""
    """What of the text there is not."""


class _Run(NamedTuple):
    manifest: Manifest
    said: str


def find(connection: Connection, links: Sequence[Link], scope: Scope, pod_names: str) -> Found:
    """The first reading that there is; of one whose step there is not, the workflow.

    `scope` is where a name without a namespace is looked for. Raises: SourceError.
    """
    without_step: Found | None = None
    missing: SourceError | None = None
    for link in links:
        try:
            found = _find(connection, link, scope, pod_names)
        except (Missing, Refused) as error:
            # Another reading may be of what there is, or of what one may read.
            missing = missing or error
            continue
        if not found.problem:
            return found
        without_step = without_step or found
    if without_step is not None:
        return without_step
    assert missing is not None
    raise missing


def _find(connection: Connection, link: Link, scope: Scope, pod_names: str) -> Found:
    wanted = _scope(link, scope)
    if link.kind != WORKFLOWS.id:
        return _other(connection, link, wanted)
    run = _run(connection, link, wanted)
    workflow = from_manifest(run.manifest)
    name = workflow.metadata.name
    key = ObjectKey(connection.id, WORKFLOWS.id, workflow.metadata.namespace, name)
    said = [run.said] if run.said else []
    if workflow.metadata.labels.get(ARCHIVING) == "Persisted":
        key = key._replace(incarnation=workflow.metadata.uid)
        said.append(f"{name} is in the archive, not in the cluster any more")
    found = Found(key, workflow.metadata.uid, link, said="; ".join(said))
    return _with_step(found, workflow, link.step, pod_names)


def _with_step(found: Found, workflow: Workflow, step: str, pod_names: str) -> Found:
    if not step:
        return found
    nodes = nodes_called(workflow, step, pod_names)
    if nodes:
        # Of several that are called alike the one that began last is meant.
        last = max(nodes, key=lambda node: time_key(node.started_at))
        return replace(found, node=str(last.id))
    return replace(found, problem=f"{workflow.metadata.name} has no step {step}")


def _scope(link: Link, scope: Scope) -> Scope:
    if not link.namespace:
        return scope
    return replace(scope, namespaces=() if link.namespace == ALL else (link.namespace,))


def _run(connection: Connection, link: Link, scope: Scope) -> _Run:
    """The workflow of a name, or that it stands for. Raises: SourceError."""
    if link.name in (LATEST, LATEST_FAILED):
        fails = link.name == LATEST_FAILED
        listed = _listed(connection, scope)
        meant = [each for each in listed if not fails or each.phase in (FAILED, ERROR)]
        if not meant:
            what = "no workflow failed" if fails and listed else "there are no workflows"
            raise Missing(f"{what}{_in(scope)}", reason="NotFound")
        last = max(meant, key=lambda each: time_key(each.metadata.creation_timestamp))
        return _Run(_whole(connection, last), "")
    if link.name and _NAME.fullmatch(link.name) is None:
        # Kubernetes has no such name, and a selector may take it for something else.
        raise _nowhere(connection, link, scope)
    try:
        return _Run(_by_name(connection, link, scope), "")
    except Missing as error:
        for label, called in () if link.uid else MADE_OF:
            made = _listed(connection, scope, f"{LABEL}{label}={link.name}")
            if made:
                last = max(made, key=lambda each: time_key(each.metadata.creation_timestamp))
                said = f"{last.metadata.name} is the last run of the {called} {link.name}"
                return _Run(_whole(connection, last), said)
        raise _nowhere(connection, link, scope) from error


def _nowhere(connection: Connection, link: Link, scope: Scope) -> Missing:
    has_server = connection.port(Archive) is not None
    where = ", in the cluster or in the archive" if has_server else ""
    hint = (
        "" if has_server else "with an Argo Server (--server) the archive would be looked in, too"
    )
    if not connection.place.is_live:
        hint = ""
    what = f"there is no workflow {link.name or link.uid}{_in(scope)}{where}"
    return Missing(what, hint=hint, reason="NotFound")


def _in(scope: Scope) -> str:
    return f" in {', '.join(scope.namespaces)}" if scope.namespaces else " in any namespace"


def _by_name(connection: Connection, link: Link, scope: Scope) -> Manifest:
    objects = offered(connection, Objects)
    if len(scope.namespaces) == 1 or link.uid:
        namespace = scope.namespaces[0] if scope.namespaces else ""
        key = ObjectKey(connection.id, WORKFLOWS.id, namespace, link.name or link.uid, link.uid)
        if link.uid and link.name:
            # While it is in the cluster, its name leads there.
            try:
                return objects.get(Target(key._replace(incarnation=""), link.uid))
            except Missing:
                pass
        return objects.get(Target(key, link.uid))
    wanted = replace(scope, label_selector="", field_selector=f"metadata.name={link.name}")
    named = [each for each in _all(connection, wanted) if each.metadata.name == link.name]
    if not named:
        raise Missing(f"there is no workflow {link.name}", reason="NotFound")
    if len(named) > 1:
        namespaces = ", ".join(sorted(each.metadata.namespace for each in named))
        raise InputError(
            f"there is a workflow {link.name} in each of {namespaces}", hint="name one of them"
        )
    return _whole(connection, named[0])


def _whole(connection: Connection, listed: ListedWorkflow) -> Manifest:
    return offered(connection, Objects).get(listed.ref.target)


def _listed(connection: Connection, scope: Scope, labels: str = "") -> Sequence[ListedWorkflow]:
    selectors = ",".join(filter(None, (labels, scope.label_selector)))
    wanted = replace(scope, label_selector=selectors, field_selector="")
    found = _all(connection, wanted)
    if not labels:
        return found
    # What was saved in a file is selected by nobody else.
    name, _, value = labels.partition("=")
    return [each for each in found if each.metadata.labels.get(name) == value]


def _all(connection: Connection, scope: Scope) -> Sequence[ListedWorkflow]:
    refused: list[SourceError] = []
    found: Iterable[ListedWorkflow] = offered(connection, Collections).read_all(
        WORKFLOWS, scope, lambda part, error: refused.append(error)
    )
    listed = list(found)
    if refused and not listed:
        raise refused[0]
    return listed


def _other(connection: Connection, link: Link, scope: Scope) -> Found:
    """An object of another kind. Raises: SourceError."""
    if link.kind not in KINDS:
        raise InputError(f"there is no kind {link.kind}", hint=", ".join(each.id for each in KINDS))
    kind = KINDS[link.kind]
    namespace = scope.namespaces[0] if scope.namespaces else connection.place.namespace
    if not kind.resource.namespaced:
        namespace = ""
    key = ObjectKey(connection.id, kind.id, namespace, link.name)
    found = offered(connection, Objects).get(Target(key))
    metadata = found.get("metadata") or {}
    return Found(key, str(metadata.get("uid") or ""), link)
