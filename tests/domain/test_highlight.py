"""One line of YAML or JSON, in its parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.highlight import Highlighter, field_spans, json_spans, yaml_spans


def parts(spans: Highlighter, line: str) -> list[tuple[str, str]]:
    return [(line[start:end], token) for start, end, token in spans(line)]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("name: etl", [("name", "key")]),
        ("  - name: 'x: y'", [("name", "key"), ("'x: y'", "string")]),
        ("count: 3", [("count", "key"), ("3", "number")]),
        ("on: true", [("on", "key"), ("true", "number")]),
        ('a: "b\\"c" # why', [("a", "key"), ('"b\\"c"', "string"), ("# why", "comment")]),
        ("args: |-", [("args", "key"), ("|-", "guide")]),
        ("workflows.argoproj.io/phase: x", [("workflows.argoproj.io/phase", "key")]),
        ("url: http://x:80/#top", [("url", "key")]),
        ("---", [("---", "heading")]),
        ("- plain text", []),
        ("image: argo:v3", [("image", "key")]),
    ],
)
def test_yaml(line: str, wanted: list[tuple[str, str]]) -> None:
    assert parts(yaml_spans, line) == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            '{"a": "b", "n": -1.5e3}',
            [('"a"', "key"), ('"b"', "string"), ('"n"', "key"), ("-1.5e3", "number")],
        ),
        ('"open', [('"open', "string")]),
        ("[true, null]", [("true", "number"), ("null", "number")]),
    ],
)
def test_json(line: str, wanted: list[tuple[str, str]]) -> None:
    assert parts(json_spans, line) == wanted


@given(st.text(max_size=200))
def test_spans_are_in_order_and_inside_the_line(line: str) -> None:
    for spans in (yaml_spans, json_spans):
        at = 0
        for start, end, token in spans(line):
            assert at <= start < end <= len(line) and token
            at = end


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("progress:    14/27", [("progress", "key")]),
        ("  date:      2026-01-15: noon", [("  date", "key")]),
        ("output artifacts:", [("output artifacts", "key")]),
        ("s3://bucket/key", []),
        ("", []),
    ],
)
def test_only_the_label_of_a_fact_is_picked_out(line: str, wanted: list[tuple[str, str]]) -> None:
    assert parts(field_spans, line) == wanted
