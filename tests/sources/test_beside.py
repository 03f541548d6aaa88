"""A cluster with an Argo Server beside it: what is asked of which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.argo_server import ARCHIVING, StandIn
from tests.support.cluster import running_cluster
from tests.support.fake_api import FakeApi
from tests.support.following import Follower
from tests.support.scripted import ScriptedSource, manifest, ref_of
from tests.support.waiting import wait_until
from tests.support.where import where
from tui.demo.resources import WORKFLOWS as DEMO_WORKFLOWS
from tui.domain.archived import ArchiveQuery
from tui.domain.identity import ObjectKey, Target
from tui.errors import Missing, UsageError
from tui.kinds.workflows import WORKFLOWS
from tui.ports.archive import Archive
from tui.ports.artifacts import ServedArtifacts
from tui.ports.collections import Changed, Collections, Gone
from tui.ports.connection import Connection, Place, offered
from tui.ports.events import Events
from tui.ports.objects import Objects, Watches
from tui.ports.operations import Delete, Operation, Operations
from tui.ports.pods import Pods
from tui.settings import ServerSettings, Settings
from tui.sources import open_source, source_of
from tui.sources.argo_server_opening import server_of
from tui.sources.beside import Beside

NODES = {"n": {"id": "n", "name": "etl", "type": "Pod", "phase": "Running"}}
OFFLOADED = manifest("etl", phase="Running", offloadNodeStatusVersion="fnv:1")
WHOLE = manifest("etl", phase="Running", nodes=NODES)
TOKEN = {"ARGO_TOKEN": "let-me-in"}


@contextmanager
def beside(server: StandIn, *found: Any) -> Iterator[tuple[Beside, ScriptedSource, FakeApi]]:
    """A cluster that has these, with this server beside it."""
    cluster = ScriptedSource(*found)
    with server.running() as api:
        rules = ServerSettings(api.url, takes_environment=True)
        both = Beside(cluster, server_of(rules, Place(cluster.id), TOKEN))
        yield both, cluster, api
        both.close()


def target(name: str) -> Target:
    return Target(ObjectKey("", "wf", "argo", name))


def watched(source: Connection, name: str) -> Follower:
    key = ObjectKey(source.id, "wf", "argo", name)
    watches = offered(source, Watches)
    return Follower(lambda sink, stop: watches.watch_one(WORKFLOWS, key, "", sink, stop))


def test_the_cluster_is_watched_and_changed_and_the_server_hands_out_artifacts() -> None:
    with beside(StandIn(), OFFLOADED) as (both, cluster, _):
        for port in (Collections, Pods, Events):
            assert both.port(port) is cluster.port(port)
        assert both.port(ServedArtifacts) is not None
        assert cluster.port(ServedArtifacts) is None
        assert (both.id, both.place, both.troubles) == (cluster.id, cluster.place, ())
        assert both.lacks(Objects) == ""


def test_the_steps_of_an_offloaded_workflow_come_from_the_server() -> None:
    with beside(StandIn(WHOLE), OFFLOADED) as (both, _, _):
        found = offered(both, Objects).get(target("etl"))
        assert found["status"]["nodes"] == NODES
        assert found["metadata"] == OFFLOADED["metadata"], "and all else from the cluster"
        follower = watched(both, "etl")
        wait_until(lambda: follower.of(Changed))
        whole = follower.of(Changed)[0].row.value
        follower.end()
        assert list(whole.object.nodes) == ["n"] and b'"nodes"' not in whole.raw


def test_a_workflow_with_its_steps_is_not_asked_of_the_server() -> None:
    with beside(StandIn(WHOLE), WHOLE) as (both, _, api):
        offered(both, Objects).get(target("etl"))
        follower = watched(both, "etl")
        wait_until(lambda: follower.of(Changed))
        follower.end()
    assert api.asked == []


def test_a_server_that_is_down_leaves_what_the_cluster_has() -> None:
    server = StandIn(WHOLE)
    server.refusing["GET"] = (503, 14, "")
    with beside(server, OFFLOADED) as (both, _, _):
        assert offered(both, Objects).get(target("etl")) == OFFLOADED
        follower = watched(both, "etl")
        wait_until(lambda: follower.of(Changed))
        follower.end()
        assert follower.of(Changed)[0].row.value.object.is_offloaded


def test_a_run_that_only_the_archive_has_is_opened_by_name() -> None:
    server = StandIn(archived=[manifest("old", phase="Failed", nodes=NODES)])
    with beside(server) as (both, _, _):
        assert offered(both, Objects).get(target("old"))["status"]["nodes"] == NODES
        follower = watched(both, "old")
        wait_until(lambda: follower.of(Changed))
        follower.end()
        assert follower.of(Changed)[0].row.value.object.phase == "Failed"


def test_what_neither_has_is_missing_in_the_words_of_the_cluster() -> None:
    with beside(StandIn()) as (both, cluster, _):
        with pytest.raises(Missing) as caught:
            offered(both, Objects).get(target("nope"))
        with pytest.raises(Missing) as plainly:
            offered(cluster, Objects).get(target("nope"))
        assert caught.value.what == plainly.value.what
        follower = watched(both, "nope")
        wait_until(lambda: follower.error)
        assert isinstance(follower.error, Missing)


def retry(name: str, uid: str = "") -> Operation:
    key = ObjectKey("", "wf", "argo", name, uid)
    return Operation("workflow.retry", Target(key, uid), {}, (Delete(key=key, purpose="x"),))


def test_only_what_the_archive_alone_has_is_changed_through_the_server() -> None:
    server = StandIn(WHOLE, archived=[manifest("old", phase="Failed")])
    with beside(server, WHOLE) as (both, cluster, api):
        operations = offered(both, Operations)
        operations.perform(retry("etl"))
        assert cluster.performed and not api.asked
        operations.perform(retry("old", "uid-old"))
        assert [each.path for each in api.asked if each.method != "GET"] == [
            "/api/v1/archived-workflows/uid-old/retry"
        ]
        assert len(cluster.performed) == 1


def test_the_archive_is_that_of_the_server() -> None:
    server = StandIn(archived=[manifest("old", phase="Failed", nodes=NODES)])
    with beside(server) as (both, cluster, _):
        (row,) = offered(both, Archive).page(WORKFLOWS, ArchiveQuery()).rows
        assert row.key == ObjectKey(both.id, "wf", "argo", "old", "uid-old")
        assert offered(both, Objects).get(Target(row.key, row.uid))["status"]["nodes"] == NODES
        assert cluster.port(Archive) is None


def test_one_that_moves_to_the_archive_while_it_is_looked_at_stays_as_it_is() -> None:
    whole = manifest("etl", phase="Failed", nodes=NODES)
    server = StandIn(archived=[whole])
    with beside(server, whole) as (both, cluster, _):
        follower = watched(both, "etl")
        wait_until(lambda: follower.of(Changed))
        cluster.remove(ref_of(whole))
        wait_until(lambda: len(follower.of(Changed)) == 2)
        follower.end()
        assert follower.of(Gone) == []
        assert follower.of(Changed)[1].row.value.object.is_only_archived


def test_one_that_goes_while_it_is_being_archived_is_looked_for_twice() -> None:
    whole = manifest("etl", phase="Failed", nodes=NODES, labels={ARCHIVING: "Pending"})
    server = StandIn()
    with beside(server, whole) as (both, cluster, api):
        follower = watched(both, "etl")
        wait_until(lambda: follower.of(Changed))
        cluster.remove(ref_of(whole))
        wait_until(lambda: any("archived-workflows" in each.path for each in api.asked))
        server.archive(whole)
        wait_until(lambda: len(follower.of(Changed)) == 2)
        follower.end()
        assert follower.of(Gone) == []


def test_flags_put_a_server_beside_a_context_and_the_environment_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = StandIn(archived=[manifest("old", phase="Failed")])
    with running_cluster(tmp_path) as cluster, server.running() as api:
        metadata = {"namespace": "argo", "name": "etl"}
        cluster.create(DEMO_WORKFLOWS, {**WHOLE, "metadata": metadata})
        monkeypatch.setenv("ARGO_TOKEN", "let-me-in")
        named = ServerSettings(api.url, takes_environment=True)
        settings = where(kubeconfig=str(cluster.kubeconfig), server=named, namespace="argo")
        assert source_of(settings) == "kubernetes"
        both = open_source(settings)
        assert offered(both, Objects).get(target("etl"))["status"]["nodes"] == NODES
        assert offered(both, Objects).get(target("old"))["status"]["phase"] == "Failed"
        both.close()
        monkeypatch.setenv("ARGO_SERVER", api.url)
        alone = open_source(where(kubeconfig=str(cluster.kubeconfig), namespace="argo"))
        assert alone.port(ServedArtifacts) is None
        alone.close()


def test_the_settings_put_a_server_beside_one_context() -> None:
    settings = Settings(places=(("prod", {"server": {"address": "argo:443"}}),))
    assert settings.for_place("prod").server.address == "argo:443"
    assert not settings.for_place("staging").server.address


def test_a_server_is_not_put_beside_several_clusters(tmp_path: Path) -> None:
    from tui.cli import _of_contexts

    settings = Settings(context="a,b", server=ServerSettings("argo:443"), kubeconfig="/dev/null")
    with pytest.raises(UsageError, match="beside one cluster"):
        _of_contexts(settings)
