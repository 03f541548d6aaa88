"""`argo-tui why`: what it prints, how it exits, and what it asks a cluster for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_api import Asked, FakeApi, Reply, fake_api, listing, write_kubeconfig
from tests.support.headless import run
from tests.support.why import Case, cases, pod, timed
from tui.ports.events import Event


@pytest.fixture(autouse=True)
def fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGO_TUI_NOW", "2026-11-29T10:00:00Z")
    for name in ("ARGO_INSTANCEID", "ARGO_NAMESPACE", "ARGO_SERVER", "POD_NAMES"):
        monkeypatch.delenv(name, raising=False)


def case(id: str) -> Case:
    (found,) = (each for each in cases() if each.id == id)
    return found


def raw_event(event: Event) -> dict[str, Any]:
    return {
        "kind": "Event",
        "metadata": {"name": event.uid, "uid": event.uid},
        "type": event.type,
        "reason": event.reason,
        "message": event.message,
        "count": event.count,
        "lastTimestamp": event.last_seen,
        "involvedObject": {
            "kind": event.object_kind,
            "name": event.object_name,
            "fieldPath": event.object_field,
        },
    }


def saved(folder: Path, which: Case) -> str:
    """A file with the workflow and all that was saved beside it."""
    items = [which.workflow, *which.pods, *which.objects, *map(raw_event, which.events)]
    path = folder / "saved.json"
    path.write_text(json.dumps({"kind": "List", "apiVersion": "v1", "items": items}))
    return str(path)


def test_of_a_saved_workflow_nobody_says_that_its_pod_is_gone(tmp_path: Path) -> None:
    """Who keeps no logs was not asked whether there is a pod."""
    said = run(["why", "-f", saved(tmp_path, case("oom"))])
    (line,) = (each for each in said.out.splitlines() if each.startswith("? log"))
    assert "kept by the cluster, not in a saved workflow, and this one was not archived" in line
    assert "gone" not in said.out


def test_a_saved_workflow_is_explained_with_the_pods_and_events_beside_it(tmp_path: Path) -> None:
    said = run(["why", "-f", saved(tmp_path, case("no image")), "--where"])
    assert said.code == 1 and said.err == ""
    first, *rest = said.out.splitlines()
    assert first.startswith("✖ the image trainer:5 could not be pulled: pull access denied")
    assert rest[0].strip() == "<- event Failed of Pod w"
    assert (
        "! deadline     ended by a deadline; template train may take 3m (activeDeadline" in said.out
    )
    assert "  event        Failed (3 times): Failed to pull image" in said.out
    assert "  retry        a retry runs 1 step again and keeps 0" in said.out
    assert "? log          not known: " in said.out


@pytest.mark.parametrize(("id", "code"), [("oom", 1), ("gate", 3), ("mutex", 3)])
def test_the_exit_code_says_how_it_stands(tmp_path: Path, id: str, code: int) -> None:
    assert run(["why", "-f", saved(tmp_path, case(id))]).code == code


def test_what_succeeded_ends_with_0_and_tells_where_its_time_went(tmp_path: Path) -> None:
    workflow = case("oom").workflow
    workflow["status"]["phase"] = workflow["status"]["nodes"]["w"]["phase"] = "Succeeded"
    path = tmp_path / "w.json"
    path.write_text(json.dumps(workflow))
    said = run(["why", "-f", str(path)])
    assert said.code == 0
    assert said.out.startswith("✔ nothing is wrong: it succeeded\n  time         3m2s in all")
    assert run(["--ascii", "why", "-f", str(path)]).out.startswith("S nothing")


def test_wrong_use_ends_with_2_and_what_cannot_be_read_with_4(tmp_path: Path) -> None:
    path = saved(tmp_path, case("oom"))
    assert run(["why"]).code == 2
    assert run(["why", "w", "train", "-f", path]).code == 2
    assert run(["why", "w", "-o", "yaml"]).code == 2
    assert run(["why", "-f", str(tmp_path / "gone.yaml")]).code == 4
    said = run(["why", "nosuchstep", "-f", path])
    assert said.code == 4 and "w has no step nosuchstep" in said.err
    nothing = tmp_path / "pods.json"
    nothing.write_text(json.dumps(pod()))
    said = run(["why", "-f", str(nothing)])
    assert said.code == 4 and "there is no workflow in it (but Pod)" in said.err
    for rubbish in ("", "{", "\x00\xff", "[1, 2]", "a: [b"):
        nothing.write_bytes(rubbish.encode("latin-1"))
        assert run(["why", "-f", str(nothing)]).code == 4


def test_as_json_each_sentence_has_its_pointers(tmp_path: Path) -> None:
    said = run(["why", "-f", saved(tmp_path, case("oom")), "-o", "json"])
    answer = json.loads(said.out)
    assert (answer["verdict"], answer["step"]["title"]) == ("failed", "w")
    first = answer["findings"][0]
    assert (first["cause"], first["weight"]) == ("oom", "cause")
    assert first["at"][-1] == {
        "in": "field",
        "kind": "Pod",
        "name": "w",
        "path": ["spec", "containers", 1, "resources", "limits", "memory"],
        "quote": "8Gi",
        "where": "Pod w: spec.containers[1].resources.limits.memory",
    }


def test_nothing_that_a_cluster_says_reaches_the_terminal_as_it_came(tmp_path: Path) -> None:
    hostile = case("words of another version")
    node = hostile.workflow["status"]["nodes"]["w"]
    node["message"] = hostile.workflow["status"]["message"] = "\x1b]0;x\x07[red]bad\x9b31m\nnext"
    said = run(["why", "-f", saved(tmp_path, hostile)])
    assert said.code == 1 and "[red]bad" in said.out
    assert not any(ord(char) < 32 and char != "\n" for char in said.out)
    assert "\x9b" not in said.out


# --- against a cluster ---------------------------------------------------------------------------


LOG = "epoch 1", "ERROR: bad batch"


@contextmanager
def cluster(
    which: Case, folder: Path, *, refuses: str = "", log: Sequence[str] = LOG
) -> Iterator[tuple[FakeApi, list[str]]]:
    """A cluster with that workflow; `refuses` is a part of the paths that it refuses, `log` has the
    lines of every log."""

    def answer(asked: Asked, reply: Reply) -> None:
        path = asked.path
        if refuses and refuses in path:
            reply.refuse(403, "Forbidden", f"you may not read {refuses}")
        elif path.endswith("/log"):
            stamped = (f"2026-11-29T09:53:{at:02}Z {line}\n" for at, line in enumerate(log))
            reply.raw("".join(stamped).encode())
        elif path.endswith("/workflows/w"):
            reply.json(which.workflow)
        elif "/workflows/" in path:
            reply.refuse(404, "NotFound", "there is no such workflow")
        elif path.endswith("/workflows"):
            reply.json(listing(which.workflow, *which.others))
        elif path.endswith("/pods"):
            reply.json(listing(*which.pods))
        elif path.endswith("/events"):
            reply.json(listing(*map(raw_event, which.events)))
        else:
            kind = {"resourcequotas": "ResourceQuota", "namespaces": "Namespace"}
            wanted = kind.get(path.rpartition("/")[2], "PersistentVolumeClaim")
            reply.json(listing(*(each for each in which.objects if each["kind"] == wanted)))

    with fake_api(answer) as api:
        kubeconfig = write_kubeconfig(folder, api.url, namespace="etl")
        yield api, ["why", "--kubeconfig", str(kubeconfig)]


def asked_for(api: FakeApi) -> list[str]:
    return [each.path.rpartition("/namespaces/etl/")[2] for each in api.asked]


def test_of_a_failed_step_its_pod_its_events_and_the_end_of_its_log_are_read(
    tmp_path: Path,
) -> None:
    which = case("oom")
    with cluster(which, tmp_path) as (api, command):
        said = run([*command, "w"])
    assert said.code == 1
    assert "! first error  ERROR: bad batch" in said.out
    assert asked_for(api) == ["workflows/w", "pods", "events", "pods/w/log"]
    pods, events, log = api.asked[1:]
    assert pods.query["fieldSelector"] == "metadata.name=w"
    assert events.query["fieldSelector"] == "involvedObject.kind=Pod,involvedObject.name=w"
    assert log.query["tailLines"] == "60"


def test_of_a_step_that_the_agent_does_the_end_of_its_log_is_read_once_its_pod_runs(
    tmp_path: Path,
) -> None:
    with cluster(case("agent at work"), tmp_path) as (api, command):
        said = run([*command, "w"])
    assert said.code == 3
    assert "! first error  ERROR: bad batch" in said.out and "epoch 1" in said.out
    assert asked_for(api)[-1] == "pods/w-1340600742-agent/log"
    (tmp_path / "early").mkdir()
    with cluster(case("agent"), tmp_path / "early") as (api, command):
        said = run([*command, "w"])
    assert "log" not in said.out and not [each for each in asked_for(api) if "/log" in each]


def test_of_the_log_of_an_agent_the_lines_that_name_the_step_are_told(tmp_path: Path) -> None:
    which = case("agent at work")
    which.workflow["status"]["nodes"]["epoch 1"] = {
        **which.workflow["status"]["nodes"]["w"],
        "id": "epoch 1",
        "name": "w.other",
        "displayName": "other",
    }
    with cluster(which, tmp_path) as (_, command):
        said = run([*command, "w", "other"])
    assert "epoch 1" in said.out and "bad batch" not in said.out


def test_what_an_agent_writes_is_told_although_it_is_argo_that_writes_it(tmp_path: Path) -> None:
    words = 'time=2026-12-01T13:35:58.015Z level=INFO msg="{}" nodeID={} argo=true'
    lines = [words.format("Processing task", "w"), words.format("Sending result", "x-2")]
    with cluster(case("agent at work"), tmp_path, log=lines) as (_, command):
        said = run([*command, "w"])
    assert "Processing task" in said.out and "Sending result" not in said.out
    assert "it is empty" not in said.out


def test_of_a_lock_only_who_holds_and_waits_for_it_is_read(tmp_path: Path) -> None:
    with cluster(case("mutex"), tmp_path) as (api, command):
        said = run([*command, "w"])
    assert said.code == 3
    assert said.out.splitlines()[0] == "◷ waits for mutex db for 10m, held by big"
    assert "place 2 of 2 that wait for it in this namespace, after other" in said.out
    assert "big has run for 1h; the lock is free when it" in said.out
    assert asked_for(api) == ["workflows/w", "workflows"]
    assert api.asked[1].query["labelSelector"] == "workflows.argoproj.io/completed!=true"


def test_what_may_not_be_read_is_said_and_the_rest_is_told(tmp_path: Path) -> None:
    with cluster(case("oom"), tmp_path, refuses="events") as (_, command):
        said = run([*command, "w"])
    assert "OOMKilled" in said.out and said.code == 1
    assert (
        "? events       not known: not allowed to list events in etl: you may not read events"
        in said.out
    )
    with cluster(case("oom"), tmp_path, refuses="pods") as (_, command):
        said = run([*command, "w"])
    assert said.code == 1
    assert said.out.startswith("✖ main was killed for taking more memory than it may; its limit")
    assert (
        "? pod          not known: not allowed to list pods in etl: you may not read pods"
        in said.out
    )
    with cluster(case("oom"), tmp_path, refuses="workflows") as (_, command):
        assert run([*command, "w"]).code == 4


@pytest.mark.parametrize("refuses", ["pods", ""])
def test_of_a_step_whose_pod_cannot_be_read_its_events_tell_what_keeps_it(
    tmp_path: Path, refuses: str
) -> None:
    which = case("no secret while it runs, and nobody may see the pod")
    with cluster(which, tmp_path, refuses=refuses) as (api, command):
        said = run([*command, "w", "--where"])
        answer = json.loads(run([*command, "w", "-o", "json"]).out)
    assert said.code == 3 and asked_for(api)[:3] == ["workflows/w", "pods", "events"]
    words = 'main could not be made: secrets "db" not found (told 6m58s ago)'
    assert said.out.splitlines()[:2] == [
        f"◷ waits: {words}",
        "               <- event Failed of Pod w",
    ]
    why = "not known: not allowed to list pods" if refuses else "its pod is gone, so that what"
    assert f"? pod          {why}" in said.out
    assert (answer["verdict"], answer["findings"][0]["text"]) == ("waits", words)
    (at,) = answer["findings"][0]["at"]
    assert (at["in"], at["reason"], at["quote"]) == ("event", "Failed", which.events[1].message)


def test_the_latest_can_be_asked_about_and_one_step_of_it(tmp_path: Path) -> None:
    with cluster(case("oom"), tmp_path) as (_, command):
        assert run([*command, "@latest"]).out == run([*command, "w", "w"]).out
        assert run([*command, "nobody"]).code == 4


def test_a_pod_that_is_gone_is_said_and_nothing_is_made_up(tmp_path: Path) -> None:
    which = case("exit code in the old form")
    with cluster(which, tmp_path) as (_, command):
        said = run([*command, "w"])
    assert "? pod          its pod is gone, so that what Kubernetes said of it" in said.out


def test_of_a_cron_workflow_it_says_why_no_run_is_made(tmp_path: Path) -> None:
    made = {
        "kind": "CronWorkflow",
        "metadata": {"name": "nightly", "namespace": "etl"},
        "spec": {"schedules": ["0 3 * * *"], "concurrencyPolicy": "Forbid"},
        "status": {"active": [{"name": "nightly-1"}]},
    }

    def answer(asked: Asked, reply: Reply) -> None:
        if asked.path.endswith("/cronworkflows/nightly"):
            reply.json(made)
        else:
            reply.refuse(404, "NotFound", "there is none")

    with fake_api(answer) as api:
        kubeconfig = write_kubeconfig(tmp_path, api.url, namespace="etl")
        command = ["why", "--kubeconfig", str(kubeconfig)]
        said = run([*command, "cron/nightly"])
        assert said.code == 3
        assert said.out.startswith("◷ waits for nightly-1 to end: it forbids overlap")
        assert "  next run     in 17h, at 2026-11-30 03:00:00 UTC, by 0 3 * * *" in said.out
        assert run([*command, "cron/nobody"]).code == 4
        assert run([*command, "cron/"]).code == 2


def test_how_long_steps_take_as_a_rule_is_learned_of_five_earlier_runs(tmp_path: Path) -> None:
    now, before = timed("w", 28, 31), [timed(f"w{n}", n, 20) for n in range(1, 9)]
    by_name = {each["metadata"]["name"]: each for each in (now, *before)}

    def answer(asked: Asked, reply: Reply) -> None:
        name = asked.path.rpartition("/workflows/")[2]
        if asked.path.endswith("/workflows"):
            reply.json(listing(*before))
        elif name in by_name:
            reply.json(by_name[name])
        else:
            reply.json(listing())

    with fake_api(answer) as api:
        kubeconfig = write_kubeconfig(tmp_path, api.url, namespace="etl")
        said = run(["why", "--kubeconfig", str(kubeconfig), "w"])
    assert said.code == 0
    assert "! load took long 31m, usually 20m (5 runs): +55 %" in said.out
    assert asked_for(api) == ["workflows/w", "workflows", *(f"workflows/w{n}" for n in "87654")]
    assert api.asked[1].query["labelSelector"] == (
        "workflows.argoproj.io/workflow-template=etl,workflows.argoproj.io/phase=Succeeded"
    )
