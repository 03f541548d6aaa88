"""The saved workflow that CI prints is one that is worth looking at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.headless import run
from tests.support.reported import reported, source_of
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Collections, Scope
from tui.ports.connection import offered
from tui.ports.operations import Operations

NIGHTLY = reported("nightly.yaml")


def test_it_is_small() -> None:
    assert Path(NIGHTLY).stat().st_size < 60_000


def test_its_tree_names_the_shard_that_was_killed_three_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    said = run(["get", "-f", NIGHTLY, "--no-color"])
    assert said.code == 0
    assert "Status:              Failed\n" in said.out
    assert said.out.count("main: OOMKilled (exit code 137)") == 3
    assert said.out.count("✔ shard(") == 23


def test_the_app_opens_it_as_a_source() -> None:
    source = source_of("nightly.yaml")
    (workflow,) = offered(source, Collections).read_all(WORKFLOWS, Scope())
    assert workflow.metadata.name == "nightly-etl-8kq2v"
    assert source.port(Operations) is None


def test_a_retry_of_it_runs_the_shard_again_and_nothing_else() -> None:
    plan = json.loads(run(["plan", "retry", "-f", NIGHTLY, "-o", "json"]).out)
    assert len(plan["pods_to_delete"]) == 3
    assert all(call["method"] in ("PUT", "DELETE") for call in plan["writes"])
