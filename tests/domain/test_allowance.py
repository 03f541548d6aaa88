"""What a pod asks for and may use: by itself, and by its template as Argo patches it."""

from __future__ import annotations

from typing import Any

import pytest

from tui.domain.allowance import (
    Allowance,
    PodAllowance,
    allowance_of,
    pod_allowance,
    same_allowance,
    template_allowance,
)
from tui.domain.node import Inputs, Node, NodeId, Parameter
from tui.domain.plainyaml import NotPlain, read
from tui.domain.workflow import Arguments, Spec, Workflow

MI, GI = 1 << 20, 1 << 30


def allowed(**template: Any) -> Allowance:
    """Of a step of a template with these fields."""
    workflow = Workflow(spec=Spec(templates=({"name": "train", **template},)))
    return allowance_of(workflow, Node(id=NodeId("a"), type="Pod", template_name="train"))


def needs(requests: Any = None, limits: Any = None) -> dict[str, Any]:
    return {"resources": {"requests": requests, "limits": limits}}


def test_limits_are_measured_against_before_requests() -> None:
    found = allowed(container=needs({"cpu": "500m", "memory": "1Gi"}, {"cpu": 2, "memory": "2Gi"}))
    assert found == Allowance(500, 2000, 2**30, 2**31)
    assert found.cpu() == (2000, "limit") and found.memory() == (2**31, "limit")
    only = allowed(script=needs({"cpu": 0.25}))
    assert only.cpu() == (250, "request") and only.memory() is None


def test_containers_count_together_and_one_without_a_limit_has_none() -> None:
    both = allowed(
        container=needs(limits={"cpu": "1"}), sidecars=[{"name": "log", **needs(limits={"cpu": 1})}]
    )
    assert both.cpu_limit == 2000
    assert allowed(container=needs(limits={"cpu": "1"}), sidecars=[{"name": "x"}]).cpu() is None
    inner = {"containers": [needs({"memory": "1Mi"}), needs({"memory": "2Mi"})]}
    assert allowed(containerSet=inner).memory() == (3 * 2**20, "request")


@pytest.mark.parametrize(
    "template",
    [
        {},
        {"container": None},
        {"container": {"resources": "all of it"}},
        {"container": {"resources": {"limits": ["cpu"]}}},
        {"container": needs(limits={"cpu": "{{inputs.parameters.cpu}}"})},
        {"container": needs(limits={"cpu": "-1"})},
        {"container": needs(limits={"cpu": "1 core"})},
        {"container": needs(limits={"memory": "1Ki2"})},
        {"container": needs(limits={"memory": True})},
        {"containerSet": "x", "sidecars": {"a": 1}},
    ],
)
def test_what_is_not_known_is_not_made_up(template: dict[str, Any]) -> None:
    assert allowed(**template) == Allowance()


def test_a_step_whose_template_is_gone_has_none() -> None:
    lost = Node(template_name="lost")
    assert allowance_of(Workflow(), lost).cpu() is None
    assert "template" in template_allowance(Workflow(), lost).unclear


# --- patches -------------------------------------------------------------------------------------

AS_YAML = """
containers:
- name: main
  resources:
    limits:
      memory: 2Gi      # more than the template has
"""
AS_LIST_BELOW = """
containers:
  -
    name: main
    resources: {limits: {"memory": 2Gi}}
"""
AS_JSON = '{"containers":[{"name":"main","resources":{"limits":{"memory":"2Gi"}}}]}'
AS_LOOSE_JSON = "{containers: [{name: main, resources: {limits: {memory: 2Gi}}}]}"
TAGGED = (
    '{"containers":[{"name":"main","resources":{"limits":'
    '{"memory":"{{inputs.parameters.mem}}","nvidia.com/gpu":"{{inputs.parameters.gpus}}"}}}]}'
)
TAGGED_YAML = AS_YAML.replace("2Gi", "{{ inputs.parameters.mem }}")
OF_RUN = AS_JSON.replace("2Gi", "{{workflow.parameters.mem}}")
BASE = {"container": needs({"memory": "512Mi", "cpu": "1"}, {"memory": "1Gi"})}


def patched(
    template: dict[str, Any],
    *,
    run: Any = None,
    name: str = "w.train",
    given: dict[str, str] | None = None,
    spec: dict[str, Any] | None = None,
) -> PodAllowance:
    """Of a step of a template, in a workflow with this patch for all pods."""
    values = tuple(Parameter(name=key, value=value) for key, value in (given or {}).items())
    workflow = Workflow(
        spec=Spec(
            templates=({"name": "train", **template},),
            pod_spec_patch=run,
            arguments=Arguments(parameters=(Parameter(name="mem", value="3Gi"),)),
            **(spec or {}),
        )
    )
    node = Node(
        id=NodeId("a"),
        name=name,
        type="Pod",
        template_name="train",
        inputs=Inputs(parameters=values),
    )
    return template_allowance(workflow, node)


