"""The promises of a source, kept by each of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sources.contract import ETL, HELLO, SourceContract
from tests.support.argo_server import StandIn, served_by
from tests.support.cluster import Cluster, running_cluster
from tests.support.scripted import ScriptedSource
from tests.support.where import where
from tui.demo.resources import WORKFLOWS
from tui.ports.connection import Connection
from tui.sources.opening import connect
from tui.sources.saved import SavedSource


class TestKubernetes(SourceContract):
    """A cluster, over TLS, with a token."""

    @pytest.fixture(scope="class", autouse=True)
    def _cluster(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        folder: Path = tmp_path_factory.mktemp("contract")
        with running_cluster(folder) as cluster:
            type(self).cluster = cluster
            for manifest in (ETL, HELLO):
                metadata = {"namespace": "argo", "name": manifest["metadata"]["name"]}
                cluster.create(WORKFLOWS, {**manifest, "metadata": metadata})
            yield

    cluster: Cluster

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        yield connect(where(kubeconfig=str(self.cluster.kubeconfig)), {})


class TestArgoServer(SourceContract):
    """An Argo Server, which is asked by its own endpoints."""

    stop_path = "/api/v1/workflows/argo/etl/stop"

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        stand_in = StandIn(ETL, HELLO, archived=[HELLO])
        stand_in.beat = 0.1
        with stand_in.running() as api:
            yield served_by(api)


class TestSaved(SourceContract):
    """Manifests from files."""

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        yield SavedSource([ETL, HELLO], "saved.yaml")


class TestScripted(SourceContract):
    """The one that tests use."""

    @contextmanager
    def opened(self) -> Iterator[Connection]:
        yield ScriptedSource(ETL, HELLO)
