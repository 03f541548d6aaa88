"""Kubernetes events about a workflow, or about one of its pods, by an Argo Server.

It has them as a stream alone, which begins with all there are. So the stream is asked to end after
a second, which is its end then, in one form or another.
"""

from __future__ import annotations

from collections.abc import Iterator

from tui.domain.workflow import WORKFLOW_RESOURCE, WorkflowRef
from tui.errors import Busy, NotOffered
from tui.ports.events import Event
from tui.ports.threads import CancelToken
from tui.sources import pods as core
from tui.sources.argo_server_answers import ENDED
from tui.sources.argo_server_paths import events_path, options
from tui.sources.argo_server_shared import Server
from tui.sources.argo_server_streams import frames, raw_result
from tui.sources.paths import PODS

NOT_BUILT = "want proto.Message"
"""In what a server says that was built without Argo's own build tag."""
WHY_NOT = "this build of the Argo Server gives no events: they are read from Kubernetes only"
SECONDS = 1
"""How long the stream is open: what there is comes at once."""


class ServerEvents:
    """Events, as long as the cluster keeps them."""

    def __init__(self, server: Server) -> None:
        self._transport = server.transport

    def events(self, ref: WorkflowRef, pod: str = "") -> tuple[Event, ...]:
        """Events about the workflow, or about one of its pods, oldest first."""
        kind, name = (PODS.kind, pod) if pod else (WORKFLOW_RESOURCE.kind, ref.name)
        selector = f"involvedObject.kind={kind},involvedObject.name={name}"
        query = options(fieldSelector=selector, timeoutSeconds=SECONDS)
        raw = list(self._all(events_path(ref.namespace), query))
        body = b'{"items":[' + b",".join(raw) + b"]}"
        found = core.events(body)[0]
        if ref.uid and not pod:
            # Events of an earlier workflow of the same name are another story.
            found = [event for event in found if event.object_uid in ("", ref.uid)]
        return tuple(sorted(found, key=lambda event: event.last_seen or ""))

    def _all(self, path: str, query: list[tuple[str, str]]) -> Iterator[bytes]:
        try:
            with frames(self._transport, path, query, CancelToken()) as arriving:
                for frame in arriving:
                    yield raw_result(frame)
        except Busy as error:
            if NOT_BUILT in error.what:
                raise NotOffered(WHY_NOT, reason="NotOffered") from error
            if error.reason != ENDED:
                raise
