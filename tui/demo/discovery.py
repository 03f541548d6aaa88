"""What the cluster says it has: /version, /api, /apis and what is under them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.demo.negotiation import AGGREGATED, JSON
from tui.demo.resources import RESOURCES, Obj, Resource
from tui.demo.store import encode

VERSION = {
    "major": "1",
    "minor": "32",
    "gitVersion": "v1.32.4",
    "gitCommit": "0000000000000000000000000000000000000000",
    "gitTreeState": "clean",
    "buildDate": "2025-04-22T16:03:58Z",
    "goVersion": "go1.23.6",
    "compiler": "gc",
    "platform": "linux/amd64",
}


def document(
    path: str, aggregated: str, address: str, hidden: frozenset[str]
) -> tuple[bytes, str] | None:
    """The document at a path and its media type; None if there is none.

    `hidden` groups are left out, as when their CRDs or their metrics server are not installed.
    """
    path = path.rstrip("/")
    shown = [each for each in RESOURCES if each.group not in hidden]
    if path == "/version":
        return encode(VERSION), JSON
    if path in ("/api", "/apis") and aggregated:
        core = path == "/api"
        chosen = [each for each in shown if (each.group == "") == core]
        return encode(_aggregated(chosen, aggregated)), AGGREGATED[aggregated]
    found = _plain(path, shown, address)
    return (encode(found), JSON) if found else None


def _plain(path: str, shown: Sequence[Resource], address: str) -> Obj | None:
    if path == "/api":
        server = {"clientCIDR": "0.0.0.0/0", "serverAddress": address}
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [server]}
    versions = _versions(shown)
    if path == "/apis":
        groups = [_group(group, version) for group, version in versions.items() if group]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
    for group, version in versions.items():
        if path == (f"/apis/{group}/{version}" if group else f"/api/{version}"):
            return _resource_list(group, version, shown)
        if group and path == f"/apis/{group}":
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(group, version)}
    return None


def _versions(shown: Sequence[Resource]) -> dict[str, str]:
    return {each.group: each.version for each in shown}


def _group(group: str, version: str) -> Obj:
    served = {"groupVersion": f"{group}/{version}", "version": version}
    return {"name": group, "versions": [served], "preferredVersion": served}


def _resource_list(group: str, version: str, shown: Sequence[Resource]) -> Obj:
    entries: list[Obj] = []
    for each in shown:
        if each.group != group:
            continue
        entry: Obj = {
            "name": each.plural,
            "singularName": each.singular,
            "namespaced": each.namespaced,
            "kind": each.kind,
            "verbs": each.verbs,
        }
        if each.short_names:
            entry["shortNames"] = each.short_names
        if each.categories:
            entry["categories"] = each.categories
        entries.append(entry)
        for name, verbs in each.subresources:
            entries.append(
                {
                    "name": f"{each.plural}/{name}",
                    "singularName": "",
                    "namespaced": each.namespaced,
                    "kind": each.kind,
                    "verbs": verbs,
                }
            )
    group_version = f"{group}/{version}" if group else version
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": group_version,
        "resources": entries,
    }


def _aggregated(shown: Sequence[Resource], version: str) -> Obj:
    items = []
    for group, served in _versions(shown).items():
        entries = [_aggregated_resource(each) for each in shown if each.group == group]
        metadata: dict[str, Any] = {"creationTimestamp": None}
        if group:
            metadata["name"] = group
        item = {"version": served, "resources": entries, "freshness": "Current"}
        items.append({"metadata": metadata, "versions": [item]})
    return {
        "kind": "APIGroupDiscoveryList",
        "apiVersion": f"apidiscovery.k8s.io/{version}",
        "metadata": {},
        "items": items,
    }


def _aggregated_resource(each: Resource) -> Obj:
    response = {"group": each.group, "version": each.version, "kind": each.kind}
    entry: Obj = {
        "resource": each.plural,
        "responseKind": response,
        "scope": "Namespaced" if each.namespaced else "Cluster",
        "singularResource": each.singular,
        "verbs": each.verbs,
    }
    if each.short_names:
        entry["shortNames"] = each.short_names
    if each.categories:
        entry["categories"] = each.categories
    if each.subresources:
        entry["subresources"] = [
            {"subresource": name, "responseKind": response, "verbs": verbs}
            for name, verbs in each.subresources
        ]
    return entry
