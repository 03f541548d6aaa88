"""How far a transfer is, in words."""

from __future__ import annotations

from tui.domain.bars import progress_bar
from tui.domain.preview import size_text

BAR_WIDTH = 12
"""Cells of the progress bar."""


def transfer_words(
    done: int, total: int | None, rate: float | None, left: int | None, *, ascii: bool
) -> str:
    """`███▌        29%  13.1 MiB  4.0 MiB/s  eta 6s`, as far as it is known.

    `done` and `total` are bytes, `rate` bytes a second, `left` seconds.
    """
    parts = []
    if total:
        parts += [progress_bar(done, total, BAR_WIDTH, ascii=ascii), f"{done * 100 // total}%"]
    parts.append(size_text(done))
    if rate is not None:
        parts.append(f"{size_text(int(rate))}/s")
    if left is not None:
        parts.append(f"eta {_span(left)}")
    return "  ".join(parts)


def _span(seconds: int) -> str:
    """`6s`, `2m10s`, `3h05m`."""
    minutes, rest = divmod(seconds, 60)
    hours, some = divmod(minutes, 60)
    if hours:
        return f"{hours}h{some:02}m"
    return f"{minutes}m{rest:02}s" if minutes else f"{rest}s"
