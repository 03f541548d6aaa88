"""Where the list does not tell why something failed, the one the cursor rests on is read."""

from __future__ import annotations

from tests.support.app import Shown, showing
from tests.support.runs import ETL, nightly_etl, run, step
from tests.support.scripted import ScriptedSource
from tui.domain.workflow import Manifest
from tui.errors import Refused


def silent(name: str = ETL) -> Manifest:
    """A run whose message is empty, as that of a DAG is."""
    made = nightly_etl()
    made["status"]["message"] = ""
    return made


def reads(source: ScriptedSource) -> int:
    return sum(what == "get" for what, _ in source.asked)


def row_of(shown: Shown, name: str) -> str:
    return next(line for line in shown.rows_of_screen if name in line)


async def test_the_step_that_failed_is_told_of_the_row_under_the_cursor() -> None:
    source = ScriptedSource(silent(), run("fine-1", "Succeeded", began=1, ended=1))
    async with showing(source=source) as shown:
        shown.rows.move_to_line(shown.names.index(ETL))
        await shown.until_shown("transform(2:shard:2)(1): OOMKilled (exit code 137)")
        assert "OOMKilled" in row_of(shown, ETL), "in its row"
        assert shown.text.count("OOMKilled") == 2, "and below the list"
        await shown.press("g", "G", "g", "G")
        shown.app._tick()
        assert "OOMKilled" in row_of(shown, ETL) and reads(source) == 1, "it is read once"


async def test_rows_that_succeeded_or_say_why_themselves_are_not_read() -> None:
    source = ScriptedSource(nightly_etl(), run("fine-1", "Succeeded", began=1, ended=1))
    async with showing(source=source) as shown:
        for key in ("G", "g"):
            await shown.press(key)
            assert shown.current and shown.overview._reasons._resting is None
        assert not reads(source)


async def test_one_that_cannot_be_read_is_listed_all_the_same() -> None:
    source = ScriptedSource(silent())
    async with showing(source=source) as shown:
        source.refusal = Refused("not allowed to get workflows in argo")
        await shown.until(lambda: reads(source))
        await shown.until(lambda: not shown.app.workers)
        assert shown.names == [ETL] and not shown.said


async def test_another_version_has_another_reason() -> None:
    source = ScriptedSource(silent())
    async with showing(source=source) as shown:
        shown.rows.move_to_line(0)
        await shown.until_shown("OOMKilled")
        root = step(ETL, "", "Failed", type="DAG", children=["load"])
        load = step(ETL, "load", "Failed", message="no space left")
        source.put(run(ETL, "Failed", ended=0, version="900", nodes=[root, load]))
        await shown.until_shown("load: no space left")
        assert "OOMKilled" not in shown.text
