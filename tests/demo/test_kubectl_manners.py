"""kubectl against the demo cluster, where a real server is particular: owners, fields, grace."""

from __future__ import annotations

import json

import pytest

from tests.support.kubectl import Kubectl, Reader, manifest
from tests.support.waiting import wait_until
from tui.demo.resources import CONFIG_MAPS, NAMESPACES, NODES, PODS, SERVICES, WORKFLOWS

pytestmark = pytest.mark.kubectl


def config_map(name: str, **data: str) -> str:
    metadata = {"name": name}
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def data_of(kubectl: Kubectl, name: str) -> dict[str, str]:
    found = kubectl.cluster.get(CONFIG_MAPS, name)
    assert found
    data: dict[str, str] = found["data"]
    return data


def test_what_another_applied_is_changed_by_force_only(kubectl: Kubectl) -> None:
    apply = ("apply", "--server-side", "-f", "-")
    other = (*apply, "--field-manager=other")
    kubectl(*apply, stdin=config_map("shared", a="1"))
    said = kubectl.refused(*other, stdin=config_map("shared", a="2"))
    assert 'Apply failed with 1 conflict: conflict with "kubectl": .data.a' in said
    kubectl(*other, "--force-conflicts", stdin=config_map("shared", a="2"))
    assert data_of(kubectl, "shared") == {"a": "2"}
    shown = kubectl("get", "cm", "shared", "-o", "yaml", "--show-managed-fields")
    assert "manager: other" in shown and "f:a: {}" in shown
    assert "managedFields" not in kubectl("get", "cm", "shared", "-o", "yaml")


def test_a_client_side_apply_goes_over_to_the_servers_side(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=manifest("moved", parallelism=1))
    apply = ("apply", "--server-side", "-f", "-")
    said = kubectl.refused(*apply, stdin=manifest("moved", parallelism=2))
    assert 'conflict with "kubectl-client-side-apply" using argoproj.io/v1alpha1' in said
    # kubectl hands over to itself what it had applied before, once that is the same.
    kubectl(*apply, stdin=manifest("moved", parallelism=1))
    kubectl(*apply, stdin=manifest("moved", parallelism=2))
    now = kubectl.cluster.get(WORKFLOWS, "moved")
    assert now and now["spec"] == {"entrypoint": "main", "parallelism": 2}


def test_a_field_that_there_is_not_is_refused_or_warned_of(kubectl: Kubectl) -> None:
    body = json.dumps({**json.loads(manifest("typo")), "sepc": {}})
    said = kubectl.refused("create", "-f", "-", stdin=body)
    assert 'strict decoding error: unknown field "sepc"' in said
    done = kubectl.run("create", "--validate=warn", "-f", "-", stdin=body)
    assert (done.returncode, done.stdout) == (0, "workflow.argoproj.io/typo created\n")
    assert 'Warning: unknown field "sepc"' in done.stderr


def test_a_difference_is_shown(kubectl: Kubectl) -> None:
    kubectl("apply", "-f", "-", stdin=config_map("differs", a="1"))
    assert kubectl.run("diff", "-f", "-", stdin=config_map("differs", a="1")).returncode == 0
    done = kubectl.run("diff", "-f", "-", stdin=config_map("differs", a="2"))
    assert done.returncode == 1
    assert '-  a: "1"' in done.stdout and '+  a: "2"' in done.stdout
    assert data_of(kubectl, "differs") == {"a": "1"}


def test_an_object_is_edited(kubectl: Kubectl) -> None:
    kubectl("create", "-f", "-", stdin=config_map("edited", a="before"))
    done = kubectl.run("edit", "cm", "edited", KUBE_EDITOR="sed -i s/before/after/")
    assert (done.returncode, done.stdout) == (0, "configmap/edited edited\n")
    assert data_of(kubectl, "edited") == {"a": "after"}


def test_labels_are_not_overwritten_by_mistake(kubectl: Kubectl) -> None:
    kubectl.cluster.workflow("labelled", metadata={"labels": {"team": "a"}})
    assert "--overwrite is false" in kubectl.refused("label", "wf", "labelled", "team=b")
    kubectl("label", "wf", "labelled", "team=b", "--overwrite")
    kubectl("annotate", "wf", "labelled", "note=1")
    kubectl("annotate", "wf", "labelled", "note-")
    metadata = (kubectl.cluster.get(WORKFLOWS, "labelled") or {})["metadata"]
    assert metadata["labels"]["team"] == "b" and "annotations" not in metadata


def test_a_running_pod_ends_before_it_goes(kubectl: Kubectl) -> None:
    kubectl.cluster.pod("ending")
    reader = Reader(kubectl.started("get", "pods", "ending", "-w"))
    reader.wait_for("Running")
    wait_until(kubectl.cluster.watching)
    assert "deleted" in kubectl("delete", "pod", "ending")
    reader.wait_for("Terminating")
    reader.stop()
    assert kubectl.cluster.get(PODS, "ending") is None


