"""What a cluster has besides workflows: namespaces, accounts, repositories, schedules."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Any

import yaml

from tui.demo.bucket import Bucket
from tui.demo.engine.engine import Engine
from tui.demo.engine.place import S3Place
from tui.demo.podlogs import PodLogs
from tui.demo.resources import (
    CONFIG_MAPS,
    CRON_WORKFLOWS,
    NAMESPACES,
    SECRETS,
    SERVICE_ACCOUNTS,
    WORKFLOWS,
    Resource,
)
from tui.demo.scenes.parts import ARGO, ETL, shell
from tui.demo.store import Store, timestamp


def furnish(store: Store, s3: S3Place, then: datetime) -> None:
    """Both namespaces with what every workflow in them needs."""
    moment = timestamp(then)

    def put(resource: Resource, name: str, namespace: str = "", **fields: Any) -> None:
        if store.find(resource, namespace, name) is not None:
            return
        metadata = {"name": name, "creationTimestamp": moment} | fields.pop("metadata", {})
        if namespace:
            metadata["namespace"] = namespace
        store.create(resource, {"metadata": metadata, **fields})

    for namespace in (ARGO, ETL):
        named = {"labels": {"kubernetes.io/metadata.name": namespace}}
        put(NAMESPACES, namespace, metadata=named, status={"phase": "Active"})
        for account in ("default", "workflow"):
            put(SERVICE_ACCOUNTS, account, namespace)
        keys = {"accesskey": s3.access_key, "secretkey": s3.secret_key}
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in keys.items()}
        put(SECRETS, s3.secret, namespace, type="Opaque", data=encoded)
        default = {"workflows.argoproj.io/default-artifact-repository": "default-v1"}
        repository = s3.repository_ref(namespace)["artifactRepository"]
        put(
            CONFIG_MAPS,
            "artifact-repositories",
            namespace,
            metadata={"annotations": default},
            data={"default-v1": yaml.safe_dump(repository, sort_keys=False)},
        )
        put(CONFIG_MAPS, "limits", namespace, data={"workers": "2"})


def schedule(store: Store, engine: Engine, now: datetime) -> None:
    """A cron workflow that fires every minute, and one at night that is suspended."""
    beat = shell("beat", "echo {{workflow.scheduledTime}}; echo still alive; sleep 12")
    obj = {
        "metadata": {"name": "heartbeat", "namespace": ARGO},
        "spec": {
            "schedules": ["* * * * *"],
            "concurrencyPolicy": "Forbid",
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 1,
            "workflowSpec": {
                "entrypoint": "beat",
                "serviceAccountName": "workflow",
                "templates": [beat],
                "podGC": {"strategy": "OnPodSuccess"},
            },
        },
    }
    night = {
        "metadata": {"name": "vacuum", "namespace": ETL},
        "spec": {
            "schedules": ["30 3 * * *"],
            "timezone": "Europe/Berlin",
            "suspend": True,
            "concurrencyPolicy": "Replace",
            "workflowSpec": {
                "entrypoint": "vacuum",
                "templates": [shell("vacuum", "echo vacuuming; sleep 60")],
            },
        },
    }

    def create() -> None:
        for each in (obj, night):
            metadata: Any = each["metadata"]
            metadata["creationTimestamp"] = timestamp(engine.agenda.now())
            store.create(CRON_WORKFLOWS, each)

    engine.agenda.call_at(now - timedelta(minutes=3.5), create)


def collect(store: Store, engine: Engine, bucket: Bucket, logs: PodLogs) -> None:
    """After the past: one artifact was lost from the bucket by somebody."""
    for record in store.records(WORKFLOWS, ETL):
        if not record.name.startswith("artifacts-"):
            continue
        for node in (record.decoded()["status"].get("nodes") or {}).values():
            for artifact in (node.get("outputs") or {}).get("artifacts") or ():
                if artifact["name"] == "table":
                    bucket.delete(artifact["s3"]["key"])
