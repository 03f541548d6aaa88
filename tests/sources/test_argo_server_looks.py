"""Why a listed workflow fails or waits, by an Argo Server whose lists carry no steps."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sources.test_argo_server_watch import following, live
from tests.support.argo_server import StandIn
from tests.support.fake_api import Asked, FakeApi, Reply
from tests.support.following import Follower
from tests.support.scripted import manifest
from tests.support.waiting import wait_until
from tui.domain.workflow import Manifest
from tui.ports.collections import Changed, Page
from tui.sources.argo_server_looks import MOST_STEPS
from tui.state.known import KnownObjects

IDLE = [{"type": "PodRunning", "status": "False"}]
BUSY = [{"type": "PodRunning", "status": "True"}]
PULLS = "ImagePullBackOff: no such image"


def steps(phase: str, message: str) -> dict[str, Any]:
    node = {"id": "n", "name": "w.load", "displayName": "load", "type": "Pod"}
    return {"n": {**node, "phase": phase, "message": message}}


def waiting(name: str = "etl", *, message: str = PULLS, **status: Any) -> Manifest:
    given = {"conditions": IDLE, "progress": "1/2", "nodes": steps("Pending", message), **status}
    return manifest(name, phase="Running", **given)


def reasons(follower: Follower) -> dict[str, str]:
    """What the rows of a list say after all that was told."""
    known: KnownObjects[Any] = KnownObjects()
    known.apply(list(follower.told))
    return {key.name: row.value.reason for key, row in known.items()}


def looked_at(api: FakeApi) -> list[str]:
    """Which workflows were read for what their steps say."""
    paths = [each.path for each in api.asked if "status.nodes" in each.query.get("fields", "")]
    return [path.rpartition("/")[2] for path in paths]


def test_what_waits_says_at_which_step_and_is_in_trouble() -> None:
    with following(StandIn(waiting())) as (follower, api):
        wait_until(lambda: reasons(follower) == {"etl": f"load: {PULLS}"})
        known: KnownObjects[Any] = KnownObjects()
        known.apply(list(follower.told))
        (row,) = known.values()
        assert row.value.trouble == "image"
        assert looked_at(api) == ["etl"], "once"
        assert "status.nodes" not in str([each.query for each in api.asked if "list" in each.path])


def test_what_has_no_pod_yet_is_read_too() -> None:
    gate = {"id": "g", "name": "w.gate", "displayName": "gate", "type": "Suspend"}
    nodes = {"g": {**gate, "phase": "Running"}}
    with following(StandIn(manifest("etl", phase="Running", nodes=nodes))) as (follower, _):
        wait_until(lambda: reasons(follower) == {"etl": "gate: waits to be resumed"})


def test_a_failure_that_names_no_more_than_a_child_is_explained_by_the_step() -> None:
    failed = manifest(
        "etl",
        phase="Failed",
        message="child 'etl-123' failed",
        nodes=steps("Failed", "OOMKilled (exit code 137)"),
    )
    own = manifest("own", phase="Failed", message="Stopped with strategy 'Stop'")
    with following(StandIn(failed, own)) as (follower, api):
        wait_until(lambda: reasons(follower).get("etl") == "load: OOMKilled (exit code 137)")
        assert looked_at(api) == ["etl"], "what says it by itself is not read"


@pytest.mark.parametrize(
    "status",
    [
        {"conditions": BUSY},
        {"message": "Waiting for argo/Mutex/m lock. Lock status: 0/1"},
        {"progress": f"0/{MOST_STEPS + 1}"},
        {"phase": "Succeeded"},
    ],
)
def test_nothing_is_read_of_what_goes_on_says_it_itself_or_is_large(status: Any) -> None:
    given = waiting()
    given["status"] |= status
    held = waiting("held")
    held["spec"] = {"suspend": True}
    with following(StandIn(given, held, waiting("last"))) as (follower, api):
        wait_until(lambda: "last" in looked_at(api) and live(follower))
        assert looked_at(api) == ["last"]


def test_what_was_said_holds_until_the_next_version_is_read_and_goes_when_it_goes_on() -> None:
    server = StandIn(waiting())
    with following(server) as (follower, api):
        wait_until(lambda: reasons(follower) == {"etl": f"load: {PULLS}"})
        server.put(waiting(message="ErrImagePull: denied"))
        wait_until(lambda: reasons(follower) == {"etl": "load: ErrImagePull: denied"})
        told = [each.row.value.reason for each in follower.of(Changed)]
        assert "" not in told, "and in between what it said before"
        server.put(waiting(conditions=BUSY))
        wait_until(lambda: reasons(follower) == {"etl": ""})
        assert looked_at(api) == ["etl", "etl"]


def test_what_leaves_the_list_while_it_is_read_does_not_come_back() -> None:
    server = StandIn(waiting(), waiting("other"))
    gone: list[str] = []

    def late(asked: Asked, reply: Reply) -> bool:
        if asked.path.endswith("/workflows/argo/etl") and not gone:
            gone.append("etl")
            found = server.named("etl")
            server.delete("etl")
            wait_until(lambda: "etl" not in reasons(follower))
            reply.json({**found, "kind": None})
            return True
        return False

    server.instead.append(late)
    with following(server) as (follower, _):
        wait_until(lambda: reasons(follower) == {"other": f"load: {PULLS}"})
        wait_until(lambda: bool(gone))
        server.put(waiting("last"))  # whatever came of it before is told by now
        wait_until(lambda: reasons(follower).get("last", "") != "")
        assert set(reasons(follower)) == {"other", "last"}


def test_a_list_that_is_read_again_drops_what_is_gone_and_keeps_what_was_said() -> None:
    server = StandIn(waiting(), waiting("other"))
    with following(server) as (follower, api):
        wait_until(lambda: set(reasons(follower).values()) == {f"load: {PULLS}"})
        server.delete("other")
        wait_until(lambda: set(reasons(follower)) == {"etl"})
        server.oldest = server.version + 1  # what happened is forgotten: all is listed anew
        server.end_watches()
        pages = len(follower.of(Page))
        server.oldest = server.version + 1
        server.end_watches()
        wait_until(lambda: len(follower.of(Page)) > pages)
        assert reasons(follower) == {"etl": f"load: {PULLS}"}
        assert looked_at(api).count("etl") == 1, "the same version is not read again"


def test_who_may_list_and_not_read_one_has_the_list_all_the_same() -> None:
    server = StandIn(waiting())
    server.refusing["GET .*/workflows/argo/etl$"] = (403, 7, "workflows is forbidden")
    with following(server) as (follower, api):
        wait_until(lambda: looked_at(api) == ["etl"] and live(follower))
        assert reasons(follower) == {"etl": ""}
