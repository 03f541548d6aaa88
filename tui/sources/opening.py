"""The way to a cluster, in the order that takes the least time: ask first, import meanwhile.

What is needed to send the first request is imported here, and what reads its answer is not.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tui.domain.names import ALL
from tui.ports.connection import Place
from tui.sources.credentials import Login
from tui.sources.kubeconfig import Chosen, choose
from tui.sources.paths import Wanted, first_page
from tui.sources.transport import Transport

if TYPE_CHECKING:
    from tui.sources.connection_settings import ConnectionSettings
    from tui.sources.kubectl import Kubectl
    from tui.sources.kubernetes import KubernetesSource


def connect(
    settings: ConnectionSettings,
    environ: Mapping[str, str] = os.environ,
    *,
    prefetch: Callable[[Place], Wanted] | None = None,
) -> KubernetesSource:
    """The cluster that the settings name.

    Nothing is asked of it yet, but for the first page of the list that `prefetch` says will be
    wanted.

    Raises: NoCluster, SettingsError where kubeconfig and flags lead nowhere.
    """
    chosen = choose(settings.kubeconfig, settings.context, environ)
    read_only = settings.is_read_only(chosen.context)
    login = Login(chosen, environ, acting_as=_acting_as(settings))
    transport = Transport(
        login,
        server=chosen.server,
        read_only=read_only,
        gzip=not (_is_here(chosen.server) or chosen.cluster.get("disable-compression")),
    )
    place = _place(chosen, settings)
    if prefetch is not None:
        path, query, form = first_page(prefetch(place))
        transport.prefetch(path, query, accept=form)

    from tui.sources.kubernetes import KubernetesSource

    return KubernetesSource(
        transport,
        place,
        read_only,
        settings.for_place(chosen.context).s3,
        partial(_kubectl, chosen, settings, environ),
        login,
    )


def _acting_as(settings: ConnectionSettings) -> dict[str, Any]:
    """The flags in place of fields of the user's section, as kubectl has it."""
    told = {
        "as": settings.as_user,
        "as-uid": settings.as_uid,
        "as-groups": list(settings.as_groups),
    }
    return {name: value for name, value in told.items() if value}


def _kubectl(chosen: Chosen, settings: ConnectionSettings, environ: Mapping[str, str]) -> Kubectl:
    """How kubectl is told the same."""
    from tui.sources.kubectl import Kubectl

    return Kubectl(
        kubeconfig=os.path.expanduser(settings.kubeconfig),
        context="" if chosen.is_in_cluster else chosen.context,
        as_user=settings.as_user,
        as_uid=settings.as_uid,
        as_groups=tuple(settings.as_groups),
        environ=environ,
    )


def _is_here(server: str) -> bool:
    """Whether the cluster is on this machine, where packing costs more than it saves."""
    return urlsplit(server).hostname in ("127.0.0.1", "localhost", "::1")


def _place(chosen: Chosen, settings: ConnectionSettings) -> Place:
    begun = settings.for_place(chosen.context).namespaces
    namespace = settings.namespace or ",".join(name for name in begun if name != ALL)
    return Place(
        label=chosen.context,
        server=chosen.server,
        namespace=namespace or chosen.namespace or "default",
        user=chosen.user_name,
    )
