"""Playing a recording: at every time the same is told that was told then, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.argo_server import StandIn, served_by
from tests.support.recordings import Clock, recording_of
from tests.support.runs import nightly_etl
from tests.support.scripted import ScriptedSource, key_of, manifest, ref_of
from tests.support.waiting import wait_until
from tests.support.where import where
from tui.artifacts import Stores
from tui.artifacts.base import StoreError
from tui.artifacts.served import served
from tui.domain import decode
from tui.domain.archived import ArchiveQuery
from tui.domain.artifact import artifacts_of_workflow
from tui.domain.identity import Depth, ObjectKey, Origin, Part, Target
from tui.domain.logs import LogBlock
from tui.domain.recording import SUFFIX
from tui.domain.workflow import LABEL, Manifest
from tui.errors import InputError, Missing, NotOffered, Rejected
from tui.kinds.workflows import WORKFLOWS
from tui.ports.archive import Archive, History
from tui.ports.artifacts import ServedArtifacts
from tui.ports.collections import (
    Changed,
    Collections,
    Gone,
    Live,
    Page,
    Readable,
    Scope,
    Sink,
    Stood,
    Unreadable,
)
from tui.ports.connection import Connection, Place, offered
from tui.ports.events import Event, Events
from tui.ports.logs import ArchivedLogs, LogRequest, PodLogs
from tui.ports.objects import Objects, Watches, Whole, whole_row
from tui.ports.operations import Operations
from tui.ports.playback import Playback
from tui.ports.stores import StoreAnswers
from tui.ports.threads import CancelToken
from tui.recording.hearing import Ear
from tui.recording.writing import Recorder
from tui.sources import open_source
from tui.sources.recorded import NOT_RECORDED, Player, read
from tui.state.known import KnownObjects

START = datetime.fromtimestamp(1_800_000_000, UTC)
ETL = manifest("etl")
REF = ref_of(ETL)


def recorded(folder: Path, source: Connection, ask: Callable[[Connection, Clock], object]) -> Path:
    return recording_of(source, folder / f"day{SUFFIX}", ask)


@contextmanager
def watched(connection: Connection, kind: Readable[Any, Any] = WORKFLOWS) -> Iterator[list[Any]]:
    """What a watch of a kind tells, while it goes on."""
    scope = Scope()
    told: list[Any] = []
    stop = CancelToken()
    watch = offered(connection, Collections).watch
    thread = threading.Thread(target=watch, args=(kind, scope, told.append, stop))
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def wait_for(told: list[Any], kind: type[Any]) -> None:
    """Wait until something of a kind was told."""
    wait_until(lambda: any(isinstance(each, kind) for each in told))


def story(source: ScriptedSource) -> Callable[[Connection, Clock], None]:
    """Ten seconds: `etl` fails after two and `new` comes after four; `etl` goes after six."""

    def ask(heard: Connection, clock: Clock) -> None:
        begin = clock.seconds
        with watched(heard) as told:
            wait_until(lambda: any(isinstance(each, Page) for each in told))
            clock.seconds = begin + 2
            source.put(manifest("etl", version="2", phase="Failed"))
            wait_until(lambda: len([each for each in told if isinstance(each, Changed)]) == 1)
            clock.seconds = begin + 4
            source.put(manifest("new", version="3"))
            wait_until(lambda: len([each for each in told if isinstance(each, Changed)]) == 2)
            clock.seconds = begin + 6
            source.remove(REF)
            wait_until(lambda: any(isinstance(each, Gone) for each in told))
            clock.seconds = begin + 10
            offered(heard, Objects).get(Target(key_of(manifest("new"))))

    return ask


def names_at(player: Player, seconds: float) -> dict[str, str]:
    player.go_to(START + timedelta(seconds=seconds))
    player.pause(True)
    found = offered(player.connections[0], Collections).read_all(WORKFLOWS, Scope())
    return {each.metadata.name: each.phase for each in found}


Play = Callable[[Path, Clock], Player]


@pytest.fixture
def play() -> Iterator[Play]:
    """Opens recordings, and closes them afterwards."""
    opened: list[Player] = []

    def opening(path: Path, clock: Clock) -> Player:
        opened.append(read(str(path), clock))
        return opened[-1]

    yield opening
    for player in opened:
        for each in player.connections:
            each.close()


@pytest.fixture
def day(tmp_path: Path, play: Play) -> Player:
    source = ScriptedSource(ETL)
    return play(recorded(tmp_path, source, story(source)), Clock())


def test_at_each_time_the_list_is_what_it_was(day: Player) -> None:
    assert (day.begins, day.ends) == (START, START + timedelta(seconds=10))
    for seconds, names in (
        (0, {"etl": "Running"}),
        (1.9, {"etl": "Running"}),
        (3, {"etl": "Failed"}),
        (5, {"etl": "Failed", "new": "Running"}),
        (9, {"new": "Running"}),
        (2.5, {"etl": "Failed"}),
    ):
        assert names_at(day, seconds) == names, seconds
    assert not day.notes


def test_it_begins_with_its_first_list_and_says_of_a_later_one_since_when_it_is_known(
    tmp_path: Path, play: Play
) -> None:
    from tui.kinds.registry import KINDS

    source = ScriptedSource(ETL)

    def ask(heard: Connection, clock: Clock) -> None:
        clock.seconds += 2.5
        with watched(heard) as told:
            wait_for(told, Stood)
        clock.seconds += 1.25
        offered(heard, Objects).get(Target(key_of(ETL)))
        with watched(heard, KINDS["cron"]) as told:
            wait_for(told, Stood)

    player = play(recorded(tmp_path, source, ask), Clock())
    assert player.begins == START + timedelta(seconds=2.5)
    player.go_to(START)
    player.pause(True)
    assert player.now() == player.begins
    names = offered(player.connections[0], Collections).read_all(WORKFLOWS, Scope())
    assert [each.metadata.name for each in names] == ["etl"]
    later = "not recorded before 2027-01-15 08:00:04 UTC"
    with pytest.raises(Missing, match=later):
        offered(player.connections[0], Objects).get(Target(key_of(ETL)))
    with watched(player.connections[0], KINDS["cron"]) as told:
        wait_until(lambda: [each for each in told if isinstance(each, Stood)])
        assert f"the list of cron workflows was {later}" in str(told[-1].standing.error)
        player.go_to(START + timedelta(seconds=4))
        wait_until(lambda: isinstance(told[-1], Stood) and told[-1].standing == Live())


def test_a_watch_is_told_what_happens_and_all_of_it_anew_where_time_jumps(day: Player) -> None:
    names_at(day, 1)
    (connection,) = day.connections
    known: KnownObjects[Any] = KnownObjects()

    def names(told: list[Any]) -> set[str]:
        known.apply(told)
        told.clear()
        return {key.name for key in known}

    with watched(connection) as told:
        wait_until(lambda: names(told) == {"etl"})
        day.go_to(START + timedelta(seconds=5))
        wait_until(lambda: names(told) == {"etl", "new"})
        day.go_to(START)
        wait_until(lambda: names(told) == {"etl"})
        assert next(iter(known.values())).value.phase == "Running"


def test_it_goes_by_its_own_clock_as_fast_as_it_is_asked_to(tmp_path: Path, play: Play) -> None:
    source, clock = ScriptedSource(ETL), Clock()
    player = play(recorded(tmp_path, source, story(source)), clock)
    assert player.is_over
    player.go_to(player.begins)
    with watched(player.connections[0]) as told:
        wait_until(lambda: told)
        clock.seconds += 2.5
        wait_until(lambda: any(isinstance(each, Changed) for each in told))
        assert player.now() == START + timedelta(seconds=2.5) and not player.is_over
        player.go_at(5.0)
        clock.seconds += 1
        assert player.now() == START + timedelta(seconds=7.5)
        wait_until(lambda: any(isinstance(each, Gone) for each in told))
        player.pause(True)
        clock.seconds += 100
        assert player.now() == START + timedelta(seconds=7.5) and player.is_paused
        player.pause(False)
        clock.seconds += 100
        assert player.now() == player.ends and player.is_over and not player.is_paused
    player.go_to(player.begins - timedelta(days=1))
    assert player.now() == player.begins


def test_nothing_can_be_changed_and_what_was_not_recorded_says_so(day: Player) -> None:
    (connection,) = day.connections
    assert connection.port(Operations) is None
    assert connection.lacks(Operations) == "this is a recording: there is no cluster to ask"
    assert not connection.place.is_live and connection.port(Playback) is day
    with pytest.raises(NotOffered, match="the events of etl were not recorded"):
        offered(connection, Events).events(REF)
    with pytest.raises(NotOffered, match="the log of main was not recorded"):
        list(offered(connection, PodLogs).log(LogRequest("argo", "etl-1"), CancelToken()))
    with pytest.raises(Missing, match="was only listed") as only:
        offered(connection, Objects).get(Target(key_of(ETL)))
    assert only.value.reason == NOT_RECORDED
    names_at(day, 5)
    with pytest.raises(Missing, match=r"not recorded before 2027-01-15 08:00:10 UTC"):
        offered(connection, Objects).get(Target(key_of(manifest("new"))))
    names_at(day, 10)
    assert offered(connection, Objects).get(Target(key_of(manifest("new"))))["kind"] == "Workflow"


def test_a_kind_that_nobody_listed_is_unreadable_with_the_reason(day: Player) -> None:
    from tui.kinds.registry import KINDS

    told: list[Any] = []
    stop = CancelToken()
    stop.set()
    watch = offered(day.connections[0], Collections).watch
    watch(KINDS["cron"], Scope(), told.append, stop)
    (stood,) = told
    assert isinstance(stood, Stood) and isinstance(stood.standing, Unreadable)
    assert "the list of cron workflows was not recorded" in str(stood.standing.error)


def test_answers_are_those_of_the_time_errors_too(tmp_path: Path, play: Play) -> None:
    source = ScriptedSource(ETL)
    first = Event("Normal", "Began", "it began", "2027-01-15T08:00:00Z", object_kind="Workflow")
    second = Event("Warning", "Failed", "no room", "2027-01-15T08:00:05Z")

    def ask(heard: Connection, clock: Clock) -> None:
        begin, events = clock.seconds, offered(heard, Events)
        for after, told in ((1, (first,)), (2, (first,)), (5, (first, second))):
            clock.seconds = begin + after
            source.events_of[REF.name] = told
            events.events(REF)
        source.refusal = Rejected("no more events today", status=400)
        clock.seconds = begin + 8
        with pytest.raises(Rejected):
            events.events(REF)

    player = play(recorded(tmp_path, source, ask), Clock())
    events = offered(player.connections[0], Events)
    player.pause(True)
    for seconds, told in ((1, (first,)), (4, (first,)), (6, (first, second))):
        player.go_to(START + timedelta(seconds=seconds))
        assert events.events(REF) == told
    player.go_to(START + timedelta(seconds=9))
    with pytest.raises(Rejected, match="no more events today") as refused:
        events.events(REF)
    assert refused.value.status == 400
    player.go_to(START + timedelta(seconds=0.5))
    with pytest.raises(Missing, match="events of etl were not recorded before"):
        events.events(REF)


LINES = [f"2027-01-15T08:00:0{i}.{i}00000000Z line {i}\n".encode() for i in range(8)]


def log_of(connection: Connection, **more: Any) -> bytes:
    request = LogRequest("argo", "etl-1", follow=False, **more)
    blocks = offered(connection, PodLogs).log(request, CancelToken())
    return b"".join(block.stamped() for block in blocks if len(block))


def stamped(lines: list[bytes]) -> list[str]:
    return [line.split(b" ", 1)[1].decode().strip() for line in lines]


def test_a_log_that_was_read_again_and_again_is_there_once_at_each_time(
    tmp_path: Path, play: Play
) -> None:
    source = ScriptedSource(ETL)

    def ask(heard: Connection, clock: Clock) -> None:
        begin = clock.seconds
        clock.seconds = begin + 3
        source.logs["etl-1", "main"] = [b"".join(LINES[2:3])]
        log_of(heard, tail_lines=1)
        clock.seconds = begin + 6
        source.logs["etl-1", "main"] = [b"".join(LINES[:3]), b"".join(LINES[3:6])]
        for _ in range(3):
            log_of(heard)
        source.logs["etl-1", "main"] = [b"".join(LINES)]
        clock.seconds = begin + 20
        log_of(heard)

    path = recorded(tmp_path, source, ask)
    player = play(path, Clock())
    player.pause(True)
    (connection,) = player.connections
    for seconds, count in ((20, 8), (2.5, 3), (4, 4), (9, 8), (0, 1)):
        player.go_to(START + timedelta(seconds=seconds))
        lines = log_of(connection).splitlines()
        assert stamped(lines) == [f"line {i}" for i in range(count)], seconds
    player.go_to(player.ends)
    assert stamped(log_of(connection, tail_lines=2).splitlines()) == ["line 6", "line 7"]
    since = "2027-01-15T08:00:06Z"
    assert stamped(log_of(connection, since_time=since).splitlines()) == ["line 6", "line 7"]
    assert path.stat().st_size < 1500, "what is read again is not written again"


class Unstamped(ScriptedSource):
    """A cluster: it tells the times of lines where they are wanted alone."""

    def log(self, request: LogRequest, stop: CancelToken) -> Iterator[LogBlock]:
        for block in super().log(request, stop):
            plain = LogBlock.uncut(block.data, block.source, stamped=False)
            yield block if request.stamped or not len(block) else plain


def test_a_log_that_was_read_with_and_without_times_is_there_once(
    tmp_path: Path, play: Play
) -> None:
    source = Unstamped(ETL)
    source.logs["etl-1", "main"] = [b"".join(LINES)]

    def ask(heard: Connection, clock: Clock) -> None:
        clock.seconds += 20
        for is_stamped in (False, True, False):
            log_of(heard, stamped=is_stamped)

    player = play(recorded(tmp_path, source, ask), Clock())
    player.pause(True)
    (connection,) = player.connections
    for seconds, count in ((20, 8), (2.5, 3)):
        player.go_to(START + timedelta(seconds=seconds))
        lines = log_of(connection).splitlines()
        assert stamped(lines) == [f"line {i}" for i in range(count)], seconds


def test_a_log_is_followed_as_its_lines_were_written(tmp_path: Path, play: Play) -> None:
    source = ScriptedSource(ETL)
    source.logs["etl-1", "main"] = [b"".join(LINES)]

    def ask(heard: Connection, clock: Clock) -> None:
        clock.seconds += 8
        list(offered(heard, PodLogs).log(LogRequest("argo", "etl-1"), CancelToken()))

    clock = Clock()
    player = play(recorded(tmp_path, source, ask), clock)
    player.go_to(START + timedelta(seconds=2.5))
    told: list[bytes] = []

    def follow() -> None:
        request = LogRequest("argo", "etl-1")
        for block in offered(player.connections[0], PodLogs).log(request, CancelToken()):
            told.extend(block.stamped().splitlines() if len(block) else [])

    thread = threading.Thread(target=follow)
    thread.start()
    wait_until(lambda: len(told) == 3)
    clock.seconds += 2
    wait_until(lambda: len(told) == 5)
    clock.seconds += 20
    thread.join(10)
    assert stamped(told) == [f"line {i}" for i in range(8)] and not thread.is_alive()


def test_a_log_that_could_not_be_read_says_what_it_said(tmp_path: Path, play: Play) -> None:
    source = ScriptedSource(ETL)

    def ask(heard: Connection, clock: Clock) -> None:
        with pytest.raises(Missing):
            log_of(heard)

    player = play(recorded(tmp_path, source, ask), Clock())
    with pytest.raises(Missing) as live:
        log_of(source)
    with pytest.raises(Missing, match=str(live.value.what).replace("(", r"\(")):
        log_of(player.connections[0])


def test_an_archived_log_is_there_as_it_was_read(tmp_path: Path, play: Play) -> None:
    from tui.domain.logs import blocks_of

    request = LogRequest("argo", "etl-1", follow=False)

    def ask(heard: Connection, clock: Clock) -> None:
        for _ in range(2):
            blocks = blocks_of([b"one\ntwo\n", b"three"], stamped=False)
            assert len(list(offered(heard, ArchivedLogs).archived_log(request, blocks))) == 2

    player = play(recorded(tmp_path, ScriptedSource(ETL), ask), Clock())
    never: Iterator[Any] = iter(())
    found = offered(player.connections[0], ArchivedLogs).archived_log(request, never)
    assert b"".join(block.data for block in found) == b"one\ntwo\nthree\n"


def test_what_was_filled_in_is_known_from_then_on(tmp_path: Path, play: Play) -> None:
    from tui.ports.tables import Tables

    source = ScriptedSource(manifest("etl", progress="3/7"), tables=True)

    def ask(heard: Connection, clock: Clock) -> None:
        begin = clock.seconds
        with watched(heard) as told:
            wait_until(lambda: any(isinstance(each, Page) for each in told))
            clock.seconds = begin + 5
            key = key_of(ETL)
            offered(heard, Tables).fill(WORKFLOWS, [key], told.append, CancelToken())
            clock.seconds = begin + 9

    player = play(recorded(tmp_path, source, ask), Clock())
    for seconds, depth in ((1, Depth.TABLE), (6, Depth.SUMMARY), (1, Depth.TABLE)):
        player.go_to(START + timedelta(seconds=seconds))
        player.pause(True)
        with watched(player.connections[0]) as told:
            wait_for(told, Stood)
        row = next(row for each in told if isinstance(each, Page) for row in each.rows)
        assert row.depth is depth, seconds
    player.go_to(player.ends)
    found = offered(player.connections[0], Objects).get(Target(key_of(ETL)))
    assert found["status"]["progress"] == "3/7", "it was read whole when it was filled in"


def test_an_object_that_is_watched_comes_changes_and_goes(tmp_path: Path, play: Play) -> None:
    source = ScriptedSource(ETL)
    key = key_of(ETL)

    def ask(heard: Connection, clock: Clock) -> None:
        begin, told, stop = clock.seconds, list[Any](), CancelToken()
        clock.seconds = begin + 1
        watch = offered(heard, Watches).watch_one
        thread = threading.Thread(target=watch, args=(WORKFLOWS, key, "", told.append, stop))
        thread.start()
        wait_until(lambda: told)
        clock.seconds = begin + 3
        source.put(manifest("etl", version="2", phase="Failed"))
        wait_until(lambda: any("Failed" in str(each) for each in told))
        clock.seconds = begin + 5
        source.remove(REF)
        wait_until(lambda: isinstance(told[-1], Gone))
        clock.seconds = begin + 9
        stop.set()
        thread.join(10)

    clock = Clock()
    player = play(recorded(tmp_path, source, ask), clock)
    player.go_to(player.begins)
    told: list[Any] = []
    stop = CancelToken()
    watch = offered(player.connections[0], Watches).watch_one
    thread = threading.Thread(target=watch, args=(WORKFLOWS, key, "", told.append, stop))
    thread.start()
    wait_until(lambda: told)
    assert "not recorded before" in str(told[0].standing.error)
    clock.seconds += 2
    wait_for(told, Changed)
    clock.seconds += 2
    wait_until(lambda: "Failed" in str(told[-2:]))
    clock.seconds += 2
    wait_until(lambda: isinstance(told[-1], Gone))
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_several_clusters_are_played_as_several(tmp_path: Path, play: Play) -> None:
    one, two = (
        ScriptedSource(manifest("etl")),
        ScriptedSource(
            manifest("etl", phase="Failed"), place=Place("other", "https://other", "argo", "tester")
        ),
    )
    path = tmp_path / f"day{SUFFIX}"
    recorder = Recorder(path, failed=print)
    ear = Ear()
    ear.begin(recorder)
    for each in (one, two):
        with watched(ear.heard(each)) as told:
            wait_for(told, Page)
    ear.end()
    recorder.end()
    player = play(path, Clock())
    assert [each.id for each in player.connections] == ["scripted", "other"]
    phases = [
        found.phase
        for each in player.connections
        for found in offered(each, Collections).read_all(WORKFLOWS, Scope())
    ]
    assert phases == ["Running", "Failed"]


def test_steps_that_only_a_server_has_are_recorded_with_the_run(tmp_path: Path, play: Play) -> None:
    whole = nightly_etl()
    steps = len(whole["status"]["nodes"])
    away = {**whole, "status": {**whole["status"], "offloadNodeStatusVersion": "fnv:1"}}
    del away["status"]["nodes"]
    found, _ = WORKFLOWS.whole(msgspec.json.encode(whole))
    key = key_of(whole)

    class Beside(ScriptedSource):
        """Tells the YAML of the cluster, and the steps of a server."""

        def watch_one(
            self, kind: Any, key: ObjectKey, uid: str, sink: Sink[Any], stop: CancelToken
        ) -> None:
            part = Part(self.id, kind.id, Origin.CLUSTER, key.namespace)
            told = Whole(found, msgspec.json.encode(away))
            sink(Changed(part, whole_row(part, told)))

    def ask(heard: Connection, clock: Clock) -> None:
        told: list[Any] = []
        offered(heard, Watches).watch_one(WORKFLOWS, key, "", told.append, CancelToken())

    player = play(recorded(tmp_path, Beside(whole), ask), Clock())
    again = offered(player.connections[0], Objects).get(Target(key))
    assert len(again["status"]["nodes"]) == steps


ARCHIVE_QUERIES = (
    ArchiveQuery(),
    ArchiveQuery(namespace="argo", labels=f"{LABEL}phase=Failed"),
    ArchiveQuery(name="run-3"),
    ArchiveQuery(name_contains="n-1"),
    ArchiveQuery(name_begins="run-2"),
    ArchiveQuery(begun_after="2026-11-01T00:05:00Z", begun_before="2026-11-01T00:09:00Z"),
    ArchiveQuery(namespace="elsewhere"),
)


def archived_run(number: int) -> Manifest:
    phase = "Failed" if number % 3 else "Succeeded"
    begun = f"2026-11-01T00:{number:02}:00Z"
    found = manifest(f"run-{number}", phase=phase, startedAt=begun, finishedAt=begun)
    found["metadata"]["labels"] = {f"{LABEL}phase": phase}
    return found


def test_what_was_read_of_an_archive_is_told_again_by_any_query(tmp_path: Path, play: Play) -> None:
    def named(connection: Connection) -> list[list[str]]:
        found = [offered(connection, Archive).page(WORKFLOWS, each) for each in ARCHIVE_QUERIES]
        return [[row.key.name for row in page.rows] for page in found]

    live: list[list[list[str]]] = []

    def ask(heard: Connection, clock: Clock) -> None:
        begin = clock.seconds
        clock.seconds = begin + 3
        offered(heard, Archive).find(WORKFLOWS, ObjectKey(heard.id, "wf", "argo", "run-3"), "")
        clock.seconds = begin + 5
        history = offered(heard, History).runs(WORKFLOWS, ArchiveQuery(), most=12)
        assert len(list(history)) == 12
        live.append(named(heard))
        clock.seconds = begin + 9
        live.append([list(offered(heard, Archive).label_values(f"{LABEL}phase"))])

    with StandIn(archived=map(archived_run, range(12))).running() as api:
        source = served_by(api)
        path = recorded(tmp_path, source, ask)
        source.close()
    player = play(path, Clock())
    (connection,) = player.connections
    assert named(connection) == live[0] and sum(map(len, live[0])) > 20
    archive = offered(connection, Archive)
    assert sorted(live[1][0]) == archive.label_values(f"{LABEL}phase")
    assert f"{LABEL}phase" in archive.label_keys()
    names, more = list[str](), ""
    while page := archive.page(WORKFLOWS, ArchiveQuery(), more, most=5):
        names += [row.key.name for row in page.rows]
        more = page.more
        if not more:
            break
    assert names == live[0][0]
    newest = offered(connection, History).runs(WORKFLOWS, ArchiveQuery(), most=2)
    assert [each.metadata.name for each in newest] == live[0][0][:2]
    player.go_to(player.begins + timedelta(seconds=4))
    player.pause(True)
    assert [row.key.name for row in archive.page(WORKFLOWS, ArchiveQuery()).rows] == ["run-3"]
    player.go_to(player.begins)
    with pytest.raises(Missing, match="the archive was not recorded before"):
        archive.page(WORKFLOWS, ArchiveQuery())


def test_what_an_argo_server_handed_out_is_found_at_the_same_places(
    tmp_path: Path, play: Play
) -> None:
    run = nightly_etl()
    workflow = decode.from_manifest(run)
    with StandIn(run).running() as api:
        source = served_by(api)
        live = served(source, workflow, artifacts_of_workflow(workflow, None))
        path = recorded(
            tmp_path, source, lambda heard, clock: offered(heard, Objects).get(Target(key_of(run)))
        )
        source.close()
    (connection,) = play(path, Clock()).connections
    again = served(connection, workflow, artifacts_of_workflow(workflow, None))
    places = [each.location.url for each in again if each.location is not None]
    assert len(places) > 3
    assert places == [each.location.url for each in live if each.location is not None]
    assert offered(connection, ServedArtifacts).by == "by the Argo Server"
    found = next(each.location for each in again if each.location is not None)
    stores = Stores(lambda *_: b"", answers=offered(connection, StoreAnswers))
    with pytest.raises(StoreError, match="this artifact was not recorded"):
        stores.store(found).stat(found)


# --- files of others -----------------------------------------------------------------------------


def test_a_file_that_is_cut_off_plays_as_far_as_it_goes_and_says_so(
    tmp_path: Path, play: Play
) -> None:
    source = ScriptedSource(ETL)
    path = recorded(tmp_path, source, story(source))
    whole = path.read_bytes()
    path.write_bytes(whole[:-3])
    player = play(path, Clock())
    assert player.notes == ["the recording breaks off: it ends in the middle of a block"]
    (trouble,) = player.connections[0].troubles
    assert "breaks off" in str(trouble)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is no recording"),
        (b"argo-tui recording 1\n", "nothing whole is in it"),
        (b"argo-tui recording 9\n", "newer program"),
        (b"argo-tui recording 1\nrubbish" * 9, "nothing whole is in it"),
        (b"PK\x03\x04" * 99, "it is no recording"),
    ],
)
def test_files_that_are_none_are_refused_with_a_sentence(
    tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / f"day{SUFFIX}"
    path.write_bytes(data)
    with pytest.raises(InputError, match=said):
        open_source(where(files=(str(path),)))


def test_it_is_known_by_its_content_whatever_it_is_called(tmp_path: Path) -> None:
    source = ScriptedSource(ETL)
    path = recorded(tmp_path, source, story(source)).rename(tmp_path / "from-a-colleague.bin")
    connection = open_source(where(files=(str(path),)))
    assert connection.port(Playback) is not None
    with pytest.raises(InputError, match="opened alone"):
        open_source(where(files=(str(path), str(path))))
    connection.close()


def test_frames_that_are_not_as_they_are_written_are_counted_and_harmless(
    tmp_path: Path, play: Play
) -> None:
    from tui.domain.recording import FIRST_LINE, Packer

    frames = [
        '[1000,"opened",["demo"],{"label":"demo"}]',
        '[1000,"row",["demo","wf","cluster","","","","argo","a","u","1","x"],{}]',
        '[1000,"row",["demo"],{}]',
        '[1000,"row",["demo","wf","cluster","","","","argo","b","u","1","2"],[]]',
        '[1000,"listed",["demo","wf","cluster","","",""]]',
        '[1000,"answer",["demo","events","argo","a",""],{"is":[{"type":5}]}]',
        '[1000,"log",["demo","argo","p","main",""],{"no":"text"}]',
        '[1000,"whole",["demo","wf","argo","a"]]',
        '[1000,"whole",["demo","wf","argo","b","u","1"],"no object"]',
        '[99999999999999999,"row",["demo"]]',
        '[1000,"lost",["many"]]',
        '[2000,"nothing that we know",["demo"]]',
        "rubbish",
    ]
    path = tmp_path / f"day{SUFFIX}"
    path.write_bytes(FIRST_LINE + Packer().block("\n".join(frames).encode() + b"\n"))
    player = play(path, Clock())
    (connection,) = player.connections
    assert any("pieces of it cannot be read" in note for note in player.notes)
    with watched(connection) as told:
        wait_until(lambda: any(isinstance(each, Stood) for each in told))
    assert not any(each.rows for each in told if isinstance(each, Page))
    for ask in (
        lambda: offered(connection, Events).events(REF._replace(name="a")),
        lambda: offered(connection, Objects).get(Target(ObjectKey("demo", "wf", "argo", "b"))),
        lambda: log_of(connection),
    ):
        with pytest.raises(Missing):
            ask()
