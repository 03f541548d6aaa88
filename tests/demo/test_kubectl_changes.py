"""The demo cluster changed by the real kubectl."""

from __future__ import annotations

import pytest

from tests.support.kubectl import Kubectl, Reader, manifest
from tui.demo.resources import CONFIG_MAPS, WORKFLOWS

pytestmark = pytest.mark.kubectl


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
