"""What a cluster has besides workflows: namespaces, accounts, repositories."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import yaml

from tui.demo.bucket import Bucket
from tui.demo.engine.engine import Engine
from tui.demo.engine.place import S3Place
from tui.demo.podlogs import PodLogs
from tui.demo.resources import (
    CONFIG_MAPS,
    NAMESPACES,
    SECRETS,
    SERVICE_ACCOUNTS,
    WORKFLOWS,
    Resource,
)
from tui.demo.scenes.parts import ARGO, ETL
from tui.demo.store import Store, timestamp


def furnish(store: Store, s3: S3Place, then: datetime) -> None:
    """Both namespaces with what every workflow in them needs."""
    for namespace in (ARGO, ETL):
        furnish_namespace(store, s3, then, namespace)


def furnish_namespace(store: Store, s3: S3Place, then: datetime, namespace: str) -> None:
    """A namespace with what every workflow in it needs."""
    moment = timestamp(then)

    def put(resource: Resource, name: str, namespace: str = "", **fields: Any) -> None:
        if store.find(resource, namespace, name) is not None:
            return
        metadata = {"name": name, "creationTimestamp": moment} | fields.pop("metadata", {})
        if namespace:
            metadata["namespace"] = namespace
        store.create(resource, {"metadata": metadata, **fields})

    named = {"labels": {"kubernetes.io/metadata.name": namespace}}
    put(NAMESPACES, namespace, metadata=named, status={"phase": "Active"})
    for account in ("default", "workflow"):
        put(SERVICE_ACCOUNTS, account, namespace)
    keys = {"accesskey": s3.access_key, "secretkey": s3.secret_key}
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in keys.items()}
    put(SECRETS, s3.secret, namespace, type="Opaque", data=encoded)
    default = {"workflows.argoproj.io/default-artifact-repository": "default-v1"}
    if namespace == ARGO:
        # In the other one the controller's own settings name the same repository.
        put(
            CONFIG_MAPS,
            "artifact-repositories",
            namespace,
            metadata={"annotations": default},
            data={"default-v1": yaml.safe_dump(s3.repository(), sort_keys=False)},
        )
    put(CONFIG_MAPS, "limits", namespace, data={"workers": "2"})


def collect(store: Store, engine: Engine, bucket: Bucket, logs: PodLogs) -> None:
    """After the past: one artifact was lost from the bucket by somebody."""
    for record in store.records(WORKFLOWS, ETL):
        if not record.name.startswith("artifacts-"):
            continue
        for node in (record.decoded()["status"].get("nodes") or {}).values():
            for artifact in (node.get("outputs") or {}).get("artifacts") or ():
                if artifact["name"] == "table":
                    bucket.delete(artifact["s3"]["key"])
