"""`argo-tui demo-cluster`: what it says of itself is what there is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cluster import Cluster
from tui.cli import main
from tui.demo import faults

README = (Path(__file__).parents[2] / "README.md").read_text()
SECTION = README.partition("## Demo cluster\n")[2].partition("\n## ")[0]


def troubles(text: str) -> list[dict[str, Any]]:
    """Every kind of trouble that a text tells of, as it is to be sent."""
    return [json.loads(each) for each in re.findall(r'\{"kind":[^{}]*\}', text)]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["demo-cluster", "--help"]) == 0
    return capsys.readouterr().out


@pytest.fixture
def post(demo_cluster: Cluster) -> Iterator[Any]:
    pool = demo_cluster.connections()

    def send(path: str, body: Any) -> int:
        headers = {"Authorization": f"Bearer {demo_cluster.admin_token}"}
        url = demo_cluster.url + path
        return pool.request("POST", url, body=json.dumps(body), headers=headers).status

    yield send
    pool.clear()


def test_the_readme_tells_every_kind_of_trouble() -> None:
    assert {each["kind"] for each in troubles(SECTION)} == set(faults.KINDS)


def test_the_help_tells_every_kind_of_trouble(said: str) -> None:
    assert {each["kind"] for each in troubles(said)} == set(faults.KINDS)


def test_the_trouble_told_can_be_had(said: str, post: Any) -> None:
    for trouble in troubles(SECTION + said):
        assert post("/demo/faults", trouble) == 200, trouble


@pytest.mark.parametrize("switch", ["compact", "rotate", "drop"])
def test_the_switches_told_are_there(said: str, post: Any, switch: str) -> None:
    assert f"/demo/{switch}" in SECTION and f"/demo/{switch}" in said
    assert post(f"/demo/{switch}", {}) == 200


def test_the_help_fits_a_terminal(said: str) -> None:
    assert max(map(len, said.splitlines())) <= 80
