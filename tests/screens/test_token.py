"""A token that is typed or pasted: asked for by who wants one, and shown nowhere."""

from __future__ import annotations

from textual import events

from tests.support.app import Shown, showing
from tests.support.argo_server import TOKEN, StandIn, served_by
from tests.support.scripted import manifest
from tui.screens.problem import ProblemScreen
from tui.screens.token import HiddenInput, TokenScreen, pasted

GIVEN = TOKEN.removeprefix("Bearer ")


async def paste(shown: Shown, text: str) -> None:
    field = shown.app.screen.query_one(HiddenInput)
    field.post_message(events.Paste(text))
    await shown.until(lambda: field.value)


async def test_a_server_without_a_token_asks_for_one_and_shows_the_list_with_it() -> None:
    with StandIn(manifest("etl")).running() as api:
        async with showing(source=served_by(api, token="")) as shown:
            await shown.until(lambda: shown.shows(ProblemScreen))
            assert "t  give a token" in shown.text
            await shown.press("t")
            await shown.until(lambda: shown.shows(TokenScreen))
            # As a terminal pastes what was broken into lines, with an escape sequence in it.
            await paste(shown, f"{GIVEN[:5]}\r\n{GIVEN[5:]}\x07 \n")
            assert shown.app.screen.query_one(HiddenInput).value == GIVEN
            assert GIVEN not in shown.text and GIVEN[:5] not in shown.text
            await shown.press("enter")
            await shown.until(lambda: shown.names == ["etl"])
            assert not shown.shows(ProblemScreen)
    assert api.asked[-1].headers["Authorization"] == TOKEN


async def test_a_token_that_is_refused_midway_is_given_anew_and_the_list_goes_on() -> None:
    server = StandIn(manifest("etl"))
    server.beat = 0.2
    with server.running() as api:
        async with showing(source=served_by(api)) as shown:
            await shown.until(lambda: shown.names == ["etl"])
            server.tokens = {"Bearer another"}
            server.end_watches()
            await shown.until_shown("stale")
            assert shown.names == ["etl"], "what is known stays"
            await shown.press(":")
            await shown.write("token")
            await shown.press("enter")
            await shown.until(lambda: shown.shows(TokenScreen))
            await paste(shown, "another")
            await shown.press("enter")
            await shown.until_shown("live")
            server.put(manifest("new"))
            await shown.until(lambda: "new" in shown.names)


async def test_a_workflow_that_could_not_be_read_is_read_with_the_token_that_is_given() -> None:
    server = StandIn(manifest("etl", phase="Failed", message="exit code 7"))
    with server.running() as api:
        async with showing(source=served_by(api)) as shown:
            await shown.until(lambda: shown.names == ["etl"])
            server.tokens = {"Bearer another"}
            await shown.press("enter")
            await shown.until_shown("not watched")
            shown.app.ask_token()
            await shown.until(lambda: shown.shows(TokenScreen))
            await paste(shown, "another")
            await shown.press("enter")
            await shown.until(lambda: shown.detail.workflow is not None)
            await shown.until(lambda: "not watched" not in shown.text)


async def test_what_cannot_be_a_token_is_said_without_repeating_it() -> None:
    with StandIn(manifest("etl")).running() as api:
        async with showing(source=served_by(api)) as shown:
            shown.app.ask_token()
            await shown.until(lambda: shown.shows(TokenScreen))
            await shown.press("enter")
            await shown.until_shown("it is empty")
            await paste(shown, "two words-of-a-secret")
            await shown.press("enter")
            await shown.until_shown("it has a blank in it")
            assert "secret" not in shown.text
            assert shown.app.screen.query_one(HiddenInput).value == ""
            await shown.press("escape")
            await shown.until(lambda: not shown.shows(TokenScreen))
    assert {each.headers["Authorization"] for each in api.asked} == {TOKEN}


async def test_a_field_of_a_token_gives_nothing_to_the_clipboard() -> None:
    with StandIn().running() as api:
        async with showing(source=served_by(api)) as shown:
            shown.app.ask_token()
            await shown.until(lambda: shown.shows(TokenScreen))
            await paste(shown, GIVEN)
            field = shown.app.screen.query_one(HiddenInput)
            field.select_all()
            await shown.press("ctrl+c")
            assert shown.app.clipboard == ""
            field.action_cut()
            assert shown.app.clipboard == "" and field.value == GIVEN


def test_a_token_loses_line_breaks_and_control_characters() -> None:
    assert pasted("  Bearer v2:ab\r\ncd\x1b\n") == "Bearer v2:abcd"


async def test_a_cluster_asks_for_no_token() -> None:
    async with showing(manifest("etl")) as shown:
        shown.app.ask_token()
        await shown.until_said("no server here takes a token")
