"""What a newcomer stumbled over: hints of what cannot be done, mistyped names, cut words."""

from __future__ import annotations

from functools import partial

import pytest

from tests.support.app import Shown, showing
from tests.support.runs import nightly_etl, run
from tests.support.scripted import ScriptedSource, ref_of
from tests.test_keys import NIGHTLY
from tui.domain.query import parse
from tui.errors import QueryError
from tui.kinds.cron_workflows import CRON_WORKFLOWS
from tui.menu import Choice, Menu


async def test_a_group_hints_at_nothing_that_is_done_to_workflows() -> None:
    async with showing(run("one", "Failed"), run("two", "Succeeded"), size=(160, 30)) as shown:
        assert "r Retry" in shown.rows_of_screen[-1]
        await shown.press("S", "g", "t")
        await shown.until(lambda: shown.overview.is_grouped)
        await shown.until(lambda: "Retry" not in shown.rows_of_screen[-1])
        await shown.press("S", "g", "n")
        await shown.until(lambda: "r Retry" in shown.rows_of_screen[-1])


async def test_a_workflow_that_was_deleted_hints_at_nothing_that_can_be_done_to_it() -> None:
    here = ScriptedSource(nightly_etl())
    async with showing(source=here, size=(160, 30)) as shown:
        await shown.open()
        await shown.until(lambda: "r Retry" in shown.rows_of_screen[-1])
        here.remove(ref_of(nightly_etl()))
        await shown.until_said("was deleted")
        await shown.until(lambda: "Retry" not in shown.rows_of_screen[-1])
        await shown.press("r")
        await shown.until_said("it is gone")


async def test_help_has_keys_that_mark_where_there_is_something_to_mark() -> None:
    async with showing(nightly_etl(), size=(120, 60)) as shown:
        for where in ("list", "tree"):
            if where == "tree":
                await shown.open()
            await shown.press("question_mark")
            await shown.until_shown("Mark all shown")
            await shown.press("escape")
        await shown.press("d", "question_mark")
        await shown.until_shown("Half page down")
        assert shown.text.count("Unmark all") == 1, "those of the tree, from everywhere"
        told = shown.text.replace("Unmark all", "")
        assert "Mark" not in told and "Unmark" not in told, "a text has no rows"


def is_shown(shown: Shown, namespace: str) -> bool:
    """Whether the header tells of a namespace."""
    return namespace in shown.rows_of_screen[0]


async def test_a_namespace_that_there_is_not_gets_no_key() -> None:
    here = ScriptedSource(run("one", "Running"))
    here.known_namespaces = ("argo", "data")
    async with showing(source=here) as shown:
        for name in ("data", "zzz"):
            await shown.press("colon", *f"ns {name}", "enter")
            await shown.until(partial(is_shown, shown, name))
        await shown.until(lambda: list(shown.app.navigator.favourites) == ["argo", "data"])


def test_the_phase_of_a_cron_workflow_is_one_that_there_is() -> None:
    fields = CRON_WORKFLOWS.fields
    for word in ("scheduled", "suspended", "stopped", "failing"):
        parse(f"phase:{word}", fields)
    with pytest.raises(QueryError, match="there is no phase faild"):
        parse("phase:faild", fields)


async def test_a_suspended_cron_workflow_never_runs_next_in_its_list_and_on_its_screen() -> None:
    spec = {"schedules": ["0 7 * * *"], "suspend": True}
    async with showing(source=ScriptedSource({**NIGHTLY, "spec": spec})) as shown:
        await shown.press("colon", *"cron", "enter")
        await shown.until_shown("never")
        await shown.press("enter")
        await shown.until_shown("next run:    never")


@pytest.mark.parametrize("width", [80, 120, 200])
async def test_no_word_of_a_menu_is_cut_while_the_screen_has_room(width: int) -> None:
    words = "what there is to say about it " * 4
    async with showing(size=(width, 24)) as shown:
        choices = [
            Choice("a", "A choice", "a", help=words),
            Choice("b", "Other", "b", help="short"),
        ]
        shown.app.push_screen(Menu("Choose", choices, ascii=False))
        await shown.until_shown("A choice")
        row = next(row for row in shown.rows_of_screen if "A choice" in row)
        assert ("…" in row) == (len(words) + 20 > width)
        if "…" in row:
            assert row.count(" ", row.index("…")) <= 6, "the box is as wide as the screen lets it"
