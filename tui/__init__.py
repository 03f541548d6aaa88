"""argo-tui: a terminal UI for Argo Workflows."""

from __future__ import annotations

__version__ = "0.1.0"
