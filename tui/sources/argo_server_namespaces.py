"""Namespaces to choose from, where only an Argo Server can be asked: it has no list of them."""

from __future__ import annotations

import msgspec

from tui.domain.workflow import WORKFLOW_RESOURCE
from tui.sources.answers import UNREADABLE
from tui.sources.argo_server_collections import everything
from tui.sources.argo_server_paths import INFO, PAGE, collection, options, projected
from tui.sources.argo_server_shared import Server
from tui.sources.argo_server_streams import glance, unreadable_answer


class _Info(msgspec.Struct, rename="camel"):
    managed_namespace: str = ""


class ServerNamespaces:
    """The one that the server is for, else those that the latest workflows are in."""

    def __init__(self, server: Server) -> None:
        self._transport = server.transport
        self._place = server.place

    def namespaces(self) -> tuple[str, ...]:
        """By name. Raises: Refused where the workflows of all may not be listed."""
        managed = self._managed()
        if managed:
            return (managed,)
        own = {name.strip() for name in self._place.namespace.split(",")}
        query = [
            *options(limit=PAGE),
            *projected("metadata,items.metadata.name,items.metadata.namespace"),
        ]
        body = self._transport.get(collection(WORKFLOW_RESOURCE), query)
        listed = {
            glance(raw).metadata.namespace for raw in everything(WORKFLOW_RESOURCE).page(body).items
        }
        return tuple(sorted((own | listed) - {""}))

    def _managed(self) -> str:
        body = self._transport.get(INFO)
        try:
            return msgspec.json.decode(body, type=_Info).managed_namespace
        except UNREADABLE as error:
            raise unreadable_answer(error) from error
