"""Lists and watches as the server's Table, and filling their rows in, over a real socket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.fake_api import Asked, FakeApi, Reply, fake_api, listing, status, workflow
from tests.support.following import ARGO, Follower, connected
from tests.support.tables import TABLED, cells, metadata_in, table, tables
from tests.support.waiting import wait_until
from tui.domain.identity import Depth, ObjectKey, Part
from tui.domain.resource import Resource
from tui.errors import Busy, Refused, SourceError
from tui.kinds.pods import step_of
from tui.kinds.registry import KINDS
from tui.ports.collections import Changed, Filled, Gone, Live, Page, Scope, Stale, Stood, Unreadable
from tui.ports.connection import offered
from tui.ports.tables import Tables
from tui.ports.threads import CancelToken
from tui.sources.kubernetes import KubernetesSource
from tui.sources.paths import MOST_APART, PAGE, TABLE_PAGE

PLAIN = "application/json"


@contextmanager
def following(
    folder: Path, answer: Callable[[Asked, Reply], None], scope: Scope = ARGO, kind: Any = TABLED
) -> Iterator[tuple[Follower, FakeApi]]:
    """A watch of the list as Tables, for as long as the block lasts."""
    with fake_api(answer) as api:
        source = connected(api, folder)
        follower = Follower(lambda sink, stop: source.watch(kind, scope, sink, stop))
        try:
            yield follower, api
        finally:
            follower.end()
            source.close()


def form_of(asked: Asked) -> str:
    return {name.lower(): value for name, value in asked.headers.items()}["accept"]


def rows_of(follower: Follower) -> list[Any]:
    return [row for page in follower.of(Page) for row in page.rows]


# --- listing and watching ------------------------------------------------------------------------


def test_a_list_and_its_watch_are_asked_for_as_tables_without_objects(tmp_path: Path) -> None:
    def first(reply: Reply) -> None:
        reply.event("MODIFIED", table(cells("b", "Failed", "2m", "no luck"), version="101"))
        reply.hold()

    with following(tmp_path, tables(first, rows=[cells("a"), cells("b")])) as (follower, api):
        wait_until(lambda: follower.names() == ["b"])
        assert [type(event) for event in follower.told] == [Page, Stood, Changed]
        assert [(row.key.namespace, row.key.name) for row in rows_of(follower)] == [
            ("argo", "a"),
            ("argo", "b"),
        ]
        assert {row.depth for row in rows_of(follower)} == {Depth.TABLE}
        assert {(row.uid, row.version) for row in rows_of(follower)} == {("", "")}
        row = follower.of(Changed)[0].row
        assert (row.depth, row.uid, row.version) == (Depth.TABLE, "", "101")
        assert (row.value.phase, row.value.status.message) == ("Failed", "no luck")
        asked, watch = api.asked
        assert (asked.query["includeObject"], asked.query["limit"]) == ("None", str(TABLE_PAGE))
        assert watch.query["includeObject"] == "None" and watch.query["resourceVersion"] == "100"
        for each in api.asked:
            assert form_of(each) == "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


def test_columns_are_found_by_their_names_also_when_a_watch_has_others(tmp_path: Path) -> None:
    def first(reply: Reply) -> None:
        turned = ("message", "STATUS", "Extra", "name")
        reply.event("ADDED", table(["m", "Failed", 7, "x"], version="101", columns=turned))
        reply.event("ADDED", table(["n", "Running", 8, "y"], version="102", columns=None))
        reply.hold()

    with following(tmp_path, tables(first, rows=[cells("a")])) as (follower, _):
        wait_until(lambda: follower.names() == ["x", "y"])
        told = [event.row.value for event in follower.of(Changed)]
        assert [(each.phase, each.status.message) for each in told] == [
            ("Failed", "m"),
            ("Running", "n"),
        ]


def test_without_definitions_in_a_watch_the_columns_are_those_of_the_list(tmp_path: Path) -> None:
    def first(reply: Reply) -> None:
        reply.event("ADDED", table(cells("b", "Failed"), version="101", columns=None))
        reply.hold()

    with following(tmp_path, tables(first, rows=[cells("a")])) as (follower, _):
        wait_until(lambda: follower.names() == ["b"])
        assert follower.of(Changed)[0].row.value.phase == "Failed"


def test_what_is_deleted_is_gone_and_a_bookmark_moves_the_watch_on(tmp_path: Path) -> None:
    def first(reply: Reply) -> None:
        reply.event("BOOKMARK", table(["", None, None, None], version="140"))
        reply.event("DELETED", table(cells("a"), version="150", columns=None))
        reply.event("BOOKMARK", table(["", None, None, None], version="160", columns=None))
        reply.end()

    with following(tmp_path, tables(first, rows=[cells("a")])) as (follower, api):
        wait_until(lambda: len(api.watches()) == 2)
        (gone,) = follower.of(Gone)
        assert (gone.key.namespace, gone.key.name, gone.uid) == ("argo", "a", "")
        assert api.watches()[1].query["resourceVersion"] == "160"
        assert not follower.of(Changed)


def test_a_410_in_a_watch_of_tables_lists_again(tmp_path: Path) -> None:
    def first(reply: Reply) -> None:
        reply.event("ERROR", status(410, "Expired", "too old resource version: 10 (2218)"))
        reply.end()

    with following(tmp_path, tables(first, rows=[cells("a")])) as (follower, api):
        wait_until(lambda: len(follower.standings(Live)) == 2)
        assert len(api.lists()) == 2
        assert not follower.standings(Stale)


def test_over_all_namespaces_rows_come_with_metadata_in_the_pages_of_objects(
    tmp_path: Path,
) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if asked.is_watch:
            reply.begin()
            body = table(cells("c"), version="101", metadata=metadata_in("three"))
            reply.event("ADDED", body)
            reply.hold()
        elif asked.query.get("continue"):
            reply.json(table(cells("b"), metadata=metadata_in("two")))
        else:
            reply.json(table(cells("a"), more="next", metadata=metadata_in("one")))

    with following(tmp_path, answer, Scope()) as (follower, api):
        wait_until(lambda: follower.names() == ["c"])
        found = [*rows_of(follower), follower.of(Changed)[0].row]
        assert [row.key.namespace for row in found] == ["one", "two", "three"]
        assert [row.uid for row in found] == ["uid-a", "uid-b", "uid-c"]
        assert {row.version for row in found} == {"7"}
        labels = {"team": "data"}
        assert all(row.value.metadata.labels == labels for row in found)
        assert {asked.query["includeObject"] for asked in api.asked} == {"Metadata"}
        assert {asked.query["limit"] for asked in api.lists()} == {str(PAGE)}


def test_a_kind_that_a_table_tells_all_of_comes_with_metadata_and_is_not_filled_in(
    tmp_path: Path,
) -> None:
    def metadata(name: str) -> dict[str, Any]:
        step = {"workflows.argoproj.io/node-name": f"etl.{name}"}
        return {**metadata_in("argo")(name), "annotations": step}

    def body(name: str) -> dict[str, Any]:
        row = [name, "2/2", "Running", 0, "node-a"]
        columns = ("Name", "Ready", "Status", "Restarts", "Node")
        return table(row, version="101", columns=columns, metadata=metadata)

    def answer(asked: Asked, reply: Reply) -> None:
        if asked.is_watch:
            reply.begin()
            reply.event("ADDED", body("b"))
            reply.hold()
        else:
            reply.json(body("a"))

    with following(tmp_path, answer, kind=KINDS["pods"]) as (follower, api):
        wait_until(lambda: follower.names() == ["b"])
        found = [*rows_of(follower), follower.of(Changed)[0].row]
        assert [step_of(row.value) for row in found] == ["etl.a", "etl.b"]
        assert {row.depth for row in found} == {Depth.SUMMARY}, "nothing is due to be read"
        assert {asked.path for asked in api.asked} == {"/api/v1/namespaces/argo/pods"}
        assert {asked.query["includeObject"] for asked in api.asked} == {"Metadata"}


MANY = tuple(f"ns-{number:02}" for number in range(MOST_APART + 1))


def test_more_namespaces_than_go_apart_are_read_by_one_list_and_one_watch(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if asked.is_watch:
            reply.begin()
            for name, namespace in (("c", "ns-01"), ("x", "elsewhere"), ("d", "ns-02")):
                body = table(cells(name), version="101", metadata=metadata_in(namespace))
                reply.event("ADDED", body)
            reply.event("DELETED", table(cells("c"), metadata=metadata_in("ns-01")))
            reply.hold()
        elif asked.query.get("continue"):
            reply.json(table(cells("b"), metadata=metadata_in("ns-32")))
        else:
            body = table(cells("a"), more="next", metadata=metadata_in("ns-00"))
            body["rows"] += table(cells("y"), metadata=metadata_in("elsewhere"))["rows"]
            reply.json(body)

    with following(tmp_path, answer, Scope(MANY)) as (follower, api):
        wait_until(lambda: follower.of(Gone))
        assert {asked.path for asked in api.asked} == {"/apis/argoproj.io/v1alpha1/workflows"}
        assert len(api.watches()) == 1
        assert [(row.key.namespace, row.key.name) for row in rows_of(follower)] == [
            ("ns-00", "a"),
            ("ns-32", "b"),
        ]
        ended = {event.part.namespace for event in follower.of(Page) if event.last}
        assert ended == set(MANY), "each part is complete, also one in which there is nothing"
        live = {event.part.namespace for event in follower.of(Stood)}
        assert live == set(MANY) and len(follower.standings(Live)) == len(MANY)
        assert follower.names() == ["c", "d"]
        assert all(
            event.part.namespace == event.row.key.namespace for event in follower.of(Changed)
        )
        assert [(gone.part.namespace, gone.key.name) for gone in follower.of(Gone)] == [
            ("ns-01", "c")
        ]


def test_who_may_not_read_all_namespaces_reads_many_one_by_one(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if "/namespaces/" not in asked.path:
            reply.refuse(403, "Forbidden", "no")
        elif asked.is_watch:
            reply.begin()
            reply.hold()
        else:
            reply.json(table(cells("a")))

    with following(tmp_path, answer, Scope(MANY)) as (follower, api):
        wait_until(lambda: len(follower.standings(Live)) == len(MANY))
        assert {row.key.namespace for row in rows_of(follower)} == set(MANY)
        assert {asked.query["includeObject"] for asked in api.watches()} == {"None"}
        assert not follower.standings(Unreadable)


def test_many_namespaces_of_a_cluster_without_the_kind_say_so_each(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        reply.raw(b"404 page not found", 404)

    with following(tmp_path, answer, Scope(MANY)) as (follower, _):
        wait_until(lambda: len(follower.standings(Unreadable)) == len(MANY))
        assert follower.error is None


def test_a_kind_of_the_whole_cluster_needs_no_metadata(tmp_path: Path) -> None:
    resource = Resource("argoproj.io", "v1alpha1", "things", "Thing", namespaced=False)
    kind = msgspec.structs.replace(TABLED, resource=resource)
    with following(tmp_path, tables(rows=[cells("a")]), Scope(("argo",)), kind) as (follower, api):
        wait_until(lambda: follower.standings(Live))
        assert [(row.key.namespace, row.key.name) for row in rows_of(follower)] == [("", "a")]
        assert {asked.query["includeObject"] for asked in api.asked} == {"None"}


def test_a_server_that_answers_with_objects_is_read_as_any_other(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if asked.is_watch:
            reply.begin()
            reply.event("ADDED", workflow("c", version="101"))
            reply.hold()
        elif asked.query.get("continue"):
            reply.json(listing(workflow("b")))
        else:
            reply.json(listing(workflow("a"), more="next"))

    with following(tmp_path, answer) as (follower, api):
        wait_until(lambda: follower.names() == ["c"])
        found = [*rows_of(follower), follower.of(Changed)[0].row]
        assert [(row.key.name, row.uid) for row in found] == [
            ("a", "uid-a"),
            ("b", "uid-b"),
            ("c", "uid-c"),
        ]
        assert {row.depth for row in found} == {Depth.SUMMARY}
        assert form_of(api.watches()[0]) == PLAIN


def test_a_watch_that_tells_objects_after_a_list_as_table_is_read_too(tmp_path: Path) -> None:
    def first(reply: Reply) -> None:
        reply.event("ADDED", workflow("b", version="101"))
        reply.hold()

    with following(tmp_path, tables(first, rows=[cells("a")])) as (follower, _):
        wait_until(lambda: follower.names() == ["b"])
        assert [row.depth for row in rows_of(follower)] == [Depth.TABLE]
        row = follower.of(Changed)[0].row
        assert (row.depth, row.uid, row.version) == (Depth.SUMMARY, "uid-b", "101")


@pytest.mark.parametrize("columns", [("Name", "Age"), ("Status", "Age"), ()], ids=str)
def test_a_table_that_lacks_what_a_list_needs_is_asked_for_as_objects(
    tmp_path: Path, columns: Sequence[str]
) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if asked.is_watch:
            reply.begin()
            reply.hold()
        elif "Table" in form_of(asked):
            reply.json(table([f"cell {at}" for at, _ in enumerate(columns)], columns=columns))
        else:
            reply.json(listing(workflow("a")))

    with following(tmp_path, answer) as (follower, api):
        wait_until(lambda: follower.standings(Live))
        assert [(row.key.name, row.depth) for row in rows_of(follower)] == [("a", Depth.SUMMARY)]
        assert form_of(api.watches()[0]) == PLAIN
        assert not follower.standings(Stale)


def test_a_watch_whose_columns_changed_beyond_use_is_begun_again_with_objects(
    tmp_path: Path,
) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        as_table = "Table" in form_of(asked)
        if not asked.is_watch:
            reply.json(table(cells("a")) if as_table else listing(workflow("b")))
            return
        reply.begin()
        if as_table:
            reply.event("ADDED", table(["b", "3m"], version="101", columns=("Name", "Age")))
        reply.hold()

    with following(tmp_path, answer) as (follower, _):
        wait_until(lambda: len(follower.standings(Live)) == 2)
        assert [row.key.name for row in rows_of(follower)] == ["a", "b"]
        assert not follower.standings(Stale)


@pytest.mark.parametrize(
    "body", [b"<html>log in first</html>", b'{"kind": "Status", "status": "Success"}', b"{}"]
)
def test_something_else_in_the_place_of_a_list_is_told_and_takes_neither_rows_nor_tables_away(
    tmp_path: Path, body: bytes
) -> None:
    lists: list[Asked] = []

    def answer(asked: Asked, reply: Reply) -> None:
        if asked.is_watch:
            reply.begin()
            if len(lists) == 1:
                reply.event("ERROR", status(410, "Expired", "too old"))
                reply.end()
            reply.hold()
        lists.append(asked)
        if len(lists) == 2:
            reply.raw(body)
        else:
            reply.json(table(cells("a")))

    with following(tmp_path, answer) as (follower, _):
        wait_until(lambda: len(follower.standings(Live)) == 2)
        assert "cannot be read" in follower.standings(Stale)[0].error.what
        assert [row.depth for row in rows_of(follower)] == [Depth.TABLE] * 2
        assert len(lists) == 3


def test_tables_are_asked_for_again_with_each_new_list(tmp_path: Path) -> None:
    lists: list[Asked] = []

    def answer(asked: Asked, reply: Reply) -> None:
        if asked.is_watch:
            reply.begin()
            if len(lists) == 1:
                reply.event("ERROR", status(410, "Expired", "too old"))
                reply.end()
            reply.hold()
        lists.append(asked)
        reply.json(listing(workflow("a")) if len(lists) == 1 else table(cells("a")))

    with following(tmp_path, answer) as (follower, _):
        wait_until(lambda: len(follower.standings(Live)) == 2)
        assert [row.depth for row in rows_of(follower)] == [Depth.SUMMARY, Depth.TABLE]


def test_rubbish_in_a_watch_of_tables_is_told_and_everything_is_listed_again(
    tmp_path: Path,
) -> None:
    def first(reply: Reply) -> None:
        reply.piece(b"\x00\xff rubbish\n")
        reply.hold()

    with following(tmp_path, tables(first, rows=[cells("a")])) as (follower, api):
        wait_until(lambda: len(api.lists()) == 2)
        assert "cannot be read" in follower.standings(Stale)[0].error.what


def test_an_event_as_table_costs_few_bytes_and_a_list_a_hundredth_of_its_objects(
    tmp_path: Path,
) -> None:
    """2,000 rows of a page are less than 250 kB, whatever the objects weigh."""
    rows = [cells(f"nightly-etl-{n:05}", "Succeeded", "64m") for n in range(TABLE_PAGE)]
    with following(tmp_path, tables(rows=rows)) as (follower, api):
        wait_until(lambda: follower.standings(Live))
        assert len(rows_of(follower)) == TABLE_PAGE
        assert len(api.lists()) == 1
        assert api.bytes_sent < 250_000


# --- filling in ----------------------------------------------------------------------------------


def key(source: KubernetesSource, name: str, namespace: str = "argo") -> ObjectKey:
    return ObjectKey(source.id, TABLED.id, namespace, name)


def test_objects_are_filled_in_one_by_one_and_one_that_is_gone_is_left_out(
    tmp_path: Path,
) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        *_, namespace, _, name = asked.path.split("/")
        if name == "gone":
            reply.refuse(404, "NotFound", "not found", name=name, kind="workflows")
        else:
            reply.json(workflow(name, version="9", namespace=namespace))

    told: list[Any] = []
    with fake_api(answer) as api:
        source = connected(api, tmp_path)
        keys = [*(key(source, name) for name in ("a", "gone", "b")), key(source, "c", "other")]
        offered(source, Tables).fill(TABLED, keys, told.append, CancelToken(), since=5)
        source.close()
    assert all(isinstance(event, Filled) and event.since == 5 for event in told)
    found = {row.key: (event.part, row) for event in told for row in event.rows}
    assert set(found) == {keys[0], keys[2], keys[3]}
    assert found[keys[3]][0] == Part(source.id, TABLED.id, namespace="other")
    for part, row in found.values():
        assert part.namespace == row.key.namespace
        assert (row.depth, row.version) == (Depth.SUMMARY, "9")
    assert {asked.path.split("/")[-1] for asked in api.asked} == {"a", "gone", "b", "c"}


def test_eight_objects_are_read_at_once_and_never_more(tmp_path: Path) -> None:
    release, lock, now, most = threading.Event(), threading.Lock(), [0], [0]

    def answer(asked: Asked, reply: Reply) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
            if now[0] == 8:
                release.set()
        release.wait(5)
        with lock:
            now[0] -= 1
        reply.json(workflow(asked.path.split("/")[-1]))

    told: list[Any] = []
    with fake_api(answer) as api:
        source = connected(api, tmp_path)
        keys = [key(source, f"w-{n}") for n in range(40)]
        offered(source, Tables).fill(TABLED, keys, told.append, CancelToken())
        source.close()
    assert most == [8]
    assert sum(len(event.rows) for event in told) == 40


@pytest.mark.parametrize("began", [False, True], ids=["before the headers", "in the body"])
def test_filling_ends_at_once_when_stopped_and_tells_nothing_more(
    tmp_path: Path, began: bool
) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if asked.path.endswith("/first"):
            reply.json(workflow("first"))
            return
        if began:
            reply.begin(1000)
        reply.hold()

    with fake_api(answer) as api:
        source = connected(api, tmp_path)
        keys = [key(source, name) for name in ("first", "slow", "never")]
        fill = offered(source, Tables).fill
        follower = Follower(lambda sink, stop: fill(TABLED, keys, sink, stop))
        wait_until(lambda: len(api.asked) == 3 and follower.told)
        assert follower.end() < 0.5
        assert follower.error is None
        assert [row.key.name for event in follower.told for row in event.rows] == ["first"]
        assert source._transport.health.failed is None, "stopping is no trouble of the cluster"
        source.close()


def test_the_first_failure_ends_the_filling_after_what_came_before_it(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        name = asked.path.split("/")[-1]
        if name == "bad":
            wait_until(lambda: told)
            reply.refuse(503, "ServiceUnavailable", "no")
        else:
            reply.json(workflow(name))

    told: list[Any] = []
    with fake_api(answer) as api:
        source = connected(api, tmp_path)
        keys = [key(source, name) for name in ("good", "bad")]
        with pytest.raises(Busy):
            offered(source, Tables).fill(TABLED, keys, told.append, CancelToken())
        source.close()
    assert [row.key.name for event in told for row in event.rows] == ["good"]


def test_filling_all_tells_page_by_page_and_begins_anew_when_its_pages_expire(
    tmp_path: Path,
) -> None:
    expired: list[Asked] = []

    def answer(asked: Asked, reply: Reply) -> None:
        if not asked.query.get("continue"):
            reply.json(listing(workflow("a"), more="next"))
        elif not expired:
            expired.append(asked)
            reply.refuse(410, "Expired", "too old")
        else:
            reply.json(listing(workflow("b")))

    told: list[Any] = []
    with fake_api(answer) as api:
        source = connected(api, tmp_path)
        fill = offered(source, Tables).fill_all
        fill(TABLED, ARGO, told.append, CancelToken(), since=3)
        (part,) = source.parts(TABLED, ARGO)
        source.close()
    assert [(event.part, event.since) for event in told] == [(part, 3)] * 3
    names = [row.key.name for event in told for row in event.rows]
    assert names == ["a", "a", "b"]
    assert {row.depth for event in told for row in event.rows} == {Depth.SUMMARY}
    assert {form_of(asked) for asked in api.asked} == {PLAIN}


def test_filling_all_ends_at_once_when_stopped(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if asked.query.get("continue"):
            reply.hold()
        else:
            reply.json(listing(workflow("a"), more="next"))

    with fake_api(answer) as api:
        source = connected(api, tmp_path)
        fill = offered(source, Tables).fill_all
        follower = Follower(lambda sink, stop: fill(TABLED, ARGO, sink, stop))
        wait_until(lambda: len(api.asked) == 2 and follower.told)
        assert follower.end() < 0.5
        assert follower.error is None
        assert source._transport.health.failed is None
        source.close()


# --- questions -----------------------------------------------------------------------------------


def test_what_selectors_match_is_asked_as_tables(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        namespace = asked.path.split("/")[5]
        reply.json(table(cells("a"), cells("b")) if namespace == "one" else table())

    with fake_api(answer) as api:
        source = connected(api, tmp_path)
        scope = Scope(("one", "two"), "team=data", "metadata.name!=x")
        found = offered(source, Tables).matching(TABLED, scope, CancelToken())
        source.close()
    assert found == {key(source, "a", "one"), key(source, "b", "one")}
    for asked in api.asked:
        assert asked.query["labelSelector"] == "team=data"
        assert asked.query["fieldSelector"] == "metadata.name!=x"
        assert asked.query["includeObject"] == "None"


def test_a_table_is_read_at_once_with_all_of_its_pages_and_cells(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if asked.query.get("continue"):
            reply.json(table(cells("b", "Failed", "5s", "no luck")))
        else:
            reply.json(table(cells("a"), more="next"))

    with fake_api(answer) as api:
        source = connected(api, tmp_path)
        before = datetime.now(UTC)
        found = offered(source, Tables).read_table(TABLED, ARGO)
        source.close()
    assert [row.name for row in found] == ["a", "b"]
    assert dict(found[1].cells) == {
        "name": "b",
        "status": "Failed",
        "age": "5s",
        "message": "no luck",
    }
    assert found[0].cell("Message") == ""
    assert all(before <= row.at <= datetime.now(UTC) for row in found)


def test_a_namespace_that_may_not_be_read_is_told_while_another_can(tmp_path: Path) -> None:
    def answer(asked: Asked, reply: Reply) -> None:
        if "/two/" in asked.path:
            reply.refuse(403, "Forbidden", "no")
        else:
            reply.json(table(cells("a")))

    left_out: list[tuple[Part, SourceError]] = []
    with fake_api(answer) as api:
        source = connected(api, tmp_path)
        read = offered(source, Tables).read_table
        found = read(TABLED, Scope(("one", "two")), lambda *told: left_out.append(told))
        with pytest.raises(Refused):
            read(TABLED, Scope(("one", "two")))
        source.close()
    assert [(row.namespace, row.name) for row in found] == [("one", "a")]
    ((part, error),) = left_out
    assert part.namespace == "two" and isinstance(error, Refused)


def test_a_server_without_tables_cannot_be_asked_for_one(tmp_path: Path) -> None:
    with fake_api(lambda asked, reply: reply.json(listing(workflow("a")))) as api:
        source = connected(api, tmp_path)
        with pytest.raises(SourceError, match="no Table"):
            offered(source, Tables).read_table(TABLED, ARGO)
        source.close()
