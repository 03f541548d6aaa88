"""Reading archived logs from the stores that keep them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from tui.artifacts import open_store
from tui.artifacts.base import Stat
from tui.artifacts.repository import find_repository
from tui.artifacts.served import served
from tui.domain.artifact import log_artifact
from tui.domain.location import Location
from tui.domain.logtargets import LogTarget
from tui.domain.workflow import Workflow
from tui.errors import Missing
from tui.ports.connection import Connection
from tui.ports.secrets import reader_of
from tui.ports.stores import reached_from

PIECE = 1 << 20
"""Bytes that are read at once."""


def archived(source: Connection, workflow: Workflow, target: LogTarget) -> Iterator[bytes]:
    """An archived log, piece by piece.

    Raises: Missing where none was written, ArtifactError where it cannot be read.
    """
    location = _archived_at(source, workflow, target)
    with closing(open_store(location, reader_of(source))) as store:
        offset, length = 0, PIECE
        while piece := store.read(location, offset, length):
            yield piece
            offset += len(piece)
            if len(piece) < length:
                return
            if "range" not in store.can:
                # Each read begins at the beginning, so there should be few.
                length = max(PIECE, offset)


def end_of_archived(
    source: Connection, workflow: Workflow, target: LogTarget, length: int
) -> bytes:
    """So many bytes at most of the end of an archived log, without reading what is before it.

    It may begin within a line. Nothing of one that is longer, in a store that gives no parts.
    Raises: Missing where none was written, ArtifactError where it cannot be read.
    """
    location = _archived_at(source, workflow, target)
    with closing(open_store(location, reader_of(source))) as store:
        if "range" not in store.can:
            whole = store.read(location, 0, length + 1)
            return whole if len(whole) <= length else b""
        found = store.stat(location)
        size = found.size if isinstance(found, Stat) and found.is_measured else 0
        return store.read(location, max(0, size - length), length)


def _archived_at(source: Connection, workflow: Workflow, target: LogTarget) -> Location:
    """Where the archived log of a container is. Raises: Missing where none was written."""
    repository = find_repository(workflow, source)
    node = workflow.nodes.get(target.node.id, target.node)
    found = log_artifact(workflow, node, target.container, repository)
    (found,) = served(source, workflow, [found] if found is not None else []) or (None,)
    if found is None or found.deleted or found.location is None:
        raise Missing("its pod is gone, and its log was not archived", reason="NoLog")
    return reached_from(source, found.location)
