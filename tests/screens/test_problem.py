"""Nothing can be shown: each trouble says what is wrong and what to do, and has a way out."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.support.app import STILL, showing
from tests.support.runs import nightly_etl, run
from tests.support.scripted import ScriptedSource
from tui.errors import (
    Misconfigured,
    Missing,
    NoCluster,
    NotInstalled,
    Refused,
    SettingsError,
    TuiError,
    Unauthenticated,
    Unreachable,
)
from tui.ports.collections import Live, Page, Scope, Sink, Stale, Stood
from tui.ports.connection import Connection
from tui.ports.threads import CancelToken
from tui.screens.help import HelpScreen
from tui.screens.list import ListScreen
from tui.screens.problem import ProblemScreen, advice
from tui.screens.small import TooSmallScreen
from tui.settings import Settings
from tui.sources import open_source
from tui.sources.argo_server_answers import WORDS

TROUBLES: dict[str, tuple[TuiError, str]] = {
    "no kubeconfig": (NoCluster("no kubeconfig says where a cluster is"), "KUBECONFIG"),
    "no such context": (SettingsError("no context is called prod"), "--context"),
    "no cluster": (Unreachable("no answer from https://10.0.0.1:6443"), "kubectl get --raw"),
    "no CRD": (Missing("this cluster has no workflows", reason="NoKind"), "kubectl get crd"),
    "no rights": (
        Refused('user "dev" cannot list workflows in argo', hint="ask for a role", status=403),
        "kubectl auth can-i",
    ),
    "login over": (Unauthenticated("our credentials are not accepted"), "Log in again"),
    "no plugin": (Misconfigured("the plugin is not installed"), "kubectl config view"),
}


@pytest.mark.parametrize("keys", [("d",), ("tab", "enter"), ("tab", "tab", "shift+tab", "enter")])
async def test_a_key_and_a_button_open_the_demo(keys: tuple[str, ...]) -> None:
    def connect(demo: bool) -> Connection:
        if demo:
            return ScriptedSource(run("demo-run-1", "Running"))
        raise NoCluster("no kubeconfig says where a cluster is")

    async with showing(connect=connect, size=(80, 24)) as shown:
        await shown.until(lambda: shown.shows(ProblemScreen))
        assert "d  open the built-in demo cluster" in shown.text
        assert "Open the demo" in shown.text
        await shown.press(*keys)
        await shown.until(lambda: shown.shows(ListScreen))
        await shown.until(lambda: shown.names == ["demo-run-1"])


async def test_where_there_is_no_demo_nothing_offers_it() -> None:
    def connect(demo: bool) -> Connection:
        raise NoCluster("no kubeconfig says where a cluster is")

    async with showing(connect=connect, can_demo=False, size=(80, 24)) as shown:
        await shown.until(lambda: shown.shows(ProblemScreen))
        await shown.press("d")
        assert "demo" not in shown.text.casefold()
        assert shown.shows(ProblemScreen)


@pytest.mark.parametrize("error, advised", TROUBLES.values(), ids=TROUBLES.keys())
async def test_each_trouble_says_what_and_what_to_do_and_offers_the_demo(
    error: TuiError, advised: str
) -> None:
    source = ScriptedSource()
    source.refusal = error if isinstance(error, Refused | Missing) else None

    def connect(demo: bool) -> Connection:
        if demo:
            return ScriptedSource(run("demo-run-1", "Running"))
        if source.refusal is None:
            raise error
        return source

    async with showing(connect=connect, size=(80, 24)) as shown:
        await shown.until(lambda: shown.shows(ProblemScreen))
        assert error.what in shown.text and error.hint in shown.text
        assert advised in " ".join(shown.text.split())
        assert "Traceback" not in shown.text
        await shown.press("colon", *"demo", "enter")
        await shown.until(lambda: shown.shows(ListScreen))
        await shown.until(lambda: shown.names == ["demo-run-1"])
        assert shown.app.views.trouble is None


def test_the_advice_about_an_argo_server_is_not_that_about_a_cluster() -> None:
    for status in (401, 403, 404, 502, 302):
        error = WORDS.refusal(status, {}, b'{"code":1,"message":"no"}')
        assert not any("kubectl" in line for line in advice(error)), error
    told = advice(WORDS.refusal(401, {}, b'{"code":16,"message":"token not valid"}'))
    assert any("argo auth token" in line for line in told)
    assert any("cookie" in line for line in told)


async def test_every_error_that_can_end_a_connection_has_advice() -> None:
    for kind in (NoCluster, SettingsError, Unreachable, Refused, Missing, Unauthenticated):
        assert advice(kind("x"))


async def test_a_kubeconfig_that_leads_nowhere_is_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b"\x00\xffnot: [a kubeconfig")
    empty = tmp_path / "empty"
    empty.write_text("apiVersion: v1\nkind: Config\ncontexts: []\n")
    for settings in (
        Settings(),
        Settings(kubeconfig=str(rubbish)),
        Settings(kubeconfig=str(empty)),
        Settings(kubeconfig=str(tmp_path / "absent")),
    ):
        with pytest.raises(TuiError) as raised:
            open_source(settings)
        error = raised.value

        def connect(demo: bool, error: TuiError = error) -> Connection:
            raise error

        async with showing(connect=connect, settings=STILL) as shown:
            await shown.until(lambda: shown.shows(ProblemScreen))
            assert " ".join(error.what.split())[:40] in " ".join(shown.text.split())


async def test_r_tries_again_and_goes_on_where_it_works_now() -> None:
    tries: list[bool] = []

    def connect(demo: bool) -> Connection:
        tries.append(demo)
        if len(tries) < 3:
            raise Unreachable(f"no answer, try {len(tries)}")
        return ScriptedSource(nightly_etl())

    async with showing(connect=connect) as shown:
        await shown.until_shown("try 1")
        await shown.press("r")
        await shown.until_shown("try 2")
        assert sum(isinstance(s, ProblemScreen) for s in shown.app.screen_stack) == 1
        await shown.press("enter")
        await shown.until(lambda: shown.shows(ListScreen) and len(shown.names) == 1)
        assert tries == [False, False, False]
        assert shown.app.exit_code == 0


async def test_a_cluster_that_does_not_answer_at_first_comes_by_itself() -> None:
    class Late(ScriptedSource):
        answers_now = Event()

        def watch(self, kind: Any, scope: Scope, sink: Sink[Any], stop: CancelToken) -> None:
            (of,) = self.parts(kind, scope)
            sink(Stood(of, Stale(Unreachable("no answer from https://10.0.0.1:6443"), 2.0, 1)))
            stop.on_set(self.answers_now.set)
            self.answers_now.wait(5)
            super().watch(kind, scope, sink, stop)

    source = Late()
    async with showing(source=source) as shown:
        await shown.until(lambda: shown.shows(ProblemScreen))
        source.answers_now.set()
        await shown.until(lambda: shown.shows(ListScreen))
        await shown.until_shown("no workflows in argo")


@pytest.mark.parametrize("over", ["help", "small"])
async def test_what_lies_over_the_trouble_when_it_ends_leaves_none_of_it_behind(over: str) -> None:
    source = ScriptedSource(nightly_etl())
    async with showing(source=source, size=(100, 30)) as shown:
        app = shown.app

        def problems() -> int:
            return sum(isinstance(screen, ProblemScreen) for screen in app.screen_stack)

        app.views.show_trouble(Unreachable("no answer, try 1"), can_demo=True)
        await shown.until(lambda: shown.shows(ProblemScreen))
        if over == "help":
            await shown.press("question_mark")
            await shown.until(lambda: shown.shows(HelpScreen))
        else:
            await shown.pilot.resize_terminal(40, 10)
            await shown.until(lambda: shown.shows(TooSmallScreen))
        app.views.show_trouble(Unreachable("no answer, try 1"), can_demo=True)
        assert problems() == 1 and not shown.shows(ProblemScreen)
        app.views.show_trouble(Unreachable("no answer, try 2"), can_demo=True)
        assert problems() == 1
        app.views.end_trouble()
        assert problems() == 0
        await shown.pilot.resize_terminal(100, 30)
        await shown.until(lambda: shown.shows(ListScreen))


async def test_where_there_is_no_demo_none_is_offered_and_q_leaves() -> None:
    def connect(demo: bool) -> Connection:
        assert not demo
        raise NoCluster("no kubeconfig")

    async with showing(connect=connect, can_demo=False) as shown:
        await shown.until(lambda: shown.shows(ProblemScreen))
        assert "demo" not in shown.text
        await shown.press("d")
        assert shown.shows(ProblemScreen)
        await shown.press("q")
        await shown.until(lambda: shown.app._exit)
        assert shown.app.exit_code == 1


async def test_a_demo_that_is_not_installed_says_what_to_install() -> None:
    def connect(demo: bool) -> Connection:
        if demo:
            raise NotInstalled("the demo cluster needs aiohttp", hint="pip install 'x[demo]'")
        raise NoCluster("no kubeconfig")

    async with showing(connect=connect) as shown:
        await shown.until_shown("no kubeconfig")
        await shown.press("colon", *"demo", "enter")
        await shown.until_shown("the demo cluster needs aiohttp")
        assert shown.shows(ProblemScreen)
        assert "pip install 'x[demo]'" in shown.text
        assert "as soon as it is installed" in shown.text and "--context" not in shown.text


async def test_a_watch_that_ends_for_good_later_says_so() -> None:
    class Revoked(ScriptedSource):
        revoked = Event()

        def watch(self, kind: Any, scope: Scope, sink: Sink[Any], stop: CancelToken) -> None:
            (of,) = self.parts(kind, scope)
            sink(Page(of, (), True, True))
            sink(Stood(of, Live()))
            self.revoked.wait(5)
            raise Refused("your token was revoked", status=401)

    source = Revoked()
    async with showing(source=source) as shown:
        assert shown.shows(ListScreen)
        source.revoked.set()
        await shown.until(lambda: shown.shows(ProblemScreen))
        assert "your token was revoked" in shown.text


async def test_the_key_that_reads_anew_connects_again() -> None:
    asked: list[bool] = []

    def connect(demo: bool) -> ScriptedSource:
        asked.append(demo)
        if len(asked) == 1:
            raise Unreachable("no route to the cluster")
        return ScriptedSource(run("hello-1", "Running"))

    async with showing(connect=connect) as shown:
        await shown.until_shown("no route")
        await shown.press("ctrl+r")
        await shown.until(lambda: shown.names == ["hello-1"])
        assert asked == [False, False]
