"""Artifacts that a connection hands out itself, so that nobody has to reach their stores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Literal, Protocol

import msgspec

from tui.domain.node import NodeId
from tui.domain.workflow import Workflow
from tui.ports.threads import CancelToken


class Content(msgspec.Struct, frozen=True):
    """What is at a path, while it is being read."""

    headers: Mapping[str, str]
    """What is said of it; names in any case."""
    pieces: Iterator[bytes]
    """It as it comes."""
    leads_to: str = ""
    """The path that was answered in place of content: of a folder the same with a slash."""


class ServedArtifacts(Protocol):
    """Where artifacts are read by workflow, step and name."""

    @property
    def by(self) -> str:
        """Who hands them out, as the end of a heading: `by the Argo Server`."""

    def path(
        self, workflow: Workflow, node: NodeId, name: str, direction: Literal["in", "out"]
    ) -> str:
        """Where an artifact of a step is. Raises: SourceError for a name that cannot be one."""

    def content(self, path: str, stop: CancelToken) -> AbstractContextManager[Content]:
        """What is at a path; leaving the block ends the reading. Raises: SourceError."""
