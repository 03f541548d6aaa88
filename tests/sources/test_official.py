"""Connections of the official client: what closing them does to what is under way."""

from __future__ import annotations

import threading

import urllib3

from tests.support.fake_api import Asked, Reply, fake_api
from tui.sources.connections import BROKEN
from tui.sources.official import PooledConnections


def test_closing_ends_the_reads_of_other_threads() -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply.begin()
        reply.hold()

    with fake_api(answer) as api:
        connections = PooledConnections(urllib3.PoolManager(), api.url)
        found = connections.ask("GET", "/x", [], None, connect=5, read=30)
        came: list[bytes | Exception] = []

        def read() -> None:
            try:
                came.append(found.body())
            except BROKEN as error:
                came.append(error)

        thread = threading.Thread(target=read)
        thread.start()
        while thread.is_alive():
            connections.close()
            thread.join(0.05)
        found.close()
    assert isinstance(came[0], BROKEN)
