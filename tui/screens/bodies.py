"""Which screen shows one object: of most kinds its panes, of some more than that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tui.context import AppContext
from tui.domain.identity import ObjectKey
from tui.kinds.registry import KINDS
from tui.panes import PANES, panes_of
from tui.screens.object import ObjectScreen
from tui.screens.workflow import WorkflowScreen
from tui.view import View

BODIES: Mapping[str, Callable[..., View[None]]] = {"steps": WorkflowScreen}
"""Id of a body (`Kind.body`) → the screen that has it."""


def pane_named(key: ObjectKey, pane: str) -> str:
    """The id of the pane of an object that is called so; "" where it has none."""
    kind = KINDS[key.kind]
    specs = panes_of(kind)
    binding = PANES[pane].binding_id if pane in PANES else ""
    same = (spec for spec in specs if binding and spec.binding_id == binding)
    return next((spec.id for spec in (*(s for s in specs if s.id == pane), *same)), "")


def screen_of(
    context: AppContext,
    key: ObjectKey,
    uid: str = "",
    *,
    pane: str = "",
    step: str = "",
    spot: str = "",
) -> View[Any]:
    """The screen of an object, on a step of it by its id, and somewhere in the text of a pane."""
    kind = KINDS[key.kind]
    made = BODIES.get(kind.body)
    if made is not None:
        return made(context, key, uid, pane=pane, step=step, spot=spot)
    return ObjectScreen(context, kind, key, uid, pane=pane)
