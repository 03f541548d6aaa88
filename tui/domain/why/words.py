"""An answer as lines of text: the headline, then a label and a sentence each."""

from __future__ import annotations

from collections.abc import Iterator

from tui.domain.why.finding import Answer, Finding, Verdict

SIGNS = {
    Verdict.FAILED: ("✖", "F"),
    Verdict.WAITS: ("◷", "W"),
    Verdict.SLOW: ("!", "!"),
    Verdict.RUNS: ("●", "R"),
    Verdict.SUCCEEDED: ("✔", "S"),
}
"""What stands before the headline, with and without UTF-8."""
LABEL = 12
"""Cells of a label, the longest ones excepted."""


def sign_of(answer: Answer, *, ascii: bool) -> str:
    """The sign of how it stands."""
    return SIGNS[answer.verdict][ascii]


def further(answer: Answer) -> list[Finding]:
    """The findings that the headline does not say."""
    return [each for each in answer.findings if each is not answer.cause]


def label_of(finding: Finding) -> str:
    """The label as it stands before the sentence."""
    mark = "!" if finding.weight == "problem" else "?" if finding.weight == "unknown" else " "
    return f"{mark} {finding.label:<{LABEL}}"


def answer_lines(answer: Answer, *, ascii: bool, where: bool) -> Iterator[str]:
    """All of it; with `where` each sentence is followed by where it comes from."""
    yield f"{sign_of(answer, ascii=ascii)} {answer.headline}"
    if where and answer.cause is not None:
        yield from _where(answer.cause)
    for each in further(answer):
        first, *rest = each.text.splitlines() or [""]
        yield f"{label_of(each)} {first}".rstrip()
        yield from (f"{'':<{LABEL + 2}} {line}" for line in rest if line.strip())
        if where:
            yield from _where(each)


def _where(finding: Finding) -> Iterator[str]:
    for pointer in finding.at:
        yield f"{'':<{LABEL + 2}} <- {pointer.where}"
