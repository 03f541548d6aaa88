"""The whole way of a watch over a real socket, with the faults that real networks have."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_api import (
    Asked,
    Reply,
    fake_api,
    listing,
    secure_api,
    status,
    workflow,
    write_kubeconfig,
)
from tests.support.following import ARGO, Follower, connected, following, watching
from tests.support.waiting import wait_until
from tests.support.where import where
from tui.errors import Refused
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Changed, Gone, Live, Page, Scope, Stale, Stood, Unreadable
from tui.sources.audiences import ListAudience
from tui.sources.collections import ManyObjects
from tui.sources.opening import connect
from tui.sources.reflector import Reflector


def test_a_list_then_a_watch_from_its_version(tmp_path: Path) -> None:
    def first(reply: Reply) -> None:
        reply.event("ADDED", workflow("b", version="101"))
        reply.event("DELETED", workflow("a", version="102"))
        reply.hold()

    with following(tmp_path, watching(first, items=[workflow("a")])) as (follower, api):
        wait_until(lambda: follower.of(Gone))
        assert [type(event) for event in follower.told] == [Page, Stood, Changed, Gone]
        assert (follower.told[3].key.name, follower.told[3].uid) == ("a", "uid-a")
        (watch,) = api.watches()
        assert watch.query["resourceVersion"] == "100"
        assert watch.query["allowWatchBookmarks"] == "true"
        assert 240 <= int(watch.query["timeoutSeconds"]) <= 300


def test_events_cut_into_odd_pieces_are_put_together(tmp_path: Path) -> None:
    def first(reply: Reply) -> None:
        line = b"".join(
            json.dumps({"type": "ADDED", "object": workflow(name, version=name)}).encode() + b"\n"
            for name in ("x", "y", "z")
        )
        for at in range(0, len(line), 7):
            reply.piece(line[at : at + 7])
        reply.hold()

    with following(tmp_path, watching(first)) as (follower, _):
        wait_until(lambda: len(follower.names()) == 3)
        assert follower.names() == ["x", "y", "z"]


def test_what_is_listed_and_what_is_told_later_both_come_with_their_reason(tmp_path: Path) -> None:
    def failed(name: str, version: str, message: str) -> dict[str, Any]:
        made = workflow(name, version=version)
        node = {"name": f"{name}.x", "displayName": "x", "phase": "Failed", "message": message}
        made["status"] = {"phase": "Failed", "nodes": {"x": node}}
        return made

    def first(reply: Reply) -> None:
        reply.event("MODIFIED", failed("b", "102", "killed"))
        reply.hold()

    listed = [failed("a", "99", "no space left")]
    with following(tmp_path, watching(first, items=listed)) as (follower, _):
        wait_until(lambda: follower.names() == ["b"])
        told = [row.value for page in follower.of(Page) for row in page.rows]
        told += [event.row.value for event in follower.of(Changed)]
        assert [each.reason for each in told] == ["x: no space left", "x: killed"]


def test_an_object_of_megabytes_comes_through(tmp_path: Path) -> None:
    big = workflow("big", version="101")
    big["status"]["nodes"] = {str(n): {"id": str(n), "message": "m" * 1000} for n in range(4000)}

    def first(reply: Reply) -> None:
        reply.event("MODIFIED", big)
        reply.hold()

    with following(tmp_path, watching(first)) as (follower, _):
        wait_until(lambda: follower.names() == ["big"])


def test_a_watch_cut_inside_an_event_continues_after_the_last_whole_one(tmp_path: Path) -> None:
    def first(reply: Reply) -> None:
        reply.event("ADDED", workflow("a", version="101"))
        reply.piece(b'{"type":"ADDED","object":{"metadata":{"na')
        reply.cut()

    def second(reply: Reply) -> None:
        reply.event("ADDED", workflow("b", version="102"))
        reply.hold()

    with following(tmp_path, watching(first, second)) as (follower, api):
        wait_until(lambda: follower.names() == ["a", "b"])
        assert [watch.query["resourceVersion"] for watch in api.watches()] == ["100", "101"]
        assert len(api.lists()) == 1
        assert not follower.standings(Stale)


def test_a_410_in_the_stream_lists_again_and_what_is_gone_is_missing_from_the_pages(
    tmp_path: Path,
) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if not asked.is_watch:
            again = len(api_seen) > 0
            api_seen.append(asked)
            reply.json(listing(*([workflow("b")] if again else [workflow("a"), workflow("b")])))
            return
        reply.begin()
        if asked.query["resourceVersion"] == "100" and len(api_seen) == 1:
            reply.event("ERROR", status(410, "Expired", "too old resource version: 10 (2218)"))
            reply.end()
        else:
            reply.hold()

    api_seen: list[Asked] = []
    with following(tmp_path, answer) as (follower, _):
        wait_until(lambda: len(follower.of(Page)) == 2 and len(follower.standings(Live)) == 2)
        second = follower.of(Page)[1]
        assert (second.first, second.last) == (True, True)
        assert [row.key.name for row in second.rows] == ["b"]
        assert not follower.standings(Stale)


def test_rubbish_in_the_stream_is_told_and_everything_is_listed_again(tmp_path: Path) -> None:
    def first(reply: Reply) -> None:
        reply.piece(b"\x00\xff\xfe rubbish \x1b[2J\n")
        reply.hold()

    with following(tmp_path, watching(first)) as (follower, api):
        wait_until(lambda: len(api.lists()) == 2)
        assert "cannot be read" in follower.standings(Stale)[0].error.what


def test_an_odd_object_does_not_hide_the_others(tmp_path: Path) -> None:
    odd = workflow("odd", version="101")
    odd["status"]["message"] = {"not": "text"}
    odd["metadata"]["labels"] = {"count": 3}

    def first(reply: Reply) -> None:
        reply.event("ADDED", odd)
        reply.event("ADDED", workflow("b", version="102"))
        reply.hold()

    with following(tmp_path, watching(first, items=[odd, workflow("a")])) as (follower, _):
        wait_until(lambda: follower.names() == ["odd", "b"])
        assert len(follower.of(Page)[0].rows) == 2


def test_stopping_ends_a_blocked_watch_at_once(tmp_path: Path) -> None:
    with following(tmp_path, watching()) as (follower, _):
        wait_until(lambda: follower.standings(Live))
        assert follower.end() < 0.5
        assert follower.error is None
        assert not follower.standings(Stale)


def test_stopping_ends_a_wait_between_tries_at_once(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply.refuse(503, "ServiceUnavailable", "no", headers={"Retry-After": "60"})

    with following(tmp_path, answer) as (follower, _):
        wait_until(lambda: follower.standings(Stale))
        assert follower.standings(Stale)[0].retry_in >= 60
        assert follower.end() < 0.5


def test_a_first_list_that_is_refused_is_told_as_unreadable(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply.refuse(403, "Forbidden", "no")

    with following(tmp_path, answer) as (follower, _):
        wait_until(lambda: follower.of(Stood))
        standing = follower.of(Stood)[0].standing
        assert isinstance(standing, Unreadable) and isinstance(standing.error, Refused)


def test_a_rotated_token_in_the_middle_of_a_watch_is_read_again(tmp_path: Path) -> None:
    tokens = tmp_path / "token"
    tokens.write_text("one")

    def answer(asked: Asked, reply: Reply) -> None:
        token = {k.lower(): v for k, v in asked.headers.items()}["authorization"]
        if not asked.is_watch:
            reply.json(listing())
        elif token == "Bearer one" and len(api.watches()) == 1:
            reply.begin()
            reply.event("ADDED", workflow("a", version="101"))
            tokens.write_text("two")
            reply.end()
        elif token == "Bearer two":
            reply.begin()
            reply.event("ADDED", workflow("b", version="102"))
            reply.hold()
        else:
            reply.refuse(401, "Unauthorized")

    with secure_api(answer) as api:
        user = {"tokenFile": str(tokens)}
        path = write_kubeconfig(tmp_path, api.url, user=user, authority=api.authority)
        source = connect(where(kubeconfig=str(path)), {})
        follower = Follower(lambda sink, stop: source.watch(WORKFLOWS, ARGO, sink, stop))
        wait_until(lambda: follower.names() == ["a", "b"])
        follower.end()
        assert not follower.standings(Stale)


def test_several_namespaces_are_watched_side_by_side_and_each_tells_how_it_stands(
    tmp_path: Path,
) -> None:
    release = threading.Event()

    def answer(asked: Asked, reply: Reply) -> None:
        namespace = asked.path.split("/")[5]
        if asked.is_watch:
            reply.begin()
            reply.hold()
            return
        if namespace == "two":
            release.wait(5)
        reply.json(listing(workflow("w", namespace=namespace, uid=namespace)))

    with following(tmp_path, answer, Scope(("one", "two"))) as (follower, api):
        wait_until(lambda: follower.of(Stood) and len(api.watches()) == 1)
        assert [page.part.namespace for page in follower.of(Page)] == ["one"]
        assert [event.part.namespace for event in follower.of(Stood)] == ["one"]
        release.set()
        wait_until(lambda: len(follower.standings(Live)) == 2)
        assert {page.part.namespace for page in follower.of(Page)} == {"one", "two"}
        assert follower.end() < 0.5


def test_all_namespaces_are_one_watch(tmp_path: Path) -> None:
    with following(tmp_path, watching(), Scope()) as (follower, api):
        wait_until(lambda: follower.standings(Live))
        assert {asked.path for asked in api.asked} == {"/apis/argoproj.io/v1alpha1/workflows"}
        assert follower.of(Page)[0].part.namespace == ""


def test_a_namespace_that_is_refused_says_so_and_leaves_the_others_alone(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if "/two/" in asked.path:
            reply.refuse(403, "Forbidden", "no")
        else:
            watching()(asked, reply)

    with following(tmp_path, answer, Scope(("one", "two"))) as (follower, _):
        wait_until(lambda: follower.of(Stood) and len(follower.of(Stood)) == 2)
        stood = {event.part.namespace: event.standing for event in follower.of(Stood)}
        assert stood["one"] == Live()
        assert isinstance(stood["two"], Unreadable)
        assert isinstance(stood["two"].error, Refused)
        assert follower.error is None


def test_a_watch_that_does_not_begin_to_answer_is_broken_and_never_was_live(
    tmp_path: Path,
) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if asked.is_watch:
            reply.hold()
        else:
            reply.json(listing(workflow("a")))

    with fake_api(answer) as api:
        source = connected(api, tmp_path)
        many = ManyObjects(source._transport, WORKFLOWS, "argo", opening=0.05)
        (part,) = source.parts(WORKFLOWS, ARGO)
        follower = Follower(
            lambda sink, stop: Reflector(many, ListAudience(part, sink, stop), stop).run()
        )
        wait_until(lambda: follower.standings(Stale))
        assert "stopped answering" in follower.standings(Stale)[0].error.what
        assert not follower.standings(Live)
        follower.end()
        source.close()


@pytest.mark.parametrize("namespaces", [("argo",), ("argo", "other")])
def test_whoever_is_woken_tries_again_at_once(tmp_path: Path, namespaces: tuple[str, ...]) -> None:
    well = threading.Event()

    def answer(asked: Asked, reply: Reply) -> None:
        if not asked.is_watch:
            reply.json(listing(workflow("a")))
        elif well.is_set():
            reply.begin()
            reply.hold()
        else:
            reply.refuse(429, "TooManyRequests", "slow down", headers={"Retry-After": "600"})

    def woken() -> bool:
        follower.stop.wake()
        return bool(follower.standings(Live))

    with following(tmp_path, answer, Scope(namespaces)) as (follower, _):
        wait_until(lambda: len(follower.standings(Stale)) == len(namespaces))
        assert follower.standings(Stale)[0].retry_in >= 600
        well.set()
        wait_until(woken)
        assert not follower.stop.is_set
