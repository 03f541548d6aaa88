"""The artifacts pane alone in an app, and workflows for it to show."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.support.s3_servers import ACCESS_KEY, SECRET_KEY
from tests.support.scripted import ScriptedSource
from tests.support.waiting import until
from tests.support.widgets import screen_of
from tui.artifacts.items import state_of
from tui.bugs import caught
from tui.domain.node import NodeId
from tui.domain.prices import Prices
from tui.domain.workflow import Workflow
from tui.panes.artifact_list import ArtifactRows
from tui.panes.artifacts import ArtifactsPane
from tui.resources import styles
from tui.state.jobs import JobList
from tui.widgets.status_line import StatusLine
from tui.widgets.text_view import TextView

MIB = 1 << 20


class Bench(App[None]):
    """The pane alone, with what panes may use."""

    CSS_PATH = [str(styles() / "pane_artifacts.tcss")]
    ENABLE_COMMAND_PALETTE = False
    ascii = False
    pod_names = "v2"
    prices = Prices()

    def __init__(self, source: ScriptedSource) -> None:
        super().__init__()
        self.source = source
        self.copied: list[str] = []
        self.jobs = JobList(caught)
        self.says: list[str] = []
        self.pane = ArtifactsPane(self)
        self.escaped = 0

    BINDINGS = [("escape", "escaped", "")]

    def action_escaped(self) -> None:
        self.escaped += 1

    def compose(self) -> ComposeResult:
        yield self.pane

    def now(self) -> datetime:
        return datetime(2026, 1, 15, 12, tzinfo=UTC)

    def say(self, text: str, severity: str = "information") -> None:
        # The pane has its own line while it is there.
        self.says.append(text)

    def copy(self, text: str) -> None:
        self.copied.append(text)

    def copy_lines(self, lines: Sequence[str], what: str = "") -> None:
        self.copied.append("\n".join(lines))


def out(name: str, key: str, **more: Any) -> dict[str, Any]:
    """An output in the repository."""
    return {"name": name, "s3": {"key": key}, **more}


def workflow(endpoint: str, *, version: str = "1", stored: bool = True) -> Workflow:
    """A step with six outputs, and one with an input written into the workflow."""
    whole: dict[str, Any] = {
        "metadata": {"name": "etl", "namespace": "argo", "uid": "u", "resourceVersion": version},
        "status": {
            "nodes": {
                "etl-1": {
                    "id": "etl-1",
                    "name": "etl.train",
                    "displayName": "train(1)",
                    "type": "Pod",
                    "startedAt": "2026-01-15T11:00:00Z",
                    "outputs": {
                        "artifacts": [
                            out("metrics", "etl/metrics.json", archive={"none": {}}),
                            out("model", "etl/model.bin", archive={"none": {}}),
                            out("shards", "etl/shards", archive={"none": {}}),
                            out("lost", "etl/lost.csv"),
                            out("swept", "etl/swept.txt", deleted=True),
                            out("main-logs", "etl/main.log"),
                        ]
                    },
                },
                "etl-2": {
                    "id": "etl-2",
                    "name": "etl.notify",
                    "displayName": "notify",
                    "type": "Pod",
                    "startedAt": "2026-01-15T11:30:00Z",
                    "inputs": {"artifacts": [{"name": "note", "raw": {"data": "hello\n"}}]},
                },
            }
        },
    }
    if stored:
        whole["status"]["artifactRepositoryRef"] = {"artifactRepository": repository(endpoint)}
    return msgspec.convert(whole, Workflow)


def repository(endpoint: str) -> dict[str, Any]:
    """The repository as a status has it."""
    return {
        "s3": {
            "endpoint": endpoint,
            "bucket": "runs",
            "insecure": True,
            "accessKeySecret": {"name": "minio", "key": "user"},
            "secretKeySecret": {"name": "minio", "key": "password"},
        }
    }


def source() -> ScriptedSource:
    """A source that knows the keys of the repository."""
    made = ScriptedSource()
    made.secrets = {
        ("argo", "minio", "user"): ACCESS_KEY.encode(),
        ("argo", "minio", "password"): SECRET_KEY.encode(),
    }
    return made


class Seen:
    """What the pane shows."""

    def __init__(self, app: Bench, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    def line(self, name: str) -> str:
        """What one of its lines of text says."""
        return self.app.query_one(f"#artifact-{name}", StatusLine).text

    @property
    def rows(self) -> list[str]:
        """The list."""
        lines = screen_of(self.app.query_one(ArtifactRows))
        return [line.replace("►", " ").rstrip() for line in lines if line.strip()]

    @property
    def preview(self) -> list[str]:
        """What of the artifact is shown."""
        lines = screen_of(self.app.query_one("#artifact-preview", TextView))
        return [line.rstrip() for line in lines if line.strip()]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        try:
            await until(condition)
        except AssertionError as never:
            said = f"never so: {self.rows} {self.line('status')} {self.preview}"
            raise AssertionError(said) from never
        await self.pilot.pause()

    async def until_measured(self) -> None:
        """Wait until stores have said of each artifact what it is; they are asked side by side."""
        rows = self.app.query_one(ArtifactRows)
        await self.until(lambda: rows.items and all(state_of(item, "+") for item in rows.items))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)


@asynccontextmanager
async def showing(
    one: Workflow, node: str = "", *, by: ScriptedSource | None = None, size: Any = (80, 24)
) -> AsyncIterator[Seen]:
    """The pane on the screen, its list read."""
    app = Bench(by or source())
    async with app.run_test(size=size) as pilot:
        app.pane.show(one, one.nodes.get(NodeId(node)), b"")
        app.query_one(ArtifactRows).focus()
        seen = Seen(app, pilot)
        await seen.until(lambda: app.query_one(ArtifactRows).items or not one.nodes)
        yield seen
