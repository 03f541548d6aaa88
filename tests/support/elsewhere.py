"""Several scripted clusters that an app can go to, each with workflows of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from threading import Event
from typing import Any, cast

from tests.support.app import STILL, Shown, is_settled
from tests.support.runs import NOW, run
from tests.support.scripted import ScriptedSource, part
from tests.support.waiting import MOST
from tui.app import ArgoApp
from tui.domain.workflow import Manifest
from tui.errors import SettingsError, TuiError
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Page, Scope, Sink, row_of
from tui.ports.connection import Connection, Place
from tui.ports.contexts import ContextEntry
from tui.ports.threads import CancelToken
from tui.settings import Settings

NAMESPACES = ("argo", "data")


class Cluster(ScriptedSource):
    """A scripted cluster that can be made to keep its answers to itself for a while."""

    def __init__(self, name: str, *manifests: Manifest, namespace: str = "argo") -> None:
        place = Place(name, f"https://{name}.example", namespace, f"{name}-user")
        super().__init__(*(manifests or runs_of(name)), place=place)
        self.known_namespaces = NAMESPACES
        self.times_opened = self.times_closed = 0
        self.answers_now = Event()
        self.answers_now.set()

    def watch(self, kind: Any, scope: Scope, sink: Sink[Any], stop: CancelToken) -> None:
        self.answers_now.wait(MOST)
        super().watch(kind, scope, sink, stop)

    def page_of(self, namespace: str) -> Page[Any]:
        """A whole list of a namespace, as a watch tells it."""
        of = part(namespace, connection=self.id)
        found = self._in(WORKFLOWS, Scope((namespace,)))
        return Page(of, tuple(row_of(of, each) for each in found), True, True)

    def namespaces(self) -> tuple[str, ...]:
        self.answers_now.wait(MOST)
        return super().namespaces()


class Opened:
    """A connection of its own to a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cluster, name)

    def close(self) -> None:
        cluster = self._cluster
        cluster.times_closed += 1
        cluster.is_closed = cluster.times_closed == cluster.times_opened


def runs_of(cluster: str) -> list[Manifest]:
    """Two workflows, one a namespace, whose names say where they are."""
    return [
        in_namespace(run(f"{cluster}-{namespace}-1", "Running", began=60), namespace)
        for namespace in NAMESPACES
    ]


def in_namespace(found: Manifest, namespace: str) -> Manifest:
    """The same workflow in another namespace."""
    return {**found, "metadata": {**found["metadata"], "namespace": namespace}}


class Clusters(Mapping[str, Cluster]):
    """The contexts of a made-up kubeconfig; each opening makes a connection of its own."""

    def __init__(self, *names: str) -> None:
        self._made = {name: Cluster(name) for name in names}
        self.broken: dict[str, TuiError] = {}
        """Why contexts cannot be opened."""
        self.held: dict[str, Event] = {}
        """Contexts that take their time to be opened, until the event."""
        self.unreadable: TuiError | None = None
        """Why the kubeconfig cannot be read."""
        self.opened: list[tuple[str, Cluster]] = []

    def __getitem__(self, name: str) -> Cluster:
        """The cluster as its last connection."""
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def entries(self) -> Sequence[ContextEntry]:
        if self.unreadable is not None:
            raise self.unreadable
        return [
            ContextEntry(name, f"{name}-cluster", each.place.user, each.place.namespace, index == 0)
            for index, (name, each) in enumerate(self._made.items())
        ]

    def open(self, name: str) -> Connection:
        if name in self.held:
            self.held[name].wait(MOST)
        if name in self.broken:
            raise self.broken[name]
        if name not in self._made:
            raise SettingsError(f"there is no context {name}")
        found = self._made[name]
        found.is_closed = False
        found.times_opened += 1
        self.opened.append((name, found))
        return cast(Connection, Opened(found))


@asynccontextmanager
async def among(
    clusters: Clusters,
    settings: Settings = STILL,
    *,
    connect: Callable[[bool], Connection] | None = None,
    size: tuple[int, int] = (120, 30),
) -> AsyncIterator[Shown]:
    """The app on the first of the clusters, which can go to the others."""
    first = next(iter(clusters))
    app = ArgoApp(
        replace(settings, fixed_now=settings.fixed_now or NOW),
        connect or (lambda demo: clusters.open(first)),
        contexts=clusters,
    )
    app.terminal.reading_time = 0.0
    async with app.run_test(size=size) as pilot:
        shown = Shown(app, pilot)
        await shown.until(lambda: is_settled(app))
        yield shown
