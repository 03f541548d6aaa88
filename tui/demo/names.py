"""Names that the API server makes up: `generateName` and five letters."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tui.demo.objects import Objects
from tui.demo.resources import Resource

LETTERS = "bcdfghjklmnpqrstvwxz2456789"
SUFFIX = 5
LONGEST = 63


class Names:
    """Which names have been made up; the same seed makes the same ones."""

    def __init__(self, objects: Objects, seed: int) -> None:
        self._objects = objects
        self._seed = seed
        self._begun: Counter[str] = Counter()

    def free(self, resource: Resource, metadata: Mapping[str, Any]) -> str:
        """A name by how many have begun so: what else the engine makes changes none of them."""
        namespace = str(metadata.get("namespace", ""))
        prefix = str(metadata["generateName"])[: LONGEST - SUFFIX]
        while True:
            self._begun[prefix] += 1
            letters = random.Random(f"{self._seed} {prefix} {self._begun[prefix]}")
            name = prefix + "".join(letters.choices(LETTERS, k=SUFFIX))
            if self._objects.find(resource, (namespace, name)) is None:
                return name
