"""The report of the checks, as lines and as JSON."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from textwrap import wrap
from typing import Any

from tui import __version__
from tui.doctor.base import Finding, Sign
from tui.domain.text import clean

MARKS = {Sign.GOOD: "✔", Sign.NOTICE: "▲", Sign.BAD: "✖", Sign.UNKNOWN: "?"}
ASCII_MARKS = {Sign.GOOD: "+", Sign.NOTICE: "!", Sign.BAD: "x", Sign.UNKNOWN: "?"}
WIDTH = 11
"""Cells of the first column, the names of the checks."""
TEXT = WIDTH + 2
"""Where the facts begin."""
LEAST_WIDE = 40


def about() -> str:
    """Which program this is, for whoever reads the report elsewhere."""
    try:
        textual = version("textual")
    except PackageNotFoundError:
        textual = "not installed"
    system = f"{platform.system()} {platform.machine()}"
    return (
        f"argo-tui {__version__}, Python {platform.python_version()}, Textual {textual}, {system}"
    )


def lines(finding: Finding, before: str, *, cells: int | None, ascii: bool) -> Iterator[str]:
    """A finding after one of the check `before`, which is named once.

    Broken at so many cells, or not at all.
    """
    name = "" if finding.check == before else finding.check
    mark = (ASCII_MARKS if ascii else MARKS)[finding.sign]
    yield from _wrapped(f"{name:<{WIDTH}}{mark} ", clean(finding.fact), cells)
    if finding.advice:
        arrow = "->" if ascii else "→"
        yield from _wrapped(f"{'':{TEXT}}{arrow} ", clean(finding.advice), cells)
    yield from (f"{'':{TEXT}}{clean(line)}" for line in finding.more)


def _wrapped(lead: str, text: str, cells: int | None) -> Iterator[str]:
    if cells is None:
        yield f"{lead}{text}"
        return
    wide, indent = max(LEAST_WIDE, cells), " " * len(lead)
    yield from wrap(
        text, wide, initial_indent=lead, subsequent_indent=indent, break_on_hyphens=False
    )


def summary(findings: Iterable[Finding]) -> str:
    """What they come to, in one line."""
    signs = [finding.sign for finding in findings]
    bad, notices = signs.count(Sign.BAD), signs.count(Sign.NOTICE)
    unknown = signs.count(Sign.UNKNOWN)
    told = [
        f"{bad} to mend" if bad else "nothing is broken",
        f"{notices} to know" if notices else "",
        f"{unknown} not known" if unknown else "",
    ]
    return ", ".join(filter(None, told))


def as_json(findings: Iterable[Finding]) -> dict[str, Any]:
    """The same for scripts; `ok` is whether nothing is broken."""
    found = tuple(findings)
    return {
        "ok": is_well(found),
        "about": about(),
        "findings": [
            {
                "check": each.check,
                "sign": each.sign.value,
                "fact": each.fact,
                "advice": each.advice,
                "more": list(each.more),
            }
            for each in found
        ],
    }


def is_well(findings: Iterable[Finding]) -> bool:
    """Whether nothing is broken; what is to know, or not known, breaks nothing."""
    return all(finding.sign is not Sign.BAD for finding in findings)
