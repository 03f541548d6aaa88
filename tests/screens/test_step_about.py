"""What is told below a short tree: words, and values that stand apart from them."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from tests.support.widgets import screen_of
from tui.screens.step_about import Fact, StepAbout


class About(App[None]):
    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        yield StepAbout()


@pytest.mark.parametrize("label", ["pod", "because of", "one that is longer"])
async def test_a_value_stands_apart_from_its_label_and_is_wrapped_below_itself(label: str) -> None:
    app = About()
    async with app.run_test(size=(40, 8)) as pilot:
        about = app.query_one(StepAbout)
        about.styles.height = 6
        about.show("one", [Fact(label, "shard-1 shard-2 shard-3 shard-4 shard-5")])
        await pilot.pause()
        first, second = screen_of(about)[1:3]
        assert first.startswith(f" {label} ") and "shard-1" in first
        assert second.index("shard") == first.index("shard") and second.lstrip()[:5] == "shard"
