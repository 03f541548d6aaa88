"""Headless commands against a cluster: names, whole lists, templates, and other controllers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cluster import Cluster, running_cluster
from tests.support.fake_api import Asked, Reply, fake_api, listing, workflow, write_kubeconfig
from tests.support.headless import Said, run
from tests.support.tables import cells, metadata_in, table
from tui.demo.resources import CRON_WORKFLOWS, WORKFLOW_TEMPLATES, WORKFLOWS

Ask = Callable[..., Said]
INSTANCE = "workflows.argoproj.io/controller-instanceid"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        waiting = {"id": "a-1", "name": "a.x", "type": "Suspend", "phase": "Running"}
        pod = {"id": "a-2", "name": "a.y", "type": "Pod", "phase": "Pending"}
        nodes = {"a-1": waiting, "a-2": pod}
        running.workflow("a", status={"phase": "Running", "nodes": nodes})
        running.workflow("b", "Failed", metadata={"labels": {INSTANCE: "two"}})
        for number in range(3):
            running.workflow(f"c-{number}", "Succeeded")
        for namespace in ("ml-etl", "team"):
            running.workflow("twice", metadata={"namespace": namespace})
        running.workflow("elsewhere", metadata={"namespace": "ml-etl"})
        yield running


@pytest.fixture
def ask(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.delenv("ARGO_INSTANCEID", raising=False)
    monkeypatch.delenv("ARGO_NAMESPACE", raising=False)

    def asked(*words: str) -> Said:
        return run([words[0], "--kubeconfig", str(cluster.kubeconfig), "-n", "argo", *words[1:]])

    return asked


def test_a_name_that_is_not_there_is_said(ask: Ask) -> None:
    said = ask("get", "nobody")
    assert said.code == 1 and said.out == ""
    assert "there is no workflow nobody in argo" in said.err


def test_a_name_is_looked_for_in_all_the_namespaces_that_are_asked_for(ask: Ask) -> None:
    assert ask("get", "elsewhere", "-o", "name").code == 1
    for flags in (["-A"], ["-n", "argo,ml-etl"]):
        assert ask("get", "elsewhere", "-o", "name", *flags).out == "elsewhere\n"
        assert ask("plan", "stop", "elsewhere", *flags, "-o", "text").code == 0
    said = ask("get", "nobody", "-A")
    assert said.code == 1 and "no workflow nobody in any namespace" in said.err
    said = ask("get", "twice", "-A")
    assert said.code == 2 and "in each of ml-etl, team" in said.err and "-n" in said.err
    assert ask("get", "twice", "-n", "team", "-o", "name").out == "twice\n"


def test_the_latest_is_the_one_that_was_created_last(ask: Ask) -> None:
    assert ask("get", "@latest", "-o", "name").out in {f"c-{n}\n" for n in range(3)} | {"a\n"}
    assert ask("get", "--instanceid", "two", "@latest", "-o", "name").out == "b\n"
    said = ask("get", "--instanceid", "three", "@latest")
    assert said.code == 1 and "no workflows found" in said.err


def test_workflows_of_another_controller_are_neither_listed_nor_touched(ask: Ask) -> None:
    assert "b" not in ask("list", "-o", "name").out.split()
    assert ask("list", "--instanceid", "two", "-o", "name").out == "b\n"
    refused = "'b' is not managed by the current Argo Server"
    assert refused in ask("get", "b").err
    told = ask("plan", "retry", "b", "-o", "json")
    assert (told.code, json.loads(told.out)) == (1, {"error": refused})
    assert ask("plan", "retry", "b", "--instanceid", "two").code == 0
    assert ask("get", "a", "--instanceid", "two").code == 1


def test_the_instance_of_the_environment_counts(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGO_INSTANCEID", "two")
    assert ask("list", "-o", "name").out == "b\n"
    assert ask("plan", "delete", "--all", "-o", "json").code == 0


def test_a_wide_list_knows_the_nodes_and_asks_for_no_workflow_by_itself(
    ask: Ask, cluster: Cluster
) -> None:
    fault = {"method": "GET", "path": "/workflows/"}
    cluster.fault("error", **fault)
    try:
        wide = ask("list", "-o", "wide", "--prefix", "a")
        assert "Running (Suspended)" in wide.out and " 1/0/0" in wide.out
        assert "Suspended" not in ask("list", "--prefix", "a").out
        found = json.loads(ask("list", "-o", "json", "--prefix", "a").out)
        assert found[0]["status"]["nodes"]["a-2"]["name"] == "a.y"
        assert "name: a.y" in ask("list", "-o", "yaml").out
        assert ask("plan", "delete", "--prefix", "c-", "-o", "text").out.count("Delete c-") == 3
    finally:
        cluster.clear_faults()


def cron(**spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "nightly", "namespace": "argo"},
        "spec": {
            "schedules": ["0 0 * * *"],
            "workflowSpec": {"entrypoint": "main", "arguments": {"parameters": []}},
            "workflowMetadata": {"labels": {"team": "a"}},
            **spec,
        },
    }


def test_a_cron_workflow_is_read_and_owns_what_is_submitted_from_it(
    ask: Ask, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = cluster.create(CRON_WORKFLOWS, cron())
    monkeypatch.setenv("ARGO_TUI_NOW", "2026-01-15T12:00:00Z")
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    said = ask("plan", "submit", "--from", "cronwf/nightly", "-p", "x=1", "-o", "json")
    assert said.code == 0, said.err
    made = json.loads(said.out)
    assert made["metadata"]["ownerReferences"][0]["uid"] == kept["metadata"]["uid"]
    notes = made["metadata"]["annotations"]
    assert notes["workflows.argoproj.io/scheduled-time"] == "2026-01-15T17:30:00+05:30"
    assert made["metadata"]["labels"]["team"] == "a"
    assert made["spec"]["entrypoint"] == "main"
    assert made["spec"]["arguments"]["parameters"] == [{"name": "x", "value": "1"}]


def test_a_template_must_be_there(ask: Ask, cluster: Cluster) -> None:
    template = {"metadata": {"name": "etl", "namespace": "argo"}, "spec": {}}
    cluster.create(WORKFLOW_TEMPLATES, template)
    said = ask("plan", "submit", "--from", "wftmpl/etl", "-o", "json")
    assert json.loads(said.out)["spec"] == {"workflowTemplateRef": {"name": "etl"}}
    missing = ask("plan", "submit", "--from", "cwftmpl/etl", "-o", "json")
    assert missing.code == 1 and "etl" in missing.err and missing.out == ""


def test_without_a_cluster_a_template_is_referred_to_unchecked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    said = run(["plan", "submit", "--from", "wftmpl/etl", "-o", "json"])
    assert json.loads(said.out)["metadata"]["generateName"] == "etl-"
    assert "no cluster" in said.err
    assert run(["plan", "submit", "--from", "cronwf/etl"]).code == 2
    named = ["--kubeconfig", str(tmp_path / "none")]
    assert run(["plan", "submit", "--from", "wftmpl/etl", *named]).code == 2


def test_a_scheduled_time_is_a_time(ask: Ask, cluster: Cluster) -> None:
    cluster.create(WORKFLOW_TEMPLATES, {"metadata": {"name": "t", "namespace": "argo"}, "spec": {}})
    words = ["plan", "submit", "--from", "wftmpl/t", "-o", "json", "--scheduled-time"]
    made = json.loads(ask(*words, "2026-01-15T12:00:00+01:00").out)
    notes = made["metadata"]["annotations"]
    assert notes == {"workflows.argoproj.io/scheduled-time": "2026-01-15T12:00:00+01:00"}
    assert "RFC3339" in json.loads(ask(*words, "yesterday").out)["error"]
    assert cluster.get(WORKFLOWS, "t") is None


@pytest.mark.parametrize("output", [[], ["-o", "name"], ["-o", "json"]], ids=str)
def test_of_several_namespaces_one_that_is_refused_is_named_and_the_others_are_listed(
    output: list[str], tmp_path: Path
) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if "/secret/" in asked.path:
            reply.refuse(403, "Forbidden", "no")
        else:
            reply.json(listing(workflow("seen")))

    with fake_api(answer) as api:
        path = str(write_kubeconfig(tmp_path, api.url))
        said = run(["list", "--kubeconfig", path, "-n", "argo,secret", *output])
        assert said.code == 1, "it is not everything that was asked for"
        assert "seen" in said.out
        assert "secret is left out: not allowed to list workflows in secret" in said.err
        alone = run(["list", "--kubeconfig", path, "-n", "secret", *output])
        assert alone.code == 1 and alone.out == ""
        assert "not allowed to list workflows in secret" in alone.err


# --- list -o brief -------------------------------------------------------------------------------


def test_brief_is_one_question_for_the_servers_table_asked_ahead(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply.json(table(cells("b", "Failed", "64m", "no\x1b[2J luck\nat all"), cells("a")))

    with fake_api(answer) as api:
        path = str(write_kubeconfig(tmp_path, api.url))
        said = run(["list", "--kubeconfig", path, "-o", "brief", "--status", "Failed", "-l", "a=b"])
    assert said.code == 0
    assert said.out == (
        "NAME   STATUS    AGE   MESSAGE\n"
        "b      Failed    64m   no\ufffd[2J luck...\n"
        "a      Running   64m   \n"
    ), "in the order of the server"
    (asked,) = api.asked
    assert asked.query["includeObject"] == "None"
    wanted = "a=b,workflows.argoproj.io/phase in (Failed),!workflows.argoproj.io/controller"
    assert asked.query["labelSelector"].startswith(wanted)


def test_brief_of_all_namespaces_says_which_and_prefixes_are_looked_for_here(
    tmp_path: Path,
) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply.json(table(cells("etl-1"), cells("web"), metadata=metadata_in("ml")))

    with fake_api(answer) as api:
        words = ["list", "--kubeconfig", str(write_kubeconfig(tmp_path, api.url)), "-o", "brief"]
        said = run([*words, "-A", "--prefix", "etl", "--no-headers"])
    assert said.out == "ml    etl-1   Running   64m   \n"


def test_brief_of_several_namespaces_leaves_out_what_may_not_be_read_and_says_so(
    tmp_path: Path,
) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if "/two/" in asked.path:
            reply.refuse(403, "Forbidden", "no")
        else:
            reply.json(table(cells("a")))

    with fake_api(answer) as api:
        words = ["list", "--kubeconfig", str(write_kubeconfig(tmp_path, api.url)), "-o", "brief"]
        said = run([*words, "-n", "one,two"])
    assert said.code == 1
    assert said.out.splitlines()[1].split() == ["one", "a", "Running", "64m"]
    assert "two is left out" in said.err


def test_brief_of_a_server_without_tables_says_that_other_outputs_need_none(
    tmp_path: Path,
) -> None:
    with fake_api(lambda asked, reply: reply.json(listing(workflow("a")))) as api:
        path = str(write_kubeconfig(tmp_path, api.url))
        said = run(["list", "--kubeconfig", path, "-o", "brief"])
    assert (said.code, said.out) == (1, "")
    assert "no Table" in said.err and "another output" in said.err
