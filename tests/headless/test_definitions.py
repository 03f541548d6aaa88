"""`argo-tui cron`, `template` and `cluster-template`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cluster import Cluster, running_cluster
from tests.support.headless import Said, run
from tui.demo.resources import (
    CLUSTER_WORKFLOW_TEMPLATES,
    CRON_WORKFLOWS,
    WORKFLOW_TEMPLATES,
    WORKFLOWS,
    Resource,
)

LABEL = "workflows.argoproj.io/"
Ask = Callable[..., Said]
SPEC = {"entrypoint": "m", "templates": [{"name": "m", "container": {"image": "a"}}]}
CRON_SPEC = {"schedules": ["0 * * * *"], "timezone": "Europe/Berlin", "workflowSpec": SPEC}
KINDS = {
    "cron": ("CronWorkflow", CRON_WORKFLOWS),
    "template": ("WorkflowTemplate", WORKFLOW_TEMPLATES),
    "cluster-template": ("ClusterWorkflowTemplate", CLUSTER_WORKFLOW_TEMPLATES),
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def ask(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Ask:
    for name in ("ARGO_INSTANCEID", "ARGO_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("ARGO_TUI_NOW", "2026-01-15T12:00:00Z")
    admin = ["--kubeconfig", str(cluster.kubeconfig), "--context", "demo-admin"]
    return lambda *words: run([words[0], *admin, *words[1:]])


def saved(tmp_path: Path, kind: str, name: str, **spec: Any) -> str:
    base: dict[str, Any] = CRON_SPEC if kind == "CronWorkflow" else SPEC
    made = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": {**base, **spec},
    }
    path = tmp_path / f"{name}.yaml"
    path.write_text(json.dumps(made))
    return str(path)


def there(cluster: Cluster, resource: Resource, name: str) -> dict[str, Any] | None:
    return cluster.get(resource, name, "argo" if resource.namespaced else "")


@pytest.mark.parametrize("word", KINDS)
def test_each_kind_is_created_updated_listed_printed_and_deleted(
    word: str, ask: Ask, cluster: Cluster, tmp_path: Path
) -> None:
    kind, resource = KINDS[word]
    path = saved(tmp_path, kind, "made")
    said = ask(word, "create", path)
    assert said.code == 0 and said.out.startswith("Name: "), said.err
    assert ask(word, "list", "-o", "name").out == "made\n"
    again = ask(word, "create", path)
    assert again.code == 1 and "exists already" in again.err

    path = saved(tmp_path, kind, "made", parallelism=3, suspend=True)
    assert ask(word, "update", path).code == 0
    now = there(cluster, resource, "made") or {}
    assert now["spec"]["suspend"] is True
    version = now["metadata"]["resourceVersion"]
    assert ask(word, "update", path).code == 0
    unchanged = there(cluster, resource, "made") or {}
    assert unchanged["metadata"]["resourceVersion"] == version, "nothing was sent"

    printed = json.loads(ask(word, "get", "made", "-o", "json").out)
    assert printed["kind"] == kind and printed["metadata"]["name"] == "made"
    assert ask(word, "delete", "made").out == f"{kind} 'made' deleted\n"
    assert there(cluster, resource, "made") is None
    said = ask(word, "delete", "made")
    assert said.code == 1 and "there is no" in said.err


@pytest.mark.parametrize("word", KINDS)
def test_more_than_one_wants_a_yes(word: str, ask: Ask, cluster: Cluster, tmp_path: Path) -> None:
    kind, resource = KINDS[word]
    for name in ("one", "two"):
        assert ask(word, "create", saved(tmp_path, kind, name)).code == 0
    said = ask(word, "delete", "--all")
    assert (said.code, said.out) == (1, "") and "--yes" in said.err
    assert ask(word, "delete", "--all", "--yes").out.count("deleted") == 2
    assert ask(word, "delete", "--all") == (0, "No resources found\n", "")
    assert there(cluster, resource, "one") is None


def test_files_of_another_kind_and_schedules_that_cannot_be_are_refused(
    ask: Ask, cluster: Cluster, tmp_path: Path
) -> None:
    said = ask("cron", "create", saved(tmp_path, "WorkflowTemplate", "t"))
    assert said.code == 2 and "this is a WorkflowTemplate, not a CronWorkflow" in said.err
    said = ask("cron", "create", saved(tmp_path, "CronWorkflow", "c", schedules=["61 * * * *"]))
    assert said.code == 1 and "cron schedule 61 * * * * is malformed" in said.err
    assert there(cluster, CRON_WORKFLOWS, "c") is None
    said = ask("cron", "create", saved(tmp_path, "CronWorkflow", "c"), "--server-dry-run")
    assert said.code == 0 and there(cluster, CRON_WORKFLOWS, "c") is None


def test_a_cron_workflow_takes_another_schedule_and_parameters(
    ask: Ask, cluster: Cluster, tmp_path: Path
) -> None:
    path = saved(tmp_path, "CronWorkflow", "given")
    words = ["cron", "create", path, "--schedule", "@daily", "-p", "a=1", "--name", "other"]
    assert ask(*words).code == 0
    spec = (there(cluster, CRON_WORKFLOWS, "other") or {})["spec"]
    assert spec["schedules"] == ["@daily"]
    assert spec["workflowSpec"]["arguments"]["parameters"] == [{"name": "a", "value": "1"}]


@pytest.fixture
def hourly(cluster: Cluster) -> Iterator[str]:
    meta = {"namespace": "argo", "name": "hourly", "creationTimestamp": "2026-01-01T00:00:00Z"}
    cluster.create(CRON_WORKFLOWS, {"metadata": meta, "spec": CRON_SPEC})
    yield "hourly"
    cluster.delete(CRON_WORKFLOWS, "hourly")


def test_suspend_and_resume(hourly: str, ask: Ask, cluster: Cluster) -> None:
    assert ask("cron", "suspend", hourly).out == "CronWorkflow 'hourly' suspended\n"
    assert (there(cluster, CRON_WORKFLOWS, hourly) or {})["spec"]["suspend"] is True
    assert ask("cron", "suspend", hourly).out == "CronWorkflow 'hourly' suspended\n"
    assert ask("cron", "resume", hourly).out == "CronWorkflow 'hourly' resumed\n"
    assert (there(cluster, CRON_WORKFLOWS, hourly) or {})["spec"]["suspend"] is False


def test_list_and_get_print_what_argo_prints(hourly: str, ask: Ask) -> None:
    titles = ask("cron", "list").out.splitlines()[0].split()
    assert " ".join(titles) == "NAME AGE LAST RUN NEXT RUN SCHEDULES TIMEZONE SUSPENDED"
    row = next(line for line in ask("cron", "list").out.splitlines() if "hourly" in line)
    assert row.split()[2:4] == ["N/A", "1h"] and row.split()[-2:] == ["Europe/Berlin", "false"]
    lines = ask("cron", "get", hourly).out.splitlines()
    assert lines[0] == f"{'Name:':<30} hourly"
    assert f"{'Suspended:':<30} false" in lines
    (following,) = [line for line in lines if line.startswith("NextScheduledTime:")]
    assert following.endswith(
        "Thu Jan 15 13:00:00 +0000 (1 hour from now) (assumes workflow-controller is in UTC)"
    )


def test_trigger_makes_a_workflow_that_belongs_to_it(
    hourly: str, ask: Ask, cluster: Cluster
) -> None:
    said = ask("cron", "trigger", hourly, "-p", "a=1", "-o", "name")
    made = cluster.get(WORKFLOWS, said.out.strip()) or {}
    assert made["metadata"]["labels"][f"{LABEL}cron-workflow"] == hourly
    assert made["metadata"]["ownerReferences"][0]["name"] == hourly
    assert made["spec"]["arguments"]["parameters"] == [{"name": "a", "value": "1"}]


def test_a_template_of_the_cluster_runs_in_the_namespace_of_the_context(
    ask: Ask, cluster: Cluster, tmp_path: Path
) -> None:
    path = saved(tmp_path, "ClusterWorkflowTemplate", "everywhere")
    assert ask("cluster-template", "create", path).code == 0
    said = ask("cluster-template", "submit", "everywhere", "-o", "name")
    made = cluster.get(WORKFLOWS, said.out.strip()) or {}
    reference = {"name": "everywhere", "clusterScope": True}
    assert made["spec"]["workflowTemplateRef"] == reference


def backfilled(cluster: Cluster, names: list[str]) -> list[dict[str, Any]]:
    found = (cluster.get(WORKFLOWS, name) for name in names)
    made = [each for each in found if each and f"{LABEL}backfill" in each["metadata"]["labels"]]
    return sorted(made, key=lambda each: str(each["metadata"]["annotations"]))


def test_backfill_makes_a_run_for_each_time_that_was_due(
    hourly: str, ask: Ask, cluster: Cluster
) -> None:
    span = ["--start", "2026-01-15T08:30:00Z", "--end", "2026-01-15T11:00:00Z"]
    dry = ask("cron", "backfill", hourly, *span, "--dry-run")
    assert dry.out.splitlines() == [f"2026-01-15T{hour:02}:00:00Z" for hour in (9, 10, 11)]
    said = ask("cron", "backfill", hourly, *span, "--name", "Gap", "-p", "a=1")
    assert said.out.startswith("Created 3 workflows for hourly"), said.err
    names = ask("list", "-l", f"{LABEL}backfill=hourly", "-o", "name").out.split()
    made = backfilled(cluster, names)
    assert len(made) == 3
    for each, hour in zip(made, (9, 10, 11), strict=True):
        at = f"2026-01-15T{hour:02}:00:00Z"
        assert each["metadata"]["annotations"][f"{LABEL}scheduled-time"] == at
        assert each["metadata"]["name"].startswith("hourly-backfill-gap-")
        assert each["spec"]["arguments"]["parameters"] == [
            {"name": "a", "value": "1"},
            {"name": "cronScheduleTime", "value": f"2026-01-15 {hour:02}:00:00 +0000 UTC"},
        ]
        assert each["spec"]["synchronization"]["mutexes"] == [{"name": "gap"}]


def test_a_backfill_of_too_much_or_of_nothing_makes_nothing(
    hourly: str, ask: Ask, cluster: Cluster
) -> None:
    said = ask("cron", "backfill", hourly, "--start", "2020-01-01")
    assert said.code == 1 and "at most 1000 workflows" in said.err
    said = ask("cron", "backfill", hourly, "--start", "2026-01-15T11:10:00Z")
    assert said.code == 0 or "Created 1 workflow" in said.out
    said = ask("cron", "backfill", hourly, "--start", "2026-01-15", "--end", "2026-01-15")
    assert (said.code, said.out) == (0, "") and "no suitable scheduling time" in said.err
    assert ask("cron", "backfill", hourly, "--start", "yesterday").code == 2