@pytest.mark.parametrize(
    ("template", "run", "given", "limit"),
    [
        ({}, None, {}, GI),
        ({"podSpecPatch": AS_JSON}, None, {}, 2 * GI),
        ({"podSpecPatch": AS_YAML}, None, {}, 2 * GI),
        ({"podSpecPatch": AS_LIST_BELOW}, None, {}, 2 * GI),
        ({"podSpecPatch": AS_LOOSE_JSON}, None, {}, 2 * GI),
        ({}, AS_JSON, {}, 2 * GI),
        ({}, AS_YAML, {}, 2 * GI),
        # The template's is applied after that of the workflow.
        ({"podSpecPatch": AS_JSON.replace("2Gi", "5Gi")}, AS_YAML, {}, 5 * GI),
        ({"podSpecPatch": TAGGED}, None, {"mem": "7Gi", "gpus": "1"}, 7 * GI),
        ({"podSpecPatch": TAGGED_YAML}, None, {"mem": "1e9"}, 1_000_000_000),
        ({"podSpecPatch": TAGGED_YAML}, None, {"mem": "1500M"}, 1_500_000_000),
        ({}, OF_RUN, {}, 3 * GI),
        ({"podSpecPatch": AS_JSON.replace('"2Gi"', "null")}, None, {}, None),
        ({"podSpecPatch": AS_JSON.replace('{"memory":"2Gi"}', "null")}, None, {}, None),
        ({"podSpecPatch": AS_JSON.replace("main", "other")}, None, {}, GI),
        ({"podSpecPatch": "{}"}, None, {}, GI),
        ({"podSpecPatch": "  "}, 7, {}, GI),
    ],
)
def test_a_patch_of_either_form_and_place_says_what_main_may_use(
    template: dict[str, Any], run: Any, given: dict[str, str], limit: int | None
) -> None:
    main = patched({**BASE, **template}, run=run, given=given).of("main")
    assert main is not None
    assert main.limits.get("memory") == limit
    assert main.requests == {"memory": 512 * MI, "cpu": 1000}, "it is merged, not put in place"


def test_devices_come_by_name_and_count_as_requested() -> None:
    found = patched({**BASE, "podSpecPatch": TAGGED}, given={"mem": "1Gi", "gpus": "2"})
    assert found.resources() == ("cpu", "memory", "nvidia.com/gpu")
    assert (found.request("nvidia.com/gpu"), found.limit("nvidia.com/gpu")) == (2, 2)


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        (TAGGED, "{{inputs.parameters.mem}}"),
        (AS_JSON.replace("2Gi", "{{=sprig.atoi(retries)}}Gi"), "only Argo can tell"),
        ("containers: [", "is not understood"),
        ("a: &x {b: 1}", "is not understood"),
        ("just words", "is not understood"),
    ],
)
def test_a_patch_that_only_argo_understands_is_said_to_be_unclear(patch: str, said: str) -> None:
    assert said in patched({**BASE, "podSpecPatch": patch}).unclear


def test_the_number_of_an_attempt_fills_a_tag() -> None:
    patch = AS_JSON.replace("2Gi", "{{retries}}Gi")
    again = patched({**BASE, "podSpecPatch": patch}, name="w.train(2)").of("main")
    assert again is not None and again.limits["memory"] == 2 * GI


def test_a_patch_may_take_a_container_away_add_one_or_say_all_of_its_resources() -> None:
    both = {**BASE, "sidecars": [{"name": "log", **needs(limits={"memory": "64Mi"})}]}
    gone = '{"containers": [{"name": "log", "$patch": "delete"}, {"name": "new"}]}'
    names = [each.name for each in patched({**both, "podSpecPatch": gone}).containers]
    assert names == ["main", "new"]
    other = '{"containers": [{"name": "main", "resources": {"$patch": "replace", "limits": {}}}]}'
    main = patched({**both, "podSpecPatch": other}).of("main")
    assert main is not None and not main.limits and not main.requests


def test_defaults_of_all_templates_hold_where_a_template_says_nothing() -> None:
    defaults = {
        "container": needs({"cpu": "2"}, {"memory": "9Gi", "cpu": "4"}),
        "podSpecPatch": AS_JSON,
    }
    spec = {"template_defaults": defaults}
    found = patched(BASE, spec=spec).of("main")
    assert found is not None
    assert found.requests == {"cpu": 1000, "memory": 512 * MI}
    assert found.limits == {"memory": 2 * GI, "cpu": 4000}
    # Those of containers say nothing of scripts.
    script = patched({"script": {"source": "x"}}, spec={"template_defaults": {"container": BASE}})
    assert [each.name for each in script.containers] == ["main"] and not script.resources()


def test_containers_of_a_set_are_told_apart() -> None:
    inner = [{"name": "a", **needs({"cpu": "1"})}, {"name": "b", **needs({"cpu": "500m"})}]
    found = patched({"containerSet": {"containers": inner}})
    assert [(each.name, each.role, each.requests) for each in found.containers] == [
        ("a", "main", {"cpu": 1000}),
        ("b", "main", {"cpu": 500}),
    ]
    assert found.request("cpu") == 1500


