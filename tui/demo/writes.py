"""Answering POST, PUT, PATCH and DELETE on objects of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from tui.demo import admission, owners, patches, refusals, strictness
from tui.demo.graceful import grace_of
from tui.demo.owners import Author
from tui.demo.paths import Target
from tui.demo.resources import NAMESPACES, PODS, SERVICE_ACCOUNTS, SERVICES, Obj, Resource
from tui.demo.selectors import Selection
from tui.demo.store import Store, encode, timestamp

_TOLD_WHOLE = (PODS, SERVICES, SERVICE_ACCOUNTS)
"""Kinds whose deletion is answered with what is gone, not with a word of success."""


class Answer(NamedTuple):
    """What is said to a write."""

    status: int
    body: bytes
    warnings: Sequence[str] = ()


def is_dry(kind: str, query: Mapping[str, str]) -> bool:
    """Whether nothing is to be kept of what a query asks for; raises 422."""
    asked = query.get("dryRun", "")
    return admission.check_dry_run(kind, [asked] if asked else [])


class Writes:
    """The writing half of the API."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def author(self, target: Target, query: Mapping[str, str], agent: str) -> Author:
        """Who writes: the field manager a client calls itself, or its program's name."""
        name = query.get("fieldManager", "")
        if len(name) > 128 or not name.isprintable():
            raise refusals.ApiError(
                422,
                "Invalid",
                'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Invalid value:'
                f' "{name}": may not be more than 128 printable characters',
            )
        program = agent.partition("/")[0][:128]
        return Author(
            name or program or "unknown", timestamp(self._store.clock.now()), target.subresource
        )

    def create(
        self, target: Target, body: Any, query: Mapping[str, str], agent: str = ""
    ) -> Answer:
        """POST."""
        dry = is_dry("CreateOptions", query)
        self._check_namespace(target)
        obj = admission.placed(target.resource, target.namespace, "", body)
        obj, warnings = strictness.known_fields(target.resource, obj, query)
        obj = admission.new(target.resource, target.namespace, obj)
        obj = owners.created(target.resource, obj, self.author(target, query, agent))
        made = self._store.create(target.resource, obj, dry_run=dry)
        return Answer(201, encode(made), warnings)

    def _check_namespace(self, target: Target) -> None:
        if target.resource.namespaced and not self._store.find(NAMESPACES, "", target.namespace):
            raise refusals.not_found(NAMESPACES, target.namespace)

    def replace(
        self, target: Target, body: Any, query: Mapping[str, str], agent: str = ""
    ) -> Answer:
        """PUT."""
        resource, dry = target.resource, is_dry("UpdateOptions", query)
        record = self._store.record(resource, target.namespace, target.name)
        obj = admission.placed(resource, target.namespace, target.name, body)
        obj, warnings = strictness.known_fields(resource, obj, query)
        obj = admission.admitted(resource, target.namespace, target.name, obj)
        if resource.custom and not obj["metadata"].get("resourceVersion"):
            raise refusals.without_version(resource, target.name)
        author = self.author(target, query, agent)
        return Answer(200, self._keep(target, record.decoded(), obj, author, dry), warnings)

    def patch(
        self,
        target: Target,
        patch: Any,
        content_type: str,
        query: Mapping[str, str],
        agent: str = "",
    ) -> Answer:
        """PATCH; an apply patch creates what is not there."""
        resource = target.resource
        if content_type not in patches.accepted(resource):
            raise refusals.unsupported_media(patches.accepted(resource))
        author = self.author(target, query, agent)
        dry = is_dry("PatchOptions", query)
        _check_options(content_type, query)
        if content_type == patches.APPLY:
            return self._apply(target, patch, author, query)
        before = self._store.get(resource, target.namespace, target.name)
        obj = patches.patched(resource, before, patch, content_type)
        _check_identity(resource, target, obj)
        obj = admission.placed(resource, target.namespace, target.name, obj)
        obj, warnings = strictness.known_fields(resource, obj, query)
        obj = admission.admitted(resource, target.namespace, target.name, obj)
        return Answer(200, self._keep(target, before, obj, author, dry), warnings)

    def _apply(
        self, target: Target, config: Any, author: Author, query: Mapping[str, str]
    ) -> Answer:
        resource, dry = target.resource, is_dry("PatchOptions", query)
        live = self._store.find(resource, target.namespace, target.name)
        part = admission.placed(resource, target.namespace, target.name, config)
        part, warnings = strictness.known_fields(resource, part, query)
        if live is None:
            self._check_namespace(target)
            obj = admission.new(resource, target.namespace, part)
            obj = owners.apply_created(resource, obj, part, author)
            return Answer(201, encode(self._store.create(resource, obj, dry_run=dry)), warnings)
        force = query.get("force", "") in ("true", "1")
        obj = owners.applied(resource, live, part, author, force=force)
        _check_identity(resource, target, obj)
        obj = admission.admitted(resource, target.namespace, target.name, obj)
        live = self._store.get(resource, target.namespace, target.name)
        kept = self._store.update(resource, _half(target, live, obj), dry_run=dry)
        return Answer(200, encode(kept), warnings)

    def _keep(
        self,
        target: Target,
        before: Obj,
        obj: Obj,
        author: Author,
        dry: bool,
    ) -> bytes:
        """Update, with what is changed its author's."""
        obj = owners.updated(target.resource, before, _half(target, before, obj), author)
        return encode(self._store.update(target.resource, obj, dry_run=dry))

    def delete(self, target: Target, options: Mapping[str, Any]) -> Answer:
        """DELETE of one object."""
        conditions = options.get("preconditions") or {}
        dry = bool(options.get("dryRun"))
        record = self._store.record(target.resource, target.namespace, target.name)
        gone = self._store.delete(
            target.resource,
            target.namespace,
            target.name,
            propagation=options.get("propagationPolicy") or "Background",
            uid=str(conditions.get("uid") or ""),
            version=str(conditions.get("resourceVersion") or ""),
            grace=grace_of(record, options.get("gracePeriodSeconds")),
            dry_run=dry,
        )
        stays = gone["metadata"].get("finalizers") or target.resource in _TOLD_WHOLE
        if stays:
            return Answer(200, encode(gone))
        return Answer(200, msgspec.json.encode(_success(target.resource, gone)) + b"\n")

    def delete_all(self, target: Target, chosen: Selection, options: Mapping[str, Any]) -> Answer:
        """DELETE of a collection."""
        dry = bool(options.get("dryRun"))
        items = []
        for record in self._store.records(target.resource, chosen.namespace):
            if chosen.matches(record):
                grace = grace_of(record, options.get("gracePeriodSeconds"))
                items.append(
                    self._store.delete(
                        target.resource,
                        record.namespace,
                        record.name,
                        propagation=options.get("propagationPolicy") or "Background",
                        grace=grace,
                        dry_run=dry,
                    )
                )
        goes_on = {"continue": ""} if target.resource.custom else {}
        listing = {
            "kind": target.resource.list_kind,
            "apiVersion": target.resource.api_version,
            "metadata": {"resourceVersion": str(self._store.revision), **goes_on},
            "items": items,
        }
        return Answer(200, encode(listing))


