"""The clusters that can be gone to: the contexts of a kubeconfig."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tui.ports.connection import Connection


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """A context as the kubeconfig names it; nothing of it has been tried."""

    name: str
    cluster: str = ""
    user: str = ""
    namespace: str = ""
    """"" where it names none, which means `default`."""
    is_current: bool = False
    """Whether kubectl would use it."""


class Contexts(Protocol):
    """Where contexts are listed and opened. Both read files, so they are called on threads."""

    def entries(self) -> Sequence[ContextEntry]:
        """All contexts, in the order of the kubeconfig. Raises: SettingsError for a bad file."""

    def open(self, name: str) -> Connection:
        """A connection by a context, which asks the cluster nothing yet. Raises: TuiError."""
