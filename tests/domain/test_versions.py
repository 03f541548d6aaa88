"""What did not change between two versions of a workflow stays the same object."""

from __future__ import annotations

from typing import Any

from msgspec import json

from tests.support.runs import nightly_etl
from tui.domain import decode
from tui.domain.versions import keep_nodes
from tui.domain.workflow import Workflow


def version(**changes: Any) -> Workflow:
    """The same run, read anew; nodes by display name get other fields."""
    manifest = json.decode(json.encode(nightly_etl()))
    for node in manifest["status"]["nodes"].values():
        node.update(changes.get(node["displayName"].replace("-", "_"), {}))
    return decode.from_manifest(manifest)


def test_nodes_that_are_equal_are_the_ones_that_were_there() -> None:
    first, second = version(), version(extract_users={"message": "new"})
    assert keep_nodes(second, first) == 1
    for key, node in second.nodes.items():
        assert (node is first.nodes[key]) == (node.display_name != "extract-users")
    assert second == version(extract_users={"message": "new"})


def test_the_first_version_is_all_new() -> None:
    first = version()
    assert keep_nodes(first, None) == len(first.nodes)
    assert first == version()


def test_nodes_that_came_or_went_do_no_harm() -> None:
    first, second = version(), version()
    gone = next(iter(second.nodes))
    del second.nodes[gone]
    assert keep_nodes(second, first) == 0
    assert keep_nodes(version(), second) == 1
