"""The artifacts pane: listing, previewing, folders, downloading; against the demo's S3 route."""

from __future__ import annotations

import io
import os
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event
from typing import Any

import msgspec
import pytest

from tests.support.artifacts_pane import MIB, Seen, out, repository, showing, source, workflow
from tests.support.s3_servers import ACCESS_KEY, SECRET_KEY, demo_s3, serving
from tests.support.widgets import screen_of
from tui.demo.bucket import Blob, Buckets
from tui.domain.node import NodeId
from tui.domain.workflow import Workflow
from tui.errors import Busy, Missing, Refused, SourceError, Unreachable
from tui.menu import Menu
from tui.panes.artifact_list import ArtifactRows
from tui.ports.jobs import JobStanding
from tui.widgets.pixel_view import PixelView
from tui.widgets.query_bar import QueryBar
from tui.widgets.status_line import SECONDS_SHOWN, StatusLine
from tui.widgets.text_view import TextView


@pytest.fixture
def server() -> Iterator[tuple[str, Buckets]]:
    with demo_s3("runs") as (endpoint, buckets):
        runs = buckets["runs"]
        runs.put("etl/metrics.json", '{"auc":0.941,"epoch":40}')
        runs.put("etl/model.bin", Blob(3 * MIB, lambda offset, length: b"\x01" * length))
        runs.put("etl/shards/part-00", "zero")
        runs.put("etl/shards/deep/part-01", "one")
        runs.put("etl/main.log", "starting\n\x1b]0;evil\x07[/b] done\n")
        yield endpoint, buckets


async def test_every_artifact_has_a_line_with_its_size_type_and_state(
    server: tuple[str, Buckets],
) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.until_measured()
        table = [row.split() for row in seen.rows]
        assert table[0] == ["STEP", "NAME", "DIR", "SIZE", "TYPE", "STATE"]
        assert table[1] == ["train(1)", "metrics", "out", "24", "B", "json", "✔"]
        assert table[2][:6] == ["train(1)", "model", "out", "3.0", "MiB", "✔"]
        assert table[3][:7] == ["train(1)", "shards", "out", "7", "B", "dir", "(2)"]
        assert table[4] == ["train(1)", "lost", "out", "–", "csv", "missing"]
        assert table[5] == ["train(1)", "swept", "out", "–", "text", "deleted", "by", "GC"]
        assert table[7][:4] == ["notify", "note", "in", "6"]
        assert seen.line("head").startswith("7 artifacts  3.0 MiB   S3 127.0.0.1")


async def test_a_step_shows_only_its_own(server: tuple[str, Buckets]) -> None:
    async with showing(workflow(server[0]), "etl-2") as seen:
        assert [row.split()[1] for row in seen.rows[1:]] == ["note"]


async def test_columns_are_no_wider_for_what_was_listed_of_another_step(
    server: tuple[str, Buckets],
) -> None:
    one = workflow(server[0])
    step = one.nodes[NodeId("etl-2")]
    async with showing(one, "etl-2") as seen:
        await seen.until(lambda: "6 B" in seen.rows[-1])
        alone = seen.rows[0]
        seen.app.pane.show(one, None, b"")
        await seen.until(lambda: "archived log" in "".join(seen.rows))
        assert seen.rows[0] != alone
        seen.app.pane.show(one, step, b"")
        await seen.until(lambda: "archived log" not in "".join(seen.rows))
        await seen.until(lambda: seen.rows[0] == alone)


async def test_enter_previews_json_laid_out(server: tuple[str, Buckets]) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.press("enter")
        await seen.until(lambda: seen.preview[:1] == ["{"])
        assert seen.preview[1].strip() == '"auc": 0.941,'
        assert seen.line("title").startswith("train(1)/metrics  json")
        assert seen.line("status") == ""


@pytest.mark.parametrize("size", [(60, 24), (130, 24)])
async def test_what_is_opened_has_most_of_the_room_and_esc_gives_it_back(
    server: tuple[str, Buckets], size: tuple[int, int]
) -> None:
    async with showing(workflow(server[0]), size=size) as seen:
        rows, reading = seen.app.query_one(ArtifactRows), seen.app.query_one("#artifact-reading")
        before = (rows.size, reading.size)
        await seen.press("enter")
        await seen.until(lambda: seen.preview[:1] == ["{"])
        await seen.until(lambda: reading.size.area > rows.size.area * 1.5)
        assert rows.size.height >= 4 and seen.app.focused is rows, "one goes on from there"
        await seen.press("escape")
        await seen.until(lambda: (rows.size, reading.size) == before)
        assert seen.app.escaped == 0


