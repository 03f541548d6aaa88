"""What types of objects there are."""

from __future__ import annotations

from typing import Protocol

from tui.domain.resource import Resource


class Discovery(Protocol):
    """Finds types by what people call them."""

    def find(self, name: str) -> Resource | None:
        """The type of this name, its plural, singular or a short one, `NAME.GROUP` for that of one
        API group; None for none. Core types are found first. Raises: SourceError.
        """
