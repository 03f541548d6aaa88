"""What is heard of a connection: all that its ports tell, and the app notices nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.recordings import Clock, recording_of, texts_in
from tests.support.scripted import ScriptedSource, key_of, manifest, ref_of
from tui.domain.identity import Target
from tui.ports.connection import Connection, offered
from tui.ports.events import Event, Events
from tui.ports.exec import Exec
from tui.ports.objects import Objects
from tui.ports.operations import Operations
from tui.ports.secrets import Secrets
from tui.recording.hearing import PORTS, Ear
from tui.recording.writing import Recorder
from tui.sources.recorded import PlayedConnection

ETL = manifest("etl")


def promised(port: Callable[..., object]) -> set[str]:
    """What a port offers by name."""
    return {name for name in vars(port) if not name.startswith("_")}


@pytest.mark.parametrize("port", PORTS, ids=lambda port: port.__name__)
def test_whatever_a_port_promises_is_heard_and_what_is_heard_is_played(
    port: Callable[..., object],
) -> None:
    made: Any = PORTS[port]
    assert promised(port) <= {name for kind in made.__mro__ for name in vars(kind)}
    if port.__name__ != "Tables":  # rows are whole where they were, and nobody fills them in
        assert promised(port) <= set(dir(PlayedConnection))


def test_a_port_is_the_same_each_time_and_others_go_by(tmp_path: Path) -> None:
    source = ScriptedSource(ETL)
    heard = Ear().heard(source)
    assert heard.port(Events) is heard.port(Events) is not source.port(Events)
    assert heard.port(Operations) is source.port(Operations)
    assert heard.lacks(Exec) == source.lacks(Exec) and heard.place == source.place
    heard.close()
    assert source.is_closed


def test_nothing_is_asked_that_the_app_did_not_ask(tmp_path: Path) -> None:
    source = ScriptedSource(ETL)
    path = recording_of(source, tmp_path / "a.argo.rec", lambda heard, clock: None)
    assert source.asked == []
    assert [frame.tells for frame in texts_in(path)] == ["opened", "ended"]


def test_the_same_answer_and_the_same_object_are_written_once(tmp_path: Path) -> None:
    source = ScriptedSource(ETL)
    source.events_of["etl"] = (Event("Normal", "Began", "it began", None),)

    def ask(heard: Connection, clock: Clock) -> None:
        for _ in range(5):
            offered(heard, Events).events(ref_of(ETL))
            offered(heard, Objects).get(Target(key_of(ETL)))

    tells = [frame.tells for frame in texts_in(recording_of(source, tmp_path / "a.argo.rec", ask))]
    assert (tells.count("answer"), tells.count("whole")) == (1, 1)


def test_what_is_read_of_secrets_is_not_written(tmp_path: Path) -> None:
    source = ScriptedSource(ETL)
    source.secrets["argo", "keys", "secretkey"] = b"planted-4711-planted"
    source.maps["argo", "repositories"] = {"default": "s3: {bucket: b}"}

    def ask(heard: Connection, clock: Clock) -> None:
        secrets = offered(heard, Secrets)
        assert secrets.secret_value("argo", "keys", "secretkey") == b"planted-4711-planted"
        assert secrets.config_map("argo", "repositories").data

    frames = texts_in(recording_of(source, tmp_path / "a.argo.rec", ask))
    assert not any(b"planted" in bytes(frame.body) for frame in frames)
    assert ("scripted", "config-map", "argo", "repositories") in [each.key for each in frames]


def test_once_it_is_ended_nothing_more_is_heard(tmp_path: Path) -> None:
    source, ear = ScriptedSource(ETL), Ear()
    recorder = Recorder(tmp_path / "a.argo.rec", failed=print)
    heard = ear.heard(source)
    ear.begin(recorder)
    assert ear.end() is recorder and ear.end() is None
    offered(heard, Objects).get(Target(key_of(ETL)))
    recorder.end()
    assert [frame.tells for frame in texts_in(recorder.path)] == ["opened", "ended"]
