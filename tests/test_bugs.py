"""What nobody expected is said, written down for its owner only, and counted."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tui.bugs import MOST_TRACES, caught, caught_in_source, traces_folder
from tui.errors import Bug, InputError, Missing, SourceError

SECRET = "hunter2-0a1b2c3d4e5f6a7b8c9d"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder and a log of this test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TEXTUAL_LOG", str(tmp_path / "log"))
    return tmp_path


def broken(doing: str) -> Bug:
    """A bug, as a thread would have it."""
    token = f"Bearer {SECRET}"
    try:
        raise RuntimeError(f"cannot send Authorization: {token}")
    except RuntimeError as error:
        found = caught(error, doing)
    assert isinstance(found, Bug)
    return found


def traces() -> list[Path]:
    return sorted(traces_folder().glob("*.txt"))


def test_an_error_with_words_of_its_own_stays_what_it_is() -> None:
    missing, odd = Missing("gone"), InputError("odd", hint="mend it")
    assert caught(missing, "x") is missing
    assert caught_in_source(missing, "x") is missing
    told = caught_in_source(odd, "x")
    assert type(told) is SourceError
    assert (told.what, told.hint) == ("odd", "mend it")
    assert traces() == []


def test_a_bug_says_that_it_is_one_where_it_is_and_where_its_trace_is() -> None:
    found = broken("counting sheep")
    (trace,) = traces()
    assert "a bug in argo-tui" in found.what
    assert "RuntimeError at " in found.what and "while counting sheep" in found.what
    assert trace.name in found.what
    assert "test_bugs.py" in trace.read_text("utf-8")


def test_a_trace_is_for_its_owner_and_holds_no_secret() -> None:
    found = broken("keeping secrets")
    (trace,) = traces()
    assert stat.S_IMODE(trace.stat().st_mode) == 0o600
    text = trace.read_text("utf-8")
    assert "cannot send Authorization" in text
    assert SECRET not in text and SECRET not in str(found)


def test_the_same_bug_again_is_counted_in_the_log_and_not_written_again(state: Path) -> None:
    for _ in range(3):
        broken("turning in circles")
    assert len(traces()) == 1
    lines = (state / "log").read_text("utf-8").splitlines()
    assert [line.split(",")[1] for line in lines] == [" 1 so far", " 2 so far", " 3 so far"]
    assert SECRET not in "".join(lines)


def test_only_the_newest_traces_are_kept() -> None:
    for number in range(MOST_TRACES + 5):
        broken(f"trying number {number}")
    assert len(traces()) == MOST_TRACES


def test_where_no_trace_can_be_written_the_bug_is_told_all_the_same(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (state / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", os.fspath(state / "file"))
    assert "its trace could not be written" in broken("having no room").what