@pytest.mark.parametrize("size", [(60, 24), (130, 24)])
async def test_a_key_opens_the_preview_and_gives_its_room_to_the_list_again(
    server: tuple[str, Buckets], size: tuple[int, int]
) -> None:
    async with showing(workflow(server[0]), size=size) as seen:
        rows, reading = seen.app.query_one(ArtifactRows), seen.app.query_one("#artifact-reading")
        if size[0] > 100:
            await seen.press("v")  # it stands beside the list in any case
            await seen.until(lambda: not reading.display and rows.size.width == size[0])
            await seen.press("v")
            await seen.until(lambda: bool(reading.display))
            await seen.press("enter")
        else:
            await seen.press("v")
        await seen.until(lambda: seen.preview[:1] == ["{"])
        await seen.press("v")
        await seen.until(lambda: not reading.display)
        assert seen.app.focused is rows


async def test_the_preview_goes_to_the_pager(
    server: tuple[str, Buckets], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out_file = tmp_path / "paged"
    monkeypatch.setenv("PAGER", f"sh -c 'cat > {out_file}'")
    async with showing(workflow(server[0])) as seen:
        await seen.press("vertical_line")
        assert "no text to show" in seen.line("status")
        await seen.press("enter")
        await seen.until(lambda: seen.preview[:1] == ["{"])
        await seen.press("vertical_line")
        await seen.until(lambda: out_file.exists() and "0.941" in out_file.read_text())


async def test_t_shows_when_each_was_made_and_the_menu_of_columns_has_it_too(
    server: tuple[str, Buckets],
) -> None:
    whole = msgspec.json.decode(msgspec.json.encode(workflow(server[0])))
    for node in whole["status"]["nodes"].values():
        node["finishedAt"] = "2026-01-15T11:58:30Z"
    async with showing(msgspec.convert(whole, Workflow), size=(110, 24)) as seen:
        await seen.until_measured()
        assert "MADE" not in seen.rows[0]
        await seen.press("t")
        await seen.until(lambda: "MADE" in seen.rows[0])
        assert "json 01-15 11:58Z" in " ".join(seen.rows[1].split())
        assert "11:58Z" not in seen.rows[7], "nobody knows when what was given was made"
        await seen.press("greater_than_sign")
        await seen.press("t")
        await seen.until(lambda: "MADE" not in seen.rows[0])
        titles = [title for _, title, _ in seen.app.query_one(ArtifactRows)._choosable_columns()]
        assert "Made" in titles


async def test_a_hostile_log_is_shown_without_its_escapes(server: tuple[str, Buckets]) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.press("down", "down", "down", "down", "down", "enter")
        await seen.until(lambda: seen.preview[:1] == ["starting"])
        assert "\x1b" not in "".join(seen.preview)
        assert "[/b] done" in seen.preview[1]


@pytest.mark.parametrize(
    ("down", "words"),
    [(3, "etl/lost.csv is not in the bucket runs"), (4, "swept was deleted by artifact GC")],
)
async def test_what_cannot_be_read_says_why(
    server: tuple[str, Buckets], down: int, words: str
) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.press(*["down"] * down, "enter")
        await seen.until(lambda: words in seen.line("status"))


async def test_a_long_reason_goes_on_in_the_next_row(server: tuple[str, Buckets]) -> None:
    async with showing(workflow(server[0]), size=(40, 20)) as seen:
        await seen.press("down", "down", "down", "enter")
        await seen.until(lambda: seen.line("status"))
        shown = screen_of(seen.app.query_one("#artifact-status", StatusLine))
        assert len(shown) > 1 and "…" not in "".join(shown)
        assert seen.line("status").split()[-1] in shown[-1], "its end is there"


async def test_what_was_said_goes_when_it_is_old_and_with_the_step_that_it_was_said_of(
    server: tuple[str, Buckets], tmp_path: Path
) -> None:
    one = workflow(server[0])
    async with showing(one) as seen:

        async def download() -> None:
            await typed(seen, tmp_path / "got")
            await seen.until(lambda: seen.line("status") == f"saved {tmp_path / 'got'}")

        await download()
        for _ in range(SECONDS_SHOWN["information"]):
            assert seen.line("status")
            seen.app.pane.tick(seen.app.now())
        assert seen.line("status") == ""
        (tmp_path / "got").unlink()
        await download()
        seen.app.pane.show(one, one.nodes[NodeId("etl-2")], b"")
        await seen.until(lambda: "notify" in "".join(seen.rows[1:2]))
        assert seen.line("status") == ""


async def test_a_folder_opens_and_left_goes_back_to_it(server: tuple[str, Buckets]) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.press("down", "down", "enter")
        await seen.until(lambda: "2 entries" in seen.line("head"))
        assert [row.split()[0] for row in seen.rows[1:]] == ["deep/", "part-00"]
        await seen.press("enter")
        await seen.until(lambda: "part-01" in seen.rows[1])
        await seen.press("enter")
        await seen.until(lambda: seen.preview == ["one"])
        await seen.press("left", "escape", "escape")
        assert "7 artifacts" in seen.line("head")
        current = seen.app.query_one(ArtifactRows).current
        assert current is not None and current.name == "shards"
        await seen.press("left", "escape")
        assert seen.app.escaped == 1, "Esc that is not for the pane goes on to the screen"


async def test_a_folder_has_no_columns_of_what_it_is_in_however_one_came_to_it(
    server: tuple[str, Buckets],
) -> None:
    async with showing(workflow(server[0]), size=(80, 9)) as seen:
        rows = seen.app.query_one(ArtifactRows)
        await seen.until(lambda: "STEP" in seen.rows[0])
        await seen.press("G")
        while rows.current is not None and rows.current.name != "shards":
            await seen.press("up")
        await seen.press("enter")
        await seen.until(lambda: rows.is_in_folder)
        assert seen.rows[0].split()[:2] == ["NAME", "SIZE"]
        await seen.press("left")
        await seen.until(lambda: not rows.is_in_folder)
        assert seen.rows[0].split()[:2] == ["STEP", "NAME"]


async def test_braces_go_to_what_is_missing_round_the_end(server: tuple[str, Buckets]) -> None:
    async with showing(workflow(server[0]), size=(120, 24)) as seen:
        rows = seen.app.query_one(ArtifactRows)
        await seen.until(
            lambda: any(item.name == "lost" and item.is_problem for item in rows.items)
        )

        def on() -> str:
            return rows.current.name if rows.current is not None else ""

        missing = [item.name for item in rows.items if item.is_problem]
        assert missing == ["lost", "swept"]
        for key, name in (("}", "lost"), ("}", "swept"), ("}", "lost"), ("{", "swept")):
            await seen.press("right_curly_bracket" if key == "}" else "left_curly_bracket")
            assert on() == name


async def test_c_copies_the_address(server: tuple[str, Buckets]) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.press("c")
        assert seen.app.copied == ["s3://runs/etl/metrics.json"]
        assert "s3://runs/etl/metrics.json" in seen.line("status")


async def test_c_copies_the_addresses_of_all_that_are_marked_a_line_each(
    server: tuple[str, Buckets],
) -> None:
    async with showing(workflow(server[0]), size=(120, 24)) as seen:
        await seen.press("space", "space", "c")
        marked = seen.app.query_one(ArtifactRows).picked
        first, second = (item.location.url for item in marked if item.location is not None)
        assert first == "s3://runs/etl/metrics.json" != second
        assert seen.app.copied == [f"{first}\n{second}"]
        assert "sent 2 addresses" in seen.line("status")
        await seen.press("C")
        await seen.until(lambda: isinstance(seen.app.screen, Menu))
        assert isinstance(seen.app.screen, Menu)
        choices = seen.app.screen.rows.items
        (names,) = [choice for choice in choices if choice.id == "name"]
        assert names.title == "Name of 2 marked"
        await seen.press("enter")
        await seen.until(lambda: len(seen.app.copied) == 2)
        assert seen.app.copied[1].splitlines() == [item.name for item in marked]
        assert "sent Name of 2 marked" in seen.line("status")


async def test_c_copies_an_address_whole_and_shows_it_without_its_signature() -> None:
    signed = "http://127.0.0.1:1/x?X-Amz-Signature=hush"
    wire = {
        "metadata": {"name": "etl", "namespace": "argo", "uid": "u"},
        "status": {
            "nodes": {
                "etl": {
                    "id": "etl",
                    "name": "etl",
                    "displayName": "etl",
                    "type": "Pod",
                    "outputs": {"artifacts": [{"name": "page", "http": {"url": signed}}]},
                }
            }
        },
    }
    made = msgspec.convert(wire, Workflow)
    async with showing(made) as seen:
        await seen.press("c")
        assert seen.app.copied == [signed]
        assert "sent http://127.0.0.1:1/x?X-Amz-Signature=***" in seen.line("status")


async def typed(seen: Seen, path: Path) -> None:
    await seen.press("f")
    bar = seen.app.query_one("#artifact-path", QueryBar)
    assert bar.is_open
    bar.text = str(path)
    await seen.press("enter")


async def test_d_saves_where_one_says(server: tuple[str, Buckets], tmp_path: Path) -> None:
    async with showing(workflow(server[0])) as seen:
        await seen.press("down")
        await typed(seen, tmp_path)
        await seen.until(lambda: seen.line("status") == f"saved {tmp_path / 'model.bin'}")
        assert (tmp_path / "model.bin").stat().st_size == 3 * MIB
        assert os.listdir(tmp_path) == ["model.bin"]
        assert not seen.app.query_one("#artifact-path", QueryBar).is_open
        assert seen.app.focused is seen.app.query_one(ArtifactRows)


async def test_a_file_is_replaced_only_after_a_second_enter(
    server: tuple[str, Buckets], tmp_path: Path
) -> None:
    target = tmp_path / "there"
    target.write_text("mine")
    async with showing(workflow(server[0])) as seen:
        await typed(seen, target)
        await seen.until(lambda: "Enter replaces it" in seen.line("status"))
        await seen.press("escape")
        assert target.read_text() == "mine"
        await typed(seen, target)
        await seen.until(lambda: "Enter replaces it" in seen.line("status"))
        await seen.press("enter")
        await seen.until(lambda: seen.line("status").startswith("saved"))
        assert target.read_text().startswith('{"auc"')


async def test_a_download_that_is_stopped_leaves_nothing(
    server: tuple[str, Buckets], tmp_path: Path
) -> None:
    halted = Event()

    def part(offset: int, length: int) -> bytes:
        if offset > MIB:
            halted.wait(5)
        return b"\x01" * length

    server[1]["runs"].put("etl/model.bin", Blob(3 * MIB, part, etag="fixed"))
    async with showing(workflow(server[0])) as seen:
        await seen.until(lambda: "3.0 MiB" in "".join(seen.rows))
        await seen.press("down")
        await typed(seen, tmp_path / "x")
        await seen.until(lambda: ":jobs stops it" in seen.line("status"))
        await seen.press("escape")
        (job,) = seen.app.jobs.standings
        assert not job.is_over, "Esc goes back, and stops nothing"
        seen.app.jobs.stop(job.id)
        await seen.until(lambda: "stopped" in seen.line("status"))
        halted.set()
        assert os.listdir(tmp_path) == []


async def test_a_download_outlives_the_pane_and_is_told_by_the_program(
    server: tuple[str, Buckets], tmp_path: Path
) -> None:
    halted = Event()

    def part(offset: int, length: int) -> bytes:
        halted.wait(5)
        return b"\x01" * length

    server[1]["runs"].put("etl/model.bin", Blob(3 * MIB, part, etag="fixed"))
    told: list[JobStanding] = []
    async with showing(workflow(server[0])) as seen:
        seen.app.jobs.on_end = told.append
        await seen.until(lambda: "3.0 MiB" in "".join(seen.rows))
        await seen.press("down")
        await typed(seen, tmp_path / "x")
        await seen.until(lambda: ":jobs stops it" in seen.line("status"))
        seen.app.says.clear()
        await seen.app.pane.remove()
        assert seen.app.says == ["downloading goes on; :jobs shows it"]
        halted.set()
        await seen.until(lambda: told)
    assert [task.said for task in told[0].tasks] == [f"saved {tmp_path / 'x'}"]
    assert (tmp_path / "x").stat().st_size == 3 * MIB


async def test_wrong_credentials_are_said_once_for_all(server: tuple[str, Buckets]) -> None:
    wrong = source()
    wrong.secrets["argo", "minio", "password"] = b"wrong"
    async with showing(workflow(server[0]), by=wrong) as seen:
        await seen.until(lambda: "".join(seen.rows).count("refused login") == 5)
        await seen.press("enter")
        await seen.until(lambda: "does not accept the secret key" in seen.line("status"))


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Refused('secrets "minio" is forbidden', status=403), "forbidden secret"),
        (Missing('secrets "minio" not found', status=404), "no secret"),
        (Busy("the server is busy", status=503), "unread secret"),
        (Unreachable("the connection broke"), "unread secret"),
    ],
)
async def test_the_state_says_why_there_are_no_credentials(
    server: tuple[str, Buckets], error: SourceError, state: str
) -> None:
    keyless = source()
    keyless.refusal = error
    async with showing(workflow(server[0]), by=keyless) as seen:
        await seen.until(lambda: "".join(seen.rows).count(state) == 5)
        await seen.press("enter")
        await seen.until(lambda: error.what in seen.line("status"))


