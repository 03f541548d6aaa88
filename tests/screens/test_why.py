"""Why, on the screen of a workflow: what failed says so at once, and the proof is a key away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.conftest import Picture
from tests.panes.test_why import case, furnished
from tests.support.app import STILL, Shown, showing
from tests.support.runs import ETL, nightly_etl, run
from tests.support.scripted import ScriptedSource
from tests.support.why import NOW, before, cases, step
from tests.support.why import run as made
from tui.domain.identity import Target
from tui.domain.usual import Usual
from tui.domain.why.evidence import EARLIER
from tui.domain.workflow import LABEL, Manifest
from tui.errors import Refused
from tui.ports.objects import Objects
from tui.widgets.pointed_text import PointedText

THERE = replace(STILL, fixed_now=NOW)


def scene(id: str) -> ScriptedSource:
    """The list with that workflow in it alone."""
    found = case(id)
    refused = (found.unread or {}).get(EARLIER)
    if found.usual is None and not refused:
        source, _ = furnished(replace(found, workflow=in_argo(found.workflow)))
        return source
    labels = {f"{LABEL}workflow-template": "etl"}
    own = in_argo(found.workflow)
    own["metadata"]["labels"] = labels
    earlier = before(found.usual or {".b": Usual(5, 60.0, 50.0, 70.0)}, labels)
    source, _ = furnished(replace(found, workflow=own), *map(in_argo, earlier))
    if refused:
        source.ports[Objects] = Unreadable(refused)
    return source


class Unreadable:
    """Whole objects that an account may not read."""

    def __init__(self, why: str) -> None:
        self._why = why

    def get(self, target: Target) -> Manifest:
        raise Refused(self._why)


def in_argo(manifest: Manifest) -> Manifest:
    """The same in the namespace whose list is shown."""
    return {**manifest, "metadata": {**manifest["metadata"], "namespace": "argo"}}


async def opened(shown: Shown, words: str) -> None:
    await shown.open("w")
    await shown.until_shown(words)
    await shown.until(lambda: "looking further" not in shown.text)


async def test_two_keys_lead_from_the_list_to_the_line_of_the_error() -> None:
    async with showing(source=scene("oom"), settings=THERE, size=(80, 24)) as shown:
        await shown.press("right_curly_bracket", "W")
        await shown.until_shown("ERROR: bad batch")
        assert shown.detail.pane_tabs.front == "why"
        assert shown.detail.pane_tabs.holds_focus
    async with showing(source=scene("oom"), settings=THERE, size=(80, 24)) as shown:
        await shown.press("right_curly_bracket", "enter")
        await shown.until_shown("ERROR: bad batch")
        assert shown.detail.steps.has_focus, "the tree keeps the keys"


async def test_enter_on_the_error_goes_to_its_line_in_the_log_and_W_comes_back() -> None:
    async with showing(source=scene("oom"), settings=THERE, size=(120, 40)) as shown:
        await opened(shown, "ERROR: bad batch")
        await shown.press("W")
        view = shown.detail.query_one(PointedText)
        lines = [view.text.line(at) for at in range(len(view.text))]
        at = next(n for n, line in enumerate(lines) if "first error" in line)
        await shown.press(*["j"] * at, "enter")
        await shown.until(lambda: shown.detail.pane_tabs.front == "logs")
        await shown.until_shown("1 of 1")
        await shown.press("W")
        assert shown.detail.pane_tabs.front == "why"


async def test_enter_on_a_deadline_goes_to_the_field_of_the_spec() -> None:
    async with showing(
        source=scene("deadline of the workflow"), settings=THERE, size=(120, 40)
    ) as shown:
        await opened(shown, "the workflow may take 3m in all")
        await shown.press("W", "enter")
        await shown.until(lambda: shown.detail.pane_tabs.front == "manifest")
        await shown.until_shown("activeDeadlineSeconds: 180")


@pytest.mark.parametrize(
    ("manifest", "front"),
    [
        (nightly_etl(), "why"),
        (run("fine", "Succeeded", ended=1), "summary"),
        (run("goes", "Running"), "summary"),
        (made(step("w", "Pending", message="ImagePullBackOff: no"), phase="Running"), "why"),
        (made(phase="Pending", message="Waiting for etl/Mutex/db lock. Lock status: 0/1"), "why"),
        (made(step("w", "Running", "Suspend"), phase="Running"), "why"),
    ],
    ids=["failed", "succeeded", "runs", "trouble", "lock", "gate"],
)
async def test_it_is_the_first_tab_of_what_failed_or_waits(manifest: Manifest, front: str) -> None:
    async with showing(in_argo(manifest)) as shown:
        await shown.open()
        await shown.until(lambda: shown.detail.pane_tabs.front == front)


async def test_of_a_step_under_the_cursor_it_says_why_that_failed() -> None:
    async with showing(nightly_etl(), size=(120, 40)) as shown:
        await shown.open(ETL)
        await shown.until_shown("attempt 1")
        await shown.press("g")
        await shown.until_shown("a retry runs")
        assert "a retry runs" in shown.pane_text, "that is said of the whole"


BESIDES = ("no such command", "semaphore of a step", "database", "parallelism of a template",
           "with attempts, siblings and all that it blocked")  # fmt: skip


def gallery() -> Iterator[tuple[tuple[int, int], str]]:
    """The first case of each cause at three sizes, and some that look other than that."""
    firsts = {(case.verdict, case.cause): case.id for case in reversed(cases())}
    for each in reversed(firsts.values()):
        yield from (((80, 24), each), ((120, 40), each), ((200, 60), each))
    for each in BESIDES:
        if each not in firsts.values():
            yield (80, 24), each


@pytest.mark.parametrize(
    ("size", "id"), [pytest.param(*each, id=f"{each[0][0]}x{each[0][1]}-{each[1]}")
                     for each in gallery()]
)  # fmt: skip
async def test_looks(id: str, size: tuple[int, int], picture: Picture) -> None:
    async with showing(source=scene(id), settings=THERE, size=size) as shown:
        await shown.open("w")
        await shown.press("W")
        await shown.until(lambda: "looking further" not in shown.text)
        await shown.until(lambda: shown.detail.pane_tabs.front == "why")
        if case(id).cause in ("longer", "unknown"):
            await shown.until(lambda: case(id).says[:12] in shown.pane_text)
        if case(id).usual:
            await shown.until(lambda: "USUAL" in shown.text)  # the tree learns it, too
        await shown.at_rest()
        assert picture(shown.app)
