"""Every widget at every size, the absurd ones too."""

from __future__ import annotations

import pytest
from textual.geometry import Size

from tests.hostile.test_widgets import SINKS, Sink, printable_only
from tests.support.widgets import Alone

TEXT = "日本語 nightly-etl \u0301 ERROR x\ty"


@pytest.mark.parametrize("sink", SINKS.values(), ids=SINKS.keys())
async def test_a_widget_can_take_any_size(sink: Sink) -> None:
    widget = sink.make(TEXT)
    app = Alone(widget)
    async with app.run_test(size=(80, 24)) as pilot:
        for size in (Size(1, 1), Size(2, 2), Size(20, 5), Size(7, 1), Size(200, 60), Size(3, 40)):
            await pilot.resize_terminal(*size)
            for action in ("down", "last", "pan_right", "wide", "wrap", "up", "first"):
                if hasattr(widget, f"action_{action}"):
                    await widget.run_action(action)
            await pilot.pause()
            printable_only(widget)
