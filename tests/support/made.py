"""Parts of our documents that are made from the code, between two marks."""

from __future__ import annotations

import sys
from pathlib import Path


def marks(name: str) -> tuple[str, str]:
    """What stands before and after a part that is made."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def within(document: Path, name: str) -> str:
    """What stands between the marks now."""
    begin, end = marks(name)
    text = document.read_text()
    assert begin in text
    assert end in text
    return text.partition(begin)[2].partition(end)[0].strip("\n")


def main(document: Path, name: str, part: str) -> None:
    """Print the part, or put it into its document with `--write`."""
    if "--write" not in sys.argv:
        print(part)
        return
    begin, end = marks(name)
    before, _, rest = document.read_text().partition(begin)
    document.write_text(f"{before}{begin}\n{part}\n{end}{rest.partition(end)[2]}")