async def test_a_repository_that_is_only_named_is_looked_up(server: tuple[str, Buckets]) -> None:
    found = source()
    text = msgspec.json.encode(repository(server[0])).decode()
    found.maps["argo", "artifact-repositories"] = {"default": text}
    async with showing(workflow(server[0], stored=False), by=found) as seen:
        await seen.until(lambda: "24 B" in seen.rows[1])


async def test_without_any_repository_each_artifact_says_so(server: tuple[str, Buckets]) -> None:
    async with showing(workflow(server[0], stored=False)) as seen:
        await seen.until(lambda: "no location" in seen.rows[1])
        await seen.press("enter")
        await seen.until(lambda: "which artifact repository" in seen.line("status"))


async def test_showing_the_same_again_asks_nothing_again(server: tuple[str, Buckets]) -> None:
    asked = source()
    async with showing(workflow(server[0]), by=asked) as seen:
        await seen.until_measured()
        before = len(asked.asked)
        await seen.press("down")
        seen.app.pane.show(workflow(server[0], version="2"), None, b"")
        await seen.pilot.pause()
        assert len(asked.asked) == before
        assert seen.app.query_one(ArtifactRows).cursor == 1
        assert "24 B" in seen.rows[1]


async def test_a_workflow_without_artifacts_says_so() -> None:
    empty = msgspec.convert({"metadata": {"name": "x", "uid": "x"}}, Workflow)
    async with showing(empty) as seen:
        await seen.until(lambda: "no artifacts here" in "".join(seen.rows))


