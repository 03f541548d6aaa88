"""Going to other namespaces and clusters, and back: what is shown is always of one place."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest

from tests.support.app import STILL, Shown
from tests.support.elsewhere import Cluster, Clusters, among
from tests.support.runs import run
from tui.errors import Refused, SettingsError, Unreachable
from tui.palette import Palette
from tui.ports.connection import Connection
from tui.screens.action import ActionScreen
from tui.screens.list import ListScreen
from tui.screens.picker import Picker
from tui.screens.problem import ProblemScreen
from tui.screens.workflow import WorkflowScreen

NO_ANSWER = Unreachable("no answer from https://prod.example")


async def type_line(shown: Shown, line: str) -> None:
    """Type a line into the palette, and run it."""
    await shown.press("colon")
    await shown.until(lambda: shown.shows(Palette))
    await shown.write(line)
    await shown.press("enter")
    await shown.until(lambda: not shown.shows(Palette))


async def picker(shown: Shown, line: str) -> Picker:
    """The box that a command opens."""
    await type_line(shown, line)
    await shown.until(lambda: shown.shows(Picker))
    found = shown.app.screen
    assert isinstance(found, Picker)
    return found


def names_of(found: Picker) -> list[str]:
    """The names that can be chosen just now."""
    return [each.name for each in found.rows.items]


def head(shown: Shown) -> str:
    """The header of what is shown."""
    return shown.rows_of_screen[0]


# --- contexts --------------------------------------------------------------------------------


async def test_another_context_is_gone_to_by_its_name_and_minus_goes_back_and_forth() -> None:
    clusters = Clusters("dev", "prod")
    async with among(clusters) as shown:
        assert shown.names == ["dev-argo-1"]
        await type_line(shown, "ctx prod")
        await shown.until(lambda: shown.names == ["prod-argo-1"])
        assert " prod ▸ argo" in head(shown)
        await shown.press("minus")
        await shown.until(lambda: shown.names == ["dev-argo-1"])
        assert " dev ▸ argo" in head(shown)
        await shown.press("minus")
        await shown.until(lambda: shown.names == ["prod-argo-1"])


async def test_there_is_no_last_place_at_first_and_it_says_so() -> None:
    async with among(Clusters("dev")) as shown:
        await shown.press("minus")
        await shown.until_said("there is no place to go back to yet")


async def test_the_picker_shows_the_contexts_with_cluster_user_and_namespace() -> None:
    clusters = Clusters("dev", "prod", "stage")
    async with among(clusters) as shown:
        found = await picker(shown, "ctx")
        await shown.until(lambda: names_of(found) == ["dev", "prod", "stage"])
        await shown.until_shown("prod-cluster")
        assert "prod-user" in shown.text
        assert found.rows.current is not None and found.rows.current.name == "dev", "we are here"
        await shown.write("sta")
        await shown.until(lambda: names_of(found) == ["stage"])
        assert [name for name, _ in clusters.opened] == ["dev"], "nothing is tried before"
        await shown.press("enter")
        await shown.until(lambda: shown.names == ["stage-argo-1"])


async def test_a_kubeconfig_that_cannot_be_read_is_told_in_the_picker() -> None:
    clusters = Clusters("dev")
    clusters.unreadable = SettingsError("the kubeconfig x is not YAML", hint="repair it")
    async with among(clusters) as shown:
        await picker(shown, "ctx")
        await shown.until_shown("the kubeconfig x is not YAML")
        await shown.press("escape")
        await shown.until(lambda: shown.shows(ListScreen))
        assert shown.names == ["dev-argo-1"]


async def test_a_context_that_there_is_not_is_said_while_it_can_be_corrected() -> None:
    async with among(Clusters("dev", "prod")) as shown:
        await shown.press("colon")
        await shown.until(lambda: shown.shows(Palette))
        await shown.write("ctx pr")
        await shown.until_shown("ctx prod")
        await shown.write("x")
        await shown.press("enter")
        await shown.until_shown("there is no context prx")
        assert shown.shows(Palette) and head(shown).startswith(" dev")


async def test_a_context_that_cannot_be_opened_leaves_everything_as_it_was() -> None:
    clusters = Clusters("dev", "prod")
    clusters.broken["prod"] = SettingsError(
        "context prod is of cluster x, which is in no kubeconfig"
    )
    async with among(clusters) as shown:
        await type_line(shown, "ctx prod")
        await shown.until_said("which is in no kubeconfig")
        assert shown.names == ["dev-argo-1"] and not clusters["dev"].is_closed
        assert head(shown).startswith(" dev ▸ argo")


async def test_the_old_cluster_is_left_only_when_the_new_one_has_answered() -> None:
    clusters = Clusters("dev", "prod")
    clusters["prod"].answers_now.clear()
    async with among(clusters) as shown:
        await type_line(shown, "ctx prod")
        await shown.until_shown("reading the list …")
        assert shown.names == [] and head(shown).startswith(" prod ▸ argo")
        assert not clusters["dev"].is_closed
        clusters["prod"].answers_now.set()
        await shown.until(lambda: shown.names == ["prod-argo-1"])
        assert clusters["dev"].is_closed


@pytest.mark.parametrize("key", ["escape", "minus"])
async def test_what_is_tried_can_be_given_up_and_the_list_is_as_it_was(key: str) -> None:
    clusters = Clusters("dev", "prod")
    clusters["prod"].answers_now.clear()
    async with among(clusters) as shown:
        await type_line(shown, "ctx prod")
        await shown.until_shown("goes back to dev")
        clusters["dev"].put(run("dev-argo-2", "Running"))
        await shown.press(key)
        await shown.until(lambda: sorted(shown.names) == ["dev-argo-1", "dev-argo-2"])
        assert head(shown).startswith(" dev ▸ argo") and clusters["prod"].is_closed
        clusters["prod"].answers_now.set()
        clusters["dev"].put(run("dev-argo-3", "Running"))
        await shown.until(lambda: "dev-argo-3" in shown.names)
        assert not any("prod" in name for name in shown.names)


async def test_another_one_can_be_chosen_while_one_is_tried() -> None:
    clusters = Clusters("dev", "dead", "prod")
    clusters["dead"].answers_now.clear()
    async with among(clusters) as shown:
        await type_line(shown, "ctx dead")
        await shown.until_shown("reading the list …")
        await type_line(shown, "ctx prod")
        await shown.until(lambda: shown.names == ["prod-argo-1"])
        assert clusters["dead"].is_closed and clusters["dev"].is_closed
        await shown.press("minus")
        await shown.until(lambda: shown.names == ["dev-argo-1"])  # not to where one never was
        clusters["dead"].answers_now.set()
        await shown.at_rest()
        assert shown.names == ["dev-argo-1"]


async def test_a_connection_that_is_opened_late_is_closed_and_never_shown() -> None:
    clusters = Clusters("dev", "slow", "prod")
    clusters.held["slow"] = Event()
    async with among(clusters) as shown:
        await type_line(shown, "ctx slow")
        await shown.until_shown("connecting to slow …")
        await type_line(shown, "ctx prod")
        await shown.until(lambda: shown.names == ["prod-argo-1"])
        clusters.held["slow"].set()
        await shown.until(lambda: clusters["slow"].is_closed)
        assert shown.names == ["prod-argo-1"] and head(shown).startswith(" prod")


async def test_a_cluster_that_cannot_be_reached_says_so_and_the_way_back_is_a_key() -> None:
    clusters = Clusters("dev", "prod")
    clusters["prod"].answers_now.clear()
    async with among(clusters, size=(80, 24)) as shown:
        await type_line(shown, "ctx prod")
        await shown.until_shown("reading the list …")
        clusters["prod"].unreadable["argo"] = Refused("you cannot list workflows in argo")
        clusters["prod"].answers_now.set()
        await shown.until(lambda: shown.shows(ProblemScreen))
        await shown.until_shown("go back to dev")
        await shown.press("escape")
        await shown.until(lambda: shown.shows(ListScreen))
        assert shown.names == ["dev-argo-1"] and head(shown).startswith(" dev")


async def test_from_a_start_that_failed_one_can_go_elsewhere() -> None:
    clusters = Clusters("dev", "prod")

    def connect(demo: bool) -> Connection:
        raise Unreachable("no answer from https://dev.example")

    async with among(clusters, connect=connect) as shown:
        await shown.until(lambda: shown.shows(ProblemScreen))
        await type_line(shown, "ctx prod")
        await shown.until(lambda: shown.shows(ListScreen) and shown.names == ["prod-argo-1"])


async def test_late_news_of_the_cluster_one_has_left_changes_nothing() -> None:
    clusters = Clusters("dev", "prod")
    async with among(clusters) as shown:
        watching = shown.app.lists.of(shown.overview.kind)
        await type_line(shown, "ctx prod")
        await shown.until(lambda: shown.names == ["prod-argo-1"])
        late = [event for event in (clusters["dev"].page_of("argo"),)]
        shown.app.post_message(shown.app.Arrived(watching, late))
        shown.app.post_message(shown.app.NotConnected(NO_ANSWER, session=watching))
        shown.app.post_message(shown.app.NotConnected(NO_ANSWER, attempt=1))
        shown.app.post_message(shown.app.Connected(1, (clusters["dev"],)))
        await shown.at_rest()
        assert shown.names == ["prod-argo-1"] and shown.shows(ListScreen)


async def test_an_object_that_is_open_is_left_with_its_cluster() -> None:
    clusters = Clusters("dev", "prod")
    async with among(clusters) as shown:
        await shown.open("dev-argo-1")
        await type_line(shown, "ctx prod")
        await shown.until(lambda: shown.shows(ListScreen) and shown.names == ["prod-argo-1"])
        await shown.open("prod-argo-1")
        assert ("watch_one", "prod-argo-1") in [
            (what, getattr(about, "name", "")) for what, about in clusters["prod"].asked
        ]


async def test_no_key_means_an_object_of_the_old_cluster_once_another_is_chosen() -> None:
    clusters = Clusters("dev", "prod")
    clusters["prod"].answers_now.clear()
    async with among(clusters) as shown:
        await shown.press("colon")
        await shown.until(lambda: shown.shows(Palette))
        await shown.write("ctx prod")
        await shown.press("enter", "D", "enter", "r")
        await shown.until_shown("reading the list …")
        assert not shown.shows(ActionScreen) and not shown.shows(WorkflowScreen)
        assert [what for what, _ in clusters["dev"].asked if what in ("get", "send")] == []


async def test_the_command_of_a_question_names_the_context_that_was_gone_to() -> None:
    async with among(Clusters("dev", "my prod")) as shown:
        await shown.press("X")
        await shown.until(lambda: shown.shows(ActionScreen))
        await shown.press("ctrl+o")
        await shown.until_shown("$ argo stop")
        assert "--context" not in shown.text, "it is the current one"
        await shown.press("escape")
        await type_line(shown, "ctx my prod")
        await shown.until(lambda: shown.names == ["my prod-argo-1"])
        await shown.press("X")
        await shown.until(lambda: shown.shows(ActionScreen))
        await shown.press("ctrl+o")
        await shown.until_shown("--context 'my prod'")


async def test_marks_are_of_objects_of_the_cluster_that_is_shown() -> None:
    clusters = Clusters("dev", "prod")
    async with among(clusters) as shown:
        await shown.press("space")
        assert len(shown.rows.marks) == 1
        await type_line(shown, "ctx prod")
        await shown.until(lambda: shown.names == ["prod-argo-1"])
        assert shown.rows.marks == frozenset()


async def test_the_list_of_the_same_kind_is_shown_elsewhere_and_back() -> None:
    clusters = Clusters("dev", "prod")
    async with among(clusters) as shown:
        await type_line(shown, "wftmpl")
        await shown.until_shown("workflow templates")
        await type_line(shown, "ctx prod")
        await shown.until(lambda: head(shown).startswith(" prod ▸ argo ▸ workflow templates"))
        await type_line(shown, "wf")
        await shown.until(lambda: shown.names == ["prod-argo-1"])
        await shown.press("minus")
        await shown.until(lambda: "workflow templates" in head(shown))
        assert head(shown).startswith(" prod"), "the last place was this list"


# --- namespaces ------------------------------------------------------------------------------


async def test_namespaces_are_chosen_from_those_that_are_listed_several_at_once() -> None:
    clusters = Clusters("dev")
    async with among(clusters) as shown:
        found = await picker(shown, "ns")
        await shown.until(lambda: names_of(found) == ["all", "argo", "data"])
        await shown.press("space", "space")  # argo is here, and the mark goes on to data
        await shown.until(lambda: found.rows.marks == {"argo", "data"})
        await shown.press("enter")
        await shown.until(lambda: sorted(shown.names) == ["dev-argo-1", "dev-data-1"])
        assert shown.app.lists.scope.namespaces == ("argo", "data")
        assert "argo,data" in head(shown)


async def test_all_namespaces_are_a_choice_too() -> None:
    async with among(Clusters("dev")) as shown:
        found = await picker(shown, "ns")
        await shown.until(lambda: "all" in names_of(found))
        await shown.write("all")
        await shown.press("enter")
        await shown.until(lambda: shown.app.lists.scope.namespaces == ())
        assert "all namespaces" in head(shown)


async def test_namespaces_that_may_not_be_listed_are_typed() -> None:
    class Closed(Cluster):
        def namespaces(self) -> tuple[str, ...]:
            raise Refused("you cannot list namespaces", status=403)

    clusters = Clusters("dev")
    clusters._made["dev"] = Closed("dev")
    async with among(clusters) as shown:
        found = await picker(shown, "ns")
        await shown.until_shown("may not be listed: type the one you want")
        assert names_of(found) == ["all", "argo"]
        await shown.write("a/b")
        await shown.press("enter")
        await shown.until_shown("cannot have a / in it")
        for _ in "a/b":
            await shown.press("backspace")
        await shown.write("data")
        await shown.until(lambda: names_of(found) == ["data"])
        await shown.press("enter")
        await shown.until(lambda: shown.names == ["dev-data-1"])
        found = await picker(shown, "ns")
        await shown.until(lambda: names_of(found) == ["all", "argo", "data"])  # used before


async def test_namespaces_that_cannot_be_read_leave_the_list_as_it_is() -> None:
    clusters = Clusters("dev")
    clusters["dev"].unreadable["secret"] = Refused("you cannot list workflows in secret")
    async with among(clusters) as shown:
        await type_line(shown, "ns secret")
        await shown.until_said("the list stays as it is")
        assert shown.names == ["dev-argo-1"] and shown.app.lists.scope.namespaces == ("argo",)
        await shown.press("minus")
        await shown.until_said("there is no place to go back to yet")


async def test_minus_goes_back_to_the_namespaces_before() -> None:
    async with among(Clusters("dev")) as shown:
        await type_line(shown, "ns data")
        await shown.until(lambda: shown.names == ["dev-data-1"])
        await shown.press("minus")
        await shown.until(lambda: shown.names == ["dev-argo-1"])
        await shown.press("minus")
        await shown.until(lambda: shown.names == ["dev-data-1"])


async def test_escape_gives_up_namespaces_that_do_not_answer() -> None:
    clusters = Clusters("dev")
    async with among(clusters) as shown:
        clusters["dev"].answers_now.clear()
        await type_line(shown, "ns data")
        await shown.until(lambda: shown.app.lists.is_trying)
        await shown.press("escape")
        await shown.until_said("the list stays as it is")
        clusters["dev"].answers_now.set()
        await shown.at_rest()
        assert shown.names == ["dev-argo-1"]


# --- favourites ------------------------------------------------------------------------------


async def test_zero_is_all_namespaces_and_those_used_before_have_the_keys_after_it() -> None:
    async with among(Clusters("dev")) as shown:
        await shown.press("2")
        await shown.until_said("no namespace has this key yet")
        await type_line(shown, "ns data")
        await shown.until(lambda: shown.names == ["dev-data-1"])
        await shown.until_shown("0 all  1 argo  2 data")
        await shown.press("1")
        await shown.until(lambda: shown.names == ["dev-argo-1"])
        await shown.press("0")
        await shown.until(lambda: len(shown.names) == 2)
        await shown.press("2")
        await shown.until(lambda: shown.names == ["dev-data-1"])


async def test_favourites_of_the_settings_are_those_of_their_context() -> None:
    settings = replace(
        STILL,
        places=(("dev", {"favourites": ("data", "argo,data")}), ("pr*", {"favourites": ("argo",)})),
    )
    async with among(Clusters("dev", "prod"), settings) as shown:
        await shown.until_shown("1 data  2 argo,data")
        await shown.press("2")
        await shown.until(lambda: len(shown.names) == 2)
        await type_line(shown, "ctx prod")
        await shown.until(lambda: shown.names == ["prod-argo-1"])
        await shown.press("2")
        await shown.until_said("no namespace has this key yet")


async def test_a_context_begins_with_the_namespaces_that_the_settings_name() -> None:
    settings = replace(STILL, places=(("prod", {"namespaces": ("all",)}),), namespace="data")
    async with among(Clusters("dev", "prod"), settings) as shown:
        await type_line(shown, "ctx prod")
        await shown.until(lambda: sorted(shown.names) == ["prod-argo-1", "prod-data-1"])
