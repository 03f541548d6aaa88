"""Kubernetes quantities."""

from __future__ import annotations

import pytest

from tui.domain.quantity import LARGEST, cores, memory, millis, whole


@pytest.mark.parametrize(
    ("text", "thousandths"),
    [("1", 1000), ("250m", 250), ("1500000n", 2), ("1u", 1), ("0.1", 100), ("2e3", 2_000_000)],
)
def test_processor_time_is_counted_in_thousandths_rounded_up(text: str, thousandths: int) -> None:
    assert millis(text) == thousandths


@pytest.mark.parametrize(
    ("text", "size"),
    [("128Mi", 134217728), ("1Gi", 1 << 30), ("1k", 1000), ("12E", 12 * 10**18), ("7", 7)],
)
def test_memory_is_counted_in_bytes(text: str, size: int) -> None:
    assert whole(text) == size


@pytest.mark.parametrize("text", ["1e999", "9" * 5000, "9e99"])
def test_a_quantity_without_end_is_cut_to_one_that_can_be_printed(text: str) -> None:
    assert whole(text) == LARGEST
    assert memory(whole(text)) and cores(millis(text))


@pytest.mark.parametrize(
    "text",
    ["", "x", "1.2.3", "1Ki2", "Mi", "١", "9e99E", "1e3Ki", "1K", "1mi", "1ki", ".", "1e", "-"],
)
def test_what_is_no_quantity_counts_nothing(text: str) -> None:
    assert whole(text) == 0