async def test_where_there_is_room_the_preview_stands_beside_the_list(
    server: tuple[str, Buckets],
) -> None:
    async with showing(workflow(server[0]), size=(140, 30)) as seen:
        rows, lines = seen.app.query_one(ArtifactRows), seen.app.query_one(TextView)
        await seen.until(lambda: lines.region.x > rows.region.x)
        assert rows.region.y <= lines.region.y


def offline() -> Workflow:
    """A workflow whose artifacts need no server, so that every picture is the same."""
    made = {"name": "metrics", "raw": {"data": '{"epoch":40,"loss":0.112,"tags":["a","b"]}'}}
    given = {"name": "notes", "raw": {"data": "first line\nsecond [bold]line[/bold]\n"}}
    outputs = [made, out("model", "etl/model.tgz"), out("old", "etl/old.csv", deleted=True)]
    outputs.append({"name": "table", "hdfs": {"addresses": ["h"], "path": "t.parquet"}})
    whole = {
        "metadata": {"name": "etl", "namespace": "argo", "uid": "u"},
        "status": {
            "nodes": {
                "a": {
                    "id": "a",
                    "name": "etl.train",
                    "displayName": "train(1:日本)",
                    "type": "Pod",
                    "inputs": {"artifacts": [given]},
                    "outputs": {"artifacts": outputs},
                }
            }
        },
    }
    return msgspec.convert(whole, Workflow)


