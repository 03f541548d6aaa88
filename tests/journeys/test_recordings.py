"""Recording on the demo cluster, and playing it: the same screens, and what was not recorded."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.app import STILL, Shown, showing
from tests.support.every_pane import named, panes_of
from tests.support.headless import run
from tests.support.pty import Pty
from tests.support.recordings import texts_in
from tests.support.reported import reported, showing_reported
from tests.support.scripted import manifest, planted
from tests.support.waiting import wait_until
from tui.demo.child import start as demo_child
from tui.ports.connection import Connection
from tui.settings import Settings
from tui.sources import open_source

RUNS = ("exit-handlers", "paused", "migrate-schema")
"""How the names of runs of the demo begin that stand still: one failed, one is held, one waits."""


@pytest.fixture(scope="module")
def live() -> Iterator[Settings]:
    with demo_child() as child:
        now = datetime.now(UTC).replace(microsecond=0)
        yield Settings(kubeconfig=str(child.kubeconfig), fixed_now=now, delete_wait=0)


@asynccontextmanager
async def recorded(live: Settings, path: Path) -> AsyncIterator[Shown]:
    """The app on the demo cluster, recording into a file."""
    settings = replace(live, record=str(path))

    def connect(demo: bool) -> Connection:
        return open_source(settings)

    async with showing(settings=settings, connect=connect, size=(140, 50)) as shown:
        yield shown


@asynccontextmanager
async def played(live: Settings, path: Path) -> AsyncIterator[Shown]:
    """The app on the end of a recording."""
    settings = Settings(files=(str(path),), fixed_now=live.fixed_now)

    def connect(demo: bool) -> Connection:
        return open_source(settings)

    async with showing(settings=settings, connect=connect, size=(140, 50)) as shown:
        await shown.write(":time end")
        await shown.press("enter")
        await shown.until(lambda: shown.app.tape.playback and shown.app.tape.playback.is_over)
        yield shown


async def test_every_pane_of_the_played_run_says_what_the_live_one_said(
    live: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "day.argo.rec"
    before: dict[str, dict[str, str]] = {}
    async with recorded(live, path) as shown:
        for begin in RUNS:
            name = await named(shown, begin)
            before[name] = await panes_of(shown, name)
    async with played(live, path) as shown:
        for name, panes in before.items():
            after = await panes_of(shown, name)
            for pane, text in panes.items():
                assert after[pane] == text, f"{name}, {pane}"


async def test_commands_say_of_the_recording_what_they_said_of_the_cluster(
    live: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert live.fixed_now is not None
    monkeypatch.setenv("ARGO_TUI_NOW", f"{live.fixed_now:%Y-%m-%dT%H:%M:%SZ}")
    path = tmp_path / "day.argo.rec"
    async with recorded(live, path) as shown:
        failed, held, _ = [await named(shown, begin) for begin in RUNS]
        for name in (failed, held):
            await panes_of(shown, name)
        await shown.open(failed)
        await shown.press("a", "enter")
        await shown.until_shown("compiling")
    cluster = ("--kubeconfig", live.kubeconfig)
    questions = [
        ("get", failed, "-o", "yaml"),
        ("get", failed, held, "-o", "json"),
        ("get", failed, "-o", "short"),
        ("why", failed),
        ("logs", failed, "build"),
        ("artifacts", failed, "build", "-o", "json"),
        ("diff", held, failed),
        ("list", "-o", "name", "--status", "Failed"),
    ]
    for words in questions:
        asked, told = run([*words, *cluster]), run([words[0], str(path), *words[1:]])
        assert (told.code, _untagged(told.out)) == (asked.code, _untagged(asked.out)), words
    for form in ("brief", "wide", "json", "yaml"):
        said = run(["list", "-f", str(path), "-o", form])
        assert said.code == 0 and failed in said.out, said.err
    assert run(["stats", str(path), "exit-handlers"]).out.startswith("exit-handlers: 1 run ")
    target, again = tmp_path / "log", tmp_path / "again"
    assert run(["cp", *cluster, f"{failed}/build", str(target)]).code == 0
    for flags in ([], ["--force"]):
        said = run(["cp", str(path), *flags, f"{failed}/build", str(again)])
        assert said.code == 0 and again.read_bytes() == target.read_bytes() != b"", said.err
    missing = run(["cp", str(path), f"{failed}/lint", str(tmp_path / "lint")])
    assert missing.code == 1 and "lint/main-logs: this artifact was not recorded" in missing.err
    assert not (tmp_path / "lint").exists()
    saved = tmp_path / "one.argo.tgz"
    said = run(["save", str(path), failed, "-o", str(saved)])
    assert said.code == 0, said.err
    assert run(["why", str(saved)]).out == run(["why", str(path), failed]).out
    assert run(["retry", str(path), failed]).code == 2


def _untagged(out: str) -> str:
    """Output without the tags of objects in stores, which nobody records."""
    return "\n".join(line for line in out.splitlines() if '"etag"' not in line)


# --- recording -----------------------------------------------------------------------------------


async def test_a_recording_is_begun_and_ended_by_name_and_the_header_says_so(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.argo.rec"
    async with showing(manifest("etl")) as shown:
        assert "REC" not in shown.rows_of_screen[0]
        await shown.write(f":record {path}")
        await shown.press("enter")
        await shown.until_said(f"recording into {path}")
        assert "● REC  RW" in shown.rows_of_screen[0]
        await shown.open("etl")
        assert "● REC  RW" in shown.rows_of_screen[0]
        await shown.write(":record")
        await shown.press("enter")
        await shown.until_said("is written")
        assert "REC" not in shown.rows_of_screen[0]
        await shown.write(f":record {path}")
        await shown.press("enter")
        await shown.until_said("is there already")
        await shown.write(":record a.txt")
        await shown.press("enter")
        assert "ends with .argo.rec" in shown.text
    tells = [frame.tells for frame in texts_in(path)]
    assert tells[:2] == ["opened", "listing"] and tells[-1] == "ended"
    assert "row" in tells and "whole" in tells, "what was there before it began is in it"
    said = run(["get", str(path), "etl"])
    assert said.code == 0 and "Name:                etl" in said.out


async def test_a_disk_that_is_full_is_said_and_the_app_goes_on(tmp_path: Path) -> None:
    async with showing(manifest("etl")) as shown:
        await shown.write(f":record {tmp_path / 'a.argo.rec'}")
        await shown.press("enter")
        await shown.until_said("recording into")
        shown.app.post_message(shown.app.RecordingBroke("the recording ended: no space left"))
        await shown.until_said("the recording ended: no space left")
        assert "REC" not in shown.rows_of_screen[0]
        await shown.open("etl")


SECRET = "hunter2-planted-4711"


async def test_a_planted_secret_is_in_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.argo.rec"
    settings = replace(STILL, record=str(path))
    async with showing(source=planted(SECRET), settings=settings) as shown:
        detail = await shown.open("etl")
        for spec in detail.pane_tabs.specs:
            await detail.action_pane(spec.id)
            await shown.at_rest()
    frames = texts_in(path)
    everything = b"".join(bytes(frame.body) for frame in frames)
    assert SECRET.encode() not in everything and SECRET.encode() not in path.read_bytes()
    assert {"row", "whole", "answer", "log"} <= {frame.tells for frame in frames}
    assert everything.count(b"***") > 4


@pytest.mark.pty
def test_what_was_recorded_until_it_was_killed_is_there(tmp_path: Path) -> None:
    path = tmp_path / "killed.argo.rec"
    argv = [sys.executable, "-m", "tui", "--demo", "--record", str(path)]
    with Pty(argv, columns=120, rows=30) as term:
        term.wait_for("REC")
        term.wait_for("exit-handlers")
        wait_until(lambda: path.exists() and len(texts_in(path)) > 20)
        os.kill(term.process.pid, signal.SIGKILL)
        term.process.wait()
    listed = run(["list", "-f", str(path), "-o", "name"])
    assert listed.code == 0 and "exit-handlers" in listed.out
    with Pty([sys.executable, "-m", "tui", str(path)], columns=120, rows=30) as term:
        term.wait_for("recording")
        term.wait_for("breaks off")
        term.send(b":time end\r")
        term.wait_for("exit-handlers")
        term.wait_for("ended")


# --- playing -------------------------------------------------------------------------------------


async def test_it_is_paused_hurried_put_elsewhere_and_says_that_it_ended() -> None:
    async with showing(**showing_reported("forty-seconds.argo.rec")) as shown:
        head = shown.rows_of_screen[0]
        assert (
            "demo" in head and "RO" in head and "▶ recording 11-29 23:24" in head and "1x" in head
        )
        await shown.press("question_mark")
        await shown.until_shown("THE RECORDING")
        assert "While a recording" in shown.text or "Faster" in shown.text
        await shown.press("escape")
        await shown.press("space")
        await shown.until_said("it stands still")
        assert "‖ recording" in shown.rows_of_screen[0] and "paused" in shown.rows_of_screen[0]
        before = shown.app.context.now()
        await shown.press("plus", "plus", "underscore")
        await shown.until_said("2x as fast as life")
        assert shown.app.context.now() == before and not shown.rows.marks
        await shown.write(":time 75%")
        await shown.press("enter")
        await shown.until(lambda: shown.app.context.now() > before)
        await shown.until(lambda: "diamond-b5dmk" in shown.names)
        await shown.write(":time start")
        await shown.press("enter")
        await shown.until(lambda: shown.app.context.now() <= before)
        await shown.press("at")
        await shown.write("end")
        await shown.press("enter")
        await shown.until_said("the recording has ended; @ goes to another time")
        assert "■ recording 11-29 23:25" in shown.rows_of_screen[0]
        await shown.until(lambda: "heartbeat-1795994700" in shown.names)
        await shown.press("space")
        await shown.until_said("the recording has ended")
        await shown.write(":time never")
        await shown.press("enter")
        assert "a time is 10:41" in shown.text


@pytest.mark.parametrize("width", [66, 90, 100])
async def test_in_a_narrow_header_the_date_makes_room_for_time_and_speed(width: int) -> None:
    size = (width, 24)
    # Of what it is the sign tells as much, where all counts of the list stand beside it.
    called = "(recording )?" if width < 70 else "recording "
    async with showing(**showing_reported("forty-seconds.argo.rec"), size=size) as shown:
        assert re.search(rf"▶ {called}(11-29 )?23:2\d:\d\d 1x ", shown.rows_of_screen[0])
        await shown.press("space")
        assert re.search(rf"‖ {called}(11-29 )?23:2\d:\d\d paused ", shown.rows_of_screen[0])
        await shown.write(":time end")
        await shown.press("enter")
        await shown.until(lambda: "diamond-b5dmk" in shown.names)
        await shown.until_said("the recording has ended")
        said = {66: "■ ", 90: "■ recording ", 100: "■ recording 11-29 "}[width]
        assert f"  {said}23:25:03 ended " in shown.rows_of_screen[0]


@pytest.mark.parametrize(
    ("typed", "said", "is_over"),
    [
        ("23:59", "that is after the recording, which ends 2026-11-29 23:25:03", True),
        ("00:10", "that is after the recording, which ends 2026-11-29 23:25:03", True),
        ("23:20", "that is before the recording, which begins 2026-11-29 23:24:", False),
        ("-1h", "that is before the recording, which begins 2026-11-29 23:24:", False),
        ("+1h", "that is after the recording, which ends 2026-11-29 23:25:03", True),
        ("2020-01-01", "that is before the recording, which begins 2026-11-29 23:24:", False),
        ("0001-01-01", "that is before the recording, which begins 2026-11-29 23:24:", False),
        ("23:24:50", "2026-11-29 23:24:50", False),
        ("23:25:03", "2026-11-29 23:25:03", False),
    ],
)
async def test_a_time_outside_of_it_goes_to_the_nearer_end_and_says_so(
    typed: str, said: str, is_over: bool
) -> None:
    async with showing(**showing_reported("forty-seconds.argo.rec")) as shown:
        await shown.press("space")
        await shown.write(f":time {typed}")
        await shown.press("enter")
        await shown.until_said(said)
        playback = shown.app.tape.playback
        assert playback is not None and playback.is_over == is_over


async def test_it_starts_with_a_list_and_where_none_is_nobody_offers_the_demo() -> None:
    async with showing(**showing_reported("forty-seconds.argo.rec")) as shown:
        await shown.press("space")
        await shown.write(":time start")
        await shown.press("enter")
        await shown.until_said("2026-11-29 23:24:")
        await shown.until(lambda: shown.names)
        assert "here yet" not in shown.text
    settings = Settings(files=(reported("forty-seconds.argo.rec"),), namespace="nowhere")
    async with showing(
        settings=settings, connect=lambda demo: open_source(settings), own_time=True
    ) as shown:
        await shown.until_shown("no workflows in nowhere at this time; @ goes to another")
        assert "demo opens" not in shown.text


async def test_in_a_graph_and_beside_a_pane_speed_has_the_same_keys_as_in_the_list() -> None:
    async with showing(**showing_reported("forty-seconds.argo.rec")) as shown:
        await shown.press("space")
        await shown.write(":time end")
        await shown.press("enter")
        await shown.open("diamond-b5dmk")
        playback = shown.app.tape.playback
        assert playback is not None
        await shown.press("l", "plus")
        await shown.until_said("2x as fast as life")
        assert playback.speed == 2.0
        await shown.press("escape", "2", "underscore")
        await shown.until(lambda: playback.speed == 1.0)


async def test_the_hint_of_space_says_what_it_does_just_now_in_the_graph_too() -> None:
    size = (80, 24)
    async with showing(**showing_reported("forty-seconds.argo.rec"), size=size) as shown:
        await shown.until(lambda: "Space Pause" in shown.rows_of_screen[-1])
        await shown.press("space")
        await shown.until(lambda: "Space Go on" in shown.rows_of_screen[-1])
        await shown.write(":time 90%")
        await shown.press("enter")
        await shown.until(lambda: "diamond-b5dmk" in shown.names)
        await shown.open("diamond-b5dmk")
        await shown.press("2")
        await shown.until(lambda: "Space Go on" in shown.rows_of_screen[-1])
        await shown.press("space")
        await shown.until(lambda: "Space Pause" in shown.rows_of_screen[-1])
        await shown.write(":time end")
        await shown.press("enter")
        await shown.until(lambda: "Space" not in shown.rows_of_screen[-1])
        assert "? Help" in shown.rows_of_screen[-1]
        await shown.press("space")
        await shown.until_said("the recording has ended")


async def test_an_open_run_is_as_it_was_at_each_time_in_the_pane_that_is_open() -> None:
    async with showing(**showing_reported("forty-seconds.argo.rec")) as shown:
        await shown.press("space")
        await shown.write(":time end")
        await shown.press("enter")
        await shown.open("diamond-b5dmk")
        await shown.press("l")
        await shown.until_shown("merging")
        assert "Succeeded" in shown.rows_of_screen[0]
        await shown.write(":time -25s")
        await shown.press("enter")
        await shown.until(lambda: "Running" in shown.rows_of_screen[0])
        assert shown.detail.pane_tabs.front == "logs"
        await shown.until(lambda: "merging" not in shown.text)
        await shown.write(":time +25s")
        await shown.press("enter")
        await shown.until(lambda: "Succeeded" in shown.rows_of_screen[0])


async def test_what_was_only_listed_says_so_where_it_is_opened() -> None:
    async with showing(**showing_reported("forty-seconds.argo.rec")) as shown:
        await shown.write(":time end")
        await shown.press("enter")
        await shown.until(lambda: "heartbeat-1795994700" in shown.names)
        shown.rows.move_to_line(shown.names.index("heartbeat-1795994700"))
        await shown.press("enter")
        await shown.until_said("was only listed: what is in it was not recorded")
        shown.app.tape.tick()
        assert "was only listed" in shown.said, "that it has ended hides no error"
        for pane in ("logs", "artifacts", "manifest"):
            await shown.detail.action_pane(pane)
            # In the tree, in the line at the bottom, and in the pane.
            await shown.until(lambda: shown.text.count("was only listed") == 3)
            assert "reading" not in shown.text, pane
        await shown.press("r")
        await shown.until_said("this is a recording: there is no cluster to ask")


async def test_what_was_opened_later_says_since_when_it_is_recorded() -> None:
    async with showing(**showing_reported("forty-seconds.argo.rec")) as shown:
        await shown.press("space")
        await shown.write(":time end")
        await shown.press("enter")
        await shown.open("diamond-b5dmk")
        await shown.press("l")
        await shown.until_shown("merging")
        await shown.write(":time start")
        await shown.press("enter")
        await shown.until_shown("was not recorded before 2026-11-29")
        assert "reading" not in shown.text
        await shown.write(":time end")
        await shown.press("enter")
        await shown.until_shown("merging")


async def test_that_it_ended_by_itself_is_said_once_no_error_is_to_be_read() -> None:
    async with showing(**showing_reported("forty-seconds.argo.rec")) as shown:
        await shown.until(lambda: shown.app.tape.playback)
        playback = shown.app.tape.playback
        assert playback is not None
        shown.app.context.say("that did not work", "error")
        playback.go_to(playback.ends)
        shown.app.tape.tick()
        assert shown.said == "that did not work"
        shown.app.context.say("")
        shown.app.tape.tick()
        assert shown.said == "the recording has ended; @ goes to another time"
        shown.app.context.say("")
        shown.app.tape.tick()
        assert not shown.said, "it is said once"
