"""The screens on top of each other: which is in front, how one gets back, where words are said."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from textual.app import App, ScreenStackError

from tui.domain.identity import ObjectKey
from tui.errors import TuiError
from tui.keys import hint
from tui.screens.confirm import LeaveScreen
from tui.screens.help import HelpScreen, Notice
from tui.screens.problem import ProblemScreen
from tui.screens.small import TooSmallScreen, is_too_small
from tui.session import Session
from tui.view import View
from tui.widgets.status_line import StatusLine

TWICE_WITHIN = 2.0
"""Seconds within which a second ctrl-C leaves."""
INTERRUPTED = 130
NOTICES = 20
"""Sentences of the status line that help still tells."""


class ScreenStack:
    """The screens of an app, all of them views; the first is a blank one."""

    def __init__(
        self,
        app: App[int],
        *,
        now: Callable[[], datetime],
        ascii: bool,
        at_stake: Callable[[], Sequence[str]],
    ) -> None:
        """`now` is the time everything is shown at; `at_stake` says what leaving would end."""
        self._jobs_at_stake = at_stake
        self._app = app
        self._now = now
        self._ascii = ascii
        self._too_small: TooSmallScreen | None = None
        """Instead of all others, while there is no room for them."""
        self._interrupted = float("-inf")
        self._is_begun = False
        self._notices: deque[Notice] = deque(maxlen=NOTICES)
        self.trouble: TuiError | None = None
        """Why there is nothing to show."""

    @property
    def views(self) -> tuple[View[Any], ...]:
        """All of them, the one in front last."""
        return cast(tuple[View[Any], ...], tuple(self._app.screen_stack))

    @property
    def front(self) -> View[Any] | None:
        """The one in front; None before the first and after the last."""
        try:
            return cast(View[Any], self._app.screen)
        except ScreenStackError:
            return None

    @property
    def in_use(self) -> View[Any] | None:
        """The one in front whose keys are not those of a box over it."""
        return next((view for view in reversed(self.views) if not view.is_modal), None)

    def begin(self, view: View[Any]) -> None:
        """Show the first one, or that there is no room for it."""
        self._app.push_screen(view)
        self._is_begun = True
        self.check_size(*self._app.size)

    def bring(self, view: View[Any]) -> None:
        """Put one in front, if there is room for it."""
        self._end_too_small()
        line = self.status_line
        if line is not None and line.severity == "information":
            line.clear()  # it was about a moment that is over when one comes back
        self._app.push_screen(view)
        self.check_size(*self._app.size)

    def back_to_first(self) -> None:
        """Take away all but the first."""
        while len(self._app.screen_stack) > 2:
            self._app.pop_screen()
        self.check_size(*self._app.size)

    def back_to_list(self) -> None:
        """Take away all that is over the last one that follows the watched namespaces."""
        while len(self._app.screen_stack) > 2 and not self.views[-1].follows_scope:
            self._app.pop_screen()
        self.check_size(*self._app.size)

    def leave_place(self) -> None:
        """Take away all that is over the last list: it is about what is left now."""
        self.trouble = None
        while len(self._app.screen_stack) > 2 and not self.views[-1].listed:
            self._app.pop_screen()
        self.check_size(*self._app.size)

    @property
    def listed_kind(self) -> str:
        """Id of the kind whose list is in front, or nearest below."""
        return next((view.listed for view in reversed(self.views) if view.listed), "")

    # --- words -------------------------------------------------------------------------------

    def say(self, text: str, severity: str = "information") -> None:
        """Put a sentence on the status line of the one in front that has such a line."""
        if text:
            self._notices.append(Notice(self._now(), text, severity))
        self.answer(text, severity)

    def answer(self, text: str, severity: str = "information") -> None:
        """The same, for what is not worth keeping: that a key does nothing."""
        line = self.status_line
        if line is not None:
            line.say(text, severity)

    def say_aside(self, text: str) -> bool:
        """Say what nobody asked for, where that hides nothing that is still to be read; returns
        whether it is said."""
        line = self.status_line
        is_said = line is not None and line.count_down(text, "")
        if is_said:
            self._notices.append(Notice(self._now(), text, "information"))
        return is_said

    def count_down(self, text: str, before: str) -> None:
        """Say how many seconds something still waits; `before` is what was said of it last."""
        line = self.status_line
        for other in self._status_lines:
            if other is not line and other.text == before:
                other.clear()
        if line is not None and line.text != text:
            line.count_down(text, before)

    def done_to(self, keys: frozenset[ObjectKey]) -> None:
        """Something was done to these objects as it was asked for."""
        for view in self._mounted:
            view.done_to(keys)

    def unsay(self, text: str) -> None:
        """Take a sentence away from each that still shows it, below the one in front as well."""
        for line in self._status_lines:
            if line.text == text:
                line.clear()

    @property
    def status_line(self) -> StatusLine | None:
        """Where words are said; None where nothing has room for them."""
        return next(self._status_lines, None)

    @property
    def _status_lines(self) -> Iterator[StatusLine]:
        """Those of all that have such a line, of the one in front first."""
        for view in reversed(self.views):
            yield from (line for line in view.query(StatusLine) if line.id is None)

    @property
    def _mounted(self) -> list[View[Any]]:
        """Those that show something already; the others ask when they are mounted."""
        return [view for view in self.views if view.is_mounted]

    # --- what all of them are told -----------------------------------------------------------

    def tick(self) -> None:
        """A second went by."""
        view = self.front
        line = self.status_line if view is not None else None
        if line is not None:
            line.tick()
        if view is not None and view.is_mounted:
            view.tick(self._now())

    def heading_changed(self) -> None:
        """Headers say something else, of all that is shown."""
        view = self.in_use
        if view is not None and view.is_mounted:
            view.heading_changed()

    def scope_changed(self) -> None:
        """Another source, or other namespaces, are watched now."""
        for view in self._mounted:
            view.scope_changed()

    def rights_known(self) -> None:
        """It is known now what may be done in some namespace."""
        for view in self._mounted:
            view.rights_known()

    def arrived(self) -> None:
        """What was gone to has answered."""
        for view in self._mounted:
            view.arrived()

    def try_again(self) -> None:
        """Do not wait for the next try while a connection is broken."""
        for view in self.views:
            view.try_again()

    def remembered(self, session: Session) -> Session:
        """The session with what they show in it."""
        for view in self.views:
            session = view.remembered(session)
        return session

    def go_on(self, session: Session) -> None:
        """Show what was shown before."""
        for view in self.views:
            view.go_on(session)

    # --- trouble -----------------------------------------------------------------------------

    def show_trouble(
        self,
        error: TuiError,
        *,
        can_demo: bool,
        way_back: str = "",
        can_go: bool = False,
        takes_token: bool = False,
    ) -> None:
        """Say why nothing can be shown, once; the rest is for `ProblemScreen`."""
        self.trouble = error
        if str(error) in [str(view.trouble) for view in self.views if view.trouble is not None]:
            return
        self._end_problem()
        self.bring(
            ProblemScreen(
                error,
                can_demo=can_demo,
                way_back=way_back,
                can_go=can_go,
                takes_token=takes_token,
                ascii=self._ascii,
            )
        )

    def end_trouble(self) -> None:
        """There is something to show again."""
        self.trouble = None
        self._end_problem()
        self.check_size(*self._app.size)

    def _end_problem(self) -> None:
        """Take away the one that says why, and with it the help or the like that is over it."""
        while any(view.trouble is not None for view in self.views):
            self._app.pop_screen()

    # --- size --------------------------------------------------------------------------------

    def check_size(self, width: int, height: int) -> None:
        """Below 60x12 say so, and nothing else."""
        if not is_too_small(width, height):
            self._end_too_small()
        elif self._is_begun and self._too_small not in self.views:
            self._too_small = TooSmallScreen()
            self._app.push_screen(self._too_small)

    def _end_too_small(self) -> None:
        if self._too_small is not None and self.front is self._too_small:
            self._app.pop_screen()
            self._too_small = None

    # --- keys --------------------------------------------------------------------------------

    def help(self) -> None:
        """Which key does what here."""
        view, line = self.front, self.status_line
        if view is None:
            return
        self._app.push_screen(
            HelpScreen(
                list(view.active_bindings.values()),
                title=view.title or "",
                noun=view.noun,
                ascii=self._ascii,
                notices=self._notices,
                notices_first=line is not None and line.is_cut,
                now=self._now(),
                topics=view.topics,
                fields=view.filter_fields,
            )
        )

    def toggle_header(self) -> None:
        """With or without the header line."""
        if self.front is not None:
            self.front.toggle_class("-no-header")

    async def leave(self) -> None:
        """Back; at the root, ask once."""
        if len(self._app.screen_stack) > 2:
            self._app.pop_screen()
        elif await self._app.push_screen_wait(LeaveScreen(self._at_stake)):
            self._app.exit(0)

    async def leave_at_once(self) -> None:
        """Leave from wherever one is; asked about only where something goes on that would end."""
        at_stake = self._at_stake
        has_room = self._too_small is None
        if at_stake and has_room and not await self._app.push_screen_wait(LeaveScreen(at_stake)):
            return
        self._app.exit(0)

    @property
    def _at_stake(self) -> str:
        """What leaving would end, as words within a sentence; "" for nothing."""
        found = self._jobs_at_stake()
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        return f"{found[0]}{more}" if found else ""

    def interrupt(self) -> None:
        """Give up what is open; twice within two seconds, leave."""
        now = asyncio.get_running_loop().time()
        if now - self._interrupted < TWICE_WITHIN:
            self._app.exit(return_code=INTERRUPTED)
            return
        self._interrupted = now
        if self.front is not None:
            self.front.interrupt()
        ends = f", and ends {at_stake}" if (at_stake := self._at_stake) else ""
        self.say(
            f"{hint('cancel')} again leaves argo-tui{ends}", "warning" if ends else "information"
        )
