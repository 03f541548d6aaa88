"""`argo-tui auth can-i`: yes and no as kubectl says them, and a table of what can be done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.cluster import Cluster, running_cluster
from tests.support.headless import Said, run
from tests.support.kubectl import VERSIONS, Kubectl, binary
from tui.actions import ACTIONS
from tui.actions.role import called
from tui.demo.access import Rule, User

Ask = Callable[..., Said]
ARGO = ("argoproj.io",)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def can_i(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Ask:
    for name in ("ARGO_INSTANCEID", "ARGO_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)

    def asked(*words: str, context: str = "demo-viewer") -> Said:
        flags = ("--kubeconfig", str(cluster.kubeconfig), "--context", context)
        return run(["auth", "can-i", *words, *flags])

    return asked


QUESTIONS = [
    "list workflows",
    "list wf",
    "watch Workflow",
    "delete workflows.argoproj.io",
    "delete wf/some-name",
    "get pods --subresource=log",
    "get pods/log",
    "list po",
    "list cwftmpl",
    "patch cron",
    "list secrets",
    "create sa",
    "list deployments",
    "list deployments.apps",
    "* *",
    "get *",
    "list wf -A",
    "list wf -n elsewhere",
    "list namespaces",
    "create selfsubjectaccessreviews.authorization.k8s.io",
    "list pods.metrics.k8s.io",
]
KUBECTL_CALLS_IT = {"cron": "cwf", "cwftmpl": "cwft"}
"""Names that are ours alone."""


@pytest.mark.parametrize("context", ["demo", "demo-viewer", "demo-least", "demo-admin"])
def test_answers_and_exit_codes_are_kubectls(
    cluster: Cluster, can_i: Ask, context: str, tmp_path: Path
) -> None:
    path = binary(VERSIONS[-1])
    if path is None:
        pytest.skip(f"no kubectl {VERSIONS[-1]} on this machine")
    kubectl = Kubectl(path, VERSIONS[-1], cluster, tmp_path)
    for question in QUESTIONS:
        words = question.split()
        theirs = [KUBECTL_CALLS_IT.get(word, word) for word in words]
        official = kubectl.run(f"--context={context}", "auth", "can-i", *theirs)
        said = can_i(*words, context=context)
        assert (said.out, said.code) == (official.stdout, official.returncode), question


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("list workflows", "yes"),
        ("delete workflows", "no"),
        ("get pods --subresource=log", "yes"),
        ("get pods --subresource=exec", "no"),
        ("list nothings.nowhere.io", "no"),
    ],
)
def test_yes_is_0_and_no_is_1(can_i: Ask, question: str, answer: str) -> None:
    said = can_i(*question.split())
    assert (said.out, said.code) == (f"{answer}\n", 0 if answer == "yes" else 1)
    quiet = can_i(*question.split(), "-q")
    assert (quiet.out, quiet.code) == ("", said.code)


def test_a_type_that_is_not_there_and_a_pod_called_log_are_told(can_i: Ask) -> None:
    assert "the cluster has no resource type nothings" in can_i("list", "nothings").err
    assert "--subresource=log" in can_i("get", "pods/log").err
    assert "--subresource" not in can_i("get", "pods/some-pod").err


def test_in_several_namespaces_it_is_allowed_where_it_is_in_each(can_i: Ask) -> None:
    said = can_i("list", "wf", "-n", "argo,default", context="demo-least")
    assert (said.out, said.code) == ("no\n", 1) and "not in default" in said.err
    assert can_i("list", "wf", "-n", "argo", context="demo-least").code == 0
    assert can_i("list", "wf", "-n", "argo,default").code == 0


@pytest.mark.parametrize("words", [("list",), ("list", "wf", "more")])
def test_one_word_or_three_are_no_question(can_i: Ask, words: tuple[str, ...]) -> None:
    said = can_i(*words)
    assert said.code == 2 and "two arguments: verb resource" in said.err


def test_paths_are_left_to_kubectl(can_i: Ask) -> None:
    said = can_i("get", "/healthz")
    assert said.code == 2 and "only resources are asked about" in said.err


def table(said: Said) -> dict[str, tuple[str, str]]:
    """Name → whether it is allowed, and what lacks."""
    assert said.code == 0, said.err
    head, *rows = said.out.splitlines()
    assert head.split() == ["NAME", "ALLOWED", "LACKS"]
    split = [row.split(maxsplit=2) for row in rows]
    return {name: (allowed, rest[0] if rest else "") for name, allowed, *rest in split}


def test_the_table_tells_what_can_be_seen_and_done_and_what_lacks(can_i: Ask) -> None:
    viewer = table(can_i())
    assert {called(action) for action in ACTIONS} <= viewer.keys()
    assert viewer["logs"] == ("yes", "") and viewer["cluster-templates"] == ("yes", "")
    assert viewer["artifacts"] == ("no", "get on secrets")
    assert viewer["retry"] == ("no", "update on workflows.argoproj.io")
    assert {answer for answer, _ in table(can_i(context="demo-admin")).values()} == {"yes"}
    least = table(can_i(context="demo-least"))
    assert (least["delete"], least["metrics"][0], least["namespaces"][0]) == (
        ("yes", ""),
        "no",
        "no",
    )
    elsewhere = table(can_i("-n", "elsewhere", context="demo-least"))
    assert {answer for answer, _ in elsewhere.values()} == {"no"}


@contextmanager
def least_with(cluster: Cluster, *rules: Rule) -> Iterator[None]:
    """The narrow account with these rights instead of its own."""
    users = cluster.server.access.users
    reviews = users["demo-viewer"].rules[:2]
    before = users["demo-least"]
    users["demo-least"] = User(before.name, (*reviews, *rules), token=before.token)
    try:
        yield
    finally:
        users["demo-least"] = before


def test_what_is_allowed_in_part_is_told_as_that(cluster: Cluster, can_i: Ask) -> None:
    rules = (
        Rule(ARGO, ("workflows",), ("get", "list", "watch", "update"), ("argo",)),
        Rule(("",), ("secrets",), ("get",), ("argo",), ("s3-keys",)),
    )
    with least_with(cluster, *rules):
        told = table(can_i(context="demo-least"))
    assert told["retry"] == ("partly", "delete on pods")
    assert told["artifacts"] == ("partly", "")
    assert told["resume"] == ("yes", "")


def test_rules_that_are_not_told_are_asked_one_by_one(cluster: Cluster, can_i: Ask) -> None:
    cluster.fault("no-rules")
    try:
        said = can_i()
        assert "webhook authorizer does not support" in said.err
        assert table(said)["retry"] == ("no", "update on workflows.argoproj.io")
        assert table(said)["events"] == ("yes", "")
    finally:
        cluster.clear_faults()


def test_the_table_as_json_names_verb_and_resource(can_i: Ask) -> None:
    told: list[dict[str, Any]] = json.loads(can_i("-o", "json").out)
    (stop,) = [each for each in told if each["name"] == "stop"]
    assert stop == {
        "name": "stop",
        "namespace": "argo",
        "allowed": "no",
        "lacks": [{"verb": "patch", "resource": "workflows.argoproj.io"}],
    }


def test_the_table_is_of_namespaces_that_are_named(can_i: Ask) -> None:
    assert can_i("-A").code == 2
    said = can_i("-n", "argo,default")
    assert said.code == 0
    assert [line for line in said.out.splitlines() if line.endswith(":")] == ["argo:", "default:"]


def test_a_file_has_no_rights_to_ask_for(tmp_path: Path) -> None:
    absent = str(tmp_path / "none")
    said = run(["auth", "can-i", "list", "wf", "--kubeconfig", absent])
    assert said.code == 2 and said.out == ""