def test_a_pod_can_be_deleted_by_force(kubectl: Kubectl) -> None:
    kubectl.cluster.pod("forced")
    done = kubectl.run("delete", "pod", "forced", "--grace-period=0", "--force", "--wait=false")
    assert done.returncode == 0
    assert kubectl.cluster.get(PODS, "forced") is None


@pytest.mark.parametrize(
    ("cascade", "stays"), [("background", False), ("foreground", False), ("orphan", True)]
)
def test_what_belongs_to_a_workflow_goes_with_it_or_not(
    kubectl: Kubectl, cascade: str, stays: bool
) -> None:
    owner = kubectl.cluster.workflow(f"owner-{cascade}")
    reference = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
    }
    name = f"owned-{cascade}"
    kubectl.cluster.pod(name, phase="Succeeded", ownerReferences=[reference])
    kubectl("delete", "wf", f"owner-{cascade}", f"--cascade={cascade}")
    assert (kubectl.cluster.get(PODS, name) is not None) is stays


def test_waiting_for_a_condition_and_for_the_end(kubectl: Kubectl) -> None:
    kubectl.cluster.workflow("waited")
    reader = Reader(kubectl.started("wait", "wf/waited", "--for=condition=Completed"))
    condition = {"type": "Completed", "status": "True"}
    kubectl.cluster.patch(WORKFLOWS, "waited", {"status": {"conditions": [condition]}})
    reader.wait_for("condition met")
    reader.stop()
    reader = Reader(kubectl.started("wait", "wf/waited", "--for=delete"))
    wait_until(kubectl.cluster.watching)
    kubectl.cluster.delete(WORKFLOWS, "waited")
    reader.wait_end()
    reader.stop()
    assert "timed out" in kubectl.refused("wait", "wf/whale", "--for=delete", "--timeout=1s")


def test_logs_of_several_pods_say_whose_they_are(kubectl: Kubectl) -> None:
    kubectl.cluster.pod("told", "main", "wait", labels={"app": "told"})
    kubectl.cluster.print_log("told", "hello")
    kubectl.cluster.print_log("told", "watching", container="wait")
    said = kubectl("logs", "-l", "app=told", "--all-containers", "--prefix")
    assert {"[pod/told/main] hello", "[pod/told/wait] watching"} == set(said.splitlines())
    assert kubectl("logs", "told", "-c", "main", "--since=1s") == ""
    assert kubectl("logs", "told", "-c", "main", "--since-time=2020-01-01T00:00:00Z") == "hello\n"


def test_what_somebody_else_may_do(kubectl: Kubectl) -> None:
    asked = ("auth", "can-i", "delete", "wf", "--as=demo-viewer")
    assert kubectl.run("--context=demo-admin", *asked).stdout == "no\n"
    assert 'cannot impersonate resource "users"' in kubectl.refused(*asked)
    said = kubectl.refused("--context=demo-admin", "get", "wf", "--as=nobody")
    assert 'User "nobody" cannot list resource "workflows"' in said


def test_kinds_and_paths_that_are_not_there(kubectl: Kubectl) -> None:
    said = kubectl.refused("create", "deployment", "d", "--image=a")
    assert 'deployments.apps is forbidden: User "demo" cannot create resource' in said
    assert 'cannot get path "/metrics"' in kubectl.refused("get", "--raw", "/metrics")
    said = kubectl.refused("--context=demo-admin", "get", "--raw", "/metrics")
    assert "the server could not find the requested resource" in said
    assert "doesn't have a resource type" in kubectl.refused("get", "deployments")


def test_nothing_runs_in_a_simulated_container(kubectl: Kubectl) -> None:
    said = kubectl.refused("--context=demo-admin", "exec", "whale-pod", "-c", "main", "--", "ls")
    assert "are simulated" in said
    said = kubectl.refused("--context=demo-viewer", "exec", "whale-pod", "-c", "main", "--", "ls")
    assert 'resource "pods/exec"' in said


def test_explain_goes_down_into_a_template(kubectl: Kubectl) -> None:
    assert "depends" in kubectl("explain", "wf.spec.templates.dag.tasks")
    assert "retryStrategy" in kubectl("explain", "cronwf.spec.workflowSpec.templates")
    assert "entrypoint" in kubectl("explain", "wf", "--recursive")


def test_the_cluster_tells_of_itself(kubectl: Kubectl) -> None:
    kubectl.cluster.create(
        NODES,
        {
            "metadata": {"name": "node-1"},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        },
    )
    kubectl.cluster.create(
        SERVICES,
        {
            "metadata": {"namespace": "default", "name": "kubernetes"},
            "spec": {"clusterIP": "10.43.0.1"},
        },
    )
    assert kubectl.cluster.get(NAMESPACES, "default", "")
    assert "is running at" in kubectl("cluster-info")
    assert kubectl("get", "nodes", "--no-headers").split()[:2] == ["node-1", "Ready"]
    assert "Non-terminated Pods" in kubectl("describe", "node", "node-1")
    assert "Active" in kubectl("describe", "namespace", "argo")
    assert "service/kubernetes" in kubectl("get", "all", "-n", "default", "-o", "name")
