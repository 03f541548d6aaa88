"""The screens on top of each other: which is in front, how one gets back, where words are said.

An app of ours is made of this, of its terminal (`terminal/app.py`), of its answers to screens
(`desk.py`) and of its wiring (`app.py`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime
from typing import Any

from textual import events, on, work
from textual.app import App, ScreenStackError
from textual.screen import ModalScreen, Screen

from tui.errors import TuiError
from tui.keys import hint
from tui.messages import Said
from tui.screens.confirm import LeaveScreen
from tui.screens.help import HelpScreen, Notice
from tui.screens.problem import ProblemScreen
from tui.screens.small import TooSmallScreen, is_too_small
from tui.screens.workflow import WorkflowScreen
from tui.screens.workflows import WorkflowsScreen
from tui.session import Session
from tui.widgets.query_bar import QueryBar
from tui.widgets.status_line import StatusLine

TWICE_WITHIN = 2.0
"""Seconds within which a second ctrl-C leaves."""
INTERRUPTED = 130
NOTICES = 20
"""Sentences of the status line that help still tells."""


class ScreenStack(App[int]):
    """An app whose screens are ours."""

    trouble: TuiError | None = None
    """Why there is nothing to show."""
    _interrupted = float("-inf")
    _is_begun = False
    _notices: deque[Notice]

    @property
    def ascii(self) -> bool:
        """Letters and plain lines instead of symbols."""
        raise NotImplementedError

    def now(self) -> datetime:
        """The time everything is shown at."""
        raise NotImplementedError

    def begin(self, screen: Screen[Any]) -> None:
        """Show the first screen, or that there is no room for it."""
        self._notices = deque(maxlen=NOTICES)
        self.push_screen(screen)
        self._is_begun = True
        self._check_size(*self.size)
        self.set_interval(1.0, self._tick)

    def bring(self, screen: Screen[Any]) -> None:
        """Put a screen in front, if there is room for it."""
        if isinstance(self.screen, TooSmallScreen):
            self.pop_screen()
        self.push_screen(screen)
        self._check_size(*self.size)

    def say(self, text: str, severity: str = "information") -> None:
        """Put a sentence on the status line of the screen in front that has one."""
        if text:
            self._notices.append(Notice(self.now(), text, severity))
        line = self._status_line
        if line is not None:
            line.say(text, severity)

    @on(Said)
    def say_for(self, message: Said) -> None:
        """What a widget has to say."""
        self.say(message.text, message.severity)

    @property
    def _status_line(self) -> StatusLine | None:
        line: StatusLine
        for screen in reversed(self.screen_stack):
            for line in screen.query(StatusLine):
                if line.id is None:
                    return line
        return None

    def _tick(self) -> None:
        if not self.app_focus or not self.is_running:
            return
        try:
            screen = self.screen
        except ScreenStackError:
            return
        line = self._status_line
        if line is not None:
            line.tick()
        tick = getattr(screen, "tick", None)
        if tick is not None and screen.is_mounted:
            tick(self.now())

    # --- what all screens of a kind are told -------------------------------------------------

    def scope_changed(self) -> None:
        """Other workflows are watched now."""
        for screen in self.screen_stack:
            if isinstance(screen, WorkflowsScreen):
                screen.scope_changed()

    def try_again(self) -> None:
        """Do not wait for the next try while a connection is broken."""
        for screen in self.screen_stack:
            if isinstance(screen, WorkflowScreen):
                screen.try_again()

    def remembered(self, session: Session) -> Session:
        """The session with what the screens show in it."""
        for screen in self.screen_stack:
            if isinstance(screen, WorkflowsScreen | WorkflowScreen):
                session = screen.remembered(session)
        return session

    def go_on(self, session: Session) -> None:
        """The list as it was shown before."""
        for screen in self.screen_stack:
            if isinstance(screen, WorkflowsScreen):
                screen.go_on(session)

    def show_trouble(self, error: TuiError, *, can_demo: bool) -> None:
        """Say why nothing can be shown, once."""
        self.trouble = error
        said = [str(each.error) for each in self.screen_stack if isinstance(each, ProblemScreen)]
        if str(error) in said:
            return
        self._end_problem()
        self.bring(ProblemScreen(error, can_demo=can_demo, ascii=self.ascii))

    def end_trouble(self) -> None:
        """There is something to show again."""
        self.trouble = None
        self._end_problem()
        self._check_size(*self.size)

    def _end_problem(self) -> None:
        """Take away the screen that says why, and with it the help or the like that is over it."""
        while any(isinstance(screen, ProblemScreen) for screen in self.screen_stack):
            self.pop_screen()

    # --- size --------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Below 60x12 say so, and nothing else."""
        self._check_size(event.size.width, event.size.height)

    def _check_size(self, width: int, height: int) -> None:
        is_said = any(isinstance(screen, TooSmallScreen) for screen in self.screen_stack)
        if is_too_small(width, height):
            if not is_said and self._is_begun:
                self.push_screen(TooSmallScreen())
        elif isinstance(self.screen, TooSmallScreen):
            self.pop_screen()

    # --- keys --------------------------------------------------------------------------------

    def action_help(self) -> None:
        """Which key does what here."""
        title = "workflow list" if isinstance(self.screen, WorkflowsScreen) else "workflow"
        bindings = list(self.screen.active_bindings.values())
        line = self._status_line
        self.push_screen(
            HelpScreen(
                bindings,
                title=title,
                ascii=self.ascii,
                notices=self._notices,
                notices_first=line is not None and line.is_cut,
                now=self.now(),
            )
        )

    def action_toggle_header(self) -> None:
        """With or without the header line."""
        self.screen.toggle_class("-no-header")

    @work(exclusive=True, group="leave")
    async def action_leave(self) -> None:
        """Back; at the root, ask once."""
        if len(self.screen_stack) > 2:
            self.pop_screen()
        elif await self.push_screen_wait(LeaveScreen()):
            self.exit(0)

    def action_interrupt(self) -> None:
        """ctrl-C: close what is open; twice within two seconds, leave."""
        now = asyncio.get_running_loop().time()
        if now - self._interrupted < TWICE_WITHIN:
            self.exit(return_code=INTERRUPTED)
            return
        self._interrupted = now
        screen: Screen[Any] = self.screen
        if isinstance(screen, ModalScreen) and not isinstance(screen, TooSmallScreen):
            screen.dismiss(None)
        else:
            bar = next((bar for bar in screen.query(QueryBar) if bar.query("Input:focus")), None)
            if bar is not None:
                bar.action_cancel()
        self.say(f"{hint('cancel')} again leaves argo-tui")
