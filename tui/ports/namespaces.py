"""The namespaces there are."""

from __future__ import annotations

from typing import Protocol


class Namespaces(Protocol):
    """Where namespaces are listed."""

    def namespaces(self) -> tuple[str, ...]:
        """Namespaces to choose from, by name; raises Refused where they may not be listed."""
