"""What is read of a real cluster is what kubectl, and argo where it is there, read of it."""

from __future__ import annotations

import json
import re

import pytest

from tests.support.real import RealCluster, container, nodes_of, single

SLOWLY = "echo begun; sleep 600"
FAILS_THEN_RUNS = (
    'if [ "{{retries}}" = 0 ]; then echo first attempt; exit 1; fi; echo second attempt; sleep 600'
)
FAILS_THEN_ENDS = 'echo attempt {{retries}}; test "{{retries}}" = 2'


def retried(script: str) -> dict[str, object]:
    """The spec of one step that is tried again whatever it failed of."""
    strategy = {"limit": "3", "retryPolicy": "Always"}
    return single(script, retryStrategy=strategy)


def test_the_list_has_the_workflows_and_phases_that_kubectl_has(real: RealCluster) -> None:
    name = real.create(single("echo hello"), name="listed")
    real.finished(name)
    listed = real.run("list", "-o", "json")
    assert listed.returncode == 0, listed.stderr
    ours = {w["metadata"]["name"]: w["status"].get("phase") for w in json.loads(listed.stdout)}
    theirs = json.loads(real.kubectl("get", "workflows", "-o", "json"))["items"]
    assert name in ours
    assert ours == {w["metadata"]["name"]: w.get("status", {}).get("phase") for w in theirs}


def test_get_prints_what_argo_prints(real: RealCluster) -> None:
    name = real.create(single("echo hello"), name="printed")
    real.finished(name)
    ours = real.run("get", "--no-color", name)
    assert ours.returncode == 0, ours.stderr
    theirs = real.argo("get", "--no-color", name)
    if theirs is None:
        assert f"Name:                {name}" in ours.stdout
        return

    def lasting(text: str) -> list[str]:
        """The lines without those whose words change while one looks.

        argo tells of the resources in any order.
        """
        lines = [
            line.rstrip() for line in text.splitlines() if not re.search(r"ago\)|\(now\)", line)
        ]
        return [
            " ".join(sorted(re.split("[ ,]+", line))) if "ResourcesDuration" in line else line
            for line in lines
        ]

    assert lasting(ours.stdout) == lasting(theirs)


def test_the_log_is_the_one_that_kubectl_prints(real: RealCluster) -> None:
    name = real.create(single("for i in 1 2 3; do echo line $i; done"), name="logged")
    pod = next(iter(nodes_of(real.finished(name)).values()))["id"]
    theirs = real.kubectl("logs", "-l", f"workflows.argoproj.io/workflow={name}", "-c", "main")
    ours = real.run("logs", "--no-prefix", "--no-color", name)
    assert ours.returncode == 0, ours.stderr
    assert pod
    assert [line for line in theirs.splitlines() if line.startswith("line")] == [
        line for line in ours.stdout.splitlines() if line.startswith("line")
    ]


def test_a_step_that_is_tried_again_has_the_logs_of_its_attempts_with_a_rule_between_them(
    real: RealCluster,
) -> None:
    name = real.create(retried(FAILS_THEN_RUNS), name="again")
    real.wait(
        name,
        lambda w: any(
            node["phase"] == "Running" and node["displayName"].endswith("(1)")
            for node in (w.get("status", {}).get("nodes") or {}).values()
            if node["type"] == "Pod"
        ),
        "its second attempt to run",
    )
    with real.app() as term:
        term.wait_for(name, within=60)
        term.press("/", *name, "enter", "l")
        term.wait_for("second attempt", within=60)
        shown = term.picture()
        parts = [shown.find(text) for text in ("first attempt", "attempt 2 ──", "second attempt")]
        assert -1 not in parts and parts == sorted(parts), shown


def test_a_step_that_succeeded_at_last_has_the_log_of_its_last_attempt(real: RealCluster) -> None:
    name = real.create(retried(FAILS_THEN_ENDS), name="atlast")
    real.finished(name)
    with real.app() as term:
        term.wait_for(name, within=60)
        term.press("/", *name, "enter", "l")
        term.wait_for("attempt 2", within=60)


