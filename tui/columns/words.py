"""Durations and phases as the cells of a list say them."""

from __future__ import annotations

from tui.domain.durations import compact as compact
from tui.domain.durations import short


def age_text(seconds: float | None) -> str:
    """How long ago, or in how long, something is, in at most four cells; "" where nobody knows."""
    return "" if seconds is None else short(seconds)


def phase_token(phase: str) -> str:
    """The token of a phase; unknown phases look like omitted ones."""
    known = ("Pending", "Running", "Succeeded", "Failed", "Error", "Skipped", "Omitted")
    return f"phase-{phase.lower()}" if phase in known else "phase-pending" if not phase else "muted"
