"""What the demo cluster says it is made of: nodes, the service of the API, CRDs."""

from __future__ import annotations

from tui.demo import nodes, tables
from tui.demo.clock import SteppedClock
from tui.demo.engine.simpod import HOSTS
from tui.demo.resources import (
    DEFINITIONS,
    NAMESPACES,
    NODES,
    PODS,
    SERVICES,
    WORKFLOWS,
    Resource,
)
from tui.demo.store import Store, decode


def furnished() -> Store:
    clock = SteppedClock()
    store = Store(clock)
    nodes.put(store, clock.now(), "https://127.0.0.1:1234")
    return store


def cells(store: Store, resource: Resource) -> list[list[str]]:
    now = store.clock.now()
    return [decode(tables.row(each, now, "None"))["cells"] for each in store.records(resource)]


def test_every_host_of_a_pod_is_a_node_that_is_ready() -> None:
    shown = cells(furnished(), NODES)
    assert [row[:4] for row in shown] == [[host, "Ready", "<none>", "31d"] for host in HOSTS]


def test_every_kind_of_argo_has_its_definition() -> None:
    store = furnished()
    names = [row[0] for row in cells(store, DEFINITIONS)]
    assert "cronworkflows.argoproj.io" in names and len(names) == 5
    workflows = store.get(DEFINITIONS, "", WORKFLOWS.qualified)
    assert workflows["spec"]["names"]["shortNames"] == ["wf"]
    states = {each["type"]: each["status"] for each in workflows["status"]["conditions"]}
    assert states["Established"] == "True"


def test_the_service_of_the_api_leads_to_its_port() -> None:
    store = furnished()
    [service] = cells(store, SERVICES)
    assert service[:5] == ["kubernetes", "ClusterIP", "10.43.0.1", "<none>", "443/TCP"]
    [port] = store.get(SERVICES, "default", "kubernetes")["spec"]["ports"]
    assert port["targetPort"] == 1234


def test_furnishing_takes_no_part_in_the_chances_of_the_story() -> None:
    clock = SteppedClock()
    plain, store = Store(clock, seed=7), Store(clock, seed=7)
    nodes.put(store, clock.now(), "https://127.0.0.1:1")
    for each in (plain, store):
        if each.find(NAMESPACES, "", "argo") is None:
            each.create(NAMESPACES, {"metadata": {"name": "argo"}})
    pod = {"metadata": {"namespace": "argo", "generateName": "p-"}}
    first, second = plain.create(PODS, pod), store.create(PODS, pod)
    assert first["metadata"]["uid"] == second["metadata"]["uid"]
    assert first["metadata"]["name"] == second["metadata"]["name"]