# --- what a pod asks for together ----------------------------------------------------------------


def container(name: str, cpu: str = "", **more: Any) -> dict[str, Any]:
    return {"name": name, **(needs({"cpu": cpu}) if cpu else {}), **more}


@pytest.mark.parametrize(
    ("init", "containers", "more", "asked"),
    [
        ([], [container("main", "1"), container("wait", "10m")], {}, 1010),
        # What runs before them needs room at another time.
        ([container("init", "3")], [container("main", "1")], {}, 3000),
        ([container("a", "2"), container("b", "3")], [container("main", "1")], {}, 3000),
        ([container("init", "500m")], [container("main", "1")], {}, 1000),
        # A sidecar that begins among them goes on beside all that follow.
        (
            [container("log", "500m", restartPolicy="Always"), container("b", "3")],
            [container("main", "1")],
            {},
            3500,
        ),
        (
            [container("b", "3"), container("log", "500m", restartPolicy="Always")],
            [container("main", "1")],
            {},
            3000,
        ),
        ([container("log", "1", restartPolicy="Always")], [container("main", "1")], {}, 2000),
        # A limit alone is a request; overhead comes on top; the pod's own holds for all.
        ([], [{"name": "main", **needs(limits={"cpu": "2"})}], {}, 2000),
        ([], [container("main", "1")], {"overhead": {"cpu": "250m"}}, 1250),
        ([], [container("main", "1")], {"resources": {"requests": {"cpu": "4"}}}, 4000),
        ([], [container("main")], {}, None),
    ],
)
def test_a_pod_asks_for_what_the_scheduler_keeps_free(
    init: list[Any], containers: list[Any], more: dict[str, Any], asked: int | None
) -> None:
    found = pod_allowance({"spec": {"initContainers": init, "containers": containers, **more}})
    assert found.request("cpu") == asked and found.is_of_pod


def test_the_limit_of_a_pod_is_that_of_its_own_containers_if_all_have_one() -> None:
    log = {"name": "log", "restartPolicy": "Always", **needs(limits={"memory": "64Mi"})}
    main = {"name": "main", **needs(limits={"memory": "1Gi"})}
    spec = {"initContainers": [log], "containers": [{"name": "wait"}, main]}
    assert pod_allowance({"spec": spec}).limit("memory") == GI + 64 * MI
    spec["containers"].append({"name": "free"})
    assert pod_allowance({"spec": spec}).limit("memory") is None


@pytest.mark.parametrize("spec", [None, "x", {"containers": "x"}, {"containers": [7, None]}])
def test_a_pod_that_is_anything_asks_for_nothing(spec: Any) -> None:
    assert pod_allowance({"spec": spec}) == PodAllowance(is_of_pod=True)


def test_steps_of_one_template_are_alike_unless_a_tag_tells_them_apart() -> None:
    tagged = {"name": "b", "podSpecPatch": TAGGED, **BASE}
    workflow = Workflow(spec=Spec(templates=({"name": "a", **BASE}, tagged)))

    def node(template: str, mem: str) -> Node:
        inputs = Inputs(parameters=(Parameter(name="mem", value=mem),))
        return Node(type="Pod", template_name=template, inputs=inputs)

    def key(template: str, mem: str) -> object:
        return same_allowance(workflow, node(template, mem))

    assert key("a", "1") == key("a", "2") != key("b", "1") != key("b", "2")


# --- the YAML of patches -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing", None),
        ("a: http://x:80/y", {"a": "http://x:80/y"}),
        ("a: 'it''s'\nb: \"x\\ny\"", {"a": "it's", "b": "x\ny"}),
        ("- a\n- b: c\n  d: e\n- - x\n  - y", ["a", {"b": "c", "d": "e"}, ["x", "y"]]),
        ("args:\n- |\n  a: b\n- c", {"args": ["a: b", "c"]}),
        ("a: {b: [1, 'x # y', {c: d}]} # e", {"a": {"b": ["1", "x # y", {"c": "d"}]}}),
        ("a: true\nb: ~\nc:\nd: False", {"a": True, "b": None, "c": None, "d": False}),
        ('"nvidia.com/gpu": 1', {"nvidia.com/gpu": "1"}),
        ('{"a": [1,\n 2]}', {"a": [1, 2]}),
        ("a: [b,\n  c]\nd: e", {"a": ["b", "c"], "d": "e"}),
    ],
)
def test_plain_yaml_is_read(text: str, value: Any) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "a: *x",
        "a: !!binary x",
        "\ta: b",
        "{a: [}",
        'a: "b',
        "a: b\n   c: d\n d",
        "[" * 60 + "]" * 59,
        "{" * 500,
        "a: b\n  c",
    ],
)
def test_what_is_more_than_plain_is_refused_not_misread(text: str) -> None:
    with pytest.raises(NotPlain):
        read(text)
