"""Kubernetes events about an object or one of its pods."""

from __future__ import annotations

from typing import Protocol

import msgspec

from tui.domain.workflow import WorkflowRef


class Event(msgspec.Struct, frozen=True):
    """A Kubernetes event about a workflow or one of its pods."""

    type: str
    reason: str
    message: str
    last_seen: str | None
    count: int = 1
    object_kind: str = ""
    object_name: str = ""
    object_uid: str = ""
    uid: str = ""
    object_field: str = ""
    """Of the object, what it is about: `spec.containers{main}`."""

    @property
    def container(self) -> str:
        """The container that it is about; "" for none."""
        return self.object_field.partition("{")[2].removesuffix("}")


class Events(Protocol):
    """Where events are read."""

    def events(self, ref: WorkflowRef, pod: str = "") -> tuple[Event, ...]:
        """Kubernetes events about the workflow, or about one of its pods, oldest first."""
