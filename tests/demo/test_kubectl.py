"""The demo cluster through the eyes of the real kubectl.

If these binaries take it for a cluster, so will everything that is like them. One server for each
version, and a discovery cache of its own for each.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.cluster import Cluster, running_cluster
from tests.support.waiting import wait_until
from tui.demo.resources import CONFIG_MAPS, EVENTS, WORKFLOWS

pytestmark = pytest.mark.kubectl

VERSIONS = os.environ.get("KUBECTL_VERSIONS", "1.27,1.29,1.32,1.33").split(",")
_BESIDE = Path("/usr/lib/google-cloud-sdk/bin")


@cache
def binary(version: str) -> str | None:
    """kubectl of that version: beside Google's dispatcher, by its name, or the one on the PATH."""
    for path in (_BESIDE / f"kubectl.{version}", shutil.which(f"kubectl.{version}")):
        if path and Path(path).exists():
            return str(path)
    if plain := shutil.which("kubectl"):
        said = subprocess.run(
            [plain, "version", "--client", "-o", "json"], capture_output=True, text=True
        )
        if said.returncode == 0:
            client = json.loads(said.stdout)["clientVersion"]
            if f"{client['major']}.{client['minor']}" == version:
                return plain
    return None


class Kubectl:
    """kubectl of one version against one cluster."""

    def __init__(self, path: str, version: str, cluster: Cluster, cache_dir: Path) -> None:
        self.version = version
        self.cluster = cluster
        self._command = [
            path,
            f"--kubeconfig={cluster.kubeconfig}",
            f"--cache-dir={cache_dir}",
            "--request-timeout=20s",
        ]
        self._env = {"HOME": str(cache_dir), "PATH": os.environ.get("PATH", "")}

    def run(self, *args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._command, *args],
            input=stdin,
            capture_output=True,
            text=True,
            env=self._env,
            timeout=40,
        )

    def __call__(self, *args: str, stdin: str = "") -> str:
        done = self.run(*args, stdin=stdin)
        assert done.returncode == 0, f"{args}: {done.stderr}"
        return done.stdout

    def refused(self, *args: str, stdin: str = "") -> str:
        done = self.run(*args, stdin=stdin)
        assert done.returncode != 0, f"{args}: {done.stdout}"
        return done.stderr

    def started(self, *args: str) -> subprocess.Popen[str]:
        command = [each for each in self._command if "timeout" not in each]
        return subprocess.Popen(
            [*command, *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._env,
        )


class Reader:
    """The lines of a process, as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.lines: list[str] = []
        self._process = process
        self._arrived = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with self._arrived:
                self.lines.append(line.rstrip("\n"))
                self._arrived.notify_all()

    def wait_for(self, text: str) -> None:
        with self._arrived:
            found = self._arrived.wait_for(lambda: any(text in line for line in self.lines), 15)
            assert found, (text, self.lines)

    def wait_end(self) -> None:
        self._process.wait(15)
        self._thread.join(15)

    def stop(self) -> None:
        self._process.kill()
        self.wait_end()
        assert self._process.stdout
        self._process.stdout.close()


@pytest.fixture(scope="module", params=VERSIONS)
def kubectl(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kubectl]:
    version = request.param
    path = binary(version)
    if path is None:
        pytest.skip(f"no kubectl {version} on this machine")
    with running_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        furnish(cluster)
        yield Kubectl(path, version, cluster, tmp_path_factory.mktemp("cache"))


def furnish(cluster: Cluster) -> None:
    """Two workflows, two pods, an event, a config map."""
    made = cluster.workflow(
        "whale", "Succeeded", status={"phase": "Succeeded", "startedAt": "2020-01-01T00:00:00Z"}
    )
    cluster.workflow(
        "etl",
        "Failed",
        status={"phase": "Failed", "startedAt": "2020-01-01T00:00:00Z", "message": "child failed"},
    )
    cluster.workflow("far", metadata={"namespace": "default"})
    cluster.pod("whale-pod", "main", "wait", labels={"app": "whale"})
    cluster.pod("etl-pod", phase="Failed")
    cluster.print_log("whale-pod", "first", "second", "third")
    cluster.print_log("whale-pod", "waiting", container="wait")
    cluster.end_log("whale-pod", container="wait")
    cluster.print_log("etl-pod", "run one")
    cluster.on_loop(lambda: cluster.logs.begin("argo", "etl-pod", "main"))
    cluster.print_log("etl-pod", "run two")
    cluster.end_log("etl-pod")
    cluster.create(
        EVENTS,
        {
            "metadata": {"namespace": "argo", "name": "whale.1"},
            "involvedObject": {
                "kind": "Workflow",
                "namespace": "argo",
                "name": "whale",
                "uid": made["metadata"]["uid"],
                "apiVersion": "argoproj.io/v1alpha1",
            },
            "reason": "WorkflowSucceeded",
            "message": "Workflow completed",
            "type": "Normal",
            "count": 1,
            "firstTimestamp": "2020-01-01T00:00:00Z",
            "lastTimestamp": "2020-01-01T00:00:00Z",
            "source": {"component": "workflow-controller"},
        },
    )
    cluster.create(
        CONFIG_MAPS, {"metadata": {"namespace": "argo", "name": "settings"}, "data": {"a": "b"}}
    )


def manifest(name: str, **spec: Any) -> str:
    metadata = {"generateName": name} if name.endswith("-") else {"name": name}
    return json.dumps(
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Workflow",
            "metadata": metadata,
            "spec": {"entrypoint": "main", **spec},
        }
    )


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.splitlines()]


def test_version_and_what_there_is(kubectl: Kubectl) -> None:
    assert json.loads(kubectl("version", "-o", "json"))["serverVersion"]["minor"] == "32"
    names = kubectl("api-resources", "--no-headers", "-o", "name").split()
    assert {"workflows.argoproj.io", "pods", "cronworkflows.argoproj.io"} <= set(names)
    assert "argoproj.io/v1alpha1" in kubectl("api-versions").split()


def test_get_prints_the_servers_columns(kubectl: Kubectl) -> None:
    header, *lines = rows(kubectl("get", "wf", "--sort-by=.metadata.name"))
    assert header == ["NAME", "STATUS", "AGE", "MESSAGE"]
    assert [line[0] for line in lines] == sorted(line[0] for line in lines)
    etl, whale = (next(line for line in lines if line[0] == name) for name in ("etl", "whale"))
    assert etl[1] == "Failed" and etl[-2:] == ["child", "failed"]
    assert whale[1] == "Succeeded"


def test_get_wide_and_of_all_namespaces(kubectl: Kubectl) -> None:
    header, *pods = rows(kubectl("get", "pods", "-o", "wide"))
    assert header[:7] == ["NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE"]
    assert ["whale-pod", "2/2", "Running", "0"] in [pod[:4] for pod in pods]
    everywhere = rows(kubectl("get", "wf", "-A"))
    assert everywhere[0][0] == "NAMESPACE"
    assert ["default", "far", "Running"] in [row[:3] for row in everywhere]
    assert "workflow.argoproj.io/whale" in kubectl("get", "all", "-o", "name")


def test_get_in_other_forms(kubectl: Kubectl) -> None:
    assert kubectl("get", "wf", "whale", "-o", "name") == "workflow.argoproj.io/whale\n"
    assert json.loads(kubectl("get", "wf", "whale", "-o", "json"))["status"]["phase"] == "Succeeded"
    assert "phase: Succeeded" in kubectl("get", "wf", "whale", "-o", "yaml")
    assert kubectl("get", "wf", "whale", "-o", "jsonpath={.status.phase}") == "Succeeded"
    columns = kubectl("get", "wf", "whale", "-o", "custom-columns=P:.status.phase")
    assert columns.split() == ["P", "Succeeded"]
    assert kubectl("get", "cm", "settings", "-o", "jsonpath={.data.a}") == "b"


def test_get_by_selectors_and_in_chunks(kubectl: Kubectl) -> None:
    failed = kubectl("get", "wf", "-l", "workflows.argoproj.io/phase=Failed", "-o", "name")
    assert failed == "workflow.argoproj.io/etl\n"
    one = kubectl("get", "wf", "--field-selector", "metadata.name=whale", "-o", "name")
    assert one == "workflow.argoproj.io/whale\n"
    bad = kubectl.refused("get", "wf", "--field-selector", "status.phase=Failed")
    assert "field label not supported: status.phase" in bad
    chunked = kubectl("get", "wf", "-A", "--chunk-size=1", "-o", "name").split()
    assert {"workflow.argoproj.io/whale", "workflow.argoproj.io/far"} <= set(chunked)


def test_get_raw(kubectl: Kubectl) -> None:
    path = "/apis/argoproj.io/v1alpha1/namespaces/argo/workflows/whale"
    assert json.loads(kubectl("get", "--raw", path))["metadata"]["name"] == "whale"
    assert kubectl("get", "--raw", "/readyz") == "ok"


def test_what_is_not_there_is_said(kubectl: Kubectl) -> None:
    expected = 'Error from server (NotFound): workflows.argoproj.io "nope" not found'
    assert expected in kubectl.refused("get", "wf", "nope")


def test_watching_prints_what_changes(kubectl: Kubectl) -> None:
    reader = Reader(kubectl.started("get", "wf", "-w"))
    reader.wait_for("whale")
    kubectl.cluster.workflow("seen")
    reader.wait_for("seen")
    kubectl.cluster.patch(WORKFLOWS, "seen", {"status": {"phase": "Failed", "message": "oh no"}})
    reader.wait_for("oh no")
    reader.stop()
    assert sum(line.startswith("NAME") for line in reader.lines) == 1


def test_watching_one_object_tells_its_events(kubectl: Kubectl) -> None:
    kubectl.cluster.workflow("short")
    reader = Reader(kubectl.started("get", "wf", "short", "--watch", "--output-watch-events"))
    reader.wait_for("ADDED")
    # kubectl watches a single object from no version: what happens before it asks is lost.
    wait_until(kubectl.cluster.watching)
    kubectl.cluster.delete(WORKFLOWS, "short")
    reader.wait_for("DELETED")
    reader.stop()


def test_describe_shows_the_object_and_its_events(kubectl: Kubectl) -> None:
    said = kubectl("describe", "wf", "whale")
    assert "Phase:" in said and "WorkflowSucceeded" in said
    assert "Containers:" in kubectl("describe", "pod", "whale-pod")
    assert "settings" in kubectl("describe", "cm", "settings")


def test_events(kubectl: Kubectl) -> None:
    listed = rows(kubectl("get", "events"))
    assert listed[0] == ["LAST", "SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]
    assert "workflow/whale" in listed[1]
    # With the group in the name from 1.28 on.
    kind = "workflow" if kubectl.version == "1.27" else "workflows.argoproj.io"
    assert "WorkflowSucceeded" in kubectl("events", "--for", f"{kind}/whale")


def test_patch_in_both_ways_and_not_the_third(kubectl: Kubectl) -> None:
    kubectl.cluster.workflow("patched")
    kubectl("patch", "wf", "patched", "--type=merge", "-p", '{"spec":{"suspend":true}}')
    operations = '[{"op":"replace","path":"/spec/suspend","value":false}]'
    kubectl("patch", "wf", "patched", "--type=json", "-p", operations)
    now = kubectl.cluster.get(WORKFLOWS, "patched")
    assert now and now["spec"]["suspend"] is False
    assert "strategic-merge-patch+json is not supported" in kubectl.refused(
        "patch", "wf", "patched", "-p", "{}"
    )
    missing = '[{"op":"remove","path":"/spec/nothing"}]'
    kubectl.refused("patch", "wf", "patched", "--type=json", "-p", missing)
    kubectl("patch", "cm", "settings", "-p", '{"data":{"c":"d"}}')
    settings = kubectl.cluster.get(CONFIG_MAPS, "settings")
    assert settings and settings["data"] == {"a": "b", "c": "d"}


def test_label_and_annotate(kubectl: Kubectl) -> None:
    kubectl.cluster.workflow("marked")
    kubectl("label", "wf", "marked", "team=data")
    kubectl("annotate", "wf", "marked", "note=it is so")
    kubectl("label", "pods", "etl-pod", "team=data")
    now = kubectl.cluster.get(WORKFLOWS, "marked")
    assert now and now["metadata"]["labels"]["team"] == "data"
    assert now["metadata"]["annotations"]["note"] == "it is so"
    kubectl("label", "wf", "marked", "team-")
    assert "team" not in (kubectl.cluster.get(WORKFLOWS, "marked") or {})["metadata"]["labels"]


def test_logs(kubectl: Kubectl) -> None:
    assert kubectl("logs", "whale-pod", "-c", "main") == "first\nsecond\nthird\n"
    assert kubectl("logs", "whale-pod", "-c", "main", "--tail=1") == "third\n"
    stamped = kubectl("logs", "whale-pod", "-c", "main", "--timestamps", "--tail=1")
    assert stamped == "2026-01-01T12:00:02.000000000Z third\n"
    assert kubectl("logs", "-f", "whale-pod", "-c", "wait") == "waiting\n"
    assert kubectl("logs", "etl-pod", "--previous") == "run one\n"
    assert kubectl("logs", "-l", "app=whale", "--all-containers", "--tail=1") != ""
    assert 'pods "nope" not found' in kubectl.refused("logs", "nope")


def test_logs_are_followed_until_the_container_ends(kubectl: Kubectl) -> None:
    kubectl.cluster.pod("busy")
    kubectl.cluster.print_log("busy", "one")
    reader = Reader(kubectl.started("logs", "-f", "busy"))
    reader.wait_for("one")
    kubectl.cluster.print_log("busy", "two")
    reader.wait_for("two")
    kubectl.cluster.end_log("busy")
    reader.wait_end()
    assert reader.lines == ["one", "two"]
    reader.stop()


def test_auth_can_i(kubectl: Kubectl) -> None:
    assert kubectl("auth", "can-i", "delete", "workflows.argoproj.io") == "yes\n"
    refused = kubectl.run("--context=demo-viewer", "auth", "can-i", "delete", "wf")
    assert (refused.returncode, refused.stdout) == (1, "no\n")
    logs = kubectl.run("--context=demo-viewer", "auth", "can-i", "get", "pods/log")
    assert logs.stdout == "yes\n"
    listed = rows(kubectl("--context=demo-viewer", "auth", "can-i", "--list"))
    assert any(row[0] == "workflows.argoproj.io" and "watch]" in row[-1] for row in listed)


def test_auth_whoami(kubectl: Kubectl) -> None:
    if kubectl.version == "1.27":
        pytest.skip("kubectl 1.27 asks only for the alpha and beta versions, which no server has")
    assert ["Username", "demo-viewer"] in rows(kubectl("--context=demo-viewer", "auth", "whoami"))


def test_files_of_built_in_kinds_are_applied(kubectl: Kubectl) -> None:
    files = """
apiVersion: v1
kind: ConfigMap
metadata: {name: filed}
data: {a: b}
---
apiVersion: argoproj.io/v1alpha1
kind: CronWorkflow
metadata: {name: filed}
spec: {schedules: ["* * * * *"], workflowSpec: {entrypoint: m}}
"""
    assert kubectl("apply", "-f", "-", stdin=files).count("created") == 2
    assert kubectl("apply", "-f", "-", stdin=files).count("unchanged") == 2
    assert kubectl("delete", "-f", "-", stdin=files).count("deleted") == 2


def test_what_is_forbidden_is_said(kubectl: Kubectl) -> None:
    said = kubectl.refused("--context=demo-viewer", "delete", "wf", "whale")
    assert said == (
        'Error from server (Forbidden): workflows.argoproj.io "whale" is forbidden: User'
        ' "demo-viewer" cannot delete resource "workflows" in API group "argoproj.io" in the'
        ' namespace "argo"\n'
    )


def test_create(kubectl: Kubectl) -> None:
    made = kubectl("create", "-f", "-", stdin=manifest("made-"))
    assert made.startswith("workflow.argoproj.io/made-") and made.endswith(" created\n")
    said = kubectl.refused("create", "-f", "-", stdin=manifest("whale"))
    assert 'workflows.argoproj.io "whale" already exists' in said
    dry = kubectl("create", "--dry-run=server", "-o", "name", "-f", "-", stdin=manifest("dry"))
    assert dry == "workflow.argoproj.io/dry\n"
    assert kubectl.cluster.get(WORKFLOWS, "dry") is None
    kubectl("create", "configmap", "typed", "--from-literal=k=v")
    typed = kubectl.cluster.get(CONFIG_MAPS, "typed")
    assert typed and typed["data"] == {"k": "v"}
    kubectl("--context=demo-admin", "create", "namespace", "fresh")
    kubectl("--context=demo-admin", "create", "secret", "generic", "s", "--from-literal=k=v")
    kubectl("create", "serviceaccount", "runner")


def test_apply_and_again(kubectl: Kubectl) -> None:
    assert "created" in kubectl("apply", "-f", "-", stdin=manifest("applied", parallelism=1))
    assert "configured" in kubectl("apply", "-f", "-", stdin=manifest("applied", onExit="bye"))
    now = kubectl.cluster.get(WORKFLOWS, "applied")
    assert now and now["spec"] == {"entrypoint": "main", "onExit": "bye"}
    assert "unchanged" in kubectl("apply", "-f", "-", stdin=manifest("applied", onExit="bye"))


def test_apply_on_the_servers_side(kubectl: Kubectl) -> None:
    first = kubectl("apply", "--server-side", "-f", "-", stdin=manifest("side", parallelism=1))
    assert "serverside-applied" in first
    kubectl("apply", "--server-side", "-f", "-", stdin=manifest("side", onExit="bye"))
    now = kubectl.cluster.get(WORKFLOWS, "side")
    assert now and now["spec"] == {"entrypoint": "main", "onExit": "bye"}


def test_replace(kubectl: Kubectl) -> None:
    kubectl.cluster.workflow("replaced")
    assert "replaced" in kubectl("replace", "-f", "-", stdin=manifest("replaced", suspend=True))
    now = kubectl.cluster.get(WORKFLOWS, "replaced")
    assert now and now["spec"] == {"entrypoint": "main", "suspend": True}


def test_delete_one_and_by_label(kubectl: Kubectl) -> None:
    for name in ("gone-1", "gone-2", "gone-3"):
        kubectl.cluster.workflow(name, metadata={"labels": {"gone": name[-1]}})
    assert "deleted" in kubectl("delete", "wf", "gone-1")
    kubectl("delete", "wf", "-l", "gone in (2,3)", "--wait=true")
    assert kubectl("get", "wf", "-l", "gone", "-o", "name") == ""
    assert "NotFound" in kubectl.refused("delete", "wf", "gone-1")


def test_delete_waits_for_finalizers(kubectl: Kubectl) -> None:
    kubectl.cluster.workflow("held", metadata={"finalizers": ["example.com/hold"]})
    reader = Reader(kubectl.started("delete", "wf", "held"))
    reader.wait_for("deleted")
    kubectl.cluster.patch(WORKFLOWS, "held", {"metadata": {"finalizers": None}})
    reader.wait_end()
    assert kubectl.cluster.get(WORKFLOWS, "held") is None
    reader.stop()


def test_explain(kubectl: Kubectl) -> None:
    assert "entrypoint" in kubectl("explain", "wf.spec")
    assert "containers" in kubectl("explain", "pods.spec")


def test_wait_for_a_phase(kubectl: Kubectl) -> None:
    kubectl.cluster.workflow("awaited")
    process = kubectl.started("wait", "wf/awaited", "--for=jsonpath={.status.phase}=Succeeded")
    reader = Reader(process)
    kubectl.cluster.patch(WORKFLOWS, "awaited", {"status": {"phase": "Succeeded"}})
    reader.wait_for("condition met")
    reader.wait_end()
    assert process.returncode == 0
    reader.stop()


def test_top_pods(kubectl: Kubectl) -> None:
    kubectl.cluster.usage[:] = [
        {
            "metadata": {"name": "whale-pod", "namespace": "argo"},
            "timestamp": "2026-01-01T12:00:00Z",
            "window": "15s",
            "containers": [{"name": "main", "usage": {"cpu": "250m", "memory": "64Mi"}}],
        }
    ]
    assert ["whale-pod", "250m", "64Mi"] in rows(kubectl("top", "pods"))
