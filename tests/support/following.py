"""A watch on a thread of its own against a scripted API."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.fake_api import (
    Answer,
    Asked,
    FakeApi,
    Reply,
    fake_api,
    listing,
    write_kubeconfig,
)
from tests.support.where import where
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Changed, Scope, Stood
from tui.ports.threads import CancelToken
from tui.sources.kubernetes import KubernetesSource
from tui.sources.opening import connect

ARGO = Scope(("argo",))


class Follower:
    """A watch on a thread of its own, and what it told."""

    def __init__(self, run: Callable[[Callable[[Any], None], CancelToken], None]) -> None:
        self.told: list[Any] = []
        self.error: BaseException | None = None
        self.stop = CancelToken()
        self._run = run
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def _work(self) -> None:
        try:
            self._run(self.told.append, self.stop)
        except BaseException as error:
            self.error = error

    def end(self) -> float:
        """Stop it; returns how long its thread took to end."""
        begun = time.monotonic()
        self.stop.set()
        self.thread.join(5)
        assert not self.thread.is_alive()
        return time.monotonic() - begun

    def of(self, kind: Any) -> list[Any]:
        """What it told of a kind."""
        return [event for event in list(self.told) if isinstance(event, kind)]

    def standings(self, kind: Any) -> list[Any]:
        """How its parts stood, as far as that is of a kind."""
        found = [event.standing for event in self.of(Stood)]
        return [standing for standing in found if isinstance(standing, kind)]

    def names(self) -> list[str]:
        """Names of the changed ones, in order."""
        return [event.row.key.name for event in self.of(Changed)]


@contextmanager
def following(
    folder: Path,
    answer: Answer,
    scope: Scope = ARGO,
    *,
    told: Callable[[Any], None] | None = None,
) -> Iterator[tuple[Follower, FakeApi]]:
    """A watch of the list for as long as the block lasts."""
    with fake_api(answer) as api:
        source = connected(api, folder)
        follower = Follower(lambda sink, stop: source.watch(WORKFLOWS, scope, told or sink, stop))
        try:
            yield follower, api
        finally:
            follower.end()
            source.close()


def connected(api: FakeApi, folder: Path) -> KubernetesSource:
    """A source of this API."""
    return connect(where(kubeconfig=str(write_kubeconfig(folder, api.url))), {})


def watching(*watches: Callable[[Reply], None], items: Any = ()) -> Answer:
    """List `items`, then play one function a watch; hold after the last."""
    waiting = list(watches)

    def answer(asked: Asked, reply: Reply) -> None:
        if not asked.is_watch:
            reply.json(listing(*items))
            return
        reply.begin()
        if waiting:
            waiting.pop(0)(reply)
        else:
            reply.hold()

    return answer
