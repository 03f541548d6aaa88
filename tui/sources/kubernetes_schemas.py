"""The schemas of a cluster, from its OpenAPI documents.

Everybody may read these, while reading a CustomResourceDefinition is a right of its own.
"""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tui.domain.fields import Shape, of_openapi
from tui.domain.resource import Resource
from tui.errors import Missing
from tui.sources.cluster import Cluster
from tui.sources.transport import decoded

INDEX = "/openapi/v3"


class KubernetesSchemas:
    """Each document is read once."""

    def __init__(self, cluster: Cluster) -> None:
        self._transport = cluster.transport
        self._lock = threading.Lock()
        self._documents: dict[str, Any] = {}

    def schema(self, resource: Resource) -> Shape | None:
        """That of the kind, if it says what is in `spec`."""
        with self._lock:
            document = self._document(resource)
        schemas = _dict(_dict(document.get("components")).get("schemas"))
        for schema in schemas.values():
            kinds = _dict(schema).get("x-kubernetes-group-version-kind") or ()
            if any(_is_of(each, resource) for each in kinds):
                shape = of_openapi(schema, schemas)
                spec = shape.fields().get("spec") if shape.kind == "object" else None
                return shape if spec is not None and spec.kind == "object" else None
        return None

    def _document(self, resource: Resource) -> dict[str, Any]:
        group = f"apis/{resource.api_version}" if resource.group else f"api/{resource.version}"
        if group not in self._documents:
            self._documents[group] = self._read(group)
        return _dict(self._documents[group])

    def _read(self, group: str) -> dict[str, Any]:
        try:
            paths = _dict(_dict(decoded(self._transport.get(INDEX))).get("paths"))
        except Missing:
            return {}  # a server before 1.24 has no such thing
        url = _dict(paths.get(group)).get("serverRelativeURL")
        if not isinstance(url, str):
            return {}
        parts = urlsplit(url)
        return _dict(decoded(self._transport.get(parts.path, parse_qsl(parts.query))))


def _is_of(kind: Any, resource: Resource) -> bool:
    told = _dict(kind)
    wanted = (resource.group, resource.version, resource.kind)
    return (told.get("group"), told.get("version"), told.get("kind")) == wanted


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
