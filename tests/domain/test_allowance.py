"""What a pod asks for and may use, by its template."""

from __future__ import annotations

from typing import Any

import pytest

from tui.domain.allowance import Allowance, allowance_of
from tui.domain.node import Node, NodeId
from tui.domain.workflow import Spec, Workflow


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
        {"containerSet": "x", "sidecars": {"a": 1}},
    ],
)
def test_what_is_not_known_is_not_made_up(template: dict[str, Any]) -> None:
    assert allowed(**template) == Allowance()


def test_a_step_whose_template_is_gone_has_none() -> None:
    assert allowance_of(Workflow(), Node(template_name="lost")).cpu() is None
