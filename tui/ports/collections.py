"""Listing and watching: what a source tells of many objects, and of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from tui.domain.workflow import ListedWorkflow, Workflow, WorkflowRef
from tui.errors import SourceError


@dataclass(frozen=True, slots=True)
class Scope:
    """Which workflows to watch."""

    namespaces: tuple[str, ...] = ()
    """Empty means all of them."""
    label_selector: str = ""
    field_selector: str = ""

    @property
    def shows_namespaces(self) -> bool:
        """Whether a list of this scope needs a namespace column."""
        return len(self.namespaces) != 1


class Page(msgspec.Struct, frozen=True):
    """Part of a list. Rows may be shown as pages land; `last` says the list is whole.

    When a list is whole, workflows that were known but are in none of its pages are gone.
    """

    workflows: tuple[ListedWorkflow, ...]
    first: bool
    last: bool
    namespace: str = ""
    """The only namespace this list is of; "" when it is of the whole scope."""


class Changed(msgspec.Struct, frozen=True):
    """One workflow was added or changed."""

    workflow: ListedWorkflow


class Removed(msgspec.Struct, frozen=True):
    """One workflow is gone."""

    ref: WorkflowRef


class Live(msgspec.Struct, frozen=True):
    """The watch is open: what is shown is what is."""


class Stale(msgspec.Struct, frozen=True):
    """The watch broke; what is shown is old until it is open again."""

    error: SourceError
    retry_in: float
    """Seconds until the next try."""
    attempt: int


class Opened(msgspec.Struct, frozen=True):
    """The whole of one workflow, as of one resource version."""

    workflow: Workflow
    raw: bytes
    """Its JSON as it came, for the manifest pane and for plans."""
    fits: bool = True
    """Whether all of it could be read; `decode.misfits` of the JSON says what could not."""


ListEvent = Page | Changed | Removed | Live | Stale


DetailEvent = Opened | Removed | Live | Stale


ListSink = Callable[[ListEvent], None]


DetailSink = Callable[[DetailEvent], None]
