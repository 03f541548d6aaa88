"""Argo's own example manifests, all of them, through the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.world import World
from tui.demo.refusals import ApiError
from tui.demo.resources import WORKFLOWS
from tui.domain import decode

EXAMPLES = Path(__file__).resolve().parents[4] / "shared" / "data" / "examples"
FILES = sorted(EXAMPLES.rglob("*.yaml")) if EXAMPLES.is_dir() else []
HOURS = 6

if not FILES:
    pytest.skip(f"the examples are not at {EXAMPLES}", allow_module_level=True)


def shown(path: Path) -> str:
    return str(path.relative_to(EXAMPLES))


@pytest.mark.parametrize("path", FILES, ids=shown)
def test_an_example_ends_or_waits_for_a_reason(path: Path) -> None:
    world = World()
    for place in ("templates.yaml", "clustertemplates.yaml", "simple-parameters-configmap.yaml"):
        for helper in EXAMPLES.rglob(place):
            if helper != path:
                world.create(helper.read_text())
    try:
        world.create(path.read_text())
    except (ApiError, AssertionError) as error:
        pytest.skip(f"no object of the demo cluster: {error}")
    for _ in range(HOURS * 6):
        world.clock.advance(630)
        if all(_ended(each) or _waits(each) for each in world.store.list(WORKFLOWS)):
            break
    for workflow in world.store.list(WORKFLOWS):
        assert _ended(workflow) or _waits(workflow), workflow.get("status")
        _check_graph(workflow)
        _check_words(workflow)


def _ended(workflow: dict[str, Any]) -> bool:
    status = workflow.get("status") or {}
    if not status.get("finishedAt"):
        return False
    assert status["phase"] in ("Succeeded", "Failed", "Error")
    assert "operation error" not in status.get("message", "")
    ended = ("Succeeded", "Failed", "Error", "Skipped", "Omitted")
    nodes = (status.get("nodes") or {}).values()
    assert status["phase"] != "Succeeded" or all(node["phase"] in ended for node in nodes)
    return True


def _waits(workflow: dict[str, Any]) -> bool:
    """A person has to do something, or a program runs for ever."""
    nodes = ((workflow.get("status") or {}).get("nodes") or {}).values()
    running = [n for n in nodes if n["phase"] in ("Running", "Pending")]
    if (workflow.get("spec") or {}).get("suspend"):
        return True
    return any(n["type"] == "Suspend" or n["type"] == "Pod" for n in running)


def _check_graph(workflow: dict[str, Any]) -> None:
    """Children, ends and boundaries exist, and everything but roots hangs somewhere."""
    name = workflow["metadata"]["name"]
    nodes = workflow["status"].get("nodes") or {}
    below: set[str] = set()
    for key, node in nodes.items():
        assert key == node["id"]
        for field in ("children", "outboundNodes"):
            assert set(node.get(field) or ()) <= set(nodes)
        below.update(node.get("children") or ())
        if boundary := node.get("boundaryID"):
            assert nodes[boundary]["type"] in ("Steps", "DAG", "Pod")
    for key, node in nodes.items():
        is_root = node["name"] in (name, f"{name}.onExit") or f"{name}.hooks." in node["name"]
        assert is_root or key in below, f"{node['name']} hangs nowhere"
    assert decode.from_manifest(workflow).metadata.name == name


def _check_words(workflow: dict[str, Any]) -> None:
    """No step failed because the engine did not know what Argo knows."""
    for node in (workflow["status"].get("nodes") or {}).values():
        words = str(node.get("message", ""))
        assert not any(each in words for each in ("was not supplied", "failed to resolve")), words
