"""A demo cluster for tests: the real server on a thread, its store within reach.

The store lives on the server's event loop; everything here goes there and waits, so tests may
write plain calls. The engine is not started: objects are what a test creates.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
import urllib3

from tui.demo.clock import Clock, LoopClock, SteppedClock
from tui.demo.podlogs import LogLine, PodLogs
from tui.demo.resources import NAMESPACES, PODS, WORKFLOWS, Obj, Resource
from tui.demo.store import Store

if TYPE_CHECKING:
    from tui.demo.server import ApiServer

T = TypeVar("T")


class Cluster:
    """A server that runs on a thread of its own."""

    def __init__(self, folder: Path, *, tls: bool, stepped: bool) -> None:
        self.folder = folder
        self._tls = tls
        self._stepped = stepped
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.logs = PodLogs()
        self.usage: list[Obj] = []
        """What metrics.k8s.io answers."""
        self.clock: Clock
        self.store: Store
        """Only to be touched inside `on_loop`."""
        self.server: ApiServer
        self.kubeconfig = folder / "kubeconfig"
        self._authority: bytes | None = None

    def start(self) -> None:
        """Serve."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)

    async def _start(self) -> None:
        from tui.demo.server import ApiServer

        self.clock = SteppedClock() if self._stepped else LoopClock()
        self.store = Store(self.clock)
        self.server = ApiServer(self.store, logs=self.logs, metrics=self._usage_in)
        context = None
        if self._tls:
            from tui.demo import tls

            made = tls.identity(self.folder)
            self._authority, context = made.authority, made.context
        self.server.tokens_changed = self._write_kubeconfig
        await self.server.start(context=context)
        self._write_kubeconfig()

    def _write_kubeconfig(self) -> None:
        from tui.demo import kubeconfig

        kubeconfig.write(
            self.folder, self.server.url, self._authority, self.server.access.users, "argo"
        )

    def _usage_in(self, namespace: str) -> Sequence[Obj]:
        return [pod for pod in self.usage if namespace in ("", pod["metadata"]["namespace"])]

    def stop(self) -> None:
        """Serve no more, and end the thread."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _stop(self) -> None:
        await self.server.stop()
        # TLS waits for the other side to end it, too, which may be gone: the rest is cut, so that
        # no connection is found open later, when rubbish is collected in the test of somebody else.
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # One that was just taken in is there only after some turns.
        for _ in range(20):
            for transport in list(getattr(self._loop, "_transports", {}).values()):
                transport.abort()
            await asyncio.sleep(0)

    def on_loop(self, action: Callable[[], T]) -> T:
        """Do something on the server's loop, and wait for what comes of it."""

        async def done() -> T:
            return action()

        return asyncio.run_coroutine_threadsafe(done(), self._loop).result(30)

    @property
    def url(self) -> str:
        """Where the API is."""
        return self.server.url

    @property
    def token(self) -> str:
        """The operator's token, as it is now."""
        return self.server.access.users["demo"].token

    def connections(self) -> urllib3.PoolManager:
        """HTTP connections that believe this cluster's certificate."""
        authority = self._authority.decode() if self._authority else None
        return urllib3.PoolManager(ca_cert_data=authority, retries=False, timeout=10)

    def token_of(self, user: str) -> str:
        """The token of demo, demo-admin, demo-viewer or demo-least."""
        return self.server.access.users[user].token

    @property
    def admin_token(self) -> str:
        """For the switches under /demo."""
        return self.server.access.admin_token

    # Objects

    def create(self, resource: Resource, obj: Obj) -> Obj:
        """Keep an object; makes its namespace where that is missing."""
        namespace = (obj.get("metadata") or {}).get("namespace", "")

        def make() -> Obj:
            if namespace and not self.store.find(NAMESPACES, "", namespace):
                self.store.create(NAMESPACES, _namespace(namespace))
            return self.store.create(resource, obj)

        return self.on_loop(make)

    def patch(self, resource: Resource, name: str, patch: Obj, namespace: str = "argo") -> Obj:
        """Change an object by a merge patch."""
        return self.on_loop(lambda: self.store.patch_merge(resource, namespace, name, patch))

    def delete(self, resource: Resource, name: str, namespace: str = "argo") -> None:
        """Delete an object and what it owns."""
        self.on_loop(lambda: self.store.delete(resource, namespace, name))

    def get(self, resource: Resource, name: str, namespace: str = "argo") -> Obj | None:
        """An object as it is now."""
        return self.on_loop(lambda: self.store.find(resource, namespace, name))

    def workflow(self, name: str, phase: str = "Running", **more: Any) -> Obj:
        """Keep a small workflow in that phase; `more` replaces top fields (status, spec …)."""
        metadata = {
            "namespace": "argo",
            "name": name,
            "labels": {"workflows.argoproj.io/phase": phase} if phase else {},
            **more.pop("metadata", {}),
        }
        status = {"phase": phase, "startedAt": "2026-01-01T11:59:00Z"} if phase else {}
        spec = {"entrypoint": "main", "templates": [{"name": "main", "container": {"image": "a"}}]}
        return self.create(
            WORKFLOWS, {"metadata": metadata, "spec": spec, "status": status, **more}
        )

    def pod(self, name: str, *containers: str, phase: str = "Running", **metadata: Any) -> Obj:
        """Keep a pod on a node, all containers running (or ended, by the phase)."""
        names = containers or ("main",)
        ended = {"terminated": {"exitCode": 0, "reason": "Completed"}}
        state = {"running": {}} if phase == "Running" else ended
        ready = phase == "Running"
        common = {"image": "a", "imageID": "", "state": state, "ready": ready, "restartCount": 0}
        statuses = [{"name": each, **common} for each in names]
        return self.create(
            PODS,
            {
                "metadata": {"namespace": "argo", "name": name, **metadata},
                "spec": {
                    "nodeName": "node-1",
                    "containers": [{"name": each, "image": "a"} for each in names],
                },
                "status": {"phase": phase, "containerStatuses": statuses},
            },
        )

    def print_log(
        self, pod: str, *lines: str, container: str = "main", namespace: str = "argo"
    ) -> None:
        """A container prints lines, a second apart since 2026-01-01T12:00:00Z."""

        def write() -> None:
            have = len(self.logs.lines(namespace, pod, container))
            stamped = [
                LogLine((1_767_268_800 + have + index) * 1_000_000_000, line)
                for index, line in enumerate(lines)
            ]
            self.logs.write(namespace, pod, container, stamped)

        self.on_loop(write)

    def end_log(self, pod: str, *, container: str = "main", namespace: str = "argo") -> None:
        """A container has printed its last line."""
        self.on_loop(lambda: self.logs.end(namespace, pod, container))

    def advance(self, seconds: float) -> None:
        """Let time pass on a stepped clock."""
        clock = self.clock
        assert isinstance(clock, SteppedClock), "this cluster's clock runs by itself"
        self.on_loop(lambda: clock.advance(seconds))

    # Trouble

    def fault(self, kind: str, **more: Any) -> int:
        """Put up a fault (tui/demo/faults.py has the kinds); returns its number."""
        from tui.demo import faults

        fault = faults.read({"kind": kind, **more})
        return self.on_loop(lambda: self.server.faults.put_up(fault)).id

    def clear_faults(self) -> None:
        """Take all faults down."""
        self.on_loop(self.server.faults.take_down)

    def compact(self) -> None:
        """410 now, for open watches too."""
        self.on_loop(self.server.admin.compact)

    def rotate_tokens(self) -> None:
        """401 now, for whoever does not read the kubeconfig again."""
        self.on_loop(self.server.admin.rotate)

    def drop_connections(self, path: str = "") -> int:
        """Tear the answers being given to requests like that."""
        return self.on_loop(lambda: self.server.faults.drop_connections(path))

    def watching(self) -> int:
        """How many watches are open."""
        return self.on_loop(lambda: self.server.api.watches.count)


def _namespace(name: str) -> Obj:
    labels = {"kubernetes.io/metadata.name": name}
    return {"metadata": {"name": name, "labels": labels}, "status": {"phase": "Active"}}


@contextmanager
def running_cluster(
    folder: Path,
    *,
    tls: bool = True,
    stepped: bool = False,
    namespaces: Sequence[str] = ("argo", "default"),
) -> Iterator[Cluster]:
    """A cluster with some namespaces and nothing else, for as long as it is needed."""
    cluster = Cluster(folder, tls=tls, stepped=stepped)
    cluster.start()
    try:
        for name in namespaces:
            cluster.create(NAMESPACES, _namespace(name))
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def demo_cluster(tmp_path: Path) -> Iterator[Cluster]:
    """An empty demo cluster of this test's own."""
    folder = tmp_path / "demo-cluster"
    folder.mkdir()
    with running_cluster(folder) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def module_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An empty demo cluster that the tests of a file share: clean up, or use other names."""
    with running_cluster(tmp_path_factory.mktemp("demo-cluster")) as cluster:
        yield cluster
