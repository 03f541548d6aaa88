"""The header tells the worst of what is known, a watch that goes on or not."""

from __future__ import annotations

from tests.support.app import showing
from tests.support.health import Troubled
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tui.errors import Busy
from tui.ports.health import Health


async def test_requests_that_fail_are_in_the_header_though_the_watch_goes_on() -> None:
    source, health = ScriptedSource(run("ours", "Running")), Troubled()
    source.ports[Health] = health
    async with showing(source=source, size=(160, 24)) as shown:
        await shown.until_shown("● live")
        health.trouble = Busy("etcdserver: request timed out", status=504)
        await shown.until_shown("▲ watched, but requests fail: etcdserver: request timed out")
        await shown.press("enter")
        await shown.until_shown("▲ watched, but requests fail")
        await shown.until(lambda: health.checks == 1)
        await shown.until_shown("● live")
