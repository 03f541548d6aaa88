"""The runs of one template, cron workflow or prefix, read by what a connection lists.

Argo labels runs with what made them (argo.md 1.7), so a server is asked for just those; where none
is labelled so, all of the namespace are looked at. Where there is an archive its newest runs of
the same maker count as well, so many of them and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from tui.domain.archived import ArchiveQuery
from tui.domain.history import (
    LAST,
    MAKER_LABELS,
    Past,
    label_of_maker,
    last_success,
    maker_of,
    oldest_first,
    past_of,
    successes_before,
)
from tui.domain.node import SUCCEEDED
from tui.domain.workflow import LABEL, ListedWorkflow
from tui.errors import NotOffered
from tui.ports.archive import History
from tui.ports.collections import Collections, LeftOut, Readable, Scope
from tui.ports.connection import Connection, offered
from tui.ports.threads import CancelToken

MOST_ARCHIVED = 200
"""Runs that are read of an archive, of each namespace and label."""
MOST_BEFORE = 20
"""Successes before one run that are looked at in an archive: it has them in the order in which they
began, and the last one is the one that was created last."""

Kind = Readable[ListedWorkflow, Any]


def runs_of(
    connection: Connection,
    kind: Kind,
    name: str,
    scope: Scope,
    left_out: LeftOut | None = None,
    *,
    labels: Sequence[str] = MAKER_LABELS,
) -> list[ListedWorkflow]:
    """The runs that a template or cron workflow of this name made, else those that are named by
    this prefix; the oldest first. `kind` is that of workflows; with some of the `labels` only what
    makes runs that have one of these is meant, and no prefix. Raises: SourceError."""
    read = offered(connection, Collections).read_all
    namespaces = scope.namespaces or ("",)
    found: dict[str, ListedWorkflow] = {}
    for label in labels:
        wanted = _labelled(scope, f"{LABEL}{label}={name}")
        # Saved files are read whole, whatever is asked for.
        here = _by_uid(
            run
            for run in read(kind, wanted, left_out)
            if run.metadata.labels.get(f"{LABEL}{label}") == name
        )
        asked = (ArchiveQuery(each, wanted.label_selector) for each in namespaces)
        # What is in both is told by the cluster.
        found = {**_by_uid(_archived(connection, kind, asked)), **found, **here}
    if not found and tuple(labels) == MAKER_LABELS:
        selector = scope.label_selector
        asked = (ArchiveQuery(each, selector, name_begins=name) for each in namespaces)
        every = {
            **_by_uid(_archived(connection, kind, asked)),
            **_by_uid(read(kind, scope, left_out)),
        }
        found = _by_uid(
            run
            for run in every.values()
            if (maker := maker_of(run)) is not None and maker.name in (name, f"{name}-")
        )
    return oldest_first(found.values())


def success_before(
    connection: Connection, kind: Kind, run: ListedWorkflow, scope: Scope
) -> ListedWorkflow | None:
    """The last run of what made this one that was created before it, and succeeded; None for none.

    Raises: SourceError.
    """
    if maker_of(run) is None:
        return None
    here = replace(scope, namespaces=(run.metadata.namespace,), field_selector="")
    if label := label_of_maker(run):
        here = _labelled(here, label)
    known = _by_uid(offered(connection, Collections).read_all(kind, here))
    succeeded = _labelled(here, f"{LABEL}phase={SUCCEEDED}").label_selector
    archived = _by_uid(_archived(connection, kind, _before(run, succeeded), most=MOST_BEFORE))
    return last_success(run, {**archived, **known}.values())


def successes_of(
    connection: Connection, kind: Kind, run: ListedWorkflow, most: int
) -> list[ListedWorkflow]:
    """The last runs that a template or cron workflow made before this one, and that succeeded; so
    many at the most, the newest first.

    Of what no label says who made it none are looked for in the cluster: that would be reading a
    whole namespace. Raises: SourceError.
    """
    label = label_of_maker(run)
    wanted = ",".join(filter(None, (label, f"{LABEL}phase={SUCCEEDED}")))
    here = Scope(namespaces=(run.metadata.namespace,), label_selector=wanted)
    known = _by_uid(offered(connection, Collections).read_all(kind, here)) if label else {}
    archived = _by_uid(_archived(connection, kind, _before(run, wanted), most=most))
    return successes_before(run, {**archived, **known}.values(), most)


def past_runs_of(
    connection: Connection,
    kind: Kind,
    run: ListedWorkflow,
    known: Iterable[ListedWorkflow] | None = None,
) -> Past | None:
    """The last runs of what made this one, of those that are known and those of the archive; None
    without a maker. Where None are known those are read that its label selects. Raises:
    SourceError."""
    label = label_of_maker(run)
    if known is None:
        here = Scope(namespaces=(run.metadata.namespace,), label_selector=label)
        known = offered(connection, Collections).read_all(kind, here) if label else ()
    return past_of(run, (run, *known, *archived_runs_of(connection, kind, run, LAST)))


def archived_runs_of(
    connection: Connection,
    kind: Kind,
    run: ListedWorkflow,
    most: int,
    stop: CancelToken | None = None,
) -> list[ListedWorkflow]:
    """The newest runs that the archive has of what made this one, `most` at the most; none where
    there is no archive, or nothing that they could be asked for by. Raises: SourceError."""
    asked = _alike(run, label_of_maker(run))
    found = _archived(connection, kind, filter(None, (asked,)), most=most, stop=stop)
    maker = maker_of(run)
    return [each for each in found if maker_of(each) == maker]


def _alike(run: ListedWorkflow, labels: str) -> ArchiveQuery | None:
    """What asks for the runs of the same maker: by its label, else by what their names begin with.
    None where nothing tells them apart: an archive does not list what a run refers to."""
    maker = maker_of(run)
    if maker is None or not (maker.is_prefix or label_of_maker(run)):
        return None
    begins = maker.name if maker.is_prefix else ""
    return ArchiveQuery(run.metadata.namespace, labels, name_begins=begins)


def _before(run: ListedWorkflow, labels: str) -> Iterable[ArchiveQuery]:
    """What asks for those that began before this one."""
    asked = _alike(run, labels)
    if asked is not None:
        yield msgspec.structs.replace(asked, begun_before=run.status.started_at or "")


def _archived(
    connection: Connection,
    kind: Kind,
    asked: Iterable[ArchiveQuery],
    *,
    most: int = MOST_ARCHIVED,
    stop: CancelToken | None = None,
) -> list[ListedWorkflow]:
    """The newest that an archive has of each; none where there is no archive."""
    history = connection.port(History)
    if history is None:
        return []
    found: list[ListedWorkflow] = []
    for each in asked:
        try:
            found += history.runs(kind, each, most=most, stop=stop)
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
