"""`argo-tui lint`: where faults are, how they are printed, and what is asked of a cluster."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cluster import Cluster, running_cluster
from tests.support.fake_api import Asked, Reply, fake_api, write_kubeconfig
from tests.support.headless import run
from tui.demo.resources import WORKFLOW_TEMPLATES

BAD = """\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  generateName: bad-
spec:
  entrypoint: main
  prioritty: 3
  templates:
    - name: main
      steps:
        - - name: a
            template: sya
    - name: say
      container: {image: a}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: not-looked-at}
"""


def saved(tmp_path: Path, text: str, name: str = "w.yaml") -> str:
    path = tmp_path / name
    path.write_text(text)
    return str(path)


def test_each_fault_has_its_line_and_column(tmp_path: Path) -> None:
    path = saved(tmp_path, BAD)
    said = run(["lint", path, "--offline", "-o", "simple"])
    assert (said.code, said.err) == (1, "")
    assert said.out.splitlines() == [
        f'{path}:7:3: in "bad-" (Workflow): unknown field spec.prioritty; did you mean priority?',
        f"{path}:12:13: in \"bad-\" (Workflow): template name 'sya' undefined; did you mean say?",
    ]


def test_the_other_outputs_say_the_same(tmp_path: Path) -> None:
    path = saved(tmp_path, BAD)
    said = run(["lint", path, "--offline"])
    lines = said.out.splitlines()
    assert lines[0] == f"{path}:"
    assert lines[1].startswith('   ✖ 7:3 in "bad-" (Workflow): unknown field spec.prioritty')
    assert lines[-1] == "✖ 2 linting errors found!"
    found = json.loads(run(["lint", path, "--offline", "-o", "json"]).out)
    assert [(each["line"], each["column"], each["path"]) for each in found] == [
        (7, 3, "spec.prioritty"),
        (12, 13, "spec.templates[0].steps[0][0].template"),
    ]
    assert found[0]["hint"] == "did you mean priority?"


def test_a_file_that_is_not_there_is_wrong_use_and_no_fault_of_a_manifest(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.yaml")
    said = run(["lint", missing, saved(tmp_path, BAD), "--offline"])
    assert (said.code, said.out) == (2, "")
    assert said.err == f"argo-tui: {missing}: No such file or directory\n"


def test_what_is_right_is_said_to_be(tmp_path: Path) -> None:
    said = run(["lint", "tests/saved/linted.yaml", "--offline"])
    assert said == (0, "✔ no linting errors found!\n", "")
    nothing = saved(tmp_path, "kind: ConfigMap\nmetadata: {name: x}\n")
    said = run(["lint", nothing, "--offline"])
    assert said.code == 1 and "found nothing to lint" in said.out


def test_json_lists_folders_and_stdin_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {"kind": "Workflow", "metadata": {"name": "j"}, "spec": {"entrypoint": "x"}}
    inner = tmp_path / "inner"
    inner.mkdir()
    saved(inner, json.dumps({"kind": "List", "items": [made]}, indent=1), "l.json")
    found = json.loads(run(["lint", str(tmp_path), "--offline", "-o", "json"]).out)
    assert [(each["line"], each["path"]) for each in found] == [(10, "spec.entrypoint")]
    monkeypatch.setattr(sys, "stdin", io.StringIO(BAD))
    said = run(["lint", "-", "--offline", "-o", "simple"])
    assert said.out.startswith("stdin:7:3: ")


def test_a_file_that_is_no_yaml_is_a_fault_and_the_others_are_judged(tmp_path: Path) -> None:
    broken = saved(tmp_path, "a: [1,\nb: }\n", "broken.yaml")
    said = run(["lint", broken, saved(tmp_path, BAD), "--offline", "-o", "simple"])
    assert said.code == 1
    lines = said.out.splitlines()
    assert lines[0].startswith(f"{broken}:2:") and len(lines) == 3


def test_keys_that_are_there_twice_are_told(tmp_path: Path) -> None:
    text = BAD.replace("  prioritty: 3\n", "  entrypoint: say\n").replace("sya", "say")
    said = run(["lint", saved(tmp_path, text), "--offline", "-o", "simple"])
    assert "7:3:" in said.out and "spec.entrypoint is there twice" in said.out


def test_a_kind_that_is_written_wrongly_is_told(tmp_path: Path) -> None:
    text = BAD.replace("kind: Workflow\n", "kind: WorkFlow\n")
    said = run(["lint", saved(tmp_path, text), "--offline", "-o", "simple"])
    assert said.code == 1 and "2:1:" in said.out
    assert "unknown kind WorkFlow; did you mean Workflow?" in said.out


def test_one_kind_alone_may_be_looked_at(tmp_path: Path) -> None:
    path = saved(tmp_path, BAD)
    assert run(["lint", path, "--offline", "--kinds", "workflows"]).code == 1
    said = run(["lint", path, "--offline", "--kinds", "workflowtemplates"])
    assert said.code == 1 and "found nothing to lint" in said.out
    assert run(["template", "lint", "tests/saved/linted.yaml", "--offline"]).code == 0
    said = run(["lint", path, "--offline", "--kinds", "workflow"])
    assert said.code == 2 and "did you mean workflows?" in said.err


def test_hostile_text_is_not_printed(tmp_path: Path) -> None:
    text = BAD.replace("prioritty", '"pri\\e[2Jority"').replace("bad-", '"x\\e[31m"')
    for output in ("simple", "pretty", "json"):
        assert "\x1b" not in run(["lint", saved(tmp_path, text), "--offline", "-o", output]).out


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        spec = {"templates": [{"name": "say", "container": {"image": "a"}}]}
        meta = {"namespace": "argo", "name": "there"}
        running.create(WORKFLOW_TEMPLATES, {"metadata": meta, "spec": spec})
        yield running


REFERRING = """\
kind: Workflow
metadata: {name: r}
spec:
  entrypoint: main
  templates:
    - name: main
      dag:
        tasks:
          - name: a
            templateRef: {name: there, template: say}
          - name: b
            templateRef: {name: there, template: sey}
          - name: c
            templateRef: {name: gone, template: say}
