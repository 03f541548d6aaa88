"""The row of hints: which keys do what here, made from the bindings that are active.

Hints are never written by hand, so they cannot be wrong: a key is shown as it is bound, and one
that does nothing here is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from textual.binding import Binding
from textual.keys import key_to_character
from textual.strip import Strip

from tui.keys import key_name
from tui.widgets.cells import Piece, plain, printable, strip_of, width_of
from tui.widgets.line_view import LineView

GAP = "  "
KEPT = ("actions", "help", "play_pause", "play_on")
"""Actions whose hints are shown even when others have no room: they lead to all others, or are for
what goes on by itself."""

FIRST = ("open", "unwind", "form.tree")
"""Ids of what one presses most: they come first. In the tree there is none that leads to it."""
LATER = ("form.graph", "form.timeline", "pane.artifacts")
"""Ids of what comes behind what can be done, which has a use in fewer places; behind them come only
those that lead to all others."""


class Hint(NamedTuple):
    """A key and what it does."""

    key: str
    label: str
    is_kept: bool = False
    """Whether it is shown even when others have no room."""
    is_dimmed: bool = False
    """Whether the key only says why it does nothing."""


def _rank(binding: Binding) -> int:
    """Where the hint of a binding stands; of those with one rank in the order of their widgets."""
    if binding.id in FIRST:
        return FIRST.index(binding.id) - len(FIRST)
    return 2 if _is_kept(binding) else int(binding.id in LATER)


def _is_kept(binding: Binding) -> bool:
    return binding.action.endswith(KEPT)


def character_of(key: str) -> str | None:
    """The character that a key types; None for one that types nothing."""
    # Textual calls the slash "slash" and looks for a character of that name, which is "solidus".
    return "/" if key == "slash" else key_to_character(key)


class Hints(LineView, can_focus=False):
    """As many hints as fit."""

    DEFAULT_CSS = "Hints { height: 1; }"

    def __init__(
        self,
        *,
        hides: Callable[[Binding], bool] | None = None,
        dims: Callable[[Binding], bool] | None = None,
        names: Callable[[Binding], str] | None = None,
        ascii: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`hides` and `dims` say of a binding whether its key is no use here: to be left out, or
        shown as what others may do; `names` what it does here, where that is not always the same.
        """
        super().__init__(id=id, classes=classes)
        self.ascii = ascii
        self._hides = hides or (lambda binding: False)
        self._dims = dims or (lambda binding: False)
        self._names = names or (lambda binding: binding.description)
        self._hints: tuple[Hint, ...] = ()
        self._is_covered = False

    def cover(self, *, on: bool) -> None:
        """A box is over the screen, or no longer: meanwhile keys are its own, and it names them."""
        if on != self._is_covered:
            self._is_covered = on
            self.repaint()

    def on_mount(self) -> None:
        """Make the hints whenever the bindings may have changed."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_changed)
        self.call_after_refresh(self.read_bindings)

    def _bindings_changed(self, _: Any) -> None:
        self.read_bindings()

    def read_bindings(self) -> None:
        """Make the hints from the bindings that are active now."""
        if not self.is_attached or not self.screen.is_active:
            return
        found: dict[str, Hint] = {}
        ranks: dict[str, int] = {}
        focused = self.screen.focused
        for key, active in self.screen.active_bindings.items():
            binding = active.binding
            if not (binding.show and active.enabled) or binding.action in found:
                continue  # most are of this kind: before what takes longer to say
            if focused is not None and focused.check_consume_key(key, character_of(key)):
                continue  # it would be typed into what has the focus
            if not self._hides(binding):
                ranks[binding.action] = _rank(binding)
                found[binding.action] = Hint(
                    key_name(binding.key),
                    self._names(binding),
                    is_kept=_is_kept(binding),
                    is_dimmed=self._dims(binding),
                )
        self.show(found[action] for action in sorted(found, key=lambda action: ranks[action]))

    def show(self, hints: Iterable[Hint]) -> None:
        """Show these hints."""
        before, self._hints = self._hints, tuple(hints)
        if self._hints != before:
            self.repaint()

    @property
    def text(self) -> str:
        """All hints as one text, whatever there is room for."""
        return GAP.join(
            f"({hint.key} {hint.label})" if hint.is_dimmed else f"{hint.key} {hint.label}"
            for hint in self._hints
        )

    def line_at(self, y: int) -> Strip:
        """Keys in bold, each followed by what it does."""
        width, base = self.size.width, self.token("")
        pieces: list[Piece] = []
        for hint in self._fitting(width) if not self._is_covered else ():
            pieces.append((GAP if pieces else " ", base))
            if hint.is_dimmed:
                # In brackets too: not every terminal dims.
                pieces.append((f"({hint.key} {hint.label})", self.token("muted")))
                continue
            pieces.append((hint.key, self.token("heading")))
            pieces.append((f" {hint.label}", self.token("muted")))
        return strip_of(pieces, width, base)

    def _fitting(self, width: int) -> Sequence[Hint]:
        """Those that are kept, then of what can be done the first that fit, then of the others."""
        hints = [
            hint._replace(key=self._drawn(hint.key), label=self._drawn(hint.label))
            for hint in self._hints
        ]
        sizes = [
            width_of(hint.key) + width_of(hint.label) + 1 + 2 * hint.is_dimmed + len(GAP)
            for hint in hints
        ]
        left = width - sum(size for size, hint in zip(sizes, hints, strict=True) if hint.is_kept)
        fitting = {at for at, hint in enumerate(hints) if hint.is_kept}
        for is_dimmed in (False, True):
            for at, (size, hint) in enumerate(zip(sizes, hints, strict=True)):
                if hint.is_kept or hint.is_dimmed != is_dimmed:
                    continue
                if size > left:
                    left = 0
                    break
                left -= size
                fitting.add(at)
        return [hint for at, hint in enumerate(hints) if at in fitting]

    def _drawn(self, text: str) -> str:
        return plain(printable(text), self.ascii)
