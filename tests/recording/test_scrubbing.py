"""What turns out to be a secret only later is in no recording that is over."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from tests.support.recordings import Clock, recording_of, texts_in
from tests.support.scripted import ScriptedSource, key_of, manifest, ref_of
from tui.domain.identity import Target
from tui.domain.recording import CHANGED, WHOLE
from tui.ports.connection import Connection, offered
from tui.ports.events import Event, Events
from tui.ports.objects import Objects
from tui.recording.writing import Recorder, Telling
from tui.sources.recorded import read

SECRET = 'hunter2-"plänted"-4711'
FORMS = (SECRET.encode(), msgspec.json.encode(SECRET)[1:-1], SECRET.encode("latin-1"))


def unheard(why: str) -> None:
    raise AssertionError(why)


def naming(name: str, version: str) -> dict[str, Any]:
    """A run that names the secret."""
    made = manifest(name, version=version)
    value = {"name": "db-password", "value": SECRET}
    made["spec"] = {"arguments": {"parameters": [value]}}
    return made


def test_what_was_written_before_the_secret_was_known_is_written_anew(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.argo.rec", failed=unheard, clock=lambda: 12.0)

    def encoded_log(text: str) -> bytes:
        return msgspec.json.encode(recorder.clean_text(text.encode()).decode("latin-1"))

    said = {"status": {"message": f"login with {SECRET} failed"}, "n": 1}
    recorder.tell(lambda: [Telling("opened", ("demo",), b'{"label":"demo"}')])
    recorder.tell(lambda: [Telling("row", ("demo", "wf"), msgspec.json.encode(said))])
    text = f"2026-11-29T10:00:00Z it is {SECRET}\n"
    recorder.tell(lambda: [Telling("log", ("demo",), encoded_log(text), is_clean=True)])
    recorder.tell(lambda: [Telling("whole", ("demo",), msgspec.json.encode(naming("a", "1")))])
    recorder.end()
    frames = texts_in(recorder.path)
    assert [each.tells for each in frames] == ["opened", "row", "log", "whole", "ended"]
    everything = b"".join(bytes(each.body) for each in frames)
    assert not [form for form in FORMS if form in everything]
    assert everything.count(b"***") == 3
    assert msgspec.json.decode(frames[1].body) == {
        "status": {"message": "login with *** failed"},
        "n": 1,
    }
    assert recorder.path.stat().st_size == recorder.size
    assert recorder.path.stat().st_mode & 0o077 == 0
    assert [each.name for each in tmp_path.iterdir()] == [recorder.path.name]


def test_versions_of_an_object_with_the_secret_of_another_one_are_still_all_there(
    tmp_path: Path,
) -> None:
    other, source = manifest("etl"), ScriptedSource(manifest("etl"), naming("named", "9"))
    other["status"]["nodes"] = {
        f"n{at}": {"id": f"n{at}", "type": "Pod", "message": f"of {at}: {SECRET}"}
        for at in range(30)
    }

    def ask(heard: Connection, clock: Clock) -> None:
        begin = clock.seconds
        for at in range(5):
            clock.seconds = begin + at
            other["metadata"]["resourceVersion"] = str(at + 1)
            other["status"]["nodes"][f"n{at}"]["phase"] = "Failed"
            source.put(other)
            offered(heard, Objects).get(Target(key_of(other)))
        source.events_of["etl"] = (Event("Warning", "Failed", f"{SECRET} refused", None),)
        offered(heard, Events).events(ref_of(other))
        clock.seconds = begin + 9
        offered(heard, Objects).get(Target(key_of(manifest("named"))))

    path = recording_of(source, tmp_path / "a.argo.rec", ask)
    frames = texts_in(path)
    assert not [form for each in frames for form in FORMS if form in bytes(each.body)]
    assert [each.tells for each in frames].count(WHOLE) == 6
    assert CHANGED not in [each.tells for each in frames]
    player = read(str(path), Clock())
    player.pause(True)
    for at in range(5):
        player.go_to(player.begins + timedelta(seconds=at))
        found = offered(player.connections[0], Objects).get(Target(key_of(other)))
        nodes = found["status"]["nodes"].values()
        assert [node.get("phase") for node in nodes].count("Failed") == at + 1
        assert {node["message"].partition(": ")[2] for node in nodes} == {"***"}
    player.connections[0].close()


def test_a_recording_without_any_is_left_as_it_is(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.argo.rec", failed=unheard)
    recorder.tell(lambda: [Telling("whole", ("demo",), msgspec.json.encode(naming("a", "1")))])
    before = recorder.path.stat().st_ino
    recorder.end()
    assert recorder.path.stat().st_ino == before
