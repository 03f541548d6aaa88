"""Watching one workflow, and following a log."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_api import Answer, Asked, FakeApi, Reply, fake_api, workflow
from tests.support.following import Follower, connected, watching
from tests.support.waiting import wait_until
from tui.domain.identity import ObjectKey
from tui.errors import Missing, Unreachable
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Changed, Gone, Stood
from tui.ports.connection import offered
from tui.ports.logs import LogRequest, PodLogs
from tui.ports.threads import CancelToken


@contextmanager
def looking_at(
    folder: Path, answer: Answer, name: str, uid: str = ""
) -> Iterator[tuple[Follower, FakeApi]]:
    with fake_api(answer) as api:
        source = connected(api, folder)
        key = ObjectKey(source.place.label, WORKFLOWS.id, "argo", name)
        follower = Follower(lambda sink, stop: source.watch_one(WORKFLOWS, key, uid, sink, stop))
        try:
            yield follower, api
        finally:
            follower.end()
            source.close()


def test_one_workflow_comes_with_its_nodes_and_its_bytes(tmp_path: Path) -> None:
    whole = workflow("a", nodes={"a": {"id": "a", "name": "a", "type": "Pod"}})
    later = workflow("a", version="101", phase="Succeeded")

    def first(reply: Reply) -> None:
        reply.event("MODIFIED", later)
        reply.event("DELETED", workflow("a", version="102"))
        reply.hold()

    with looking_at(tmp_path, watching(first, items=[whole]), "a", "uid-a") as (follower, api):
        wait_until(lambda: follower.of(Gone))
        assert [type(event) for event in follower.told] == [Changed, Stood, Changed, Gone]
        assert list(follower.told[0].row.value.object.nodes) == ["a"]
        assert json.loads(follower.told[0].row.value.raw) == whole
        assert follower.told[2].row.value.object.phase == "Succeeded"
        assert all(asked.query["fieldSelector"] == "metadata.name=a" for asked in api.asked)


def test_a_workflow_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with looking_at(tmp_path, watching(), "nope") as (follower, _):
        wait_until(lambda: follower.error)
        assert isinstance(follower.error, Missing)
        assert "nope" in str(follower.error)


def test_a_workflow_made_again_under_the_same_name_is_not_the_one_we_look_at(
    tmp_path: Path,
) -> None:
    def first(reply: Reply) -> None:
        reply.event("DELETED", workflow("a", version="101"))
        reply.event("ADDED", workflow("a", version="102", uid="another"))
        reply.event("MODIFIED", workflow("a", version="103", uid="another"))
        reply.hold()

    with looking_at(tmp_path, watching(first, items=[workflow("a")]), "a", "uid-a") as (
        follower,
        _,
    ):
        wait_until(lambda: follower.of(Gone))
        follower.end()
        assert [type(event) for event in follower.told] == [Changed, Stood, Gone]


def test_a_followed_log_comes_line_by_line_and_stops_at_once(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply.begin()
        reply.piece(b"one\ntw")
        reply.piece(b"o\n")
        reply.hold()

    with fake_api(answer) as api:
        source = connected(api, tmp_path)
        request = LogRequest("argo", "pod-1", "main", tail_lines=10)

        def read(sink: Callable[[Any], None], stop: CancelToken) -> None:
            for block in offered(source, PodLogs).log(request, stop):
                sink(block)

        follower = Follower(read)
        wait_until(lambda: b"".join(block.data for block in follower.told) == b"one\ntwo\n")
        assert follower.end() < 0.5
        assert follower.error is None
    assert api.asked[0].path == "/api/v1/namespaces/argo/pods/pod-1/log"
    assert api.asked[0].query == {
        "container": "main",
        "follow": "true",
        "timestamps": "true",
        "tailLines": "10",
    }


def test_a_log_without_chunks_comes_as_it_is_written(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply.begin(length=-1)
        reply._handler.wfile.write(b"early\n")
        reply._handler.wfile.flush()
        reply.hold()

    with fake_api(answer) as api:
        source = connected(api, tmp_path)
        blocks = offered(source, PodLogs).log(LogRequest("argo", "p"), CancelToken())
        assert next(blocks).data == b"", "it is opened"
        assert next(blocks).data == b"early\n"
        blocks.close()  # type: ignore[attr-defined]


def test_a_log_of_a_container_that_has_not_begun_says_so(tmp_path: Path) -> None:
    words = 'container "main" in pod "p" is waiting to start: PodInitializing'
    with fake_api(lambda asked, reply: reply.refuse(400, "BadRequest", words)) as api:
        source = connected(api, tmp_path)
        with pytest.raises(Exception, match="PodInitializing"):
            list(offered(source, PodLogs).log(LogRequest("argo", "p"), CancelToken()))


def test_silence_longer_than_agreed_counts_as_broken(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply.begin()
        reply.piece(b"something\n")
        reply.hold()

    with fake_api(answer) as api:
        transport = connected(api, tmp_path)._transport
        heard: list[bytes] = []
        with (
            pytest.raises(Unreachable, match="stopped answering") as caught,
            transport.stream("/x", [], CancelToken(), quiet=0.05) as pieces,
        ):
            heard.extend(pieces)
        assert caught.value.reason == "Timeout"
