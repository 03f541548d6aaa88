"""What an action may write to the terminal, in bytes.

The figures are those of ux.md 5.2 ("diff" columns) times 1.2; where it has none for a width, those
of the next wider one.
"""

from __future__ import annotations

from dataclasses import dataclass

SIZES = [(80, 24), (120, 40), (200, 60)]


@dataclass(frozen=True, slots=True)
class Budget:
    """Bytes an action may cost at 120 columns and fewer, and at more."""

    usual: int
    wide: int

    def at(self, columns: int) -> int:
        return self.usual if columns <= 120 else self.wide


def of(usual: int, wide: int) -> Budget:
    return Budget(int(usual * 1.2), int(wide * 1.2))


FIRST_PAINT = of(11_156, 23_226)
CURSOR_DOWN = Budget(700, 700)
"""The whole row is highlighted, and so are two rows drawn (shape.md, bytes of the new look)."""
CELL_CHANGED = of(23, 23)
LINE_CHANGED = of(46, 46)
LOG_LINE = of(709, 1_975)
TREE_CURSOR_DOWN = Budget(300, 300)
"""The whole row is highlighted, and its bar with it."""
TREE_ROW_CHANGED = of(38, 38)
PAGE_DOWN = of(2_313, 6_412)
DIALOG_OPENED = of(10_939, 21_420)
DIALOG_CLOSED = of(9_904, 20_306)
KEYS_PASSED = Budget(310, 310)
"""A frame of those in which several steps are passed on the way to one: the two whole rows, with
what is beside their bars, that the cursor left and is on now; once, and in a frame by itself, what
changes in the pane and below the tree. How many frames there are depends on how fast the machine
is: at most one a key."""
NOTHING = Budget(0, 0)

KEY_ECHO = 2_000
"""What a key may cost anywhere: one packet's worth, so that the echo is not sliced."""
VIEW_CHANGE = 12_000
"""What another view may cost: it fits in what a line takes before it waits for an answer."""
