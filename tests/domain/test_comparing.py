"""Two runs beside each other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.compared import node, run
from tests.support.runs import NOW
from tests.support.scripted import manifest
from tui.domain import decode
from tui.domain.comparing import Comparison, compare
from tui.domain.report_compare import MOST_STEPS, lines_of
from tui.domain.workflow import Workflow


def told(found: Comparison) -> list[str]:
    return [line.text for line in lines_of(found)]


def test_steps_are_the_same_by_their_place_and_not_by_their_names() -> None:
    before = run("etl-a", node("etl-a[0].load(0:x)", 10), node("etl-a.clean", 5))
    after = run("etl-b", node("etl-b[0].load(0:x)", 70), node("etl-b.report", 5))
    found = compare(before, after, NOW)
    assert [(each.path, each.apart) for each in found.timed] == [("[0].load(0:x)", 60)]
    assert [each.path for each in found.gone] == [".clean"]
    assert [each.path for each in found.new] == [".report"]
    lines = told(found)
    assert "  [0].load(0:x)  10s → 1m10s  +1m (+600 %)" in lines
    assert "steps only in etl-a" in lines and "  - clean  Succeeded 5s" in lines
    assert "  + report  Succeeded 5s" in lines


def test_steps_of_one_run_alone_are_told_as_they_began() -> None:
    late = node("b.load", 10, startedAt="2026-11-01T10:00:09Z")
    shards = [node(f"b.shard({n}:{n})", 10, displayName=f"shard({n}:{n})") for n in (10, 2, 0)]
    found = compare(run("a"), run("b", late, *shards), NOW)
    assert [each.path for each in found.new] == [
        *(f".shard({n}:{n})" for n in (0, 2, 10)),
        ".load",
    ]
    assert [each.path for each in compare(run("b", late, *shards), run("a"), NOW).gone] == [
        each.path for each in found.new
    ]


def test_two_runs_of_the_same_differ_in_nothing() -> None:
    before = run("etl-a", node("etl-a.load", 10))
    found = compare(before, run("etl-b", node("etl-b.load", 50)), NOW)
    assert found.is_alike and "nothing but times is different" in told(found)
    assert not compare(before, run("etl-b", node("etl-b.load", 10, "Failed")), NOW).is_alike


def test_a_step_that_ended_otherwise_is_told_with_its_message() -> None:
    after = node("b.load", 10, "Failed", message="exit code 3\n[/x] \x1b[31m")
    lines = told(compare(run("a", node("a.load", 10)), run("b", after), NOW))
    (line,) = [each for each in lines if each.startswith("  load  Succeeded → Failed")]
    assert "exit code 3" in line and "[/x]" in line and line.isprintable()


def parameters(**values: str) -> dict[str, Any]:
    return {"parameters": [{"name": name, "value": value} for name, value in values.items()]}


def test_parameters_are_those_given_before_those_of_the_template() -> None:
    before = run("a", arguments=parameters(date="1", shards="3", same="x"))
    stored = {"arguments": parameters(shards="9", extra="new", same="x", date="0")}
    found = manifest("b", phase="Succeeded", storedWorkflowTemplateSpec=stored)
    found["spec"] = {"arguments": parameters(date="2")}
    compared = compare(before, decode.from_manifest(found), NOW)
    assert [tuple(each) for each in compared.parameters] == [
        ("date", "1", "2"),
        ("shards", "3", "9"),
        ("extra", None, "new"),
    ]
    assert compared.alike == 1 and "parameters (1 more are the same)" in told(compared)


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ({"container": {"image": "IMAGE"}}, "work"),
        ({"script": {"image": "IMAGE", "source": "x"}}, "work"),
        ({"containerSet": {"containers": [{"name": "a", "image": "IMAGE"}]}}, "work/a"),
        ({"sidecars": [{"name": "db", "image": "IMAGE"}]}, "work/db"),
        ({"initContainers": [{"name": "i", "image": "IMAGE"}]}, "work/i"),
    ],
)
def test_images_are_told_by_template_and_container(template: dict[str, Any], name: str) -> None:
    def with_image(run_name: str, image: str) -> Workflow:
        text = json.dumps({"name": "work", **template}).replace("IMAGE", image)
        return run(run_name, node(f"{run_name}.w", 5), templates=[json.loads(text)])

    found = compare(with_image("a", "app:1"), with_image("b", "app:2"), NOW)
    assert [tuple(each) for each in found.images] == [(name, "app:1", "app:2")]


def test_of_a_run_that_did_not_get_so_far_images_are_those_of_its_spec() -> None:
    templates = [
        {"name": name, "container": {"image": image}}
        for name, image in (("work", "app:1"), ("report", "box:1"))
    ]
    before = run("a", node("a.w", 5), templates=templates)
    whole = (node("b.w", 5), node("b.r", 5, templateName="report"))
    assert not compare(before, run("b", *whole, templates=templates), NOW).images
    templates[1] = {"name": "report", "container": {"image": "box:2"}}
    changed = compare(before, run("b", *whole, templates=templates), NOW).images
    assert [tuple(each) for each in changed] == [("report", "box:1", "box:2")]


def test_a_step_that_goes_on_is_not_said_to_take_less() -> None:
    begun: dict[str, Any] = {
        **{"phase": "Running", "startedAt": "2026-03-17T06:29:40Z", "finishedAt": None}
    }
    going = manifest("b", phase="Running", nodes={})
    steps = (node("b.w", 0, **begun), node("b.x", 0, **begun))
    going["status"]["nodes"] = {each["id"]: each for each in steps}
    after = decode.from_manifest(going)
    before = run("a", node("a.w", 50), node("a.x", 5))
    apart = {step.path: step.apart for step in compare(before, after, NOW).timed}
    assert apart == {".x": 15.0, ".w": 0.0}, "it took 20 s by now: more than 5, and of 50 unknown"
    lines = told(compare(before, after, NOW))
    assert lines[1].startswith("+ b  Running") and lines[1].endswith("  so far")
    assert compare(after, before, NOW).timed[-1].apart == 0.0, "nor is the other one longer"


def test_results_of_steps_are_compared_too() -> None:
    before = node("a.count", 5, outputs={"result": "10", "exitCode": "0"})
    after = node("b.count", 5, outputs={"result": "11", "exitCode": "0"})
    found = compare(run("a", before), run("b", after), NOW)
    assert [tuple(each) for each in found.results] == [("count: result", "10", "11")]


def test_what_has_no_place_is_counted() -> None:
    before = run("a", *(node(f"a.s{n}", 5) for n in range(MOST_STEPS + 7)))
    found = compare(before, run("b"), NOW)
    assert "  and 7 more" in told(found)
    assert "  and 7 more" not in [line.text for line in lines_of(found, whole=True)]


def test_a_value_of_a_megabyte_is_cut_and_its_size_told() -> None:
    before, after = (run(x, arguments=parameters(big=x * 1_000_000)) for x in "ab")
    lines = told(compare(before, after, NOW))
    assert max(map(len, lines)) < 200 and any("(1,000,000 characters)" in each for each in lines)


PHASES = st.sampled_from(["", "Pending", "Running", "Succeeded", "Failed", "Error", "Omitted"])
TIMES = st.sampled_from([None, "", "rubbish", "2026-11-01T10:00:00Z", "9999-12-31T23:59:59Z"])


@st.composite
def odd_runs(draw: st.DrawFn) -> Workflow:
    names = draw(st.lists(st.text(max_size=6), max_size=8))
    nodes = [
        {
            **node(f"w{each}", 1, draw(PHASES)),
            "id": f"{at}",
            "startedAt": draw(TIMES),
            "finishedAt": draw(TIMES),
        }
        for at, each in enumerate(names)
    ]
    return run("w", *nodes)


@given(odd_runs(), odd_runs())
def test_whatever_runs_are_compared_each_step_is_told_once(one: Workflow, other: Workflow) -> None:
    found = compare(one, other, NOW)
    paths = [each.path for each in (*found.timed, *found.gone, *found.new)]
    assert len(paths) == len(set(paths))
    assert all("\n" not in line.text for line in lines_of(found, whole=True))
