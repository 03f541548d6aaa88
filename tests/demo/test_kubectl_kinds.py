"""Cron workflows and templates, listed, watched and refused by the real kubectl."""

from __future__ import annotations

import json

import pytest

from tests.support.kubectl import Kubectl, Reader
from tests.support.waiting import wait_until
from tui.demo.resources import (
    CLUSTER_WORKFLOW_TEMPLATES,
    CRON_WORKFLOWS,
    WORKFLOW_TEMPLATES,
    Obj,
    Resource,
)

pytestmark = pytest.mark.kubectl

KINDS = pytest.mark.parametrize(
    ("resource", "short"),
    [
        (CRON_WORKFLOWS, "cwf"),
        (WORKFLOW_TEMPLATES, "wftmpl"),
        (CLUSTER_WORKFLOW_TEMPLATES, "cwft"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
TEMPLATE = {"name": "main", "container": {"image": "busybox"}}
SPEC = {"entrypoint": "main", "templates": [TEMPLATE]}


def put(kubectl: Kubectl, resource: Resource, name: str, namespace: str = "argo") -> Obj:
    """An object of a kind, made if it is not there."""
    spec = {"schedules": ["0 0 1 1 *"], "workflowSpec": SPEC}
    obj: Obj = {"metadata": {"name": name}, "spec": spec if resource is CRON_WORKFLOWS else SPEC}
    if resource.namespaced:
        obj["metadata"]["namespace"] = namespace
    return kubectl.cluster.create(resource, obj)


@KINDS
def test_a_kind_is_listed_in_one_namespace_and_in_all(
    kubectl: Kubectl, resource: Resource, short: str
) -> None:
    put(kubectl, resource, f"{short}-here")
    there = put(kubectl, resource, f"{short}-there", "default")["metadata"]["name"]
    kind = f"{resource.singular}.argoproj.io"
    listed = kubectl("get", short, "-o", "name").split()
    assert f"{kind}/{short}-here" in listed
    assert (f"{kind}/{there}" in listed) is not resource.namespaced
    everywhere = kubectl("get", resource.plural, "-A", "--chunk-size=1", "-o", "name").split()
    assert {f"{kind}/{short}-here", f"{kind}/{there}"} <= set(everywhere)
    header, *_ = kubectl("get", short).splitlines()
    assert header.split() == ["NAME", "AGE"]
    whole = json.loads(kubectl("get", short, f"{short}-here", "-o", "json"))
    assert (whole["kind"], whole["spec"].get("templates", [TEMPLATE])) == (
        resource.kind,
        [TEMPLATE],
    )


@KINDS
def test_a_kind_is_watched(kubectl: Kubectl, resource: Resource, short: str) -> None:
    reader = Reader(kubectl.started("get", short, "--watch", "--output-watch-events"))
    wait_until(kubectl.cluster.watching)
    put(kubectl, resource, f"{short}-new")
    reader.wait_for(f"ADDED      {short}-new")
    kubectl("label", short, f"{short}-new", "team=qa")
    reader.wait_for(f"MODIFIED   {short}-new")
    kubectl("delete", short, f"{short}-new", "--wait=false")
    reader.wait_for(f"DELETED    {short}-new")
    reader.stop()


@KINDS
def test_a_kind_is_refused_to_who_may_not(kubectl: Kubectl, resource: Resource, short: str) -> None:
    least = ("--context", "demo-least")
    said = kubectl.refused("get", short, "-A", *least)
    assert said == (
        f"Error from server (Forbidden): {resource.qualified} is forbidden: "
        'User "system:serviceaccount:argo:least" cannot list resource '
        f'"{resource.plural}" in API group "argoproj.io" at the cluster scope\n'
    )
    if resource.namespaced:
        kubectl("get", short, "-n", "argo", *least)
    answers = [
        kubectl.run("auth", "can-i", verb, resource.plural, "-n", "argo", *least).stdout.strip()
        for verb in ("list", "watch", "create")
    ]
    assert answers == (["yes", "yes", "no"] if resource.namespaced else ["no", "no", "no"])


def test_a_service_account_is_told_its_groups(kubectl: Kubectl) -> None:
    if kubectl.version == "1.27":
        pytest.skip("kubectl 1.27 asks a version of the API that newer clusters do not have")
    said = kubectl("auth", "whoami", "-o", "json", "--context", "demo-least")
    assert json.loads(said)["status"]["userInfo"] == {
        "username": "system:serviceaccount:argo:least",
        "groups": [
            "system:serviceaccounts",
            "system:serviceaccounts:argo",
            "system:authenticated",
        ],
    }