@pytest.mark.parametrize("size", [(80, 24), (120, 24)], ids=["80x24", "120x24"])
async def test_it_looks_like_this(size: tuple[int, int], picture: Callable[..., bool]) -> None:
    async with showing(offline(), size=size) as seen:
        await seen.until(lambda: "not supported" in "".join(seen.rows))
        await seen.press("down", "enter")
        await seen.until(lambda: seen.preview[:1] == ["{"])
        assert picture(seen.app)


async def test_own_credentials_are_offered_aloud_and_used_only_on_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    closed = source()
    closed.secrets = {}
    with demo_s3("runs") as (endpoint, buckets):
        buckets["runs"].put("etl/metrics.json", "{}")
        async with showing(workflow(endpoint), by=closed) as seen:
            await seen.until(lambda: "own-credentials" in seen.line("status"))
            assert seen.line("status").endswith(
                ":own-credentials signs with those of the environment instead"
            )
            await seen.until(lambda: "no secret" in "".join(seen.rows))
            (command,) = seen.app.pane.commands()
            command.run("")
            await seen.until(lambda: "✔" in "".join(seen.rows))
            assert seen.line("head").endswith("with those of the environment")
            assert list(seen.app.pane.commands()) == []


async def test_why_no_repository_could_be_read_is_said(server: tuple[str, Buckets]) -> None:
    closed = source()
    closed.refusal = Refused("configmaps is forbidden", status=403)
    async with showing(workflow(server[0], stored=False), by=closed) as seen:
        await seen.until(lambda: "no location" in "".join(seen.rows))
        await seen.press("enter")
        await seen.until(lambda: "configmaps is forbidden" in seen.line("status"))


