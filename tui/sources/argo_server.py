"""An Argo Server: the same screens where there is a token, and no right to Kubernetes."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from tui.domain.identity import ObjectKey, Origin, Part, Target
from tui.domain.resource import Resource
from tui.domain.workflow import WORKFLOW_RESOURCE, Manifest
from tui.errors import Refused, SourceError
from tui.ports.collections import (
    Collections,
    HasMetadata,
    LeftOut,
    Polled,
    Readable,
    Scope,
    Sink,
    Stood,
)
from tui.ports.connection import Place
from tui.ports.discovery import Discovery
from tui.ports.exec import Exec
from tui.ports.metrics import Metrics
from tui.ports.objects import Objects, Watches, Whole
from tui.ports.pods import Around, Pods
from tui.ports.secrets import Secrets
from tui.ports.tables import Tables
from tui.ports.threads import CancelToken, endless
from tui.sources.argo_server_answers import IN_NEITHER
from tui.sources.argo_server_collections import (
    NO_WATCH,
    Form,
    ServedWorkflow,
    ServedWorkflows,
    all_of,
    everything,
    summary,
    whole_of,
)
from tui.sources.argo_server_looks import LookingAudience, Looks
from tui.sources.argo_server_paths import PAGE, archived_path, collection, one, options
from tui.sources.argo_server_shared import Server
from tui.sources.argo_server_streams import with_kind
from tui.sources.audiences import ListAudience, ObjectAudience, all_at_once
from tui.sources.cluster import object_in
from tui.sources.collections import all_pages, of_all, parts_of
from tui.sources.offers import Offers
from tui.sources.reflector import Listed, Reflector

POLLED = 30.0
"""Seconds between two lists of what the server has no watch of."""
POLLED_WORKFLOWS = 10.0
"""The same of workflows that may be listed and not watched."""
WATCH_AGAIN, LONGEST_AGAIN = 15.0, 300.0
"""Seconds after which a watch that was refused is tried again; twice as many each time."""
POLLED_OBJECT = 10.0
"""Seconds between two reads of one object that cannot be watched."""

L = TypeVar("L", bound=HasMetadata)
W = TypeVar("W", bound=HasMetadata)
P = TypeVar("P")

LACKS: dict[Any, str] = {
    Pods: "an Argo Server tells nothing of pods: only Kubernetes does",
    Around: "an Argo Server tells nothing of what is around a workflow: only Kubernetes does",
    Metrics: "an Argo Server measures no pods: only Kubernetes does",
    Secrets: "an Argo Server gives no secrets and no config maps: only Kubernetes does",
    Exec: "an Argo Server runs nothing in containers: only Kubernetes does",
    Tables: "an Argo Server lists workflows as they are, without their steps",
    Discovery: "an Argo Server has no other kinds than Argo's own",
}
"""Why a port is not offered."""


class ArgoServerSource:
    """The connection to one Argo Server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._transport = server.transport
        self._offers = Offers(
            "tui.sources.argo_server_ports:SERVER_PORTS",
            server,
            own=dict.fromkeys((Collections, Watches, Objects), self),
            lacks=LACKS,
            otherwise="an Argo Server does not offer this",
        )

    @property
    def id(self) -> str:
        """Its address."""
        return self.place.label

    @property
    def place(self) -> Place:
        """Address and namespace, as the settings name them."""
        return self._server.place

    @property
    def troubles(self) -> tuple[()]:
        """None: nothing is read before it is asked."""
        return ()

    def port(self, wanted: Callable[..., P]) -> P | None:
        """What a server offers."""
        return self._offers.port(wanted)

    def lacks(self, wanted: Callable[..., object]) -> str:
        """What no server offers."""
        return self._offers.lacks(wanted)

    def close(self) -> None:
        """Let go of connections: reads end, writes go on."""
        self._transport.close()

    # --- lists ------------------------------------------------------------------------------

    def parts(self, kind: Readable[Any, Any], scope: Scope) -> tuple[Part, ...]:
        """A part a namespace; one for all where all are asked for, or the kind has none."""
        return parts_of(self.id, kind, scope)

    def watch(self, kind: Readable[L, Any], scope: Scope, sink: Sink[L], stop: CancelToken) -> None:
        """Keep up with a list until stopped: workflows by a watch, others by reading again."""
        follow = self._follow if _is_workflows(kind.resource) else self._poll
        jobs: dict[str, Callable[[CancelToken], None]] = {
            part.namespace: partial(follow, kind, part, scope, sink)
            for part in self.parts(kind, scope)
        }
        if len(jobs) == 1:
            jobs.popitem()[1](stop)
        else:
            all_at_once(jobs, stop)

    def _follow(
        self, kind: Readable[L, Any], part: Part, scope: Scope, sink: Sink[L], stop: CancelToken
    ) -> None:
        found = self._workflows(part, scope, summary(kind), stop)
        looks = Looks(self._transport, part, sink)
        looking = endless("looks", looks.run, lambda error: None)
        seconds = WATCH_AGAIN
        try:
            while not stop.is_set:
                began = time.monotonic()
                try:
                    Reflector(found, _UntilRefused(part, sink, stop, looks), stop).run()
                except _NotWatched:
                    # An API server that has just begun knows no rights yet, and others are given.
                    if time.monotonic() - began > LONGEST_AGAIN:
                        seconds = WATCH_AGAIN
                    self._server.polls.follow(
                        lambda: tuple(all_pages(_numbered(found.by_pages))),
                        LookingAudience(part, sink, stop, looks),
                        lambda: sink(Stood(part, Polled(POLLED_WORKFLOWS))),
                        stop,
                        POLLED_WORKFLOWS,
                        seconds,
                    )
                    seconds = min(LONGEST_AGAIN, seconds * 2)
        finally:
            looking.set()
            looks.end()
            found.close()

    def _poll(
        self, kind: Readable[L, Any], part: Part, scope: Scope, sink: Sink[L], stop: CancelToken
    ) -> None:
        self._server.polls.follow(
            lambda: tuple(all_pages(self._page_of(part, scope, summary(kind), kind.resource))),
            ListAudience(part, sink, stop),
            lambda: sink(Stood(part, Polled(POLLED))),
            stop,
            POLLED,
        )

    def read_all(
        self, kind: Readable[L, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[L, ...]:
        """The whole list once."""
        form = summary(kind)
        return of_all(
            self.parts(kind, scope),
            lambda part: self._all(part, scope, form, kind.resource),
            left_out,
        )

    def read_raw(
        self, kind: Readable[Any, Any], scope: Scope, left_out: LeftOut | None = None
    ) -> tuple[bytes, ...]:
        """The whole list once, each object with everything: of workflows the steps, too."""
        form = everything(kind.resource)
        return of_all(
            self.parts(kind, scope),
            lambda part: self._all(part, scope, form, kind.resource),
            left_out,
        )

    def _all(self, part: Part, scope: Scope, form: Form[P], resource: Resource) -> list[P]:
        if _is_workflows(resource):
            return all_of(self._workflows(part, scope, form, CancelToken()))
        return all_pages(self._page_of(part, scope, form, resource))

    def _workflows(
        self, part: Part, scope: Scope, form: Form[P], stop: CancelToken
    ) -> ServedWorkflows[P]:
        return ServedWorkflows(
            self._transport,
            part.namespace,
            form,
            stop,
            labels=scope.label_selector,
            fields=scope.field_selector,
        )

    def _page_of(
        self, part: Part, scope: Scope, form: Form[P], resource: Resource
    ) -> Callable[[str], Listed[P]]:
        """Reads a page of templates or cron workflows, which go straight to Kubernetes."""

        def page(more: str) -> Listed[P]:
            query = options(
                labelSelector=scope.label_selector,
                fieldSelector=scope.field_selector,
                limit=PAGE,
                **{"continue": more},
            )
            return form.page(self._transport.get(collection(resource, part.namespace), query))

        return page

    # --- objects ----------------------------------------------------------------------------

    def watch_one(
        self,
        kind: Readable[Any, W],
        key: ObjectKey,
        uid: str,
        sink: Sink[Whole[W]],
        stop: CancelToken,
    ) -> None:
        """One object with everything, until stopped. Raises: Missing when it is not there."""
        (part,) = self.parts(kind, Scope((key.namespace,) if key.namespace else ()))
        if key.incarnation:
            part = part._replace(origin=Origin.ARCHIVE)
        where = IN_NEITHER if _is_workflows(kind.resource) else "it may have been deleted"
        audience: ObjectAudience[W] = ObjectAudience(
            part, key, uid, kind.noun, sink, stop, where_else=where
        )
        if _is_workflows(kind.resource):
            found = ServedWorkflow(self._transport, kind, key, uid)
            Reflector(found, audience, stop).run()
            return
        path = one(kind.resource, key.namespace, key.name)
        self._server.polls.follow(
            lambda: (whole_of(kind, self._transport.get(path)),),
            audience,
            lambda: sink(Stood(part, Polled(POLLED_OBJECT))),
            stop,
            POLLED_OBJECT,
        )

    def get(self, target: Target) -> Manifest:
        """The object that a target is, or is a part of, every field kept; of an offloaded workflow
        the server fills in the steps."""
        from tui.sources.paths import resource_of

        key = target.key
        resource = resource_of(key.kind)
        if key.incarnation:
            path = archived_path(key.incarnation)
        else:
            path = one(resource, key.namespace, key.name)
        raw = self._transport.get(path)
        return object_in(with_kind(raw, resource))


def _is_workflows(resource: Resource) -> bool:
    return resource == WORKFLOW_RESOURCE


class _NotWatched(Exception):
    """A list may be read, and not watched."""


class _UntilRefused(LookingAudience[L]):
    """Listens until it turns out that there is nothing but lists to be had.

    Raises: _NotWatched then, which ends the reflector.
    """

    def __init__(self, part: Part, sink: Sink[L], stop: CancelToken, looks: Looks) -> None:
        super().__init__(part, sink, stop, looks)
        self._stale, self._unreadable = self.stale, self.unreadable
        self.stale = self._or_not(self._stale)
        self.unreadable = self._or_not(self._unreadable)

    def _or_not(self, tell: Callable[..., None]) -> Callable[..., None]:
        def told(error: SourceError, *more: Any) -> None:
            if isinstance(error, Refused) and error.reason == NO_WATCH:
                raise _NotWatched from error
            tell(error, *more)

        return told


def _numbered(page: Callable[[int], Listed[P]]) -> Callable[[str], Listed[P]]:
    return lambda more: page(int(more or 1))
