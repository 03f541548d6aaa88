"""The history of a template where most of it is in the archive: newest first, with a limit."""

from __future__ import annotations

from tests.sources.test_argo_server_archive import run
from tests.support.argo_server import StandIn, served_by
from tui.domain.workflow import LABEL
from tui.kinds.workflows import WORKFLOWS
from tui.ports.collections import Collections, Scope
from tui.ports.connection import offered
from tui.ports.runs import MOST_ARCHIVED, runs_of, success_before

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
