"""What may be wrong with the set-up, looked for before somebody has to guess.

A check is one module's function and one registration here. Nothing is changed by any of them, and
none of them waits longer than it is given: what has not answered by then is not known.
"""

from __future__ import annotations

from tui.doctor import cluster, here, rights, stores
from tui.doctor.base import Case, Check, Finding, Sign
from tui.doctor.examining import LIMIT, examine
from tui.registry import Registry

CHECKS: Registry[Check] = Registry(
    "check",
    (
        Check("terminal", here.terminal, asks=False),
        Check("settings", here.settings, asks=False),
        Check("login", cluster.login, asks=False),
        Check("api", cluster.api, asks=False),
        Check("argo", cluster.argo),
        Check("rights", rights.rights),
        Check("metrics", cluster.metrics),
        Check("artifacts", stores.artifacts),
    ),
)
"""In the order in which they are told."""

__all__ = ["CHECKS", "LIMIT", "Case", "Check", "Finding", "Sign", "examine"]
