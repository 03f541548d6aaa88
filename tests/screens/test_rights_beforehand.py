"""What the account may not do is shown before somebody presses a key, and only that."""

from __future__ import annotations

from dataclasses import replace

from tests.support.app import STILL, Shown, showing
from tests.support.asking import ask
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tests.support.scripted_rights import EVERYTHING, VIEWER, ScriptedRights, viewer_and
from tui.domain.rights import Rule
from tui.errors import Refused
from tui.palette import Palette
from tui.ports.connection import Place
from tui.ports.rights import Rights
from tui.screens.action import ActionScreen
from tui.widgets.hints import Hints

RUNS = (run("over", "Failed", ended=1), run("going", "Running"))
UPDATE = "needs update on workflows.argoproj.io in argo"


def source_with(rights: ScriptedRights, place: Place | None = None) -> ScriptedSource:
    source = ScriptedSource(
        *RUNS, run("far", "Failed", began=90, ended=80, namespace="ml"), place=place
    )
    source.ports[Rights] = rights
    return source


def hints(shown: Shown) -> str:
    return shown.app.screen.query_one(Hints).text


async def test_a_viewer_sees_RO_and_why_and_dimmed_hints() -> None:
    rights = ScriptedRights(argo=VIEWER)
    async with showing(source=source_with(rights)) as shown:
        await shown.until_shown("RO (no write rights)")
        assert "(r Retry)  (R Resubmit)  (s Suspend/resume)" in hints(shown)
        assert "/ Filter" in hints(shown), "what needs no right is as it was"
        (asked,) = rights.asked
        assert (asked.namespace, asked.anew) == ("argo", False)
        verbs = {each.right.verb for each in asked.wanted}
        assert verbs == {"update", "patch", "create", "delete"}, "reading is tried anyway"


async def test_only_what_lacks_is_dimmed_and_the_header_stays_RW() -> None:
    rights = ScriptedRights(argo=viewer_and("update", "delete"))
    async with showing(source=source_with(rights)) as shown:
        await shown.until(lambda: "(R Resubmit)" in hints(shown))
        assert "r Retry" in hints(shown) and "(r Retry)" not in hints(shown)
        assert "(X Stop)" in hints(shown) and "RW" in shown.rows_of_screen[0]


async def test_of_keys_that_kinds_share_only_the_right_for_this_kind_counts() -> None:
    every_kind = ("cronworkflows", "workflowtemplates", "clusterworkflowtemplates")
    others = Rule(("argoproj.io",), every_kind, ("delete",))
    rights = ScriptedRights(argo=(*VIEWER, others))
    async with showing(source=source_with(rights), size=(160, 24)) as shown:
        await shown.until(lambda: "(D Delete)" in hints(shown))
        shown.rows.move_to_line(shown.names.index("over"))
        await shown.open()
        await shown.until(lambda: "(D Delete)" in hints(shown))


async def test_what_is_not_known_denies_nothing() -> None:
    rights = ScriptedRights()
    async with showing(source=source_with(rights)) as shown:
        await shown.until(lambda: rights.asked)
        await shown.at_rest()
        assert "RW" in shown.rows_of_screen[0] and "(r" not in hints(shown)
        await ask(shown, "r")
        assert shown.shows(ActionScreen)


async def test_a_denied_key_says_verb_and_resource_and_works_once_the_right_is_granted() -> None:
    rights = ScriptedRights(argo=VIEWER)
    async with showing(source=source_with(rights)) as shown:
        await shown.until_shown("RO (no write rights)")
        shown.rows.move_to_line(shown.names.index("over"))
        await shown.press("r")
        await shown.until_said(f"over: {UPDATE}")
        assert not shown.shows(ActionScreen)
        rights.rules["argo"] = EVERYTHING
        await shown.press("r")
        await shown.until(lambda: "RW" in shown.rows_of_screen[0])
        assert rights.asked[-1].anew and "(r Retry)" not in hints(shown)
        await ask(shown, "r")


