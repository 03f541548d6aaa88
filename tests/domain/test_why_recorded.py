"""Why recorded runs of a real controller failed or waited."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.support.recorded import ABSENT, KUBE
from tests.support.why import Case
from tui.domain.why.answer import explain
from tui.domain.why.evidence import PODS
from tui.domain.why.finding import Verdict
from tui.sources import pods as core

RUNS = KUBE / "workflows"
pytestmark = pytest.mark.skipif(not RUNS.is_dir(), reason=ABSENT)

TOLD = {
    "artifact-missing": "input artifact x (no/such/key.txt) is not in the store",
    "config-error": 'CreateContainerConfigError: secrets "nope" not found',
    "config-error-mid": 'CreateContainerConfigError: secrets "nope" not found',
    "dag": "C: main ended with exit code 3",
    "deadline-template": "template slow may take 8s (activeDeadlineSeconds)",
    "deadline-workflow": "the workflow may take 8s in all (activeDeadlineSeconds)",
    "image-pull": "pull access denied, repository does not exist or may require authorization",
    "image-pull-mid": "pull access denied, repository does not exist or may require",
    "invalid-spec": "template name 'nothing' undefined",
    "mutex-mid": "mutex sv1-lock for",
    "oom": "main was killed for taking more memory than its limit of 64Mi",
    "output-missing": "output artifact x (/tmp/none) was not where its step should have put it",
    "retry-exhausted": "after(1): main ended with exit code 2",
    "semaphore-mid": "held by another step of this workflow (x(1:b))",
    "start-error": "its command no-such-command was not found",
    "stopped": "the workflow was stopped, by whom is not known",
    "suspend-mid": "approve: waits for somebody to resume it",
    "terminated": "the workflow was terminated, by whom is not known",
    "unschedulable-mid": "1 didn't match Pod's node affinity/selector",
}


def read(name: str) -> Any:
    file = RUNS / name
    return json.loads(file.read_bytes()) if file.is_file() else {"items": []}


@pytest.mark.parametrize("run", TOLD)
def test_a_recorded_run_is_explained_and_each_pointer_leads_to_what_it_quotes(run: str) -> None:
    end = "-mid" if run.endswith("-mid") else ""
    folder = run.removesuffix("-mid")
    workflow = read(f"{folder}/workflow{end}.json")
    pods = tuple({"kind": "Pod", **each} for each in read(f"{folder}/pods{end}.json")["items"])
    events = core.events(json.dumps(read(f"{folder}/events.json")).encode())[0]
    case = Case(run, "", "", {"kind": "Workflow", **workflow}, pods, tuple(events))
    answer = explain(case.evidence())
    assert TOLD[run] in answer.headline
    assert answer.verdict is (Verdict.WAITS if end else Verdict.FAILED)
    for finding in answer.findings:
        assert finding.at or finding.weight == "unknown"
        for pointer in finding.at:
            assert str(case.quoted(pointer)).startswith(pointer.quote)


BLIND = {
    "config-error": 'main could not be made: secrets "nope" not found (told ',
    "image-pull": "registry.example/nonexistent:1 could not be pulled: pull access denied",
    "unschedulable": "1 didn't match Pod's node affinity/selector",
}
"""Runs that go on, of which nobody may see the pods."""


@pytest.mark.parametrize("run", BLIND)
@pytest.mark.parametrize("unread", [{PODS: "you may not get pods"}, {}])
def test_the_events_of_a_recorded_run_tell_what_its_pod_would(
    run: str, unread: dict[str, str]
) -> None:
    workflow = {"kind": "Workflow", **read(f"{run}/workflow-mid.json")}
    events = tuple(core.events(json.dumps(read(f"{run}/events.json")).encode())[0])
    (name,) = {each.object_name for each in events if each.object_kind == "Pod"}
    gone = () if unread else (name,)
    case = Case(run, "", "", workflow, events=events, unread=unread, gone=gone)
    answer = explain(case.evidence())
    assert BLIND[run] in answer.headline and answer.verdict is Verdict.WAITS
    (of_pod,) = [each for each in answer.findings if each.label == "pod"]
    assert of_pod.weight == "unknown" and "not known" in of_pod.text
    for finding in answer.findings:
        for pointer in finding.at:
            assert str(case.quoted(pointer)).startswith(pointer.quote)
    if run != "unschedulable":  # of that Argo says it, too
        without = replace(case, events=())
        answer = explain(without.evidence())
        assert answer.headline == "it runs; how its pod is doing is not known"
