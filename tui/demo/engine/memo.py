"""Memoization: results kept in config maps (argo.md 1.6, 1.7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tui.demo.engine.agenda import Agenda
from tui.demo.engine.run import LABEL, Node, Run, Template
from tui.demo.engine.spans import duration
from tui.demo.resources import CONFIG_MAPS
from tui.demo.store import Store, decode, encode, timestamp
from tui.domain.durations import parse_time


def _place(template: Template) -> tuple[str, str]:
    memoize = template["memoize"]
    cache = ((memoize.get("cache") or {}).get("configMap") or {}).get("name", "")
    return str(cache), str(memoize.get("key") or "")


def load(
    store: Store, run: Run, template: Template, now: datetime, agenda: Agenda
) -> dict[str, Any] | None:
    """The kept outputs (maybe empty), or None when there are none or they are too old."""
    cache, key = _place(template)
    entry = _entry(store.find(CONFIG_MAPS, run.namespace, cache), key)
    if entry is None:
        return None
    age = duration(template["memoize"].get("maxAge"))
    kept = parse_time(entry.get("creationTimestamp"))
    if age and kept and now > agenda.after(kept, age):
        return None
    outputs = entry.get("outputs")
    return outputs if isinstance(outputs, dict) else {}


def save(store: Store, run: Run, node: Node, now: datetime) -> None:
    """Keep the outputs of a node that has just succeeded, where its template asks for that."""
    status = node.get("memoizationStatus") or {}
    cache, key = str(status.get("cacheName") or ""), str(status.get("key") or "")
    if status.get("hit") or not cache or not key or node.get("phase") != "Succeeded":
        return
    outputs = node.get("outputs") or {}
    entry = {
        "nodeID": node["id"],
        "outputs": outputs,
        "creationTimestamp": timestamp(now),
        "lastHitTimestamp": timestamp(now),
    }
    found = store.find(CONFIG_MAPS, run.namespace, cache)
    data = {key: encode(entry).decode()}
    if found is None:
        labels = {f"{LABEL}configmap-type": "Cache"}
        metadata = {"name": cache, "namespace": run.namespace, "labels": labels}
        store.create(CONFIG_MAPS, {"metadata": metadata, "data": data})
    elif (_entry(found, key) or {}).get("outputs") != outputs:
        found["data"] = {**(found.get("data") or {}), **data}
        store.update(CONFIG_MAPS, found)


def _entry(cache: dict[str, Any] | None, key: str) -> dict[str, Any] | None:
    """What a config map keeps under a key; None if there is nothing that can be read."""
    text = ((cache or {}).get("data") or {}).get(key)
    if not isinstance(text, str):
        return None
    try:
        entry = decode(text.encode())
    except msgspec.DecodeError:
        return None
    return entry if isinstance(entry, dict) else None
