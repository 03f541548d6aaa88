"""The pane of facts."""

from __future__ import annotations

from typing import Any, cast

from tests.support.runs import NOW
from tui.panes.summary import SummaryPane


def test_a_second_may_go_by_before_there_is_anything_to_show() -> None:
    pane = SummaryPane(cast(Any, None))
    pane.tick(NOW)
    assert not pane.is_mounted
