"""The runs of one template, cron workflow or prefix, read by what a connection lists.

Argo labels runs with what made them (argo.md 1.7), so a server is asked for just those; where none
is labelled so, all of the namespace are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tui.domain.history import MAKER_LABELS, last_success, maker_of, oldest_first
from tui.domain.workflow import LABEL, ListedWorkflow
from tui.ports.collections import Collections, LeftOut, Readable, Scope
from tui.ports.connection import Connection, offered

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
    found: dict[tuple[str, str], ListedWorkflow] = {}
    for label in MAKER_LABELS:
        wanted = _labelled(scope, f"{LABEL}{label}={name}")
        found.update(_by_name(read(kind, wanted, left_out)))
    if not found:
        every = read(kind, scope, left_out)
        found = _by_name(
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
    for label in MAKER_LABELS:
        if run.metadata.labels.get(f"{LABEL}{label}") == maker.name:
            here = _labelled(here, f"{LABEL}{label}={maker.name}")
            break
    return last_success(run, offered(connection, Collections).read_all(kind, here))


def _labelled(scope: Scope, label: str) -> Scope:
    both = ",".join(filter(None, (label, scope.label_selector)))
    return replace(scope, label_selector=both)


def _by_name(runs: Iterable[ListedWorkflow]) -> dict[tuple[str, str], ListedWorkflow]:
    return {(run.metadata.namespace, run.metadata.name): run for run in runs}
