"""Whatever bytes a program writes, each line is there, and nothing but colours gets through."""

from __future__ import annotations

import io
import re
import sys
from random import Random

import pytest

from tui.domain.logs import LogBlock, LogSource, Run, blocks_of
from tui.domain.text import SGR, clean_log
from tui.headless.logs import Printer
from tui.logs.book import LogBook

LINES = 100_000
PIECES = (
    *(b"\x1b[31m", b"\x1b[38:2::9:8:7m", b"\x1b[0m", b"\x1b[2J", b"\x1b]52;c;aGk=\x07", b"\x1b[K"),
    *(b"\x1bP", b"\x1b\\", b"\x9b2J", b"\xc2\x9b2J", b"\r", b"\b", b"\t", b"\0", b"\xff\xfe"),
    *(b"h\0i\0", b"caf\xc3\xa9", b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"plain text ", b"\x1b["),
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff]")


def random_lines(seed: int) -> bytes:
    """Rubbish: some of it any bytes, some of it of pieces that terminals obey."""
    random = Random(seed)
    found: list[bytes] = []
    for number in range(LINES):
        if number % 3:
            found.append(b"".join(random.choices(PIECES, k=random.randrange(5))))
        else:
            found.append(random.randbytes(random.randrange(24)).replace(b"\n", b""))
    return b"\n".join(found) + b"\n"


def blocks() -> list[LogBlock]:
    whole = random_lines(1)
    return list(blocks_of(whole[at : at + 5000] for at in range(0, len(whole), 5000)))


def test_a_hundred_thousand_lines_of_rubbish_are_all_in_the_pane_and_only_coloured() -> None:
    book = LogBook(in_memory=1 << 18)
    book.append(blocks())
    assert len(book) == LINES
    for index in range(LINES):
        shown = SGR.sub("", clean_log(book.line(index)))
        assert not UNFIT.search(shown), (index, shown)
        book.level(index)
    book.close()


@pytest.mark.parametrize("colour", [True, False])
def test_and_the_command_writes_each_of_them(colour: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    printer = Printer(colour=colour, prefix=True, timestamps=False, wanted=None)
    for block in blocks():
        printer.show(LogSource("s", "pod", "main"), Run(block, 0, len(block)))
    text = out.getvalue()
    assert text.count("\n") == LINES
    assert len(re.findall(r"^(?:\x1b\[\d+m)?pod:", text, re.MULTILINE)) == LINES
    left = SGR.sub("", text)
    assert colour or left == text
    found = CONTROL.search(left)
    assert found is None, left[max(0, found.start() - 40) : found.end() + 40]
