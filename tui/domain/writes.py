"""The API calls that a plan makes: values, not deeds (argo.md 5.10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Method = Literal["POST", "PUT", "PATCH", "DELETE"]

MERGE_PATCH = "application/merge-patch+json"


@dataclass(frozen=True, slots=True)
class Write:
    """One API call that changes something; sent at most once, in the order of its plan."""

    method: Method
    path: str
    """From `/api/v1/…` or `/apis/argoproj.io/v1alpha1/…` on."""
    body: Any = None
    """What JSON it carries; None for no body."""
    content_type: str = "application/json"
    query: tuple[tuple[str, str], ...] = ()
    missing_ok: bool = False
    """A 404 counts as done (deleting a pod that is gone)."""
    purpose: str = ""
    """A short sentence for a person: `delete pod x`."""
