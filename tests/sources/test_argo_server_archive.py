"""The archive of an Argo Server: in pages, by its filters, and what goes wrong meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.argo_server import StandIn, answering, served_by
from tests.support.fake_api import FakeApi
from tests.support.scripted import manifest
from tui.domain.archived import ArchiveQuery
from tui.domain.identity import ObjectKey, Origin
from tui.domain.workflow import LABEL, ListedWorkflow, Manifest
from tui.errors import Busy, NotOffered, Refused
from tui.kinds.workflows import WORKFLOWS
from tui.ports.archive import Archive, History
from tui.ports.connection import offered

ANY = ArchiveQuery()


def run(number: int, phase: str = "Succeeded", **labels: str) -> Manifest:
    """One of many runs, each begun a minute after the one before."""
    begun = f"2026-11-{1 + number // 1440:02}T{number // 60 % 24:02}:{number % 60:02}:00Z"
    found = manifest(f"run-{number:04}", phase=phase, startedAt=begun, finishedAt=begun)
    found["metadata"]["labels"] = {f"{LABEL}phase": phase, **labels}
    found["status"]["nodes"] = {"n": {"id": "n", "name": "x", "type": "Pod", "phase": phase}}
    return found


@contextmanager
def archive(server: StandIn) -> Iterator[tuple[Archive, FakeApi]]:
    with server.running() as api:
        source = served_by(api)
        yield offered(source, Archive), api
        source.close()


def all_pages(found: Archive, asked: ArchiveQuery = ANY, *, most: int = 10) -> list[list[str]]:
    """The names of each page."""
    pages, more = [], ""
    while True:
        page = found.page(WORKFLOWS, asked, more, most=most)
        pages.append([row.key.name for row in page.rows])
        more = page.more
        if not more:
            return pages


def test_the_archive_is_read_in_pages_the_newest_first_without_steps() -> None:
    with archive(StandIn(archived=map(run, range(25)))) as (found, api):
        page = found.page(WORKFLOWS, ArchiveQuery(), most=10)
        assert [row.key.name for row in page.rows] == [f"run-{n:04}" for n in range(24, 14, -1)]
        assert page.more
        (asked,) = api.asked
        assert asked.query["listOptions.limit"] == "10"
        row = page.rows[0]
        assert row.key == ObjectKey(row.key.connection, "wf", "argo", "run-0024", row.uid)
        assert row.uid == "uid-run-0024" and row.origins == {Origin.ARCHIVE}
        assert row.value.is_only_archived


def test_every_run_is_in_some_page_and_the_last_page_says_that_it_is() -> None:
    for many in (0, 9, 10, 11, 19, 20, 21):
        with archive(StandIn(archived=map(run, range(many)))) as (found, _):
            names = {name for page in all_pages(found) for name in page}
            assert names == {f"run-{n:04}" for n in range(many)}


def test_a_list_that_shrinks_between_pages_loses_nothing() -> None:
    server = StandIn(archived=map(run, range(40)))
    with archive(server) as (found, _):
        page = found.page(WORKFLOWS, ArchiveQuery(), most=10)
        for number in (35, 36, 37):  # of the page that was read
            del server.archived[f"uid-run-{number:04}"]
        second = found.page(WORKFLOWS, ArchiveQuery(), page.more, most=10)
    names = {row.key.name for row in (*page.rows, *second.rows)}
    assert names >= {f"run-{n:04}" for n in range(20, 40)}, "nothing is passed over"


def test_a_list_that_shrinks_by_the_very_end_of_a_page_loses_nothing() -> None:
    server = StandIn(archived=map(run, range(40)))
    with archive(server) as (found, _):
        page = found.page(WORKFLOWS, ArchiveQuery(), most=10)
        del server.archived["uid-run-0030"]
        second = found.page(WORKFLOWS, ArchiveQuery(), page.more, most=10)
    assert "run-0029" in {row.key.name for row in second.rows}


def test_a_list_that_grows_between_pages_tells_nothing_as_another() -> None:
    server = StandIn(archived=map(run, range(40)))
    with archive(server) as (found, _):
        page = found.page(WORKFLOWS, ArchiveQuery(), most=10)
        server.archive(run(41))
        second = found.page(WORKFLOWS, ArchiveQuery(), page.more, most=10)
    assert {"run-0029", "run-0021"} <= {row.key.name for row in second.rows}


def test_what_the_server_can_select_it_selects() -> None:
    server = StandIn(archived=[*map(run, range(10)), run(10, "Failed"), run(11, team="qa")])
    with archive(server) as (found, api):
        failed = ArchiveQuery(labels=f"{LABEL}phase in (Failed)")
        assert all_pages(found, failed) == [["run-0010"]]
        assert all_pages(found, ArchiveQuery(name_contains="-001")) == [["run-0011", "run-0010"]]
        begins = ArchiveQuery(name_begins="run-001", begun_before="2026-11-01T00:11:00Z")
        assert all_pages(found, begins) == [["run-0010"]]
        assert all_pages(found, ArchiveQuery(name="run-0003")) == [["run-0003"]]
        assert all_pages(found, ArchiveQuery(namespace="other")) == [[]]
        late = ArchiveQuery(namespace="argo", begun_after="2026-11-01T00:09:00Z")
        assert all_pages(found, late) == [["run-0011", "run-0010"]]
        assert api.asked[-1].query["namespace"] == "argo"


def test_an_archive_that_is_switched_off_says_so_and_an_empty_one_does_not() -> None:
    server = StandIn()
    with archive(server) as (found, _):
        assert found.page(WORKFLOWS, ArchiveQuery()).rows == ()
        server.has_archive = False
        with pytest.raises(NotOffered, match="keeps no archive"):
            found.page(WORKFLOWS, ArchiveQuery())


def test_a_filter_that_finds_nothing_is_no_archive_that_is_switched_off() -> None:
    with archive(StandIn(archived=[run(1)])) as (found, api):
        found.page(WORKFLOWS, ArchiveQuery())
        found.page(WORKFLOWS, ArchiveQuery(name="nope"))
        assert len(api.asked) == 2, "it is known to be there"


DOWN = "failed to connect to `host=db`: dial tcp 10.0.0.5:5432: connect: connection refused"


def test_a_database_that_is_down_and_a_right_that_lacks_are_said() -> None:
    server = StandIn(archived=[run(1)])
    with archive(server) as (found, _):
        server.refusing["GET .*/archived-workflows"] = (500, 13, DOWN)
        with pytest.raises(Busy, match="connection refused"):
            found.page(WORKFLOWS, ArchiveQuery())
        server.refusing["GET .*/archived-workflows"] = (403, 7, "permission denied")
        with pytest.raises(Refused, match="permission denied"):
            found.page(WORKFLOWS, ArchiveQuery())


@pytest.mark.parametrize("status", [502, 504])
def test_a_page_of_a_gateway_is_no_empty_archive(status: int) -> None:
    server = StandIn(archived=[run(1)])
    page = b"<html><body>Bad gateway</body></html>"
    server.instead.append(
        answering("archived-workflows", lambda asked, reply: reply.raw(page, status))
    )
    with archive(server) as (found, _), pytest.raises(Busy, match=str(status)):
        found.page(WORKFLOWS, ArchiveQuery())


def test_one_run_is_looked_up_among_all_of_its_name() -> None:
    twice = [run(1), run(2)]
    for number, each in enumerate(twice):
        each["metadata"] |= {"name": "nightly", "uid": f"uid-{number}"}
    with archive(StandIn(archived=twice)) as (found, _):
        key = ObjectKey("c", "wf", "argo", "nightly", "uid-0")
        row = found.find(WORKFLOWS, key, "uid-0")
        assert row is not None and row.uid == "uid-0" and row.value.status.started_at
        assert found.find(WORKFLOWS, key, "uid-7") is None
        last = found.find(WORKFLOWS, key, "")
        assert last is not None and last.uid == f"uid-{max(range(len(twice)))}"


def test_the_history_of_a_template_is_read_in_pages_newest_first_with_a_limit() -> None:
    label = {f"{LABEL}workflow-template": "etl"}
    server = StandIn(archived=[*(run(n, **label) for n in range(300)), *map(run, range(300, 310))])
    with server.running() as api:
        source = served_by(api)
        history = offered(source, History)
        asked = ArchiveQuery("argo", f"{LABEL}workflow-template=etl")
        found: Any = history.runs(WORKFLOWS, asked, most=250)
        newest: ListedWorkflow = next(found)
        assert newest.metadata.name == "run-0299"
        assert len(api.asked) == 1, "a page is read when it is wanted"
        assert len([newest, *found]) == 250
        assert len(api.asked) == 3
        assert len(list(history.runs(WORKFLOWS, asked, most=1000))) == 300
        source.close()
