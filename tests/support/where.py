"""Settings as a source wants them, without the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui.settings import ServerSettings

NO_SERVER = ServerSettings()


@dataclass(frozen=True)
class Somewhere:
    """What `tui.sources.Where` asks for."""

    kubeconfig: str = ""
    context: str = ""
    as_user: str = ""
    as_uid: str = ""
    as_groups: tuple[str, ...] = ()
    namespace: str = ""
    all_namespaces: bool = False
    files: tuple[str, ...] = ()
    read_only: bool = False
    instance_id: str = ""
    namespaces: tuple[str, ...] = ()
    """Those that the settings file has for the context."""
    s3: Any = None
    server: ServerSettings = NO_SERVER

    @property
    def server_places(self) -> tuple[str, ...]:
        """None."""
        return ()

    def is_read_only(self, context: str) -> bool:
        """The same in every context."""
        return self.read_only

    def for_place(self, context: str) -> Somewhere:
        """The same in every context."""
        return self


def where(**given: Any) -> Somewhere:
    """Settings with everything absent but this."""
    return Somewhere(**given)
