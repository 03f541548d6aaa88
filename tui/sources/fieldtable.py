"""The table of fields and types of Argo's objects (`fields.json`).

Facts of Argo's OpenAPI document, without its descriptions; `tests/support/fieldtable.py` makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec


@cache
def types() -> Mapping[str, Mapping[str, Any]]:
    """Name of a type → its fields, and which are required (`domain/fields.py`)."""
    path = Path(__file__).with_name("fields.json")
    found = msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, Any]])
    return found
