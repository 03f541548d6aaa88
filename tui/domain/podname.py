"""Names of pods and ids of nodes, to the byte (argo.md 3)."""

from __future__ import annotations

from functools import lru_cache

from tui.domain.node import Node, NodeId
from tui.domain.workflow import LABEL, ListedWorkflow

POD_NAME_FORMAT = f"{LABEL}pod-name-format"
LONGEST_PREFIX = 253 - 10 - 1
"""What a Kubernetes name may have, less the hash and its hyphen."""

V1, V2 = "v1", "v2"


@lru_cache(maxsize=1 << 16)
def fnv1a(text: str) -> int:
    """The 32-bit FNV-1a hash of the text in UTF-8."""
    value = 2166136261
    for byte in text.encode("utf-8", "surrogatepass"):
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def node_id(workflow_name: str, node_name: str) -> NodeId:
    """The id that the controller gives the node of that name."""
    if node_name == workflow_name:
        return NodeId(workflow_name)
    return NodeId(f"{workflow_name}-{fnv1a(node_name)}")


def pod_name_format(workflow: ListedWorkflow, pod_names: str = V2) -> str:
    """`v1` or `v2`: what the workflow says, else `pod_names` (the POD_NAMES of our process)."""
    said = workflow.metadata.annotations.get(POD_NAME_FORMAT)
    return V1 if (pod_names if said is None else said) == V1 else V2


def pod_name(workflow: ListedWorkflow, node: Node, pod_names: str = V2) -> str:
    """The pod of a Pod node; for a Container node pass its Pod node."""
    if pod_name_format(workflow, pod_names) == V1:
        return node.id
    return v2_pod_name(workflow.metadata.name, node.name, node.template)


def v2_pod_name(workflow_name: str, node_name: str, template: str) -> str:
    """`<workflow>-<template>-<hash of the node's name>`, its first part cut to fit."""
    if node_name == workflow_name:
        return workflow_name
    prefix = f"{workflow_name}-{template}" if template else workflow_name
    encoded = prefix.encode("utf-8", "surrogatepass")
    if len(encoded) > LONGEST_PREFIX:
        prefix = encoded[:LONGEST_PREFIX].decode("utf-8", "ignore")
    return f"{prefix}-{fnv1a(node_name)}"


def agent_pod_name(workflow_name: str) -> str:
    """The pod that runs a workflow's HTTP and plugin nodes."""
    return f"{workflow_name}-{fnv1a('agent')}-agent"
