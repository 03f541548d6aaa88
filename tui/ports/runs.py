"""The runs of one template, cron workflow or prefix, read by what a connection lists.

Argo labels runs with what made them (argo.md 1.7), so a server is asked for just those; where none
is labelled so, all of the namespace are looked at. Where there is an archive its newest runs of
each label count as well, so many of them and no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tui.domain.history import MAKER_LABELS, last_success, maker_of, oldest_first, successes_before
from tui.domain.node import SUCCEEDED
from tui.domain.workflow import LABEL, ListedWorkflow
from tui.errors import NotOffered
from tui.ports.archive import History
from tui.ports.collections import Collections, LeftOut, Readable, Scope
from tui.ports.connection import Connection, offered

MOST_ARCHIVED = 200
"""Runs that are read of an archive, of each namespace and label."""

Kind = Readable[ListedWorkflow, Any]


def runs_of(
    connection: Connection,
    kind: Kind,
    name: str,
    scope: Scope,
    left_out: LeftOut | None = None,
) -> list[ListedWorkflow]:
    """The runs that a template or cron workflow of this name made, else those that are named by
    this prefix; the oldest first. `kind` is that of workflows. Raises: SourceError."""
    read = offered(connection, Collections).read_all
    found: dict[str, ListedWorkflow] = {}
    for label in MAKER_LABELS:
        wanted = _labelled(scope, f"{LABEL}{label}={name}")
        here = _by_uid(read(kind, wanted, left_out))
        # What is in both is told by the cluster.
        found = {**_by_uid(_archived(connection, kind, wanted)), **found, **here}
    if not found:
        every = read(kind, scope, left_out)
        found = _by_uid(
            run
            for run in every
            if (maker := maker_of(run)) is not None and maker.name in (name, f"{name}-")
        )
    return oldest_first(found.values())


def success_before(
    connection: Connection, kind: Kind, run: ListedWorkflow, scope: Scope
) -> ListedWorkflow | None:
    """The last run of what made this one that was created before it, and succeeded; None for none.

    Raises: SourceError.
    """
    maker = maker_of(run)
    if maker is None:
        return None
    here = replace(scope, namespaces=(run.metadata.namespace,), field_selector="")
    is_labelled = False
    for label in MAKER_LABELS:
        if run.metadata.labels.get(f"{LABEL}{label}") == maker.name:
            here = _labelled(here, f"{LABEL}{label}={maker.name}")
            is_labelled = True
            break
    found = last_success(run, offered(connection, Collections).read_all(kind, here))
    if found is not None or not is_labelled:
        return found
    succeeded = _labelled(here, f"{LABEL}phase={SUCCEEDED}")
    return last_success(run, _archived(connection, kind, succeeded))


def successes_of(
    connection: Connection, kind: Kind, run: ListedWorkflow, most: int
) -> list[ListedWorkflow]:
    """The last runs that a template or cron workflow made before this one, and that succeeded; so
    many at the most, the newest first.

    Of what no label says who made it none are looked for: that would be reading a whole namespace.
    Raises: SourceError.
    """
    maker = maker_of(run)
    labels = run.metadata.labels
    label = next((each for each in MAKER_LABELS if labels.get(f"{LABEL}{each}")), "")
    if maker is None or labels.get(f"{LABEL}{label}") != maker.name:
        return []
    wanted = f"{LABEL}{label}={maker.name},{LABEL}phase={SUCCEEDED}"
    here = Scope(namespaces=(run.metadata.namespace,), label_selector=wanted)
    return successes_before(run, offered(connection, Collections).read_all(kind, here), most)


def _archived(connection: Connection, kind: Kind, scope: Scope) -> list[ListedWorkflow]:
    """The newest that an archive has of them; none where there is no archive."""
    history = connection.port(History)
    if history is None:
        return []
    found: list[ListedWorkflow] = []
    for namespace in scope.namespaces or ("",):
        try:
            found += history.runs(kind, namespace, scope.label_selector, most=MOST_ARCHIVED)
        except NotOffered:
            return []
    return found


def _labelled(scope: Scope, label: str) -> Scope:
    both = ",".join(filter(None, (label, scope.label_selector)))
    return replace(scope, label_selector=both)


def _by_uid(runs: Iterable[ListedWorkflow]) -> dict[str, ListedWorkflow]:
    """Names of archived ones may occur many times, and those of files may have no uid."""
    return {
        run.metadata.uid or f"{run.metadata.namespace}/{run.metadata.name}": run for run in runs
    }
