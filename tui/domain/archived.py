"""Runs in the archive, and how one asks for some of them (argo.md 9.8).

An archived run is a workflow as any other, of which the label `workflow-archiving-status` says how
it stands to the archive: that there is a copy of what is in the cluster, or that only the archive
has it.
"""

from __future__ import annotations

import msgspec

from tui.domain.order import time_key
from tui.domain.selectors import LabelSelector
from tui.domain.workflow import ARCHIVING, PERSISTED, TO_ARCHIVE, ListedWorkflow, Manifest

GROUP = "Archived"
"""What runs are counted as in a list that only the archive has."""


class ArchiveQuery(msgspec.Struct, frozen=True):
    """Which runs of an archive are meant. What is empty selects nothing."""

    namespace: str = ""
    """"" for all namespaces."""
    labels: str = ""
    """A label selector. Argo labels each run with its phase, and with the template it is of."""
    name: str = ""
    name_contains: str = ""
    """What the name holds somewhere."""
    name_begins: str = ""
    """What the name begins with."""
    begun_after: str = ""
    """A time (RFC 3339): only what began after it."""
    begun_before: str = ""
    """A time (RFC 3339): only what began before it."""


def selects(asked: ArchiveQuery, workflow: ListedWorkflow) -> bool:
    """Whether a query means a run, as the archive of an Argo Server would say."""
    metadata, begun = workflow.metadata, time_key(workflow.status.started_at)
    name = metadata.name
    return (
        asked.namespace in ("", metadata.namespace)
        and LabelSelector.parse(asked.labels).matches(metadata.labels)
        and asked.name in ("", name)
        and asked.name_contains in name
        and name.startswith(asked.name_begins)
        and (not asked.begun_after or begun > time_key(asked.begun_after))
        and (not asked.begun_before or begun < time_key(asked.begun_before))
    )


def is_only_in_archive(manifest: Manifest) -> bool:
    """Whether only the archive has the workflow of a manifest."""
    metadata = manifest.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return isinstance(labels, dict) and labels.get(ARCHIVING) == PERSISTED


def kept(workflow: ListedWorkflow, *, is_read: bool = True) -> ListedWorkflow | None:
    """What the archive has, or has in a moment, of a run that has left the cluster; None where
    nothing says that it has anything. Only the archive can tell whether it really came there.

    Of what was not read, as where a server told a Table, no more is known than whether it was over.
    """
    metadata = workflow.metadata
    is_to_come = metadata.labels.get(ARCHIVING) == TO_ARCHIVE
    if not (workflow.is_archived or is_to_come or (workflow.is_completed and not is_read)):
        return None
    labels = {**metadata.labels, ARCHIVING: PERSISTED}
    left = msgspec.structs.replace(metadata, resource_version="", labels=labels)
    return msgspec.structs.replace(workflow, metadata=left)
