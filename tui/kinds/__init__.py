"""What kinds of objects there are: one module each, and the registry of them."""

from __future__ import annotations

from typing import Any

from tui.kinds.base import Kind
from tui.kinds.workflows import WORKFLOWS
from tui.registry import Registry

KINDS: Registry[Kind[Any, Any]] = Registry("kind", (WORKFLOWS,), names=lambda kind: kind.names)
"""All kinds, in the order they are offered in."""

__all__ = ["KINDS", "Kind"]
