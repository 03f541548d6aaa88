"""The text of `argo get` for graphs that Argo never makes."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.graphs import graphs, made, node
from tui.domain.report_get import Look, report
from tui.domain.selectors import FieldSelector
from tui.domain.tabwriter import aligned
from tui.domain.workflow import Workflow
from tui.errors import InputError

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs(), st.sampled_from(["", "wide", "short"]), st.booleans())
def test_no_graph_breaks_the_report(workflow: Workflow, output: str, utf8: bool) -> None:
    look = Look(NOW, UTC, output=output, utf8=utf8)
    if any(not each.type for each in workflow.nodes.values()):
        with pytest.raises(InputError, match="Missing node type"):
            list(report(workflow, look))
    else:
        lines = list(report(workflow, look))
        assert any(line.startswith("STEP") for line in lines)
        assert not [line for line in lines if any(ord(char) < 32 for char in line)]


def test_hidden_nodes_keep_their_place() -> None:
    workflow = made(
        node("w", "DAG"),
        node("d", "DAG", "w"),
        node("x", inside="d", phase="Failed"),
        node("y", inside="w", phase="Failed", startedAt="2026-01-15T11:00:00Z"),
    )
    look = Look(NOW, UTC, output="short", selector=FieldSelector.parse("phase=Failed"))
    steps = [line.split("  ")[0].rstrip() for line in report(workflow, look)]
    assert steps == ["STEP", " ✖ x", " ✖ y"]


def test_a_line_with_fewer_cells_ends_the_columns_it_lacks() -> None:
    lines = ["a\tlong cell\tc", "b\tx\ty", "alone", "a\tb\tc"]
    assert list(aligned(lines, 2)) == ["a  long cell  c", "b  x          y", "alone", "a  b  c"]
    assert list(aligned(["a\tb\nc\td"], 1)) == ["a b", "c d"]
    assert next(aligned(["\t".join("x" * 20_000)], 1)).count("x") == 20_000
