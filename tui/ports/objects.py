"""Reading one object: as it is now, or watched."""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypeVar

import msgspec

from tui.domain.identity import ObjectKey, Part, Row, Target
from tui.domain.workflow import Manifest
from tui.ports.collections import HasMetadata, Readable, Sink, row_of
from tui.ports.threads import CancelToken

W = TypeVar("W", bound=HasMetadata)
T = TypeVar("T")


class Whole(msgspec.Struct, Generic[T], frozen=True):
    """All of one object, as of one resource version."""

    object: T
    raw: bytes
    """Its JSON as it came, for the YAML pane and for plans."""
    fits: bool = True
    """Whether all of it could be read; `decode.misfits` of the JSON says what could not."""


def whole_row(part: Part, whole: Whole[W]) -> Row[Whole[W]]:
    """The row of an object that was read with everything."""
    row = row_of(part, whole.object)
    return Row(row.key, row.uid, row.version, row.origins, whole)


class Watches(Protocol):
    """Where single objects are watched."""

    def watch_one(
        self,
        kind: Readable[Any, W],
        key: ObjectKey,
        uid: str,
        sink: Sink[Whole[W]],
        stop: CancelToken,
    ) -> None:
        """Tell the object, and each change of it, until stopped.

        With a `uid` another object of the same name is not it. Raises: Missing when it was never
        there, Refused when it may not be read.
        """


class Objects(Protocol):
    """Where single objects are read."""

    def get(self, target: Target) -> Manifest:
        """The object that a target is, or is a part of, as it is now, every field kept.

        Raises: Missing.
        """
