"""One action on many: eight at a time, a line for each, failed ones stay marked, the rest stops."""

from __future__ import annotations

import threading
from collections import Counter

from tests.support.app import showing
from tests.support.asking import ask
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tests.support.waiting import wait_until
from tui.domain.workflow import Manifest
from tui.errors import Refused
from tui.ports.operations import Call
from tui.screens.bulk import BulkScreen


class EveryThird(ScriptedSource):
    """Refuses every third by its number, and counts how many writes are under way at a time."""

    def __init__(self, *manifests: Manifest) -> None:
        super().__init__(*manifests)
        self.let_go = threading.Event()
        self.let_go.set()
        self.arrived: Counter[str] = Counter()
        self.most = self.now = 0
        self._counting = threading.Lock()

    def send(self, call: Call) -> Manifest:
        name = call.path.rpartition("/")[2]
        with self._counting:
            self.arrived[name] += 1
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            self.let_go.wait(10)
            if int(name.rpartition("-")[2]) % 3 == 0:
                raise Refused(f"{name} is protected by a policy", status=422)
            with self._counting:
                return super().send(call)
        finally:
            with self._counting:
                self.now -= 1


def many(count: int) -> EveryThird:
    return EveryThird(*(run(f"old-{i:03}", "Succeeded", ended=1) for i in range(count)))


async def test_of_two_hundred_every_third_fails_each_is_sent_once_and_the_failed_stay_marked() -> (
    None
):
    source = many(200)
    async with showing(source=source) as shown:
        await shown.press("*")
        await ask(shown, "D")
        await shown.write("200")
        await shown.press("ctrl+s")
        await shown.until_said("Delete: 133 of 200 done; not ")
        assert source.arrived == Counter({f"old-{i:03}": 1 for i in range(200)})
        assert source.most <= 8
        failed = {f"old-{i:03}" for i in range(0, 200, 3)}
        assert {str(getattr(key, "name", "")) for key in shown.rows.marks} == failed
        await shown.until(lambda: shown.shows(BulkScreen))
        screen = shown.app.screen
        assert isinstance(screen, BulkScreen)
        await shown.until_shown("133 of 200 done, 67 failed")
        assert len(screen.rows.items) == 200
        assert "is protected by a policy" in shown.text
        await shown.press("escape")
        await shown.until(lambda: not shown.shows(BulkScreen))


async def test_escape_stops_what_has_not_begun_and_tells_what_was_under_way() -> None:
    source = many(40)
    source.let_go.clear()
    async with showing(source=source) as shown:
        await shown.press("*")
        await ask(shown, "D")
        await shown.write("40")
        await shown.press("ctrl+s")
        await shown.until(lambda: shown.shows(BulkScreen))
        await shown.until(lambda: source.now == 8)
        await shown.press("escape")
        await shown.until_shown("what is under way is finished")
        source.let_go.set()
        await shown.until_said("32 not begun")
        assert sum(source.arrived.values()) == 8
        await shown.until_shown("32 not begun")
        assert shown.shows(BulkScreen)
        assert len(shown.rows.marks) >= 32


async def test_who_leaves_the_box_is_told_the_end_on_the_list() -> None:
    source = EveryThird(*(run(f"old-{i}", "Succeeded", ended=1) for i in (1, 2, 4, 5)))
    source.let_go.clear()
    async with showing(source=source) as shown:
        await shown.press("*")
        await ask(shown, "D")
        await shown.press("y")
        await shown.until(lambda: shown.shows(BulkScreen))
        await shown.press("q")
        await shown.until(lambda: not shown.shows(BulkScreen))
        source.let_go.set()
        await shown.until_said("Delete: 4 of 4 done")
        assert not shown.shows(BulkScreen)


async def test_leaving_the_program_says_how_many_were_not_begun() -> None:
    source = many(40)
    source.let_go.clear()
    async with showing(source=source) as shown:
        await shown.press("*")
        await ask(shown, "D")
        await shown.write("40")
        await shown.press("ctrl+s")
        await shown.until(lambda: source.now == 8)

        def let_go_once_it_is_said() -> None:
            wait_until(lambda: shown.app.farewell)
            source.let_go.set()

        threading.Thread(target=let_go_once_it_is_said, daemon=True).start()
        shown.app.exit(0)
    assert shown.app.farewell == ("delete: 32 of 40 were not begun",)
    assert sum(source.arrived.values()) == 8


async def test_of_many_that_go_those_that_run_are_named_first_and_counted() -> None:
    runs = [run(f"old-{i:02}", "Succeeded", ended=1) for i in range(9)]
    runs += [run("zz-runs", "Running"), run("yy-runs", "Running")]
    source = ScriptedSource(*runs)
    async with showing(source=source) as shown:
        await shown.press("*")
        screen = await ask(shown, "D")
        lines = shown.static("dialog-sentence").split("\n")
        assert lines[0].startswith("In all: 11 workflows")
        told = lines[1].partition(": ")
        assert told[0] == "2 of 11 are not over"
        assert sorted(told[2].split(", ")) == ["yy-runs", "zz-runs"]
        assert lines[2] == "8 at a time; Esc then stops what has not begun."
        titles = [line for line in lines if line.startswith("Delete ")]
        assert all("(Running)" in line for line in titles[:2]) and "(Running)" not in titles[2]
        assert {plan.title for _, plan in screen._plans[:2]} == {"Delete yy-runs", "Delete zz-runs"}
