"""Small rules against Argo's own answers: states, durations, pod names, node selectors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tests.support.golden import ABSENT, DATA, case, cases
from tui.domain import decode, durations
from tui.domain.node import Node
from tui.domain.podname import fnv1a, node_id, v2_pod_name
from tui.domain.selectors import FieldSelector
from tui.domain.status import status_text
from tui.errors import UsageError
from tui.sources.files import read_manifests

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
pytestmark = pytest.mark.skipif(not cases("status"), reason=ABSENT)


def inner(area: str, name: str) -> list[dict[str, Any]]:
    found = case(area, name)
    return found["cases"] if found else []


@pytest.mark.parametrize("case", cases("status"), ids=lambda case: case["name"])
def test_status_texts(case: dict[str, Any]) -> None:
    (manifest,) = read_manifests(str(DATA / case["input_file"]))
    assert status_text(decode.from_manifest(manifest)) == case["expected"]


@pytest.mark.parametrize("case", inner("humanize", "humanize/durations"), ids=str)
def test_durations(case: dict[str, Any]) -> None:
    seconds = case["seconds"]
    assert durations.long(seconds) == case["Duration"]
    assert durations.short(seconds) == case["Short"]
    assert durations.one_unit(seconds) == case["TruncatedDuration"]


@pytest.mark.parametrize("case", inner("humanize", "humanize/timestamps-ago"), ids=str)
def test_timestamps(case: dict[str, Any]) -> None:
    moment = NOW - timedelta(seconds=case["seconds_before_now"])
    assert durations.timestamp(moment, NOW, UTC) == case["expected"]


@pytest.mark.parametrize("case", inner("humanize", "humanize/upstream-tests"), ids=str)
def test_relative_durations(case: dict[str, Any]) -> None:
    if case["fn"] == "Duration":
        assert durations.long(case["seconds"]) == case["expected"]
        return

    def moment(name: str) -> datetime | None:
        offset = case.get(f"{name}_offset_s")
        return None if offset is None else NOW + timedelta(seconds=offset)

    seconds = durations.between(moment("start"), moment("finish"), NOW).total_seconds()
    words = durations.short if case["fn"].endswith("Short") else durations.long
    assert words(seconds) == case["expected"]


def test_hashes_and_pod_names_and_node_ids() -> None:
    checked = 0
    for area in cases("podname"):
        for each in area["cases"]:
            if "input" in each:
                assert fnv1a(each["input"]) == each["expected"]
            elif "version" in each:
                made = v2_pod_name(each["workflowName"], each["nodeName"], each["templateName"])
                wanted = each["nodeID"] if each["version"] == "v1" else made
                assert wanted == each["expected"]
            else:
                name = each.get("workflow") or each.get("workflowName")
                node = each.get("node_name") or each.get("nodeName") or each.get("name")
                wanted = each.get("expected") or each.get("nodeID")
                assert node_id(str(name), str(node)) == wanted
            checked += 1
    assert checked > 30


@pytest.mark.parametrize("each", inner("selector", "selector/parse"), ids=str)
def test_node_selectors_are_read_as_kubernetes_reads_them(each: dict[str, Any]) -> None:
    if "error" in each:
        with pytest.raises(UsageError) as told:
            FieldSelector.parse(each["selector"])
        assert told.value.what == each["error"]
    else:
        assert FieldSelector.parse(each["selector"]).canonical == each["canonical"]


@pytest.mark.parametrize("each", inner("selector", "selector/match"), ids=str)
def test_node_selectors_match_as_argo_matches(each: dict[str, Any]) -> None:
    found = case("selector", "selector/match")
    assert found is not None
    node = msgspec.convert(found["input"], Node)
    assert FieldSelector.parse(each["selector"]).matches(node) is each["match"]
