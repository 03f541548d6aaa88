"""How the summary of a step looks that is measured, at two sizes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conftest import Picture
from tests.support.app import STILL, Shown, showing
from tests.support.runs import run, step
from tests.support.scripted import ScriptedSource
from tui.domain import decode
from tui.domain.allowance import pod_allowance
from tui.domain.podname import pod_name
from tui.ports.metrics import PodUsage
from tui.screens.usage import UsageReader

MI = 1 << 20
TRAIN = {
    "requests": {"cpu": "4", "memory": "6Gi"},
    "limits": {"cpu": "4", "memory": "8Gi", "nvidia.com/gpu": "1"},
}
LOG = {"requests": {"cpu": "50m"}, "limits": {"memory": "64Mi"}}
SPEC = {
    "templates": [
        {
            "name": "train",
            "container": {"image": "trainer:4.2", "resources": TRAIN},
            "sidecars": [{"name": "log", "image": "log:1", "resources": LOG}],
        }
    ]
}
NODES = [
    step("train-x7k2p", "", "Running", type="DAG", began=62),
    step("train-x7k2p", "split", "Succeeded", began=62, ended=55),
    step("train-x7k2p", "train(0)", "Running", began=50, template="train"),
    step("train-x7k2p", "train(1)", "Running", began=50, template="train"),
]
RUN = run("train-x7k2p", "Running", "1/3", began=62, nodes=NODES, spec=SPEC)
PRICES = {
    "currency": "EUR",
    "cpu_hour": 0.034,
    "memory_gib_hour": 0.0045,
    "resources": {"nvidia.com/gpu": 2.48},
}
MEMORY = (900, 2100, 3300, 5200, 7000, 7900, 4100)
"""Of the first pod, in MiB, as it was measured one time after the other."""


def source() -> ScriptedSource:
    found = ScriptedSource(RUN)
    main, log = {"name": "main", "resources": TRAIN}, {"name": "log", "resources": LOG}
    allowed = pod_allowance({"spec": {"containers": [{"name": "wait"}, main, log]}})
    found.allowed_of["train-x7k2p"] = dict.fromkeys(pods(), allowed)
    found.usage_of["train-x7k2p"] = used(0)
    return found


def pods() -> list[str]:
    workflow = decode.from_manifest(RUN)
    titles = ("train(0)", "train(1)")
    return [pod_name(workflow, node) for node in workflow.nodes.values() if node.title in titles]


def used(at: int) -> dict[str, PodUsage]:
    """What the pods use at a time."""
    main, other = MEMORY[at] * MI, 2400 * MI
    first, second = pods()
    when = f"2026-01-01T12:00:{at * 8:02}Z"
    parts = {"main": (3980, main), "log": (20, 30 * MI), "wait": (2, 19 * MI)}
    return {
        first: PodUsage(4002, main + 49 * MI, parts, when),
        second: PodUsage(2100, other, {"main": (2100, other)}, when),
    }


async def measured(shown: Shown, source: ScriptedSource) -> None:
    """The whole run, measured several times, the cursor on its first step that is measured."""
    await shown.open("train-x7k2p")
    reader = getattr(shown.app.screen, "_usage", None)
    assert isinstance(reader, UsageReader)
    await shown.until(lambda: reader._stop is not None)
    for at in range(1, len(MEMORY)):
        await measure(shown, source, reader, used(at))
    await shown.press("d", "escape")


async def measure(
    shown: Shown, source: ScriptedSource, reader: UsageReader, usage: dict[str, PodUsage]
) -> None:
    """One interval more."""
    source.usage_of["train-x7k2p"] = usage
    before = len(source.asked)
    assert reader._stop is not None
    reader._stop.wake()
    await shown.until(lambda: len(source.asked) > before)
    await shown.pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)], ids=str)
@pytest.mark.parametrize("where", ["step", "run"])
async def test_the_resources(size: tuple[int, int], where: str, picture: Picture) -> None:
    settings = replace(STILL, prices=PRICES)
    made = source()
    async with showing(source=made, settings=settings, size=size) as shown:
        await measured(shown, made)
        await shown.press(*(("j", "j") if where == "step" else ("g",)))
        is_low = size[1] < 30 and where == "run"  # the sums stand further down
        await shown.until_shown("so far" if is_low else "request   limit")
        await shown.at_rest()
        assert picture(shown.app)
