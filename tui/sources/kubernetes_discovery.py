"""The types of objects of a cluster, as its discovery documents name them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from tui.domain.resource import Resource
from tui.errors import SourceError
from tui.kinds.registry import KINDS
from tui.sources.answers import UNREADABLE
from tui.sources.cluster import Cluster
from tui.sources.paths import CONFIG_MAPS, EVENTS, NAMESPACES, POD_METRICS, PODS, SECRETS
from tui.sources.transport import not_kubernetes

T = TypeVar("T")


class _Type(msgspec.Struct, rename="camel"):
    name: str = ""
    kind: str = ""
    singular_name: str = ""
    short_names: tuple[str, ...] | None = None
    namespaced: bool = True


class _Types(msgspec.Struct):
    resources: tuple[_Type, ...] | None = None


class _Version(msgspec.Struct, rename="camel"):
    group_version: str = ""


class _Group(msgspec.Struct, rename="camel"):
    preferred_version: _Version = msgspec.field(default_factory=_Version)


class _Groups(msgspec.Struct):
    groups: tuple[_Group, ...] | None = None


class KubernetesDiscovery:
    """Types that we know ourselves first, then those that the cluster names."""

    def __init__(self, cluster: Cluster) -> None:
        self._transport = cluster.transport

    def find(self, name: str) -> Resource | None:
        """Ask group after group until one has it."""
        sought = name.casefold()
        ours = [*_ours(), *((each.plural, each) for each in (PODS, EVENTS, SECRETS))]
        ours += [(each.plural, each) for each in (CONFIG_MAPS, NAMESPACES)]
        for known, resource in ours:
            if sought in (known, f"{known}.{resource.group}"):
                return resource
        if sought == f"{POD_METRICS.plural}.{POD_METRICS.group}":
            return POD_METRICS
        return next(self._called(sought), None)

    def _called(self, sought: str) -> Iterator[Resource]:
        plain, _, wanted_group = sought.partition(".")
        for version in self._versions():
            group = version.rpartition("/")[0]
            if wanted_group not in ("", group):
                continue
            path = f"/apis/{version}" if group else f"/api/{version}"
            try:
                types = self._read(path, _Types).resources or ()
            except SourceError:
                continue  # an API whose server is down has no types to find
            for each in types:
                if "/" not in each.name and plain in (
                    each.name,
                    each.singular_name or each.kind.casefold(),
                    *(each.short_names or ()),
                ):
                    number = version.rpartition("/")[2]
                    yield Resource(group, number, each.name, each.kind, each.namespaced)

    def _versions(self) -> Iterator[str]:
        yield "v1"
        for group in self._read("/apis", _Groups).groups or ():
            yield group.preferred_version.group_version

    def _read(self, path: str, type: type[T]) -> T:
        try:
            return msgspec.json.decode(self._transport.get(path), type=type)
        except UNREADABLE as error:
            raise not_kubernetes(error) from error


def _ours() -> Iterator[tuple[str, Resource]]:
    for kind in KINDS:
        names = (kind.id, *kind.names, kind.resource.plural, kind.resource.kind.casefold())
        yield from ((name, kind.resource) for name in names)
