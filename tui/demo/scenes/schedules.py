"""Cron workflows in every state: beating, suspended, failing, at work, and yet to run."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tui.demo.engine.engine import Engine
from tui.demo.resources import CRON_WORKFLOWS, Obj
from tui.demo.scenes.parts import ARGO, ETL, given, shell
from tui.demo.store import Store, timestamp


def cron(name: str, namespace: str, schedules: list[str], spec: dict[str, Any], **more: Any) -> Obj:
    """A CronWorkflow that starts workflows of this spec."""
    return {
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "schedules": schedules,
            **more,
            "workflowSpec": {"serviceAccountName": "workflow", **spec},
        },
    }


def heartbeat() -> Obj:
    """Runs every minute."""
    beat = shell("beat", "echo {{workflow.scheduledTime}}; echo still alive; sleep 12")
    spec = {"entrypoint": "beat", "templates": [beat], "podGC": {"strategy": "OnPodSuccess"}}
    return cron(
        "heartbeat",
        ARGO,
        ["* * * * *"],
        spec,
        concurrencyPolicy="Forbid",
        successfulJobsHistoryLimit=3,
        failedJobsHistoryLimit=1,
    )


def vacuum() -> Obj:
    """Ran every night, until somebody suspended it."""
    spec = {"entrypoint": "vacuum", "templates": [shell("vacuum", "echo vacuuming; sleep 60")]}
    return cron(
        "vacuum",
        ETL,
        ["30 3 * * *"],
        spec,
        timezone="Europe/Berlin",
        suspend=True,
        concurrencyPolicy="Replace",
    )


def sync_orders() -> Obj:
    """Fails every time; one failed run is kept."""
    text = "echo connecting to orders.example.com; sleep 3; echo 'connection refused'; exit 1"
    spec = {"entrypoint": "sync", "templates": [shell("sync", text)]}
    return cron("sync-orders", ETL, ["@every 50m"], spec, concurrencyPolicy="Forbid")


def crawl() -> Obj:
    """Takes longer than it is to the next time, so that one is always running."""
    text = "for n in $(seq 1 80); do echo crawled page $n; sleep 30; done"
    spec = {"entrypoint": "crawl", "templates": [shell("crawl", text)]}
    return cron("crawl", ETL, ["*/30 * * * *"], spec, successfulJobsHistoryLimit=1)


def weekly_report() -> Obj:
    """Two schedules in a time zone of its own; made from a template for the whole cluster."""
    spec = {
        "workflowTemplateRef": {"name": "notifications", "clusterScope": True},
        "arguments": given(text="the weekly report is ready"),
    }
    return cron(
        "weekly-report",
        ARGO,
        ["0 6 * * MON-FRI", "30 9 * * SAT,SUN"],
        spec,
        timezone="America/New_York",
        startingDeadlineSeconds=600,
    )


SCHEDULES = (
    (3.5, heartbeat),
    (60 * 24 * 30, vacuum),
    (110, sync_orders),
    (70, crawl),
    (0.7, weekly_report),
)
"""How many minutes before the demo opens each is created."""


def schedule(store: Store, engine: Engine, now: datetime) -> None:
    """Create all of them, each in its time."""
    for minutes, make in SCHEDULES:
        made = make()
        created = now - timedelta(minutes=minutes)
        made["metadata"]["creationTimestamp"] = timestamp(created)
        if made["spec"].get("suspend"):
            last = (now - timedelta(days=3)).replace(hour=2, minute=30, second=0)
            status = {"phase": "Active", "active": [], "succeeded": 25, "failed": 2}
            made["status"] = {**status, "lastScheduledTime": timestamp(last)}
        at = max(created, engine.agenda.now())
        engine.agenda.call_at(at, partial(_create, store, made))


def _create(store: Store, made: Obj) -> None:
    store.create(CRON_WORKFLOWS, made)
