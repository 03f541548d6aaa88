"""`argo-tui auth whoami` and `auth token`: who we are, and what is sent to say so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.argo_server import TOKEN, StandIn
from tests.support.fake_api import FakeApi
from tests.support.headless import run


@pytest.fixture
def server() -> StandIn:
    found = StandIn()
    found.user = {**found.user, "groups": ["devs", "ops"]}
    return found


@pytest.fixture
def api(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    with server.running() as running:
        monkeypatch.setenv("ARGO_SERVER", running.url)
        monkeypatch.setenv("ARGO_TOKEN", TOKEN.removeprefix("Bearer "))
        yield running


def test_who_we_are_is_printed_once_the_login_is_known_to_be_good(api: FakeApi) -> None:
    said = run(["auth", "whoami", "-n", "argo"])
    assert (said.code, said.err) == (0, "")
    assert said.out == (
        "User:            system:serviceaccount:argo:me\n"
        "Groups:          devs, ops\n"
        "Service account: argo/me\n"
        "Issuer:          kubernetes/serviceaccount\n"
    )


def test_what_a_server_believes_of_a_token_that_it_does_not_take_is_not_printed(
    api: FakeApi, server: StandIn
) -> None:
    server.tokens = {"Bearer another"}
    said = run(["auth", "whoami", "-n", "argo"])
    assert said.code == 1 and said.out == ""
    assert "does not accept our token" in said.err


def test_the_token_is_printed_with_its_prefix_and_nowhere_else(api: FakeApi) -> None:
    assert run(["auth", "token"]) == (0, f"{TOKEN}\n", "")
    assert api.asked == [], "and nobody is asked"


def test_without_a_token_there_is_nothing_to_print(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ARGO_TOKEN")
    said = run(["auth", "token"])
    assert said.code == 1 and said.out == ""
    assert "no header says who we are" in said.err


def test_arguments_are_those_of_can_i_alone(api: FakeApi) -> None:
    said = run(["auth", "token", "delete", "wf"])
    assert said.code == 2 and "takes no arguments" in said.err
