"""What happens in a real cluster is seen while it happens, in the place one has gone to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.real import RealCluster, nodes_of, single


def row_of(picture: str, name: str) -> str:
    """The line of the screen that names it; "" where none does."""
    return next((line for line in picture.splitlines() if name in line), "")


def test_a_workflow_is_seen_to_come_to_run_to_end_and_to_go(real: RealCluster) -> None:
    before = real.create(single("echo before"), name="before")
    with real.app() as term:
        term.wait_for(before, within=60)
        name = real.create(single("echo hello"), name="seen")
        term.wait_for(name, within=30)
        assert real.finished(name)["status"]["phase"] == "Succeeded"
        term.wait_until(lambda: "✔" in row_of(term.picture(), name), "it to succeed", within=30)
        real.kubectl("delete", "workflow", name)
        term.wait_until(lambda: not row_of(term.picture(), name), "it to go", within=30)
        assert row_of(term.picture(), before)


def test_a_deletion_of_ours_is_one_of_the_cluster(real: RealCluster) -> None:
    name = real.create(single("echo hello"), name="deleted")
    real.finished(name)
    with real.app() as term:
        term.wait_for(name, within=60)
        term.press("/", *name, "enter", "D")
        term.wait_for("ctrl-S does it", within=60)
        term.quiet(still=1.0)  # what destroys something is not confirmed in the same breath
        term.step("ctrl+s", still=0.5, within=60)
        term.wait_until(lambda: name not in _names(real), "it to go", within=60)


def test_what_is_stopped_ends_as_argo_would_have_ended_it(real: RealCluster) -> None:
    names = [real.create(single("sleep 600"), name="stopped") for _ in range(2)]
    for name in names:
        real.wait(name, lambda w: w.get("status", {}).get("phase") == "Running", "to run")
    ours, theirs = names
    with real.app() as term:
        term.wait_for(ours, within=60)
        term.press("/", *ours, "enter", "X")
        term.wait_for("ctrl-S does it", within=60)
        term.quiet(still=1.0)  # what destroys something is not confirmed in the same breath
        term.step("ctrl+s", still=0.5, within=60)
        real.wait(ours, lambda w: w["spec"].get("shutdown") == "Stop", "to be stopped")
    if real.argo("stop", theirs) is None:
        real.kubectl("patch", "workflow", theirs, "--type=merge", '-p={"spec":{"shutdown":"Stop"}}')
    ended = [real.finished(name)["status"] for name in (ours, theirs)]
    assert ended[0]["phase"] == ended[1]["phase"]
    assert ended[0].get("message") == ended[1].get("message")


def test_the_brief_list_is_the_table_that_kubectl_prints(real: RealCluster) -> None:
    name = real.create(single("exit 3"), name="brief")
    real.finished(name)
    ours = real.run("list", "-o", "brief")
    assert ours.returncode == 0, ours.stderr
    theirs = real.kubectl("get", "workflows")

    def rows(text: str) -> set[tuple[str, ...]]:
        """Name and status of each: the ages are rounded, and grow."""
        return {tuple(line.split()[:2]) for line in text.splitlines()[1:]}

    assert rows(ours.stdout) == rows(theirs)
    assert (name, "Failed") in rows(ours.stdout)


def test_the_events_are_those_that_kubectl_tells(real: RealCluster) -> None:
    name = real.create(single("echo hello"), name="eventful")
    real.finished(name)
    # Of a workflow of one step these are the events of its pod.
    pod = real.kubectl("get", "pods", "-l", f"workflows.argoproj.io/workflow={name}", "-o", "name")
    selector = f"involvedObject.kind=Pod,involvedObject.name={pod.strip().partition('/')[2]}"
    events = json.loads(real.kubectl("get", "events", "--field-selector", selector, "-o", "json"))
    reasons = {event["reason"] for event in events["items"]}
    if not reasons:
        pytest.skip("this cluster keeps no events")
    with real.app() as term:
        term.wait_for(name, within=60)
        term.press("/", *name, "enter", "enter")
        term.wait_for("Succeeded", within=60)
        term.press("e")
        for reason in reasons:
            term.wait_for(reason, within=60)


def test_an_artifact_is_listed_and_shown_if_there_is_a_store(real: RealCluster) -> None:
    spec = single("echo what is in it > /tmp/made.txt")
    made = {"name": "made", "path": "/tmp/made.txt", "archive": {"none": {}}}
    spec["templates"][0]["outputs"] = {"artifacts": [made]}
    name = real.create(spec, name="artifact")
    ended = real.finished(name)
    kept = [
        artifact
        for node in nodes_of(ended).values()
        for artifact in (node.get("outputs") or {}).get("artifacts") or ()
        if artifact["name"] == "made"
    ]
    if ended["status"]["phase"] != "Succeeded" or not kept:
        pytest.skip("no artifact repository is set up here")
    with real.app() as term:
        term.wait_for(name, within=60)
        term.press("/", *name, "enter", "enter", "a")
        term.wait_for(" Artifacts  ", within=60)
        term.wait_for("1 artifact  ", within=60)
        term.press("enter")
        term.wait_until(
            lambda: any(
                words in term.picture()
                for words in ("what is in it", "cannot reach", "secret", "refused")
            ),
            "what is in it, or why that cannot be read",
            within=60,
        )


def test_another_context_is_another_place(real: RealCluster, tmp_path: Path) -> None:
    name = real.create(single("echo hello"), name="placed")
    config = json.loads(
        real.kubectl("config", "view", "--minify", "--flatten", "--raw", "-o", "json")
    )
    here = config["contexts"][0]
    there = {"name": "elsewhere", "context": {**here["context"], "namespace": "default"}}
    config["contexts"].append(there)
    path = tmp_path / "two.json"
    path.write_text(json.dumps(config))
    both = replace(real, kubeconfig=str(path), namespace="", made=[])
    theirs = real.kubectl("get", "workflows", "-n", "default", "-o", "name")
    ours = both.run("list", "-o", "name", "--context", "elsewhere")
    assert ours.returncode == 0, ours.stderr
    none = "No " in ours.stdout
    assert sorted([] if none else ours.stdout.split()) == sorted(
        line.partition("/")[2] for line in theirs.splitlines() if "/" in line
    )
    assert name in both.run("list", "-o", "name", "--context", here["name"]).stdout
    unknown = both.run("list", "--context", "nowhere")
    assert unknown.returncode == 2 and "nowhere" in unknown.stderr
    with both.app() as term:
        term.wait_for(name, within=60)
        term.press(":", *"ctx elsewhere", "enter")
        term.wait_until(lambda: not row_of(term.picture(), name), "another list", within=60)
        term.wait_for("elsewhere", within=60)
        term.press("-")
        term.wait_for(name, within=60)


def _names(real: RealCluster) -> str:
    return real.kubectl("get", "workflows", "-o", "name")
