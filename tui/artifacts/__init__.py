"""Where artifacts are: one store a kind of location, loaded when the first artifact needs it."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Mapping

from tui.artifacts.base import Secrets, Store, StoreError
from tui.domain.location import Location, OtherLocation

STORES: Mapping[str, str] = {
    "http": "tui.artifacts.http:HttpStore",
    "raw": "tui.artifacts.raw:RawStore",
    "s3": "tui.artifacts.s3:S3Store",
}
"""Kind of location → "module:factory"; a factory is given the reader of secrets."""

ELSEWHERE: Mapping[str, str] = {
    "artifactory": "curl -O '{url}'",
    "azure": "az storage blob download --blob-url '{url}'",
    "gcs": "gcloud storage cp '{url}' .",
    "git": "git clone '{url}'",
    "hdfs": "hdfs dfs -get '{key}'",
    "oss": "ossutil cp '{url}' .",
}
"""How to fetch an artifact of a kind that has no store here."""


def open_store(location: Location, secrets: Secrets) -> Store:
    """A store that can read this location.

    Raises: StoreError ("unsupported") that names the tool to use instead.
    """
    entry = STORES.get(location.kind)
    if entry is None:
        raise unsupported(location)
    module, _, name = entry.partition(":")
    factory: Callable[[Secrets], Store] = getattr(importlib.import_module(module), name)
    return factory(secrets)


def unsupported(location: Location) -> StoreError:
    """Why a location cannot be read here, and what can read it."""
    command = ELSEWHERE.get(location.kind, "argo cp WORKFLOW .")
    fields = {"url": location.url, "key": location.key}
    # A quote in a key would end the shell's own: such a command is not offered.
    if isinstance(location, OtherLocation) and not any("'" in text for text in fields.values()):
        hint = f"download it with: {command.format(**fields)}"
    else:
        hint = "download it with argo cp"
    return StoreError(f"{location.kind} is not supported here", reason="unsupported", hint=hint)


class Stores:
    """The stores of one cluster, each opened once and kept, so that connections are reused."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._open: dict[str, Store] = {}
        self._lock = threading.Lock()

    def store(self, location: Location) -> Store:
        """The store for this location. Raises StoreError ("unsupported")."""
        with self._lock:
            if location.kind not in self._open:
                self._open[location.kind] = open_store(location, self._secrets)
            return self._open[location.kind]

    def close(self) -> None:
        """Close all of them; the next `store` opens them anew."""
        with self._lock:
            stores, self._open = self._open, {}
        for store in stores.values():
            store.close()


__all__ = ["ELSEWHERE", "STORES", "Stores", "open_store", "unsupported"]
