"""The program through a real Argo Server, with kubectl as witness of what came of it."""

from __future__ import annotations

import json

import pytest

from tests.support.real import RealServer, nodes_of, single
from tests.support.waiting import wait_until

SLEEPS = "echo begun; sleep 600"


def test_the_list_has_the_workflows_and_phases_that_kubectl_has(served: RealServer) -> None:
    name = served.create(single("echo hello"), name="listed")
    served.finished(name)
    listed = served.run("list", "-o", "json")
    assert listed.returncode == 0, listed.stderr
    ours = {w["metadata"]["name"]: w["status"].get("phase") for w in json.loads(listed.stdout)}
    theirs = json.loads(served.kubectl("get", "workflows", "-o", "json"))["items"]
    assert name in ours
    assert ours == {w["metadata"]["name"]: w.get("status", {}).get("phase") for w in theirs}


def test_one_workflow_has_its_steps_and_its_log(served: RealServer) -> None:
    name = served.create(single("for i in 1 2 3; do echo line $i; done"), name="logged")
    steps = nodes_of(served.finished(name))
    got = served.run("get", "-o", "json", name)
    assert got.returncode == 0, got.stderr
    assert nodes_of(json.loads(got.stdout)).keys() == steps.keys()
    logged = served.run("logs", "--no-prefix", "--no-color", name)
    assert logged.returncode == 0, logged.stderr
    lines = [line for line in logged.stdout.splitlines() if line.startswith("line")]
    assert lines == ["line 1", "line 2", "line 3"]


def test_what_runs_is_seen_on_the_screen_until_it_is_stopped(served: RealServer) -> None:
    name = served.create(single(SLEEPS), name="stopped")
    with served.app() as term:
        term.wait_for(name, within=60)
        # Below the list, as the newest is under the cursor: rows may have the archive's sign.
        term.wait_for(f"{name}  ● Running", within=120)
        stopped = served.run("stop", name)
        assert stopped.returncode == 0, stopped.stderr
        term.wait_for(f"{name}  ✖ Failed", within=120)
    found = served.finished(name)
    assert (found["status"]["phase"], found["spec"]["shutdown"]) == ("Failed", "Stop")


def test_verbs_go_by_the_endpoints_of_the_server(served: RealServer) -> None:
    name = served.create(single("test -f /tmp/never"), name="verbs")
    before = served.finished(name)
    retried = served.run("retry", name)
    assert retried.returncode == 0, retried.stderr
    after = served.finished(name)
    assert after["status"]["startedAt"] != before["status"]["startedAt"]
    again = served.run("resubmit", name, "-o", "name")
    assert again.returncode == 0, again.stderr
    made = again.stdout.strip().rpartition("/")[2]
    served.made.append(f"workflow/{made}")
    assert served.finished(made)["metadata"]["name"] == made
    deleted = served.run("delete", name)
    assert deleted.returncode == 0, deleted.stderr
    assert name not in served.kubectl("get", "workflows", "-o", "name")


def test_a_refused_verb_is_said_in_the_words_of_argo(served: RealServer) -> None:
    name = served.create(single("echo hello"), name="refused")
    served.finished(name)
    stopped = served.run("suspend", name)
    assert stopped.returncode == 1
    assert "cannot suspend completed workflows" in stopped.stderr


def test_what_leaves_the_cluster_for_the_archive_is_listed_and_run_again_and_deleted(
    served: RealServer,
) -> None:
    name = served.create(single("test -f /tmp/never"), name="kept")
    uid = served.finished(name)["metadata"]["uid"]
    listed = served.run("archive", "list")
    assert listed.returncode == 0, listed.stderr
    try:
        wait_until(lambda: uid in served.run("archive", "list").stdout, seconds=60)
    except AssertionError:
        pytest.skip("this server archives no workflows")
    served.kubectl("delete", "workflow", name)
    assert name not in served.run("list", "-o", "name").stdout.split()
    assert name in served.run("list", "-o", "name", "--archived").stdout.split()
    got = served.run("get", "-o", "json", name)
    assert json.loads(got.stdout)["metadata"]["uid"] == uid
    again = served.run("archive", "retry", uid)
    assert again.returncode == 0, again.stderr
    assert served.finished(name)["metadata"]["uid"] != uid
    deleted = served.run("archive", "delete", uid)
    assert deleted.returncode == 0, deleted.stderr
    assert uid not in served.run("archive", "list").stdout


def test_a_wrong_token_is_found_out(served: RealServer) -> None:
    served.token = "nonsense"
    said = served.run("auth", "whoami")
    assert said.returncode == 1 and "does not accept our token" in said.stderr
