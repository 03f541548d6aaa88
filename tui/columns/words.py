"""Durations, sizes and phases as the cells of a list say them."""

from __future__ import annotations

from tui.domain.durations import compact as compact


def memory(size: int) -> str:
    """Bytes as Kubernetes writes them, in at most five or six cells: 90Mi, 1.2Gi."""
    value, unit = float(size), ""
    for unit in ("", "Ki", "Mi", "Gi", "Ti", "Pi"):
        if value < 1024 or unit == "Pi":
            break
        value /= 1024
    return (
        f"{value:.1f}{unit}" if unit in ("Gi", "Ti", "Pi") and value < 10 else f"{value:.0f}{unit}"
    )


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
