"""The real cluster of these tests; without one each is skipped with the reason."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.real import (
    LABEL,
    SERVER,
    TOKEN,
    VARIABLE,
    RealCluster,
    RealServer,
    why_not,
)


@pytest.fixture
def real() -> Iterator[RealCluster]:
    """The cluster, and an end to what a test made there."""
    if reason := why_not():
        pytest.skip(reason)
    kubeconfig = os.environ[VARIABLE]
    namespace = RealCluster(kubeconfig, "default").kubectl(
        "config", "view", "--minify", "-o", "jsonpath={..namespace}"
    )
    assert namespace, f"the context of {kubeconfig} names no namespace to write into"
    cluster = RealCluster(kubeconfig, namespace)
    try:
        yield cluster
    finally:
        cluster.clean()


@pytest.fixture
def served(real: RealCluster) -> Iterator[RealServer]:
    """The same cluster through its Argo Server, and an end to what a test made there."""
    server = os.environ.get(SERVER, "")
    if not server:
        pytest.skip(f"{SERVER} names no Argo Server of that cluster, HOST:PORT or a URL")
    token = os.environ.get(TOKEN, "")
    found = RealServer(real.kubeconfig, real.namespace, server=server, token=token)
    try:
        yield found
    finally:
        found.clean()


WORKFLOWS_ONLY: list[dict[str, Any]] = [
    {
        "apiGroups": ["argoproj.io"],
        "resources": ["workflows"],
        "verbs": ["get", "list", "watch"],
    }
]


@pytest.fixture
def narrow(real: RealCluster, tmp_path: Path) -> RealCluster:
    """The same cluster as an account sees it that may read the workflows of one namespace."""
    name = f"argo-tui-{os.getpid()}"
    subject = {"kind": "ServiceAccount", "name": name, "namespace": real.namespace}
    role = {"kind": "Role", "name": name, "apiGroup": "rbac.authorization.k8s.io"}
    rbac = "rbac.authorization.k8s.io/v1"
    for kind, version, body in (
        ("ServiceAccount", "v1", {}),
        ("Role", rbac, {"rules": WORKFLOWS_ONLY}),
        ("RoleBinding", rbac, {"subjects": [subject], "roleRef": role}),
    ):
        metadata = {"name": name, "labels": {LABEL: "true"}}
        manifest = {"apiVersion": version, "kind": kind, "metadata": metadata, **body}
        real.kubectl("apply", "-f", "-", stdin=json.dumps(manifest))
        real.made.append(f"{kind.lower()}/{name}")
    token = real.kubectl("create", "token", name).strip()
    config = json.loads(real.kubectl("config", "view", "--minify", "--raw", "-o", "json"))
    cluster = config["clusters"][0]["cluster"]
    authority = cluster.pop("certificate-authority", "")
    if authority:
        cluster["certificate-authority-data"] = base64.b64encode(
            Path(authority).read_bytes()
        ).decode()
    context = {"cluster": "real", "user": "narrow", "namespace": real.namespace}
    path = tmp_path / "narrow.json"
    path.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "real", "cluster": cluster}],
                "users": [{"name": "narrow", "user": {"token": token}}],
                "contexts": [{"name": "narrow", "context": context}],
                "current-context": "narrow",
            }
        )
    )
    return RealCluster(str(path), real.namespace)
