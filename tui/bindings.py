"""How a binding is made: from the id of what it means, whose keys are in `tui.keys`."""

from __future__ import annotations

from collections.abc import Iterable

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode

from tui.keys import KEYS
from tui.terminal.textual_private import lay_bindings


def bind(
    id: str,
    action: str,
    label: str = "",
    *,
    group: str = "",
    shown: bool = False,
    priority: bool = False,
    system: bool = False,
    tooltip: str = "",
) -> Binding:
    """What the keys of an id do in one place.

    `group` is the heading of help under which it stands; `shown` puts it into the row of hints;
    `system` leaves it out of help.

    Raises: KeyError for an id that `KEYS` does not know.
    """
    return Binding(
        KEYS[id],
        action,
        label,
        show=shown,
        priority=priority,
        system=system,
        tooltip=tooltip,
        id=id,
        group=Binding.Group(group) if group else None,
    )


def group_of(binding: Binding) -> str:
    """The heading of help under which it stands; "" for none."""
    return binding.group.description if binding.group is not None else ""


def add_bindings(node: DOMNode, bindings: Iterable[Binding]) -> None:
    """Give one widget or screen bindings that depend on what is registered when it is made.

    They stand as if its class had them, whose own Textual fixes when the class is defined.
    """
    lay_bindings(node, BindingsMap(bindings))
