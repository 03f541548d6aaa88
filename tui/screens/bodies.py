"""Which screen shows one object: of most kinds its panes, of some more than that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tui.context import AppContext
from tui.domain.identity import ObjectKey
from tui.kinds.registry import KINDS
from tui.screens.object import ObjectScreen
from tui.screens.workflow import WorkflowScreen
from tui.view import View

BODIES: Mapping[str, Callable[..., View[None]]] = {"steps": WorkflowScreen}
"""Id of a body (`Kind.body`) → the screen that has it."""


def screen_of(context: AppContext, key: ObjectKey, uid: str = "", *, pane: str = "") -> View[Any]:
    """The screen of an object."""
    kind = KINDS[key.kind]
    made = BODIES.get(kind.body)
    if made is not None:
        return made(context, key, uid, pane=pane)
    return ObjectScreen(context, kind, key, uid, pane=pane)
