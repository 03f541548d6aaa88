"""`:doctor` tells the report as it is found, and what is wrong where nothing can be shown."""

from __future__ import annotations

from tests.support.app import Shown, showing
from tests.support.runs import run
from tests.support.scripted import ScriptedSource
from tui.errors import Missing, NoCluster
from tui.palette import Palette
from tui.ports.connection import Connection
from tui.ports.diagnosis import ArgoFacts, Diagnosis, LoginFacts, ServerFacts
from tui.screens.doctor import DoctorScreen
from tui.widgets.text_view import TextView


class Told:
    """A diagnosis as a test tells it."""

    def __init__(self) -> None:
        self.asked = 0

    def login(self) -> LoginFacts:
        return LoginFacts("a token", ("/k",), "scripted", "tester")

    def server(self) -> ServerFacts:
        self.asked += 1
        return ServerFacts("v1.33.1", 0.012)

    def argo(self) -> ArgoFacts:
        return ArgoFacts(frozenset({"workflows"}), trouble="not allowed to list [/b]pods")

    def measures(self) -> bool:
        raise Missing("nothing is measured")


def source() -> ScriptedSource:
    found = ScriptedSource(run("over", "Failed", ended=1))
    found.ports[Diagnosis] = Told()
    return found


def lines(shown: Shown) -> list[str]:
    text = shown.app.screen.query_one(TextView).text
    return [text.line(index) for index in range(len(text))]


async def opened(shown: Shown) -> list[str]:
    await shown.press("colon")
    await shown.until(lambda: shown.shows(Palette))
    await shown.write("doctor")
    await shown.press("enter")
    await shown.until(lambda: shown.shows(DoctorScreen))
    await shown.until(lambda: "to know" in lines(shown)[-1] or "to mend" in lines(shown)[-1])
    return lines(shown)


async def test_the_report_is_shown_and_looked_at_anew_by_a_key() -> None:
    scripted = source()
    async with showing(source=scripted, size=(100, 40)) as shown:
        await shown.until(lambda: "over" in shown.names)
        told = await opened(shown)
        text = "\n".join(told)
        assert "api        ✔ Kubernetes v1.33.1 answers in 12 ms" in told
        assert "there are no cron workflows and no workflow templates" in text
        assert "not allowed to list [/b]pods" in text, "what a server says is no markup"
        assert "100x40" in text and "was not asked" in text
        await shown.press("ctrl+r")
        await shown.until(lambda: scripted.ports[Diagnosis].asked == 2)
        await shown.until(lambda: lines(shown) == told)
        await shown.press("escape")
        await shown.until(lambda: not shown.shows(DoctorScreen))


async def test_lines_are_broken_anew_where_the_screen_is_made_narrow() -> None:
    async with showing(source=source(), size=(140, 40)) as shown:
        await shown.until(lambda: "over" in shown.names)
        wide = await opened(shown)
        await shown.pilot.resize_terminal(60, 40)
        await shown.until(lambda: len(lines(shown)) > len(wide))
        assert all(len(line) <= 60 for line in lines(shown))


async def test_where_no_cluster_is_to_be_had_it_says_why() -> None:

    def connect(demo: bool) -> Connection:
        raise NoCluster("there is no kubeconfig")

    async with showing(connect=connect, size=(100, 30)) as shown:
        told = await opened(shown)
        login = next(line for line in told if line.startswith("login"))
        assert login == "login      ✖ there is no kubeconfig" and told[-1].startswith("1 to mend")
