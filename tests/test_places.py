"""Finding what a text of a place means, on a cluster and behind an Argo Server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.runs import run, step
from tests.support.scripted import ScriptedSource
from tui.domain.links import readings
from tui.domain.workflow import Manifest
from tui.errors import InputError, Missing, Refused, SourceError
from tui.places import Found, find
from tui.ports.archive import Archive
from tui.ports.collections import Scope

LABEL = "workflows.argoproj.io/"
ARGO = Scope(("argo",))


def nodes(name: str) -> list[Any]:
    first = step(name, "load(0)", "Failed", began=9)
    again = step(name, "load(1)", "Succeeded", began=5)
    twins = [step(name, twin, "Succeeded", began=began) for twin, began in (("x", 9), ("y", 3))]
    for each in twins:
        each["displayName"] = "twin"
    return [step(name, "", "Failed", type="DAG"), first, again, *twins]


def manifests() -> list[Manifest]:
    made_by = {
        "workflow-template": {f"{LABEL}workflow-template": "build"},
        "cron": {f"{LABEL}cron-workflow": "nightly"},
    }
    return [
        run("etl", "Failed", began=60, nodes=nodes("etl")),
        run("old-build", "Succeeded", began=50, labels=made_by["workflow-template"]),
        run("new-build", "Running", began=40, labels=made_by["workflow-template"]),
        run("nightly-1", "Failed", began=30, labels=made_by["cron"]),
        run("fine", "Succeeded", began=10),
        run("etl", "Succeeded", began=5, namespace="data"),
        run("only-there", "Succeeded", began=4, namespace="data"),
        run(
            "kept", "Succeeded", began=90, labels={f"{LABEL}workflow-archiving-status": "Persisted"}
        ),
    ]


@pytest.fixture
def cluster() -> ScriptedSource:
    return ScriptedSource(*manifests())


def look(cluster: ScriptedSource, text: str, scope: Scope = ARGO) -> Found:
    return find(cluster, readings(text), scope, "v2")


@pytest.mark.parametrize(
    ("text", "where", "node"),
    [
        ("etl", ("argo", "etl"), ""),
        ("argo/etl", ("argo", "etl"), ""),
        ("data/etl", ("data", "etl"), ""),
        ("argo/etl/load(0)", ("argo", "etl"), "load(0)"),
        ("etl/load(1)", ("argo", "etl"), "load(1)"),
        ("argo/etl/twin", ("argo", "etl"), "y"),
        ("only-there", None, ""),
        ("data/only-there", ("data", "only-there"), ""),
        ("@latest", ("argo", "fine"), ""),
        ("data/@latest", ("data", "only-there"), ""),
        ("@latest-failed", ("argo", "nightly-1"), ""),
        ("build", ("argo", "new-build"), ""),
        ("argo/nightly", ("argo", "nightly-1"), ""),
        ("argo/@latest-failed/main", ("argo", "nightly-1"), ""),
    ],
)
def test_a_place_is_found_by_the_first_reading_that_there_is(
    cluster: ScriptedSource, text: str, where: tuple[str, str] | None, node: str
) -> None:
    if where is None:
        with pytest.raises(Missing):
            look(cluster, text)
        return
    found = look(cluster, text)
    assert (found.key.namespace, found.key.name) == where
    meant = cluster.manifests[next(ref for ref in cluster.manifests if ref[:2] == where)]
    by_id = (meant["status"].get("nodes") or {}) if meant["status"] else {}
    called = by_id[found.node]["name"].rpartition(".")[2] if found.node else ""
    assert called == node


def test_a_template_or_cron_stands_for_its_last_run_and_that_is_said(
    cluster: ScriptedSource,
) -> None:
    assert look(cluster, "build").said == "new-build is the last run of the template build"
    said = look(cluster, "nightly").said
    assert said == "nightly-1 is the last run of the cron workflow nightly"


def test_a_step_that_there_is_not_is_said_and_the_workflow_opens(cluster: ScriptedSource) -> None:
    found = look(cluster, "argo/etl/nobody")
    assert (found.key.name, found.node, found.problem) == ("etl", "", "etl has no step nobody")


def test_what_only_the_archive_has_is_said_to_be_there(cluster: ScriptedSource) -> None:
    found = look(cluster, "kept")
    assert found.said == "kept is in the archive, not in the cluster any more"
    assert found.key.incarnation == "uid-kept", "as the list of the archive knows it"


def test_what_is_nowhere_says_where_it_was_looked_for(cluster: ScriptedSource) -> None:
    with pytest.raises(Missing) as nowhere:
        look(cluster, "argo/gone")
    assert nowhere.value.what == "there is no workflow gone in argo"
    assert "with an Argo Server" in nowhere.value.hint
    cluster.ports[Archive] = cluster
    with pytest.raises(Missing) as nowhere:
        look(cluster, "argo/gone")
    assert (
        nowhere.value.what == "there is no workflow gone in argo, in the cluster or in the archive"
    )
    with pytest.raises(Missing, match="no workflow failed in data"):
        look(cluster, "data/@latest-failed")
    with pytest.raises(Missing, match="there are no workflows in empty"):
        look(cluster, "empty/@latest")


def test_a_name_in_several_namespaces_wants_one(cluster: ScriptedSource) -> None:
    everywhere = Scope()
    with pytest.raises(InputError, match="a workflow etl in each of argo, data"):
        look(cluster, "etl", everywhere)
    assert look(cluster, "only-there", everywhere).key.namespace == "data"


def test_a_refusal_is_told_as_one(cluster: ScriptedSource) -> None:
    cluster.refusal = Refused("workflows is forbidden", status=403)
    with pytest.raises(SourceError, match="forbidden"):
        look(cluster, "argo/etl")
