"""Changing things: what is to be done, as a value, and the port that does it.

An operation says what it is in two ways. `id` and `options` say what a person asked for: that is
all a server needs that has an endpoint for it. `changes` say which objects that comes down to, in
order: that is what a cluster needs, whose API knows nothing of a retry.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import msgspec

from tui.domain.identity import ObjectKey, Target
from tui.domain.workflow import Manifest


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an operation."""

    key: ObjectKey
    purpose: str
    """A short sentence for a person: `delete pod x`."""


class Create(Change, frozen=True, kw_only=True):
    """A new object in the key's namespace; its name may be left to the cluster."""

    manifest: Manifest
    dry_run: bool = False
    """Checked by the cluster, and not kept."""


class Update(Change, frozen=True, kw_only=True):
    """The whole object, as long as its `metadata.resourceVersion` is still the newest."""

    manifest: Manifest
    dry_run: bool = False
    """Checked by the cluster, and not kept."""


class Patch(Change, frozen=True, kw_only=True):
    """A JSON merge patch (RFC 7386): what it does not name stays as it is."""

    patch: Manifest


class Delete(Change, frozen=True, kw_only=True):
    """An object goes. One that is gone already counts as deleted."""

    uid: str = ""
    """Only if this is still its uid; "" for whatever has the name."""
    propagation: Literal["", "Background", "Foreground", "Orphan"] = ""
    """What becomes of the objects it owns; "" leaves that to the cluster."""


class Operation(msgspec.Struct, frozen=True):
    """Something to be done to a target, with everything that is needed to do it."""

    id: str
    """That of its action: `workflow.retry`."""
    target: Target
    options: Mapping[str, Any]
    """What was chosen, by the names of the action's choices."""
    changes: tuple[Change, ...]
    half_way: str = ""
    """What to know and do when only some of the changes were made."""


class Call(msgspec.Struct, frozen=True):
    """One API call of an operation, for a person to read and a connection to send."""

    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    path: str
    body: Any = None
    """What JSON it carries; None for no body."""
    content_type: str = "application/json"
    query: tuple[tuple[str, str], ...] = ()
    missing_ok: bool = False
    """A 404 counts as done."""
    purpose: str = ""
    """A short sentence for a person: `delete pod x`."""
    is_rehearsal: bool = False
    """The API checks it, and keeps nothing."""
    root: str = ""
    """The beginning of `path` that says nothing about the target; "" where it is short enough."""


class Operations(Protocol):
    """What a connection can do to objects. Every method but `preview` asks the outside."""

    def refusal(self, operation: str, target: Target | None) -> str:
        """Why this connection can never do the operation of this id; "" if it can.

        Without a target: whether it could do it to anything.
        """

    def preview(self, operation: Operation) -> tuple[Call, ...]:
        """The calls that `perform` would make, in order; pure."""

    def rehearse(self, operation: Operation) -> None:
        """Let the API check the operation and keep nothing. Raises: SourceError."""

    def perform(self, operation: Operation) -> Manifest:
        """Make the calls in order, each once: nothing is ever sent a second time.

        Returns the object of the last answer. Raises: SourceError of the first call that failed;
        its hint says how far the operation came.
        """
