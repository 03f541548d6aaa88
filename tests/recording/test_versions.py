"""An object that changes all day: every version is as it was, and file and memory stay bounded."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.recordings import Clock, recording_of
from tests.support.scripted import ScriptedSource, key_of, manifest
from tui.domain.identity import Target
from tui.domain.recording import (
    CHANGED,
    FIRST_LINE,
    MOST_STEPS,
    WHOLE,
    Bases,
    Change,
    Packer,
    change_of,
    changes,
)
from tui.errors import InputError, Missing
from tui.ports.connection import Connection, offered
from tui.ports.objects import Objects
from tui.recording.hearing import Ear
from tui.recording.versions import BURST, MOST_KEPT, RATE, Versions
from tui.recording.writing import Recorder, Telling
from tui.sources import recorded_timeline
from tui.sources.recorded import read
from tui.sources.recorded_timeline import Timeline

KEY = ("demo", "wf", "argo", "etl")
SECONDS = 2400


def run_of(nodes: int) -> dict[str, Any]:
    """A run of so many steps that wait."""
    made = manifest("etl")
    made["status"]["nodes"] = {
        f"etl-{number * 2654435761 % 2**32}": {
            "id": f"etl-{number * 2654435761 % 2**32}",
            "displayName": f"shard({number}:{number})",
            "type": "Pod",
            "templateName": "shard",
            "inputs": {"parameters": [{"name": "shard", "value": str(number)}]},
            "phase": "Pending",
        }
        for number in range(nodes)
    }
    return made


def life_of(nodes: int, seconds: int, changes: int = 2) -> Iterator[bytes]:
    """Versions of such a run, one a second, in each of which so many steps begin or end."""
    made, chance = run_of(nodes), random.Random(26)
    names = list(made["status"]["nodes"])
    for second in range(seconds):
        for name in (names[second % nodes], *chance.sample(names, changes - 1)):
            node = made["status"]["nodes"][name]
            node["phase"] = chance.choice(("Running", "Failed"))
            node["startedAt"] = f"2026-11-01T10:00:00.{second:06}Z"
            node["message"] = f"main: {chance.randbytes(12).hex()}"
        made["metadata"]["resourceVersion"] = str(second + 2)
        yield msgspec.json.encode(made)


def played(told: list[Telling]) -> list[bytes]:
    """What is told, version for version, as a reader puts it together."""
    found: list[bytes] = []
    for each in told:
        if each.tells == WHOLE:
            found.append(each.body)
        else:
            change = change_of(each.body)
            found.append(change.applied(found[-change.back]))
    return found


@given(st.lists(st.lists(st.sampled_from(['{"a":1}', '{"ä":"}"}', "[]", '"},"']), max_size=9)))
def test_any_sequence_of_texts_is_read_as_it_was(texts: list[list[str]]) -> None:
    told = [",".join(each).encode() for each in [[], *texts]]
    bases, found = Bases(told[0]), [told[0]]
    for text in told[1:]:
        body = changes(bases, text)
        if body is None:
            bases, found = Bases(text), [text]
            continue
        change = change_of(body)
        found.append(change.applied(found[-change.back]))
        assert found[-1] == text


def test_each_version_is_told_beside_one_of_few_before_it() -> None:
    text = b"[" + b",".join(b'{"a":%d}' % number for number in range(30)) + b"]"
    bases, steps = Bases(text), [0]
    for number in range(1, 70_000):
        body = changes(bases, text[:-1] + f",{number % 10}]".encode())
        assert body is not None
        steps.append(steps[-change_of(body).back] + 1)
    assert max(steps) <= 15 * 5 <= MOST_STEPS
    assert bases.size < 6 * len(text) + 20


def test_versions_that_come_at_leisure_are_all_there_in_little_space() -> None:
    clock = Clock()
    versions = Versions(lambda raw: raw, clock)
    told, heard = list[Telling](), list(life_of(nodes=300, seconds=400))
    for raw in heard:
        clock.seconds += 60
        told += versions.put(KEY, KEY, raw)
    assert played(told) == heard and versions.left_out == 0
    assert sum(len(each.body) for each in told) < 10 * len(heard[-1])
    assert [each.tells for each in told].count(WHOLE) == 1


def test_an_opened_run_that_changes_all_day_takes_a_bounded_part_of_the_file() -> None:
    clock, packer = Clock(), Packer()
    versions = Versions(lambda raw: raw, clock)
    told, last, packed = list[Telling](), b"", list[int]()
    for second, raw in enumerate(life_of(nodes=200, seconds=SECONDS, changes=60)):
        clock.seconds, last = float(second), raw
        new = [*versions.put(KEY, KEY, raw), *versions.late(False)]
        told += new
        packed.append(len(packer.block(b"\n".join(each.body for each in new))) if new else 0)
    told += versions.late(True)
    size = sum(len(each.body) for each in told[1:])
    assert size <= BURST + SECONDS * RATE + len(last)
    assert versions.left_out > 100, "it came faster than that"
    assert len(told) > 400, "and there is much of it nevertheless"
    assert played(told)[-1] == last, "the last one is there in any case"
    day = sum(packed[SECONDS // 2 :]) / (SECONDS // 2) * 86_400
    assert day < 50_000_000, f"{day / 1e6:.0f} MB"


def test_what_is_kept_to_compare_with_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    versions = Versions(lambda raw: raw, clock)
    raw = msgspec.json.encode(run_of(10_000))
    assert 1 << 20 < len(raw) < MOST_KEPT // 8
    for number in range(60):
        clock.seconds += 60
        named = ("demo", "wf", "argo", f"etl-{number}")
        (told,) = versions.put(named, named, raw)
        assert told.tells == WHOLE
        assert sum(each.bases.size for each in versions._known.values()) <= MOST_KEPT
    (again,) = versions.put(named, named, raw.replace(b'"Pending"', b'"Running"', 5))
    assert again.tells == CHANGED
    (old,) = versions.put(("demo", "wf", "argo", "etl-0"), KEY, raw)
    assert old.tells == WHOLE, "it was forgotten"


def test_a_large_object_is_not_compared_each_time() -> None:
    clock = Clock()
    versions = Versions(lambda raw: raw, clock)
    raw, told = msgspec.json.encode(run_of(10_000)), 0
    for number in range(200):
        clock.seconds += 0.1
        changed = raw.replace(b'"phase":"Pending"', b'"phase":"Running"', number + 1)
        told += len([*versions.put(KEY, KEY, changed), *versions.late(False)])
    assert 10 <= told <= 25, "of two hundred in twenty seconds"


def test_what_waits_is_written_when_the_object_goes_and_when_the_recording_ends(
    tmp_path: Path,
) -> None:
    ear, seconds = Ear(clock=lambda: 0.0), Clock(1_800_000_000.0)
    said: list[str] = []
    recorder = Recorder(tmp_path / "a.argo.rec", failed=said.append, clock=seconds)
    ear.begin(recorder)
    connection = ear.heard(ScriptedSource(manifest("etl")))
    lives = {name: [raw.replace(b"etl", name) for raw in life_of(3000, 6)] for name in (b"a", b"b")}
    for name, life in lives.items():
        for raw in life:  # so large that of these only the first two would come at once
            ear.whole(connection.id, "wf", raw)
        if name == b"a":
            key = key_of(manifest("a"))._replace(connection=connection.id)
            ear.left(key, "uid-a")
    ear.end()
    recorder.end()
    assert not said
    timeline = Timeline(str(recorder.path))
    for name, life in lives.items():
        frames = timeline.wholes[connection.id, "wf", "argo", name.decode()]
        bodies = [timeline.body(each) for each in frames if each not in timeline.left]
        assert bodies[0] == life[0] and bodies[-1] == life[-1] and len(bodies) < len(life)
    timeline.close()


def test_at_each_time_the_object_is_the_version_of_that_time(tmp_path: Path) -> None:
    source, versions = ScriptedSource(manifest("etl")), list(life_of(50, 40))

    def ask(heard: Connection, clock: Clock) -> None:
        begin = clock.seconds
        for number, raw in enumerate(versions):
            clock.seconds = begin + number
            source.put(msgspec.json.decode(raw))
            offered(heard, Objects).get(Target(key_of(manifest("etl"))))

    player = read(str(recording_of(source, tmp_path / "a.argo.rec", ask)), Clock())
    (connection,) = player.connections
    target, chance = Target(key_of(manifest("etl"))), random.Random(1)
    player.pause(True)
    for number in chance.sample(range(40), 40):
        player.go_to(player.begins + timedelta(seconds=number))
        assert offered(connection, Objects).get(target) == msgspec.json.decode(versions[number])
    connection.close()


# --- files of others -----------------------------------------------------------------------------


def file_of(path: Path, *frames: tuple[str, tuple[str, ...], Any]) -> str:
    """A recording of these frames."""
    told = [[1000, "opened", ["demo"], {"label": "demo"}]]
    told += [[1000 + at, *frame] for at, frame in enumerate(frames)]
    lines = b"\n".join(map(msgspec.json.encode, told)) + b"\n"
    path.write_bytes(FIRST_LINE + Packer().block(lines))
    return str(path)


BASE = b'{"metadata":{"name":"etl"}}'
SUM = zlib.crc32(BASE)
NAMED = (*KEY, "u", "1")


@pytest.mark.parametrize(
    "body",
    [
        [2, SUM, [[0, 5]]],
        [0, SUM, [[0, 5]]],
        [-1, SUM, [[0, 5]]],
        [1, SUM, [[5, 0]]],
        [1, SUM, [[-5, 9]]],
        [1, SUM, [[0, 1 << 60]]],
        [1, SUM, [[0, 1 << 26], [0, 1 << 26]]],
        [1, SUM, "no list"],
        {"no": "change"},
        None,
    ],
)
def test_changes_that_are_none_are_counted_and_harmless(tmp_path: Path, body: Any) -> None:
    whole = msgspec.Raw(BASE)
    path = file_of(
        tmp_path / "a.argo.rec", ("whole", NAMED, whole), ("changed", (*KEY, "u", "2"), body)
    )
    timeline = Timeline(path)
    assert timeline.unread == 1
    assert [timeline.body(each) for each in timeline.wholes[KEY]] == [BASE]
    timeline.close()


def test_a_change_beside_another_text_says_that_it_cannot_be_read(tmp_path: Path) -> None:
    path = file_of(
        tmp_path / "a.argo.rec",
        ("whole", NAMED, msgspec.Raw(BASE)),
        ("changed", (*KEY, "u", "2"), [1, SUM + 1, [[0, 5]]]),
    )
    player = read(path, Clock())
    with pytest.raises(Missing, match="cannot be read"):
        offered(player.connections[0], Objects).get(Target(key_of(manifest("etl"))))
    player.connections[0].close()


def test_no_more_is_put_together_than_a_recording_may_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames: list[tuple[str, tuple[str, ...], Any]] = []
    for number in range(200):  # each twice as large as the one before, of many objects
        named = ("demo", "wf", "argo", f"etl-{number}", "u", "1")
        frames.append(("whole", named, "x" * 1000))
        frames += [("changed", named, [1, 0, [[0, 60 << 20]]])]
    monkeypatch.setattr("tui.domain.recording.MOST_UNPACKED", 1 << 30)
    with pytest.raises(InputError, match="larger than any that are written"):
        Timeline(file_of(tmp_path / "a.argo.rec", *frames))
    long: list[tuple[str, tuple[str, ...], Any]] = [("whole", NAMED, msgspec.Raw(BASE))]
    long += [("changed", NAMED, Change(1, SUM, [(0, len(BASE))]))] * (MOST_STEPS + 50)
    timeline = Timeline(file_of(tmp_path / "b.argo.rec", *long))
    assert timeline.unread > 0 and timeline.body(timeline.wholes[KEY][-1]) == BASE
    assert sum(map(len, timeline._made.values())) <= recorded_timeline.MOST_MADE
    timeline.close()
