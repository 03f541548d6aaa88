"""Answering POST, PUT, PATCH and DELETE on objects of the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.demo import admission, patches, refusals
from tui.demo.paths import Target
from tui.demo.resources import NAMESPACES, Obj, Resource
from tui.demo.selectors import Selection
from tui.demo.store import Store, encode

Answer = tuple[int, bytes]
"""Status code and body."""


def is_dry(query: Mapping[str, str], options: Mapping[str, Any] | None = None) -> bool:
    """Whether nothing is to be kept; raises 422 for a kind of dry run there is not."""
    asked = query.get("dryRun", "") or next(iter((options or {}).get("dryRun") or []), "")
    if asked not in ("", "All"):
        raise refusals.ApiError(
            422,
            "Invalid",
            f'dryRun: Unsupported value: "{asked}": supported values: "All"',
        )
    return bool(asked)


class Writes:
    """The writing half of the API."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._applied: dict[tuple[str, str], Obj] = {}
        """(uid, field manager) → what that manager applied last."""

    def create(self, target: Target, body: Any, query: Mapping[str, str]) -> Answer:
        """POST."""
        self._check_namespace(target)
        obj = admission.new(target.resource, target.namespace, body)
        made = self._store.create(target.resource, obj, dry_run=is_dry(query))
        return 201, encode(made)

    def _check_namespace(self, target: Target) -> None:
        if target.resource.namespaced and not self._store.find(NAMESPACES, "", target.namespace):
            raise refusals.not_found(NAMESPACES, target.namespace)

    def replace(self, target: Target, body: Any, query: Mapping[str, str]) -> Answer:
        """PUT."""
        resource = target.resource
        record = self._store.record(resource, target.namespace, target.name)
        obj = admission.admitted(resource, target.namespace, target.name, body)
        if target.subresource == "finalize":
            return 200, record.raw
        if resource.custom and not obj["metadata"].get("resourceVersion"):
            cause = {
                "reason": "FieldValueInvalid",
                "message": "Invalid value: 0x0: must be specified for an update",
                "field": "metadata.resourceVersion",
            }
            raise refusals.invalid(resource, target.name, [cause])
        return 200, self._keep(target, record.decoded(), obj, query)

    def patch(
        self, target: Target, patch: Any, content_type: str, query: Mapping[str, str]
    ) -> Answer:
        """PATCH; an apply patch creates what is not there."""
        resource = target.resource
        if content_type not in patches.accepted(resource):
            raise refusals.unsupported_media(patches.accepted(resource))
        manager = query.get("fieldManager", "")
        if content_type == patches.APPLY:
            _check_manager(manager)
            if self._store.find(resource, target.namespace, target.name) is None:
                return self._apply_new(target, patch, manager, query)
        record = self._store.record(resource, target.namespace, target.name)
        remembered = (record.uid, manager)
        obj = patches.patched(
            resource,
            target.name,
            record.decoded(),
            patch,
            content_type,
            self._applied.get(remembered),
        )
        _check_identity(resource, target, obj)
        obj = admission.admitted(resource, target.namespace, target.name, obj)
        answer = self._keep(target, record.decoded(), obj, query)
        if content_type == patches.APPLY and not is_dry(query):
            self._applied[remembered] = patch
        return 200, answer

    def _apply_new(
        self, target: Target, config: Any, manager: str, query: Mapping[str, str]
    ) -> Answer:
        self._check_namespace(target)
        obj = admission.new(target.resource, target.namespace, config)
        obj["metadata"]["name"] = target.name
        made = self._store.create(target.resource, obj, dry_run=is_dry(query))
        if not is_dry(query):
            self._applied[(made["metadata"]["uid"], manager)] = config
        return 201, encode(made)

    def _keep(self, target: Target, before: Obj, obj: Obj, query: Mapping[str, str]) -> bytes:
        """Update, minding which half of an object its path may change."""
        if target.resource.has("status"):
            if target.subresource == "status":
                obj = {**before, "status": obj.get("status"), "metadata": obj["metadata"]}
            elif "status" in before:
                obj["status"] = before["status"]
        kept = self._store.update(target.resource, obj, dry_run=is_dry(query))
        return encode(kept)

    def delete(self, target: Target, options: Any, query: Mapping[str, str]) -> Answer:
        """DELETE of one object."""
        options = options if isinstance(options, dict) else {}
        conditions = options.get("preconditions") or {}
        propagation = query.get("propagationPolicy") or options.get("propagationPolicy")
        if propagation not in (None, "Background", "Foreground", "Orphan"):
            raise refusals.ApiError(
                422,
                "Invalid",
                f'propagationPolicy: Unsupported value: "{propagation}": supported values:'
                ' "Background", "Foreground", "Orphan"',
            )
        dry = is_dry(query, options)
        gone = self._store.delete(
            target.resource,
            target.namespace,
            target.name,
            propagation=propagation or "Background",
            uid=str(conditions.get("uid") or ""),
            version=str(conditions.get("resourceVersion") or ""),
            dry_run=dry,
        )
        if not dry and self._store.find(target.resource, target.namespace, target.name):
            return 200, encode(gone)
        return 200, encode(_success(target.resource, gone))

    def delete_all(
        self, target: Target, chosen: Selection, options: Any, query: Mapping[str, str]
    ) -> Answer:
        """DELETE of a collection."""
        options = options if isinstance(options, dict) else {}
        dry = is_dry(query, options)
        items = []
        for record in self._store.records(target.resource, chosen.namespace):
            if chosen.matches(record):
                items.append(
                    self._store.delete(target.resource, record.namespace, record.name, dry_run=dry)
                )
        listing = {
            "kind": target.resource.list_kind,
            "apiVersion": target.resource.api_version,
            "metadata": {"resourceVersion": str(self._store.revision)},
            "items": items,
        }
        return 200, encode(listing)


def _success(resource: Resource, obj: Obj) -> Obj:
    details = {"name": obj["metadata"]["name"], "kind": resource.plural}
    if resource.group:
        details["group"] = resource.group
    details["uid"] = obj["metadata"]["uid"]
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": details,
    }


def _check_manager(manager: str) -> None:
    if not manager:
        raise refusals.ApiError(
            422,
            "Invalid",
            'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required'
            " for apply patch",
        )


def _check_identity(resource: Resource, target: Target, obj: Obj) -> None:
    metadata = obj.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("name") != target.name:
        raise refusals.bad_request("the name of the object may not be changed by a patch")
    if resource.namespaced and metadata.get("namespace") != target.namespace:
        raise refusals.bad_request("the namespace of the object may not be changed by a patch")
