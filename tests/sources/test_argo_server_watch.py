"""Lists and watches by an Argo Server, and what goes wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.argo_server import (
    ARCHIVING,
    HEAD,
    StandIn,
    answering,
    frame,
    served_by,
)
from tests.support.fake_api import Asked, FakeApi, Reply
from tests.support.following import ARGO, Follower
from tests.support.scripted import manifest
from tests.support.waiting import wait_until
from tui.domain.identity import ObjectKey
from tui.errors import Busy, Expired, Missing, Refused, Unauthenticated, Unreachable
from tui.kinds.cron_workflows import CRON_WORKFLOWS
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import (
    Changed,
    Gone,
    Live,
    Page,
    Polled,
    Scope,
    Stale,
    Stood,
    Unreadable,
)
from tui.ports.threads import CancelToken
from tui.sources import argo_server
from tui.sources.argo_server import ArgoServerSource
from tui.sources.argo_server_collections import ServedWorkflows, summary

NODES = {"n": {"id": "n", "name": "etl", "type": "Pod", "phase": "Running"}}
CRON = {"kind": "CronWorkflow", "metadata": {"name": "nightly", "namespace": "argo"}, "spec": {}}


@contextmanager
def following(
    server: StandIn, kind: Any = WORKFLOWS, scope: Scope = ARGO, **more: Any
) -> Iterator[tuple[Follower, FakeApi]]:
    """A list of this server that is followed."""
    server.beat = min(server.beat, 0.2)
    with server.running() as api:
        source = served_by(api, **more)
        follower = Follower(lambda sink, stop: source.watch(kind, scope, sink, stop))
        try:
            yield follower, api
        finally:
            follower.end()
            source.close()


def live(follower: Follower) -> bool:
    return any(isinstance(each.standing, Live) for each in follower.of(Stood))


def shown(follower: Follower) -> dict[str, str]:
    """What a list shows after all it was told: name and phase."""
    rows: dict[str, str] = {}
    told: set[str] = set()
    for event in list(follower.told):
        if isinstance(event, Page):
            told = set() if event.first else told
            for row in event.rows:
                rows[row.key.name] = row.value.phase
                told.add(row.key.name)
            if event.last:
                rows = {name: phase for name, phase in rows.items() if name in told}
        elif isinstance(event, Changed):
            rows[event.row.key.name] = event.row.value.phase
        elif isinstance(event, Gone):
            rows.pop(event.key.name, None)
    return rows


def watches(api: FakeApi) -> list[Asked]:
    return [asked for asked in api.asked if "/workflow-events/" in asked.path]


# --- what is asked, and what comes of it -----------------------------------------------------


def test_a_list_is_followed_and_no_list_carries_nodes() -> None:
    server = StandIn(manifest("etl", phase="Running", nodes=NODES))
    with following(server) as (follower, api):
        wait_until(lambda: live(follower))
        server.put(manifest("new", phase="Pending"))
        server.put(manifest("etl", phase="Failed"))
        server.delete("new")
        wait_until(lambda: shown(follower) == {"etl": "Failed"})
        lists = [each for each in api.asked if each.path == "/api/v1/workflows/argo"]
        assert len(lists) == 1 and lists[0].query["listOptions.limit"] == "100"
        assert len(watches(api)) == 1, "the watch that told the beginning goes on"
        for asked in (*lists, *watches(api)):
            assert "nodes" not in asked.query["fields"]
            assert "phase" in asked.query["fields"]
        assert not follower.of(Stale)


def test_what_is_archived_is_listed_as_long_as_it_is_in_the_cluster() -> None:
    both = manifest("both", phase="Succeeded")
    both["metadata"]["labels"] = {ARCHIVING: "Archived"}
    server = StandIn(both, manifest("live", phase="Running"), archived=[both, manifest("old")])
    with following(server) as (follower, _):
        wait_until(lambda: live(follower))
        assert shown(follower) == {"both": "Succeeded", "live": "Running"}


def test_a_thousand_come_in_pages_each_once() -> None:
    server = StandIn(*(manifest(f"w-{number}", phase="Running") for number in range(1100)))
    with following(server) as (follower, _):
        wait_until(lambda: live(follower))
        names = [row.key.name for page in follower.of(Page) for row in page.rows]
        assert len(names) == 1100 == len(set(names))


def test_what_goes_between_the_first_page_and_the_watch_does_not_stay() -> None:
    server = StandIn(manifest("stays", phase="Running"), manifest("goes", phase="Running"))

    def first(asked: Asked, reply: Reply) -> None:
        server.instead.clear()
        server.answer(asked, reply)
        server.delete("goes")
        server.put(manifest("stays", phase="Failed"))

    server.instead.append(answering("GET /api/v1/workflows/argo$", first))
    with following(server) as (follower, _):
        wait_until(lambda: live(follower) and shown(follower) == {"stays": "Failed"})


def test_a_watch_that_ends_goes_on_from_its_version() -> None:
    server = StandIn(manifest("etl", phase="Running"))
    with following(server) as (follower, api):
        wait_until(lambda: live(follower))
        server.put(manifest("etl", phase="Failed"))
        wait_until(lambda: shown(follower) == {"etl": "Failed"})
        server.end_watches()
        wait_until(lambda: len(watches(api)) == 2)
        assert watches(api)[1].query["listOptions.resourceVersion"] == str(server.version)
        server.put(manifest("new", phase="Running"))
        wait_until(lambda: "new" in shown(follower))
        assert not follower.of(Stale) and len(watches(api)) == 2


def test_a_version_that_is_too_old_reads_everything_anew() -> None:
    server = StandIn(manifest("etl", phase="Running"), manifest("goes", phase="Running"))
    with following(server) as (follower, _):
        wait_until(lambda: live(follower))
        with server.lock:
            server.oldest = server.version + 10
        server.objects.pop(("workflows", "argo", "goes"))
        server.end_watches()
        wait_until(lambda: shown(follower) == {"etl": "Running"})
        assert not follower.of(Stale), "listing again helps, so nothing is said"


def test_a_cluster_that_does_not_tell_where_a_watch_begins_is_listed_by_pages() -> None:
    both = manifest("both", phase="Succeeded")
    both["metadata"]["labels"] = {ARCHIVING: "Archived"}
    many = [manifest(f"w-{number:03}", phase="Running") for number in range(620)]
    server = StandIn(*many, both, archived=[both])
    server.tells_end = False
    with following(server) as (follower, api):
        wait_until(lambda: live(follower) and len(shown(follower)) == 621)
        offsets = [
            each.query.get("listOptions.continue")
            for each in api.asked
            if each.path.endswith("/workflows/argo")
        ]
        assert offsets == [None, None, "500"], "the first is what is on the screen at once"
        server.put(manifest("new", phase="Running"))
        wait_until(lambda: "new" in shown(follower))


def test_who_may_not_watch_reads_again_and_again_and_it_is_said() -> None:
    server = StandIn(manifest("etl", phase="Running"))
    server.refusing["GET /api/v1/workflow-events/"] = (403, 7, "workflows is forbidden")
    with following(server) as (follower, _):
        wait_until(lambda: any(isinstance(e.standing, Polled) for e in follower.of(Stood)))
        assert shown(follower) == {"etl": "Running"}
        assert not any(isinstance(e.standing, Unreadable | Stale) for e in follower.of(Stood))


def test_a_watch_that_was_refused_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(argo_server, "WATCH_AGAIN", 0.2)
    server = StandIn(manifest("etl", phase="Running"))
    with following(server) as (follower, _):
        wait_until(lambda: live(follower))
        server.refusing["GET /api/v1/workflow-events/"] = (403, 7, "RBAC: role not found")
        server.end_watches()
        wait_until(lambda: any(isinstance(e.standing, Polled) for e in follower.of(Stood)))
        server.refusing.clear()
        wait_until(lambda: isinstance(follower.of(Stood)[-1].standing, Live))
        server.put(manifest("new", phase="Running"))
        wait_until(lambda: shown(follower) == {"etl": "Running", "new": "Running"})
        assert not any(isinstance(e.standing, Unreadable) for e in follower.of(Stood))


def test_a_list_that_may_not_be_read_says_so_in_the_words_of_the_server() -> None:
    server = StandIn()
    words = 'Permission denied, you are not allowed to list workflows in namespace "argo".'
    server.refusing["GET /api/v1/workflows/argo"] = (403, 7, words)
    with following(server) as (follower, _):
        wait_until(lambda: follower.of(Stood))
        standing = follower.of(Stood)[0].standing
        assert isinstance(standing, Unreadable)
        assert standing.error.what == "not allowed to list workflows in argo"


def test_cron_workflows_are_polled_and_read_at_once_after_a_change() -> None:
    server = StandIn(CRON)
    with following(server, CRON_WORKFLOWS) as (follower, _):
        wait_until(lambda: any(isinstance(e.standing, Polled) for e in follower.of(Stood)))
        assert [row.key.name for row in follower.of(Page)[0].rows] == ["nightly"]
        follower.stop.wake()
        wait_until(lambda: len(follower.of(Page)) > 1)


def test_a_server_that_has_just_started_is_asked_again_and_keeps_what_was_known() -> None:
    server = StandIn(manifest("etl", phase="Running"))
    server.is_starting = True
    with following(server) as (follower, _):
        wait_until(lambda: follower.of(Stood))
        standing = follower.of(Stood)[0].standing
        assert isinstance(standing, Stale) and "still reading the cluster" in standing.error.what
        assert not follower.of(Page)
        server.is_starting = False
        wait_until(lambda: shown(follower) == {"etl": "Running"})


# --- faults -----------------------------------------------------------------------------------


def test_a_token_that_is_refused_midway_is_said_and_what_is_known_stays() -> None:
    server = StandIn(manifest("etl", phase="Running"))
    with following(server) as (follower, _):
        wait_until(lambda: live(follower))
        server.tokens.clear()
        server.end_watches()
        wait_until(lambda: any(isinstance(e.standing, Stale) for e in follower.of(Stood)))
        standing = follower.of(Stood)[-1].standing
        assert isinstance(standing.error, Unauthenticated)
        assert shown(follower) == {"etl": "Running"}


EVENTS = [
    {"result": {"type": "MODIFIED", "object": manifest("etl", phase="Failed", version="201")}},
    {"result": {"type": "ADDED", "object": manifest("new", phase="Running", version="202")}},
]
WIRE = b"".join(map(frame, EVENTS))


@pytest.mark.parametrize("at", [*range(0, 40, 7), len(WIRE) // 2, len(WIRE) - 3, len(WIRE)])
def test_a_stream_that_is_cut_anywhere_loses_nothing_and_tells_nothing_twice(at: int) -> None:
    server = StandIn(manifest("etl", phase="Running"))
    cut: list[Asked] = []

    def broken(asked: Asked, reply: Reply) -> None:
        if cut or "listOptions.sendInitialEvents" in asked.query:
            server.instead.clear()
            server.answer(asked, reply)
            return
        cut.append(asked)
        reply.begin()
        reply.piece(WIRE[:at] or b":\n")
        server.put(manifest("etl", phase="Failed"))
        server.put(manifest("new", phase="Running"))
        server.oldest = server.version + 1000  # what was cut is told by a new list, or by none
        server.instead.clear()
        reply.cut()

    with following(server) as (follower, _):
        wait_until(lambda: live(follower))
        server.instead.append(answering("workflow-events", broken))
        server.end_watches()
        wait_until(lambda: shown(follower) == {"etl": "Failed", "new": "Running"})


def test_an_error_frame_inside_a_stream_is_told_as_if_it_were_the_answer() -> None:
    server = StandIn(manifest("etl", phase="Running"))

    def failing(asked: Asked, reply: Reply) -> None:
        server.instead.clear()
        reply.begin()
        reply.piece(frame(EVENTS[0]))
        error = {"grpc_code": 13, "http_code": 500, "message": "database is down"}
        reply.piece(b"data: " + json.dumps({"error": error}).encode() + b" \n\n")
        reply.end()

    with following(server) as (follower, _):
        wait_until(lambda: live(follower))
        server.instead.append(answering("workflow-events", failing))
        server.end_watches()
        wait_until(lambda: any(isinstance(e.standing, Stale) for e in follower.of(Stood)))
        (stale,) = [e.standing for e in follower.of(Stood) if isinstance(e.standing, Stale)]
        assert isinstance(stale.error, Busy) and "database is down" in stale.error.what


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_page_of_a_gateway_is_said_and_asked_again(status: int) -> None:
    server = StandIn(manifest("etl", phase="Running"))

    def gateway(asked: Asked, reply: Reply) -> None:
        server.instead.clear()
        reply.raw(b"<html>Bad Gateway</html>", status, {"Content-Type": "text/html"})

    server.instead.append(answering("GET", gateway))
    with following(server) as (follower, _):
        wait_until(lambda: shown(follower) == {"etl": "Running"})
        standing = follower.of(Stood)[0].standing
        assert isinstance(standing, Stale) and f"an answer of {status}" in standing.error.what


def test_the_web_page_of_a_wrong_path_is_not_taken_for_an_empty_list() -> None:
    server = StandIn(manifest("etl", phase="Running"))
    server.prefix = "/argo"
    with following(server) as (follower, _):
        wait_until(lambda: follower.of(Stood))
        standing = follower.of(Stood)[0].standing
        assert isinstance(standing, Stale) and "a web page was answered" in standing.error.what
        assert not follower.of(Page)


def test_a_stream_without_a_sign_of_life_is_broken() -> None:
    server = StandIn(manifest("etl"))
    server.beat = 3600.0
    with server.running() as api:
        found = _served(served_by(api))
        page = found.list_page("")
        page = found.list_page(page.more)
        silent = found.open_watch("100", 60, CancelToken(), 0.2)
        with pytest.raises(Unreachable) as caught, silent as events:
            list(events)
        assert caught.value.reason == "Timeout"
        found.close()


def test_signs_of_life_keep_a_quiet_stream() -> None:
    server = StandIn(manifest("etl"))
    server.beat = 0.1
    with server.running() as api:
        found = _served(served_by(api))
        with found.open_watch("", 1, CancelToken(), 0.6) as events:
            kinds = [event.kind for event in events]
    assert kinds == ["ADDED"], "and it ends by itself, which is no error"


def test_after_a_long_silence_everything_is_read_anew() -> None:
    """Another cluster may be behind the server by then, which has nothing to say of our version."""
    clock = [0.0]
    server = StandIn(manifest("etl"))
    with server.running() as api:
        found = _served(served_by(api), now=lambda: clock[0])
        clock[0] = 1000.0
        late = found.open_watch("100", 60, CancelToken(), 0.2)
        with pytest.raises(Expired, match="read anew"), late:
            pass


def test_a_list_that_shrinks_between_pages_is_whole_once_it_is_watched() -> None:
    server = StandIn(*(manifest(f"w-{number:03}", phase="Running") for number in range(1200)))
    server.tells_end = False

    def shrinking(asked: Asked, reply: Reply) -> bool:
        if asked.query.get("listOptions.continue") == "500":
            server.instead.clear()
            for number in range(1100, 1200):
                server.objects.pop(("workflows", "argo", f"w-{number:03}"), None)
        return False

    server.instead.append(shrinking)
    with following(server) as (follower, _):
        wait_until(lambda: live(follower) and len(shown(follower)) >= 1100)
        missing = {f"w-{number:03}" for number in range(1100)} - shown(follower).keys()
        assert not missing


# --- one workflow ----------------------------------------------------------------------------


@contextmanager
def opened(
    server: StandIn, name: str = "etl", uid: str = "", asked: list[Asked] | None = None
) -> Iterator[Follower]:
    server.beat = 0.2
    with server.running() as api:
        if asked is not None:
            api.asked = asked
        source = served_by(api)
        key = ObjectKey(source.id, "wf", "argo", name)
        follower = Follower(lambda sink, stop: source.watch_one(WORKFLOWS, key, uid, sink, stop))
        try:
            yield follower
        finally:
            follower.end()
            source.close()


def phases(follower: Follower) -> list[str]:
    return [event.row.value.object.phase for event in follower.of(Changed)]


def test_one_workflow_is_followed_with_its_steps() -> None:
    server = StandIn(manifest("etl", phase="Running", nodes=NODES))
    with opened(server) as follower:
        wait_until(lambda: follower.of(Stood))
        server.put(manifest("etl", phase="Failed", nodes=NODES))
        wait_until(lambda: phases(follower) == ["Running", "Failed"])
        last = follower.of(Changed)[-1].row.value
        assert list(last.object.nodes) == ["n"]
        assert json.loads(last.raw)["kind"] == "Workflow"


def test_one_that_moves_to_the_archive_while_it_is_looked_at_stays_as_it_is() -> None:
    etl = manifest("etl", phase="Succeeded", nodes=NODES)
    server, asked = StandIn(etl), list[Asked]()
    with opened(server, asked=asked) as follower:
        wait_until(lambda: follower.of(Stood))
        server.archive(server.named("etl"))
        server.delete("etl")
        wait_until(lambda: asked[-1].path == "/api/v1/archived-workflows/uid-etl")
        server.put(etl)  # whatever came of it before is told by now
        follower.end()
        assert not follower.of(Gone) and follower.error is None
        assert set(phases(follower)) == {"Succeeded"}


def test_one_that_goes_while_it_is_being_archived_is_looked_for_twice() -> None:
    etl = manifest("etl", phase="Succeeded", nodes=NODES, labels={ARCHIVING: "Pending"})
    server, asked = StandIn(etl), list[Asked]()
    with opened(server, asked=asked) as follower:
        wait_until(lambda: follower.of(Stood))
        server.delete("etl")
        wait_until(lambda: asked[-1].path == "/api/v1/archived-workflows/uid-etl")
        server.archive(etl)
        wait_until(lambda: len(phases(follower)) == 2)
        assert not follower.of(Gone)


def test_one_that_is_deleted_and_in_no_archive_is_gone() -> None:
    server = StandIn(manifest("etl", phase="Running"))
    with opened(server) as follower:
        wait_until(lambda: follower.of(Stood))
        server.delete("etl")
        wait_until(lambda: follower.of(Gone))


def test_one_that_only_the_archive_has_is_opened_and_not_watched() -> None:
    server = StandIn(archived=[manifest("old", phase="Failed", nodes=NODES)])
    with opened(server, "old") as follower:
        wait_until(lambda: follower.of(Changed))
        assert phases(follower) == ["Failed"]
        assert list(follower.of(Changed)[0].row.value.object.nodes) == ["n"]


def test_a_run_in_the_archive_is_meant_by_its_uid_though_another_has_its_name() -> None:
    old = manifest("etl", phase="Failed")
    old["metadata"]["uid"] = "uid-old"
    server = StandIn(manifest("etl", phase="Running"), archived=[old])
    with opened(server, uid="uid-old") as follower:
        wait_until(lambda: follower.of(Changed))
        assert phases(follower) == ["Failed"]


def test_one_that_is_not_there_is_missing() -> None:
    with opened(StandIn(), "nope") as follower:
        wait_until(lambda: follower.error)
        assert isinstance(follower.error, Missing)


def test_one_that_may_not_be_read_is_refused() -> None:
    server = StandIn(manifest("etl"))
    words = 'workflows.argoproj.io "etl" is forbidden: User "u" cannot get resource "workflows"'
    server.refusing["GET /api/v1/workflows/argo/etl"] = (403, 7, words)
    with opened(server) as follower:
        wait_until(lambda: follower.error)
        assert isinstance(follower.error, Refused)
        assert follower.error.what == "not allowed to get workflows"


# --- read once ---------------------------------------------------------------------------------


def test_everything_of_each_is_read_for_who_asks_for_json() -> None:
    both = manifest("both", phase="Succeeded", nodes=NODES)
    both["metadata"]["labels"] = {ARCHIVING: "Archived"}
    server = StandIn(both, archived=[both])
    with server.running() as api:
        (raw,) = served_by(api).read_raw(WORKFLOWS, ARGO)
    found = json.loads(raw)
    assert (found["kind"], found["apiVersion"]) == ("Workflow", "argoproj.io/v1alpha1")
    assert found["status"]["nodes"] == NODES


def test_a_list_without_the_right_to_watch_is_read_all_the_same() -> None:
    server = StandIn(*(manifest(f"w-{number}") for number in range(620)))
    server.refusing["GET /api/v1/workflow-events/"] = (403, 7, "workflows is forbidden")
    with server.running() as api:
        assert len(served_by(api).read_all(WORKFLOWS, ARGO)) == 620


def test_a_namespace_without_workflows_is_empty_and_no_error() -> None:
    empty = answering(
        "GET /api/v1/workflows/argo$",
        lambda asked, reply: reply.json(
            {"metadata": {"resourceVersion": "7"}, "items": None}, headers=HEAD
        ),
    )
    server = StandIn()
    server.instead.append(empty)
    with following(server) as (follower, _):
        wait_until(lambda: live(follower))
        assert shown(follower) == {}


def _served(source: ArgoServerSource, **more: Any) -> ServedWorkflows[Any]:
    return ServedWorkflows(source._transport, "argo", summary(WORKFLOWS), CancelToken(), **more)
