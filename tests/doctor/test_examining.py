"""Running checks: in their order, none for longer than there is time, none without an answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui.doctor import Case, Check, Finding, Sign, examine
from tui.errors import NoCluster, SourceError

CASE = Case(None, None, "", (), NoCluster("none"), (), datetime(2026, 11, 29, tzinfo=UTC))
LONG = 60.0


def good(name: str) -> Finding:
    return Finding(name, Sign.GOOD, f"{name} is well")


def check(name: str, *, asks: bool = True) -> Check:
    def look(case: Case) -> Iterator[Finding]:
        yield good(name)

    return Check(name, look, asks)


def test_findings_come_in_the_order_of_the_checks() -> None:
    checks = [check("login", asks=False), check("api", asks=False), check("rights")]
    assert list(examine(CASE, checks, within=LONG)) == [good("login"), good("api"), good("rights")]


def test_where_nobody_answers_nothing_more_is_asked() -> None:
    asked: list[str] = []

    def dead(case: Case) -> Iterator[Finding]:
        raise SourceError("cannot connect", hint="is it up?")
        yield

    def more(case: Case) -> Iterator[Finding]:
        asked.append("more")
        yield good("rights")

    checks = [Check("api", dead, asks=False), Check("rights", more), check("here", asks=False)]
    api, rights, here = examine(CASE, checks, within=LONG)
    assert api == Finding("api", Sign.BAD, "cannot connect", "is it up?")
    assert (rights.sign, rights.fact) == (Sign.UNKNOWN, "not looked at: there is nothing to ask")
    assert here == good("here") and asked == []


def test_a_check_that_takes_too_long_is_not_waited_for() -> None:
    release = threading.Event()

    def slow(case: Case) -> Iterator[Finding]:
        release.wait()
        yield good("api")

    checks = [Check("api", slow, asks=False), check("rights"), check("here", asks=False)]
    try:
        api, rights, here = examine(CASE, checks, within=0.05)
    finally:
        release.set()
    assert (api.sign, api.fact) == (Sign.UNKNOWN, "no answer in time")
    assert rights.sign is Sign.UNKNOWN and here == good("here")


def test_what_was_found_before_a_failure_is_told_with_it() -> None:
    def half(case: Case) -> Iterator[Finding]:
        yield good("argo")
        raise SourceError("the connection broke")

    found = list(examine(CASE, [Check("argo", half, asks=False)], within=LONG))
    assert found == [good("argo"), Finding("argo", Sign.BAD, "the connection broke")]


def test_a_fault_of_ours_is_a_finding_that_names_its_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    def wrong(case: Case) -> Iterator[Finding]:
        yield good("argo")
        raise ZeroDivisionError

    *_, bug = examine(CASE, [Check("argo", wrong, asks=False)], within=LONG)
    assert bug.sign is Sign.BAD and "a bug in argo-tui" in bug.fact
    assert "ZeroDivisionError" in bug.fact and "looking at argo" in bug.fact
