"""One key at a time: each goes to what the key before it has opened.

On a slow line keys arrive in one packet. Textual hands each of them at once to whatever has the
focus then, so that of `/abc` only the first would reach the list's filter: the others would still
go to the list, where they mean something else. Here a key waits until the one before it is dealt
with: all that it asked for is done, and what it opened has the focus.

The first key waits, too: it may have been typed before there was a screen, and what has the focus
while that is made takes it for something else, or drops it.

What the cluster tells gives way to keys: taking it in is work for the same thread.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from textual import events
from textual.app import App, ScreenStackError
from textual.message_pump import MessagePump
from textual.widgets import Input

KEY_WAITS = 0.5
"""Seconds after which a key no longer waits for the one before it."""
BEGIN_WAITS, LOOK_AGAIN = 5.0, 0.01
"""Seconds after which the first key no longer waits for the app to begin, or for its screen; and
those between two looks."""
NEWS_WAIT = 0.25
"""Seconds that news wait for keys at most, so that a key held down does not keep them out."""
ROUNDS = 5
"""How often all that may have to do with a key is asked whether it is done.

A key makes an action, the action a message, the message a screen, the screen asks for the focus.
"""


class KeysInTurn(App[int]):
    """An app whose keys come one after the other, however fast they arrive."""

    _waiting: deque[events.Event]
    _turn: asyncio.Task[None] | None = None
    _next: events.Event | None = None
    _has_begun = False
    """Whether any key has come."""
    takes_keys = True
    """False as long as keys wait since the app has not begun."""
    typed: events.Event | None = None
    """What was typed or clicked last."""
    letters: deque[events.Key]
    """The two letters that were typed last of those that no field took."""
    _news: tuple[Callable[[], object], ...] = ()
    """What waits until no key is under way."""
    _news_alarm: asyncio.TimerHandle | None = None

    async def on_event(self, event: events.Event) -> None:
        """Hold back what is typed while the key before it is under way."""
        if isinstance(event, events.MouseEvent) and not event.is_forwarded:
            self.typed = event
        is_typed = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if not is_typed:
            await super().on_event(event)
            return
        if self._turn is not None and event is not self._next:
            self._waiting.append(event)
            return
        if self._turn is None:
            self._waiting = deque()
            if not self._has_begun:
                self._has_begun = True
                self._waiting.append(event)
                self._turn = asyncio.create_task(self._begin_turns(), name="keys in turn")
                return
        self.typed = event
        in_field = isinstance(self.focused, Input)
        if isinstance(event, events.Key) and event.is_printable and not in_field:
            self.letters.append(event)
        self.key_comes()
        await super().on_event(event)
        self._turn = asyncio.create_task(self._take_turns(), name="keys in turn")

    def give_way(self, news: Callable[[], object]) -> None:
        """Call this when no key is under way: at once, or after it; in the order it was asked for.

        To be called on the event loop.
        """
        if self._turn is None and not self._news:
            news()
            return
        self._news = (*self._news, news)
        if self._news_alarm is None:
            loop = asyncio.get_running_loop()
            self._news_alarm = loop.call_later(NEWS_WAIT, self._tell_news)

    @property
    def is_at_keys(self) -> bool:
        """Whether a key is under way, or others wait for it."""
        return self._turn is not None

    def _tell_news(self) -> None:
        if self._news_alarm is not None:
            self._news_alarm.cancel()
            self._news_alarm = None
        told, self._news = self._news, ()
        for news in told:
            news()

    def key_comes(self) -> None:
        """A key, or a paste, is about to be dealt with."""

    def key_is_done(self, *, more: bool) -> None:
        """All is done that it asked for; `more` if others came meanwhile, which are next."""

    async def _begin_turns(self) -> None:
        """Let the first key come once the app has begun and its screen has given the focus away."""
        until = time.monotonic() + BEGIN_WAITS
        while time.monotonic() < until:
            if self.takes_keys and self.screen_stack and self.screen.is_running:
                break
            await asyncio.sleep(LOOK_AGAIN)
        await self._take_turns(BEGIN_WAITS)

    async def _take_turns(self, within: float = KEY_WAITS) -> None:
        """Let the next key come when all is done that this one asked for."""
        try:
            async with asyncio.timeout(within):
                for _ in range(ROUNDS):
                    await self._settled()
        except TimeoutError:
            pass  # something takes long; ctrl-C must get through all the same
        finally:
            # Whatever went wrong: a keyboard that is deaf would be worse.
            self._next = self._waiting.popleft() if self._waiting else None
            if self._next is not None:
                self.post_message(self._next)
            else:
                self._turn = None
            self.key_is_done(more=self._next is not None)
            if self._next is None and self._news:
                self.call_later(self._tell_news)

    async def _settled(self) -> None:
        """Everything from the focus up to the app has dealt with what it had to."""
        try:
            asked: list[MessagePump] = list((self.focused or self.screen).ancestors_with_self)
        except ScreenStackError:
            return
        for pump in asked:
            done = asyncio.Event()
            # `call_later` would look at the signature of what it wraps, for each anew: a hundred
            # times a key.
            if pump.post_message(events.Callback(callback=done.set)):
                await done.wait()
