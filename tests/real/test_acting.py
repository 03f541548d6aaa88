"""What the program changes on a real cluster is what argo would have changed."""

from __future__ import annotations

from tests.support.real import RealCluster, nodes_of, single

ACTION = "workflows.argoproj.io/action"
ACTOR = "workflows.argoproj.io/actor"
CREATOR = "workflows.argoproj.io/creator"
FAILS_ONCE = "test -f /tmp/never"


def test_a_retry_runs_the_failed_step_again_and_says_who_asked_for_it(real: RealCluster) -> None:
    name = real.create(single(FAILS_ONCE), name="retried")
    before = real.finished(name)
    assert before["status"]["phase"] == "Failed"
    with real.app() as term:
        term.wait_for(name, within=60)
        term.press("/", *name, "enter", "r")
        term.wait_for("Runs again", within=60)
        term.step("ctrl+s", still=0.5, within=60)
        real.wait(
            name,
            lambda w: w["metadata"]["resourceVersion"] != before["metadata"]["resourceVersion"],
            "to be retried",
        )
    after = real.finished(name)
    assert after["status"]["startedAt"] != before["status"]["startedAt"]
    assert len(nodes_of(after)) == len(nodes_of(before))
    assert after["metadata"]["labels"][ACTION] == "Retry"
    assert after["metadata"]["labels"][ACTOR]


def test_a_resubmit_makes_a_new_workflow_with_its_creator(real: RealCluster) -> None:
    name = real.create(single("echo hello"), name="anew")
    real.finished(name)
    with real.app() as term:
        term.wait_for(name, within=60)
        term.press("/", *name, "enter", "R")
        term.wait_for("argo resubmit", within=60)
        term.step("ctrl+s", still=0.5, within=60)
        term.wait_for("Resubmitted as", within=60)
        said = next(line for line in term.picture().splitlines() if "Resubmitted as" in line)
    made = said.split("Resubmitted as ")[1].split()[0]
    real.made.append(f"workflow/{made}")
    labels = real.finished(made)["metadata"]["labels"]
    assert labels["workflows.argoproj.io/resubmitted-from-workflow"] == name
    assert labels[CREATOR]
