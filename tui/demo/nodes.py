"""What the demo's pods are said to run on: nodes, the service of the API, and Argo's CRDs.

Nothing here does anything; it is what `kubectl get nodes`, `kubectl get crd` and `kubectl
cluster-info` ask about.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tui.demo.discovery import VERSION
from tui.demo.engine.simpod import HOSTS
from tui.demo.resources import (
    DEFINITIONS,
    NAMESPACES,
    NODES,
    RESOURCES,
    SERVICES,
    Obj,
    Resource,
)
from tui.demo.store import Store, timestamp

_SYSTEM = ("default", "kube-system")
_AGE = timedelta(days=31)


def put(store: Store, now: datetime, url: str) -> None:
    """Keep them, as old as the cluster; they take no part in the chances of the story."""
    born = timestamp(now - _AGE)
    for index, host in enumerate(HOSTS):
        store.create(NODES, _node(host, index, born, timestamp(now)))
    for index, name in enumerate(_SYSTEM):
        if store.find(NAMESPACES, "", name) is None:
            namespace = {
                "metadata": {
                    "name": name,
                    "uid": f"00000000-0000-4000-8001-{index:012}",
                    "creationTimestamp": born,
                    "labels": {"kubernetes.io/metadata.name": name},
                },
                "spec": {"finalizers": ["kubernetes"]},
                "status": {"phase": "Active"},
            }
            store.create(NAMESPACES, namespace)
    for index, each in enumerate(each for each in RESOURCES if each.custom):
        store.create(DEFINITIONS, _definition(each, index, born))
    store.create(SERVICES, _service(born, urlsplit(url).port or 443))


def _node(host: str, index: int, born: str, now: str) -> Obj:
    room = {"cpu": "4", "memory": "16Gi", "pods": "110", "ephemeral-storage": "100Gi"}
    return {
        "metadata": {
            "name": host,
            "uid": f"00000000-0000-4000-8000-{index:012}",
            "creationTimestamp": born,
            "labels": {
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/hostname": host,
                "kubernetes.io/os": "linux",
            },
        },
        "spec": {"podCIDR": f"10.42.{index}.0/24"},
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": f"10.0.0.{10 + index}"},
                {"type": "Hostname", "address": host},
            ],
            "allocatable": room,
            "capacity": room,
            "conditions": [_ready(born, now)],
            "nodeInfo": _node_info(),
        },
    }


def _ready(born: str, now: str) -> Obj:
    return {
        "type": "Ready",
        "status": "True",
        "reason": "KubeletReady",
        "message": "kubelet is posting ready status",
        "lastTransitionTime": born,
        "lastHeartbeatTime": now,
    }


def _node_info() -> Obj:
    return {
        "architecture": "amd64",
        "bootID": "",
        "containerRuntimeVersion": "containerd://1.7.27",
        "kernelVersion": "6.1.0",
        "kubeProxyVersion": VERSION["gitVersion"],
        "kubeletVersion": VERSION["gitVersion"],
        "machineID": "",
        "operatingSystem": "linux",
        "osImage": "Made up",
        "systemUUID": "",
    }


def _definition(resource: Resource, index: int, born: str) -> Obj:
    names = {
        "kind": resource.kind,
        "listKind": resource.list_kind,
        "plural": resource.plural,
        "singular": resource.singular,
        "shortNames": list(resource.short_names),
    }
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    schema = {"type": "object", "properties": {"metadata": {"type": "object"}, "spec": anything}}
    served = {
        "name": resource.version,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
    }
    conditions = [
        {"type": kind, "status": "True", "reason": reason, "lastTransitionTime": born}
        for kind, reason in (
            ("NamesAccepted", "NoConflicts"),
            ("Established", "InitialNamesAccepted"),
        )
    ]
    return {
        "metadata": {
            "name": resource.qualified,
            "uid": f"00000000-0000-4000-8003-{index:012}",
            "creationTimestamp": born,
        },
        "spec": {
            "group": resource.group,
            "names": names,
            "scope": "Namespaced" if resource.namespaced else "Cluster",
            "versions": [served],
        },
        "status": {
            "acceptedNames": names,
            "conditions": conditions,
            "storedVersions": [resource.version],
        },
    }


def _service(born: str, port: int) -> Obj:
    return {
        "metadata": {
            "namespace": "default",
            "name": "kubernetes",
            "uid": "00000000-0000-4000-8002-000000000000",
            "creationTimestamp": born,
            "labels": {"component": "apiserver", "provider": "kubernetes"},
        },
        "spec": {
            "type": "ClusterIP",
            "clusterIP": "10.43.0.1",
            "clusterIPs": ["10.43.0.1"],
            "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": port}],
            "sessionAffinity": "None",
        },
        "status": {"loadBalancer": {}},
    }
