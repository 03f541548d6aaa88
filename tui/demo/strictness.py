"""Fields that a kind does not have: told, taken out, or refused, as `fieldValidation` asks.

Only the top of an object and its metadata are looked at: below, Argo's smaller CRDs let everything
through, and of built-in kinds no more is described here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.demo import refusals
from tui.demo.openapi_kinds import METADATA, PARTS
from tui.demo.resources import Obj, Resource

_WAYS = ("Ignore", "Strict", "Warn")


def known_fields(
    resource: Resource, obj: Mapping[str, Any], query: Mapping[str, str]
) -> tuple[Obj, list[str]]:
    """The object without its unknown fields, and what to warn of; raises 400 and 422."""
    way = query.get("fieldValidation") or "Warn"
    if way not in _WAYS:
        supported = ", ".join(f'"{each}"' for each in ("", *_WAYS))
        raise refusals.ApiError(
            422,
            "Invalid",
            'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value:'
            f' "{way}": supported values: {supported}',
        )
    top = {"apiVersion", "kind", "metadata", *PARTS[resource.kind]}
    metadata = obj["metadata"]
    unknown = [name for name in obj if name not in top]
    unknown += [f"metadata.{name}" for name in metadata if name not in METADATA["properties"]]
    warnings = [f'unknown field "{name}"' for name in sorted(unknown)]
    if warnings and way == "Strict":
        raise refusals.bad_request(
            f'{resource.kind} in version "{resource.version}" cannot be handled as a'
            f" {resource.kind}: strict decoding error: {', '.join(warnings)}"
        )
    kept = {name: value for name, value in obj.items() if name in top}
    kept["metadata"] = {n: value for n, value in metadata.items() if n in METADATA["properties"]}
    return kept, warnings if way == "Warn" else []
