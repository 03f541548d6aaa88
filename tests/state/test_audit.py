"""What was changed: kept, written where the settings say, and nothing that looks like a secret."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import msgspec

from tui.state.audit import KEPT, Audit, Entry, shown_command

ENTRY = Entry(
    at="2026-01-15T12:00:00Z",
    context="demo",
    namespace="argo",
    kind="wf",
    name="w",
    action="workflow.retry",
    what="Retry w",
    who="me",
    is_done=True,
    result="Retried w",
    command="argo retry -n argo w -p 'day=2026 01'",
)


def test_entries_are_kept_up_to_a_number() -> None:
    audit = Audit()
    for number in range(KEPT + 5):
        audit.add(msgspec.structs.replace(ENTRY, name=str(number)))
    assert len(audit.entries) == KEPT and audit.entries[-1].name == str(KEPT + 4)


def test_the_file_has_a_line_each_and_is_for_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "changes.jsonl"
    for _ in range(2):
        Audit(str(path)).add(ENTRY)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["what"] for line in lines] == ["Retry w", "Retry w"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written_is_told_and_stops_nothing(tmp_path: Path) -> None:
    audit = Audit(str(tmp_path / "no" / "such"))
    audit.add(ENTRY)
    assert "No such file or directory" in audit.trouble and len(audit.entries) == 1


def test_values_of_parameters_that_are_secrets_are_left_out() -> None:
    told = shown_command("argo submit -p day=1 -p db-password=hunter22 --parameter 'apiKey=a b'")
    assert told == "argo submit -p day=1 -p 'db-password=***' --parameter 'apiKey=***'"
    audit = Audit()
    audit.add(msgspec.structs.replace(ENTRY, result="refused: Bearer abcdefgh12345678"))
    assert "abcdefgh" not in audit.entries[0].result