def test_the_log_opens_on_the_container_that_failed(real: RealCluster) -> None:
    spec = single("echo main is fine")
    spec["templates"][0]["initContainers"] = [
        {"name": "prepare", **container("echo nothing to prepare; exit 3")}
    ]
    name = real.create(spec, name="prepares")
    real.finished(name)
    with real.app() as term:
        term.wait_for(name, within=60)
        term.press("/", *name, "enter", "enter")
        term.wait_for("nothing to prepare", within=60)


def test_a_workflow_that_waits_for_somebody_says_so(real: RealCluster) -> None:
    spec = {
        "entrypoint": "main",
        "templates": [
            {"name": "main", "steps": [[{"name": "approve", "template": "approve"}]]},
            {"name": "approve", "suspend": {}},
        ],
    }
    name = real.create(spec, name="waits")
    real.wait(name, lambda w: "approve" in nodes_of(w), "to wait at its gate")
    logs = real.run("logs", name)
    assert "no step of it has begun" not in logs.stdout + logs.stderr
    with real.app() as term:
        term.wait_for(name, within=60)
        term.press("/", *name, "enter")
        term.wait_for("waits to be resumed", within=60)


def test_a_run_of_a_cron_workflow_names_it_in_the_list(real: RealCluster) -> None:
    # The label is what the controller writes on the runs of a cron workflow.
    label = {"workflows.argoproj.io/cron-workflow": "nightly-report"}
    name = real.create(single("echo hello"), name="scheduled", labels=label)
    with real.app() as term:
        term.wait_for(name, within=60)

        def row() -> str:
            return next((line for line in term.picture().splitlines() if name in line), "")

        # The Table tells no labels: they come when the row is read whole.
        term.wait_until(lambda: "nightly-report" in row(), "its cron workflow", within=60)


def test_of_an_offloaded_workflow_the_log_is_the_one_of_its_pods(real: RealCluster) -> None:
    everything = json.loads(real.kubectl("get", "workflows", "-o", "json"))["items"]
    names = [
        workflow["metadata"]["name"]
        for workflow in everything
        if workflow.get("status", {}).get("offloadNodeStatusVersion")
    ]
    pods = {
        name: real.kubectl("get", "pods", "-l", f"workflows.argoproj.io/workflow={name}", "-o=name")
        for name in names
    }
    name = next((name for name in names if pods[name].strip()), "")
    if not name:
        pytest.skip("no workflow here is offloaded and has pods")
    ours = real.run("logs", "--no-prefix", "--no-color", name)
    assert ours.returncode == 0, ours.stderr
    printed = ours.stdout.splitlines()
    for pod in pods[name].split():
        for line in real.kubectl("logs", pod, "-c", "main").splitlines():
            assert line in printed


def test_a_gate_that_needs_a_value_says_so_and_the_key_that_resumes_asks_for_it(
    real: RealCluster,
) -> None:
    supplied = {"name": "answer", "valueFrom": {"supplied": {}}}
    spec = {
        "entrypoint": "main",
        "templates": [
            {"name": "main", "steps": [[{"name": "approve", "template": "approve"}]]},
            {"name": "approve", "suspend": {}, "outputs": {"parameters": [supplied]}},
        ],
    }
    name = real.create(spec, name="asks")
    real.wait(name, lambda w: "approve" in nodes_of(w), "to wait at its gate")
    with real.app() as term:
        term.wait_for(name, within=60)
        term.press("/", *name, "enter", "enter")
        term.wait_for("a value of answer", within=60)
        term.press("s")
        term.wait_for("answer is needed", within=60)  # it is read, and there is a field
        term.press(*"forty-two", "ctrl+s")
        gate = nodes_of(real.finished(name))["approve"]
    assert gate["outputs"]["parameters"][0]["value"] == "forty-two"
