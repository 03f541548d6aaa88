"""YAML for reading: what is written is read back, and nothing reaches the terminal."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.domain.lines import BlockLines
from tui.domain.yamltext import BLOCK, to_yaml, yaml_blocks

ODD = ["yes", "1:30", "0x1f", "2001-01-01", "a: b", "a #b", "=", "<<", "1e3", ".5", "---", "~", ""]
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.text(alphabet="ab \n\t:-#'\"yn0.1e|>\\", max_size=20)
    | st.sampled_from(ODD)
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text() | st.sampled_from(ODD), inner, max_size=4)
    ),
    max_leaves=25,
)


@settings(max_examples=400, deadline=None)
@given(values)
def test_what_is_written_is_read_back(value: Any) -> None:
    text = to_yaml(value, hide_managed_fields=False)
    assert yaml.safe_load(text) == value
    assert not [char for char in text if char != "\n" and not char.isprintable()]


json_values = st.dictionaries(
    st.text(st.characters(codec="utf-8")),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(codec="utf-8")),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
        ),
        max_leaves=25,
    ),
)


@settings(max_examples=200, deadline=None)
@given(json_values, st.sampled_from([0, 10, 100, 10_000]), st.sampled_from([0, 20, 10_000]))
def test_blocks_of_lines_are_the_same_text_however_small_the_pieces(
    value: Any, piece: int, block: int
) -> None:
    raw = json.dumps(value, ensure_ascii=False).encode()
    blocks = list(yaml_blocks(raw, piece=piece, block=block))
    assert "".join(blocks) == to_yaml(value)
    assert all(text.endswith("\n") for text in blocks)
    lines = BlockLines(blocks)
    assert [lines.line(n) for n in range(len(lines))] == "".join(blocks).split("\n")[:-1]


def test_blocks_leave_managed_fields_out_too() -> None:
    manifest = {"metadata": {"name": "w" * 100, "managedFields": [1]}, "spec": {"a": ["b"] * 100}}
    raw = json.dumps(manifest).encode()
    assert "".join(yaml_blocks(raw, piece=10)) == to_yaml(manifest)


def test_of_a_large_run_only_a_piece_is_decoded_at_once() -> None:
    nodes = {f"n{n}": {"id": f"n{n}", "message": "m" * 500} for n in range(2_000)}
    raw = json.dumps({"status": {"nodes": nodes}}).encode()
    tracemalloc.start()
    for block in yaml_blocks(raw):
        assert len(block) < 2 * BLOCK
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < len(raw) / 2


def test_scripts_stand_as_blocks_and_keys_keep_their_order() -> None:
    manifest = {"spec": {"z": "#!/bin/sh\necho hi\n", "a": ["x", {"k": "v", "l": []}]}}
    assert to_yaml(manifest) == (
        "spec:\n  z: |\n    #!/bin/sh\n    echo hi\n  a:\n  - x\n  - k: v\n    l: []\n"
    )


def test_managed_fields_are_left_out() -> None:
    manifest = {"metadata": {"name": "w", "managedFields": [1]}}
    assert to_yaml(manifest) == "metadata:\n  name: w\n"
    assert "managedFields" in to_yaml(manifest, hide_managed_fields=False)


def test_very_long_keys_are_read_back() -> None:
    for value in ({"k" * 2000: 1}, {"a": [{"é" * 2000: {"b": [{"k" * 1500: "x\ny\n"}]}}]}):
        assert yaml.safe_load(to_yaml(value)) == value


def test_thousands_of_levels_are_written() -> None:
    value: Any = 1
    for _ in range(2000):
        value = {"a": [value]}
    assert to_yaml(value).count("a:") == 2000
