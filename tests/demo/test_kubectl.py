"""The demo cluster read by the real kubectl.

If these binaries take it for a cluster, so will everything that is like them. One server for each
version, and a discovery cache of its own for each.
"""

from __future__ import annotations

import json
import re

import pytest

from tests.support.headless import run
from tests.support.kubectl import Kubectl, Reader
from tests.support.waiting import wait_until
from tui.demo.resources import WORKFLOWS

pytestmark = pytest.mark.kubectl


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


def test_our_brief_list_is_the_table_that_kubectl_prints(kubectl: Kubectl) -> None:
    def without_ages(text: str) -> str:
        return re.sub(r"\b\d+[smh]\b", "AGE", text)

    config = str(kubectl.cluster.kubeconfig)
    for flags in ([], ["-A"], ["--no-headers"], ["-l", "team=data"]):
        ours = run(["list", "--kubeconfig", config, "-o", "brief", *flags])
        theirs = kubectl("get", "wf", *flags)
        if theirs:
            assert without_ages(ours.out) == without_ages(theirs), flags
        assert ours.code == 0


def test_get_wide_and_of_all_namespaces(kubectl: Kubectl) -> None:
    header, *pods = rows(kubectl("get", "pods", "-o", "wide"))
    assert header[:7] == ["NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE"]
    assert ["whale-pod", "2/2", "Running", "0"] in [pod[:4] for pod in pods]
    everywhere = rows(kubectl("get", "wf", "-A"))
    assert everywhere[0][0] == "NAMESPACE"
    assert ["default", "far", "Running"] in [row[:3] for row in everywhere]
    # Argo's definitions put no kind of theirs among "all".
    all_of_them = kubectl("get", "all", "-o", "name").split()
    assert "pod/whale-pod" in all_of_them
    assert not [each for each in all_of_them if "argoproj.io" in each]


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
    log = kubectl.run("--context=demo-viewer", "auth", "can-i", "get", "po", "--subresource=log")
    assert (log.returncode, log.stdout) == (0, "yes\n")
    least = rows(kubectl("--context=demo-least", "auth", "can-i", "--list", "-n", "argo"))
    assert ["pods", "[]", "[]", "[list", "watch", "delete]"] in least
    kubectl.cluster.fault("no-rules")
    told = kubectl.run("auth", "can-i", "--list")
    assert "the list may be incomplete: webhook authorizer does not support" in told.stderr
    kubectl.cluster.clear_faults()


def test_auth_whoami(kubectl: Kubectl) -> None:
    if kubectl.version == "1.27":
        pytest.skip("kubectl 1.27 asks only for the alpha and beta versions, which no server has")
    assert ["Username", "demo-viewer"] in rows(kubectl("--context=demo-viewer", "auth", "whoami"))


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
