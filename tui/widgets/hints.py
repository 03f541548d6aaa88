"""The row of hints: which keys do what here, made from the bindings that are alive.

Nobody writes these by hand, so they cannot be wrong: a key is shown as it is bound, and one that
does nothing here is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual.binding import Binding
from textual.keys import key_to_character
from textual.strip import Strip

from tui.keys import key_name
from tui.widgets.cells import Piece, plain, printable, strip_of, width_of
from tui.widgets.line_view import LineView, token_classes

GAP = "  "
LAST = "help"
"""The hint that is there even when others have no room, by its action."""


def character_of(key: str) -> str | None:
    """What a key types; None for one that types nothing."""
    # Textual calls the slash "slash", Unicode "solidus": it does not find it again.
    return "/" if key == "slash" else key_to_character(key)


class Hints(LineView, can_focus=False):
    """Keys and what they do, as many as fit."""

    COMPONENT_CLASSES: ClassVar[set[str]] = token_classes("heading", "muted")
    DEFAULT_CSS = "Hints { height: 1; }"

    def __init__(
        self,
        *,
        hides: Callable[[Binding], bool] | None = None,
        ascii: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`hides` says of a binding whether its key would only be refused here."""
        super().__init__(id=id, classes=classes)
        self.ascii = ascii
        self._hides = hides or (lambda binding: False)
        self._hints: tuple[tuple[str, str, bool], ...] = ()

    def on_mount(self) -> None:
        """Read the bindings whenever they may have changed."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)
        self.call_after_refresh(self.read_bindings)

    def _bindings_changed(self, _: Any) -> None:
        self.read_bindings()

    def read_bindings(self) -> None:
        """Take the hints from the bindings that are alive just now."""
        if not self.is_attached or not self.screen.is_active:
            return
        found: dict[str, tuple[str, str, bool]] = {}
        focused = self.screen.focused
        for key, active in self.screen.active_bindings.items():
            binding = active.binding
            if focused is not None and focused.check_consume_key(key, character_of(key)):
                continue  # it would be typed into what has the focus
            if self._hides(binding):
                continue
            if binding.show and active.enabled and binding.action not in found:
                key = key_name(binding.key)
                found[binding.action] = (key, binding.description, binding.action.endswith(LAST))
        self.show(found.values())

    def show(self, hints: Any) -> None:
        """Show these: key, what it does, and whether it must be there."""
        self._hints = tuple(hints)
        self.repaint()

    @property
    def text(self) -> str:
        """What it says, all hints included."""
        return GAP.join(f"{key} {what}" for key, what, _ in self._hints)

    def line_at(self, y: int) -> Strip:
        width, base = self.size.width, self.token("")
        pieces: list[Piece] = []
        for key, what in self._fitting(width):
            pieces += [(GAP if pieces else " ", base), (key, self.token("heading"))]
            pieces.append((f" {what}", self.token("muted")))
        return strip_of(pieces, width, base)

    def _fitting(self, width: int) -> Sequence[tuple[str, str]]:
        """As many as fit, in order; the last ones give way to those that must be there."""
        hints = [
            (plain(printable(key), self.ascii), plain(printable(what), self.ascii), must)
            for key, what, must in self._hints
        ]
        sizes = [width_of(key) + width_of(what) + 1 + len(GAP) for key, what, _ in hints]
        left = width - sum(size for size, hint in zip(sizes, hints, strict=True) if hint[2])
        fitting = []
        for size, (key, what, must) in zip(sizes, hints, strict=True):
            if must:
                fitting.append((key, what))
            elif size <= left:
                left -= size
                fitting.append((key, what))
            else:
                left = 0
        return fitting
