"""What is worked out of all nodes of one version of a workflow, once, and kept with that version.

A run may have fifty thousand nodes, and headers and panes ask about it several times a second. The
thread that reads a version asks first (`overview.prepare`), so that what the event loop asks later
is known by then; whoever asks unprepared waits the first time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Concatenate, Generic, ParamSpec, TypeVar

from tui.domain.workflow import Workflow

P = ParamSpec("P")
T = TypeVar("T")


class Once(Generic[P, T]):
    """A question about a workflow; each answer is kept as long as that version of it."""

    def __init__(self, ask: Callable[Concatenate[Workflow, P], T]) -> None:
        self._ask = ask
        self._name = f"{ask.__module__}.{ask.__qualname__}"
        self.__doc__ = ask.__doc__

    def __call__(self, workflow: Workflow, *args: P.args, **kwargs: P.kwargs) -> T:
        """The answer, for the same arguments the very same."""
        kept = self._kept(workflow)
        key = (args, tuple(kwargs.items()))
        if key not in kept:
            # Two threads that ask at the same time find the same, so none of them has to wait.
            kept[key] = self._ask(workflow, *args, **kwargs)
        return kept[key]

    def known(self, workflow: Workflow, *args: P.args, **kwargs: P.kwargs) -> T | None:
        """The answer, if somebody asked before."""
        return self._kept(workflow).get((args, tuple(kwargs.items())))

    def keep(self, workflow: Workflow, answer: T, *args: P.args, **kwargs: P.kwargs) -> None:
        """This is the answer for these arguments: it was found out in a cheaper way."""
        self._kept(workflow)[args, tuple(kwargs.items())] = answer

    def _kept(self, workflow: Workflow) -> dict[Hashable, T]:
        kept: dict[Hashable, T] = workflow.__dict__.setdefault(self._name, {})
        return kept


def once(ask: Callable[Concatenate[Workflow, P], T]) -> Once[P, T]:
    """Keep the answers of a pure function of a workflow; its other arguments must be hashable."""
    return Once(ask)
