"""What a connection offers: a capability is one module and one registration."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.support.api_source import saying, source_of
from tests.support.fake_api import fake_api
from tests.support.scripted import manifest
from tui.errors import NotOffered
from tui.ports.connection import offered
from tui.ports.events import Events
from tui.ports.pods import Pods
from tui.registry import Registry
from tui.sources.cluster import Cluster
from tui.sources.kubernetes_ports import CLUSTER_PORTS
from tui.sources.offers import Offer, Offers
from tui.sources.saved import SAVED_PORTS, WHY_NOT, SavedSource


class Weather(Protocol):
    """A port that no connection has of itself."""

    def forecast(self) -> str:
        """What comes."""


class OfACluster:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def forecast(self) -> str:
        return str(self._cluster.read_object("/weather")["forecast"])


class OfFiles:
    def __init__(self, saved: SavedSource) -> None:
        self._saved = saved

    def forecast(self) -> str:
        return f"as in {self._saved.place.label}"


def test_what_is_registered_for_clusters_is_offered_by_each(tmp_path: Path) -> None:
    with fake_api(saying({"forecast": "rain"})) as api:
        source = source_of(api, tmp_path)
        assert source.port(Weather) is None and source.lacks(Weather)
        with CLUSTER_PORTS.including(Offer("weather", Weather, OfACluster)):
            assert offered(source, Weather).forecast() == "rain"
            assert source.lacks(Weather) == ""
        with pytest.raises(NotOffered):
            offered(source, Weather)


def test_what_is_registered_for_files_is_offered_by_them() -> None:
    source = SavedSource([manifest("etl")], "etl.yaml")
    with SAVED_PORTS.including(Offer("weather", Weather, OfFiles)):
        assert offered(source, Weather).forecast() == "as in etl.yaml"


def test_files_say_what_they_lack() -> None:
    source = SavedSource([manifest("etl")], "etl.yaml")
    assert source.lacks(Pods) == WHY_NOT
    assert source.lacks(Events) == "events are kept by the cluster, not in a saved workflow"


def test_a_port_is_made_once_however_many_ask_for_it() -> None:
    made: list[object] = []
    all_here = threading.Barrier(8, timeout=10)

    def make(shared: object) -> object:
        made.append(shared)
        return OfFiles(SavedSource([], ""))

    registry = Registry("port", (Offer("weather", Weather, make),))
    offers = Offers(registry, "shared", own={}, lacks={}, otherwise="")
    found: list[Any] = []

    def ask() -> None:
        all_here.wait()
        found.append(offers.port(Weather))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert made == ["shared"]
    assert len(found) == 8 and len(set(map(id, found))) == 1


def test_a_port_that_cannot_be_made_says_so_each_time() -> None:
    registry = Registry("port", (Offer("weather", Weather, "tui.sources.nowhere:Weather"),))
    offers = Offers(registry, None, own={}, lacks={}, otherwise="")
    for _ in range(2):
        with pytest.raises(ModuleNotFoundError):
            offers.port(Weather)
