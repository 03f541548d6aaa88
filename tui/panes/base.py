"""The base class of panes, which are the tabs of an object's screen, and their registration.

A pane is given a workflow and a step to show, and reads everything else itself, on threads. `show`
is called often (for each update of a running workflow, for each step the cursor passes), so it must
be cheap and do nothing when nothing has changed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual.widget import Widget

from tui.columns.nodes import Usage
from tui.commands import Command
from tui.domain.history import Past
from tui.domain.identity import Target
from tui.domain.node import Node, NodeId
from tui.domain.prices import Prices
from tui.domain.samples import RunSamples
from tui.domain.workflow import WORKFLOW
from tui.kinds.base import Kind
from tui.ports.connection import Connection
from tui.ports.jobs import Jobs

if TYPE_CHECKING:
    from tui.inquiry import Learned  # no list waits for it


class PaneContext(Protocol):
    """What the app offers to panes."""

    @property
    def ascii(self) -> bool:
        """Whether to use ASCII characters only."""

    @property
    def source(self) -> Connection | None:
        """Where pods, logs and events come from; None until connected."""

    @property
    def pod_names(self) -> str:
        """The pod name format of unmarked workflows (argo.md 3)."""

    @property
    def prices(self) -> Prices:
        """What resources cost; nothing where the settings have no prices."""

    @property
    def jobs(self) -> Jobs:
        """Work that outlives the screen it was begun on."""

    def now(self) -> datetime:
        """The current time."""

    def say(self, text: str, severity: str = "information") -> None:
        """Show a sentence on the status line."""

    def copy(self, text: str) -> None:
        """Copy a text to the clipboard of the terminal, as one line."""

    def copy_lines(self, lines: Sequence[str], what: str = "") -> None:
        """Copy lines to the clipboard of the terminal; `what` names them, as `3 names`."""


READING = "reading …"
"""What stands in a pane until there is something."""


class Pane(Widget):
    """One tab, about an object or the step under the cursor."""

    DEFAULT_CSS = "Pane { height: 1fr; width: 1fr; }"

    def __init__(self, context: PaneContext) -> None:
        super().__init__()
        self.context = context
        self.tell_place: Callable[[], str] = lambda: ""
        """Tells where one is, as `argo-tui open` takes it; "" where nothing leads there."""

    kind: Kind[Any, Any] | None = None
    """What kind of object it shows; None where it only ever shows one kind."""

    def show(self, item: Any, node: Node | None, raw: bytes) -> None:
        """Show an object or a step of it; `node` is None for the whole, `raw` is its JSON."""
        raise NotImplementedError

    def show_usage(self, usage: Mapping[str, Usage]) -> None:
        """Take note of what the pods of the workflow use now, by their names."""

    def show_samples(self, samples: RunSamples) -> None:
        """Take note of what the pods of the workflow were measured to use."""

    def show_usage_refused(self, why: str) -> None:
        """Take note of why nobody tells what the pods use: a right lacks."""

    def show_past(self, past: Past | None) -> None:
        """Take note of the last runs of what made the workflow, as far as they are known."""

    def show_marked(self, marked: frozenset[NodeId]) -> None:
        """Take note of the steps that are marked; of which an object is told comes after it."""

    def show_gone(self) -> None:
        """Take note that what it shows was deleted; where that comes again, `show` is called."""

    def share(self, learned: Callable[[], Learned]) -> None:
        """Take note of what is learned of earlier runs, for all who ask about them."""

    @property
    def spot(self) -> str:
        """Where in its text one is, as `seek` takes it; "" where nobody would need to know."""
        return ""

    def seek(self, spot: str) -> None:
        """Go somewhere in its text: to a time, or to the line of a number, once it is there."""

    tells_position: bool = False
    """Whether it says itself where in its text one is."""

    def chosen(self, whole: Target) -> tuple[Target, str] | None:
        """The target under the pane's own cursor and its title; None if there is none."""
        return None

    def commands(self) -> Iterable[Command]:
        """What can be done here besides, in the order it is offered."""
        return ()

    @property
    def file_name(self) -> str:
        """What a file with its text is called; "" for a name made of the object's and the tab's."""
        return ""

    def tick(self, now: datetime) -> None:
        """Called once a second."""

    def leave(self) -> None:
        """Called when another pane comes to the front: stop work that only serves this one."""


@dataclass(frozen=True, slots=True)
class PaneSpec:
    """The registration of a pane."""

    id: str
    title: str
    path: str
    """`module:class`, imported when first shown."""
    is_hinted: bool = False
    """Whether its key is shown in the row of hints."""
    of_step: bool = False
    """Whether it begins with the step that failed when it is opened from a list, not the whole."""
    is_answer: bool = False
    """Whether it comes to the front by itself for what failed, waits or takes long, and begins with
    the step that a workflow hangs on."""
    is_previewed: bool = False
    """Whether it can be shown beside a list, too: it reads little, and is a text."""
    key: str = ""
    """A key of its own, where `KEYS` has none for it."""
    binding: str = ""
    """The id of what its key means, where another pane has the same; "" for one of its own."""
    kinds: tuple[str, ...] = (WORKFLOW,)
    """Ids of the kinds that have it though their own modules do not name it."""

    @property
    def binding_id(self) -> str:
        """The id of the binding that opens it."""
        return self.binding or f"pane.{self.id}"

    @property
    def is_loaded(self) -> bool:
        """Whether its module is imported, or under way."""
        return self.path.partition(":")[0] in sys.modules

    def load(self) -> type[Pane]:
        """Its class, from its module. On any thread."""
        module, _, name = self.path.partition(":")
        return cast(type[Pane], getattr(import_module(module), name))

    def make(self, context: PaneContext, kind: Kind[Any, Any] | None = None) -> Pane:
        """Create the pane, for objects of a kind."""
        pane = self.load()(context)
        pane.kind = kind
        return pane
