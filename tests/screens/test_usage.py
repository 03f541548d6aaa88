"""What pods use: how often it is asked for, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.app import STILL, Shown, showing
from tests.support.reported import showing_reported
from tests.support.runs import run, step, two_steps
from tests.support.scripted import ScriptedSource
from tests.support.waiting import wait_until
from tui.domain import decode
from tui.domain.allowance import PodAllowance, pod_allowance
from tui.domain.podname import pod_name
from tui.domain.workflow import WorkflowRef
from tui.errors import Refused, SourceError
from tui.ports.metrics import PodUsage
from tui.screens.usage import UsageReader
from tui.screens.workflow import WorkflowScreen
from tui.view import ModalView, View

MI = 1 << 20
NAME = "deploy-api-k3v9s"
REF = WorkflowRef("argo", NAME)
ASKED = ("usage", "allowances")


def use(memory: int, at: str = "", cpu: int = 100) -> PodUsage:
    return PodUsage(cpu, memory * MI, {"main": (cpu, memory * MI)}, at)


def pod_of(title: str) -> str:
    workflow = decode.from_manifest(two_steps())
    node = next(node for node in workflow.nodes.values() if node.title == title)
    return pod_name(workflow, node, "v2")


BUILD = pod_of("build")
LIMITED = {"name": "main", "resources": {"limits": {"memory": "100Mi"}}}
ALLOWED = pod_allowance({"spec": {"containers": [LIMITED]}})


class Sampled:
    """A reader, and what it told; each `again` is one interval."""

    def __init__(self, source: ScriptedSource) -> None:
        self.source = source
        self.used: list[dict[str, PodUsage]] = []
        self.allowed: list[dict[str, PodAllowance]] = []
        self.said: list[str] = []
        self.reader = UsageReader(
            source, self.used.append, self.said.append, self.allowed.append, self.said.append
        )

    def again(self) -> None:
        before = len(self.used)
        assert self.reader._stop is not None
        self.reader._stop.wake()
        wait_until(lambda: len(self.used) > before)

    @property
    def asked(self) -> list[str]:
        return [what for what, _ in self.source.asked if what in ASKED]


@pytest.fixture
def sampled() -> Iterator[Sampled]:
    source = ScriptedSource(two_steps())
    source.usage_of[NAME] = {f"pod-{n}": use(n) for n in range(300)}
    source.allowed_of[NAME] = {f"pod-{n}": ALLOWED for n in range(300)}
    made = Sampled(source)
    yield made
    made.reader.end()


def test_however_many_pods_there_are_an_interval_takes_one_list(sampled: Sampled) -> None:
    sampled.reader.read(REF, is_running=True)
    wait_until(lambda: sampled.allowed)
    assert sampled.asked == ["usage", "allowances"], "what they may use is asked once"
    for _ in range(4):
        sampled.again()
    assert sampled.asked == ["usage", "allowances", *["usage"] * 4]
    sampled.source.usage_of[NAME] = {**sampled.source.usage_of[NAME], "new": use(1)}
    sampled.again()
    wait_until(lambda: len(sampled.allowed) == 2)
    sampled.again()
    assert sampled.asked[6:] == ["usage", "allowances", "usage"], "one pod is new, then none"


def test_nothing_is_asked_of_what_is_over_or_that_nobody_sees(sampled: Sampled) -> None:
    sampled.reader.read(REF, is_running=False)
    assert sampled.asked == [] and sampled.used == []
    sampled.reader.see(False)
    sampled.reader.read(REF, is_running=True)
    assert sampled.asked == []
    sampled.reader.see(True)
    wait_until(lambda: sampled.allowed)
    sampled.reader.see(False)
    assert sampled.reader._stop is None, "its thread has ended"
    sampled.reader.see(True)
    wait_until(lambda: len(sampled.used) == 2)
    sampled.reader.read(REF, is_running=False)
    assert sampled.used[-1] == {} and sampled.reader._stop is None
    sampled.reader.see(True)
    assert sampled.reader._stop is None


def test_pods_that_may_not_be_listed_are_asked_about_once(sampled: Sampled) -> None:
    class Shy(ScriptedSource):
        def allowances(self, ref: WorkflowRef) -> dict[str, PodAllowance]:
            self._ask("allowances", ref)
            raise Refused("not allowed to list pods in argo")

    shy = Sampled(Shy(two_steps()))
    shy.source.usage_of[NAME] = {BUILD: use(1)}
    shy.reader.read(REF, is_running=True)
    wait_until(lambda: "allowances" in shy.asked)
    shy.again()
    shy.again()
    shy.reader.end()
    assert shy.asked.count("allowances") == 1 and not shy.said, "templates say it then"


@pytest.mark.parametrize("error", [None, Refused("not allowed to list pods.metrics.k8s.io")])
def test_where_nothing_is_measured_it_is_said_once(error: SourceError | None) -> None:
    class Without(ScriptedSource):
        def usage(self, ref: WorkflowRef) -> dict[str, PodUsage]:
            if error is not None:
                raise error
            return super().usage(ref)

    without = Sampled(Without(two_steps()))
    without.reader.read(REF, is_running=True)
    wait_until(lambda: without.said)
    without.reader.see(False)
    without.reader.see(True)
    without.reader.read(REF, is_running=True)
    without.reader.end()
    assert len(without.said) == 1 and without.used == []


class Box(ModalView[None]):
    """Stands over what is still seen."""


class Other(View[None]):
    """Takes all of the screen."""


# --- on the screen -------------------------------------------------------------------------------


async def sampled_again(shown: Shown, source: ScriptedSource) -> None:
    """One interval more."""
    reader = getattr(shown.app.screen, "_usage", None)
    assert isinstance(reader, UsageReader) and reader._stop is not None
    before = [what for what, _ in source.asked].count("usage")
    reader._stop.wake()
    await shown.until(lambda: [what for what, _ in source.asked].count("usage") > before)


async def test_the_peak_stays_when_the_use_falls_and_when_the_pod_has_ended() -> None:
    source = ScriptedSource(two_steps())
    source.usage_of[NAME] = {BUILD: use(95, "2026-01-01T12:00:00Z")}
    source.allowed_of[NAME] = {BUILD: ALLOWED}
    async with showing(source=source, size=(300, 40)) as shown:
        await shown.open()
        await shown.until_shown("95/100Mi!")
        source.usage_of[NAME] = {BUILD: use(20, "2026-01-01T12:00:15Z")}
        await sampled_again(shown, source)
        await shown.until_shown("20Mi")
        assert "95/100Mi!" in shown.text
        await shown.press("d", "escape", "j")
        await shown.until_shown("as its pod says")
        assert "95Mi   100Mi   100Mi ! 95%" in shown.text
        source.usage_of[NAME] = {}
        await sampled_again(shown, source)
        await shown.until(lambda: "20Mi" not in shown.text)
        assert "95/100Mi!" in shown.text and "! 95%" in shown.text
        await shown.press("escape", "escape")
        await shown.open()
        await shown.until_shown("95/100Mi!")


async def test_a_box_over_it_leaves_it_measured_and_another_screen_does_not() -> None:
    source = ScriptedSource(two_steps())
    source.usage_of[NAME] = {BUILD: use(1)}
    async with showing(source=source, size=(120, 40)) as shown:
        await shown.open()
        reader = getattr(shown.app.screen, "_usage", None)
        assert isinstance(reader, UsageReader)
        await shown.until(lambda: reader._stop is not None)
        shown.app.push_screen(Box())
        await shown.until(lambda: shown.app.screen.is_modal)
        await shown.pilot.pause()
        assert reader._stop is not None
        shown.app.pop_screen()
        shown.app.push_screen(Other())
        await shown.until(lambda: reader._stop is None)
        shown.app.pop_screen()
        await shown.until(lambda: reader._stop is not None)


async def test_without_metrics_requests_are_shown_and_that_it_is_said_once() -> None:
    resources = {"requests": {"cpu": "250m"}, "limits": {"memory": "64Mi", "nvidia.com/gpu": 2}}
    spec = {"templates": [{"name": "work", "container": {"image": "a", "resources": resources}}]}
    whole = step("one", "", "Running", type="DAG", began=9)
    nodes = [whole, step("one", "work", "Running", template="work")]
    made = run("one", "Running", began=9, nodes=nodes, spec=spec)
    async with showing(made, size=(160, 40), settings=STILL) as shown:
        await shown.open("one")
        await shown.press("d")
        await shown.until_shown("no metrics.k8s.io")
        assert shown.text.count("no metrics.k8s.io") == 1
        for words in ("nvidia.com/gpu", "64Mi", "0.25"):
            assert words in shown.text


async def test_of_the_first_step_too_its_pod_is_asked_for_whoever_reads_what_was_measured() -> None:
    async with showing(**showing_reported("build-failed.argo.tgz"), size=(140, 50)) as shown:
        await shown.until(lambda: shown.shows(WorkflowScreen) and shown.detail.workflow)
        assert shown.detail.steps.node is not None and shown.detail.steps.node.type == "Pod"
        await shown.press("d")
        await shown.until_shown("resources as its pod says")
