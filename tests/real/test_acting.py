"""What the program changes on a real cluster is what argo would have changed."""

from __future__ import annotations

import pytest

from tests.support.real import RealCluster, container, nodes_of, single

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
        term.wait_for("1 step runs again", within=60)
        term.quiet(still=0.5)  # no dialog that destroys takes an answer as soon as it is drawn
        term.step("ctrl+s", still=0.5, within=60)
        real.wait(name, lambda w: ACTION in w["metadata"]["labels"], "to be retried")
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
        term.wait_for("A new workflow", within=60)
        term.step("ctrl+s", still=0.5, within=60)
        term.wait_for("Resubmitted as", within=60)
        said = next(line for line in term.picture().splitlines() if "Resubmitted as" in line)
    made = said.split("Resubmitted as ")[1].split()[0].rstrip(",")
    real.made.append(f"workflow/{made}")
    labels = real.finished(made)["metadata"]["labels"]
    assert labels["workflows.argoproj.io/resubmitted-from-workflow"] == name
    assert labels[CREATOR]


GATE_THEN_SLEEP = {
    "entrypoint": "main",
    "templates": [
        {
            "name": "main",
            "steps": [[{"name": "gate", "template": "gate"}], [{"name": "run", "template": "run"}]],
        },
        {"name": "gate", "suspend": {}},
        {"name": "run", "container": container("sleep 600")},
    ],
}


@pytest.mark.parametrize(
    ("key", "verb", "said"),
    [
        ("s", "resume", "Resumed"),
        ("X", "stop", "Stopped"),
        ("T", "terminate", "Terminated"),
    ],
)
def test_the_labels_of_an_action_are_those_that_argo_sets(
    real: RealCluster, key: str, verb: str, said: str
) -> None:
    ours = real.create(GATE_THEN_SLEEP, name=f"ours-{verb}")
    theirs = real.create(GATE_THEN_SLEEP, name=f"theirs-{verb}")
    for name in (ours, theirs):
        real.wait(name, lambda w: "gate" in nodes_of(w), "to wait at its gate")
    if real.argo(verb, theirs) is None:
        pytest.skip("argo is not installed")
    with real.app() as term:
        term.wait_for(ours, within=60)
        term.press("/", *ours, "enter", key)
        term.wait_for(f"{verb.capitalize()} {ours}", within=60)
        term.quiet(still=0.5)  # no dialog that destroys takes an answer as soon as it is drawn
        term.step("ctrl+s", still=0.5, within=60)
        term.wait_for(said, within=60)
    assert acted(real, ours) == acted(real, theirs)
    assert acted(real, ours)[ACTION] == verb.capitalize()


def acted(real: RealCluster, name: str) -> dict[str, str]:
    """The labels that tell who did what."""
    labels: dict[str, str] = real.get(name)["metadata"]["labels"]
    return {key: value for key, value in labels.items() if key.startswith((ACTION, ACTOR))}
