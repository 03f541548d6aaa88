"""Runs and their steps, made to be compared."""

from __future__ import annotations

from typing import Any

from tests.support.scripted import manifest
from tui.domain import decode
from tui.domain.workflow import Manifest, Workflow


def node(name: str, seconds: int, phase: str = "Succeeded", **more: Any) -> dict[str, Any]:
    """A step that took so many seconds, less than an hour."""
    minutes, rest = divmod(seconds, 60)
    return {
        "id": name,
        "name": name,
        "type": "Pod",
        "phase": phase,
        "templateName": "work",
        "startedAt": "2026-11-01T10:00:00Z",
        "finishedAt": f"2026-11-01T10:{minutes:02}:{rest:02}Z",
        **more,
    }


def run(name: str, *nodes: dict[str, Any], **spec: Any) -> Workflow:
    """A run with these steps; more keywords are its spec."""
    found: Manifest = manifest(name, phase="Succeeded", finishedAt="2026-11-01T10:10:00Z")
    found["status"]["nodes"] = {each["id"]: each for each in nodes}
    found["spec"] = spec
    return decode.from_manifest(found)
