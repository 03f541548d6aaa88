"""What the demo cluster opens with, and what can be done with it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.plans import calls_of
from tests.support.reported import scene
from tests.support.world import World
from tui.actions import RETRY
from tui.actions.base import Context
from tui.actions.suspend import RESUME
from tui.demo import scenes
from tui.demo.bucket import Bucket
from tui.demo.clock import SteppedClock
from tui.demo.engine.engine import Engine
from tui.demo.nodes import put
from tui.demo.podlogs import PodLogs
from tui.demo.resources import (
    CLUSTER_WORKFLOW_TEMPLATES,
    CONFIG_MAPS,
    CRON_WORKFLOWS,
    NAMESPACES,
    NODES,
    PODS,
    SECRETS,
    WORKFLOW_TEMPLATES,
    WORKFLOWS,
    Obj,
)
from tui.demo.store import Store
from tui.domain import decode
from tui.domain.allowance import pod_allowance
from tui.domain.report_get import Look, report
from tui.domain.samples import RunSamples
from tui.domain.why.scheduler import groups
from tui.errors import InputError
from tui.sources.pods import usage


class Opened(World):
    """The demo cluster as it opens."""

    def __init__(self, seed: int = 1, scale: int = 0, saved: Sequence[str] = ()) -> None:
        self.clock = SteppedClock()
        self.store = Store(self.clock, seed=seed)
        self.bucket = Bucket("artifacts", self.clock.now)
        self.logs = PodLogs()
        self.engine = Engine(self.store, self.clock, self.logs, self.bucket, seed=seed)
        scenes.load(
            *(self.store, self.engine, self.clock, self.bucket, self.logs),
            seed=seed,
            scale=scale,
            saved_scenes=saved,
        )

    def named(self, prefix: str, namespace: str = "argo") -> list[Obj]:
        """Workflows whose names begin so, the oldest first."""
        found = [
            each
            for each in self.store.list(WORKFLOWS, namespace)
            if each["metadata"]["name"].startswith(f"{prefix}-")
        ]
        return sorted(found, key=lambda each: str(each["metadata"]["creationTimestamp"]))

    def one(self, prefix: str, namespace: str = "argo") -> Obj:
        """The only one, or the oldest, of that prefix."""
        return self.named(prefix, namespace)[0]

    def pod_of(self, workflow: Obj, shown: str) -> Obj | None:
        """The pod of a node of a workflow."""
        (node,) = (n for n in nodes(workflow) if n["displayName"] == shown)
        for pod in self.store.list(PODS, workflow["metadata"]["namespace"]):
            if pod["metadata"]["annotations"]["workflows.argoproj.io/node-id"] == node["id"]:
                return pod
        return None


def nodes(workflow: Obj) -> list[dict[str, Any]]:
    return list(((workflow.get("status") or {}).get("nodes") or {}).values())


@pytest.fixture(scope="module")
def opened() -> Opened:
    return Opened()


def phase(workflow: Obj) -> str:
    return str((workflow.get("status") or {}).get("phase") or "")


def test_there_are_two_namespaces_with_what_artifacts_need(opened: Opened) -> None:
    assert [each["metadata"]["name"] for each in opened.store.list(NAMESPACES)] == [
        "argo",
        "ml-etl",
    ]
    data = opened.store.get(CONFIG_MAPS, "argo", "artifact-repositories")["data"]
    assert "bucket: artifacts" in data["default-v1"]
    for namespace in ("argo", "ml-etl"):
        refs = [
            each["status"]["artifactRepositoryRef"]
            for each in opened.store.list(WORKFLOWS, namespace)
            if (each.get("status") or {}).get("artifactRepositoryRef")
        ]
        assert {each["artifactRepository"]["s3"]["bucket"] for each in refs} == {"artifacts"}
        assert {each.get("default") for each in refs} == {None if namespace == "argo" else True}
        assert opened.store.get(SECRETS, namespace, "argo-artifacts")["data"]["accesskey"]


def test_runs_of_every_phase_are_there_and_some_are_in_motion(opened: Opened) -> None:
    phases = [phase(each) for each in opened.store.list(WORKFLOWS)]
    assert {"Succeeded", "Failed", "Running", "Pending"} <= set(phases)
    assert phases.count("Running") >= 5


def test_hello_world_has_its_whale(opened: Opened) -> None:
    for workflow in opened.named("hello-world"):
        assert phase(workflow) == "Succeeded"
    pod = workflow["metadata"]["name"]
    lines = [line.text for line in opened.logs.lines("argo", pod, "main")]
    assert "< hello world >" in lines


def test_the_nightly_run_lost_one_shard_of_thirty_to_memory(opened: Opened) -> None:
    run = opened.one("nightly-etl", "ml-etl")
    assert phase(run) == "Failed"
    shards = [n for n in nodes(run) if n["type"] == "Retry"]
    assert len(shards) == 30
    (bad,) = (n for n in shards if n["phase"] == "Failed")
    assert bad["message"] == "No more retries left"
    attempts = [n for n in nodes(run) if n["id"] in bad["children"]]
    assert [n["message"] for n in attempts] == ["main: OOMKilled (exit code 137)"] * 3


def test_a_retry_of_the_nightly_run_succeeds() -> None:
    world = Opened()
    name = world.one("nightly-etl", "ml-etl")["metadata"]["name"]
    store, clock = world.store, world.clock
    manifest = store.get(WORKFLOWS, "ml-etl", name)
    for call in calls_of(RETRY.plan(manifest, {}, Context(now=clock.now()))):
        target = call.path.rpartition("/")[2]
        if call.method == "PUT" and not call.is_rehearsal:
            store.update(WORKFLOWS, call.body)
        elif call.method == "DELETE" and store.find(PODS, "ml-etl", target):
            store.delete(PODS, "ml-etl", target)
    done = clock.run_until(
        lambda: bool(store.get(WORKFLOWS, "ml-etl", name)["status"].get("finishedAt")), 600
    )
    assert done
    assert phase(store.get(WORKFLOWS, "ml-etl", name)) == "Succeeded"


def test_finished_runs_have_archived_logs_and_no_pods(opened: Opened) -> None:
    run = opened.one("backfill-orders", "ml-etl")
    assert phase(run) == "Succeeded"
    (load,) = (n for n in nodes(run) if n["displayName"] == "load")
    (log,) = (a for a in load["outputs"]["artifacts"] if a["name"] == "main-logs")
    assert b"loading" in (opened.bucket.get(log["s3"]["key"]) or b"")
    assert opened.pod_of(run, "load") is None


def test_what_waits_says_for_what(opened: Opened) -> None:
    held, waiting = opened.named("migrate-schema")
    assert phase(held) == "Running"
    assert waiting["status"]["message"] == "Waiting for argo/Mutex/schema lock. Lock status: 0/1"
    (gpu,) = nodes(opened.one("train-model", "ml-etl"))
    assert gpu["message"].startswith("Unschedulable: 0/3 nodes are available")
    (image,) = (n for n in nodes(opened.one("score-batch", "ml-etl")) if n["type"] == "Pod")
    assert image["message"].startswith("ImagePullBackOff: ")
    gate = [n for n in nodes(opened.one("release-gate")) if n["type"] == "Suspend"]
    assert [n["phase"] for n in gate] == ["Running"]
    assert phase(opened.one("typo")) == "Failed"


def test_pods_of_the_past_are_written_as_they_are_now(opened: Opened) -> None:
    pod = opened.pod_of(
        opened.one("train-model", "ml-etl"), opened.one("train-model", "ml-etl")["metadata"]["name"]
    )
    assert pod is not None
    (placed,) = (c for c in pod["status"]["conditions"] if c["type"] == "PodScheduled")
    assert (placed["status"], placed["reason"]) == ("False", "Unschedulable")
    busy = opened.pod_of(opened.one("stream-orders", "ml-etl"), "consume")
    assert busy is not None
    assert busy["status"]["phase"] == "Running"


def test_what_no_node_has_room_for_lacks_only_what_its_event_says(opened: Opened) -> None:
    run = opened.one("train-model", "ml-etl")
    pod = opened.pod_of(run, run["metadata"]["name"])
    assert pod is not None
    store = Store(opened.clock, seed=1)
    put(store, opened.clock.now(), "https://127.0.0.1:1")
    (group,) = groups(list(store.list(NODES)), pod)
    assert group.reasons == ((3, "no nvidia.com/gpu"),)


def test_the_long_runner_goes_on_logging() -> None:
    world = Opened()
    pod = world.pod_of(world.one("stream-orders", "ml-etl"), "consume")
    assert pod is not None
    name = pod["metadata"]["name"]
    before = world.logs.lines("ml-etl", name, "main")
    world.clock.advance(60)
    after = world.logs.lines("ml-etl", name, "main")
    assert len(after) - len(before) > 200
    stamps = [line.nanos for line in after]
    assert stamps == sorted(stamps)
    watchdog = world.pod_of(world.one("stream-orders", "ml-etl"), "watch")
    assert watchdog is not None
    assert world.logs.lines("ml-etl", watchdog["metadata"]["name"], "main", previous=True)


def test_what_runs_is_measured_one_near_its_memory_one_at_its_cpu_with_a_gpu() -> None:
    world = Opened()
    samples, pods = RunSamples(), {}
    for name in ("consume", "score", "watch"):
        pod = world.pod_of(world.one("stream-orders", "ml-etl"), name)
        assert pod is not None
        pods[name] = pod
    for _ in range(4):
        world.clock.advance(15)
        items = world.engine.pod_metrics("ml-etl")
        body = msgspec.json.encode({"items": items})
        samples.take(world.clock.now().timestamp(), usage(body)[0])
    allowed = {name: pod_allowance(pod) for name, pod in pods.items()}
    found = {name: samples.pods[pod["metadata"]["name"]] for name, pod in pods.items()}
    main = found["consume"].containers["main"]
    assert main.near_memory(512 << 20) and main.peak_memory <= 512 << 20
    assert found["score"].containers["main"].near_cpu(2000)
    assert found["score"].containers["main"].peak_cpu <= 2000, "no more than it may"
    assert allowed["score"].request("nvidia.com/gpu") == 1
    assert not found["watch"].is_near(allowed["watch"])


def test_there_are_artifacts_of_every_kind(opened: Opened) -> None:
    run = opened.one("artifacts", "ml-etl")
    assert phase(run) == "Succeeded"
    found = {
        a["name"]: a for n in nodes(run) for a in (n.get("outputs") or {}).get("artifacts") or ()
    }
    key = {name: artifact["s3"]["key"] for name, artifact in found.items()}
    assert b"two lines" in (opened.bucket.get(key["notes"]) or b"")
    assert b"accuracy" in (opened.bucket.get(key["metrics"]) or b"")
    assert (opened.bucket.get(key["site-packed"], 0, 2) or b"") == b"\x1f\x8b"
    assert key["site"].endswith("/")
    assert len(opened.bucket.list(key["site"]).objects) == 4
    weights = opened.bucket.head(key["weights"])
    assert weights is not None
    assert weights.size == 50_000_000
    assert opened.bucket.get(key["table"]) is None, "somebody deleted this one"
    (scratch,) = nodes(opened.one("scratch", "ml-etl"))
    assert {a["name"]: a.get("deleted") for a in scratch["outputs"]["artifacts"]}["scratch"]


def test_the_gate_opens_to_success() -> None:
    world = Opened()
    name = world.one("release-gate")["metadata"]["name"]
    world.act(RESUME, name)
    world.finish(name)
    assert world.phases(name)["release"] == "Succeeded"
    assert world.phases(name)["reject"] == "Skipped"


def test_templates_have_enums_and_defaults_to_choose_from(opened: Opened) -> None:
    deploy = opened.store.get(WORKFLOW_TEMPLATES, "argo", "deploy-service")
    parameters = {p["name"]: p for p in deploy["spec"]["arguments"]["parameters"]}
    assert len(parameters["environment"]["enum"]) == 3
    assert parameters["service"]["default"] == "web"
    assert opened.store.records(CLUSTER_WORKFLOW_TEMPLATES)


def test_a_cron_workflow_has_fired_every_minute_and_goes_on() -> None:
    world = Opened()
    cron = world.store.get(CRON_WORKFLOWS, "argo", "heartbeat")
    first = cron["status"]["lastScheduledTime"]
    assert len(world.named("heartbeat")) >= 3
    world.clock.advance(120)
    later = world.store.get(CRON_WORKFLOWS, "argo", "heartbeat")["status"]["lastScheduledTime"]
    assert later > first
    assert len(world.named("heartbeat")) <= 5


def test_cron_workflows_are_there_in_every_state(opened: Opened) -> None:
    crons = {each["metadata"]["name"]: each for each in opened.store.list(CRON_WORKFLOWS)}
    assert set(crons) == {"heartbeat", "vacuum", "sync-orders", "crawl", "weekly-report"}
    assert {name for name, each in crons.items() if each["spec"].get("suspend")} == {"vacuum"}
    assert crons["vacuum"]["status"]["lastScheduledTime"] < "2025-12-30"
    assert crons["sync-orders"]["status"]["failed"] == 2
    assert [phase(each) for each in opened.named("sync-orders", "ml-etl")] == ["Failed"]
    active = {each["name"] for each in crons["crawl"]["status"]["active"]}
    runs = opened.named("crawl", "ml-etl")
    unfinished = [each for each in runs if not (each.get("status") or {}).get("finishedAt")]
    assert {each["metadata"]["name"] for each in unfinished} == active != set()
    assert len(crons["weekly-report"]["spec"]["schedules"]) == 2
    assert "status" not in crons["weekly-report"]
    assert all("conditions" not in (each.get("status") or {}) for each in crons.values())


def test_templates_have_runs_made_from_them_and_one_has_none(opened: Opened) -> None:
    def made_from(kind: str) -> set[str]:
        label = f"workflows.argoproj.io/{kind}"
        runs = opened.store.list(WORKFLOWS)
        return {str(run["metadata"]["labels"].get(label)) for run in runs} - {"None"}

    templates = {each["metadata"]["name"] for each in opened.store.list(WORKFLOW_TEMPLATES)}
    assert templates - made_from("workflow-template") == {"build-image"}
    assert made_from("cluster-workflow-template") == {"notifications"}
    (told,) = opened.named("notifications")
    assert phase(told) == "Succeeded"


def test_the_report_of_the_week_runs_by_the_clock_of_new_york() -> None:
    world = Opened()
    world.clock.advance(24 * 3600)
    (run,) = world.named("weekly-report")
    due = "workflows.argoproj.io/scheduled-time"
    # A Thursday at noon in UTC: the next one is on Friday, at six.
    assert run["metadata"]["annotations"][due] == "2026-01-02T11:00:00Z"
    assert phase(run) == "Succeeded"


def test_a_run_of_four_hundred_nodes_draws_a_tree(opened: Opened) -> None:
    run = opened.store.get(WORKFLOWS, "ml-etl", "reprocess-2025")
    assert len(nodes(run)) >= 400
    lines = list(report(decode.from_manifest(run), Look(now=opened.now())))
    assert len([line for line in lines if "stage-" in line]) == 12 * 33


def test_every_run_reads_as_a_workflow_and_its_children_exist(opened: Opened) -> None:
    for workflow in opened.store.list(WORKFLOWS):
        known = (workflow.get("status") or {}).get("nodes") or {}
        for node in known.values():
            for key in ("children", "outboundNodes"):
                assert set(node.get(key) or ()) <= set(known)
        assert list(report(decode.from_manifest(workflow), Look(now=opened.now())))


def test_history_lies_in_the_past_and_nothing_in_the_future(opened: Opened) -> None:
    now = opened.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    for workflow in opened.store.list(WORKFLOWS):
        assert workflow["metadata"]["creationTimestamp"] <= now
        for node in nodes(workflow):
            assert node["startedAt"] <= (node.get("finishedAt") or now) <= now


def test_the_same_seed_opens_the_same_cluster() -> None:
    def names(seed: int) -> list[tuple[str, str]]:
        world = Opened(seed)
        return [(r.name, r.raw.decode()) for r in world.store.records(WORKFLOWS)]

    assert names(3) == names(3)
    assert names(3) != names(4)


def test_scale_adds_workflows_of_a_realistic_size() -> None:
    begun = time.perf_counter()
    world = Opened(scale=200)
    took = time.perf_counter() - begun
    added = [r for r in world.store.records(WORKFLOWS) if r.name.startswith("load-")]
    assert len(added) == 200
    assert 15_000 < len(added[0].raw) < 30_000
    phases = {phase(r.decoded()) for r in added}
    assert {"Succeeded", "Failed", "Running"} <= phases
    world.clock.advance(300)
    assert phase(world.store.get(WORKFLOWS, added[0].namespace, added[0].name)) in phases
    assert took < 5, "5,000 of them must be there in a few seconds"


# --- scenes from files ---------------------------------------------------------------------------


def test_a_saved_run_is_a_scene_with_its_log_and_its_artifacts(tmp_path: Path) -> None:
    opened = Opened(saved=[scene("build-failed.argo.tgz", tmp_path)])
    found = opened.store.find(WORKFLOWS, "argo", "exit-handlers-lmwz7")
    assert found is not None and found["status"]["phase"] == "Failed"
    assert found["status"]["message"].startswith("build: main: Error") or any(
        "exit code 2" in str(node.get("message")) for node in found["status"]["nodes"].values()
    )
    pod = "exit-handlers-lmwz7-build-2634187797"
    said = [line.text for line in opened.logs.lines("argo", pod, "main")]
    assert "undefined: frobnicate" in said
    assert opened.store.find(PODS, "argo", pod) is not None


def test_a_recording_is_a_scene_and_what_ran_in_it_stands_still(tmp_path: Path) -> None:
    opened = Opened(saved=[scene("forty-seconds.argo.rec", tmp_path)])
    found = opened.store.find(WORKFLOWS, "argo", "diamond-b5dmk")
    assert found is not None and found["status"]["phase"] == "Succeeded"
    assert any(
        "merging" in line.text
        for line in opened.logs.lines("argo", "diamond-b5dmk-work-3439971767", "main")
    )


def test_a_scene_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scene.json"
    path.write_text('{"objects": 5}')
    with pytest.raises(InputError, match="the scene cannot be read"):
        Opened(saved=[str(path)])
    path.write_text('{"objects": [{"kind": "Nothing"}, {"metadata": 3}], "logs": [{}]}')
    Opened(saved=[str(path)])
