"""Durations, sizes and phases as the cells of a list say them."""

from __future__ import annotations

from tui.domain.durations import compact as compact
from tui.domain.quantity import memory as memory


def cores(millis: int) -> str:
    """Cores: 0.12, 1.5, 118."""
    value = millis / 1000
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def phase_token(phase: str) -> str:
    """The token of a phase; unknown phases look like omitted ones."""
    known = ("Pending", "Running", "Succeeded", "Failed", "Error", "Skipped", "Omitted")
    return f"phase-{phase.lower()}" if phase in known else "phase-pending" if not phase else "muted"
