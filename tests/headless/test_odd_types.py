"""Files in which anything may stand anywhere: every command prints or says something, always."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.headless import run
from tests.support.runs import nightly_etl

Place = tuple[str | int, ...]

ODD: list[Any] = [
    None, 0, -1, 10**400, 1.5, True, "", [], {}, [None], [{}], {"a": None}, {"": {"b": [1]}},
    "\x1b[31m\n\ty", "9" * 5000, "9" * 5000 + "/1", "2026-01-01T00:00:00+99:00", "\ud800",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
]  # fmt: skip
COMMANDS = [
    "get --no-color", "get --no-color -o wide", "get -o json", "get -o yaml", "get -o name",
    "list", "list -o wide -A", "list -o json", "list -o name", "list --since 1d -l a=b",
    "plan retry", "plan retry -o json --restart-successful --node-field-selector phase!=Failed",
    "plan resubmit --memoized -o yaml", "plan resubmit -p a=b", "plan submit -o yaml",
    "plan suspend", "plan resume -o json", "plan stop --node-field-selector phase=Running",
    "plan terminate", "plan delete --completed --older 1h", "plan delete --force",
    "plan set --node-field-selector phase=Running --phase Failed",
]  # fmt: skip


def places(value: Any, here: Place = ()) -> Iterator[Place]:
    """Where something stands in a manifest."""
    if here:
        yield here
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*here, key))


def with_odd(found: dict[str, Any], place: Place, odd: Any) -> dict[str, Any]:
    made: Any = copy.deepcopy(found)
    owner = made
    for key in place[:-1]:
        owner = owner[key]
    owner[place[-1]] = odd
    return dict(made)


RUN = nightly_etl()
PLACES = sorted(places(RUN), key=str)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(COMMANDS), st.sampled_from(PLACES), st.sampled_from(ODD))
def test_nothing_in_a_file_makes_a_command_fail_without_a_word(
    command: str, place: Place, odd: Any
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w.json"
        path.write_text(json.dumps(with_odd(RUN, place, odd)))
        words = command.split()
        said = run([*words, *(() if "submit" in words else ("-f",)), str(path)])
    assert said.code in (0, 1, 2)
    assert said.out or said.err
    assert "\x1b" not in said.out + said.err


@pytest.mark.parametrize("odd", ["text", [1], 7])
def test_metadata_that_is_none_is_refused_by_plans(tmp_path: Path, odd: Any) -> None:
    path = tmp_path / "w.json"
    path.write_text(json.dumps({**RUN, "metadata": odd}))
    said = run(["plan", "retry", "-f", str(path)])
    assert said.code == 2
    assert "metadata is not an object" in said.err
    assert run(["get", "-o", "name", "-f", str(path)]).out == "\n"


def test_nodes_that_cannot_be_unpacked_cost_a_list_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "w.json"
    broken = {**RUN, "status": {"phase": "Failed", "compressedNodes": "rubbish!"}}
    path.write_text(json.dumps({"items": [broken, RUN]}))
    said = run(["list", "-o", "json", "-f", str(path)])
    assert said.code == 0
    assert "compressedNodes is not base64" in said.err
    assert sorted("nodes" in each["status"] for each in json.loads(said.out)) == [False, True]
