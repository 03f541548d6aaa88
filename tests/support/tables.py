"""Answers of an API server in the form of Tables, and a kind whose list is read from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from tests.support.fake_api import Answer, Asked, Reply
from tui.domain.workflow import ListedWorkflow, Workflow
from tui.kinds.base import Kind
from tui.kinds.workflows import WORKFLOWS, tabled

TABLED: Kind[ListedWorkflow, Workflow] = msgspec.structs.replace(WORKFLOWS, tabled=tabled)
"""Workflows, listed as the server's Table."""

COLUMNS = ("Name", "Status", "Age", "Message")
"""The printer columns of Argo's CRD."""


def cells(name: str, phase: Any = "Running", age: Any = "64m", message: Any = None) -> list[Any]:
    """The cells of a row."""
    return [name, phase, age, message]


def table(
    *rows: Sequence[Any],
    version: str = "100",
    more: str = "",
    columns: Sequence[str] | None = COLUMNS,
    metadata: Callable[[str], dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """A Table; `metadata` makes that of the object of a name, for rows that come with theirs."""
    defined = None
    if columns is not None:
        defined = [
            {"name": name, "type": "string", "format": "name" if name == "Name" else ""}
            for name in columns
        ]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": version, **({"continue": more} if more else {})},
        "columnDefinitions": defined,
        "rows": [
            {"cells": list(row), "object": metadata and partial(metadata(row[0]))} for row in rows
        ],
    }


def partial(metadata: dict[str, Any]) -> dict[str, Any]:
    """An object of which only the metadata is told."""
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
    }


def metadata_in(namespace: str) -> Callable[[str], dict[str, Any]]:
    """The metadata of objects of a namespace, with the rest that nobody wants."""
    return lambda name: {
        "name": name,
        "namespace": namespace,
        "uid": f"uid-{name}",
        "resourceVersion": "7",
        "creationTimestamp": "2026-11-01T10:00:00Z",
        "labels": {"team": "data"},
        "managedFields": [{"manager": "argo", "fieldsV1": {"f:status": {"f:nodes": {}}}}],
    }


def tables(*watches: Callable[[Reply], None], rows: Sequence[Sequence[Any]] = ()) -> Answer:
    """List `rows` as a Table, then play one function a watch; hold after the last."""
    waiting = list(watches)

    def answer(asked: Asked, reply: Reply) -> None:
        if not asked.is_watch:
            reply.json(table(*rows))
            return
        reply.begin()
        if waiting:
            waiting.pop(0)(reply)
        else:
            reply.hold()

    return answer


def as_bytes(value: Any) -> bytes:
    """As it comes over the wire."""
    return json.dumps(value).encode()
