"""The contexts of the kubeconfig, as places to go to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from tui.errors import SettingsError
from tui.ports.connection import Connection
from tui.ports.contexts import ContextEntry
from tui.sources import source_of, with_server
from tui.sources.connection_settings import ConnectionSettings
from tui.sources.kubeconfig import entries
from tui.sources.opening import connect


class _AtContext:
    """The settings, but for what was said of another place: `--context`, `--server`, `-n` …"""

    namespace = ""
    all_namespaces = False
    files: tuple[str, ...] = ()

    def __init__(self, settings: ConnectionSettings, context: str) -> None:
        self.context = context
        self.kubeconfig = settings.kubeconfig
        self.instance_id = settings.instance_id
        self.as_user = settings.as_user
        self.as_uid = settings.as_uid
        self.as_groups = settings.as_groups
        self.is_read_only = settings.is_read_only
        self.for_place = settings.for_place
        self.server_places = settings.server_places
        self.server = settings.for_place(context).server


class KubeconfigContexts:
    """The contexts of the files that the settings name."""

    def __init__(
        self,
        settings: Callable[[], ConnectionSettings],
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """`settings` may take its time: it is asked on the threads that list and open."""
        self._settings = settings
        self._environ = environ

    def entries(self) -> tuple[ContextEntry, ...]:
        """All contexts, in the order of the files, then the servers of the settings file.

        Raises: SettingsError for a bad file.
        """
        settings = self._settings()
        found = entries(settings.kubeconfig, self._environ)
        names = {each.name for each in found}
        servers = (name for name in settings.server_places if name not in names)
        return (
            *found,
            *(
                ContextEntry(name, cluster=f"Argo Server {settings.for_place(name).server.address}")
                for name in servers
            ),
        )

    def open(self, name: str) -> Connection:
        """The cluster, or the server, of a context; its namespace is the context's own.

        Raises: TuiError.
        """
        settings = _AtContext(self._settings(), name)
        if source_of(settings) == "argo-server":
            from tui.sources import argo_server_opening

            return argo_server_opening.connect(settings, self._environ)
        return with_server(connect(settings, self._environ), settings, self._environ)


def several(settings: ConnectionSettings, environ: Mapping[str, str] = os.environ) -> list[str]:
    """The contexts that `--context` names, where those are several; empty for one or none.

    The name of a context may have a comma in it. Raises: SettingsError.
    """
    text = settings.context
    if "," not in text or text in {each.name for each in entries(settings.kubeconfig, environ)}:
        return []
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    if "" in names:
        raise SettingsError(
            "--context has a comma with no name beside it", hint="write it as --context a,b"
        )
    return names
