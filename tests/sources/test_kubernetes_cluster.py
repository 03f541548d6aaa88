"""The Kubernetes source against the demo cluster: TLS, rights, real lists, and its bad days."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.support.cluster import Cluster, running_cluster
from tests.support.waiting import wait_until
from tests.support.where import where
from tui.demo.resources import CONFIG_MAPS, EVENTS, PODS, SECRETS, WORKFLOWS
from tui.domain.identity import ObjectKey, Target
from tui.domain.logs import stamp_of
from tui.domain.workflow import ListedWorkflow, WorkflowRef
from tui.errors import Busy, Missing, Refused, Unreachable
from tui.kinds.workflows import WORKFLOWS as KIND
from tui.ports.collections import Collections, Scope, Stale, Stood, Unreadable, WatchEvent
from tui.ports.connection import Connection, Place, offered
from tui.ports.events import Events
from tui.ports.logs import LogRequest, PodLogs
from tui.ports.metrics import Metrics
from tui.ports.operations import Delete, Operation, Operations, Patch
from tui.ports.pods import Pods
from tui.ports.secrets import ConfigMap, Secrets
from tui.ports.threads import CancelToken
from tui.sources.credentials import Login
from tui.sources.kubeconfig import choose
from tui.sources.kubernetes import KubernetesSource
from tui.sources.opening import connect
from tui.sources.reflector import QUICK_REFUSALS
from tui.sources.transport import Transport
from tui.state.watch import WatchSession

ARGO = Scope(("argo",))
LABEL = "workflows.argoproj.io/workflow"


_opened: list[KubernetesSource] = []


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    with running_cluster(folder) as running:
        yield running
        while _opened:
            _opened.pop().close()


def source_at(kubeconfig: Path) -> KubernetesSource:
    """A source that is closed before the cluster is."""
    _opened.append(connect(where(kubeconfig=str(kubeconfig)), {}))
    return _opened[-1]


def source_of(cluster: Cluster) -> KubernetesSource:
    return source_at(cluster.kubeconfig)


def as_user(cluster: Cluster, folder: Path, user: str) -> KubernetesSource:
    """The source of another user of the demo cluster."""
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    config["users"] = [{"name": "me", "user": {"token": cluster.token_of(user)}}]
    context = {"cluster": config["clusters"][0]["name"], "user": "me", "namespace": "argo"}
    config["contexts"] = [{"name": "me", "context": context}]
    config["current-context"] = "me"
    path = folder / "as-user"
    path.write_text(yaml.safe_dump(config))
    return source_at(path)


class Watching:
    """A watch of argo, and the state that it keeps."""

    def __init__(self, source: Connection, scope: Scope = ARGO) -> None:
        self.session: WatchSession[ListedWorkflow] = WatchSession(
            "", offered(source, Collections).parts(KIND, scope)
        )
        self.stales: list[Stale] = []
        self.stop = CancelToken()
        self._lock = threading.Lock()
        self._thread = threading.Thread(
            target=offered(source, Collections).watch,
            args=(KIND, scope, self._take, self.stop),
            daemon=True,
        )
        self._thread.start()

    def _take(self, event: WatchEvent[ListedWorkflow]) -> None:
        with self._lock:
            if isinstance(event, Stood) and isinstance(event.standing, Stale):
                self.stales.append(event.standing)
            self.session.take([event], datetime.now(UTC))

    def names(self) -> list[str]:
        with self._lock:
            return sorted(key.name for key in self.session.known)

    def is_live(self) -> bool:
        return self.session.standings.is_live

    def end(self) -> None:
        self.stop.set()
        self._thread.join(5)
        assert not self._thread.is_alive()


@pytest.fixture
def watching(cluster: Cluster) -> Iterator[Watching]:
    cluster.workflow("a")
    cluster.workflow("b")
    source = source_of(cluster)
    found = Watching(source)
    wait_until(found.is_live)
    yield found
    found.end()


def test_what_happens_in_the_cluster_is_known_at_once(cluster: Cluster, watching: Watching) -> None:
    assert watching.names() == ["a", "b"]
    cluster.workflow("c")
    cluster.delete(WORKFLOWS, "a")
    cluster.patch(WORKFLOWS, "b", {"status": {"phase": "Failed"}})
    wait_until(lambda: watching.names() == ["b", "c"])
    (key,) = (key for key in watching.session.known if key.name == "b")
    wait_until(lambda: watching.session.known[key].value.phase == "Failed")


def test_history_compacted_under_a_watch_loses_nothing(
    cluster: Cluster, watching: Watching
) -> None:
    cluster.compact()
    cluster.workflow("c")
    cluster.delete(WORKFLOWS, "a")
    wait_until(lambda: watching.names() == ["b", "c"])


def test_torn_connections_are_opened_again_without_alarm(
    cluster: Cluster, watching: Watching
) -> None:
    for name in ("c", "d", "e"):
        wait_until(lambda: cluster.watching() == 1)
        cluster.drop_connections("watch")
        cluster.workflow(name)
        wait_until(lambda name=name: name in watching.names())  # type: ignore[misc]
    assert not watching.stales


def test_deleted_while_the_connection_was_away_is_deleted_here_too(
    cluster: Cluster, watching: Watching
) -> None:
    cluster.fault("error", path="watch=", status=503, count=1)
    cluster.drop_connections("watch")
    cluster.delete(WORKFLOWS, "a")
    cluster.compact()
    wait_until(lambda: watching.names() == ["b"], 10)
    wait_until(watching.is_live)
    assert watching.stales, "an answer of 503 is to be told"
    assert isinstance(watching.stales[0].error, Busy)


def test_rotated_tokens_are_found_in_the_kubeconfig(cluster: Cluster, watching: Watching) -> None:
    cluster.rotate_tokens()
    cluster.drop_connections("watch")
    cluster.workflow("c")
    wait_until(lambda: "c" in watching.names())
    assert not watching.stales


def test_a_right_taken_away_during_a_watch_is_told_and_the_list_stays(
    cluster: Cluster, watching: Watching
) -> None:
    cluster.fault("forbidden", verb="watch", resource="workflows")
    cluster.drop_connections("watch")
    wait_until(lambda: len(watching.stales) > QUICK_REFUSALS)
    assert isinstance(watching.stales[0].error, Refused)
    assert watching.stales[0].error.what == "not allowed to watch workflows in argo"
    waits = [stale.retry_in for stale in watching.stales]
    assert max(waits[:QUICK_REFUSALS]) < 5, "the API server may have just begun"
    assert waits[QUICK_REFUSALS] >= 30
    assert watching.names() == ["a", "b"]


def test_a_slow_cluster_is_slow_and_not_broken(cluster: Cluster) -> None:
    cluster.workflow("a")
    cluster.fault("slow", rate=20_000)
    assert len(source_of(cluster).read_all(KIND, ARGO)) == 1


def test_a_list_cut_in_the_middle_is_an_error_and_not_a_short_list(cluster: Cluster) -> None:
    for n in range(30):
        cluster.workflow(f"wf-{n}")
    cluster.fault("cut", bytes=3000)
    with pytest.raises(Unreachable):
        source_of(cluster).read_all(KIND, ARGO)


def test_1200_workflows_come_in_three_pages(cluster: Cluster) -> None:
    for n in range(1200):
        cluster.create(WORKFLOWS, {"metadata": {"namespace": "argo", "name": f"wf-{n:04}"}})
    counter = cluster.fault("slow", path="/workflows", rate=10**9)
    assert len(source_of(cluster).read_all(KIND, ARGO)) == 1200
    met = cluster.on_loop(lambda: next(f.met for f in cluster.server.faults.up if f.id == counter))
    assert met == 3


def test_no_crd_says_that_argo_is_not_installed(cluster: Cluster) -> None:
    cluster.fault("no-crds")
    stop, told = CancelToken(), list[WatchEvent[ListedWorkflow]]()

    def take(event: WatchEvent[ListedWorkflow]) -> None:
        told.append(event)
        stop.set()

    source_of(cluster).watch(KIND, ARGO, take, stop)
    assert isinstance(told[0], Stood) and isinstance(told[0].standing, Unreadable)
    error = told[0].standing.error
    assert isinstance(error, Missing) and "no Workflow kind" in error.what
    assert error.reason == "NoKind" and "--demo" in error.hint


def test_no_metrics_server_is_missing_its_kind(cluster: Cluster) -> None:
    cluster.fault("no-metrics")
    with pytest.raises(Missing) as caught:
        offered(source_of(cluster), Metrics).usage(WorkflowRef("argo", "a"))
    assert caught.value.reason == "NoKind"


def test_a_viewer_may_look_and_is_told_what_it_may_not(cluster: Cluster, tmp_path: Path) -> None:
    cluster.workflow("a")
    viewer = as_user(cluster, tmp_path, "demo-viewer")
    assert len(viewer.read_all(KIND, ARGO)) == 1
    with pytest.raises(Refused, match="not allowed to get secrets in argo") as caught:
        offered(viewer, Secrets).secret_value("argo", "s", "k")
    assert "demo-viewer" in caught.value.hint


def test_an_untrusted_authority_is_said_to_be_one(cluster: Cluster, tmp_path: Path) -> None:
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    for each in config["clusters"]:
        each["cluster"].pop("certificate-authority-data")
    path = tmp_path / "untrusting"
    path.write_text(yaml.safe_dump(config))
    with pytest.raises(Unreachable, match="cannot be trusted") as caught:
        source_at(path).read_all(KIND, ARGO)
    assert caught.value.reason == "Certificate"
    assert "certificate-authority" in caught.value.hint


def test_skipping_the_check_of_certificates_prints_no_warning(
    cluster: Cluster, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    for each in config["clusters"]:
        each["cluster"].pop("certificate-authority-data")
        each["cluster"]["insecure-skip-tls-verify"] = True
    path = tmp_path / "insecure"
    path.write_text(yaml.safe_dump(config))
    source_at(path).read_all(KIND, ARGO)
    assert capfd.readouterr() == ("", "")


# --- what belongs to a workflow ---------------------------------------------------------------


def test_pods_of_a_workflow_with_their_containers(cluster: Cluster) -> None:
    cluster.pod(
        "etl-1",
        "main",
        "wait",
        labels={LABEL: "etl"},
        annotations={"workflows.argoproj.io/node-id": "etl-node"},
    )
    cluster.pod("other", labels={LABEL: "other"})
    (pod,) = offered(source_of(cluster), Pods).pods(WorkflowRef("argo", "etl"))
    assert (pod.name, pod.phase, pod.node_id, pod.node_name) == (
        "etl-1",
        "Running",
        "etl-node",
        "node-1",
    )
    assert [(each.name, each.state) for each in pod.containers] == [
        ("main", "running"),
        ("wait", "running"),
    ]


def test_usage_adds_the_containers_of_a_pod(cluster: Cluster) -> None:
    cluster.usage.append(
        {
            "kind": "PodMetrics",
            "metadata": {"namespace": "argo", "name": "etl-1", "labels": {LABEL: "etl"}},
            "containers": [
                {"name": "main", "usage": {"cpu": "250m", "memory": "128Mi"}},
                {"name": "wait", "usage": {"cpu": "1500000n", "memory": "1024Ki"}},
            ],
        }
    )
    usage = offered(source_of(cluster), Metrics).usage(WorkflowRef("argo", "etl"))
    assert usage["etl-1"].cpu_millis == 252
    assert usage["etl-1"].memory_bytes == 129 * 1024 * 1024
    assert usage["etl-1"].containers == {"main": (250, 128 << 20), "wait": (2, 1 << 20)}


def test_what_pods_may_use_is_told_of_those_that_run(cluster: Cluster) -> None:
    resources = {"limits": {"memory": "1Gi", "a.b/gpu": "2"}}
    for name, phase in (("etl-1", "Running"), ("etl-2", "Succeeded")):
        metadata = {"namespace": "argo", "name": name, "labels": {LABEL: "etl"}}
        spec = {"containers": [{"name": "main", "image": "a", "resources": resources}]}
        cluster.create(PODS, {"metadata": metadata, "spec": spec, "status": {"phase": phase}})
    found = offered(source_of(cluster), Metrics).allowances(WorkflowRef("argo", "etl"))
    assert list(found) == ["etl-1"]
    (main,) = found["etl-1"].containers
    assert main.limits == {"memory": 1 << 30, "a.b/gpu": 2}


def event(name: str, kind: str, about: str, uid: str, at: str, **more: Any) -> dict[str, Any]:
    return {
        "metadata": {"namespace": "argo", "name": name},
        "involvedObject": {"kind": kind, "name": about, "namespace": "argo", "uid": uid},
        "reason": more.pop("reason", "WorkflowRunning"),
        "message": name,
        "type": "Normal",
        "lastTimestamp": at,
        **more,
    }


def test_events_of_a_workflow_or_a_pod_oldest_first(cluster: Cluster) -> None:
    for each in (
        event("two", "Workflow", "etl", "u1", "2026-01-01T12:00:02Z", count=3),
        event("one", "Workflow", "etl", "u1", "2026-01-01T12:00:01Z"),
        event("of an earlier one", "Workflow", "etl", "u0", "2026-01-01T11:00:00Z"),
        event("pulled", "Pod", "etl-1", "p1", "2026-01-01T12:00:03Z", reason="Pulled"),
    ):
        each["metadata"]["name"] = each["metadata"]["name"].replace(" ", "-")
        cluster.create(EVENTS, each)
    source = source_of(cluster)
    found = offered(source, Events).events(WorkflowRef("argo", "etl", "u1"))
    assert [(each.message, each.count) for each in found] == [("one", 1), ("two", 3)]
    (pulled,) = offered(source, Events).events(WorkflowRef("argo", "etl", "u1"), "etl-1")
    assert (pulled.reason, pulled.object_kind) == ("Pulled", "Pod")


def test_a_log_is_read_from_its_tail(cluster: Cluster) -> None:
    cluster.pod("etl-1", phase="Succeeded")
    cluster.print_log("etl-1", "one", "two", "three")
    cluster.end_log("etl-1")
    request = LogRequest("argo", "etl-1", follow=False, tail_lines=2)
    opened, block = offered(source_of(cluster), PodLogs).log(request, CancelToken())
    assert len(opened) == 0
    assert block.data == b"two\nthree\n"
    assert all(stamp_of(moment).startswith("2026-01-01T12:00") for moment in block.times)


def test_a_followed_log_goes_on_until_its_end(cluster: Cluster) -> None:
    cluster.pod("etl-1")
    cluster.print_log("etl-1", "one")
    heard: list[bytes] = []
    source = source_of(cluster)

    def read() -> None:
        for block in offered(source, PodLogs).log(LogRequest("argo", "etl-1"), CancelToken()):
            heard.append(block.data)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    wait_until(lambda: b"".join(heard) == b"one\n")
    cluster.print_log("etl-1", "two")
    wait_until(lambda: b"".join(heard) == b"one\ntwo\n")
    cluster.end_log("etl-1")
    thread.join(5)
    assert not thread.is_alive()


def test_one_value_of_a_secret_and_the_data_of_a_config_map(cluster: Cluster) -> None:
    cluster.create(
        SECRETS, {"metadata": {"namespace": "argo", "name": "s"}, "data": {"key": "aHVzaA=="}}
    )
    cluster.create(
        CONFIG_MAPS,
        {
            "metadata": {"namespace": "argo", "name": "c", "annotations": {"which": "a"}},
            "data": {"a": "b"},
        },
    )
    source = source_of(cluster)
    assert offered(source, Secrets).secret_value("argo", "s", "key") == b"hush"
    with pytest.raises(Missing, match="no key other"):
        offered(source, Secrets).secret_value("argo", "s", "other")
    there = ConfigMap({"a": "b"}, {"which": "a"}, "argo")
    assert offered(source, Secrets).config_map("argo", "c") == there
    assert offered(source, Secrets).config_maps("c") == [there]
    assert offered(source, Secrets).config_maps("d") == []


def test_several_namespaces_with_one_known_list(cluster: Cluster) -> None:
    cluster.workflow("a")
    cluster.create(WORKFLOWS, {"metadata": {"namespace": "default", "name": "d"}})
    source = source_of(cluster)
    found = Watching(source, Scope(("argo", "default")))
    wait_until(found.is_live)
    assert found.names() == ["a", "d"]
    cluster.compact()
    cluster.delete(WORKFLOWS, "a")
    wait_until(lambda: found.names() == ["d"])
    found.end()
    assert len(source.read_all(KIND, Scope())) == 1


def test_inside_a_pod_the_service_account_is_who_we_are(cluster: Cluster, tmp_path: Path) -> None:
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    authority = config["clusters"][0]["cluster"]["certificate-authority-data"]
    (tmp_path / "ca.crt").write_bytes(base64.b64decode(authority))
    (tmp_path / "token").write_text(cluster.token)
    (tmp_path / "namespace").write_text("argo")
    address = urlsplit(cluster.url)
    environ = {
        "HOME": str(tmp_path),
        "KUBERNETES_SERVICE_HOST": str(address.hostname),
        "KUBERNETES_SERVICE_PORT": str(address.port),
    }
    cluster.workflow("a")
    chosen = choose("", "", environ, service_account=tmp_path)
    login = Login(chosen, environ, service_account=tmp_path)
    source = KubernetesSource(Transport(login, server=chosen.server), Place("in-cluster"))
    _opened.append(source)
    assert len(source.read_all(KIND, ARGO)) == 1
    cluster.rotate_tokens()
    (tmp_path / "token").write_text(cluster.token)
    assert len(source.read_all(KIND, ARGO)) == 1


def test_a_rehearsal_changes_nothing_and_tells_what_would_be_refused(cluster: Cluster) -> None:
    cluster.workflow("one", "Running")
    key = ObjectKey("", "wf", "argo", "one")
    changes = (
        Patch(key=key, patch={"spec": {"shutdown": "Stop"}}, purpose="stop one"),
        Delete(key=key, propagation="Background", purpose="delete one"),
    )
    operations = offered(source_of(cluster), Operations)
    operations.rehearse(Operation("test", Target(key), {}, changes))
    kept = cluster.get(WORKFLOWS, "one")
    assert kept is not None and "shutdown" not in kept["spec"]
    assert "deletionTimestamp" not in kept["metadata"]
    gone = Patch(key=key._replace(name="gone"), patch={}, purpose="patch what is gone")
    with pytest.raises(Missing):
        operations.rehearse(Operation("test", Target(key), {}, (gone,)))