async def test_the_palette_says_which_verb_and_resource_lack() -> None:
    rights = ScriptedRights(argo=VIEWER)
    async with showing(source=source_with(rights)) as shown:
        await shown.until_shown("RO (no write rights)")
        await shown.press("colon")
        await shown.until(lambda: shown.shows(Palette))
        palette = shown.app.screen
        assert isinstance(palette, Palette)
        found = {entry.name: entry for entry in palette.found.items}
        assert (found["Retry"].is_refused, found["Retry"].help) == (True, UPDATE)
        assert not found["Filter"].is_refused


async def test_of_several_namespaces_the_one_of_the_cursor_is_asked_about_and_shown() -> None:
    rights = ScriptedRights(argo=EVERYTHING, ml=VIEWER)
    both = Place("scripted", "https://scripted", "argo,ml", "tester")
    async with showing(source=source_with(rights, both), size=(120, 24)) as shown:
        await shown.until(lambda: len(shown.names) == 3 and rights.asked)
        assert {each.namespace for each in rights.asked} == {"argo"}
        shown.rows.move_to_line(shown.names.index("far"))
        await shown.at_rest()
        assert {each.namespace for each in rights.asked} == {"argo"}, "no key was pressed there"
        assert "(r Retry)" not in hints(shown)
        await ask(shown, "r")
        await shown.until(lambda: "needs update on workflows.argoproj.io in ml" in shown.text)
        assert rights.asked[-1].namespace == "ml"
        await shown.press("escape")
        await shown.until_shown("RO (no write rights)")
        shown.rows.move_to_line(shown.names.index("over"))
        await shown.until(lambda: "RW" in shown.rows_of_screen[0])
        assert "(r Retry)" not in hints(shown)


async def test_a_plan_is_refused_for_the_rights_of_just_its_calls() -> None:
    rights = ScriptedRights(argo=viewer_and("delete"))
    async with showing(source=source_with(rights)) as shown:
        await shown.until(lambda: "(r Retry)" in hints(shown))
        shown.rows.move_to_line(shown.names.index("over"))
        await ask(shown, "D")
        dialog = shown.app.screen
        assert "The workflow goes" in shown.text
        await shown.until(lambda: not dialog.query_one("#go").disabled)
        dialog.query_one("#choice-force").focus()
        await shown.press("space")
        await shown.until_shown("needs patch on workflows.argoproj.io in argo")


async def test_the_last_word_is_the_servers_and_is_asked_about_again() -> None:
    rights = ScriptedRights(argo=EVERYTHING)
    source = source_with(rights)
    async with showing(source=source) as shown:
        await shown.until(lambda: rights.asked and "over" in shown.names)
        shown.rows.move_to_line(shown.names.index("over"))
        await ask(shown, "r")
        rights.rules["argo"] = VIEWER
        source.refusal = Refused("not allowed to update workflows in argo", status=403)
        await shown.press("ctrl+s")
        await shown.until_said("not allowed to update workflows in argo")
        await shown.until(lambda: rights.asked[-1].anew)
        await shown.until_shown("RO (no write rights)")


async def test_read_only_says_so_and_asks_for_no_rights() -> None:
    rights = ScriptedRights(argo=VIEWER)
    settings = replace(STILL, read_only=True)
    async with showing(source=source_with(rights), settings=settings) as shown:
        await shown.until_shown("RO (--read-only)")
        assert not rights.asked and "Retry" not in hints(shown)


async def test_a_right_to_one_named_object_is_no_right_to_the_others() -> None:
    mine = Rule(("update",), ("argoproj.io",), ("workflows",), ("over",))
    rights = ScriptedRights(argo=(*VIEWER, mine))
    async with showing(source=source_with(rights)) as shown:
        await shown.until(lambda: "(R Resubmit)" in hints(shown))
        assert "(r Retry)" not in hints(shown), "there is one that it may be done to"
        shown.rows.move_to_line(shown.names.index("going"))
        await shown.press("s")
        await shown.until_said(f"going: {UPDATE}")
        shown.rows.move_to_line(shown.names.index("over"))
        await ask(shown, "r")
