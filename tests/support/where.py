"""Settings as a source wants them, without the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Somewhere:
    """What `tui.sources.Where` asks for."""

    kubeconfig: str = ""
    context: str = ""
    namespace: str = ""
    all_namespaces: bool = False
    files: tuple[str, ...] = ()
    read_only: bool = False
    instance_id: str = ""


def where(**given: Any) -> Somewhere:
    """Settings with everything absent but this."""
    return Somewhere(**given)
