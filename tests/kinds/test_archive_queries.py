"""What of a filter of workflows an archive is asked for: never less than what matches."""

from __future__ import annotations

import pytest

from tui.domain.archived import ArchiveQuery
from tui.domain.durations import parse_time
from tui.domain.query import parse
from tui.domain.workflow import LABEL
from tui.kinds.workflows import FIELDS, WORKFLOWS

NOW = parse_time("2026-11-29T12:00:00Z")
assert NOW is not None
ALL = ArchiveQuery()


def asked(text: str) -> list[ArchiveQuery]:
    assert WORKFLOWS.archived is not None and NOW is not None
    return list(WORKFLOWS.archived(parse(text, FIELDS, clock=lambda: NOW), NOW))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", ALL),
        ("nightly", ArchiveQuery(name_contains="nightly")),
        ("Nightly", ArchiveQuery(name_contains="nightly")),
        ("phase:failed", ArchiveQuery(labels=f"{LABEL}phase in (Failed)")),
        ("phase:failed|error", ArchiveQuery(labels=f"{LABEL}phase in (Failed,Error)")),
        ("since:24h", ArchiveQuery(begun_after="2026-11-28T11:59:00Z")),
        ("age:<2h", ArchiveQuery(begun_after="2026-11-29T09:59:00Z")),
        ("since:today", ArchiveQuery(begun_after="2026-11-28T23:59:00Z")),
        ("label:acme.io/team=qa", ArchiveQuery(labels="acme.io/team=qa")),
        (
            "etl phase:error since:1h",
            ArchiveQuery(
                labels=f"{LABEL}phase in (Error)",
                name_contains="etl",
                begun_after="2026-11-29T10:59:00Z",
            ),
        ),
    ],
)
def test_what_the_server_can_select_is_asked_of_it(text: str, query: ArchiveQuery) -> None:
    assert asked(text) == [query]


@pytest.mark.parametrize(
    "text",
    [
        "!nightly",
        "night*ly",
        "/night/",
        "argo/nightly",
        "a | b",
        "name:a|phase:failed",
        "!phase:failed",
        "message:oom",
        "age:>2h",
        "duration:<1m",
        "label:team",
        "in:archive",
        "!in:cluster",
    ],
)
def test_what_it_cannot_select_leaves_everything(text: str) -> None:
    assert asked(text) == [ALL]


def test_a_label_without_its_prefix_is_asked_for_with_and_without_argo_s() -> None:
    assert asked("label:phase=Failed") == [
        ArchiveQuery(labels="phase=Failed"),
        ArchiveQuery(labels=f"{LABEL}phase=Failed"),
    ]


def test_a_filter_of_more_labels_than_a_few_requests_answer_leaves_everything() -> None:
    assert asked("label:a=1|b=2|c=3") == [ALL]


@pytest.mark.parametrize("text", ["in:cluster", "phase:unknown"])
def test_nothing_is_asked_where_nothing_archived_can_match(text: str) -> None:
    assert asked(text) == []
