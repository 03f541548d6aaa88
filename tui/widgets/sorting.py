"""The keys by which every list of ours is sorted."""

from __future__ import annotations

from textual.binding import Binding


def sort_bindings(about: str) -> tuple[Binding, ...]:
    """For what has the actions `sort` and `reverse`; `about` is what the ids begin with."""
    return (
        Binding(
            "greater_than_sign",
            "sort(1)",
            "Sort by next column",
            show=False,
            key_display=">",
            id=f"{about}.sort-next",
        ),
        Binding(
            "less_than_sign",
            "sort(-1)",
            "Sort by previous column",
            show=False,
            key_display="<",
            id=f"{about}.sort-previous",
        ),
        Binding("o", "reverse", "Reverse order", show=False, id=f"{about}.reverse"),
    )
