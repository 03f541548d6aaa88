"""Argo's own answers, where they are on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"

ABSENT = f"{DATA} with Argo's own answers is not on this machine"


def cases(area: str) -> list[dict[str, Any]]:
    """The lines of one area; none where the folder is absent."""
    path = DATA / "golden" / f"{area}.jsonl"
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def case(area: str, name: str) -> dict[str, Any] | None:
    """One of them by name."""
    return next((each for each in cases(area) if each["name"] == name), None)
