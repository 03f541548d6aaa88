"""Values as Go writes them in JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.gojson import go_json, go_number


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1.0, "1"),
        (1000.0, "1000"),
        (123456700000000.0, "123456700000000"),
        (1.5, "1.5"),
        (-2.50, "-2.5"),
        (-0.0, "-0"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.25e21, "1.25e+21"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (1.5e-10, "1.5e-10"),
        (-1e300, "-1e+300"),
        (0.1 + 0.2, "0.30000000000000004"),
        (81861780812, "81861780812"),
        (2**64 - 1, "18446744073709551615"),
        (2**64, "18446744073709552000"),
        (10**22, "1e+22"),
        (True, "true"),
        (None, "null"),
        ([1.0, 1000.0], "[1,1000]"),
        ({"z": 1, "a": "x<y&z>"}, '{"a":"x\\u003cy\\u0026z\\u003e","z":1}'),
        ({2: "ü\u2028"}, '{"2":"ü\\u2028"}'),
        ([], "[]"),
        ({}, "{}"),
    ],
)
def test_a_value_is_written_as_go_writes_it(value: object, written: str) -> None:
    assert go_json(value) == written


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_still_the_same_number(value: float) -> None:
    assert float(go_number(value)) == value


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_what_is_written_is_json_and_means_the_same(value: object) -> None:
    assert json.loads(go_json(value)) == value
