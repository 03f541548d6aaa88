"""What every pane says of a run on a real cluster, its saved file says, too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.support.app import Shown, showing
from tests.support.real import Json, RealCluster, container
from tests.support.waiting import until
from tui.panes.logs import END
from tui.ports.connection import Connection
from tui.screens.workflow import WorkflowScreen
from tui.settings import Settings
from tui.sources import open_source

MADE = {"name": "made", "path": "/tmp/made.txt", "archive": {"none": {}}}
WRITES = "echo made of {{inputs.parameters.shard}} | tee /tmp/made.txt"
BREAKS = "echo attempt {{retries}} of it; echo error: no such table >&2; exit 3"

MANY_SIDED: Json = {
    "entrypoint": "main",
    "onExit": "bye",
    "arguments": {"parameters": [{"name": "day", "value": "2026-01-15"}]},
    "templates": [
        {
            "name": "main",
            "dag": {
                "tasks": [
                    {
                        "name": "shard",
                        "template": "shard",
                        "arguments": {"parameters": [{"name": "shard", "value": "{{item}}"}]},
                        "withItems": ["a", "b", "c"],
                    },
                    {"name": "load", "template": "load", "depends": "shard"},
                    {"name": "report", "template": "shard", "depends": "load"}
                    | {"arguments": {"parameters": [{"name": "shard", "value": "all"}]}},
                ]
            },
        },
        {
            "name": "shard",
            "inputs": {"parameters": [{"name": "shard"}]},
            "container": container(WRITES),
            "outputs": {
                "artifacts": [MADE],
                "parameters": [{"name": "text", "valueFrom": {"path": "/tmp/made.txt"}}],
            },
        },
        {
            "name": "load",
            "retryStrategy": {"limit": "1", "retryPolicy": "Always"},
            "container": container(BREAKS),
        },
        {"name": "bye", "container": container("echo it {{workflow.status}}")},
    ],
}
"""A fan-out with artifacts and parameters, a step that fails twice, one that is left out for it,
and an exit handler."""


PLACE = re.compile(r"(?:S3|GCS) \S+|from the file")
"""Where the artifacts are, at the end of the line above them: that is another place."""


def text_below_header(shown: Shown) -> str:
    lines = (PLACE.sub("", line).rstrip() for line in shown.rows_of_screen[1:-2])
    return "\n".join(lines)


def says(shown: Shown, text: str) -> bool:
    return text_below_header(shown) == text


def is_read(shown: Shown) -> bool:
    """Whether the logs are there to their end, or it is known that there are none."""
    return END in shown.text or " 0 lines" in shown.text


async def texts_of_panes(
    shown: Shown, expected: Mapping[tuple[str, str], str] | None = None
) -> dict[tuple[str, str], str]:
    """What is on the screen below the header, of each step and in each pane: by step and pane.

    What is expected is waited for a while, as all of it comes on threads.
    """
    detail = shown.detail
    found: dict[tuple[str, str], str] = {}
    for row, label in enumerate([step.label for step in detail.steps.items]):
        for spec in detail.pane_tabs.specs:
            where = label, spec.id
            detail.steps.move_to_line(row)
            await detail.action_pane(spec.id)
            await shown.at_rest()
            await shown.until(lambda: "reading …" not in shown.text)
            await shown.until(lambda: "– text" not in shown.text)  # the store has told the size
            if spec.id == "logs":  # of several logs each is read by itself
                await shown.until(lambda: is_read(shown))
            if expected is not None:
                is_there = partial(says, shown, expected[where])
                with suppress(AssertionError):
                    await until(is_there, 5.0, every=0.1)
            found[where] = text_below_header(shown)
    return found


def lines_of(text: str) -> list[str]:
    """The lines of a pane in any order, without the word for those that came late: what was
    archived has no times, so how several such logs lie together is as they come."""
    return sorted(line.rpartition("▏")[2].replace("late ", "") for line in text.splitlines())


@pytest.mark.parametrize("archived", [False, True], ids=["pods", "archive"])
async def test_every_pane_of_the_saved_file_says_what_the_live_one_says(
    real: RealCluster, tmp_path: Path, archived: bool
) -> None:
    spec = {**MANY_SIDED, "archiveLogs": True} if archived else MANY_SIDED
    name = real.create(spec, name="saved")
    real.finished(name)
    if archived:
        real.kubectl("delete", "pods", "-l", f"workflows.argoproj.io/workflow={name}")
    path = tmp_path / f"{name}.argo.tgz"
    said = real.run("save", name, "-o", str(path))
    assert said.returncode == 0, said.stderr
    settings = Settings(
        kubeconfig=real.kubeconfig,
        namespace=real.namespace,
        fixed_now=datetime.now(UTC).replace(microsecond=0),
    )

    def connect(demo: bool) -> Connection:
        return open_source(settings)

    async with showing(settings=settings, connect=connect, size=(140, 50)) as shown:
        await shown.open(name)
        live = await texts_of_panes(shown)
    settings = replace(settings, kubeconfig="", namespace="", files=(str(path),))
    async with showing(settings=settings, connect=connect, size=(140, 50)) as shown:
        await shown.until(lambda: shown.shows(WorkflowScreen) and shown.detail.workflow)
        saved = await texts_of_panes(shown, live)
    assert saved.keys() == live.keys()
    differ = [where for where, text in live.items() if saved[where] != text]
    if archived:
        differ = [at for at in differ if lines_of(saved[at]) != lines_of(live[at])]
    assert not differ, "\n\n".join(
        f"{step}, {pane}, live:\n{live[step, pane]}\nand saved:\n{saved[step, pane]}"
        for step, pane in differ
    )