async def test_the_menu_copies_addresses_commands_and_a_link_that_ends(
    server: tuple[str, Buckets],
) -> None:
    async with showing(workflow(server[0]), size=(120, 24)) as seen:
        await seen.until(lambda: "24 B" in seen.rows[1])

        async def copied(letter: str) -> str:
            await seen.press("C")
            await seen.until(lambda: isinstance(seen.app.screen, Menu))
            before = len(seen.app.copied)
            await seen.press(letter)
            await seen.until(lambda: len(seen.app.copied) > before)
            return seen.app.copied[-1]

        assert await copied("n") == "metrics"
        await seen.press("C")
        await seen.until(lambda: isinstance(seen.app.screen, Menu))
        assert isinstance(seen.app.screen, Menu)
        letters = {choice.id: choice.letter for choice in seen.app.screen._choices}
        await seen.press("escape")
        assert await copied(letters["address"]) == "s3://runs/etl/metrics.json"
        endpoint = f"--endpoint-url http://{server[0]}"
        assert await copied(letters["aws"]) == f"aws s3 cp s3://runs/etl/metrics.json . {endpoint}"
        assert (await copied(letters["argo"])).startswith("argo cp etl . -n argo --node-id etl-1")
        link = await copied(letters["link"])
        await seen.until(lambda: ", good until " in seen.line("status"))
        assert "Signature" not in seen.line("status")
        with urllib.request.urlopen(link) as response:
            assert response.read() == b'{"auc":0.941,"epoch":40}'


async def test_of_several_that_are_marked_links_are_copied_a_line_each(
    server: tuple[str, Buckets],
) -> None:
    async with showing(workflow(server[0]), size=(120, 24)) as seen:
        await seen.until(lambda: "24 B" in seen.rows[1])
        rows = seen.app.query_one(ArtifactRows)
        await seen.press("*", "C")
        await seen.until(lambda: isinstance(seen.app.screen, Menu))
        assert isinstance(seen.app.screen, Menu)
        (link,) = [each for each in seen.app.screen._choices if each.id == "link"]
        marked = len(rows.picked)
        assert link.title.startswith("Link without a login of ") and not link.refusal
        await seen.press(link.letter)
        await seen.until(lambda: bool(seen.app.copied))
        urls = seen.app.copied[0].splitlines()
        assert 2 <= len(urls) < marked, "a folder has none"
        await seen.until(lambda: f"sent {len(urls)} links, good until " in seen.line("status"))
        assert f"; {marked - len(urls)} more marked have none" in seen.line("status")
        assert "Signature" not in seen.line("status")
        with urllib.request.urlopen(urls[0]) as response:
            assert response.read()


