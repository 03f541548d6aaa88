"""Which texts can be names, and that no path is made of another one."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.names import name_fault, path_part, typed_fault
from tui.errors import InputError

ODD = ["", " ", "\t", ".", "..", "a\udcff"]
NEVER_MEANT = [*ODD, "a/b", "../b", "a%2Fb", "a\nb", "a\x00"]


@pytest.mark.parametrize("text", ODD)
def test_what_cannot_be_a_name_has_a_fault_and_makes_no_path(text: str) -> None:
    assert name_fault(text)
    with pytest.raises(InputError, match="the pod "):
        path_part(text, "the pod")


@pytest.mark.parametrize("text", ["a", "nightly-etl-x7k2p", "...", "a.b", "A b", "ü", "a?b=c#d"])
def test_what_a_server_may_have_is_a_name(text: str) -> None:
    assert name_fault(text) == typed_fault(text) == ""


@pytest.mark.parametrize("text", NEVER_MEANT)
def test_nobody_who_types_this_means_a_name(text: str) -> None:
    assert typed_fault(text)


@given(st.text())
def test_a_part_of_a_path_is_one_part_and_says_what_was_given(text: str) -> None:
    if name_fault(text):
        return
    part = path_part(text)
    assert unquote(part) == text
    assert not set(part) & set("/?#")
    assert part not in ("", ".", "..")
