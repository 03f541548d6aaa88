"""Artifacts as an Argo Server hands them out: as they are stored, by workflow, step and name.

It reads the store for us, with the credentials that the workflow names: where it acts as its
callers, the caller needs the right to read that secret, and all it says otherwise is 500.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from tui.domain.node import NodeId
from tui.domain.workflow import ARCHIVING, PERSISTED, Workflow
from tui.ports.artifacts import Content
from tui.ports.threads import CancelToken
from tui.sources.argo_server_shared import Server
from tui.sources.paths import path_part

QUIET = 60.0
"""Seconds that an artifact may be silent: the server reads its store while we wait."""


def served_path(
    workflow: Workflow, node: NodeId, name: str, direction: Literal["in", "out"]
) -> str:
    """Where an Argo Server has an artifact. Raises: SourceError for a name that cannot be one."""
    metadata = workflow.metadata
    owner = f"workflows/{path_part(metadata.name, 'the name of the workflow')}"
    if metadata.labels.get(ARCHIVING) == PERSISTED:
        owner = f"archived-workflows/{path_part(metadata.uid, 'the uid')}"
    within = path_part(metadata.namespace, "the namespace")
    step = path_part(node, "the id of the step")
    last = path_part(name, "the name of the artifact")
    return f"/artifact-files/{within}/{owner}/{step}/{direction}puts/{last}"


class ServerArtifacts:
    """The artifacts of workflows of one server."""

    by = "by the Argo Server"

    def __init__(self, server: Server) -> None:
        self._transport = server.transport

    def path(
        self, workflow: Workflow, node: NodeId, name: str, direction: Literal["in", "out"]
    ) -> str:
        """By the name of the workflow, or by its uid where only the archive has it."""
        return served_path(workflow, node, name, direction)

    @contextmanager
    def content(self, path: str, stop: CancelToken) -> Iterator[Content]:
        """What is at a path, of any type."""
        with self._transport.content(path, stop, quiet=QUIET) as found:
            yield found
