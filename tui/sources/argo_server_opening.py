"""The way to an Argo Server, in the order that takes the least time."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tui.domain.names import ALL
from tui.ports.connection import Place
from tui.sources.argo_server_answers import WORDS
from tui.sources.argo_server_login import ServerLogin, label_of, url_of
from tui.sources.argo_server_paths import collection, list_query
from tui.sources.connection_settings import ServerRules
from tui.sources.kubeconfig import entries
from tui.sources.transport import Transport

if TYPE_CHECKING:
    from tui.sources.argo_server import ArgoServerSource
    from tui.sources.connection_settings import ConnectionSettings
    from tui.sources.paths import Wanted


def connect(
    settings: ConnectionSettings,
    environ: Mapping[str, str] = os.environ,
    *,
    prefetch: Callable[[Place], Wanted] | None = None,
) -> ArgoServerSource:
    """The server that the settings name. Nothing is asked of it yet.

    Raises: SettingsError for what is no address.
    """
    rules = settings.server
    if not rules.address:
        rules = settings.for_place(settings.context).server
    label = settings.context or label_of(rules)
    read_only = settings.is_read_only(label)
    login = ServerLogin(rules, environ)
    transport = transport_to(rules, login, read_only=read_only)
    place = Place(label, url_of(rules), _namespace(settings, label), is_server=True)
    if prefetch is not None:
        wanted = prefetch(place)
        scope = wanted.scope
        path = collection(wanted.resource, scope.namespaces[0] if scope.namespaces else "")
        transport.prefetch(path, list_query(scope.label_selector, scope.field_selector))

    from tui.sources.argo_server import ArgoServerSource
    from tui.sources.argo_server_shared import Server

    return ArgoServerSource(Server(transport, place, login, read_only=read_only))


def server_of(
    rules: ServerRules,
    place: Place,
    environ: Mapping[str, str] = os.environ,
    *,
    read_only: bool = False,
) -> ArgoServerSource:
    """The server beside the cluster of a place."""
    from tui.sources.argo_server import ArgoServerSource
    from tui.sources.argo_server_shared import Server

    login = ServerLogin(rules, environ)
    transport = transport_to(rules, login, read_only=read_only)
    return ArgoServerSource(Server(transport, place, login, read_only=read_only))


def is_alone(settings: ConnectionSettings, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether no kubeconfig has the context whose settings name a server.

    Raises: SettingsError for a bad kubeconfig.
    """
    return settings.context not in {each.name for each in entries(settings.kubeconfig, environ)}


def transport_to(rules: ServerRules, login: ServerLogin, *, read_only: bool = False) -> Transport:
    """Requests to a server. It packs nothing, so it is not asked to."""
    return Transport(login, server=url_of(rules), read_only=read_only, gzip=False, words=WORDS)


def _namespace(settings: ConnectionSettings, label: str) -> str:
    """As with a kubeconfig, but that nothing names one of its own: then it is all of them."""
    begun = settings.for_place(label).namespaces
    return settings.namespace or ",".join(name for name in begun if name != ALL)
