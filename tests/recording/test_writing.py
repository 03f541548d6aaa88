"""Writing a recording: nobody waits for it, nothing ends it in silence, and no secret is in it."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import msgspec
import pytest

from tests.support.recordings import texts_in
from tests.support.waiting import wait_until
from tui.domain.hidden import IN_USE
from tui.errors import InputError
from tui.recording import writing
from tui.recording.writing import Recorder, Telling

SECRET = 'x7"Hk\\29-plänt-ed'


def unheard(why: str) -> None:
    raise AssertionError(why)


def test_what_is_told_is_in_the_file_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "a.argo.rec"
    recorder = Recorder(path, failed=unheard, clock=lambda: 12.0)
    recorder.tell(lambda: [Telling("row", ("demo", "wf"), b'{"a":1}')])
    recorder.end()
    told = [(frame.at, frame.tells, frame.key) for frame in texts_in(path)]
    assert told == [(12_000, "row", ("demo", "wf")), (12_000, "ended", ())]
    assert path.stat().st_mode & 0o077 == 0 and path.stat().st_size == recorder.size
    assert not recorder.is_open


def test_it_is_on_the_disk_soon_without_being_ended(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.argo.rec", failed=unheard)
    recorder.tell(lambda: [Telling("row", ("demo", "wf"), b"1")])
    wait_until(lambda: len(texts_in(recorder.path)) == 1)
    recorder.end()


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.argo.rec"
    path.write_bytes(b"mine")
    with pytest.raises(InputError, match="is there already"):
        Recorder(path, failed=unheard)
    assert path.read_bytes() == b"mine"
    with pytest.raises(InputError, match="cannot be written"):
        Recorder(tmp_path / "nowhere" / "a.argo.rec", failed=unheard)


def test_a_full_disk_ends_it_with_a_sentence_and_nobody_is_held_up(tmp_path: Path) -> None:
    said: list[str] = []
    left = [100]

    def write(file: int, data: memoryview) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left[0], some = max(0, left[0] - len(data)), data[: left[0]]
        return os.write(file, some)

    recorder = Recorder(tmp_path / "a.argo.rec", failed=said.append, write=write)
    for _ in range(100):
        recorder.tell(lambda: [Telling("row", ("demo", "wf"), os.urandom(50).hex().encode())] * 9)
    wait_until(lambda: said)
    assert "cannot be written: No space left on device" in said[0]
    assert not recorder.is_open
    recorder.tell(lambda: [Telling("row")])
    recorder.end()
    assert len(said) == 1


def test_a_bug_in_what_is_told_ends_it_with_a_sentence(tmp_path: Path) -> None:
    said: list[str] = []
    recorder = Recorder(tmp_path / "a.argo.rec", failed=said.append)
    recorder.tell(lambda: [Telling("row", (), b"{not json, but token")])
    wait_until(lambda: said)
    assert "the recording ended" in said[0]


def test_what_comes_faster_than_a_disk_takes_it_is_counted_and_told(tmp_path: Path) -> None:
    holds, goes_on = threading.Event(), threading.Event()

    def write(file: int, data: memoryview) -> int:
        if holds.is_set():
            goes_on.wait(20)
        return os.write(file, data)

    recorder = Recorder(tmp_path / "a.argo.rec", failed=unheard, write=write)
    holds.set()
    for _ in range(writing.MOST_WAITING * 3):
        recorder.tell(lambda: [Telling("row", ("demo",), b"1")])
    assert recorder.lost > 0, "and none of it was waited for"
    recorder.tell(lambda: [Telling("row")], writing.MOST_WEIGHT + 1)
    goes_on.set()
    recorder.end()
    lost = [frame for frame in texts_in(recorder.path) if frame.tells == "lost"]
    assert int(lost[-1].key[0]) == recorder.lost


def test_secrets_of_workflows_and_our_own_are_in_no_frame(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.argo.rec", failed=unheard)
    IN_USE.keep("our-own-token-4711")
    try:
        manifest = {
            "spec": {"arguments": {"parameters": [{"name": "db-password", "value": SECRET}]}},
            "status": {"message": f"login {SECRET} refused", "n": 4711},
        }
        body = msgspec.json.encode(manifest)
        recorder.tell(lambda: [Telling("whole", ("demo",), body)])
        recorder.tell(lambda: [Telling("answer", (), msgspec.json.encode([f"said {SECRET}"]))])
        recorder.tell(lambda: [Telling("answer", (), b'["our-own-token-4711"]')])
        text = f"2026-11-29T10:00:00Z it is {SECRET}\n".encode()
        recorder.tell(lambda: [Telling("log", (), _text(recorder, text), is_clean=True)])
        recorder.end()
    finally:
        IN_USE.forget()
    everything = b"\n".join(bytes(frame.body) for frame in texts_in(recorder.path))
    for form in (SECRET, msgspec.json.encode(SECRET).decode()[1:-1], "our-own-token-4711"):
        assert form.encode() not in everything
        assert form.encode().decode("latin-1").encode() not in everything
    assert b"4711" in everything and b"db-password" in everything
    assert b"login *** refused" in everything


def _text(recorder: Recorder, text: bytes) -> bytes:
    return msgspec.json.encode(recorder.clean_text(text).decode("latin-1"))
