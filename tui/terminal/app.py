"""An app as far as its terminal goes: painting, colours, clipboard, a hang-up, and a crash."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from textual import events, on
from textual.app import App, SuspendNotSupported
from textual.await_complete import AwaitComplete
from textual.screen import Screen
from textual.widget import Widget

from tui.domain.hidden import without_secrets
from tui.domain.lines import Rows
from tui.domain.text import clean
from tui.errors import SourceError
from tui.keys import KEYS
from tui.keys import each as each_key
from tui.terminal import textual_private
from tui.terminal.capabilities import Capabilities
from tui.terminal.clipboard import notice, send, send_lines
from tui.terminal.environment import theme_for
from tui.terminal.hangup import HangUp
from tui.terminal.keys import KeysInTurn
from tui.terminal.output import CellDiffMixin
from tui.terminal.session import run_plainly
from tui.terminal.tidying import Tidying
from tui.terminal.typed import MOST_PASTED, Key, PasteRefused, PasteStalled
from tui.terminal.ways_out import show_plainly

SHORT = 60
"""Characters up to which a copied text is called by itself."""
READING = 0.3
"""Seconds for which a question must have been on the screen before an answer to it counts."""
TYPING = 0.4
"""Seconds between two letters of a word at most."""
DELIBERATE = frozenset(
    {
        *("move", "text", "mark", "take-back", "find", "problem-after", "problem-before"),
        *("problems", "side", "tab", "pane", "form", "fold", "sort", "actions"),
    }
)
"""Ids, or first parts of them, of what a practised hand does right before it acts."""
HUNG_UP = 129
LOOK = 0.2
"""Seconds after which whoever waits for the terminal looks whether the app is still there."""
FRESH = 30.0
"""Seconds after which showing plainly and writing no longer mean what was sent to the clipboard."""
DEFAULT_NAME = "argo-tui.txt"
"""The file that is proposed for a text that has no name."""


@runtime_checkable
class Readable(Protocol):
    """A widget with a text in it."""

    @property
    def ancestors_with_self(self) -> Sequence[object]:
        """The widget and those that it is in, the innermost first."""

    def plain_lines(self, *, everything: bool) -> Rows:
        """Its lines without colours: all of them, or those on the screen."""


@runtime_checkable
class Tabular(Protocol):
    """A widget with rows in it."""

    def table_lines(self, *, everything: bool) -> Rows:
        """Column titles and rows as text: all of them, or those on the screen."""


@runtime_checkable
class FileNamed(Protocol):
    """A widget that knows what a file with the text in it is called."""

    @property
    def file_name(self) -> str:
        """The name, not yet safe for a file system; "" if it cannot say."""


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text to show plainly or to write to a file."""

    lines: Rows
    file_name: str
    """What a file with it is called, not yet safe for a file system."""
    whole: Rows | None = None
    """All of what only some lines are shown of; None where all are shown."""


@runtime_checkable
class Narrowed(Protocol):
    """A widget that may show only some lines of a text."""

    def whole_text(self) -> Rows | None:
        """All of them; None where all are shown."""


