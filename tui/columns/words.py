"""Durations and phases as the cells of a list say them."""

from __future__ import annotations

from tui.domain.durations import compact as compact


def phase_token(phase: str) -> str:
    """The token of a phase; unknown phases look like omitted ones."""
    known = ("Pending", "Running", "Succeeded", "Failed", "Error", "Skipped", "Omitted")
    return f"phase-{phase.lower()}" if phase in known else "phase-pending" if not phase else "muted"
