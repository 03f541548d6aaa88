"""The YAML pane: of the step under the cursor, of everything, and while it changes."""

from __future__ import annotations

import msgspec
import pytest
import yaml

from tests.support.panes import bench
from tests.support.runs import ETL, nightly_etl, run
from tests.support.scripted import ScriptedSource
from tui.domain import decode
from tui.domain.podname import node_id
from tui.panes.manifest import ManifestPane
from tui.widgets.status_line import StatusLine


async def test_the_root_is_the_whole_object_and_reads_back_as_it_was() -> None:
    made = nightly_etl()
    async with bench(ManifestPane, ScriptedSource()) as on:
        on.app.show(made)
        await on.until(lambda: "kind: Workflow" in on.app.text)
        assert yaml.safe_load(on.app.text) == made


async def test_a_step_is_its_own_status_and_y_shows_everything() -> None:
    made = nightly_etl()
    async with bench(ManifestPane, ScriptedSource()) as on:
        on.app.show(made, "extract-orders")
        await on.until(lambda: "templateName: extract" in on.app.text)
        node = made["status"]["nodes"][node_id(ETL, f"{ETL}.extract-orders")]
        assert yaml.safe_load(on.app.text) == node
        await on.pilot.press("Y")
        await on.until(lambda: "kind: Workflow" in on.app.text)
        await on.pilot.press("Y")
        await on.until(lambda: "kind: Workflow" not in on.app.text)


async def test_a_newer_version_is_shown_at_the_same_place() -> None:
    spec = {"arguments": {"parameters": [{"name": f"p{i}", "value": "v"} for i in range(40)]}}
    async with bench(ManifestPane, ScriptedSource()) as on:
        on.app.show(run("one", "Running", spec=spec))
        await on.until(lambda: "phase: Running" in on.app.text)
        await on.pilot.press("ctrl+d", "ctrl+d")
        top = on.app.lines.shown_range[0]
        on.app.show(run("one", "Failed", spec=spec, version="101"))
        await on.until(lambda: "phase: Failed" in on.app.text)
        assert on.app.lines.shown_range[0] == top > 0


async def test_beside_what_is_looked_for_stands_how_much_there_is_of_it() -> None:
    async with bench(ManifestPane, ScriptedSource()) as on:
        told = on.pane.search_bar.query_one("#told", StatusLine)
        on.app.show(nightly_etl())
        await on.until(lambda: "kind: Workflow" in on.app.text)
        await on.pilot.press("slash", *"oomkilled", "enter")
        await on.until(lambda: told.text.startswith("1 of ") and told.region.width)
        await on.pilot.press("n")
        await on.until(lambda: told.text.startswith("2 of "))
        await on.pilot.press("slash", *"nowhere", "enter")
        await on.until(lambda: told.text == "not found")
        await on.pilot.press("escape")
        await on.until(lambda: not told.region.width)


async def test_it_is_searched_with_n_and_capital_n() -> None:
    async with bench(ManifestPane, ScriptedSource()) as on:
        on.app.show(nightly_etl())
        await on.until(lambda: "kind: Workflow" in on.app.text)
        await on.pilot.press("slash", *"oomkilled", "enter")
        await on.until(lambda: "OOMKilled" in on.app.screen_text)
        first = on.app.lines.finder.hit
        await on.pilot.press("n")
        await on.until(lambda: on.app.lines.finder.hit != first)
        await on.pilot.press("N")
        await on.until(lambda: on.app.lines.finder.hit == first)
        await on.pilot.press("escape")
        assert on.app.lines.finder.search is None and not on.pane.search_bar.is_open
        assert on.app.escapes == 0, "first the search, then whatever the screen does"
        await on.pilot.press("escape")
        assert int(on.app.escapes) == 1


@pytest.mark.parametrize(
    ("odd", "shown"),
    [
        (b'"half a \xff character"', "half a \ufffd character"),
        (b'"half a \\ud83d pair"', "half a \ufffd pair"),
    ],
)
async def test_bytes_that_are_no_text_do_not_hide_the_rest(odd: bytes, shown: str) -> None:
    raw = msgspec.json.encode(run("one", "Failed")).replace(b'"Workflow"', odd, 1)
    assert odd in raw
    async with bench(ManifestPane, ScriptedSource()) as on:
        on.pane.show(decode.workflow(raw), None, raw)
        await on.until(lambda: "phase: Failed" in on.app.text)
        assert yaml.safe_load(on.app.text)["kind"] == shown


async def test_what_cannot_be_written_as_yaml_says_so() -> None:
    raw = msgspec.json.encode(run("one", "Failed"))
    async with bench(ManifestPane, ScriptedSource()) as on:
        on.pane.show(decode.workflow(raw), None, raw[:-1])
        await on.until(lambda: "# the workflow is not JSON" in on.app.text)