class Terminal:
    """The terminal of an app: colours, clipboard, files, a hang-up, and what was seen and typed."""

    def __init__(
        self, app: TerminalApp, capabilities: Capabilities, *, say: Callable[[str, str], object]
    ) -> None:
        """`say` tells a person a sentence, with how severe it is."""
        self.capabilities = capabilities
        self.reading_time = READING
        """0 for a program at the keys, which need not read."""
        self._app = app
        self._say = say
        self._hang_up: HangUp | None = None
        self._sent = ("", float("-inf"))
        """What was sent to the clipboard last, and when."""

    def use_colours(self, wanted: str = "") -> None:
        """Those of a theme, or the terminal's own where that is better; TEXTUAL_THEME wins."""
        theme = theme_for(self.capabilities, wanted)
        if theme and not os.environ.get("TEXTUAL_THEME"):
            self._app.theme = theme

    def heed_hang_up(self, steps: Sequence[Callable[[], object]]) -> None:
        """When the terminal goes: these steps, then leave."""
        app = self._app
        hang_up = self._hang_up = HangUp(steps, self._leave)
        driver: Any = textual_private.driver(app)
        if not hasattr(driver, "lost"):
            return  # no terminal of ours: whoever runs us hears the signals
        loop = asyncio.get_running_loop()
        hang_up.listen(loop)
        # Under another program the signal may never reach us; the end of our input does.
        driver.lost = lambda: hang_up.soon(loop)

    # --- questions -------------------------------------------------------------------------

    def hold_frames(self, seconds: float) -> None:
        """Paint nothing for so long: something better is about to be known. 0 ends the wait."""
        self._app.hold_frames(seconds)

    def seen_anew(self, screen: Screen[Any]) -> None:
        """The screen asks something else now: nothing typed before it is shown is an answer."""
        self._app.sight.changed(screen)

    def may_confirm(self, screen: Screen[Any]) -> bool:
        """Whether what was typed last can be an answer to the question on this screen.

        It came by itself, and not before the question could be read: what was pasted, or typed
        ahead on a slow line, answers nothing.
        """
        typed = self._app.typed
        if isinstance(typed, Key) and not typed.alone:
            return False
        if not self.reading_time:
            return True
        seen = self._app.sight.since(screen)
        return seen is not None and typed is not None and typed.time - seen >= self.reading_time

    def may_answer(self, screen: Screen[Any]) -> bool:
        """Whether what was typed last can be a yes to what this screen asks, if nothing is lost by
        it: a key that means nothing else, or one that came when it could be read."""
        typed = self._app.typed
        is_meant = isinstance(typed, events.Key) and typed.key in each_key(KEYS["dialog.submit"])
        if is_meant or not self.reading_time:
            return True
        seen = self._app.sight.since(screen)
        return seen is not None and typed is not None and typed.time - seen >= self.reading_time

    def is_amid_letters(self) -> bool:
        """Whether the key that was typed last is one of several letters, as of a word that somebody
        types who believes to be in a field: none that are pressed after moving or marking."""
        letters, typed = self._app.letters, self._app.typed
        if len(letters) < 2 or letters[-1] is not typed or not self.reading_time:
            return False
        before, last = letters
        meaning = KEYS.meaning(before.key) or KEYS.meaning(before.character or "")
        is_meant = meaning in DELIBERATE or meaning.partition(".")[0] in DELIBERATE
        return last.time - before.time < TYPING and not is_meant

    @property
    def is_at_keys(self) -> bool:
        """Whether a key is under way, or others wait for it."""
        return self._app.is_at_keys

    # --- texts -----------------------------------------------------------------------------

    def _leave(self) -> None:
        # What is still being built would find that there is no screen to be part of any more.
        self._app.workers.cancel_all()
        self._app.exit(return_code=HUNG_UP)

    @property
    def is_gone(self) -> bool:
        """Whether it hung up, so that nobody sees anything any more."""
        return self._hang_up is not None and self._hang_up.happened

    def copy(self, text: str) -> None:
        """Send a text to the clipboard of the terminal."""
        name = without_secrets(text) if len(text) < SHORT else ""
        sent = send(text, what=name, multiplexer=self.capabilities.multiplexer)
        driver = textual_private.driver(self._app)
        if sent.ok and driver is not None:
            driver.write(sent.sequence)
        self._sent = (clean(text), time.monotonic())
        self._say(sent.message, "information" if sent.ok else "warning")

    def copy_lines(self, lines: Sequence[str], what: str = "") -> None:
        """Send lines to the clipboard of the terminal, which stay lines; `what` names them."""
        sent = send_lines(lines, what=what, multiplexer=self.capabilities.multiplexer)
        driver = textual_private.driver(self._app)
        if sent.ok and driver is not None:
            driver.write(sent.sequence)
        self._say(sent.message, "information" if sent.ok else "warning")

    def tell(self, text: str) -> None:
        """Ring, and have a notice shown, for a person who looks elsewhere."""
        driver = textual_private.driver(self._app)
        term = os.environ.get("TERM", "")
        if driver is not None:
            driver.write(notice(text, term=term, multiplexer=self.capabilities.multiplexer))

    def show_plainly(self) -> None:
        """The text with the focus, else what was just copied, as any output: to select by hand."""
        text = self.text_to_read(everything=False)
        if text is None:
            return
        terminal, keys = sys.__stderr__, sys.__stdin__
        try:
            with self._app.suspend():
                if terminal is not None and keys is not None:
                    fd = terminal.fileno()
                    show_plainly(text.lines, lambda data: os.write(fd, data), keys.fileno())
        except SuspendNotSupported:
            self._say("this terminal cannot be left for a while", "warning")

    def step_aside(self, run: Callable[[], None]) -> None:
        """Have something run on the plain terminal, for a thread that waits for its end.

        What it raises is raised here. Raises: SourceError where the terminal cannot be left, or the
        app ends meanwhile.
        """
        outcome: Future[None] = Future()

        def aside() -> None:
            if not outcome.set_running_or_notify_cancel():
                return
            try:
                with self._app.suspend(), _interrupts_left_to_others():
                    # `suspend` would leave the terminal as it is if anything passed it.
                    try:
                        run()
                    except BaseException as error:
                        outcome.set_exception(error)
            except SuspendNotSupported:
                outcome.set_exception(SourceError("this terminal cannot be left for a while"))
            if not outcome.done():
                outcome.set_result(None)

        self._app.call_later(aside)
        while not wait([outcome], LOOK).done:
            if not self._app.is_running and outcome.cancel():
                raise SourceError("nobody can be asked any more: the app ends")
        outcome.result()

    def run_plainly(
        self, command: Sequence[str], run: Callable[[], int], *, waits: bool = False
    ) -> int:
        """The exit code of a program that has the plain terminal, which the app has left.

        What it raises is raised. `waits` is as for `terminal.session.run_plainly`.
        """
        return run_plainly(command, run, keys=0, screen=2, waits=waits)

    def text_to_read(self, *, everything: bool) -> PlainText | None:
        """What has the focus, all of it or what is on the screen, else what is around the focus.

        In place of the rows of a list, which can be seen, what was just sent to the clipboard is
        shown. None, and a word about it, where there is nothing.
        """
        shown = self._shown_text
        text, sent_at = self._sent
        is_fresh = bool(text) and time.monotonic() - sent_at < FRESH
        if is_fresh and not isinstance(shown, Readable) and (not everything or shown is None):
            return PlainText([text], DEFAULT_NAME)
        if shown is None:
            self._say("there is no text and no list here to show plainly or to write", "warning")
            return None
        around = shown.ancestors_with_self
        names = (each.file_name for each in around if isinstance(each, FileNamed))
        lines = shown.plain_lines if isinstance(shown, Readable) else shown.table_lines
        whole = next((each for each in around if isinstance(each, Narrowed)), None)
        return PlainText(
            lines(everything=everything),
            next(filter(None, names), DEFAULT_NAME),
            whole.whole_text() if whole is not None else None,
        )

    @property
    def _shown_text(self) -> Any:
        """The text or list that has the focus, or that is nearest to a field which has it."""
        focused = self._app.focused or self._app.screen
        for around in focused.ancestors_with_self:
            if isinstance(around, Readable | Tabular):
                return around
            for each in around.query("*") if isinstance(around, Widget) else ():
                if isinstance(each, Readable | Tabular) and each.display and each.size:
                    return each
        return None