"""


def test_references_are_looked_for_in_the_cluster(cluster: Cluster, tmp_path: Path) -> None:
    config = ["--kubeconfig", str(cluster.kubeconfig)]
    said = run(["lint", saved(tmp_path, REFERRING), "-o", "simple", *config])
    assert [line.partition(": in ")[2] for line in said.out.splitlines()] == [
        '"r" (Workflow): template reference there.sey not found; did you mean say?',
        '"r" (Workflow): WorkflowTemplate "gone" not found',
    ]


def test_without_a_cluster_they_are_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.setenv("HOME", str(tmp_path))
    said = run(["lint", saved(tmp_path, REFERRING)])
    assert said.code == 0 and "no cluster" in said.err


def test_a_cluster_that_does_not_answer_keeps_nobody_from_linting(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.cut()) as api:
        config = str(write_kubeconfig(tmp_path, api.url))
        said = run(["lint", saved(tmp_path, REFERRING), "--kubeconfig", config])
    assert said.code == 0 and "the cluster is not asked" in said.err


def document() -> dict[str, Any]:
    kind = {"group": "argoproj.io", "version": "v1alpha1", "kind": "Workflow"}
    spec = {
        "type": "object",
        "properties": {
            "entrypoint": {"type": "string"},
            "templates": {"type": "array", "items": {"x-kubernetes-preserve-unknown-fields": True}},
            "brandNew": {"type": "boolean"},
        },
    }
    whole = {
        "type": "object",
        "x-kubernetes-group-version-kind": [kind],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": spec,
        },
    }
    return {"components": {"schemas": {"io.argoproj.v1alpha1.Workflow": whole}}}


def test_the_schema_of_the_cluster_wins(tmp_path: Path) -> None:
    group = "apis/argoproj.io/v1alpha1"

    def answer(asked: Asked, reply: Reply) -> None:
        if asked.path == "/openapi/v3":
            reply.json({"paths": {group: {"serverRelativeURL": f"/openapi/v3/{group}?hash=x"}}})
        elif asked.path == f"/openapi/v3/{group}":
            assert asked.query == {"hash": "x"}
            reply.json(document())
        else:
            reply.refuse(404, "NotFound")

    text = BAD.replace("prioritty: 3", "brandNew: true").replace("sya", "say")
    with fake_api(answer) as api:
        config = str(write_kubeconfig(tmp_path, api.url))
        path = saved(tmp_path, text)
        assert run(["lint", path, "--kubeconfig", config]).code == 0
        assert len(api.asked) == 2
        said = run(["lint", path, "--offline", "-o", "simple"])
        assert "unknown field spec.brandNew" in said.out
