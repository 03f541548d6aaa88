"""Durations, sizes and phases as the cells of a list say them."""

from __future__ import annotations


def compact(seconds: float | None) -> str:
    """A duration in at most six cells and two units: 4s, 6m10s, 1h12m, 3d4h, 45d."""
    if seconds is None:
        return ""
    whole = max(0, int(seconds))
    minutes, s = divmod(whole, 60)
    hours, m = divmod(minutes, 60)
    days, h = divmod(hours, 24)
    if days >= 10:
        return f"{days}d"
    if days:
        return f"{days}d{h}h" if h else f"{days}d"
    if hours:
        return f"{hours}h{m}m" if m else f"{hours}h"
    if minutes:
        return f"{minutes}m{s}s" if s else f"{minutes}m"
    return f"{s}s"


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
