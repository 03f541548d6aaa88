"""The clusters and S3 servers that the tests of the demo ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config

from tests.support.cluster import Cluster, demo_cluster, module_cluster, running_cluster
from tests.support.demo_api import Client
from tests.support.kubectl import VERSIONS, Kubectl, binary, furnish
from tests.support.s3_servers import client, demo_s3
from tui.demo.bucket import Buckets

__all__ = ["demo_cluster", "module_cluster"]


@pytest.fixture
def ask(demo_cluster: Cluster) -> Iterator[Client]:
    """A client of an empty cluster."""
    client = Client(demo_cluster)
    yield client
    client.pool.clear()


@pytest.fixture(scope="module", params=VERSIONS)
def kubectl(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kubectl]:
    """kubectl of each version, with a cluster and a discovery cache of its own."""
    version = request.param
    path = binary(version)
    if path is None:
        pytest.skip(f"no kubectl {version} on this machine")
    with running_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        furnish(cluster)
        yield Kubectl(path, version, cluster, tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def s3_server() -> Iterator[tuple[str, Buckets]]:
    """The S3 route alone, and its buckets."""
    with demo_s3("runs", "other") as started:
        yield started


@pytest.fixture(scope="module")
def s3_client(s3_server: tuple[str, Buckets]) -> Iterator[Any]:
    """boto3 as it comes."""
    with client(s3_server[0]) as made:
        yield made


@pytest.fixture(scope="module")
def signer(s3_server: tuple[str, Buckets]) -> Iterator[Any]:
    """boto3 that signs addresses in the newer way."""
    with client(s3_server[0], config=Config(signature_version="s3v4")) as made:
        yield made


@pytest.fixture
def s3(s3_server: tuple[str, Buckets], s3_client: Any) -> Any:
    """boto3, and the buckets empty."""
    _, buckets = s3_server
    for name in set(buckets) - {"runs", "other"}:
        del buckets[name]
    for bucket in buckets.values():
        for key, _ in bucket.list(limit=10**6).objects:
            bucket.delete(key)
    return s3_client
