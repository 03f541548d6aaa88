"""The archive in the list: one list with what is in the cluster, read as far as somebody looks."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.app import STILL, Shown, showing
from tests.support.argo_server import ARCHIVING, StandIn, served_by
from tests.support.fake_api import Asked, FakeApi, Reply
from tests.support.scripted import manifest
from tui.domain.identity import Origin
from tui.domain.workflow import LABEL, Manifest

ARCHIVE = "/api/v1/archived-workflows"


def old(number: int, phase: str = "Succeeded", **status: Any) -> Manifest:
    """One of many archived runs, each begun a minute before the one with a lower number."""
    minute, hour = 59 - number % 60, 23 - number // 60 % 24
    begun = f"2026-10-{30 - number // 1440:02}T{hour:02}:{minute:02}:00Z"
    found = manifest(f"old-{number:04}", phase=phase, startedAt=begun, finishedAt=begun, **status)
    found["metadata"]["creationTimestamp"] = begun
    found["metadata"]["labels"] = {f"{LABEL}phase": phase}
    return found


def pages(api: FakeApi) -> list[str]:
    """The offsets of the pages of the archive that were asked for."""
    return [
        each.query.get("listOptions.continue", "0") for each in api.asked if each.path == ARCHIVE
    ]


@asynccontextmanager
async def listing(server: StandIn, **more: Any) -> AsyncIterator[tuple[Shown, FakeApi]]:
    """The app on a server."""
    server.beat = 0.2
    with server.running() as api:
        async with showing(source=served_by(api), **more) as shown:
            yield shown, api


def names(shown: Shown) -> list[str]:
    return [row.key.name for row in shown.overview.arrangement.rows]


async def test_live_and_archived_ones_are_one_list_by_time_with_a_sign() -> None:
    server = StandIn(manifest("now"), archived=[old(2), old(1)])
    async with listing(server) as (shown, _):
        await shown.until_shown("old-0002")
        assert names(shown) == ["now", "old-0001", "old-0002"]
        await shown.until_shown("1 + 2 ▤")
        text = shown.text.splitlines()
        assert any("▤ old-0001" in line for line in text)
        assert not any("▤ now" in line for line in text)


async def test_one_that_is_in_both_is_one_row_without_the_sign() -> None:
    both = manifest("both", phase="Succeeded", labels={ARCHIVING: "Archived"})
    async with listing(StandIn(both, archived=[both, old(1)])) as (shown, _):
        await shown.until_shown("1 + 1 ▤")
        assert names(shown) == ["both", "old-0001"]
        row = shown.overview.arrangement.rows[0]
        assert row.origins == {Origin.CLUSTER, Origin.ARCHIVE}
        assert not row.value.is_only_archived


async def test_only_what_is_looked_at_is_read() -> None:
    server = StandIn(archived=map(old, range(500)))
    async with listing(server) as (shown, api):
        await shown.until_shown("0 + 100+ ▤")
        await shown.at_rest()
        assert pages(api) == ["0"]
        await shown.press("G")
        await shown.until_shown("0 + 200+ ▤")
        await shown.at_rest()
        assert len(pages(api)) == 2, "a page a time somebody reaches the end"


async def test_a_filter_is_asked_of_the_server_and_what_it_finds_is_all_that_is_read() -> None:
    server = StandIn(archived=[*map(old, range(300)), old(777, "Failed")])
    async with listing(server) as (shown, api):
        await shown.until_shown("0 + 100+ ▤")
        shown.overview.query_bar.put("phase:failed")
        await shown.until_shown("old-0777")
        # What the cursor rests on is looked up besides.
        found = [each.query for each in api.asked if "listOptions.labelSelector" in each.query]
        assert found[-1]["listOptions.labelSelector"] == f"{LABEL}phase in (Failed)"
        assert set(pages(api)) == {"0"}, "no page but the first of each filter"


async def test_a_filter_that_the_server_does_not_know_looks_so_far_and_says_so() -> None:
    server = StandIn(archived=map(old, range(1500)))
    async with listing(server) as (shown, api):
        await shown.until_shown("0 + 100+ ▤")
        shown.overview.query_bar.put("message:nowhere in:archive")  # in one go, at any load
        await shown.until_shown(":archive looks further")
        assert len(pages(api)) < 8, "never all of them"


async def test_archived_ones_can_be_left_out_and_shown_again() -> None:
    async with listing(StandIn(manifest("now"), archived=[old(1)])) as (shown, _):
        await shown.until_shown("1 + 1 ▤")
        await shown.press("H")
        await shown.until(lambda: names(shown) == ["now"])
        assert "▤" not in shown.text
        await shown.press("H")
        await shown.until(lambda: names(shown) == ["now", "old-0001"])


async def test_that_they_are_left_out_is_remembered_where_the_settings_ask_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    server = StandIn(manifest("now"), archived=[old(1)])
    server.beat = 0.2
    with server.running() as api:
        for settings, remembers in ((STILL, False), (replace(STILL, remember_place=True), True)):
            async with showing(source=served_by(api), settings=settings) as shown:
                await shown.until_shown("1 + 1 ▤")
                await shown.press("H")
                await shown.until(lambda: names(shown) == ["now"])
                await shown.press("colon", "q", "enter")
            read = len(pages(api))
            async with showing(source=served_by(api), settings=settings) as shown:
                if not remembers:
                    await shown.until_shown("1 + 1 ▤")
                    continue
                await shown.until_said("going on from where you were the last time")
                await shown.at_rest()
                assert names(shown) == ["now"] and len(pages(api)) == read, "nor is it read"
                await shown.press("H")
                await shown.until(lambda: names(shown) == ["now", "old-0001"])


async def test_archive_shows_only_what_is_archived_also_what_is_in_the_cluster() -> None:
    both = manifest("both", phase="Succeeded", labels={ARCHIVING: "Archived"})
    server = StandIn(manifest("now"), both, archived=[both, old(1)])
    async with listing(server) as (shown, _):
        await shown.until_shown("2 + 1 ▤")
        await shown.press(":")
        await shown.write("archive")
        await shown.press("enter")
        await shown.until(lambda: names(shown) == ["both", "old-0001"])


async def test_an_archive_that_is_switched_off_says_so_once_and_archive_says_why() -> None:
    server = StandIn(manifest("now"))
    server.has_archive = False
    async with listing(server) as (shown, api):
        await shown.until_said("this Argo Server keeps no archive")
        await shown.press("escape")
        await shown.at_rest()
        assert len(pages(api)) == 1 and "▤" not in shown.text
        await shown.press(":")
        await shown.write("archive")
        await shown.press("enter")
        await shown.until_said("keeps no archive")


async def test_a_cluster_without_a_server_says_where_an_archive_is_read() -> None:
    async with showing(manifest("now")) as shown:
        await shown.until_shown("now")
        await shown.press("H")
        assert shown.said


async def test_a_database_that_is_down_leaves_the_list_and_is_read_when_it_is_back() -> None:
    server = StandIn(manifest("now"), archived=[old(1)])
    server.refusing["GET .*/archived-workflows"] = (500, 13, "dial tcp: connection refused")
    async with listing(server) as (shown, _):
        await shown.until_said("connection refused")
        assert names(shown) == ["now"]
        await shown.until_shown("▤ stale")
        server.refusing.clear()
        await shown.press("ctrl+r")
        await shown.until_shown("1 + 1 ▤")


async def test_a_run_that_moves_to_the_archive_keeps_its_row_and_the_cursor() -> None:
    done = manifest("done", phase="Succeeded", labels={ARCHIVING: "Archived"})
    server = StandIn(manifest("now"), done, archived=[old(1)])
    async with listing(server) as (shown, _):
        await shown.until_shown("2 + 1 ▤")
        await shown.press("j")
        assert shown.current == "done"
        server.archive(done)
        server.delete("done")
        await shown.until_shown("▤ done")
        assert names(shown) == ["now", "done", "old-0001"]
        assert shown.current == "done"


async def test_a_run_that_moves_to_the_archive_while_it_is_looked_at_stays_as_it_is() -> None:
    node = {"id": "done", "name": "done", "displayName": "done", "type": "Pod"}
    nodes = {"done": {**node, "phase": "Failed", "message": "exit code 7"}}
    done = manifest("done", phase="Failed", labels={ARCHIVING: "Archived"}, nodes=nodes)
    server = StandIn(done)
    async with listing(server) as (shown, api):
        await shown.until_shown("1 + 0 ▤")
        await shown.press("enter", "d")
        await shown.until_shown("exit code 7")
        before = shown.text.splitlines()[1:]
        server.archive(done)
        server.delete("done")
        await shown.until(lambda: any(each.path == f"{ARCHIVE}/uid-done" for each in api.asked))
        await shown.at_rest()
        assert shown.text.splitlines()[1:] == before, "nothing of it moves"
        assert "deleted" not in shown.text and shown.detail.known is not None
        await shown.press("escape", "escape")
        await shown.until_shown("▤ done")


async def test_one_that_was_archived_and_is_in_no_archive_after_all_goes() -> None:
    done = manifest("done", phase="Succeeded", labels={ARCHIVING: "Archived"})
    server = StandIn(manifest("now"), done)
    async with listing(server) as (shown, _):
        await shown.until_shown("2 + 0 ▤")
        server.delete("done")
        await shown.until(lambda: names(shown) == ["now"])


async def test_one_that_goes_while_it_is_being_archived_is_looked_for_until_it_is_there() -> None:
    done = manifest("done", phase="Succeeded", labels={ARCHIVING: "Pending"})
    server = StandIn(manifest("now"), done)

    def looked_for() -> int:
        asked = [each for each in api.asked if each.path == ARCHIVE]
        return sum(
            "name=done" in str(each.query.get("listOptions.fieldSelector")) for each in asked
        )

    async with listing(server) as (shown, api):
        await shown.until_shown("2 + 0 ▤")
        server.delete("done")
        await shown.until(lambda: looked_for() == 1)
        assert names(shown) == ["now", "done"]
        server.archive(done)
        await shown.until(lambda: looked_for() == 2)
        await shown.at_rest()
        assert names(shown) == ["now", "done"], "it was on its way"
        assert "▤ done" in shown.text


async def test_many_that_leave_the_cluster_at_once_are_looked_up_one_after_the_other() -> None:
    done = [
        manifest(f"done-{number}", phase="Succeeded", labels={ARCHIVING: "Archived"})
        for number in range(60)
    ]
    server = StandIn(manifest("now"), *done, archived=done[:40])
    at_once, most = 0, 0
    lock = threading.Lock()

    def counted(asked: Asked, reply: Reply) -> bool:
        nonlocal at_once, most
        if asked.path == ARCHIVE:
            with lock:
                at_once += 1
                most = max(most, at_once)
            time.sleep(0.01)  # whoever asks beside it comes meanwhile
            with lock:
                at_once -= 1  # before it is answered: the next one may come with the answer
            server.answer_now(asked, reply)
            return True
        return False

    server.instead.append(counted)
    async with listing(server) as (shown, api):
        await shown.until_shown("61 + 0 ▤")
        for each in done:
            server.delete(each["metadata"]["name"])
        await shown.until_shown("1 + 40 ▤")
        await shown.at_rest()
        assert most == 1
        looked = [str(each.query.get("listOptions.fieldSelector")) for each in api.asked]
        counts = Counter(each for each in looked if "metadata.name=done-" in each)
        assert sorted(counts.values()) == [1] * 40 + [2] * 20, "twice what is not there"


async def test_while_the_database_is_down_what_left_stays_and_is_looked_up_when_it_is_back() -> (
    None
):
    done = manifest("done", phase="Succeeded", labels={ARCHIVING: "Archived"})
    lost = manifest("lost", phase="Succeeded", labels={ARCHIVING: "Pending"})
    server = StandIn(manifest("now"), done, lost, archived=[done])
    async with listing(server) as (shown, api):
        await shown.until_shown("3 + 0 ▤")
        before = len(pages(api))
        server.refusing["GET .*/archived-workflows"] = (500, 13, "dial tcp: connection refused")
        server.delete("done")
        server.delete("lost")
        await shown.until(lambda: len(pages(api)) > before)
        assert set(names(shown)) == {"now", "done", "lost"}
        server.refusing.clear()
        await shown.until(lambda: set(names(shown)) == {"now", "done"})


async def test_an_archived_run_opens_as_any_other() -> None:
    nodes = {
        "old-0001": {
            **{"id": "old-0001", "name": "old-0001", "displayName": "old-0001"},
            **{"type": "Pod", "phase": "Failed", "message": "exit code 7"},
        }
    }
    server = StandIn(manifest("now"), archived=[old(1, "Failed", nodes=nodes)])
    async with listing(server) as (shown, _):
        await shown.until_shown("1 + 1 ▤")
        await shown.press("j", "enter")
        await shown.until_shown("exit code 7")


async def test_an_archived_run_is_deleted_by_its_uid_and_the_question_says_what_is_lost() -> None:
    server = StandIn(manifest("now"), archived=[old(1)])
    async with listing(server) as (shown, api):
        await shown.until_shown("1 + 1 ▤")
        await shown.press("j", "D")
        await shown.until_shown("The archive's copy goes for good")
        await shown.until_shown("nothing else has it")
        await shown.press("y")
        await shown.until(lambda: names(shown) == ["now"])
        assert not server.archived
        (sent,) = [each for each in api.asked if each.method == "DELETE"]
        assert sent.path == f"{ARCHIVE}/uid-old-0001"


async def test_finalizers_are_not_asked_about_for_what_only_the_archive_has() -> None:
    server = StandIn(manifest("now"), archived=[old(1), old(2)])
    async with listing(server) as (shown, _):
        await shown.until_shown("1 + 2 ▤")
        await shown.press("D")
        await shown.until_shown("Force")
        await shown.press("escape", "j", "space", "D")
        await shown.until_shown("The archive's copy goes for good")
        assert "Force" not in shown.text
        await shown.press("escape", "g", "space", "D")
        await shown.until_shown("Delete 2")
        await shown.until_shown("Force")


@pytest.mark.parametrize(
    ("key", "verb", "made"), [("r", "retry", "old-0001"), ("R", "resubmit", "old-0001-again")]
)
async def test_an_archived_run_is_run_again_by_the_server(key: str, verb: str, made: str) -> None:
    server = StandIn(manifest("now"), archived=[old(1, "Failed")])
    async with listing(server) as (shown, api):
        await shown.until_shown("1 + 1 ▤")
        await shown.press("j", key)
        await shown.until_shown("old-0001")
        await shown.press("ctrl+s")
        await shown.until(lambda: ("workflows", "argo", made) in server.objects)
        (sent,) = [each for each in api.asked if each.method == "PUT"]
        assert sent.path == f"{ARCHIVE}/uid-old-0001/{verb}"
        await shown.until(lambda: len(names(shown)) == 3)
        assert "old-0001" in names(shown), "the archive keeps its copy"


# --- what is usual --------------------------------------------------------------------------------

OF_ETL = {f"{LABEL}workflow-template": "etl"}


def past_run(number: int, seconds: int = 100, phase: str = "Succeeded") -> Manifest:
    """An archived run of a template, each begun an hour after the one with a lower number."""
    day, hour = 1 + number // 24, number % 24
    begun, ended = (
        f"2026-09-{day:02}T{hour:02}:{at}Z"
        for at in ("00:00", f"{seconds // 60:02}:{seconds % 60:02}")
    )
    labels = {**OF_ETL, f"{LABEL}phase": phase}
    node = {"id": "a", "name": f"etl-{number}.a", "displayName": "a", "type": "Pod"}
    found = manifest(
        f"etl-{number}",
        labels=labels,
        phase=phase,
        startedAt=begun,
        finishedAt=ended,
        nodes={"a": {**node, "phase": phase, "startedAt": begun, "finishedAt": ended}},
    )
    found["metadata"]["creationTimestamp"] = begun
    return found


def asked_by_label(api: FakeApi) -> list[tuple[str | None, str | None]]:
    """What the archive was asked for by the template: the selector, and how many."""
    queries = [each.query for each in api.asked if each.path == ARCHIVE]
    told = [(q.get("listOptions.labelSelector"), q.get("listOptions.limit")) for q in queries]
    return [each for each in told if "workflow-template" in str(each[0])]


async def test_the_last_twenty_of_a_template_are_also_those_that_only_the_archive_has() -> None:
    now = manifest("etl-now", labels=OF_ETL)
    others = [old(number) for number in range(150)]  # newer than the runs: those are on no page
    server = StandIn(now, archived=[*others, *map(past_run, range(30))])
    async with listing(server, size=(120, 40)) as (shown, api):
        await shown.until_shown("1 + 100+ ▤")
        await shown.until_shown("last 20 of etl")
        await shown.until_shown("usually 1m")
        assert asked_by_label(api) == [(f"{LABEL}workflow-template=etl", "20")], "and no more"
        await shown.press("j")
        await shown.until(lambda: "last 20 of etl" not in shown.text)
        await shown.press("k")
        await shown.until_shown("last 20 of etl")
        assert len(asked_by_label(api)) == 1, "nor twice"
        await shown.press("enter", "d")
        await shown.until_shown("last 20 of etl")
        await shown.until_shown("usually 1m")
        assert len(asked_by_label(api)) == 1, "what is known is known on each screen"


async def test_a_copy_that_was_deleted_is_counted_no_more() -> None:
    server = StandIn(manifest("etl-now", labels=OF_ETL), archived=map(past_run, range(4)))
    async with listing(server, size=(120, 40)) as (shown, _):
        await shown.until_shown("1 + 4 ▤")
        await shown.until_shown("last 5 of etl")
        await shown.press("j", "D")
        await shown.until_shown("The archive's copy goes for good")
        await shown.press("y")
        await shown.until_shown("1 + 3 ▤")
        await shown.until_shown("last 4 of etl")


async def test_runs_without_a_template_are_found_by_what_their_names_begin_with() -> None:
    now = manifest("load-x7k2p")
    begun = [past_run(number) for number in range(6)]
    for number, each in enumerate(begun):
        each["metadata"]["labels"] = {f"{LABEL}phase": "Succeeded"}
        each["metadata"]["name"] = f"load-abcd{number}"
    stranger = past_run(9)
    stranger["metadata"]["labels"] = {}
    stranger["metadata"]["name"] = "load-of-others-abcd1"
    others = [old(number) for number in range(150)]
    server = StandIn(now, archived=[*others, *begun, stranger])
    async with listing(server, size=(120, 40)) as (shown, _):
        await shown.until_shown("last 7 of load-*")


async def test_why_learns_what_is_usual_from_steps_that_only_the_archive_has() -> None:
    slow = past_run(40, 900)
    slow["metadata"]["name"] = slow["status"]["nodes"]["a"]["name"] = "etl-slow"
    slow["status"]["nodes"]["a"]["name"] = "etl-slow.a"
    others = [old(number) for number in range(150)]
    server = StandIn(slow, archived=[*others, *map(past_run, range(8))])
    async with listing(server, size=(120, 40)) as (shown, api):
        await shown.until_shown("1 + 100+ ▤")
        await shown.open("etl-slow")
        await shown.press("W")
        await shown.until_shown("usually 1m40s (5 runs)")
        whole = [each.path for each in api.asked if each.path.startswith(f"{ARCHIVE}/")]
        assert len(whole) == 5, "so many of them are read with their steps"


async def test_while_the_archive_cannot_be_read_what_the_list_knows_is_told() -> None:
    server = StandIn(manifest("etl-now", labels=OF_ETL), manifest("etl-two", labels=OF_ETL))
    server.refusing["GET .*/archived-workflows"] = (500, 13, "dial tcp: connection refused")
    async with listing(server, size=(120, 40)) as (shown, _):
        await shown.until_shown("last 2 of etl")
