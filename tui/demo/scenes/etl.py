"""The nightly ETL: thirty shards side by side, of which one needs more memory than it has."""

from __future__ import annotations

from typing import Any

from tui.demo.resources import WORKFLOW_TEMPLATES, Obj, Resource
from tui.demo.scenes.parts import ETL, Scene, given, limits, python, shell, step, workflow

SHARDS = 30
BAD_SHARD = 17


def _transform() -> Obj:
    """One shard; the bad one is killed for its memory."""
    demo = {
        "duration": 24,
        "log_rate": 0.6,
        "only_if": f"{{{{inputs.parameters.shard}}}} == {BAD_SHARD}",
        # Three attempts die in the first run; what is retried by hand then has luck.
        "exit_codes": "137,137,137,0",
        "memory": "90,160,240,330,420,512",
    }
    return shell(
        "transform",
        "echo transforming shard {{inputs.parameters.shard}}; sleep 25; echo wrote 48211 rows",
        image="registry.example.com/etl/transform:2.4.1",
        inputs=["shard"],
        demo=demo,
        resources=limits("250m", "512Mi"),
        retryStrategy={"limit": "2", "retryPolicy": "Always"},
    )


def spec(shards: int) -> dict[str, Any]:
    """The pipeline, for so many shards."""
    tasks = [
        step("plan", "plan"),
        step(
            "shard",
            "transform",
            arguments=given(shard="{{item}}"),
            withParam="{{tasks.plan.outputs.result}}",
            depends="plan",
        ),
        step("load", "load", depends="shard"),
        step(
            "report",
            "report",
            depends="load",
            arguments=given(rows="{{tasks.load.outputs.parameters.rows}}"),
        ),
    ]
    load = shell(
        "load",
        "echo loading; sleep 6; echo 1446330 > /tmp/rows",
        outputs={"parameters": [{"name": "rows", "valueFrom": {"path": "/tmp/rows"}}]},
    )
    plan = python("plan", f"import json\nprint(json.dumps(list(range({shards}))))\n")
    report = shell("report", "echo {{inputs.parameters.rows}} rows loaded", inputs=["rows"])
    return {
        "entrypoint": "main",
        "templates": [{"name": "main", "dag": {"tasks": tasks}}, plan, _transform(), load, report],
        "parallelism": 12,
    }


def nightly() -> Obj:
    """Last night's run: one shard was killed three times."""
    return workflow(
        "nightly-etl",
        ETL,
        {"workflowTemplateRef": {"name": "nightly-etl"}},
        labels={"workflow-template": "nightly-etl"},
        annotations={"title": "Nightly ETL", "description": "Loads yesterday's orders."},
        generate=True,
    )


def small() -> Obj:
    """A run over a few shards that went well; its pods and logs are gone to the archive."""
    extra = {"podGC": {"strategy": "OnPodCompletion"}, "archiveLogs": True}
    return workflow("backfill-orders", ETL, {**spec(6), **extra}, generate=True)


def templates() -> tuple[tuple[Obj, Resource], ...]:
    """The pipeline as a template."""
    obj = {
        "metadata": {"name": "nightly-etl", "namespace": ETL},
        "spec": {"serviceAccountName": "workflow", **spec(SHARDS)},
    }
    return ((obj, WORKFLOW_TEMPLATES),)


SCENES = (
    Scene(60 * 7.5, nightly),
    Scene(60 * 31, small),
    Scene(52, small),
    Scene(0.8, nightly),
)