async def test_a_folder_has_no_link_and_the_menu_says_so(server: tuple[str, Buckets]) -> None:
    async with showing(workflow(server[0]), size=(120, 24)) as seen:
        await seen.until(lambda: "dir (2)" in "".join(seen.rows))
        rows = seen.app.query_one(ArtifactRows)
        rows.move_to(next(item.key for item in rows.items if item.name == "shards"))
        await seen.press("C")
        await seen.until(lambda: isinstance(seen.app.screen, Menu))
        assert isinstance(seen.app.screen, Menu)
        refused = {choice.id: choice.refusal for choice in seen.app.screen._choices}
        assert refused["link"] == "a folder has none"


async def test_a_picture_is_shown_in_half_blocks_and_goes_when_text_comes(
    server: tuple[str, Buckets], monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    made = io.BytesIO()
    Image.new("RGB", (64, 48), (250, 10, 20)).save(made, "PNG")
    server[1]["runs"].put("etl/metrics.json", made.getvalue())
    async with showing(workflow(server[0]), size=(120, 30)) as seen:
        await seen.until_measured()
        await seen.press("enter")
        await seen.until(lambda: "PNG, 64 × 48" in seen.line("title"))
        picture, text = seen.app.query_one(PixelView), seen.app.query_one(TextView)
        await seen.until(lambda: picture.display and picture.size.width and not text.display)
        (first, *_) = picture.render_line(0)
        assert first.text.startswith("▀") and first.style is not None
        assert first.style.color is not None and first.style.color.triplet == (250, 10, 20)
        rows = seen.app.query_one(ArtifactRows)
        rows.move_to(next(item.key for item in rows.items if item.name == "note"))
        await seen.press("enter")
        await seen.until(lambda: seen.preview == ["hello"])
        assert not picture.display


async def test_a_table_is_laid_out_and_shown_as_it_is_written_on_request(
    server: tuple[str, Buckets],
) -> None:
    server[1]["runs"].put("etl/lost.csv", "name,auc\ntrain,0.9\ntest,10\n")
    async with showing(workflow(server[0]), size=(120, 30)) as seen:
        await seen.until_measured()
        rows = seen.app.query_one(ArtifactRows)
        rows.move_to(next(item.key for item in rows.items if item.name == "lost"))
        await seen.press("enter")
        await seen.until(lambda: seen.preview == ["name   auc", "train  0.9", "test    10"])
        assert "csv  2 rows" in seen.line("title")
        await seen.press("Y")
        await seen.until(lambda: seen.preview == ["name,auc", "train,0.9", "test,10"])
        await seen.press("Y")
        await seen.until(lambda: seen.preview[0] == "name   auc")


async def test_with_sixteen_colours_a_picture_is_told_and_shown_as_bytes(
    server: tuple[str, Buckets], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    server[1]["runs"].put("etl/metrics.json", b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    async with showing(workflow(server[0]), size=(120, 30)) as seen:
        await seen.until_measured()
        await seen.press("enter")
        await seen.until(lambda: "which needs colours and half blocks" in seen.line("title"))
        assert seen.preview[0].startswith("00000000  89 50 4e 47")


class Silent(BaseHTTPRequestHandler):
    """A store that takes every question and answers none until it is told to."""

    answers = Event()

    def do_HEAD(self) -> None:
        self.answers.wait(20)
        self.send_error(403)

    do_GET = do_HEAD

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def silent() -> Iterator[str]:
    Silent.answers = Event()
    with serving(Silent) as server:
        yield server
        Silent.answers.set()


async def test_a_store_that_does_not_answer_is_said_to_keys_go_on_and_esc_gives_up(
    silent: str,
) -> None:
    async with showing(workflow(silent)) as seen:
        now = seen.app.now()
        await seen.press("enter")
        for _ in range(4):
            seen.app.pane.tick(now)
        said = seen.line("status")
        assert said.startswith(f"reading train(1)/metrics: no answer of S3 {silent} for 4 s")
        assert said.endswith("Esc gives up")
        await seen.press("j", "j")
        current = seen.app.query_one(ArtifactRows).current
        assert current is not None and current.name == "shards"
        await seen.press("escape")
        assert seen.line("status") == "gave up reading train(1)/metrics"
        assert seen.app.escaped == 0
        Silent.answers.set()
        await seen.until(lambda: "no right to it" in "".join(seen.rows))
        seen.app.pane.tick(now)
        assert seen.line("status") == "gave up reading train(1)/metrics", "the answer is dropped"
        await seen.press("escape")
        assert int(seen.app.escaped) == 1
