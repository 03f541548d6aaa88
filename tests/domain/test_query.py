"""The filter language, by examples."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.identity import Depth, ObjectKey, Row
from tui.domain.node import Parameter
from tui.domain.query import Clock, Query, QueryError, expanded
from tui.domain.query import parse as parse_with
from tui.domain.workflow import (
    Arguments,
    ListedSpec,
    ListedStatus,
    ListedWorkflow,
    Metadata,
    WorkflowTemplateRef,
)
from tui.kinds.workflows import FIELDS


def parse(text: str, clock: Clock | None = None) -> Query:
    return parse_with(text, FIELDS, clock=clock)


ETL = ListedWorkflow(
    metadata=Metadata(
        name="nightly-etl-x7k2p",
        namespace="data",
        uid="1",
        creation_timestamp="2026-11-01T00:00:00Z",
        labels={
            "team": "QA",
            "workflows.argoproj.io/phase": "Failed",
            "workflows.argoproj.io/cron-workflow": "nightly",
            "app.kubernetes.io/part-of": "a:b|c d",
        },
    ),
    spec=ListedSpec(
        arguments=Arguments(parameters=(Parameter(name="date", value="2026-08-21"),)),
        workflow_template_ref=WorkflowTemplateRef(name="etl-v14"),
    ),
    status=ListedStatus(phase="Failed", message="train(3): OOMKilled main (exit code 137)"),
)
NEW = ListedWorkflow(
    metadata=Metadata(name="hello", namespace="test", creation_timestamp="2026-11-01T00:00:00Z")
)
HELD = ListedWorkflow(
    metadata=Metadata(name="gate", namespace="argo"),
    spec=ListedSpec(suspend=True),
    status=ListedStatus(phase="Running"),
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "nightly",
        "NIGHTLY",
        "data/night",
        "nightly x7",
        "zzz|x7k2p",
        "zzz | x7k2p",
        "!hello",
        "!!nightly",
        "phase:failed",
        "status:Fail",
        "phase:running|failed",
        "phase:running|name:nightly",
        "!phase:running|succeeded",
        "label:team=qa",
        "label:team",
        "label:phase=failed",
        "label:workflows.argoproj.io/phase=Failed",
        "label:team=q*",
        "label:team=dev|team=qa",
        'label:part-of="a:b|c d"',
        "!label:team=dev",
        "ns:data",
        "namespace:dat",
        "name:nightly-*",
        "name:*x7k2p",
        "*etl*",
        "template:etl-v14",
        "template:nightly",
        "message:oomkilled",
        'msg:"exit code 137"',
        '"nightly-etl"',
        r"msg:/exit code \d+/",
        "msg:/OOM|exit 1[37]/",
        "/^nightly-.*p$/",
        "param:date=2026-08-*",
        "param:2026-08",
        "phase:failed !ns:test nightly",
    ],
)
def test_it_finds_the_failed_etl(text: str) -> None:
    assert parse(text)(ETL)


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "nightly hello",
        "!nightly",
        "phase:succeeded",
        "!phase:failed|error",
        "label:team=q",
        "label:team=dev",
        "!label:team",
        "ns:test",
        "name:*etl",
        "template:hello",
        'msg:"exit  code"',
        "msg:/^OOM/",
        "param:date=2026-08",
        "param:day=2026-08-21",
        '"x7k2p|hello"',
        '"*etl*"',
    ],
)
def test_it_does_not_find_the_failed_etl(text: str) -> None:
    assert not parse(text)(ETL)


def test_what_no_controller_has_seen_is_pending() -> None:
    assert parse("phase:pending")(NEW)
    assert not parse("phase:pending")(ETL)


def test_suspended_is_found_by_its_status() -> None:
    assert parse("status:suspended")(HELD)
    assert parse("phase:running")(HELD)


def test_a_query_knows_whether_it_asks_anything() -> None:
    assert not parse("  ")
    assert parse("a")


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("foo:bar", 0, "no field foo"),
        ("a foo:bar", 2, "no field foo"),
        ('name:"abc', 5, "not closed"),
        ("phase:", 6, "needs a value"),
        ("phase: failed", 6, "needs a value"),
        ("a | ", 4, "needs a value"),
        ("| a", 0, "before |"),
        ("phase:ailed", 6, "there is no phase ailed"),
        ("!phase:failed|foo", 14, "there is no phase foo"),
        ("!", 0, "turn round"),
        ("a ! b", 2, "turn round"),
        ("/abc", 0, "not closed"),
        ("msg:/a(b/", 6, "regular expression"),
        ("msg:/a{99999999999999999999}/", 5, "regular expression"),
        ("msg:/(a+)+$/", 4, "for ever"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, position: int, words: str) -> None:
    with pytest.raises(QueryError, match=words.replace("|", r"\|")) as caught:
        parse(text)
    assert caught.value.position == position


def test_an_unknown_phase_names_all_there_are() -> None:
    with pytest.raises(QueryError) as caught:
        parse("phase:foo")
    assert caught.value.hint.startswith("there are Pending, Running, Running (Suspended), Succ")
    assert parse("phase:r") and parse("phase:SUSP") and parse("phase:*d") and parse("phase:unkn")


def test_an_unknown_field_names_the_known_ones() -> None:
    with pytest.raises(QueryError) as caught:
        parse("foo:bar")
    assert all(name in caught.value.hint for name in FIELDS.named)


@given(st.text(alphabet='ab!|:"/=*( \\', max_size=12))
def test_any_text_is_read_or_refused_but_never_breaks(text: str) -> None:
    try:
        query = parse(text)
    except QueryError as error:
        assert 0 <= error.position <= len(text)
    else:
        query(ETL)


@given(st.text(alphabet="abcxyz7-", min_size=1, max_size=8))
def test_a_plain_word_is_found_as_it_stands_in_the_name(word: str) -> None:
    assert parse(word)(ETL) is (word in "nightly-etl-x7k2p" or word in "data/nightly-etl-x7k2p")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@a", "phase:failed"),
        ("x @a !y", "x phase:failed !y"),
        ("@a @b", "phase:failed n|m"),
        ('message:"mail @a b" z', 'message:"mail @a b" z'),
        ("name:x@a", "name:x@a"),
        ("", ""),
    ],
)
def test_a_name_after_an_at_stands_for_a_filter(text: str, meant: str) -> None:
    assert expanded(text, {"a": "phase:failed", "b": "n|m"}) == meant


def test_a_filter_is_not_looked_for_in_another_one() -> None:
    assert expanded("@a", {"a": "@b", "b": "x"}) == "@b"


# --- spans ----------------------------------------------------------------------------------------

EVENING = datetime(2026, 8, 21, 20, 30, tzinfo=timezone(timedelta(hours=2)))


def created(moment: str) -> ListedWorkflow:
    return ListedWorkflow(metadata=Metadata(name="w", creation_timestamp=moment))


@pytest.mark.parametrize(
    ("text", "ago", "found"),
    [
        ("age:<2h", 7199, True),
        ("age:<2h", 7200, False),
        ("age:<=2h", 7200, True),
        ("age:>1h30m", 5401, True),
        ("age:>=1h30m", 5400, True),
        ("age:>1h30m", 5400, False),
        ("age:<1m|>1d", 90_000, True),
        ("!age:<2h", 7300, True),
        ("since:24h", 86_400, True),
        ("since:24h", 86_401, False),
        ("since:1w", 86_400 * 6, True),
        ("since:today", 20 * 3600, True),
        ("since:today", 21 * 3600, False),
        ("since:1.5h", 5400, True),
    ],
)
def test_a_span_is_compared_with_the_clock_of_whoever_looks(
    text: str, ago: int, found: bool
) -> None:
    moment = (EVENING - timedelta(seconds=ago)).astimezone(UTC)
    query = parse(text, lambda: EVENING)
    assert query(created(f"{moment:%Y-%m-%dT%H:%M:%SZ}")) is found
    assert query.ticks and query.depth is Depth.TABLE


def test_what_has_no_span_is_neither_longer_nor_shorter() -> None:
    for text in ("age:<2h", "age:>2h", "duration:>1s", "duration:<1s"):
        assert not parse(text, lambda: EVENING)(ListedWorkflow())


@pytest.mark.parametrize("text", ["age:2h", "age:<", "age:<soon", "duration:10", "since:", "age:"])
def test_what_is_no_span_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(QueryError) as told:
        parse(text)
    assert "such as" in told.value.what and told.value.position == text.index(":") + 1


def test_a_row_of_a_table_is_only_open_where_what_it_lacks_decides() -> None:
    over = row_of(ListedWorkflow(status=ListedStatus(phase="Succeeded")))
    runs = row_of(
        ListedWorkflow(status=ListedStatus(phase="Running", started_at="2026-08-21T10:00:00Z"))
    )
    problems = parse("phase:failed|error|trouble:*")
    assert not problems.is_open(over) and problems.is_open(runs)
    long = parse("phase:running duration:>1h", lambda: EVENING)
    assert not long.is_open(over) and not long.is_open(runs)
    assert long.is_known(runs)


def row_of(workflow: ListedWorkflow) -> Row[ListedWorkflow]:
    return Row(
        key=ObjectKey("c", "wf", "n", "w"),
        uid="",
        version="",
        origins=frozenset(),
        value=workflow,
        depth=Depth.TABLE,
    )
