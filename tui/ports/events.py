"""Kubernetes events about an object or one of its pods."""

from __future__ import annotations

import msgspec


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
