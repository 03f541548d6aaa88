"""The clusters that the tests of the demo ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.cluster import demo_cluster, module_cluster, running_cluster
from tests.support.kubectl import VERSIONS, Kubectl, binary, furnish

__all__ = ["demo_cluster", "module_cluster"]


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
