"""The schemas of objects: which fields they may have."""

from __future__ import annotations

from typing import Protocol

from tui.domain.fields import Shape
from tui.domain.resource import Resource


class Schemas(Protocol):
    """Where schemas come from."""

    def schema(self, resource: Resource) -> Shape | None:
        """What objects of a kind may have in them; None where that is not said, as by a
        definition that takes any field in `spec`. Raises: SourceError."""
