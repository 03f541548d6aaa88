"""How lines of logs are printed: names before them, and what came too late."""

from __future__ import annotations

import pytest

from tui.domain.logs import LogSource, Run, blocks_of, seam
from tui.headless.logs import Printer


@pytest.mark.parametrize(
    ("colour", "prefix", "told"),
    [
        (False, True, "etl-1: in time\netl-1 (late): too late\n"),
        (True, True, "\x1b[37metl-1:\x1b[0m in time\n\x1b[37metl-1 (late):\x1b[0m too late\n"),
        (False, False, "in time\ntoo late\n"),
    ],
)
def test_lines_that_come_too_late_are_marked_where_names_stand(
    colour: bool, prefix: bool, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    printer = Printer(colour=colour, prefix=prefix, timestamps=False, wanted=None)
    source = LogSource("etl", "etl-1", "main")
    for text, is_late in ((b"in time\n", False), (b"too late\n", True)):
        (block,) = blocks_of([text], stamped=False)
        printer.show(source, Run(block, 0, 1), is_late=is_late)
    printer.flush()
    assert capsys.readouterr().out == told


def test_what_is_said_between_parts_of_a_log_goes_to_a_person_and_into_no_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = LogSource("etl", "etl-1", "main", origin="seam")
    block = seam("main was started again", 0)
    printer = Printer(colour=False, prefix=True, timestamps=False, wanted=None)
    printer.show(source, Run(block, 0, 1))
    printer.flush()
    assert capsys.readouterr() == ("", "main was started again\n")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    printer = Printer(colour=False, prefix=True, timestamps=False, wanted=None)
    printer.show(source, Run(block, 0, 1))
    printer.flush()
    assert capsys.readouterr() == ("── main was started again ──\n", "")