@contextmanager
def _interrupts_left_to_others() -> Iterator[None]:
    """A ctrl-c is for the program that has the terminal; of the main thread."""
    # Not ignored: that would be inherited.
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class TerminalApp(CellDiffMixin, KeysInTurn, App[int]):
    """An app that paints by cells, takes one key after the other, and has a terminal.

    Painting and keys are inherited, because Textual has no other way in; all else is `Terminal`.
    """

    def __init__(
        self, capabilities: Capabilities, *, diff: bool, say: Callable[[str, str], object]
    ) -> None:
        super().__init__()
        self.terminal = Terminal(self, capabilities, say=say)
        self._say = say
        self.letters = deque(maxlen=2)
        self._tidying: Tidying | None = None
        self.use_terminal(capabilities, diff=diff)

    def action_show_plainly(self) -> None:
        """The lines on the screen of a text, else what `c` just sent, as any output: to select."""
        self.terminal.show_plainly()

    def begin_tidying(self) -> None:
        """Free what closed screens leave behind, from now on."""
        self._tidying = Tidying(asyncio.get_running_loop())

    def end_tidying(self) -> None:
        """Leave it to Python."""
        if self._tidying is not None:
            self._tidying.end()

    def pop_screen(self) -> AwaitComplete:
        """Close the screen in front."""
        popped = super().pop_screen()
        if self._tidying is not None:
            self._tidying.closed()
        return popped

    async def on_event(self, event: events.Event) -> None:
        """Nothing slow is done while somebody types."""
        if isinstance(event, events.Key) and self._tidying is not None:
            self._tidying.typed()
        await super().on_event(event)

    def on_paste(self, event: events.Paste) -> None:
        """What no field has taken."""
        if event.text:
            told = f"{_characters(len(event.text))} pasted, and no field to take them"
            self._say(told, "warning")

    @on(PasteRefused)
    def say_too_long(self, message: PasteRefused) -> None:
        """What would fill memory and no field."""
        size = _characters(message.size)
        self._say(f"{size} pasted: more than {MOST_PASTED:,} are not taken", "warning")

    @on(PasteStalled)
    def say_stalled(self) -> None:
        """Why no key does anything."""
        self._say("a paste has not ended yet: until it does no key is taken", "warning")

    def _fatal_error(self) -> None:
        if self.terminal.is_gone:
            return
        # Textual prints local variables with a crash, and ours hold bearer tokens.
        from rich.traceback import Traceback

        self.bell()
        self.panic(Traceback(show_locals=False, width=None))


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count:,} characters"
