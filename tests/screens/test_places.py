"""`argo-tui open` and `:open`: where one is taken, and what is copied of where one is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.app import STILL, Shown, showing
from tests.support.elsewhere import Clusters, among
from tests.support.runs import ETL, nightly_etl, run, team
from tui.screens.list import ListScreen
from tui.screens.workflow import WorkflowScreen


async def open_place(shown: Shown, text: str) -> None:
    await shown.press("colon")
    await shown.write(f"open {text}")
    await shown.press("enter")


def is_on(shown: Shown, name: str) -> bool:
    view = shown.app.views.in_use
    return isinstance(view, WorkflowScreen) and view.key.name == name


def place(shown: Shown) -> str:
    view = shown.app.views.in_use
    assert view is not None
    return view.place


def step_of(shown: Shown) -> tuple[str, str]:
    """The id and the name of the step the cursor is on."""
    node = shown.detail.steps.node
    return (str(node.id), node.title) if node is not None else ("", "")


async def test_a_start_on_a_place_shows_it_its_step_and_its_pane() -> None:
    step = "transform(2:shard:2)(1)"
    settings = replace(STILL, opens=f"argo/{ETL}/{step}", opens_pane="manifest")
    async with showing(nightly_etl(), *team(), settings=settings) as shown:
        await shown.until(lambda: is_on(shown, ETL) and step_of(shown)[1] == step)
        assert shown.detail.pane_tabs.front == "manifest"
        await shown.press("q")
        assert isinstance(shown.app.views.in_use, ListScreen), "the list is behind it"


async def test_what_is_copied_of_a_step_and_its_pane_opens_there_again() -> None:
    async with showing(nightly_etl(), *team()) as shown:
        detail = await shown.open(ETL)
        await shown.press("l")
        await shown.until(lambda: detail.pane_tabs.front == "logs")
        copied = place(shown)
        node = detail.steps.node
        assert node is not None and copied == f"scripted/argo/{ETL}/{node.id}@logs"
        await shown.press("q")
        await shown.until(lambda: isinstance(shown.app.views.in_use, ListScreen))
        await open_place(shown, copied)
        await shown.until(lambda: is_on(shown, ETL) and step_of(shown)[0] == node.id)
        assert shown.detail.pane_tabs.front == "logs"


async def test_the_place_stands_first_in_the_menu_of_what_can_be_copied() -> None:
    async with showing(nightly_etl(), *team()) as shown:
        await shown.press("slash", *"phase:failed", "enter")
        assert place(shown) == "scripted/argo//phase:failed"
        await shown.press("C")
        await shown.until_shown("Place of workflow")
        (first,) = [row for row in shown.rows_of_screen if "►" in row and "Place " in row]
        assert "scripted/argo//phase:failed" in first


async def test_a_list_with_its_filter_is_a_place() -> None:
    settings = replace(STILL, opens="argo//phase:failed")
    async with showing(nightly_etl(), *team(), settings=settings) as shown:
        await shown.until(lambda: shown.overview.query_bar.text == "phase:failed")


async def test_a_place_on_another_cluster_goes_there_and_opens_it() -> None:
    clusters = Clusters("dev", "prod")
    async with among(clusters) as shown:
        await open_place(shown, "prod/argo/prod-argo-1@yaml")
        await shown.until(lambda: is_on(shown, "prod-argo-1"))
        assert shown.detail.key.connection == "prod"
        assert shown.detail.pane_tabs.front == "manifest"
        await open_place(shown, "dev/data/dev-data-1")
        await shown.until(lambda: is_on(shown, "dev-data-1"))


async def test_a_name_of_another_cluster_is_looked_for_there_once_it_is_not_here() -> None:
    clusters = Clusters("dev", "prod")
    async with among(clusters) as shown:
        await open_place(shown, "prod/prod-argo-1")
        await shown.until(lambda: is_on(shown, "prod-argo-1"))


async def test_what_there_is_not_is_said_and_one_stays_where_one_is() -> None:
    async with showing(nightly_etl(), *team()) as shown:
        await open_place(shown, "argo/nobody")
        await shown.until_said("there is no workflow nobody in argo")
        assert isinstance(shown.app.views.in_use, ListScreen)
        await open_place(shown, f"argo/{ETL}/nobody")
        await shown.until(lambda: is_on(shown, ETL))
        await shown.until_said(f"{ETL} has no step nobody")


async def test_a_page_of_an_argo_server_that_no_context_has_opens_here_and_says_so() -> None:
    async with showing(nightly_etl(), *team()) as shown:
        await open_place(shown, f"https://argo.example.com/x/workflows/argo/{ETL}?tab=events")
        await shown.until(lambda: is_on(shown, ETL))
        await shown.until_said("on scripted, whether or not that is argo.example.com")
        assert shown.detail.pane_tabs.front == "events"


@pytest.mark.parametrize("text", ["argo/../x", "@newest", "https://h/x"])
async def test_what_can_be_no_place_is_refused_where_it_is_typed(text: str) -> None:
    async with showing(run("a", "Running")) as shown:
        await open_place(shown, text)
        assert isinstance(shown.app.views.in_use, ListScreen)
