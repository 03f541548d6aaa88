"""Painting only the cells that changed, and only as fast as the terminal takes them.

Textual writes every cell of what is marked dirty, changed or not. Here its updates are laid into a
picture of the screen; when a frame may be painted the painter writes what differs from what the
terminal shows. Frames wait for the writer and for their pace, and as only the picture is kept,
whatever is painted late is the latest. The frame after a key does not wait for its turn among the
others, and without the focus of the terminal frames are rarer (`pace.py`).

    class OurApp(CellDiffMixin, App[None]): ...
    app.use_terminal(capabilities, diff=not no_diff)    # before run()
    app.repaint_terminal()                              # ctrl-R, after any foreign output
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any
from weakref import ref

from textual import events
from textual.app import App
from textual.driver import Driver
from textual.screen import Screen

from tui.bugs import note
from tui.errors import UsageError
from tui.terminal import textual_private
from tui.terminal.capabilities import Capabilities
from tui.terminal.looks import Looks
from tui.terminal.pace import Pace
from tui.terminal.painter import Abilities, Painter
from tui.terminal.picture import Picture


class CellDiff:
    """The picture of one app's screen, and when and how it gets to the terminal."""

    def __init__(
        self,
        app: App[Any],
        *,
        frames: int,
        abilities: Abilities,
        ahead: float = float("inf"),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`ahead`: see `Pace`."""
        self.app = app
        self.pace = Pace(frames, ahead=ahead)
        self.painter = Painter(abilities)
        self.clock = clock
        self.painted: Callable[[], None] | None = None
        """Called after each frame that was written."""
        self.frames = 0
        """Frames written."""
        self.held = 0
        """Updates of Textual that became part of a later frame."""
        self.off = ""
        """Why it turned itself off; empty while it works."""
        self._looks = Looks(textual_private.colours(app))
        self._picture: Picture | None = None
        self._missed = False
        self._pending = False
        self._timer: asyncio.TimerHandle | None = None
        self._session: object = None

    # What Textual hands over

    def take(self, screen: Screen[Any], renderable: object) -> bool:
        """Lay an update into the picture and paint if possible; False if it is not for us."""
        if renderable is None or not textual_private.may_paint(self.app):
            return False
        if textual_private.is_batching(self.app):
            # Textual drops this update, so the picture lacks it until the screen is drawn whole.
            self._missed = True
            return False
        if not self._lay(screen, renderable):
            return False
        if self._missed:
            self._missed = False
            screen.refresh()
        if self._pending:
            self.held += 1
        self._pending = True
        self.flush()
        return True

    def _lay(self, screen: Screen[Any], renderable: object) -> bool:
        size = textual_private.whole_size(renderable)
        if size is not None:
            self._missed = False
            parts = textual_private.whole_parts(renderable)
            if self._picture is None or size != (self._picture.width, self._picture.height):
                self._picture = Picture(*size)
        else:
            size = textual_private.parts_size(renderable)
            if size is None:
                # Something that is no update of the screen: Textual writes it, anywhere it likes.
                self.painter.forget()
                return False
            if self._picture is None or size != (self._picture.width, self._picture.height):
                # Parts of a picture we do not have: ask for all of it.
                self._picture = None
                screen.refresh()
                return True
            parts = textual_private.changed_parts(renderable)
        for y, start, end, strip in parts:
            self._picture.lay(y, start, end, strip, self._looks)
        return True

    # Painting

    def repaint(self) -> None:
        """Write every cell again, whatever the terminal is thought to show."""
        self.painter.forget()
        self._pending = True
        self.flush()

    def hold(self, seconds: float) -> None:
        """Paint nothing for so long, or until this is said again: with 0, at once."""
        self.pace.hold(self.clock() + seconds if seconds > 0 else 0.0)
        self._flush_anew()

    @property
    def is_held(self) -> bool:
        """Whether frames wait for something better to show."""
        return self.pace.is_held(self.clock())

    def focused(self) -> None:
        """The terminal has the focus again: what it has not been shown yet is due."""
        self._flush_anew()

    def typed(self) -> None:
        """A key is about to be dealt with: the next frame is to have its effect."""
        self.pace.typed(self.clock())

    def settled(self, *, more: bool) -> None:
        """A key was dealt with; if no more of them wait, what it changed is painted at once."""
        self.pace.settled(self.clock(), more=more)
        self._flush_anew()

    def _flush_anew(self) -> None:
        """Paint what may be painted now, whenever that was to be until now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.flush()

    def flush(self) -> None:
        """Paint the picture if there is something to paint and nothing speaks against it now."""
        app = self.app
        if (
            not self._pending
            or self.off
            or self._picture is None
            or not textual_private.may_paint(app)
        ):
            return
        driver = textual_private.driver(app)
        assert driver is not None, "it may be painted"
        if getattr(driver, "backlog", 0):
            # Not drained: the writer calls again, and then the latest picture is painted.
            return
        self.pace.is_away = not app.app_focus
        wait = self.pace.wait(self.clock())
        if wait > 0:
            self._later(wait)
            return
        self._pending = False
        self._paint(driver, self._picture)

    def _paint(self, driver: Driver, picture: Picture) -> None:
        session = (driver, getattr(driver, "sessions", 0))
        if session != self._session:
            self._session = session
            self.painter.forget()
            self.painter.brush.down = "\n" if getattr(driver, "returns", False) else "\r\n"
        place = textual_private.cursor(self.app, self.app.screen)
        body = self.painter.paint(picture, place if place != (0, 0) else None)
        if not body:
            return
        if textual_private.knows_sync(self.app):
            body = f"{textual_private.SYNC_BEGIN}{body}{textual_private.SYNC_END}"
        driver.write(body)
        driver.flush()
        self.frames += 1
        self.pace.painted(self.clock(), len(body))
        if self.painted is not None:
            self.painted()

    def _later(self, wait: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(wait, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self.app.flush_terminal()  # type: ignore[attr-defined]


class Sight:
    """Since when the screen in front has been on the terminal as it is now."""

    def __init__(self) -> None:
        self._screen: ref[Screen[Any]] | None = None
        self._since: float | None = None

    def since(self, screen: Screen[Any]) -> float | None:
        """The time of `time.monotonic`; None if the screen is not, or not yet, on the terminal."""
        return self._since if self._is(screen) else None

    def written(self, screen: Screen[Any]) -> None:
        """A frame of this screen was handed to the terminal."""
        if not self._is(screen):
            self._screen, self._since = ref(screen), None

    def taken(self) -> None:
        """The terminal has taken all that was written."""
        if self._screen is not None and self._since is None:
            self._since = time.monotonic()

    def changed(self, screen: Screen[Any]) -> None:
        """The screen says something else now: it counts as seen from its next frame on."""
        if self._is(screen):
            self._screen = self._since = None

    def _is(self, screen: Screen[Any]) -> bool:
        return self._screen is not None and self._screen() is screen


def _lacks(names: list[str]) -> str:
    return f"this Textual has no {', '.join(names)}"


class CellDiffMixin:
    """Mix into an App, before `App`, to paint by cells."""

    cell_diff: CellDiff | None = None
    terminal_notes: tuple[str, ...] = ()
    """What a person should know about how the terminal is used; empty if nothing."""
    _frames = 20
    _has_mouse = False
    _resized = 0.0
    _last_resize: events.Resize | None = None
    _resent: events.Resize | None = None
    _resize_alarm: asyncio.TimerHandle | None = None
    _stock_missed = False
    _sight: Sight | None = None

    def use_terminal(self, capabilities: Capabilities, *, diff: bool = True) -> None:
        """Paint for this terminal; by cells unless told otherwise or Textual has changed."""
        self._frames = capabilities.frames
        self._has_mouse = capabilities.mouse
        textual_private.still_cursors()
        textual_private.quiet_log(self)
        textual_private.skip_callbacks_of_removed(self)
        unknown = textual_private.missing_of_bindings(self)
        if unknown:
            self._note(f"actions and panes have no keys: {_lacks(unknown)}")
        unknown = textual_private.missing_of_callbacks(self)
        if unknown:
            self._note(f"what comes late may end the program: {_lacks(unknown)}")
        textual_private.tell_every_size()
        textual_private.make_tables_of_strips_late()
        unknown = textual_private.missing_of_layout()
        if unknown:
            self._note(f"a part that opens may stand still: {_lacks(unknown)}")
        if not diff:
            return
        unknown = textual_private.missing(self)
        if unknown:
            self._without_diff(_lacks(unknown))
            return
        self.cell_diff = CellDiff(
            self._app,
            frames=capabilities.frames,
            abilities=Abilities(
                repeat=capabilities.repeat,
                erase_colour=capabilities.erase_colour,
                scroll=capabilities.scroll,
            ),
            ahead=capabilities.ahead,
        )
        self.cell_diff.painted = self._painted

    @property
    def sight(self) -> Sight:
        """Since when what is in front has been on the terminal."""
        if self._sight is None:
            self._sight = Sight()
        return self._sight

    def _painted(self) -> None:
        self.sight.written(self._app.screen)
        if not self._is_behind():
            self.sight.taken()

    @property
    def _app(self) -> App[Any]:
        assert isinstance(self, App)
        return self

    def repaint_terminal(self) -> None:
        """Write the whole screen again; for ctrl-R, and after anything else wrote to it."""
        if self.cell_diff is not None:
            self.cell_diff.repaint()
        self._app.screen.refresh()

    def flush_terminal(self) -> None:
        """Paint what waits to be painted, if it may be painted now."""
        if not self._is_behind():
            self.sight.taken()
        diff = self.cell_diff
        if diff is not None:
            try:
                diff.flush()
            except Exception as error:
                self._give_up(error)
        elif self._stock_missed and textual_private.may_paint(self):
            self._stock_missed = False
            self._app.screen.refresh()

    def hold_frames(self, seconds: float) -> None:
        """Paint nothing for so long: something better is about to be known. 0 ends the wait.

        Without the cell diff nothing is held: what Textual has written cannot be taken back.
        """
        if self.cell_diff is not None:
            try:
                self.cell_diff.hold(seconds)
            except Exception as error:
                self._give_up(error)

    def key_comes(self) -> None:
        """A key is about to be dealt with."""
        if self.cell_diff is not None:
            self.cell_diff.typed()

    def key_is_done(self, *, more: bool) -> None:
        """A key was dealt with; `more` if others came meanwhile, which are next."""
        app = self._app
        if more or not app.screen_stack:
            self._answer(more=more)
        else:
            # As the screen, whose drawing this is, and before it does anything else.
            app.screen.call_next(self._draw_and_answer)

    def _draw_and_answer(self) -> None:
        if self.cell_diff is None or not self.cell_diff.is_held:
            textual_private.draw_now(self._app.screen)
        self._answer(more=False)

    def _answer(self, *, more: bool) -> None:
        if self.cell_diff is not None:
            try:
                self.cell_diff.settled(more=more)
            except Exception as error:
                self._give_up(error)

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        app = self._app
        self._listen()
        try:
            if self.cell_diff is not None and self.cell_diff.take(screen, renderable):
                app.post_display_hook()
                return
        except Exception as error:
            # Whatever a release of Textual changed, the program goes on as stock Textual does.
            self._give_up(error)
        if self.cell_diff is None and self._is_behind():
            self._stock_missed = True
            app.post_display_hook()
            return
        super()._display(screen, renderable)  # type: ignore[misc]
        if self.cell_diff is None or not textual_private.may_paint(app):
            self._painted()

    def _set_pointer_shape(self, shape: str) -> None:
        """With each screen Textual says how the mouse pointer looks; without a mouse that is a
        packet for nothing, and rubbish on a terminal that does not know the sequence.
        """
        if self._has_mouse:
            super()._set_pointer_shape(shape)  # type: ignore[misc]

    def _is_behind(self) -> bool:
        """Whether the writer still has stock frames to write: then this one is left out."""
        return bool(getattr(textual_private.driver(self), "backlog", 0))

    def _give_up(self, error: Exception) -> None:
        assert self.cell_diff is not None
        self.cell_diff.off = f"{type(error).__name__}: {error}"
        self.cell_diff = None
        self._without_diff(f"it failed with {type(error).__name__}: {error}")
        driver = textual_private.driver(self)
        if driver is not None:
            driver.write("\x1b[0m")
        self._app.screen.refresh()

    def _without_diff(self, why: str) -> None:
        self._note(f"painting without the cell diff: {why}")

    def _note(self, text: str) -> None:
        if text not in self.terminal_notes:
            self.terminal_notes = (*self.terminal_notes, text)
            note(text)

    # The driver

    def get_driver_class(self) -> type[Driver]:
        """Textual's own driver is replaced by ours that never blocks; any other one is kept."""
        try:
            chosen: type[Driver] = super().get_driver_class()  # type: ignore[misc]
        except Exception as error:
            raise UsageError(
                f"TEXTUAL_DRIVER names no driver: {error}", hint="unset TEXTUAL_DRIVER"
            ) from error
        if chosen.__name__ != "LinuxDriver":
            return chosen
        unknown = textual_private.missing_of_driver()
        if unknown:
            self._note(f"pastes can act and a slow line blocks keys: {_lacks(unknown)}")
            return chosen
        from tui.terminal.driver import SteadyDriver

        return SteadyDriver

    def _listen(self) -> None:
        """Hear of it when the driver has written all; the driver is a new one in each run."""
        driver: Any = textual_private.driver(self)
        if driver is None or getattr(driver, "drained", self) is not None:
            return
        loop = asyncio.get_running_loop()

        def drained() -> None:
            try:
                loop.call_soon_threadsafe(self.flush_terminal)
            except RuntimeError:
                # The loop is closed: the program is ending, nothing is left to paint.
                return

        driver.drained = drained

    # What the terminal goes through

    def on_mount(self) -> None:
        app = self._app
        app.watch(app, "app_focus", self._focus_changed, init=False)
        app.app_resume_signal.subscribe(app, self._resumed)

    def _focus_changed(self, focused: bool) -> None:
        if focused and self.cell_diff is not None:
            self.cell_diff.focused()

    def _resumed(self, _: App[Any]) -> None:
        self.repaint_terminal()

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew at most as often as frames are painted; the last size always counts."""
        if event is self._resent:
            self._resent = None
            return
        diff = self.cell_diff
        if diff is not None:
            diff.painter.forget()
            if event.size == self._app.size and diff.frames:
                # Away and back before we heard of it: Textual sees no change and paints nothing.
                diff.repaint()
        now = time.monotonic()
        if now - self._resized >= 1.0 / self._frames and self._resize_alarm is None:
            self._resized = now
            return
        event.prevent_default()
        event.stop()
        self._last_resize = event
        if self._resize_alarm is None:
            loop = asyncio.get_running_loop()
            self._resize_alarm = loop.call_later(
                1.0 / self._frames, self._app.call_later, self._resize_now
            )

    async def _resize_now(self) -> None:
        """In its turn among the app's messages: put among them, it would replace newer sizes."""
        self._resize_alarm = None
        self._resized = time.monotonic()
        event, self._last_resize = self._last_resize, None
        if event is None:
            return
        if event.size == self._app.size:
            # Back to the size it had, but the terminal may have cut or moved what it showed.
            self.repaint_terminal()
            return
        # A new event: the one we kept is marked as not to be handled.
        self._resent = events.Resize(
            event.size, event.virtual_size, event.container_size, event.pixel_size
        )
        await self._app.on_event(self._resent)
