"""The tree's model: what is folded and what is above, below and next to what."""

from __future__ import annotations

from tests.widgets.test_step_tree import ETL, EXTRACT, REPORT, SHARDS, TRAIN, etl, node
from tui.domain.node import FAILED, PENDING, NodeId
from tui.widgets.step_tree_model import StepTreeModel


def tree() -> StepTreeModel:
    made = StepTreeModel()
    made.show(ETL)
    return made


def keys(model: StepTreeModel) -> list[str]:
    return [row.key for row in model.rows]


def test_what_is_folded_survives_another_version_and_ends_with_another_workflow() -> None:
    model = tree()
    assert model.fold({NodeId("train")}) and not model.fold({NodeId("train")})
    assert keys(model) == ["etl", "extract", "train", "report"]
    assert not model.show(etl(EXTRACT, TRAIN, *SHARDS, REPORT))
    assert model.folded == {"train"}
    assert model.show(etl(EXTRACT, name="other"))
    assert model.folded == frozenset()


def test_ancestors_are_known_of_folded_nodes_too() -> None:
    model = tree()
    model.fold({NodeId("train")})
    assert not model.has_row(NodeId("shard-1"))
    assert model.ancestors(NodeId("shard-1")) == ["train", "etl"]
    assert model.ancestors(NodeId("nobody")) == []


def test_ancestors_at_an_index_are_those_of_the_rows_as_they_are() -> None:
    model = tree()
    index = keys(model).index("shard-1")
    assert model.ancestors_at(index) == ["train", "etl"]
    assert model.ancestors_at(0) == model.ancestors_at(99) == []
    assert model.parent_index(index) == keys(model).index("train")
    assert model.parent_index(0) is None


def test_problems_are_gone_through_in_order_and_round() -> None:
    model = tree()
    assert model.problem_after(NodeId("etl"), 1) == "train"
    assert model.problem_after(NodeId("train"), 1) == "shard-1"
    assert model.problem_after(NodeId("shard-1"), 1) == "train"
    assert model.problem_after(NodeId("train"), -1) == "shard-1"
    assert StepTreeModel().problem_after(None, 1) is None


def test_what_failed_is_looked_at_first_else_what_is_waited_for() -> None:
    model = tree()
    assert model.opening_node == "shard-1"
    model.show(etl(EXTRACT, node("pulls", phase=PENDING, end=None, message="ImagePullBackOff")))
    assert model.opening_node == "pulls"
    model.show(etl(EXTRACT, REPORT))
    assert model.opening_node is None
    assert StepTreeModel().opening_node is None


def test_groups_without_events_are_those_where_nothing_failed_or_runs() -> None:
    calm = (node("calm", type="DAG"), node("inner", under="calm"))
    model = StepTreeModel()
    model.show(etl(*calm, TRAIN, *SHARDS))
    assert model.quiet_groups == {"calm"}
    assert model.groups == {"calm", "train"}


def test_skipped_nodes_come_and_go_and_where_there_are_none_that_is_told() -> None:
    model = tree()
    assert model.toggle_skipped() and "shard-2" not in keys(model)
    assert model.toggle_skipped() and "shard-2" in keys(model)
    model.show(etl(node("only", phase=FAILED), name="other"))
    assert not model.toggle_skipped()
