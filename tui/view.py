"""What every screen of ours answers, so that nobody has to ask which one it is.

The app, the stack of screens, help, the palette and the runner of actions know screens by this
alone. A screen answers what it can; the answers here are those of one that has nothing to say.
Its `title` is Textual's: `TITLE`, or set when it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, TypeVar

from textual import events, on
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.screen import ModalScreen, Screen

from tui.actions.base import On
from tui.actions.verdict import Subject
from tui.bindings import bind
from tui.commands import Command
from tui.domain.identity import ObjectKey, Target
from tui.domain.query import Fields
from tui.errors import TuiError
from tui.session import Session
from tui.widgets.box import Box
from tui.widgets.hints import Hints
from tui.widgets.query_bar import QueryBar
from tui.widgets.status_line import StatusLine

T = TypeVar("T")


class View(Screen[T]):
    """A screen of ours."""

    noun = "workflow"
    """What it calls what keys act on here."""
    trouble: TuiError | None = None
    """The trouble that it tells of, for a screen that does nothing else."""

    follows_scope: bool = False
    """Whether it shows what is in the watched namespaces; others are chosen for one that does."""

    topics: tuple[str, ...] = ()
    """What its signs are about, for help (`screens.legend`); () where it has none of ours."""

    @property
    def filter_fields(self) -> Fields | None:
        """What its filter can test; None where it has no filter."""
        return None

    @property
    def unwinds(self) -> str:
        """What Esc does now, in a word or two; "" for nothing."""
        return "Back"

    listed: str = ""
    """Id of the kind whose list it is; "" for all others."""

    def leave_only(self, query: str) -> None:
        """Show only what a filter leaves, where it is a list; "" changes nothing."""

    # --- what is meant here ------------------------------------------------------------------

    @property
    def key(self) -> ObjectKey | None:
        """The object it shows; None where that is not one."""
        return None

    @property
    def namespace(self) -> str:
        """The namespace of what keys act on just now; "" for none in particular."""
        return self.key.namespace if self.key is not None else ""

    @property
    def connection(self) -> str:
        """The id of the connection of what keys act on just now; "" for none in particular."""
        return self.key.connection if self.key is not None else ""

    ACTS_ON: ClassVar[tuple[On, ...]] = ()
    """What can be acted on from here."""

    @property
    def pane_with_keys(self) -> str:
        """The id of the pane that keys go to; "" where they go elsewhere."""
        return ""

    @property
    def form(self) -> str:
        """In which form steps have the keys: `tree`, `graph` or `timeline`; "" where none have."""
        return ""

    @property
    def has_subject(self) -> bool:
        """Whether there is something here that could be acted on at all, for the row of hints."""
        return True

    def subjects(self, on: On) -> tuple[Subject, ...]:
        """What an action is done to just now, and what is known of it; nothing if of nothing."""
        return ()

    def targets(self, on: On = "object") -> Sequence[Target]:
        """The same, as places."""
        return [subject.target for subject in self.subjects(on)]

    def action_act(self, action: str) -> None:
        """Do an action to its subjects, by its id or that of what its key means."""

    def nothing_there(self, on: On) -> str:
        """Why there is nothing that an action could be done to."""
        return "there is nothing here to do it to"

    def actions(self) -> Iterable[Command]:
        """What can be done to what the cursor is on, or to what is marked."""
        return ()

    @property
    def place(self) -> str:
        """Where one is, as `argo-tui open` takes it; "" where nothing leads to it."""
        return ""

    def copies(self) -> Iterable[tuple[str, str | Sequence[str]]]:
        """What can be copied of what the cursor is on, or of what is marked: what it is called, and
        the text, which is one line, or its lines."""
        return ()

    def commands(self) -> Iterable[Command]:
        """What can be done here, in the order it is offered."""
        return ()

    def places(self, text: str) -> Iterable[Command]:
        """What one can go to from here that is called like a text."""
        return ()

    # --- what it is told ---------------------------------------------------------------------

    def on_screen_suspend(self) -> None:
        """Another is in front: where that is a box, neither keys nor words of here are of use."""
        if self.app.screen.is_modal:
            for hints in self.query(Hints):
                hints.cover(on=True)
            for line in self.query_children(StatusLine):
                line.box_opened()

    def on_screen_resume(self) -> None:
        """In front again."""
        for hints in self.query(Hints):
            hints.cover(on=False)

    def tick(self, now: datetime) -> None:
        """A second went by."""

    def scope_changed(self) -> None:
        """Another source, or other namespaces, are watched from now on."""

    def heading_changed(self) -> None:
        """Its header says something else: whether it is recorded, or what time is played."""

    def rights_known(self) -> None:
        """It is known now what may be done in some namespace."""
        self.refresh_bindings()

    def hint_anew(self) -> None:
        """What the cursor is on is another, or in another state: other keys may be of use."""
        for hints in self.query(Hints):
            hints.read_bindings()

    def done_to(self, keys: frozenset[ObjectKey]) -> None:
        """Something was done to these objects as it was asked for: they need no mark any more."""

    def arrived(self) -> None:
        """What was gone to has answered: one is there, and can go back from there."""

    def try_again(self) -> None:
        """Somebody does not want to wait for the next try, or wants it read anew."""

    def why_nothing(self, meaning: str) -> str:
        """Why a key that means something elsewhere, by its id, means nothing here; "" where there
        is nothing to say of that."""
        return ""

    def interrupt(self) -> None:
        """Give up what is being typed."""
        bar = next((bar for bar in self.query(QueryBar) if bar.query("Input:focus")), None)
        if bar is not None:
            bar.action_cancel()

    def heed_stray_letter(self) -> str:
        """A letter was typed that means nothing here: somebody may believe to be in a field.

        Returns what came of it, as a sentence; "" for nothing.
        """
        return ""

    # --- what is remembered ------------------------------------------------------------------

    def remembered(self, session: Session) -> Session:
        """The session with what it shows in it."""
        return session

    def go_on(self, session: Session) -> None:
        """Show what was shown before."""


class ModalView(ModalScreen[T], View[T]):
    """A box over the others: while it is there, keys are its own."""

    # ModalScreen is first: Textual looks for style sheets along the first bases only. The keys of
    # the app do not reach through a modal screen.
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("refresh", "app.read_anew", "Read anew"),
        bind("repaint", "app.repaint", "Repaint"),
    ]

    @on(events.Resize)
    def fit_boxes(self) -> None:
        """Its boxes are as wide as that leaves nothing unreadable beside them."""
        for box in self.query(Box):
            box.fit_width()

    def interrupt(self) -> None:
        """Close it without an answer."""
        self.dismiss(None)

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Answer with this; a second answer, of keys that came at once, is none.

        Textual would close with it whatever is in front by then.
        """
        if self not in self.app.screen_stack:
            return AwaitComplete()
        return super().dismiss(result)


class BlankView(View[None]):
    """What is below all others."""