def _success(resource: Resource, obj: Obj) -> Obj:
    details = refusals.details(resource, obj["metadata"]["name"], uid=obj["metadata"]["uid"])
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": details,
    }


def _half(target: Target, before: Obj, obj: Obj) -> Obj:
    """What its path may change of an object: a status only, or all but that."""
    if not target.resource.has("status"):
        return obj
    if target.subresource == "status":
        return {**before, "status": obj.get("status"), "metadata": obj["metadata"]}
    if "status" in before:
        return {**obj, "status": before["status"]}
    return obj


def _check_options(content_type: str, query: Mapping[str, str]) -> None:
    """Who applies must say who they are; nobody else may use force."""
    applies = content_type == patches.APPLY
    if applies and not query.get("fieldManager"):
        wrong = "fieldManager: Required value: is required for apply patch"
    elif not applies and "force" in query:
        wrong = "force: Forbidden: may not be specified for non-apply patch"
    else:
        return
    raise refusals.ApiError(422, "Invalid", f'PatchOptions.meta.k8s.io "" is invalid: {wrong}')


def _check_identity(resource: Resource, target: Target, obj: Obj) -> None:
    metadata = obj.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("name") != target.name:
        raise refusals.bad_request("the name of the object may not be changed by a patch")
    if resource.namespaced and metadata.get("namespace") != target.namespace:
        raise refusals.bad_request("the namespace of the object may not be changed by a patch")
