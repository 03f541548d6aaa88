"""`:rights` shows what this account can do, and what it lacks of the roles in the README."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import yaml

from tests.support.app import STILL, Shown, showing
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tests.support.scripted_rights import EVERYTHING, VIEWER, ScriptedRights
from tui.actions import ACTIONS
from tui.actions.role import CLUSTER_PARTS, PARTS, called
from tui.domain.rights import Permissions, Right, Rule
from tui.errors import Unreachable
from tui.palette import Palette
from tui.ports.rights import MOST_REQUESTS, Rights, Wanted
from tui.screens.rights import RightsScreen
from tui.settings import Settings
from tui.widgets.text_view import TextView

UPDATE = Right("update", "argoproj.io", "workflows")


def source_with(rights: ScriptedRights) -> ScriptedSource:
    source = ScriptedSource(run("over", "Failed", ended=1))
    source.ports[Rights] = rights
    return source


async def opened(shown: Shown, line: str = "rights") -> list[str]:
    """Its lines, once the cluster answered."""
    await shown.until(lambda: "over" in shown.names)
    await shown.press("colon")
    await shown.until(lambda: shown.shows(Palette))
    await shown.write(line)
    await shown.press("enter")
    await shown.until(lambda: shown.shows(RightsScreen))
    await shown.until(lambda: "asking the cluster …" not in lines(shown))
    return lines(shown)


def lines(shown: Shown) -> list[str]:
    text = shown.app.screen.query_one(TextView).text
    return [text.line(index) for index in range(len(text))]


def marks(told: list[str]) -> dict[str, str]:
    """Function → its mark."""
    found = [line.split() for line in told if line[2:3] in "✔✖◐?" and line[2:3].strip()]
    return {words[1].rstrip(":"): words[0] for words in found}


async def test_each_function_is_marked_and_what_lacks_is_named() -> None:
    async with showing(source=source_with(ScriptedRights(argo=VIEWER))) as shown:
        told = await opened(shown)
        assert "account: tester" in told
        found = marks(told)
        assert (found["workflows"], found["templates"], found["logs"]) == ("✔", "✔", "✖")
        changing = [action for action in ACTIONS if action.consequence != "none"]
        assert all(found[called(action)] == "✖" for action in changing)
        assert "      needs get on pods/log" in told
        updating = [each for each in ACTIONS if UPDATE in each.rights]
        assert len(updating) > 1
        assert told.count("      needs update on workflows.argoproj.io") == len(updating)
        assert "  viewer: lacks 6 of 8 parts" in told and "  operator: lacks 14 of 16 parts" in told


async def test_what_lacks_is_told_as_rules_that_an_administrator_can_use() -> None:
    rights = ScriptedRights(argo=VIEWER)
    async with showing(source=source_with(rights)) as shown:
        told = await opened(shown)
    begin = told.index("# Role argo-tui in argo")
    end = told.index("# ClusterRole") if "# ClusterRole" in told else len(told)
    rules = yaml.safe_load("\n".join(told[begin:end]))["rules"]
    given = Rule(("get", "list", "watch"), ("argoproj.io",), ("*",))
    rights.rules["argo"] = (
        given,
        *(Rule(tuple(r["verbs"]), tuple(r["apiGroups"]), tuple(r["resources"])) for r in rules),
    )
    async with showing(source=source_with(rights)) as shown:
        await opened(shown)
        await shown.press("ctrl+r")
        await shown.until(lambda: "  operator: nothing is known to lack" in lines(shown))
        found = marks(lines(shown))
        in_no_namespace = ("cluster-templates", "namespaces", "cluster-template-lint")
        assert [found.pop(each) for each in in_no_namespace] == ["?", "✖", "?"]
        for verb in ("create", "edit", "delete"):
            assert found.pop(f"cluster-template-{verb}") == "✖"
        assert set(found.values()) == {"✔"}, "what is in no namespace no Role gives"


async def test_who_may_everything_lacks_nothing() -> None:
    rights = ScriptedRights(argo=EVERYTHING)
    rights.rules[""] = EVERYTHING
    async with showing(source=source_with(rights)) as shown:
        told = await opened(shown)
        assert set(marks(told).values()) == {"✔"}
        assert "  operator: nothing is known to lack" in told
        assert not any("rules:" in line for line in told)


async def test_another_namespace_can_be_named_and_nothing_is_asked_too_often() -> None:
    rights = ScriptedRights(argo=EVERYTHING, ml=VIEWER)
    async with showing(source=source_with(rights)) as shown:
        await shown.until(lambda: rights.asked)
        before = len(rights.asked)
        told = await opened(shown, "rights ml")
        assert marks(told)["retry"] == "✖"
        assert "Rights in ml" in shown.text
        asked = rights.asked[before:]
        assert [each.namespace for each in asked] == ["ml", ""]
        assert asked[0].most < MOST_REQUESTS and 1 + asked[1].most < MOST_REQUESTS
        await shown.press("escape")
        await shown.until(lambda: not shown.shows(RightsScreen))


async def test_what_cannot_be_known_is_marked_so_and_denies_nothing() -> None:
    async with showing(source=source_with(ScriptedRights())) as shown:
        told = await opened(shown)
        assert set(marks(told).values()) == {"?"}
        assert "  operator: nothing is known to lack" in told


async def test_trouble_while_asking_is_told() -> None:
    class Broken(ScriptedRights):
        def learn(
            self,
            namespace: str,
            wanted: Sequence[Wanted] = (),
            *,
            anew: bool = False,
            most: int = MOST_REQUESTS,
        ) -> Permissions:
            raise Unreachable("the connection was reset")

    async with showing(source=source_with(Broken())) as shown:
        told = await opened(shown)
        assert "not all is known: the connection was reset" in told


async def test_it_is_there_when_read_only_and_not_for_saved_workflows() -> None:
    settings: Settings = replace(STILL, read_only=True)
    rights = ScriptedRights(argo=VIEWER)
    async with showing(source=source_with(rights), settings=settings) as shown:
        assert marks(await opened(shown))["workflows"] == "✔"
    async with showing(source=ScriptedSource(run("over", "Failed", ended=1))) as shown:
        await shown.until(lambda: "over" in shown.names)
        await shown.press("colon")
        await shown.until(lambda: shown.shows(Palette))
        palette = shown.app.screen
        assert isinstance(palette, Palette)
        assert "Rights" not in [entry.name for entry in palette.found.items]


def test_each_part_has_a_name_of_its_own() -> None:
    names = [part.id for part in (*PARTS, *CLUSTER_PARTS)]
    assert len(set(names)) == len(names)
