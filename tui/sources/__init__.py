"""Where workflows come from. Blocking code for threads of its own; no Textual.

`SOURCES` names them, so that nothing heavy is imported until a source is chosen.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from tui.domain.incident import RECORDED, RECORDING, SUFFIX
from tui.domain.names import ALL
from tui.domain.workflow import INSTANCE
from tui.ports.collections import Scope
from tui.ports.connection import Connection, Place

if TYPE_CHECKING:  # a list does not wait for what changes things
    from tui.ports.operations import Call, Operation
    from tui.ports.reading import FilesRead
    from tui.sources.connection_settings import ConnectionSettings
    from tui.sources.paths import Wanted

SOURCES = {
    "kubernetes": "tui.sources.opening:connect",
    "argo-server": "tui.sources.argo_server_opening:connect",
    "files": "tui.sources.saved:read",
    "incident": "tui.sources.incident:connect",
    "recording": "tui.sources.recorded:connect",
}
"""Name of a source → module and factory; a factory takes the settings."""


SAVED = ("files", "incident", "recording")
"""Sources that are read once, and have no list to be asked for early."""


def open_source(
    settings: ConnectionSettings,
    *,
    prefetch: Callable[[Place], Wanted] | None = None,
    reading: FilesRead | None = None,
) -> Connection:
    """The source that the settings ask for; connects when it is first asked something.

    `prefetch` says which list will be wanted in a moment; a cluster is asked for it at once.
    `reading` is told how far the reading of saved workflows is.

    Raises: SettingsError where kubeconfig and flags lead nowhere, InputError for unreadable files.
    """
    name = source_of(settings)
    module, _, factory = SOURCES[name].partition(":")
    make = getattr(import_module(module), factory)
    made: Connection
    if prefetch is not None and name not in SAVED:
        made = make(settings, prefetch=prefetch)
    elif reading is not None and name == "files":
        made = make(settings, reading)
    else:
        made = make(settings)
    return with_server(made, settings) if name == "kubernetes" else made


def with_server(
    cluster: Connection, settings: ConnectionSettings, environ: Mapping[str, str] = os.environ
) -> Connection:
    """The connection to a cluster, with the Argo Server that the settings name beside it, if any.

    Raises: SettingsError for what is no address.
    """
    rules = settings.server
    if not rules.address:
        rules = settings.for_place(cluster.place.label).server
    if not rules.address:
        return cluster
    from tui.sources.argo_server_opening import server_of
    from tui.sources.beside import Beside

    read_only = settings.is_read_only(cluster.place.label)
    return Beside(cluster, server_of(rules, cluster.place, environ, read_only=read_only))


def source_of(settings: ConnectionSettings) -> str:
    """The name of the source that the settings ask for."""
    if settings.files:
        if any(is_recording(path) for path in settings.files):
            return "recording"
        is_incident = any(path.endswith(SUFFIX) for path in settings.files)
        return "incident" if is_incident else "files"
    if settings.server.address and not (settings.context or settings.kubeconfig):
        return "argo-server"
    if settings.context and settings.for_place(settings.context).server.address:
        from tui.sources.argo_server_opening import is_alone

        return "argo-server" if is_alone(settings) else "kubernetes"
    return "kubernetes"


def is_recording(path: str) -> bool:
    """Whether a file is called like a recording, or begins like one; nothing is raised."""
    if path.endswith(RECORDING):
        return True
    try:
        # A pipe that is read here would lack its beginning afterwards.
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        with open(path, "rb") as opened:
            return opened.read(len(RECORDED)) == RECORDED
    except (OSError, ValueError):
        return False


def preview_of(settings: ConnectionSettings) -> Callable[[Operation], tuple[Call, ...]]:
    """How operations are carried out where the settings lead; nothing is connected for it.

    What was read from a file is planned for a cluster.
    """
    if source_of(settings) == "argo-server":
        from tui.sources import argo_server_operations

        return argo_server_operations.calls
    from tui.sources.kubernetes_operations import calls

    return calls


def scope_of(settings: ConnectionSettings, place: Place) -> Scope:
    """What to list: all namespaces, or those that the place names, which those of the settings are.

    Of these the workflows of one controller: that of our instance id, else the one that has none
    (argo.md 5.0).
    """
    mine = f"{INSTANCE}={settings.instance_id}" if settings.instance_id else f"!{INSTANCE}"
    if place.is_server and not settings.instance_id:
        mine = ""  # a server shows those of its own controller, whichever that is
    begun = () if settings.namespace else settings.for_place(place.label).namespaces
    if settings.all_namespaces or not place.namespace or (place.is_live and begun == (ALL,)):
        return Scope(label_selector=mine)
    names = (name.strip() for name in place.namespace.split(","))
    return Scope(tuple(name for name in names if name), mine)
