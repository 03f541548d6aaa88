"""The history of a template where most of it is in the archive: newest first, with a limit."""

from __future__ import annotations

from tests.sources.test_argo_server_archive import run
from tests.support.argo_server import StandIn, served_by
from tui.domain.workflow import LABEL
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Collections, Scope
from tui.ports.connection import offered
from tui.ports.runs import (
    MOST_ARCHIVED,
    archived_runs_of,
    runs_of,
    success_before,
    successes_of,
)

OF_ETL = {f"{LABEL}workflow-template": "etl"}
ARGO = Scope(("argo",))


def test_the_runs_of_a_template_are_those_of_the_cluster_and_the_newest_of_the_archive() -> None:
    both = run(400, **OF_ETL)
    server = StandIn(both, archived=[both, *(run(n, **OF_ETL) for n in range(300)), run(301)])
    with server.running() as api:
        source = served_by(api)
        names = [each.metadata.name for each in runs_of(source, WORKFLOWS, "etl", ARGO)]
        source.close()
    assert len(names) == MOST_ARCHIVED, "each once"
    assert {"run-0400", "run-0299"} <= set(names) and "run-0100" not in names


def test_the_last_success_may_be_in_the_archive() -> None:
    now = run(50, "Failed", **OF_ETL)
    old = [run(10, **OF_ETL), run(20, **OF_ETL), run(30, "Failed", **OF_ETL), run(60, **OF_ETL)]
    for number, each in enumerate((now, *old)):
        created = (50, 10, 20, 30, 60)[number]
        each["metadata"]["creationTimestamp"] = f"2026-11-01T00:{created % 60:02}:00Z"
    old[-1]["metadata"]["creationTimestamp"] = "2026-11-01T01:00:00Z"
    with StandIn(now, archived=old).running() as api:
        source = served_by(api)
        (here,) = offered(source, Collections).read_all(WORKFLOWS, ARGO)
        found = success_before(source, WORKFLOWS, here, ARGO)
        source.close()
    assert found is not None and found.metadata.name == "run-0020"


def test_a_server_without_an_archive_has_the_history_of_its_cluster() -> None:
    server = StandIn(run(1, **OF_ETL))
    server.has_archive = False
    with server.running() as api:
        source = served_by(api)
        names = [each.metadata.name for each in runs_of(source, WORKFLOWS, "etl", ARGO)]
        source.close()
    assert names == ["run-0001"]


def test_runs_that_only_their_names_tell_are_read_of_the_archive_by_that() -> None:
    begun = [run(number) for number in range(8)]
    for number, each in enumerate(begun):
        each["metadata"]["name"] = f"load-abc{number}e"
    stranger = run(9)
    stranger["metadata"]["name"] = "loader-abcde"
    with StandIn(archived=[*begun, stranger]).running() as api:
        source = served_by(api)
        found = runs_of(source, WORKFLOWS, "load", ARGO)
        source.close()
    assert {each.metadata.name for each in found} == {f"load-abc{n}e" for n in range(8)}


def test_only_the_last_successes_before_a_run_are_asked_for() -> None:
    runs = [run(number, **OF_ETL) for number in range(60)]
    for number, each in enumerate(runs):
        each["metadata"]["creationTimestamp"] = each["status"]["startedAt"]
        each["metadata"]["labels"][f"{LABEL}phase"] = "Failed" if number == 29 else "Succeeded"
    this = runs[30]
    with StandIn(this, archived=[*runs[:30], *runs[31:]]).running() as api:
        source = served_by(api)
        (here,) = offered(source, Collections).read_all(WORKFLOWS, ARGO)
        found = successes_of(source, WORKFLOWS, here, 3)
        asked = [each.query for each in api.asked if each.path.endswith("archived-workflows")]
        source.close()
    assert [each.metadata.name for each in found] == ["run-0028", "run-0027", "run-0026"]
    assert [each["listOptions.limit"] for each in asked] == ["3"], "no more than are wanted"


def test_of_a_template_that_no_label_names_the_archive_is_not_asked() -> None:
    this = run(50)
    this["spec"] = {"workflowTemplateRef": {"name": "etl"}}
    with StandIn(this, archived=[run(1), run(2)]).running() as api:
        source = served_by(api)
        (here,) = offered(source, Collections).read_all(WORKFLOWS, ARGO)
        assert archived_runs_of(source, WORKFLOWS, here, 20) == []
        assert not [each for each in api.asked if each.path.endswith("archived-workflows")]
        source.close()
