"""A plain HTTP client of the demo cluster's API, and watches read on a thread."""

from __future__ import annotations

import json
import threading
from typing import Any

import urllib3

from tests.support.cluster import Cluster

WF = "/apis/argoproj.io/v1alpha1/namespaces/argo/workflows"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
PARTIAL = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"


class Client:
    """A plain HTTP client with the operator's token."""

    def __init__(self, cluster: Cluster, user: str = "demo") -> None:
        self.cluster = cluster
        self.user = user
        self.pool = cluster.connections()

    def opened(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        accept: str = "application/json",
        content: str = "application/json",
        token: str = "",
        user: str = "",
        **headers: str,
    ) -> urllib3.BaseHTTPResponse:
        """The whole answer; asked by the client's user, by another one, or with any token."""
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        token = token or self.cluster.token_of(user or self.user)
        return self.pool.request(
            method,
            self.cluster.url + path,
            body=raw,
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": accept,
                "Content-Type": content,
                **headers,
            },
        )

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """The status of the answer, and what is in it."""
        answer = self.opened(method, path, body, **more)
        if "json" in answer.headers["Content-Type"]:
            return answer.status, json.loads(answer.data)
        return answer.status, answer.data.decode()


def names(listing: Any) -> list[str]:
    """The names of what was listed."""
    return [item["metadata"]["name"] for item in listing["items"]]


def wf(name: str, **more: Any) -> dict[str, Any]:
    """A workflow to send."""
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": name},
        "spec": {"entrypoint": "main"},
        **more,
    }


class Watcher:
    """A watch read on a thread."""

    def __init__(self, ask: Client, query: str, path: str = WF, accept: str = "") -> None:
        headers = {"Authorization": f"Bearer {ask.cluster.token}"}
        if accept:
            headers["Accept"] = accept
        self.response = ask.pool.request(
            "GET",
            f"{ask.cluster.url}{path}?watch=1&{query}",
            headers=headers,
            preload_content=False,
        )
        self.events: list[Any] = []
        self._arrived = threading.Condition()
        self.ended = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        rest = b""
        try:
            for piece in self.response.stream(65536):
                *lines, rest = (rest + piece).split(b"\n")
                with self._arrived:
                    self.events.extend(json.loads(line) for line in lines)
                    self._arrived.notify_all()
        except urllib3.exceptions.HTTPError:
            pass
        with self._arrived:
            self.ended = True
            self._arrived.notify_all()

    def wait(self, count: int) -> list[Any]:
        """The events, once there are so many."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.events) >= count, 10), self.events
            return list(self.events)

    def wait_end(self) -> None:
        """Until the server ends the watch."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: self.ended, 10)

    def close(self) -> None:
        """Go away."""
        if not self.ended:
            self.response.shutdown()
        self._thread.join(10)
        self.response.release_conn()


def told(events: list[Any]) -> list[tuple[str, str]]:
    """What happened to what."""
    return [(event["type"], event["object"]["metadata"].get("name", "")) for event in events]
