"""The terminal of this process, which an app draws on and a login may have to ask questions on.

A credential plugin may want to talk to the person (`interactiveMode`). It gets the terminal for
itself: at once where a command prints, before the app begins to draw, or by the app stepping aside.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tui.errors import SourceError

T = TypeVar("T")

StepAside = Callable[[Callable[[], None]], None]
"""Has a function run on the plain terminal, and waits for it. Raises: SourceError."""


class Terminal:
    """One terminal, lent to one at a time. May be used on any thread."""

    def __init__(self, keys: int = 0) -> None:
        self._keys = keys
        self._changed = threading.Condition()
        self._is_lent = False
        self._is_drawn_on = False
        self._step_aside: StepAside | None = None
        self.is_of_app = False
        """Whether an app draws here, or is about to: what need not be said is not said here."""

    @property
    def is_there(self) -> bool:
        """Whether somebody can be asked something."""
        return os.isatty(self._keys)

    def lend(self, run: Callable[[], T]) -> T:
        """What `run` returns, which has the plain terminal for itself meanwhile.

        Raises: SourceError where the app cannot step aside, or is about to end.
        """
        with self._changed:
            self._changed.wait_for(self._can_be_lent)
            self._is_lent = True
            step_aside = self._step_aside
        try:
            if step_aside is None:
                return run()
            found: list[T] = []
            step_aside(lambda: found.append(run()))
            return found[0]
        finally:
            with self._changed:
                self._is_lent = False
                self._changed.notify_all()

    def _can_be_lent(self) -> bool:
        return not self._is_lent and (not self._is_drawn_on or self._step_aside is not None)

    @contextmanager
    def of_app(self) -> Iterator[None]:
        """As long as this lasts, the terminal is that of an app, which may not have begun yet."""
        self.is_of_app = True
        try:
            yield
        finally:
            self.is_of_app = False
            self._step_aside = None

    @contextmanager
    def drawn_on(self) -> Iterator[None]:
        """An app draws; it waits for whoever has the terminal just now."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_lent)
            self._is_drawn_on = True
        try:
            yield
        finally:
            with self._changed:
                self._is_drawn_on = False
                self._step_aside = _has_ended if self.is_of_app else None
                self._changed.notify_all()

    def step_aside_by(self, step_aside: StepAside) -> None:
        """How the app that draws steps aside; it cannot before it says so."""
        with self._changed:
            if self._is_drawn_on:
                self._step_aside = step_aside
                self._changed.notify_all()


def _has_ended(run: Callable[[], None]) -> None:
    raise SourceError("nobody can be asked any more: the app has ended")


TERMINAL = Terminal()
"""That of this process."""
